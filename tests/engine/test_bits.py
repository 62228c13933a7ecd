"""Bitsets, the plain interpreter and the decision's own semantics say the same."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.engine.bits import Bits
from advisor.engine.compile import compile_rules
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Derived, TableRow
from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    Arithmetic,
    Atom,
    Compare,
    CompareIts,
    Constant,
    Equals,
    Name,
    NotOf,
    OneOf,
)
from advisor.knowledge.values import ChoiceType, Flags, Interval, NumberType, Options
from advisor.language.kleene import conjunction
from tests.engine import naive_rules
from tests.engine.rule_bases import (
    DERIVED,
    HERE,
    TYPES,
    Base,
    as_sets,
    random_base,
    random_sets,
    random_values,
    rule,
    sources,
)

CASES = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


def compiled(base: Base) -> Bits:
    return Bits(compile_rules(base.rules, TYPES, base.offers, DERIVED))


def truths_of(engine: Bits, verdict) -> dict[str, list[bool | None]]:
    """By rule and offer, read off the two bitsets."""
    layout = engine.layout
    offers = range(len(layout.program.offers))
    found = {r.id: [False] * len(offers) for r in layout.program.rules}
    for place, slot in enumerate(layout.slots):
        row = found[layout.program.rules[slot.rule].id]
        for offer in offers:
            if slot.surely >> offer & 1 and verdict.surely >> place & 1:
                row[offer] = True
            elif slot.possibly >> offer & 1 and verdict.possibly >> place & 1:
                row[offer] = None
    return found


def check(engine: Bits, verdict, base: Base, env) -> None:
    known = engine.extended(env)
    wanted = naive_rules.decide(base.rules, known, base.offers)
    assert truths_of(engine, verdict) == wanted.truths
    assert list(verdict.scores) == wanted.scores
    assert list(verdict.excluded) == wanted.excluded
    assert verdict.ranking == wanted.ranking
    for r in base.rules:
        for its, truth in zip(base.offers.values(), wanted.truths[r.id], strict=True):
            own = conjunction((truth_of(r.when, known, its), truth_of(r.offers, its)))
            assert own is truth
    fired = [name for name, row in wanted.truths.items() if True in row]
    assert list(verdict.fired) == fired


def agree_on_sets(rnd: Random) -> None:
    base = random_base(rnd)
    engine = compiled(base)
    for _ in range(3):
        env = random_sets(rnd)
        check(engine, engine.decide_sets(env), base, env)


def agree_on_values(rnd: Random) -> None:
    base = random_base(rnd)
    engine = compiled(base)
    for _ in range(3):
        values = random_values(rnd)
        check(engine, engine.decide(values), base, as_sets(values))


@CASES
@given(sources)
def test_sets_agree_with_the_plain_interpreter(rnd):
    agree_on_sets(rnd)


@CASES
@given(sources)
def test_single_values_agree_with_the_plain_interpreter(rnd):
    agree_on_values(rnd)


@pytest.mark.full
@MANY
@given(sources)
def test_many_sets_agree(rnd):
    agree_on_sets(rnd)


@pytest.mark.full
@MANY
@given(sources)
def test_many_values_agree(rnd):
    agree_on_values(rnd)


@CASES
@given(sources)
def test_both_ways_to_add_up_agree(rnd):
    base = random_base(rnd, rules=30)
    engine = compiled(base)
    scorer = engine.scorer
    slots = rnd.getrandbits(engine.layout.width)
    first = scorer.total(slots) if scorer.by_bytes else None
    scorer.by_bytes = False
    assert first in (None, scorer.total(slots))


def test_a_missing_value_is_unknown():
    base = Base([rule("r", Atom("colour", OneOf(frozenset("a"))))], {"o": {}})
    verdict = compiled(base).decide({"size": 3})
    assert (verdict.surely, verdict.possibly, verdict.fired) == (0, 1, ())


def test_a_value_outside_the_options_is_refused():
    engine = compiled(Base([rule("r", Atom("colour", OneOf(frozenset("a"))))], {"o": {}}))
    with pytest.raises(KeyError, match="violet"):
        engine.decide({"colour": "violet"})
    with pytest.raises(KeyError):
        engine.decide({"colour": ("a",)})


def test_a_flag_outside_the_options_is_refused():
    engine = compiled(Base([rule("r", Atom("needs", OneOf(frozenset("p"))))], {"o": {}}))
    with pytest.raises(KeyError, match="z"):
        engine.decide({"needs": ["p", "z"]})


def test_yes_and_no_may_be_given_as_bool():
    engine = compiled(Base([rule("r", Atom("agreed", OneOf(frozenset({"yes"}))))], {"o": {}}))
    assert engine.decide({"agreed": True}).fired == ("r",)
    assert engine.decide({"agreed": False}).fired == ()


@pytest.mark.parametrize(
    ("value", "holds"),
    [(Fraction(7, 2), False), (Fraction(11, 3), True), (4, True), (Fraction(10, 3), False)],
)
def test_fractions_are_compared_exactly(value, holds):
    rules = [rule("r", Atom("share", Compare("at least", Fraction(11, 3))))]
    engine = compiled(Base(rules, {"o": {}}))
    assert engine.decide({"share": value}).fired == (("r",) if holds else ())


@pytest.mark.parametrize(("value", "fired"), [(5, ("low",)), (7, ()), (9, ("high",))])
def test_between_the_ends_of_an_offers_number_nothing_is_sure(value, fired):
    offers = {"o": {"limit": Interval(6, 8)}}
    rules = [
        rule("low", Atom("size", CompareIts("at most", "limit"))),
        rule("high", Atom("size", CompareIts("above", "limit"))),
    ]
    verdict = compiled(Base(rules, offers)).decide({"size": value})
    assert verdict.fired == fired
    assert verdict.possibly.bit_count() == (2 if value == 7 else 1)


def test_neither_a_test_nor_its_negation_is_sure_of_the_unknown():
    red = Atom("colour", OneOf(frozenset("a")))
    rules = [rule("either", AnyOf((red, NotOf(red)))), rule("both", AllOf((red, NotOf(red))))]
    verdict = compiled(Base(rules, {"o": {}})).decide_sets({})
    assert (verdict.surely, verdict.possibly) == (0, 3)


def test_rules_on_the_same_evidence_do_not_add_up():
    rules = [
        rule("strong", steps=3, evidence="e"),
        rule("weak", steps=2, evidence="e"),
        rule("against", steps=-1, evidence="e"),
        rule("other", steps=2),
    ]
    assert compiled(Base(rules, {"o": {}})).decide({}).scores == (3 - 1 + 2,)


def test_the_order_of_rules_does_not_change_the_scores():
    rnd = Random(3)
    base = random_base(rnd, rules=40)
    values = random_values(rnd)
    wanted = compiled(base).decide(values)
    rnd.shuffle(base.rules)
    again = compiled(base).decide(values)
    assert (again.scores, again.excluded, again.ranking) == (
        wanted.scores,
        wanted.excluded,
        wanted.ranking,
    )


def test_level_offers_keep_their_order():
    verdict = compiled(Base([rule("r")], {"first": {}, "second": {}, "third": {}})).decide({})
    assert verdict.offers() == ("first", "second", "third")


def test_a_set_of_numbers_that_touches_a_cut_from_below():
    rules = [rule("r", Atom("size", Compare("at least", 5)))]
    engine = compiled(Base(rules, {"o": {}}))
    open_end = engine.decide_sets({"size": Interval(1, 5, high_open=True)})
    closed = engine.decide_sets({"size": Interval(1, 5)})
    assert (open_end.possibly, closed.possibly, closed.surely) == (0, 1, 0)


def test_flags_that_may_be_required():
    engine = compiled(Base([rule("r", Atom("needs", OneOf(frozenset("p"))))], {"o": {}}))
    maybe = engine.decide_sets({"needs": Flags(frozenset(), frozenset("p"))})
    assert (maybe.surely, maybe.possibly) == (0, 1)


def test_a_tie_of_options_is_settled_where_all_of_them_pass():
    engine = compiled(Base([rule("r", Atom("colour", OneOf(frozenset("ab"))))], {"o": {}}))
    assert engine.decide_sets({"colour": Options(frozenset("ab"))}).surely == 1
    assert engine.decide_sets({"colour": Options(frozenset("ac"))}).surely == 0


def test_an_equality_holds_on_its_own_number_only():
    engine = compiled(Base([rule("r", Atom("size", Equals(4)))], {"o": {}}))
    assert [engine.decide({"size": n}).surely for n in (3, 4, 5)] == [0, 1, 0]


def test_a_value_of_another_kind_is_refused():
    engine = compiled(
        Base(
            [
                rule("r", Atom("size", Equals(3))),
                rule("s", Atom("needs", OneOf(frozenset("p")))),
                rule("t", Atom("colour", OneOf(frozenset("a")))),
            ],
            {"o": {}},
        )
    )
    # Where a name is missing, each value is looked at as a set of one.
    for values in ({"needs": "p"}, {"needs": 3}, {"size": "3"}, {"size": (3,)}):
        with pytest.raises(KeyError):
            engine.decide(values)
    for env, words in (
        ({"colour": Interval.point(3)}, "a choice cannot be Interval"),
        ({"size": Options(frozenset("a"))}, "a number cannot be Options"),
        ({"needs": Options(frozenset("p"))}, "several choices cannot be Options"),
    ):
        with pytest.raises(TypeError, match=words):
            engine.decide_sets(env)


@pytest.mark.parametrize(
    ("name", "test", "words"),
    [
        ("colour", Equals(3), "Equals does not test a choice"),
        ("size", OneOf(frozenset("a")), "OneOf does not test a number"),
        ("needs", Equals(3), "Equals does not test several choices"),
    ],
)
def test_a_test_of_another_type_is_refused(name, test, words):
    program = compile_rules([rule("r", Atom(name, test))], TYPES, {"o": {}})
    with pytest.raises(TypeError, match=f"^{words}$"):
        Bits(program).decide_sets({name: Flags(frozenset("p"), frozenset("pq"))})


def test_yes_and_no_may_be_given_as_bool_where_other_answers_are_missing():
    rules = [
        rule("r", Atom("agreed", OneOf(frozenset({"yes"})))),
        rule("s", Atom("size", Equals(3))),
    ]
    engine = compiled(Base(rules, {"o": {}}))
    assert engine.decide({"agreed": True}).fired == ("r",)
    assert engine.decide({"agreed": False}).fired == ()


def test_a_derived_value_may_be_given():
    engine = compiled(Base([rule("r", Atom("sum", Compare("at least", 9)))], {"o": {}}))
    assert engine.decide({"size": 1, "share": 1, "sum": 20}).fired == ("r",)
    assert engine.decide_sets({"size": Interval.point(1), "sum": Interval.point(20)}).fired == (
        "r",
    )


def test_a_derived_value_without_a_value_is_unknown():
    half = Derived(
        "half", NumberType("factor"), Arithmetic("/", Constant(1), Name("size")), (), None, "", HERE
    )
    kind = Derived(
        "kind", ChoiceType(("warm", "cold")), None,
        (
            TableRow(Atom("colour", OneOf(frozenset("ab"))), "warm", HERE),
            TableRow(Atom("colour", OneOf(frozenset("cd"))), "cold", HERE),
        ),
        None, "", HERE,
    )  # fmt: skip
    types = {**TYPES, "half": half.type, "kind": kind.type}
    rules = [
        rule("r", Atom("half", Compare("below", 1))),
        rule("s", Atom("kind", OneOf(frozenset({"warm"})))),
    ]
    engine = Bits(compile_rules(rules, types, {"o": {}}, (half, kind)))
    assert engine.decide({"size": 2, "colour": "a"}).fired == ("r", "s")
    # Nothing divides by zero, and no row of a table holds for what is not known.
    for values, fired in (({"size": 0, "colour": "a"}, ("s",)), ({"size": 2}, ("r",))):
        verdict = engine.decide(values)
        assert (verdict.fired, verdict.possibly) == (fired, 3)


@pytest.mark.parametrize("steps", [1, 200, 40_000, 2**40, 2**61])
def test_steps_of_every_size_add_up_exactly(steps):
    rules = [rule("up", steps=steps), rule("down", steps=-steps // 3, evidence="e")]
    offers = {"o": {}, "p": {"tier": Options(frozenset("x"))}}
    rules.append(rule("tier", steps=-steps // 2, offers=Atom("tier", OneOf(frozenset("x")))))
    verdict = compiled(Base(rules, offers)).decide({})
    both = steps + -steps // 3
    assert verdict.scores == (both, both + -steps // 2)


def test_steps_that_no_lane_holds_are_refused():
    with pytest.raises(OverflowError, match=r"^the steps of all rules together are too large$"):
        compiled(Base([rule("r", steps=2**63)], {"o": {}}))
