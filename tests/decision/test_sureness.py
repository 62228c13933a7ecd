"""The three figures and the word that they earn."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.decision.result import Sureness
from advisor.decision.sureness import duel, robustness, weight_samples, word_for
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, OneOf
from tests.decision import fixed, naive
from tests.decision.bases import DAY, bases, examples, make_rule, points
from tests.decision.test_proof import plain

BEST = Sureness(Fraction(95, 100), Fraction(2), Fraction(2, 5), ())


def word(knowledge, figures, settled=True, dominates=False, caps=None):
    return word_for(
        knowledge.method, figures, settled=settled, dominates=dominates, caps=caps or {}
    )


@pytest.mark.parametrize(
    ("changed", "settled", "expected"),
    [
        ({}, True, "firm"),
        ({}, False, "likely"),
        ({"p": Fraction(949, 1000)}, True, "likely"),
        ({"r": Fraction(199, 100)}, True, "likely"),
        ({"weak_share": Fraction(41, 100)}, True, "likely"),
        ({"p": Fraction(80, 100), "r": Fraction(141, 100)}, False, "likely"),
        ({"p": Fraction(79, 100)}, False, "leaning"),
        ({"r": Fraction(140, 100)}, False, "leaning"),
        ({"p": Fraction(60, 100), "r": Fraction(1)}, False, "leaning"),
        ({"p": Fraction(59, 100)}, False, "toss-up"),
    ],
)
def test_the_declared_thresholds_earn_the_words(knowledge, changed, settled, expected):
    """The numbers of the method, as the shipped rule base declares them."""
    assert word(knowledge, replace(BEST, **changed), settled) == (expected, ())


def test_a_cap_lowers_the_word_and_is_named(knowledge):
    capped = word(knowledge, BEST, caps={"a requirement is unproven": "leaning", "mild": "firm"})
    assert capped == ("leaning", ("a requirement is unproven",))
    assert knowledge.method.minimum_answers == 5


def test_a_leader_without_a_disadvantage_needs_no_ratio(knowledge):
    assert word(knowledge, replace(BEST, r=None), dominates=True)[0] == "firm"


@given(bases(), st.data())
@examples(20)
def test_p_and_r_of_one_world_are_those_of_the_rules_looked_at(knowledge, data):
    world = points(data.draw, Inputs({}), knowledge)
    decision = decide(knowledge, world, DAY)
    assume(len(decision.order) > 1)
    leader, rival = decision.order[:2]
    here = plain(world)
    by = naive.weights(knowledge, world, here)
    gaps = {
        c: by[c]
        * (
            naive.utility(knowledge, c, here, knowledge.offers[leader])
            - naive.utility(knowledge, c, here, knowledge.offers[rival])
        )
        for c in by
    }
    halves = 0
    for factors in weight_samples(tuple(knowledge.criteria)):
        lead = sum(gap * factor for gap, factor in zip(gaps.values(), factors, strict=True))
        halves += 2 if lead > 0 else int(lead == 0)
    assert duel(decision.scoring, leader, rival).share == Fraction(halves, 2 * 64)
    r = robustness(decision.scored[leader], decision.scored[rival])
    losses = -sum(gap for gap in gaps.values() if gap < 0)
    if not losses:
        assert r is None
    else:
        gains = sum(gap for gap in gaps.values() if gap > 0)
        assert abs(float(r) - math.sqrt(gains / losses)) < 2e-6


def test_an_offer_that_is_out_loses_to_one_that_is_not():
    """One scores more, and each of three answers shuts it out; the other passes everywhere."""
    side = Atom("offer", OneOf(frozenset({"offer-1"})))
    best = make_rule("best", "score", "speed", ALWAYS, side, 1, "measured", "best")
    gates = [
        make_rule(
            name, "exclude", None, Atom(name, OneOf(frozenset("a"))), side, 0, "measured", name
        )
        for name in ("color", "shape", "place")
    ]
    knowledge = replace(fixed.base(), rules={rule.id: rule for rule in (best, *gates)})
    scoring = decide(knowledge, Inputs({}), DAY).scoring
    found = duel(scoring, "offer-1", "offer-0")
    passes = Fraction(7, 10) * Fraction(4, 5) * Fraction(9, 10)
    assert found.share == passes
    assert duel(scoring, "offer-0", "offer-1").share == 1 - passes
    assert not found.always
