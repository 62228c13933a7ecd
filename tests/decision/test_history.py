"""What was decided before never changes a decision: results that are kept serve only where
everything that they rest on is the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.inference import inferred
from advisor.decision.recommend import Decision
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Options
from tests.conftest import AS_OF
from tests.decision.bases import DAY, answers, barred, bases, examples
from tests.decision.test_oracles import one_world


def decided(base, inputs):
    read = inferred(base.knowledge, base.ledger, inputs)
    return Decision(Situation(base, read.inputs), inputs, read.readings)


def outcome(base, inputs):
    """All that a decision says, and what it is made of."""
    decision = decided(base, inputs)
    scoring = decision.scoring
    spreads = {
        (criterion, offer): sorted(
            (utility.point, utility.low, utility.high, mass)
            for utility, mass in scoring.spread(criterion, offer)
        )
        for criterion in scoring.utilities
        for offer in decision.order
    }
    step = decision.next_step()
    return (
        decision.standings,
        spreads,
        {offer: scored.terms for offer, scored in decision.scored.items()},
        decision.proof,
        step.question,
        decision.recommendation(thorough=False),
    )


@examples(120)
@given(bases(derived=True), barred(derived=True), st.lists(answers(), min_size=2, max_size=4))
def test_decisions_do_not_depend_on_those_before(knowledge, impossible, asked):
    knowledge = replace(knowledge, impossible=impossible)
    shared = RuleBase.on(knowledge, DAY)
    for inputs in asked:
        assert outcome(shared, inputs) == outcome(RuleBase.on(knowledge, DAY), inputs)


def nearly_complete(seed, base):
    """Two sheets alike in all but one answer, and in both the same few questions open."""
    draw = random.Random(seed)
    given = dict(one_world(draw, base).answers)
    for name in ("output-tokens", "batch-share", *draw.sample(sorted(given), 1)):
        given.pop(name, None)
    changed = draw.choice(["embedding", "voice"])
    return [Inputs({**given, "use-case": Options(frozenset({use}))}) for use in ("chat", changed)]


@pytest.mark.parametrize(
    "seed", [4, 6, *(pytest.param(s, marks=pytest.mark.full) for s in (9, 10, 12))]
)
def test_of_the_shipped_rules_neither(knowledge, seed):
    shared = RuleBase.on(knowledge, AS_OF)
    for inputs in nearly_complete(seed, shared):
        assert outcome(shared, inputs) == outcome(RuleBase.on(knowledge, AS_OF), inputs)


def test_the_bill_follows_the_offer_of_today(knowledge):
    base = RuleBase.on(knowledge, AS_OF)
    given = one_world(random.Random(3), base).answers
    for today in ("together-serverless", "gmi-h200", "groq-shared"):
        asked = Inputs({**given, "current-offer": Options(frozenset({today}))})
        assert outcome(base, asked)[-1] == outcome(RuleBase.on(knowledge, AS_OF), asked)[-1]
