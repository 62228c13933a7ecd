"""Charts as SVG to stand inside a page: drawn by pygal, reduced to shapes and text.

What pygal adds for its own pages (script, styles, tooltips, comments with the day) is left
out, so that the same figures are the same bytes, nothing in the picture can act, and the page
decides about colours.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from html import escape
from typing import Any

from advisor.reports import curves
from advisor.reports.blocks import Chart, ChartRow, Curves
from advisor.reports.figures import dollars, grouped
from advisor.reports.text import printable

WIDTH = 720
ROW = 30
AROUND = 46
LONGEST_LABEL = 34
_SHAPES = frozenset({"g", "rect", "path", "line", "circle", "text"})
_ATTRIBUTES = (
    "class",
    "cx",
    "cy",
    "d",
    "height",
    "r",
    "text-anchor",
    "transform",
    "viewBox",
    "width",
    "x",
    "y",
)
_CLASSES = frozenset(
    {
        "axis",
        "before",
        "guide",
        "letter",
        "line",
        "major",
        "note",
        "plain",
        "strong",
        "title",
        "value",
    }
    | {f"curve{number}" for number in range(26)}
)
_DROPPED = ("background", "tooltip", "tooltip-overlay", "overlay")
_NUMBER = re.compile(r"-?\d+\.\d+")


def svg(chart: Chart | Curves, ident: str) -> str:
    """The chart as an ``svg`` element; ``ident`` names it within its page.

    Empty where there is nothing to draw.
    """
    if isinstance(chart, Curves):
        if not curves.is_drawable(chart):
            return ""
        tree, series = curves.tree_of(chart, _settings(1))
    else:
        rows = [row for row in chart.rows if row.low is not None]
        if not rows:
            return ""
        tree, series = _bars(rows) if chart.kind == "bars" else _bands(rows)
    kind = "chart curves" if isinstance(chart, Curves) else "chart"
    inner = "".join(_element(child, series) for child in tree)
    return (
        f'<svg class="{kind}" viewBox="{tree.get("viewBox")}" role="img" '
        f'aria-labelledby="{ident}-title {ident}-text">'
        f'<title id="{ident}-title">{_text(chart.title)}</title>'
        f'<desc id="{ident}-text">{_text(chart.described)}</desc>{inner}</svg>'
    )


def _bars(rows: list[ChartRow]) -> tuple[Any, list[str]]:
    """The drawn tree, and the class of each series in it."""
    import pygal

    longest = max(float(row.low or 0) for row in rows)
    # Room behind the longest bar for its figure.
    chart = pygal.HorizontalBar(**_settings(len(rows)), range=(0, longest * 1.12 or 1))
    backwards = rows[::-1]
    chart.x_labels = [_label(row.label) for row in backwards]
    chart.value_formatter = lambda value: grouped(round(value))
    chart.add("", [float(row.low or 0) for row in backwards])
    tree = chart.render_tree()
    bars = [g for g in tree.iter() if g.get("class") == "bar"]
    for row, bar in zip(backwards, bars, strict=True):
        bar.set("class", "strong" if row.strong else "plain")
        rect = bar[0]
        x, y, width, height = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
        figure = type(rect)("text", {"class": "value", "x": str(x + width + 6)})
        figure.set("y", str(y + height / 2 + 4.5))
        figure.text = grouped(round(row.low or 0))
        bar.append(figure)
    return tree, [""]


def _bands(rows: list[ChartRow]) -> tuple[Any, list[str]]:
    """Each row a line from its low to its high end, on powers of ten."""
    import pygal

    ends = [float(v) for row in rows for v in (row.low, row.high) if v]
    bottom, top = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))
    top = max(top, bottom + 1)
    chart = pygal.XY(
        **_settings(len(rows)),
        xrange=(bottom, top),
        range=(0.5, len(rows) + 0.5),
        dots_size=4,
        margin_right=36,
        stroke_style={"width": 5},
    )
    chart.x_labels = [
        {"value": power, "label": dollars(Fraction(10) ** power)}
        for power in range(bottom, top + 1)
    ]
    backwards = rows[::-1]
    chart.y_labels = [
        {"value": place, "label": _label(row.label)} for place, row in enumerate(backwards, 1)
    ]
    for place, row in enumerate(backwards, 1):
        low = math.log10(float(row.low or 1))
        # Open above: a broken line to the edge of the picture.
        high = math.log10(float(row.high)) if row.high else top
        chart.add(row.label, [(low, place), (high, place)])
    names = [
        ("strong" if row.strong else "plain") + ("" if row.high else " open") for row in backwards
    ]
    return chart.render_tree(), names


def _settings(rows: int) -> dict[str, Any]:
    from pygal.style import Style

    style = Style(
        font_family="sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=13,
    )
    return {
        "style": style,
        "js": [],
        "css": [],
        "no_prefix": True,
        "disable_xml_declaration": True,
        "show_legend": False,
        "width": WIDTH,
        "height": AROUND + ROW * rows,
        "truncate_label": -1,
        "margin": 4,
        "spacing": 4,
        "show_minor_x_labels": True,
        "max_scale": 6,
    }


def _element(node: Any, series: list[str]) -> str:
    """A shape with what is inside it, as text; anything else as nothing."""
    name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
    words = (node.get("class") or "").split()
    if name not in _SHAPES or any(word in _DROPPED for word in words):
        return ""
    if name == "g" and "series" in words:
        return _series(node, words, series)
    attributes = "".join(
        f' {key}="{escape(_rounded(value))}"'
        for key in _ATTRIBUTES
        if (value := _kept(key, node.get(key))) is not None
    )
    inner = _text(node.text or "") if name == "text" else ""
    inner += "".join(_element(child, series) for child in node)
    if name == "g" and not inner:
        return ""
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _series(node: Any, words: list[str], series: list[str]) -> str:
    inner = "".join(_element(child, series) for child in node)
    number = next(int(w.removeprefix("serie-")) for w in words if w.startswith("serie-"))
    name = f"series {series[number]}".rstrip()
    return f'<g class="{name}">{inner}</g>' if inner else ""


def _kept(key: str, value: str | None) -> str | None:
    if value is None or key != "class":
        return value
    words = " ".join(word for word in value.split() if word in _CLASSES)
    return words or None


def _rounded(text: str) -> str:
    """Coordinates to a hundredth: the rest hangs on the machine's mathematics."""
    return _NUMBER.sub(lambda m: f"{float(m.group(0)):.2f}".rstrip("0").rstrip("."), text)


def _label(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= LONGEST_LABEL else f"{shown[: LONGEST_LABEL - 1]}…"


def _text(text: str) -> str:
    return escape(printable(text))
