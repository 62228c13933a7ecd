"""The summary of many workloads: how many, what they cost and save, by recommended offer.

``counts`` is a tally: what is counted -> of what -> how many; money in cents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction

from advisor.knowledge.model import Knowledge
from advisor.reports.blocks import Block, Document, Heading, Paragraph, Table
from advisor.reports.figures import counted, dollars
from advisor.reports.text import Style, render_document

Counts = Mapping[str, Mapping[str, int]]

MOST_UNKNOWNS = 8


def as_json(counts: Counts, knowledge: Knowledge, *, rejected: int) -> str:
    """One object (``advisor-fleet-summary-1``), keys sorted; money in USD a month."""
    offers = [
        {
            "offer": offer if offer in knowledge.offers else None,
            "workloads": number,
            "toss_ups": _of(counts, "toss-ups", offer),
            "monthly_cost": _band(counts, "cost", offer),
            "saving": _band(counts, "saving", offer),
        }
        for offer, number in _most_first(counts, "workloads")
    ]
    data = {
        "format": "advisor-fleet-summary-1",
        "workloads": _total(counts, "workloads"),
        "rejected": rejected,
        "confidence": dict(counts.get("confidence", {})),
        "offers": offers,
        "unanswered": [{"question": q, "workloads": n} for q, n in _unanswered(counts, knowledge)],
        "decides_most": {
            "asked": _total(counts, "asked"),
            "questions": [
                {"question": q, "workloads": n} for q, n in _most_first(counts, "decides-most")
            ],
        },
        "moved": [
            {
                "move": move,
                "workloads": number,
                "monthly_cost_before": _band(counts, "moved-from", move),
                "monthly_cost_after": _band(counts, "moved-to", move),
            }
            for move, number in _most_first(counts, "moved")
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def as_text(
    counts: Counts, knowledge: Knowledge, *, rejected: int, style: Style | None = None
) -> str:
    """The same to read."""
    total = _total(counts, "workloads")
    title = counted(total, "workload")
    if rejected:
        title += f", {counted(rejected, 'row')} rejected"
    blocks = tuple(_blocks(counts, knowledge, total))
    return render_document(Document(title, blocks), style)


def _blocks(counts: Counts, knowledge: Knowledge, total: int) -> Iterator[Block]:
    if not total:
        yield Paragraph("Nothing was decided.")
        return
    yield Heading("By recommended offer")
    rows = tuple(
        (
            offer,
            f"{number:,}",
            _money(counts, "cost", offer),
            _money(counts, "saving", offer),
            f"{_of(counts, 'toss-ups', offer):,}",
        )
        for offer, number in _most_first(counts, "workloads")
    )
    header = ("offer", "workloads", "USD a month", "saving a month", "toss-ups")
    yield Table(header, rows, frozenset({1, 2, 3, 4}), whole=True)
    for what, words in (("cost", "cost"), ("saving", "saving")):
        unknown = _total(counts, f"{what}-unknown")
        if unknown:
            yield Paragraph(
                f"The {words} is unknown for {counted(unknown, 'workload')}; "
                "they add nothing to the sums."
            )
    yield Heading("How sure")
    order = ("firm", "likely", "leaning", "toss-up", "none")
    found = counts.get("confidence", {})
    yield Table(
        ("confidence", "workloads"),
        tuple((word, f"{found[word]:,}") for word in order if word in found),
        frozenset({1}),
        whole=True,
    )
    yield from _unknown_blocks(counts, knowledge, total)
    moves = _most_first(counts, "moved")
    if "moved" in counts or "moved-from-known" in counts:
        yield Heading("What moves")
        table = tuple(
            (m, f"{n:,}", _money(counts, "moved-from", m), _money(counts, "moved-to", m))
            for m, n in moves
        )
        yield Table(
            ("move", "workloads", "USD before", "USD after"),
            table,
            frozenset({1, 2, 3}),
            whole=True,
        )


def _unknown_blocks(counts: Counts, knowledge: Knowledge, total: int) -> Iterator[Block]:
    asked = _total(counts, "asked")
    if asked:
        yield Heading("Which unknown would decide most")
        found = _most_first(counts, "decides-most")
        rows = tuple((question, f"{n:,}") for question, n in found)
        if rows:
            yield Table(("question", "of those asked"), rows, frozenset({1}), whole=True)
        yield Paragraph(f"{counted(asked, 'unsettled workload')} were asked, evenly spread.")
    unanswered = _unanswered(counts, knowledge)[:MOST_UNKNOWNS]
    if unanswered:
        yield Heading("Left open most often")
        open_ = tuple((q, f"{n:,}", f"{100 * n // total} %") for q, n in unanswered)
        yield Table(("question", "workloads", ""), open_, frozenset({1, 2}), whole=True)


def _unanswered(counts: Counts, knowledge: Knowledge) -> list[tuple[str, int]]:
    total = _total(counts, "workloads")
    answered = counts.get("answered", {})
    open_ = [(q, total - answered.get(q, 0)) for q in knowledge.questions]
    return sorted(((q, n) for q, n in open_ if n), key=lambda pair: (-pair[1], pair[0]))


def _most_first(counts: Counts, what: str) -> list[tuple[str, int]]:
    return sorted(counts.get(what, {}).items(), key=lambda pair: (-pair[1], pair[0]))


def _of(counts: Counts, what: str, of: str) -> int:
    return counts.get(what, {}).get(of, 0)


def _total(counts: Counts, what: str) -> int:
    return sum(counts.get(what, {}).values())


def _band(counts: Counts, what: str, of: str) -> dict[str, object]:
    known = _of(counts, f"{what}-known", of)
    return {
        "low": _of(counts, f"{what}-low", of) / 100 if known else None,
        "high": _of(counts, f"{what}-high", of) / 100 if known else None,
        "unknown": _of(counts, f"{what}-unknown", of),
    }


def _money(counts: Counts, what: str, of: str) -> str:
    if not _of(counts, f"{what}-known", of):
        return "unknown" if _of(counts, f"{what}-unknown", of) else ""
    low, high = (Fraction(_of(counts, f"{what}-{side}", of), 100) for side in ("low", "high"))
    return dollars(low) if low == high else f"{dollars(low)} to {dollars(high)}"
