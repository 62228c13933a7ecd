"""In how much of what is left an offer fails no requirement."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import event, given
from msgspec.structs import replace

from advisor.decision import ranking
from advisor.decision.recommend import decide
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, AllOf, NotOf
from tests.decision import naive
from tests.decision.bases import DAY, HERE, answers, barred, bases, examples
from tests.decision.wide import X, Y, asks, gate, score, wide

NOTHING = Inputs({})


def fits(knowledge, inputs, offer):
    """By going through every world."""
    inputs = naive.asked_or_held(knowledge, inputs)
    everything = naive.possible(knowledge, list(naive.worlds(knowledge, inputs)))
    hard = [r for r in knowledge.rules.values() if r.effect == "exclude" and not r.negotiable]
    passed = [
        mass
        for world, mass in everything
        if not any(
            naive.true(AllOf((g.when, g.offers)), world, knowledge.offers[offer]) is True
            for g in hard
        )
    ]
    whole = sum(mass for _, mass in everything)
    return sum(passed) / whole if whole else 0


@given(bases(), barred(), answers())
@examples(40)
def test_it_is_that_of_every_world(knowledge, impossible, inputs):
    knowledge = replace(knowledge, impossible=impossible)
    decision = decide(knowledge, inputs, DAY)
    for offer in decision.order:
        found = decision.scoring.fit(offer)
        event(f"all {found == 1}, none {found == 0}")
        assert found == fits(knowledge, inputs, offer)
    if decision.order:
        told = decision.recommendation(thorough=False)
        assert told.verdict.fit == fits(knowledge, inputs, decision.order[0])


def test_where_too_much_is_open_it_is_that_of_the_fixed_worlds(monkeypatch):
    rules = [gate("first", asks(0), X), gate("two", AllOf((asks(1), asks(2))), ALWAYS)]
    knowledge = wide(rules, 3)
    exact = decide(knowledge, NOTHING, DAY).scoring.fit("x-one")
    assert exact == Fraction(1, 2) * Fraction(3, 4)
    monkeypatch.setattr(ranking, "CELLS_AT_MOST", 0)
    sampled = decide(knowledge, NOTHING, DAY).scoring.fit("x-one")
    assert sampled != exact
    assert abs(sampled - exact) < Fraction(1, 50)


def test_of_nothing_that_is_expected_nothing_fits():
    """Nobody is expected to want the flag, and whoever does not want it is none."""
    rules = [score("ahead", "speed", ALWAYS, Y, 3), gate("both", AllOf((asks(0), asks(1))), Y)]
    knowledge = wide(rules, 2, percent=0)
    never = Impossible("never", NotOf(asks(0)), "", HERE)
    decision = decide(replace(knowledge, impossible=(never,)), NOTHING, DAY)
    assert decision.order
    assert decision.scoring.fit("y-one") == 0
    assert decision.scored["y-one"].score == 0
    assert decision.recommendation().verdict.offer == decision.order[0]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([], ""),
        ([gate("one", asks(0), Y)], ""),
        (
            [gate("one", asks(0), Y), gate("two", asks(1), Y)],
            ", which meets every requirement in 25 % of what is left only",
        ),
        (
            [gate(f"g{i}", asks(i), Y) for i in range(8)],
            ", which meets every requirement in under 1 % of what is left only",
        ),
    ],
    ids=["always", "in half", "seldom", "hardly ever"],
)
def test_a_leader_that_seldom_fits_is_not_named_without_saying_so(rules, words):
    """x is to be confirmed whatever is answered, so that y leads."""
    unproven = gate("unproven", ALWAYS, X, negotiable=True)
    knowledge = wide([unproven, *rules], 8)
    told = decide(knowledge, NOTHING, DAY).recommendation(thorough=False)
    assert told.verdict.offer == "y-one"
    assert told.verdict.headline.startswith(f"y-one{words}.")
    assert told.verdict.fit == Fraction(1, 2 ** len(rules))
