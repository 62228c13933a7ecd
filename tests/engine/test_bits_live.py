"""Changing one answer gives what deciding afresh gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.engine.bits_live import Live
from advisor.knowledge.syntax import Atom, Compare, OneOf
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
