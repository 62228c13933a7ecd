"""A small log-log chart as SVG text, for the pictures of the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 46, 46
# Told apart without colour too: each line has its own dashes and its name at its end.
STROKES = (
    ("#0b5fa5", ""),
    ("#b0450f", "7 4"),
    ("#3c7a1e", "2 3"),
    ("#7a2d8c", "10 3 2 3"),
    ("#555555", "4 2"),
)


def chart(
    title: str, across: str, upward: str, lines: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """Lines of (x, y), all positive, over logarithmic axes."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    low, high = floor(log10(min(ys))), ceil(log10(max(ys)))
    first, last = log10(min(xs)), log10(max(xs))

    def at(x: float, y: float) -> tuple[float, float]:
        wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return (
            LEFT + (log10(x) - first) / (last - first) * wide,
            TOP + (high - log10(y)) / (high - low) * tall,
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(across)}</text>',
        f'<text x="16" y="{HEIGHT - BOTTOM}" transform="rotate(-90 16 {HEIGHT - BOTTOM})">'
        f"{escape(upward)}</text>",
    ]
    for power in range(low, high + 1):
        _, y = at(min(xs), 10.0**power)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    for x in sorted(set(xs)):
        place, _ = at(x, 10.0**low)
        parts.append(
            f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:,.0f}</text>'
        )
    ends: list[float] = []
    order = sorted(lines.items(), key=lambda item: at(*item[1][-1])[1])
    for (name, points), (colour, dashes) in zip(order, STROKES, strict=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in points))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
        )
        _, end = at(*points[-1])
        label = max([end, *(e + 16 for e in ends[-1:])])
        ends.append(label)
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{label + 4:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
