"""Which offers are out, by which gate, and what to relax so that something fits."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Excluded, Recommendation, Relaxation
from advisor.reports.figures import money
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, hanging, heading, quiet, sections


def out_page(result: Recommendation, title: Callable[[str | None], str], width: int) -> Content:
    """Relaxations first (they matter when nothing is left), then each excluded offer."""
    groups: list[list[Text]] = []
    if result.relaxations:
        rows: list[Text] = [heading("What to relax, and what that opens")]
        for way in result.relaxations:
            rows += _way(way, width)
        groups.append(rows)
    groups += [excluded_lines(gone, width) for gone in result.excluded]
    return sections(groups) if groups else Content("No offer is excluded.")


def _way(way: Relaxation, width: int) -> list[Text]:
    """What to change, and who qualifies then, each with its place and price."""
    gives = " and ".join(phrases.named_answer(text) for text in way.relax)
    takes = " and ".join(f"{phrases.name_words(q)}: {value}" for q, value in way.change.items())
    yours = "" if way.yours else "  not yours alone to change"
    head = Content.assemble((gives, "bold"), (" → ", "$quiet"), takes, (yours, "$warning"))
    rows: list[Text] = [hanging("↷ ", head, width)]
    for opened in way.offers:
        cost = money(opened.monthly)
        price = "cost not known" if cost == "unknown" else f"{cost} a month"
        glyph, _ = phrases.LANE[opened.lane]
        words = f" {phrases.points(opened.points)} points, {price}"
        rows.append(hanging(f"  {glyph} ", Content.assemble(opened.title, quiet(words)), width))
    return rows


def excluded_lines(gone: Excluded, width: int) -> list[Text]:
    """An excluded offer with every gate that it fails."""
    rows: list[Text] = [Content.assemble(("✗ ", "bold $error"), (gone.title, "bold"))]
    for failure in gone.failed:
        rows.append(hanging("  ", failure.text, width))
        names = "; ".join(phrases.named_answer(text) for text in failure.answers)
        because = [f"you said: {names}"] if names else []
        because += [f"on file: {fact}" for fact in failure.facts]
        rows += [hanging("  ", quiet(words), width) for words in because]
    return rows
