"""Scores and orders against ``pymcdm``: the weighted sum, and SPOTIS with fixed bounds."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymcdm.methods import SPOTIS, WSM

from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Flags
from tests.conftest import AS_OF
from tests.decision.bases import DAY, bases, examples, points

FULL = 10_000


def of_full(column, cost=False):
    """A normalisation that looks at no other offer."""
    assert not cost
    return column / FULL


def agree(decision):
    """The decision on one world alone, as a matrix for the two methods."""
    assert decision._worlds().total == 1
    lanes = {}
    for offer in decision.order:
        standing = decision.standings[offer]
        lanes.setdefault((standing.lane, len(standing.to_confirm)), []).append(offer)
    shares = [float(term.weight) for term in decision.scored[decision.order[0]].terms]
    if not sum(shares):
        return 0
    criteria = list(decision.scoring.utilities)
    weights, types = np.array(shares), np.ones(len(shares))
    for offers in lanes.values():
        table = np.array(
            [
                [decision.scoring.spread(criterion, offer)[0][0].point for criterion in criteria]
                for offer in offers
            ],
            dtype=float,
        )
        exact = np.array([float(decision.scored[offer].score) for offer in offers])
        # The scale is fixed, so no offer moves another.
        summed = FULL * WSM(of_full)(table, weights, types, validation=False)
        bounds = np.array([[0, FULL]] * len(criteria))
        spotis = SPOTIS(bounds)(table, weights, types, validation=False)
        assert np.allclose(summed, exact, atol=1e-6)
        assert np.allclose((1 - spotis) * FULL, exact, atol=1e-6)
        assert all(a >= b - 1e-6 for a, b in pairwise(summed))
    return len(decision.order)


def one_world(draw, base):
    """A complete answer sheet from the priors."""
    answers = {}
    for question in base.knowledge.questions.values():
        if question.unknown_means is None:
            cells = [axis.cells for axis in base.slot(question.id, None).axes]
            drawn = [draw.choices(c, [cell.weight for cell in c])[0].point for c in cells]
            if isinstance(drawn[0], Flags):
                must = frozenset().union(*(flag.must for flag in drawn))
                answers[question.id] = Flags(must, must)
            else:
                answers[question.id] = drawn[0]
    return Inputs(answers)


@pytest.mark.parametrize("seed", range(4))
def test_the_shipped_rule_base_ranks_as_a_weighted_sum_and_as_spotis(knowledge, seed):
    base = RuleBase.on(knowledge, AS_OF)
    draw = random.Random(seed)
    compared = 0
    for _ in range(3):
        decision = decide(knowledge, one_world(draw, base), AS_OF)
        if decision.order:
            compared += agree(decision)
    assert compared


@given(bases(), st.data())
@examples(40)
def test_random_rule_bases_rank_as_a_weighted_sum_and_as_spotis(knowledge, data):
    decision = decide(knowledge, points(data.draw, Inputs({}), knowledge), DAY)
    assume(decision.order)
    agree(decision)
