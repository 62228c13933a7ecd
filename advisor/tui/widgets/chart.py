"""A chart on two logarithmic axes, with its table below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual.binding import BindingType
from textual.events import MouseScrollDown, MouseScrollUp
from textual_plot import AxisFormatter, HiResMode, PlotWidget

from advisor.tui.pages.charts import power_label

Points = Sequence[tuple[float, float]]
COLOURS = ("primary", "accent", "success", "error")


class Line(Struct, frozen=True):
    """A line through points, marked by ``letter``; ``dashed`` shows the upper edge of a band."""

    points: tuple[tuple[float, float], ...]
    letter: str
    colour: int
    dashed: bool = False


class LogFormatter(AxisFormatter):
    """Labels for an axis of decimal logarithms."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        steps: tuple[float, ...] = (
            (1, 2, 5) if max_ - min_ < 2 else (1, 3) if max_ - min_ < 3.5 else (1,)
        )
        powers = range(math.floor(min_), math.ceil(max_) + 1)
        found = [power + math.log10(step) for power in powers for step in steps]
        inside = [tick for tick in found if min_ <= tick <= max_]
        while len(inside) > max_ticks:
            inside = inside[::2]
        return inside

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [power_label(10**tick) for tick in ticks]


class Chart(PlotWidget, inherit_bindings=False):
    """Shown, not operated: the wheel scrolls the page it lies in."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    Chart {
        height: 15;
        & > .plot--axis { color: $border-blurred; }
        & > .plot--tick { color: $quiet; text-style: none; }
        & > .plot--label { color: $quiet; text-style: none; }
    }
    """

    def __init__(self, x: str, y: str, *, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self.can_focus = False
        self._axes = (x, y)
        self._drawn: object = None

    def on_mount(self) -> None:
        self.set_xlabel(self._axes[0])
        self.set_ylabel(self._axes[1])
        self.set_x_formatter(LogFormatter())
        self.set_y_formatter(LogFormatter())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Left to the page."""

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Left to the page."""

    def draw(
        self, lines: Sequence[Line], marks: Sequence[Line] = (), verticals: Points = ()
    ) -> None:
        """``lines`` are drawn through their points; ``marks`` are letters at points alone;
        ``verticals`` are (x, colour)."""
        drawn = (tuple(lines), tuple(marks), tuple(verticals), self.app.theme)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.clear()
        everything = [p for line in (*lines, *marks) for p in line.points]
        self.display = bool(everything)
        if not everything:
            return
        for axis, limits in ((0, self.set_xlimits), (1, self.set_ylimits)):
            values = [math.log10(point[axis]) for point in everything]
            values += [math.log10(x) for x, _ in verticals] if axis == 0 else []
            room = max((max(values) - min(values)) * 0.06, 0.1)
            limits(min(values) - room, max(values) + room)
        for x, colour in verticals:
            self.add_v_line(math.log10(x), line_style=self._style(int(colour)))
        for line in lines:
            xs, ys = _logs(line.points)
            mode = None if line.dashed else HiResMode.BRAILLE
            if line.dashed:
                self.scatter(
                    xs, ys, marker="·", marker_style=self._style(line.colour), hires_mode=mode
                )
            else:
                self.plot(xs, ys, line_style=self._style(line.colour), hires_mode=mode)
        for line in (*lines, *marks):
            if not line.dashed:
                xs, ys = _logs(line.points)
                self.scatter(
                    xs, ys, marker=line.letter, marker_style=f"bold {self._style(line.colour)}"
                )

    def _style(self, colour: int) -> str:
        if self.app.no_color or self.app.theme.startswith("ansi"):
            return "default"
        name = COLOURS[colour % len(COLOURS)]
        return str(self.app.theme_variables.get(name, "default"))


def _logs(points: Points) -> tuple[list[float], list[float]]:
    return [math.log10(x) for x, _ in points], [math.log10(y) for _, y in points]
