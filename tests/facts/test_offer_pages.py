"""The generated page of every offer says what it is, for whom, its limits and its evidence."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.reports.blocks import Heading, Items, Table
from advisor.reports.markdown import render_document
from advisor.reports.offer_pages import INDEX, offer_pages

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def pages(request):
    knowledge = request.getfixturevalue("knowledge")
    return {name: render_document(page) for name, page in offer_pages(knowledge, DAY).items()}


def test_every_offer_has_a_page_and_the_index_names_it(pages, knowledge):
    assert set(pages) == {INDEX, *knowledge.offers}
    for offer in knowledge.offers.values():
        assert offer.id in pages[INDEX]
        assert offer.summary.replace("-", "").split(".")[0][:20] in pages[INDEX].replace("-", "")


def test_every_page_has_its_parts(pages, knowledge):
    for offer in knowledge.offers.values():
        page = pages[offer.id]
        heads = [line for line in page.splitlines() if line.startswith("#")]
        assert heads[0].startswith("# ")
        for part in ("## For whom", "## Limits", "## Models (", "## Evidence", "## Sources ("):
            assert any(head.startswith(part) for head in heads), (offer.id, part)
        # Braces of rules are filled in.
        assert "{" not in page


def test_every_claim_is_on_its_page_with_its_source(knowledge):
    made = offer_pages(knowledge, DAY)
    for offer in knowledge.offers.values():
        blocks = made[offer.id].blocks
        start = next(i for i, b in enumerate(blocks) if b == Heading("Evidence"))
        items = blocks[start + 1]
        assert isinstance(items, Items)
        told = [detail for item in items.items for detail in item.details]
        assert len(told) == len(offer.claims)
        for claim, words in zip(sorted(offer.claims, key=_order(offer)), told, strict=True):
            assert claim.source in words
            assert claim.grade in words
            assert claim.note in words


def _order(offer):
    seen = list(dict.fromkeys(claim.attribute for claim in offer.claims))
    return lambda claim: seen.index(claim.attribute)


def test_models_are_listed_or_retired_but_never_both(knowledge):
    made = offer_pages(knowledge, DAY)
    for offer in knowledge.offers.values():
        tables = [block for block in made[offer.id].blocks if isinstance(block, Table)]
        named = [row[0] for table in tables for row in table.rows]
        assert sorted(named) == sorted({row.model for row in offer.serves})


def test_a_dispute_a_retirement_and_a_rule_are_on_the_page(pages, knowledge):
    page = pages["cerebras-shared"]
    assert "| deepseek-v4-pro | – | – | – | – | – | in dispute |" in page
    retired = page.partition("## Retired models")[2]
    assert "| glm-4.7 | 2026-10-01 |" in retired
    rule = knowledge.rules["wafers-stand-in-few-places"]
    assert rule.id in page
    assert rule.id not in pages["openai-api"]
    assert "<https://" in page


def test_pages_follow_the_day(knowledge):
    later = render_document(offer_pages(knowledge, date(2028, 1, 1))["groq-shared"])
    assert "(stale)" in later
    assert "stale" not in render_document(offer_pages(knowledge, DAY)["groq-shared"])


def test_the_command_writes_the_same_pages_again(run_advisor, tmp_path, knowledge):
    folder = tmp_path / "a" / "pages"
    (tmp_path / "a").mkdir()
    first = run_advisor("rules", "pages", folder, "--as-of", "2026-11-22")
    assert first.returncode == 0, first.stderr
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(written) == {f"{name}.md" for name in (INDEX, *knowledge.offers)}
    run_advisor("rules", "pages", folder, "--as-of", "2026-11-22", "--quiet")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written
    blocked = tmp_path / "file"
    blocked.write_text("x")
    failed = run_advisor("rules", "pages", blocked)
    assert failed.returncode == 2
    assert b"cannot write" in failed.stderr
