"""What it costs: the winner's bill, and the bands of all offers beside each other."""

from __future__ import annotations

import math
from fractions import Fraction

from textual.content import Content

from advisor.decision.result import CostLine, Estimate, Money, Ranked, Recommendation
from advisor.reports.figures import band, money
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, cut, hanging, heading, quiet, sections


def cost_page(result: Recommendation, width: int) -> Content:
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
    groups.append(bands(result, width))
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
        bill.append(Content.assemble((f"{line.item}: ", "bold"), band(line.low, line.high)))
        bill.append(hanging("  ", quiet(_formula(line)), width))
    assumed: list[Text] = [heading("Assumed")] if estimate.assumptions else []
    assumed += [hanging("· ", text, width) for text in estimate.assumptions]
    unknown: list[Text] = [heading("Not known")] if estimate.unknown else []
    unknown += [hanging("? ", text, width) for text in estimate.unknown]
    return [totals, bill, unknown, assumed]


def _formula(line: CostLine) -> str:
    return f"{line.formula} ({line.source})" if line.source else line.formula


def bands(result: Recommendation, width: int) -> list[Text]:
    """Monthly cost of each ranked offer on one logarithmic axis."""
    known = [row for row in result.ranking if _ends(row) is not None]
    if not known:
        return []
    edges = [edge for row in known for edge in _ends(row) or ()]
    low, high = math.log10(min(edges)), math.log10(max(edges))
    spread = (high - low) or 1.0
    names = min(max(len(row.title) for row in result.ranking), max(width // 3, 14))
    words = max(len(_monthly(row)) for row in result.ranking)
    axis = width - names - words - 4
    rows: list[Text] = [heading("A month, all offers")]
    if axis >= 8:
        rows.append(quiet("Bars run from the lowest to the highest estimate; each step ×10."))
    for row in result.ranking:
        ends = _ends(row)
        text = Content.assemble(cut(row.title, names), "  ", f"{_monthly(row):>{words}}")
        if axis >= 8:
            bar = ""
            if ends is not None:
                first = round((math.log10(ends[0]) - low) / spread * (axis - 1))
                last = round((math.log10(ends[1]) - low) / spread * (axis - 1))
                bar = " " * first + "━" * (last - first + 1)
            text = Content.assemble(text, "  ", (bar, "$accent"))
        rows.append(text)
    return rows


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
