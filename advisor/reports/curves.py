"""Bands over a quantity as a tree of shapes, on two logarithmic scales, drawn by pygal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from advisor.reports.blocks import Curve, Curves, Stretch
from advisor.reports.figures import dollars, grouped

HEIGHT = 380
ROOM = 0.04
"""Of the picture, left free around the figures on either side."""
LINE = 15
"""Between two labels, one above the other, at least."""
ASIDE = 540
"""Where a line that is pointed out ends too far right for a label behind it, about."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Point = tuple[float, float]
Drawn = list[tuple[str, Sequence[Point]]]
"""A class for the page to style, and the points that are joined."""


def is_drawable(block: Curves) -> bool:
    """Whether any figure has a place on logarithmic scales."""
    return any(_edges(curve) != ([], []) for curve in block.curves)


def tree_of(block: Curves, settings: dict[str, Any]) -> tuple[Any, list[str]]:
    """The drawn tree, and the class of each series in it."""
    import pygal

    edges = [_edges(curve) for curve in block.curves]
    points = [point for low, high in edges for point in (*low, *high)]
    left, right = _ends([x for x, _ in points], ROOM)
    bottom, top = _ends([y for _, y in points], ROOM)
    stretches = [s for s in block.stretches if _inside(s, left, right)]
    # What is pointed out stands above the figures, one below the other.
    row = (top - bottom) * LINE / HEIGHT * 1.3
    rows = [top + row * (place + 0.5) for place in range(len(stretches))][::-1]
    top += row * len(stretches)
    chart = pygal.XY(
        **{**settings, "height": HEIGHT, "margin_right": 30},
        xrange=(left, right),
        range=(bottom, top),
        show_dots=False,
        x_title=block.across,
        y_title=block.up,
    )
    chart.x_labels = [
        {"value": at, "label": grouped(round(10**at))} for at in _ticks(left, right, fewest=2)
    ]
    chart.y_labels = [
        {"value": at, "label": dollars(_exact(at))} for at in _ticks(bottom, top, fewest=3)
    ]
    drawn: Drawn = []
    for stretch, y in zip(stretches, rows, strict=True):
        start, end = _stretch_ends(stretch, left, right)
        if stretch.curve is None:
            box = [(start, bottom), (start, top), (end, top), (end, bottom)]
            drawn.append(("place", box if start < end else box[:2]))
        else:
            open_ended = " open" if None in (stretch.low, stretch.high) else ""
            tone = f"curve{stretch.curve}"
            drawn.append((f"stretch{open_ended} {tone}", [(start, y), (end, y)]))
    for number, (curve, (low, high)) in enumerate(zip(block.curves, edges, strict=True)):
        tone = f"curve{number}"
        whole = [p for p in curve.points if p.low and p.high]
        if len(whole) > 1 and any(p.low != p.high for p in whole):
            there = [(_log(p.at), _log(p.low or 1)) for p in whole]
            back = [(_log(p.at), _log(p.high or 1)) for p in reversed(whole)]
            drawn.append((f"area {tone}", [*there, *back, there[0]]))
            drawn.append((f"edge {tone}", high))
        drawn.append((f"{'strong ' if curve.strong else ''}{tone}", low or high))
    for _, line in drawn:
        chart.add("", list(line))
    tree = chart.render_tree()
    _letter(tree, block.curves, drawn)
    _label(tree, stretches)
    return tree, [name for name, _ in drawn]


def _edges(curve: Curve) -> tuple[list[Point], list[Point]]:
    """The lower and the upper edge, as far as they are known and have a logarithm."""
    return (
        [(_log(p.at), _log(p.low)) for p in curve.points if p.low and p.low > 0],
        [(_log(p.at), _log(p.high)) for p in curve.points if p.high and p.high > 0],
    )


def _log(value: int | Fraction) -> float:
    return math.log10(value)


def _exact(power: float) -> Fraction:
    """A tick as a round number again."""
    return Fraction(f"{10**power:.3g}")


def _ends(values: Iterable[float], room: float) -> Point:
    listed = list(values)
    low, high = min(listed), max(listed)
    spare = max((high - low) * room, 0.05)
    return low - spare, high + spare


def _ticks(low: float, high: float, fewest: int) -> list[float]:
    """Powers of ten, with parts of them where there are too few."""
    found: list[float] = []
    for steps in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
        powers = range(math.floor(low), math.ceil(high) + 1)
        found = [power + math.log10(step) for power in powers for step in steps]
        found = [tick for tick in found if low <= tick <= high]
        if len(found) >= fewest:
            break
    return found


def _inside(stretch: Stretch, left: float, right: float) -> bool:
    start, end = _stretch_ends(stretch, left, right)
    return start <= end and (stretch.low is not None or stretch.high is not None)


def _stretch_ends(stretch: Stretch, left: float, right: float) -> Point:
    """What of the stretch lies in the picture; the start lies behind the end if nothing does."""
    start = left if stretch.low is None else _log(max(1, stretch.low))
    end = right if stretch.high is None else _log(max(1, stretch.high))
    return max(start, left), min(end, right)


def _letter(tree: Any, curves: Sequence[Curve], drawn: Drawn) -> None:
    """Each curve's letter at the right end of its line."""
    names = [name.split()[-1] for name, _ in drawn]
    ends = []
    for number, curve in enumerate(curves):
        # The line itself comes last of what is drawn of a curve.
        place = len(names) - 1 - names[::-1].index(f"curve{number}")
        path = _path_of(tree, place)
        if path is not None:
            *_, x, y = (float(n) for n in _NUMBER.findall(path.get("d")))
            ends.append((y, x, number, curve))
    ends.sort(key=lambda end: end[:3])
    last = -math.inf
    for y, x, number, curve in ends:
        last = max(y, last + LINE)
        _write(tree, f"letter curve{number}", x + 6, last + 4.5, curve.letter)


def _label(tree: Any, stretches: Sequence[Stretch]) -> None:
    """What is pointed out, beside its line: right of it where there is room."""
    for place, stretch in enumerate(stretches):
        path = _path_of(tree, place)
        if path is None:
            continue
        numbers = [float(n) for n in _NUMBER.findall(path.get("d"))]
        xs, ys = numbers[0::2], numbers[1::2]
        if stretch.curve is None:
            _write(tree, "note", max(xs) + 5, min(ys) + LINE * 0.9, stretch.label)
        elif max(xs) < ASIDE:
            _write(tree, "note", max(xs) + 7, ys[0] + 4.5, stretch.label)
        else:
            _write(tree, "note before", min(xs) - 7, ys[0] + 4.5, stretch.label)


def _path_of(tree: Any, place: int) -> Any:
    """The path of a series; None where it has none."""
    name = f"serie-{place}"
    for group in tree.iter():
        if name in (group.get("class") or "").split():
            return next((node for node in group if str(node.tag).endswith("path")), None)
    return None


def _write(tree: Any, name: str, x: float, y: float, text: str) -> None:
    plot = next(g for g in tree.iter() if g.get("class") == "plot")
    made = type(plot)("text", {"class": name, "x": str(x), "y": str(y)})
    made.text = text
    plot.append(made)
