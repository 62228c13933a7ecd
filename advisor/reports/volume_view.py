"""What the best offers cost by volume: a picture, the same figures as a table, and where one way
of paying becomes no dearer than another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decision.result import (
    BreakEven,
    CostAt,
    CostByVolume,
    CostCurve,
    Recommendation,
)
from advisor.reports.blocks import (
    Block,
    Curve,
    CurvePoint,
    Curves,
    Heading,
    Item,
    Items,
    Stretch,
    Table,
)
from advisor.reports.figures import grouped, money

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""One for each offer in the picture."""


def volume_blocks(result: Recommendation) -> Iterator[Block]:
    """Nothing where no volume was answered, or no bill is known."""
    found = result.cost_by_volume
    if found is None:
        return
    letters = {curve.offer: LETTERS[i] for i, curve in enumerate(found.curves)}
    evens = [e for e in result.break_evens if e.offer in letters and e.against in letters]
    yield Heading("Cost against volume")
    title = "Cost a month against requests a day (shaded: from the low end to the high end"
    if any(cost.monthly.high is None for curve in found.curves for cost in curve.costs):
        title += "; a line alone: the high end is not known"
    if evens:
        title += "; bars: within them one becomes no dearer than the other"
    yield Curves(
        f"{title}); the table names the letters",
        "requests a day",
        "USD a month",
        tuple(
            Curve(
                letters[curve.offer],
                curve.title,
                tuple(CurvePoint(c.requests, c.monthly.low, c.monthly.high) for c in curve.costs),
                _words(curve, found),
                curve.offer == result.verdict.offer,
            )
            for curve in found.curves
        ),
        (
            Stretch(
                found.requests_low, found.requests_high, "answered", f"answered: {_answered(found)}"
            ),
            *(_stretch(even, letters) for even in evens),
        ),
    )
    yield _table(found, letters)
    if evens:
        yield Items(tuple(Item(_even_words(even, letters)) for even in evens))


def _table(found: CostByVolume, letters: dict[str, str]) -> Table:
    rows = []
    for i, volume in enumerate(cost.requests for cost in found.curves[0].costs):
        here = found.requests_low <= volume <= found.requests_high
        told = f"{grouped(volume)} (answered)" if here else grouped(volume)
        rows.append((told, *(money(curve.costs[i].monthly) for curve in found.curves)))
    header = ("requests a day", *(f"{letters[c.offer]}: {c.title}" for c in found.curves))
    return Table(header, tuple(rows), frozenset(range(len(header))))


def _words(curve: CostCurve, found: CostByVolume) -> str:
    """The ends of the curve, and the answered volume."""
    costs = curve.costs
    named: Sequence[CostAt] = (
        costs[0],
        *(c for c in costs[1:-1] if c.requests in (found.requests_low, found.requests_high)),
        costs[-1],
    )
    return ", ".join(f"{money(c.monthly)} at {grouped(c.requests)}" for c in named)


def _stretch(even: BreakEven, letters: dict[str, str]) -> Stretch:
    one, other = letters[even.offer], letters[even.against]
    return Stretch(
        even.requests_low,
        even.requests_high,
        f"{one} ≤ {other}",
        _even_words(even, letters),
        LETTERS.index(one),
    )


def _even_words(even: BreakEven, letters: dict[str, str]) -> str:
    one, other = letters[even.offer], letters[even.against]
    low, high = even.requests_low, even.requests_high
    if low is None:
        start = "a volume that is not known" if high is None else f"at most {grouped(high)}"
    elif high is None:
        start = f"at least {grouped(low)}"
    else:
        start = grouped(low) if low == high else f"{grouped(low)} to {grouped(high)}"
    return (
        f"{one} ({even.title}) costs no more than {other} ({even.against_title}) from {start} "
        f"requests a day on ({even.label})."
    )


def _answered(found: CostByVolume) -> str:
    low, high = found.requests_low, found.requests_high
    ends = grouped(low) if low == high else f"{grouped(low)} to {grouped(high)}"
    return f"{ends} requests a day"
