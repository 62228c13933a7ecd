"""Changing one answer gives what deciding afresh gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.engine.bits_live import Live
from advisor.knowledge.syntax import Atom, Compare, Equals, OneOf, WithinIts
from advisor.knowledge.values import Flags
from tests.engine.rule_bases import (
    ASKED,
    Base,
    as_sets,
    random_base,
    random_set,
    random_sets,
    random_value,
    random_values,
    rule,
    sources,
)
from tests.engine.test_bits import compiled

CASES = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def same(verdict, wanted) -> None:
    assert (verdict.surely, verdict.possibly) == (wanted.surely, wanted.possibly)
    assert verdict.scores == wanted.scores
    assert (verdict.excluded, verdict.ranking) == (wanted.excluded, wanted.ranking)


@CASES
@given(sources)
def test_any_sequence_of_changes_agrees_with_deciding_afresh(rnd):
    engine = compiled(random_base(rnd, rules=20))
    env = random_sets(rnd)
    live = Live(engine, env)
    same(live.verdict(), engine.decide_sets(env))
    for _ in range(8):
        name = rnd.choice(ASKED)
        roll = rnd.random()
        if roll < 0.6:
            value = random_value(rnd, name)
            env[name] = as_sets({name: value})[name]
            verdict = live.change(name, value)
        elif roll < 0.8:
            env[name] = random_set(rnd, name)
            verdict = live.restrict(name, env[name])
        else:
            env.pop(name, None)
            verdict = live.restrict(name, None)
        same(verdict, engine.decide_sets(env))


@CASES
@given(sources)
def test_every_what_if_is_what_that_answer_would_give(rnd):
    engine = compiled(random_base(rnd, rules=20))
    values = random_values(rnd)
    live = Live(engine, as_sets(values))
    for what_if in live.what_ifs():
        wanted = engine.decide({**values, what_if.name: what_if.value})
        assert (what_if.ranking, what_if.scores) == (wanted.ranking, wanted.scores)


def test_what_ifs_offer_each_other_value_once():
    rules = [
        rule("red", Atom("colour", OneOf(frozenset("a")))),
        rule("needy", Atom("needs", OneOf(frozenset("p")))),
        rule("big", Atom("share", Compare("at least", 5))),
    ]
    live = Live(compiled(Base(rules, {"o": {}})), as_sets({"colour": "b", "needs": ("q",)}))
    live.change("share", 7)
    tried = [(w.name, w.value, w.scores) for w in live.what_ifs()]
    assert tried == [
        ("colour", "a", (2,)),
        ("colour", "c", (1,)),
        ("colour", "d", (1,)),
        ("needs", ("p", "q"), (2,)),
        ("needs", (), (1,)),
        ("needs", ("q", "r"), (1,)),
        ("needs", ("q", "s"), (1,)),
        ("share", 4, (0,)),
    ]


def test_no_offer_left_has_no_winner():
    rules = [rule("gate", Atom("colour", OneOf(frozenset("a"))), effect="exclude")]
    live = Live(compiled(Base(rules, {"o": {}})))
    assert [w.winner for w in live.what_ifs()] == [None, 0, 0, 0]


def test_a_value_that_cannot_be_is_refused_and_changes_nothing():
    engine = compiled(Base([rule("r", Atom("colour", OneOf(frozenset("a"))))], {"o": {}}))
    live = Live(engine)
    live.change("colour", "a")
    with pytest.raises(KeyError):
        live.change("colour", "violet")
    assert live.verdict().fired == ("r",)


def test_what_ifs_may_be_asked_of_given_values_only():
    rules = [
        rule("red", Atom("colour", OneOf(frozenset("a")))),
        rule("all", Atom("needs", WithinIts("has"))),
    ]
    live = Live(compiled(Base(rules, {"o": {"has": Flags(frozenset("p"), frozenset("p"))}})))
    asked = {"colour": ["a"], "share": [3], "needs": [("p",)]}
    # What no rule reads changes nothing.
    assert [(w.name, w.value, w.scores) for w in live.what_ifs(asked)] == [
        ("colour", "a", (1,)),
        ("needs", ("p",), (1,)),
    ]
    for wrong in ("p", 3):
        with pytest.raises(KeyError):
            list(live.what_ifs({"needs": [wrong]}))


def test_a_number_of_another_kind_is_refused():
    rules = [rule("r", Atom("share", Equals(3))), rule("s", Atom("share", Compare("below", 5)))]
    live = Live(compiled(Base(rules, {"o": {}})))
    with pytest.raises(KeyError, match="many"):
        live.change("share", "many")
    assert live.change("share", 3).fired == ("r", "s")


def test_a_change_that_turns_many_slots_adds_up_to_the_same():
    at_least = [rule(f"r{i}", Atom("size", Compare("at least", i))) for i in range(12)]
    twice = [rule(f"s{i}", Atom("size", Compare("below", i)), steps=-1) for i in range(12)]
    engine = compiled(Base(at_least + twice, {"o": {}}))
    live = Live(engine)
    for size in (11, 0, 12, 5, 6, 0):
        same(live.change("size", size), engine.decide({"size": size}))
