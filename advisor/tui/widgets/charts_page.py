"""The charts of the verdict, each with its table below it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from advisor.tui.figures import Curve, Figures
from advisor.tui.keys import SCROLLING
from advisor.tui.pages.charts import (
    LETTERS,
    cost_heading,
    cost_table,
    spot_heading,
    spot_table,
)
from advisor.tui.widgets.chart import Chart, Line
from advisor.tui.widgets.page import WIDEST
from advisor.tui.widgets.words import Words


class ChartsPage(VerticalScroll):
    """Cost against volume, and price against speed."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLLING]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figures: Figures | None = None

    def compose(self) -> ComposeResult:
        yield Words(id="cost-head")
        yield Chart("requests a day", "USD a month", id="cost-chart")
        yield Words(id="cost-table")
        yield Words(id="spot-head")
        yield Chart("USD a month", "tokens/s each", id="spot-chart")
        yield Words(id="spot-table")

    def on_mount(self) -> None:
        for chart in self.query(Chart):
            chart.display = False

    def show(self, found: Figures | None, failure: str = "") -> None:
        """None while the figures are being computed."""
        self._figures = found
        if found is None:
            for chart in self.query(Chart):
                chart.display = False
            for name in ("#cost-table", "#spot-head", "#spot-table"):
                self.query_one(name, Words).say(Content(""))
            words = failure or "The figures are being computed…"
            self.query_one("#cost-head", Words).say(Content.styled(words, "$accent"))
            return
        self.query_one("#cost-head", Words).say(cost_heading())
        self.query_one("#spot-head", Words).say(spot_heading())
        self._draw(found)
        self._write(found)

    def on_resize(self, _: Resize) -> None:
        if self._figures is not None:
            self._write(self._figures)

    def _write(self, found: Figures) -> None:
        width = min(max(self.scrollable_content_region.width, 30), WIDEST)
        self.query_one("#cost-table", Words).say(cost_table(found, width))
        self.query_one("#spot-table", Words).say(spot_table(found, width))

    def _draw(self, found: Figures) -> None:
        lines: list[Line] = []
        for colour, curve in enumerate(found.curves):
            lines += _edges(curve, colour)
        now = sorted(set(found.now)) if found.now is not None and lines else []
        breaks = [
            (end, 1.0)
            for even in found.break_even
            for end in (even.low, even.high)
            if end is not None and _within(end, found)
        ]
        self.query_one("#cost-chart", Chart).draw(
            lines, verticals=[*((float(x), 0.0) for x in now), *breaks]
        )
        spots = [
            Line(((spot.cost, spot.speed),), LETTERS[index], index)
            for index, spot in enumerate(found.spots)
        ]
        # One spot alone shows nothing that its words do not say.
        self.query_one("#spot-chart", Chart).draw((), marks=spots if len(spots) > 1 else ())


def _edges(curve: Curve, colour: int) -> list[Line]:
    """The lower edge as a line (the upper one, where only that is known), the upper dotted."""
    letter = LETTERS[colour]
    low = tuple((float(c.volume), c.low) for c in curve.costs if c.low)
    high = tuple((float(c.volume), c.high) for c in curve.costs if c.high)
    if not low:
        return [Line(high, letter, colour)] if high else []
    return [Line(low, letter, colour), *([Line(high, letter, colour, dashed=True)] if high else [])]


def _within(volume: float, found: Figures) -> bool:
    volumes = [cost.volume for curve in found.curves for cost in curve.costs]
    return bool(volumes) and min(volumes) <= volume <= max(volumes)
