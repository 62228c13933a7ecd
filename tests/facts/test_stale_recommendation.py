"""A stale fact that a recommendation rests on is named in it and lowers its confidence."""

from __future__ import annotations

import datetime

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.decision.result import Recommendation
from advisor.decision.staleness import STALE_FACTS
from advisor.decision.sureness import WORDS
from advisor.knowledge.model import Inputs, Knowledge
from advisor.language.answers import inputs_from_mapping
from advisor.reports import adr, html, markdown

CASE = "agent-that-must-be-fast"
FRESH = datetime.date(2026, 11, 22)
LISTS_OLD = datetime.date(2026, 12, 30)
PRICES_OLD = datetime.date(2027, 2, 15)
ALL_OLD = datetime.date(2040, 1, 1)


def inputs(knowledge: Knowledge, **more: object) -> Inputs:
    answers = dict(knowledge.cases[CASE].answers)
    return inputs_from_mapping({"format": "1", "answers": answers, **more}, knowledge)


def judged(knowledge: Knowledge, day: datetime.date) -> Recommendation:
    return recommend(knowledge, inputs(knowledge), day, thorough=False)


def said(result: Recommendation) -> str:
    """Everything that the leader's caveats say of stale facts."""
    return " ".join(c.text for c in result.ranking[0].warnings if c.rule == STALE_FACTS)


def test_fresh_facts_are_not_spoken_of(knowledge: Knowledge) -> None:
    result = judged(knowledge, FRESH)
    assert result.verdict.confidence == "firm"
    assert all(said(replace(result, ranking=(e,))) == "" for e in result.ranking)
    assert not any(s.stale for s in result.sources)


@pytest.mark.parametrize(
    ("day", "named", "not_yet"),
    [
        (LISTS_OLD, ("that it serves gpt-oss-120b", "30 days"), ("price", "context limit")),
        (PRICES_OLD, ("input price", "output price", "60 days"), ("context limit", "rule")),
        (ALL_OLD, ("context limit", "billing", "regions", "speed per user", "rules"), ()),
    ],
)
def test_what_has_expired_is_named_and_costs_a_word(
    knowledge: Knowledge, day: datetime.date, named: tuple[str, ...], not_yet: tuple[str, ...]
) -> None:
    fresh, result = judged(knowledge, FRESH), judged(knowledge, day)
    assert result.verdict.offer == fresh.verdict.offer
    assert WORDS.index(result.verdict.confidence) > WORDS.index(fresh.verdict.confidence)
    assert [c for c in result.verdict.sureness.caps if c.startswith("stale evidence: ")]
    assert [word for word in named if word not in said(result)] == []
    assert [word for word in not_yet if word in said(result)] == []


def test_every_source_of_a_stale_fact_is_listed_as_stale(knowledge: Knowledge) -> None:
    result = judged(knowledge, PRICES_OLD)
    stale = {s.ref for s in result.sources if s.stale}
    cited = {c.source for e in result.ranking for c in e.warnings if c.rule == STALE_FACTS}
    assert cited and cited <= stale
    assert "models-dev" in stale


def test_prices_of_ones_own_do_not_expire(knowledge: Knowledge) -> None:
    own = inputs(knowledge, prices={"cerebras-shared": {"input": "0.35", "output": "0.75"}})
    result = recommend(knowledge, own, PRICES_OLD, thorough=False)
    assert result.verdict.offer == "cerebras-shared"
    assert "price" not in said(result)
    assert "that it serves" in said(result)


def test_a_proof_that_is_stale_is_named(knowledge: Knowledge) -> None:
    """Certificates keep a year: after that the requirement rests on an old page."""
    answers = dict(knowledge.cases["best-closed-models-in-the-house-cloud"].answers)
    read = inputs_from_mapping({"format": "1", "answers": answers}, knowledge)
    result = recommend(knowledge, read, datetime.date(2027, 11, 25), thorough=False)
    assert result.verdict.offer == "aws-bedrock"
    for name in ("certifications", "residency"):
        assert name in said(result), name


def test_every_format_says_it(knowledge: Knowledge) -> None:
    result = judged(knowledge, PRICES_OLD)
    pages = {
        "json": result.to_json(),
        "markdown": markdown.render(result),
        "html": html.render(result),
    }
    for form, page in pages.items():
        text = " ".join(page.replace("\\", "").split())
        assert "stale evidence: input price" in text, form
        assert "good for 60 days" in text, form
    record = " ".join(adr.render(result).replace("\\", "").split())
    assert "good for 60 days" in record
    assert "models-dev" in record
