"""Evaluation costs no more than the size of the rule base, and hostile sizes end early."""

from __future__ import annotations

from advisor.engine.bits import Bits
from advisor.engine.bits_layout import bits_of
from advisor.engine.bits_live import Live
from advisor.engine.compile import LIMITS, compile_rules
from advisor.knowledge.syntax import AnyOf, Atom, Compare, OneOf
from advisor.knowledge.values import FlagsType, Interval, NumberType, Options
from tests.engine.rule_bases import Base, rule
from tests.engine.test_bits import compiled


def test_as_many_bits_as_terms_and_no_more():
    either = AnyOf((Atom("size", Compare("at least", 3)), Atom("colour", OneOf(frozenset("a")))))
    engine = compiled(Base([rule(f"r{i}", either) for i in range(50)], {"o": {}}))
    assert engine.layout.terms.bit_count() == 100
    assert engine.decide({"size": 3, "colour": "b"}).scores == (50,)


def test_a_threshold_for_every_rule_is_cut_once():
    types = {"n": NumberType("count")}
    rules = [rule(f"r{i}", Atom("n", Compare("at least", i + 1))) for i in range(2_000)]
    engine = Bits(compile_rules(rules, types, {"o": {}}))
    assert len(engine.layout.tables["n"].sure) == 2_001
    assert engine.decide({"n": 1_234}).scores == (1_234,)


def test_what_is_remembered_of_flags_is_bounded():
    options = tuple(f"f{i}" for i in range(16))
    types = {"n": FlagsType(options)}
    rules = [rule(f"r{i}", Atom("n", OneOf(frozenset({o})))) for i, o in enumerate(options)]
    engine = Bits(compile_rules(rules, types, {"o": {}}))
    for mask in range(10_000):
        chosen = tuple(o for i, o in enumerate(options) if mask >> i & 1)
        assert engine.decide({"n": chosen}).scores == (len(chosen),)
    assert len(engine.layout.tables["n"].maybe_of) <= 4_096


def test_live_answers_do_not_grow_with_the_number_of_changes():
    engine = compiled(Base([rule("r", Atom("size", Compare("at least", 3)))], {"o": {}}))
    live = Live(engine)
    for n in range(500):
        verdict = live.change("size", n % 7)
        assert verdict.scores == (int(n % 7 >= 3),)
    assert len(live._plain) == 1


def test_the_limits_leave_room_for_what_is_measured():
    assert LIMITS.rules >= 5_000
    assert LIMITS.terms >= 10 * LIMITS.rules


SUBSETS = 13
"""So many flags have more subsets than are remembered."""


def subsets():
    options = tuple(f"f{i}" for i in range(SUBSETS))
    for mask in range(1 << SUBSETS):
        yield mask, tuple(o for i, o in enumerate(options) if mask >> i & 1)


def test_what_is_remembered_of_exclusions_is_bounded():
    types = {"n": FlagsType(tuple(f"f{i}" for i in range(SUBSETS)))}
    offers = {f"o{i}": {"own": Options(frozenset({f"f{i}"}))} for i in range(SUBSETS)}
    rules = [
        rule(
            f"r{i}",
            Atom("n", OneOf(frozenset({f"f{i}"}))),
            effect="exclude",
            offers=Atom("own", OneOf(frozenset({f"f{i}"}))),
        )
        for i in range(SUBSETS)
    ]
    engine = Bits(compile_rules(rules, types, offers))
    for mask, chosen in subsets():
        assert engine.decide({"n": chosen}).excluded == tuple(bits_of(mask))
    assert len(engine.scorer._lists) <= 4_096


def test_what_is_remembered_of_shared_evidence_is_bounded():
    types = {"n": FlagsType(tuple(f"f{i}" for i in range(SUBSETS)))}
    rules = [
        rule(f"r{i}", Atom("n", OneOf(frozenset({f"f{i}"}))), steps=i + 1, evidence="same")
        for i in range(SUBSETS)
    ]
    engine = Bits(compile_rules(rules, types, {"o": {}}))
    for mask, chosen in subsets():
        # Only the strongest counts.
        assert engine.decide({"n": chosen}).scores == (mask.bit_length(),)
    assert len(engine.scorer._contests[0]._known) <= 4_096


def test_what_is_remembered_of_stretches_of_numbers_is_bounded():
    rules = [rule(f"r{i}", Atom("n", Compare("at least", i + 1))) for i in range(100)]
    engine = Bits(compile_rules(rules, {"n": NumberType("count")}, {"o": {}}))
    for low in range(100):
        for high in range(low, 100):
            verdict = engine.decide_sets({"n": Interval(low, high)})
            assert (verdict.surely.bit_count(), verdict.possibly.bit_count()) == (low, high)
    assert len(engine.layout.tables["n"]._remembered) <= 4_096
