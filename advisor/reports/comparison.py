"""Offers side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decision.explain import Comparison
from advisor.decision.result import Ranked, plain
from advisor.reports.blocks import Block, Document, Heading, Item, Items, Paragraph, Table
from advisor.reports.explanation import versus_blocks
from advisor.reports.figures import grouped, money
from advisor.reports.view import excluded_blocks, model_words

ABREAST = 3
"""Offers in one table, so that a line stays within 80 columns."""


def view(compared: Comparison) -> Document:
    """The offers' figures, points by criterion, and what decides between them."""
    blocks: list[Block] = [Paragraph(compared.result.verdict.headline, "strong")]
    ranked = compared.ranked
    for start in range(0, len(ranked), ABREAST):
        blocks += _tables(ranked[start : start + ABREAST])
    for told in compared.versus:
        blocks += versus_blocks(told)
    blocks += _doubts(ranked)
    blocks += excluded_blocks(compared.excluded)
    return Document("Inference Advisor: comparison", tuple(blocks))


def to_data(compared: Comparison) -> dict[str, object]:
    """The same as plain data (``advisor-comparison-1``)."""
    data = compared.result.to_data()
    return {
        "format": "advisor-comparison-1",
        "as_of": data["as_of"],
        "inputs": data["inputs"],
        "verdict": data["verdict"],
        "ranking": plain(compared.ranked),
        "excluded": plain(compared.excluded),
        "versus": plain(compared.versus),
    }


def _tables(ranked: Sequence[Ranked]) -> Iterator[Block]:
    header = ("", *(r.offer for r in ranked))
    right = frozenset(range(1, len(ranked) + 1))
    yield Heading(" and ".join(r.title for r in ranked))
    yield Table(
        header,
        (
            ("rank", *(str(r.rank) for r in ranked)),
            ("requirements", *(r.lane for r in ranked)),
            ("model", *map(model_words, ranked)),
            (
                "a month",
                *(money(r.estimate.monthly) if r.estimate is not None else "-" for r in ranked),
            ),
        ),
        right,
    )
    labels = [c.label for c in ranked[0].contributions]
    rows = [
        (label, *(grouped(r.contributions[k].points) for r in ranked))
        for k, label in enumerate(labels)
        if any(r.contributions[k].weight or r.contributions[k].points for r in ranked)
    ]
    yield Table(
        ("points", *(r.offer for r in ranked)),
        (*rows, ("together", *(grouped(r.score.points) for r in ranked))),
        right,
    )


def _doubts(ranked: Sequence[Ranked]) -> Iterator[Block]:
    for entry in ranked:
        if entry.to_confirm:
            yield Heading(f"To confirm of {entry.title}")
            yield Items(tuple(Item(doubt.text, doubt.facts) for doubt in entry.to_confirm))
