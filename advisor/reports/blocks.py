"""The parts a report is made of.

A view turns a result into these; a format turns these into text.  Formats decide about
layout and escaping only: every word and figure is in the blocks already.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["plain", "strong", "good", "warn", "bad", "quiet"]


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the title of the report."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels with what they stand for, such as "Confidence: likely"."""

    rows: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """``mark`` says which way it counts: + for, - against, empty for neither."""

    text: str
    details: tuple[str, ...] = ()
    mark: Literal["+", "-", ""] = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart: ``share`` 0..1 of the longest bar, ``value`` in words."""

    label: str
    value: str
    note: str
    share: Fraction
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart that opens to the reasons behind each bar."""

    header: tuple[str, str, str]
    rows: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``right`` are the indexes of the columns that are set flush right; with ``whole`` every
    row stays on one line, however long (lists that are searched line by line)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A source: its title, its address where it has one, and what to know of it."""

    ref: str
    title: str
    address: str | None
    note: str
    stale: bool


@dataclass(frozen=True, slots=True)
class References:
    rows: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text to copy as it stands, such as a command; ``label`` says what it is."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """``low`` to ``high`` in the chart's unit (None: not known on that side); ``words`` are
    the same in words, ``strong`` marks the one the report is about."""

    label: str
    low: Fraction | None
    high: Fraction | None
    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
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


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """``low`` to ``high`` upwards (None: not known on that side), ``at`` so far across."""

    at: int
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by rising ``at``.  ``letter`` stands at the line and in the words beside it, as
    colours never stand alone; ``words`` are the same figures in words."""

    letter: str
    label: str
    points: tuple[CurvePoint, ...]
    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis across, or one place of it (None: not known on that side, open to the
    edge).  ``curve`` is the number of the one it belongs to, if it belongs to one."""

    low: int | None
    high: int | None
    label: str
    words: str
    curve: int | None = None


@dataclass(frozen=True, slots=True)
class Curves:
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


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    blocks: tuple[Block, ...]
