"""The parts a report is made of.

A view turns a result into these; a format turns these into text.  Formats decide about
layout and escaping only: every word and figure is in the blocks already.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

Tone: TypeAlias = Literal["plain", "strong", "good", "warn", "bad", "quiet"]


class Heading(Struct, frozen=True):
    """``level`` 1 is the title of the report."""

    text: str
    level: int = 2


class Paragraph(Struct, frozen=True):
    text: str
    tone: Tone = "plain"


class Pair(Struct, frozen=True):
    label: str
    text: str
    tone: Tone = "plain"


class Pairs(Struct, frozen=True):
    """Labels with what they stand for, such as "Confidence: likely"."""

    rows: tuple[Pair, ...]


class Item(Struct, frozen=True):
    """``mark`` says which way it counts: + for, - against, empty for neither."""

    text: str
    details: tuple[str, ...] = ()
    mark: Literal["+", "-", ""] = ""
    tone: Tone = "plain"


class Items(Struct, frozen=True):
    items: tuple[Item, ...]


class Bar(Struct, frozen=True):
    """One row of a bar chart: ``share`` 0..1 of the longest bar, ``value`` in words."""

    label: str
    value: str
    note: str
    share: Fraction
    items: tuple[Item, ...] = ()


class Bars(Struct, frozen=True):
    """A bar chart that opens to the reasons behind each bar."""

    header: tuple[str, str, str]
    rows: tuple[Bar, ...]


class Table(Struct, frozen=True):
    """``right`` are the indexes of the columns that are set flush right; with ``whole`` every
    row stays on one line, however long (lists that are searched line by line)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    whole: bool = False


class Reference(Struct, frozen=True):
    """A source: its title, its address where it has one, and what to know of it."""

    ref: str
    title: str
    address: str | None
    note: str
    stale: bool


class References(Struct, frozen=True):
    rows: tuple[Reference, ...]


class Code(Struct, frozen=True):
    """Text to copy as it stands, such as a command; ``label`` says what it is."""

    text: str
    label: str = ""


class ChartRow(Struct, frozen=True):
    """``low`` to ``high`` in the chart's unit (None: not known on that side); ``words`` are
    the same in words, ``strong`` marks the one the report is about."""

    label: str
    low: Fraction | None
    high: Fraction | None
    words: str
    strong: bool = False


class Chart(Struct, frozen=True):
    """A picture of figures that also stand in words.  ``bars`` start at zero and end at
    ``low``; ``bands`` reach from ``low`` to ``high`` on a logarithmic scale.  Formats without
    pictures leave it out."""

    title: str
    kind: Literal["bars", "bands"]
    unit: str
    rows: tuple[ChartRow, ...]

    @property
    def described(self) -> str:
        """The chart for those who cannot see it."""
        return "; ".join(f"{row.label}: {row.words}" for row in self.rows)


class CurvePoint(Struct, frozen=True):
    """``low`` to ``high`` upwards (None: not known on that side), ``at`` so far across."""

    at: int
    low: Fraction | None
    high: Fraction | None


class Curve(Struct, frozen=True):
    """Points by rising ``at``.  ``letter`` stands at the line and in the words beside it, as
    colours never stand alone; ``words`` are the same figures in words."""

    letter: str
    label: str
    points: tuple[CurvePoint, ...]
    words: str
    strong: bool = False


class Stretch(Struct, frozen=True):
    """A part of the axis across, or one place of it (None: not known on that side, open to the
    edge).  ``curve`` is the number of the one it belongs to, if it belongs to one."""

    low: int | None
    high: int | None
    label: str
    words: str
    curve: int | None = None


class Curves(Struct, frozen=True):
    """A picture of bands over a quantity, on two logarithmic scales, with places that are
    pointed out; the figures also stand in words.  Formats without pictures leave it out."""

    title: str
    across: str
    up: str
    curves: tuple[Curve, ...]
    stretches: tuple[Stretch, ...] = ()

    @property
    def described(self) -> str:
        """The chart for those who cannot see it."""
        parts = [f"{curve.letter}, {curve.label}: {curve.words}" for curve in self.curves]
        return "; ".join([*parts, *(stretch.words for stretch in self.stretches)])


Block: TypeAlias = (
    Chart | Code | Curves | Heading | Paragraph | Pairs | Items | Bars | Table | References
)


class Document(Struct, frozen=True):
    title: str
    blocks: tuple[Block, ...]
