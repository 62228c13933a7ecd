"""What the offers cost, and from which volume on one way of paying is no dearer."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.result import BreakEven, Estimate, Ranked, Recommendation
from advisor.reports.blocks import (
    Block,
    Chart,
    ChartRow,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Table,
)
from advisor.reports.figures import band, figure_span, money

DRAWN = 10
"""Offers in a picture at most."""


def cost_blocks(leader: Ranked) -> Iterator[Block]:
    """The bill of the leader."""
    estimate = leader.estimate
    if estimate is None:
        return
    yield Heading("Cost for this traffic")
    yield Pairs(
        (
            Pair("Per month", money(estimate.monthly)),
            Pair("Per day", money(estimate.daily)),
            Pair("Per million tokens", money(estimate.per_million)),
        )
    )
    if estimate.lines:
        rows = tuple(
            (c.item, band(c.low, c.high), f"{c.formula} [{c.source}]" if c.source else c.formula)
            for c in estimate.lines
        )
        yield Table(("item", "a month", "how"), rows, frozenset({1}))
    yield from _notes(estimate)


def _notes(estimate: Estimate) -> Iterator[Block]:
    notes = [Item(f"Not known: {text}", mark="-") for text in estimate.unknown]
    notes += [Item(f"Assumed: {text}") for text in estimate.assumptions]
    if notes:
        yield Items(tuple(notes))


def cost_chart(result: Recommendation) -> Iterator[Block]:
    """The bills of the best offers side by side."""
    rows = tuple(
        ChartRow(
            entry.title,
            entry.estimate.monthly.low,
            entry.estimate.monthly.high,
            f"{money(entry.estimate.monthly)} a month",
            entry.offer == result.verdict.offer,
        )
        for entry in result.ranking[:DRAWN]
        if entry.estimate is not None and entry.estimate.monthly.low
    )
    if len(rows) > 1:
        title = "Cost a month of the best offers, from low to high"
        if any(row.high is None for row in rows):
            title += " (dotted: the high end is not known)"
        yield Chart(title, "bands", "USD", rows)


def break_even_blocks(break_evens: tuple[BreakEven, ...]) -> Iterator[Block]:
    """From which volume on hourly offers are no dearer than tokens."""
    if not break_evens:
        return
    first = break_evens[0]
    yield Heading("Break-even with paying by the token")
    yield Paragraph(
        f"Against {first.against_title}, the cheapest by the token here; {first.label}: whether "
        "the devices could serve that much is another question; the third column says what they "
        "would have to sustain."
    )
    yield Table(
        ("offer", "no dearer from", "at output tokens/s", "how"),
        tuple(
            (
                even.title,
                figure_span(even.requests_low, even.requests_high, "requests a day"),
                figure_span(even.rate_low, even.rate_high, ""),
                even.formula,
            )
            for even in break_evens
        ),
        frozenset({1, 2}),
    )
    worked_out = [even for even in break_evens if even.stretches]
    if worked_out:
        yield Heading("With what the devices can carry, and people counted", 3)
        yield Items(tuple(Item(even.title, even.stretches) for even in worked_out))
