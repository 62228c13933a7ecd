"""What it costs: the winner's bill, and the bands of all offers beside each other."""

from __future__ import annotations

import math
from fractions import Fraction

from msgspec import Struct
from textual.content import Content

from advisor.decision.result import CostLine, Estimate, Money, Ranked, Recommendation
from advisor.reports.figures import band, money
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, cut, hanging, heading, quiet, sections


def cost_page(result: Recommendation, width: int, *, pictures: bool = True) -> Content:
    """The bill of the headline offer, then the monthly bands of all ranked offers."""
    pair = phrases.margin(result)
    if pair is None:
        return Content("No offer is left to price.")
    leader = pair[0]
    groups: list[list[Text]] = []
    if leader.estimate is None:
        groups.append(
            [heading(leader.title), "Not estimated: too little is known of the traffic or prices."]
        )
    else:
        groups += _bill(leader, leader.estimate, width)
    groups.append(bands(result, width, pictures=pictures))
    return sections(groups)


def _bill(leader: Ranked, estimate: Estimate, width: int) -> list[list[Text]]:
    totals: list[Text] = [heading(f"What {leader.title} costs")]
    for name, value in (
        ("a month", estimate.monthly),
        ("a day", estimate.daily),
        ("a million tokens", estimate.per_million),
    ):
        totals.append(Content.assemble((f"{name:<17}", "$quiet"), (money(value), "bold")))
    bill: list[Text] = [heading("The bill")] if estimate.lines else []
    for line in estimate.lines:
        bill.append(
            Content.assemble(
                (f"{line.item[:1].upper()}{line.item[1:]}: ", "bold"), band(line.low, line.high)
            )
        )
        bill.append(hanging("  ", quiet(_formula(line)), width))
    assumed: list[Text] = [heading("Assumed")] if estimate.assumptions else []
    assumed += [hanging("· ", text, width) for text in estimate.assumptions]
    unknown: list[Text] = [heading("Not known")] if estimate.unknown else []
    unknown += [hanging("? ", text, width) for text in estimate.unknown]
    return [totals, bill, unknown, assumed]


def _formula(line: CostLine) -> str:
    return f"{line.formula} ({line.source})" if line.source else line.formula


def bands(result: Recommendation, width: int, *, pictures: bool = True) -> list[Text]:
    """Monthly cost of each ranked offer on one logarithmic axis; an arrow is open-ended."""
    known = [row for row in result.ranking if _ends(row) is not None]
    if not known:
        return []
    longest = max(len(row.title) for row in result.ranking)
    names = min(longest, max(width // 3, 14)) if pictures else longest
    words = max(len(_monthly(row)) for row in result.ranking)
    axis = _Axis.over(
        [edge for row in known for edge in _ends(row) or ()], width - names - words - 4
    )
    rows: list[Text] = [heading("A month, all offers")]
    if not pictures:
        axis = None
    if axis is not None:
        rows.append(quiet(" " * (names + words + 4) + axis.ticks()))
    for row in result.ranking:
        text = Content.assemble(cut(row.title, names), "  ", f"{_monthly(row):>{words}}")
        ends = _ends(row)
        if axis is not None and ends is not None and row.estimate is not None:
            open_ended = row.estimate.monthly.high is None
            text = Content.assemble(text, "  ", (axis.bar(*ends, open_ended=open_ended), "$accent"))
        rows.append(text)
    return rows


class _Axis(Struct, frozen=True):
    """A logarithmic axis of ``cells`` cells over whole powers of ten."""

    first: int
    last: int
    cells: int

    @classmethod
    def over(cls, values: list[Fraction], cells: int) -> _Axis | None:
        """None where there is no room for a picture."""
        first = math.floor(math.log10(min(values)))
        last = max(math.ceil(math.log10(max(values))), first + 1)
        return cls(first, last, cells) if cells >= 3 * (last - first) + 4 else None

    def at(self, value: Fraction) -> int:
        share = (math.log10(value) - self.first) / (self.last - self.first)
        return round(share * (self.cells - 1))

    def bar(self, low: Fraction, high: Fraction, *, open_ended: bool) -> str:
        start, end = self.at(low), self.at(high)
        return " " * start + ("━▶" if open_ended else "━" * (end - start + 1))

    def ticks(self) -> str:
        """``$1k      $10k     $100k``, each beginning at its place; those that fit."""
        line = ""
        for power in range(self.first, self.last + 1):
            label = _power_words(power)
            start = self.at(Fraction(10) ** power)
            if start + len(label) <= self.cells and (not line or start > len(line)):
                line = line.ljust(start) + label
        return line


def _power_words(power: int) -> str:
    for size, letter in ((9, "B"), (6, "M"), (3, "k")):
        if power >= size:
            return f"${10 ** (power - size)}{letter}"
    return f"${10**power}" if power >= 0 else f"${10.0**power:.2f}"


def _monthly(row: Ranked) -> str:
    return "not estimated" if row.estimate is None else money(row.estimate.monthly)


def _ends(row: Ranked) -> tuple[Fraction, Fraction] | None:
    """Both ends of the monthly band; None where nothing is known or it costs nothing."""
    if row.estimate is None:
        return None
    return _positive(row.estimate.monthly)


def _positive(value: Money) -> tuple[Fraction, Fraction] | None:
    low = value.low if value.low is not None else value.high
    high = value.high if value.high is not None else value.low
    if low is None or high is None or low <= 0 or high <= 0:
        return None
    return low, high
