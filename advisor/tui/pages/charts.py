"""The charts in words: what each shows, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from advisor.reports.figures import band, dollars, listed
from advisor.tui import phrases
from advisor.tui.figures import Curve, Figures, Spot
from advisor.tui.pages.layout import Text, hanging, heading, lines, quiet

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""One for each offer in a chart: colours never stand alone."""


def cost_heading() -> Content:
    return heading("Cost a month against requests a day")


def spot_heading() -> Content:
    return heading("Price against speed: the best are top left")


def cost_table(found: Figures, width: int) -> Content:
    """A row for each volume, a column for each offer, and where one overtakes another."""
    if found.missing:
        names = listed([phrases.name_words(name) for name in found.missing])
        return hanging("", quiet(f"Not drawn: the traffic is not answered ({names})."), width)
    if not found.curves:
        return hanging("", quiet("Not drawn: no price of the first offers is known."), width)
    rows: list[Text] = [
        hanging(f"{letter}  ", curve.title, width) for letter, curve in _lettered(found.curves)
    ]
    rows += ["", *_volumes(found, width)]
    for found_at in found.break_even:
        low, high = _count(found_at.low), _count(found_at.high)
        ends = f"{low} to {high}" if low != high else low
        words = (
            f"at least {low}"
            if high == "unknown"
            else f"at most {high}"
            if low == "unknown"
            else ends
        )
        text = (
            f"{found_at.title} costs no more than {found_at.rival} from {words} requests a day on "
            "(cost only, capacity ignored)."
        )
        rows.append(hanging("┆ ", text, width))
    rows += [hanging("· ", quiet(text), width) for text in found.assumptions]
    return lines(rows)


def _volumes(found: Figures, width: int) -> list[Text]:
    """Columns where they fit, else one offer below the other."""
    cells = [
        [_cell(curve, index) for curve in found.curves]
        for index in range(len(found.curves[0].costs))
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(found.curves))]
    volumes = [f"{cost.volume:,}" for cost in found.curves[0].costs]
    first = max(len(text) for text in volumes)
    if first + sum(widths) + 2 * len(widths) <= width:
        head = " " * first + "".join(
            f"  {letter:>{w}}"
            for w, (letter, _) in zip(widths, _lettered(found.curves), strict=True)
        )
        return [quiet(head)] + [
            f"{volume:>{first}}"
            + "".join(f"  {cell:>{w}}" for cell, w in zip(row, widths, strict=True))
            for volume, row in zip(volumes, cells, strict=True)
        ]
    rows: list[Text] = []
    for letter, curve in _lettered(found.curves):
        rows.append(quiet(letter))
        rows += [f"{volume:>{first}}  {_cell(curve, i)}" for i, volume in enumerate(volumes)]
    return rows


def _lettered(items: Sequence[Curve]) -> list[tuple[str, Curve]]:
    return list(zip(LETTERS, items, strict=False))


def _cell(curve: Curve, index: int) -> str:
    cost = curve.costs[index]
    low = None if cost.low is None else round(cost.low)
    high = None if cost.high is None else round(cost.high)
    return band(low, high)


def _count(value: float | None) -> str:
    return "unknown" if value is None else f"{round(value):,}"


def spot_table(found: Figures, width: int) -> Content:
    """Each offer with its place, then those without one and why."""
    rows: list[Text] = []
    for letter, spot in zip(LETTERS, found.spots, strict=False):
        rows.append(hanging(f"{letter}  ", spot_words(spot), width))
    if not found.spots:
        rows.append(
            hanging("", quiet("No offer can be placed: a price or a speed is missing."), width)
        )
    reasons: dict[str, list[str]] = {}
    for title, why in found.unplaced:
        reasons.setdefault(why, []).append(title)
    for why, titles in reasons.items():
        rows.append(hanging("? ", quiet(f"{why}: {', '.join(titles)}"), width))
    return lines(rows)


def spot_words(spot: Spot) -> Content:
    head = "at least" if spot.open_ended else "about"
    cost = f"{head} {dollars(round(spot.cost))} a month"
    speed = f"{spot.speed:,.0f} tokens/s each"
    if round(spot.low) != round(spot.high):
        speed += f" ({spot.low:,.0f} to {spot.high:,.0f})"
    return Content.assemble((spot.title, "bold"), f": {cost}, {speed}, {spot.basis}")


def power_label(value: float) -> str:
    """A power of ten, or a multiple, short: ``1k``, ``300k``, ``2M``."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{cut_zero(value / size)}{letter}"
    return cut_zero(value)


def cut_zero(value: float) -> str:
    return f"{value:.3g}"


__all__ = ["LETTERS", "cost_heading", "cost_table", "power_label", "spot_heading", "spot_table"]
