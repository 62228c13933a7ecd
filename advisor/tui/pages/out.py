"""Which offers are out, by which gate, and what to relax so that something fits."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Excluded, Recommendation
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, hanging, heading, quiet, sections


def out_page(result: Recommendation, title: Callable[[str | None], str], width: int) -> Content:
    """Relaxations first (they matter when nothing is left), then each excluded offer."""
    groups: list[list[Text]] = []
    if result.relaxations:
        rows: list[Text] = [heading("What to relax, and what that opens")]
        for way in result.relaxations:
            answers = " and ".join(phrases.name_words(name) for name in way.relax)
            opens = ", ".join(title(offer) for offer in way.opens)
            rows.append(hanging("↷ ", Content.assemble((answers, "bold"), f": {opens}"), width))
        groups.append(rows)
    groups += [excluded_lines(gone, width) for gone in result.excluded]
    return sections(groups) if groups else Content("No offer is excluded.")


def excluded_lines(gone: Excluded, width: int) -> list[Text]:
    """An excluded offer with every gate that it fails."""
    rows: list[Text] = [Content.assemble(("✗ ", "bold $error"), (gone.title, "bold"))]
    for failure in gone.failed:
        rows.append(hanging("  ", failure.text, width))
        names = ", ".join(phrases.name_words(name) for name in failure.answers)
        facts = ", ".join(failure.facts)
        because = [f"your answer: {names}"] if names else []
        because += [f"fact: {facts}"] if facts else []
        if because:
            rows.append(hanging("  ", quiet("; ".join(because)), width))
    return rows
