"""A row of many says what a recommendation says, whatever is answered, in every lane."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from advisor.decision.recommend import recommend
from advisor.fleet.deciding import Decider
from advisor.language.answers import inputs_from_mapping
from advisor.language.rulebase import load_rule_base
from tests.fleet.conftest import SMALL

DAY = date(2026, 11, 22)
KNOWLEDGE = load_rule_base(SMALL)
OFFERS = [None, "none", *KNOWLEDGE.offers]

rows = st.fixed_dictionaries(
    {},
    optional={
        "use-case": st.sampled_from(["chat", "batch", ["chat", "batch"]]),
        "models": st.lists(st.sampled_from(sorted(KNOWLEDGE.models)), unique=True, max_size=2),
        "model-size": st.integers(1, 2000).map(lambda size: f"{size}B"),
        "requests-per-day": st.integers(1, 10_000_000),
        "output-tokens": st.one_of(
            st.integers(1, 128_000), st.integers(1, 900).map(lambda low: f"{low} to {low + 99}")
        ),
        "certifications": st.lists(st.sampled_from(["soc2", "hipaa-baa"]), unique=True),
        "residency": st.sampled_from(["none", "us", "eu", ["us", "eu"]]),
        "current-offer": st.sampled_from([o for o in OFFERS if o is not None]),
    },
)


@given(st.lists(rows, min_size=1, max_size=4))
def test_outcomes_are_those_of_recommendations(answers):
    sheets = [inputs_from_mapping(row, KNOWLEDGE) for row in answers]
    # Twice, so that what is remembered of a row is looked at as well.
    outcomes = Decider(KNOWLEDGE, DAY).outcomes([*sheets, *sheets])
    assert outcomes[: len(sheets)] == outcomes[len(sheets) :]
    for inputs, outcome in zip(sheets, outcomes, strict=False):
        result = recommend(KNOWLEDGE, inputs, DAY, thorough=False)
        verdict = result.verdict
        event(f"lane: {verdict.lane}")
        assert (outcome.winner, outcome.model, outcome.lane) == (
            verdict.offer,
            verdict.model,
            verdict.lane,
        )
        assert (outcome.confidence, outcome.settled) == (verdict.confidence, verdict.settled)
        assert outcome.excluded == tuple(
            (gone.offer, tuple(failure.rule for failure in gone.failed)) for gone in result.excluded
        )
        if not result.ranking:
            assert outcome.rules == () and outcome.margin is None
            continue
        leader, *others = result.ranking
        assert outcome.runner_up == (others[0].offer if others else None)
        if others:
            assert outcome.margin == leader.score.points - others[0].score.points
        assert leader.estimate is not None
        monthly = leader.estimate.monthly
        assert (outcome.cost_low, outcome.cost_high) == (monthly.low, monthly.high)
        because = {r.rule for part in leader.contributions for r in part.because}
        assert set(outcome.rules) <= because


@pytest.mark.full
def test_the_shipped_base_says_the_same(knowledge, rules_root):
    """Over every shipped case, as one table and one by one."""
    from advisor.language.answers import case_inputs

    sheets = [case_inputs(case, knowledge) for case in knowledge.cases.values()]
    for inputs, outcome in zip(sheets, Decider(knowledge, DAY).outcomes(sheets), strict=True):
        verdict = recommend(knowledge, inputs, DAY, thorough=False).verdict
        assert (outcome.winner, outcome.lane, outcome.confidence, outcome.settled) == (
            verdict.offer,
            verdict.lane,
            verdict.confidence,
            verdict.settled,
        )
