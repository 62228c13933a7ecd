"""How stable the winner is: how far each weight may move, and how often each offer wins."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from textual.content import Content

from advisor.decision.result import Acceptability, Recommendation, WeightInterval
from advisor.reports.figures import counted, decimal
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, cut, hanging, heading, quiet, sections

Title = Callable[[str | None], str]

REACH = 8
"""Factors beyond this, either way, end at the edge of the picture."""
HALF = 12
"""Cells on each side of the weight as it stands."""


def stable_page(
    result: Recommendation, title: Title, width: int, *, pictures: bool = True, whole: bool = True
) -> Content:
    """Weight intervals, the most delicate first; then the share of wins under all that is
    uncertain."""
    found = result.sensitivity
    if found is None and not whole:
        return quiet("How stable this is is being computed…")
    if found is None:
        words = (
            "How stable this is has not been computed."
            if result.verdict.offer is not None
            else "No offer qualifies, so there is no place that could move."
        )
        return Content("\n").join(Content(words).wrap(width))
    return sections(
        [
            _weights(found.weights, title, width, pictures),
            _wins(found.acceptability, found.samples, found.method, width),
        ]
    )


def _weights(
    weights: tuple[WeightInterval, ...], title: Title, width: int, pictures: bool
) -> list[Text]:
    if not weights:
        return []
    rows: list[Text] = [
        heading("How far a weight may move before another offer wins"),
        hanging("", quiet("Each alone, all others as they are; the most delicate first."), width),
    ]
    names = min(max(len(found.label) for found in weights), max(width - 2 * HALF - 12, 12))
    scale = f"×1/{REACH}".ljust(HALF - 1) + "×1".center(3) + f"×{REACH}".rjust(HALF - 1)
    if pictures:
        rows.append(quiet(" " * (names + 8) + scale))
    for found in sorted(weights, key=_delicacy):
        rows.append(
            Content.assemble(
                cut(found.label, names),
                (f" {phrases.share(found.share):>6} ", "$quiet"),
                (_picture(found) if pictures else "", "$primary"),
            )
        )
        rows.append(hanging("  ", quiet(_limits(found, title)), width))
    return rows


def _delicacy(found: WeightInterval) -> float:
    """The smallest factor, either way, that makes another offer win."""
    down = 1 / float(found.low) if found.low > 0 else math.inf
    up = math.inf if found.high is None else float(found.high)
    return min(down, up)


def _picture(found: WeightInterval) -> str:
    """``      ├───┼──────▶    ``: the interval around the weight as it stands."""
    cells = [" "] * (2 * HALF + 1)
    low, high = _at(found.low), _at(found.high)
    for index in range(low, high + 1):
        cells[index] = "━"
    cells[HALF] = "╋"
    cells[low] = "◀" if found.low == 0 else "┣" if low < HALF else "╋"
    cells[high] = "▶" if found.high is None else "┫" if high > HALF else "╋"
    return "".join(cells)


def _at(factor: Fraction | None) -> int:
    if factor is None:
        return 2 * HALF
    if factor <= 0:
        return 0
    place = HALF + round(math.log(float(factor), REACH) * HALF)
    return min(max(place, 0), 2 * HALF)


def _limits(found: WeightInterval, title: Title) -> str:
    low = "" if found.low == 0 else f"below ×{decimal(found.low, 2)} {title(found.below)} wins"
    high = (
        "" if found.high is None else f"above ×{decimal(found.high, 2)} {title(found.above)} wins"
    )
    words = "; ".join(part for part in (low, high) if part)
    return words or "whatever it weighs, the winner stays"


def _wins(offers: tuple[Acceptability, ...], samples: int, method: str, width: int) -> list[Text]:
    shown = [row for row in offers if row.first > 0]
    if not shown:
        return []
    names = min(max(len(row.title) for row in shown), max(width - 34, 14))
    bars = max(min(width - names - 18, 30), 6)
    rows: list[Text] = [
        heading("How often each offer comes first"),
        hanging("", quiet(f"{counted(samples, 'draw')}: {method}"), width),
    ]
    for row in sorted(shown, key=lambda row: (-row.first, row.offer)):
        error = decimal(row.error * 100, 1)
        rows.append(
            Content.assemble(
                cut(row.title, names),
                (f" {phrases.bar(row.first, bars):<{bars}}", "$primary"),
                f" {phrases.share(row.first):>8}",
                (f" ± {error}", "$quiet"),
            )
        )
    return rows
