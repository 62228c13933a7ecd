"""Several offers side by side, where one leaves a stated need unmet."""

from __future__ import annotations

from textual.content import Content

from advisor.decision.result import Portfolio, PortfolioPart
from advisor.reports.figures import money, percent
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, hanging, heading, quiet

ROLES = {
    "primary": "takes the load",
    "fallback": "stands by",
    "burst": "takes the peaks",
    "region": "serves a region",
    "models": "serves other models",
}


def portfolio_lines(portfolio: Portfolio | None, width: int) -> list[Text]:
    """What one offer leaves unmet, and who shares the work."""
    if portfolio is None:
        return []
    rows: list[Text] = [heading("One offer is not enough: a portfolio")]
    rows += [hanging("! ", need.text, width) for need in portfolio.needs]
    for part in portfolio.parts:
        rows += _part(part, width)
    if portfolio.monthly.low is not None or portfolio.monthly.high is not None:
        rows.append(
            Content.assemble(("Together  ", "$quiet"), money(portfolio.monthly), " a month")
        )
    rows += [
        hanging("✗ ", f"Not met by anybody here: {need.text}", width) for need in portfolio.unmet
    ]
    rows += [hanging("· ", quiet(note), width) for note in portfolio.notes]
    return rows


def _part(part: PortfolioPart, width: int) -> list[Text]:
    share = "" if part.share is None else f", {percent(part.share)} of the traffic"
    glyph, lane = phrases.LANE[part.lane]
    head = Content.assemble(
        (part.title, "bold"), f": {ROLES[part.role]}{share}", (f"  {glyph} {lane}", "$quiet")
    )
    rows: list[Text] = [hanging("■ ", head, width)]
    cost = money(part.monthly)
    details = [part.split, "" if cost == "unknown" else f"{cost} a month"]
    details += [f"meets {', '.join(part.meets)}" if part.meets else "", *part.exit]
    return rows + [hanging("  ", quiet(text), width) for text in details if text]
