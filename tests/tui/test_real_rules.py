"""The interface over the shipped rules: the same verdict as everywhere, every text as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from msgspec import Struct
from textual.content import Content
from tui_play import answered, play

from advisor.decision.recommend import recommend
from advisor.decision.result import Recommendation
from advisor.knowledge.model import Knowledge
from advisor.tui.pages.compare import comparison
from advisor.tui.pages.cost import cost_page
from advisor.tui.pages.evidence import subject_page
from advisor.tui.pages.hero import hero_text
from advisor.tui.pages.open import open_page
from advisor.tui.pages.out import out_page
from advisor.tui.pages.rules import declaration_page, declarations
from advisor.tui.pages.why import why_page
from advisor.tui.state import Consultation

WIDTHS = [46, 56, 76, 110]
BEGIN = answered(
    use_case="coding-agent",
    frontier_models="large-open",
    model_size="175B",
    model_diversity="one",
    requests_per_day=1000000,
    input_tokens=1000,
    output_tokens=300,
    usage_pattern="sustained",
    residency="us",
    hosting="any",
)


@pytest.fixture(scope="module")
def result(knowledge: Knowledge, as_of: date) -> Recommendation:
    return recommend(knowledge, BEGIN(knowledge), as_of)


def too_wide(page: Content, width: int) -> list[str]:
    """Lines that would be wrapped once more by the screen."""
    return [line.plain for line in page.split("\n") if line.cell_length > width]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_width(
    result: Recommendation, knowledge: Knowledge, width: int
) -> None:
    state = Consultation(knowledge=knowledge, recommendation=result)
    pages: dict[str, Callable[[], Content]] = {
        "hero": lambda: hero_text(result, state.model_title(result.verdict.model), width),
        "why": lambda: why_page(result, width),
        "cost": lambda: cost_page(result, width),
        "open": lambda: open_page(result, state.title, width),
        "out": lambda: out_page(result, state.title, width),
    }
    found = {name: too_wide(write(), width) for name, write in pages.items()}
    assert found == {name: [] for name in pages}


def test_every_fact_and_rule_has_a_page(knowledge: Knowledge, as_of: date) -> None:
    from advisor.reports.facts import subjects

    titles = {ref: source.title for ref, source in knowledge.sources.items()}
    for subject in list(subjects(knowledge, as_of))[::7]:
        page = subject_page(subject, titles.__getitem__, 70)
        assert too_wide(page, 70) == []
        assert subject.title in page.plain
    for found in declarations(knowledge):
        page = declaration_page(found, knowledge, 70)
        assert found.title in page.plain
        if found.kind != "offer":
            assert f"id: {found.id}" in page.plain


def test_any_offers_compare(result: Recommendation, knowledge: Knowledge) -> None:
    offers = list(knowledge.offers)
    for first in range(0, len(offers) - 1, 4):
        rows = comparison(result, offers[first : first + 4], {}, {})
        assert all(len(row.cells) == len(offers[first : first + 4]) for row in rows)


async def test_the_screen_says_what_the_command_says(
    result: Recommendation, knowledge: Knowledge, as_of: date
) -> None:
    async with play(
        "f10", load=lambda: knowledge, recommend=recommend, as_of=as_of, begin=BEGIN
    ) as player:
        shown = player.app.state.recommendation
        assert shown is not None
        assert shown.to_json() == result.to_json()
        assert knowledge.offers[str(result.verdict.offer)].title in player.text
        assert result.verdict.confidence in player.text


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from strings(item)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))


def test_every_string_of_the_rule_base_survives(knowledge: Knowledge) -> None:
    for part in (knowledge.questions, knowledge.offers, knowledge.rules, knowledge.sources,
                 knowledge.models, knowledge.criteria, knowledge.cases):  # fmt: skip
        for text in set(strings(dict(part))):
            assert Content(text).plain == text
