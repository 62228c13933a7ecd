"""Asked to the end, the winner of a shipped sheet is that of every way to answer the rest."""

from __future__ import annotations

import random

import pytest

from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs
from advisor.language.kleene import condition_truth
from tests.conftest import AS_OF
from tests.decision.test_oracles import one_world

SEEDS = [4, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, *range(5, 25)))]
OTHERS = 12


def drawn(seed, base):
    answers = one_world(random.Random(seed), base).answers
    barred = [i.when for i in base.knowledge.impossible]
    if any(condition_truth(when, answers) is True for when in barred):
        return drawn(f"{seed}/again", base)
    return answers


def first(decision):
    """Who leads; all that are level at the front."""
    places = {
        o: (len(decision.standings[o].to_confirm), -decision.scored[o].score)
        for o in decision.order
    }
    return {o for o, place in places.items() if place == min(places.values())}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_way_to_answer_the_rest_has_another_winner(knowledge, seed):
    base = RuleBase.on(knowledge, AS_OF)
    full = drawn(seed, base)
    given = {}
    decision = decide(knowledge, Inputs({}), AS_OF)
    while (question := decision.next_step().question) is not None:
        given[question] = full[question]
        decision = decide(knowledge, Inputs(dict(given)), AS_OF)
    assert len(given) < len(full)
    proof = decision.proof
    assert proof.settled or proof.facts or proof.level
    for other in range(OTHERS):
        rest = {**drawn(f"{seed}/{other}", base), **given}
        if any(condition_truth(i.when, rest) is True for i in knowledge.impossible):
            continue
        # Idle questions hold what they declare, as they are not asked.
        held = decision.situation.inputs.answers
        after = first(decide(knowledge, Inputs({**rest, **held}), AS_OF))
        if not decision.order:
            assert not after
        elif proof.level:
            assert decision.order[0] in after
        else:
            assert after == {decision.order[0]}
