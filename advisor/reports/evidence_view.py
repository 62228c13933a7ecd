"""What a recommendation rests on: answers, what was made of silence, facts, sources."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.result import Ground, InputsRead, Recommendation
from advisor.reports.blocks import (
    Block,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Reference,
    References,
    Table,
)
from advisor.reports.figures import listed


def assumption_blocks(inputs: InputsRead) -> Iterator[Block]:
    """The answers, how they were read, and what was assumed where there is none."""
    yield Heading("What this rests on")
    if inputs.answers:
        yield Pairs(tuple(Pair(name, text) for name, text in inputs.answers.items()))
    else:
        yield Paragraph("Nothing was answered.")
    if inputs.weights:
        yield Items(tuple(Item(f"{name} counts: {w}") for name, w in inputs.weights.items()))
    for offer, prices in inputs.prices.items():
        words = listed([f"{name} {value}" for name, value in prices.items()])
        yield Items((Item(f"Your own prices for {offer}: {words}"),))
    if inputs.readings:
        yield Items(tuple(Item(reading.text) for reading in inputs.readings))
    if inputs.unknown:
        yield Heading("Assumed where nothing was answered", 3)
        yield Paragraph(f"Not known, so every possibility counted: {', '.join(inputs.unknown)}.")


def fact_blocks(result: Recommendation) -> Iterator[Block]:
    """The leader's facts with grades and dates; what is old or disputed stands apart."""
    if not result.evidence:
        return
    yield Heading(f"Facts behind the leader ({len(result.evidence)})")
    yield Table(
        ("fact", "value", "evidence"),
        tuple(_fact(ground) for ground in result.evidence),
    )
    doubtful = [g for g in result.evidence if g.stale or g.conflict]
    if doubtful:
        yield Heading("Stale or conflicting facts", 3)
        yield Items(tuple(_doubtful(ground) for ground in doubtful))
    else:
        yield Paragraph("None of them is stale, and none is disputed.", "quiet")


def _fact(ground: Ground) -> tuple[str, ...]:
    best = ground.claims[0]
    more = f", and {len(ground.claims) - 1} more" if len(ground.claims) > 1 else ""
    dates = f"{_of(best.date)}, read {best.checked}"
    return ground.label, ground.value, f"{best.grade}, {best.source}, {dates}{more}"


def _of(date: str) -> str:
    return date if date == "undated" else f"of {date}"


def _doubtful(ground: Ground) -> Item:
    kinds = [word for word, so in (("stale", ground.stale), ("disputed", ground.conflict)) if so]
    details = tuple(
        f"{c.value} ({c.source}, {c.grade}, {_of(c.date)}, read {c.checked})" for c in ground.claims
    )
    return Item(f"{ground.label}: {listed(kinds)}", details, "-", "warn")


def source_blocks(result: Recommendation) -> Iterator[Block]:
    """Every source that is cited, with its grade and the day it was last read."""
    if not result.sources:
        return
    yield Heading(f"Sources ({len(result.sources)})")
    yield References(
        tuple(
            Reference(
                ref=s.ref,
                title=s.title,
                address=s.address,
                note=f"{s.grade}, checked {s.checked}" + (", stale" if s.stale else ""),
                stale=s.stale,
            )
            for s in result.sources
        )
    )
