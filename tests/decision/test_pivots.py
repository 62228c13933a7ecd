"""Pivotal questions of the shipped rule base, against deciding every world by itself."""

from __future__ import annotations

import random
from itertools import product

import pytest
from msgspec.structs import replace

from advisor.decision.outlook import outlook
from advisor.decision.pivots import WORLDS, pivots
from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Options
from tests.conftest import AS_OF
from tests.decision.test_oracles import one_world

OPEN = ("existing-cloud", "usage-pattern", "latency-consistency")
SEEDS = [30, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, 7, 12, 18, 23, 29, 35))]
SETTLED = [2]


def winner(decision):
    """Who leads; None where two are level or nobody qualifies."""
    places = [
        (len(decision.standings[o].to_confirm), -decision.scored[o].score) for o in decision.order
    ]
    return decision.order[0] if places and places.count(min(places)) == 1 else None


@pytest.mark.parametrize("seed", SEEDS)
def test_pivotal_worlds_of_a_shipped_sheet_are_those_of_every_world_decided(knowledge, seed):
    given = dict(one_world(random.Random(seed), RuleBase.on(knowledge, AS_OF)).answers)
    half = decide(knowledge, Inputs({q: a for q, a in given.items() if q not in OPEN}), AS_OF)
    options = [[option.id for option in knowledge.questions[q].options] for q in OPEN]
    weights = [[option.weight for option in knowledge.questions[q].options] for q in OPEN]
    won, share = {}, {}
    for chosen, masses in zip(product(*options), product(*weights), strict=True):
        answers = dict(zip(OPEN, [Options(frozenset({o})) for o in chosen], strict=True))
        won[chosen] = winner(half.again(Inputs({**given, **answers})))
        share[chosen] = masses[0] * masses[1] * masses[2]
    assert len(set(won.values())) > 1
    parts = half.situation, half.scoring, half.order, half.gates
    found = pivots(*parts, half.outlook, half.outlook.axes)
    # Among fixed worlds the same is found of each, so that only the share is a sample's.
    glance = outlook(*parts, glance=True)
    near = pivots(*parts, glance, glance.axes)
    for place, question in enumerate(OPEN):
        hanging = {
            world
            for world in won
            if len({won[other] for other in won if one_apart(world, other, place)} | {won[world]})
            > 1
        }
        expect = sum(share[world] for world in hanging) / sum(share.values())
        assert abs(found.get(question, 0) - expect * 1e6) <= 2
        error = (expect * (1 - expect) / WORLDS) ** 0.5
        assert abs(near.get(question, 0) - expect * 1e6) <= 4 * error * 1e6


def one_apart(world, other, place):
    return all(a == b for i, (a, b) in enumerate(zip(world, other, strict=True)) if i != place)


@pytest.mark.parametrize("seed", SETTLED)
def test_a_twin_of_a_settled_leader_is_level_and_nothing_is_asked(knowledge, seed):
    # Traffic stays open too: what both cost moves inside its cells, and moves alike.
    given = dict(one_world(random.Random(seed), RuleBase.on(knowledge, AS_OF)).answers)
    half = Inputs({q: a for q, a in given.items() if q not in {*OPEN, "peak-factor"}})
    alone = decide(knowledge, half, AS_OF)
    leader = alone.order[0]
    assert alone.proof.settled and alone.next_step().settled
    twin = replace(knowledge.offers[leader], id="zz-twin", title="Twin")
    both = decide(replace(knowledge, offers={**knowledge.offers, twin.id: twin}), half, AS_OF)
    step = both.next_step()
    assert both.order[0] == leader and both.proof.level == (twin.id,)
    assert not step.settled and step.question is None
    assert step.why.startswith("No answer can put another offer ahead")
    for other in range(10):
        drawn = one_world(random.Random(f"{seed}/{other}"), both.situation.base).answers
        assert both.again(Inputs({**drawn, **half.answers})).order[:2] == [leader, twin.id]
