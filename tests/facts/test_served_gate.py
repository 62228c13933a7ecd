"""Whether an offer serves a model is a gate on the day of asking, with what each source says."""

from __future__ import annotations

import datetime

import pytest

from advisor.decision.recommend import recommend
from advisor.decision.result import Recommendation
from advisor.knowledge.model import Knowledge
from advisor.language.answers import inputs_from_mapping


def asked(knowledge: Knowledge, model: str, day: str) -> Recommendation:
    answers = {"use-case": "chat", "models": [model]}
    read = inputs_from_mapping({"format": "1", "answers": answers}, knowledge)
    return recommend(knowledge, read, datetime.date.fromisoformat(day), thorough=False)


def lane(result: Recommendation, offer: str) -> str | None:
    return next((e.lane for e in result.ranking if e.offer == offer), None)


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-08-04", "safe"), ("2026-08-05", None), ("2026-11-22", None)]
)
def test_a_model_is_served_until_the_day_of_its_withdrawal(
    knowledge: Knowledge, day: str, expected: str | None
) -> None:
    result = asked(knowledge, "claude-opus-4.1", day)
    assert lane(result, "anthropic-api") == expected
    assert lane(result, "aws-bedrock") == "safe"
    if expected is None:
        (failed,) = next(e for e in result.excluded if e.offer == "anthropic-api").failed
        assert failed.rule == "model-must-be-served"
        assert "claude-opus-4.1: withdrawn on 2026-08-05 (press; models-dev, 2026-07-02)" in (
            failed.facts
        )


def test_where_sources_conflict_the_offer_is_conditional_and_both_are_shown(
    knowledge: Knowledge,
) -> None:
    result = asked(knowledge, "deepseek-v4-pro", "2026-11-22")
    (entry,) = (e for e in result.ranking if e.offer == "cerebras-shared")
    assert entry.lane == "conditional"
    (doubt,) = (d for d in entry.to_confirm if d.rule == "model-must-be-served")
    assert doubt.facts[:2] == (
        "deepseek-v4-pro: served (vendor claim; gmi-cerebras-article, 2026-04-13)",
        "deepseek-v4-pro: not in a complete list of models (press; cerebras-skills, 2026-10)",
    )


def test_a_complete_list_without_the_model_excludes_and_is_named(knowledge: Knowledge) -> None:
    result = asked(knowledge, "llama-4-maverick", "2026-11-22")
    (failed,) = next(e for e in result.excluded if e.offer == "groq-shared").failed
    assert any("not in a complete list of models" in fact for fact in failed.facts)


def test_closed_models_run_on_nobodys_wafers(knowledge: Knowledge) -> None:
    result = asked(knowledge, "gpt-5.6", "2026-11-22")
    platforms = {entry.platform for entry in result.ranking}
    assert "azure" in platforms
    assert not platforms & {"cerebras", "groq", "sambanova"}
