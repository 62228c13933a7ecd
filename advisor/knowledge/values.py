"""Types, and sets of possible values.

Numbers are exact (``int`` or ``fractions.Fraction``).  What is known of an input is a
*domain*, the set of values it may still have:

* ``Options``  — a choice: the options that are still possible;
* ``Flags``    — several choices: each flag is required (``must``), or may be (``may``);
* ``Interval`` — a number: one stretch, each end open or closed, ``None`` unbounded.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct

Number: TypeAlias = int | Fraction


class ChoiceType(Struct, frozen=True):
    """One of ``options``, in their declared order."""

    options: tuple[str, ...]


class FlagsType(Struct, frozen=True):
    """Any subset of ``options``; each is an independent yes or no."""

    options: tuple[str, ...]


class NumberType(Struct, frozen=True):
    """A number in ``unit`` (a key of ``units.UNITS``), within ``[minimum, maximum]``."""

    unit: str
    minimum: Number | None = None
    maximum: Number | None = None
    integer: bool = False


Type: TypeAlias = ChoiceType | FlagsType | NumberType


class Options(Struct, frozen=True):
    """A choice that is still one of ``values``; never empty."""

    values: frozenset[str]


class Flags(Struct, frozen=True):
    """``must`` are required; ``may`` (a superset of ``must``) could be."""

    must: frozenset[str]
    may: frozenset[str]


class Interval(Struct, frozen=True):
    """Numbers from ``low`` to ``high``; ``None`` is unbounded on that side."""

    low: Number | None
    high: Number | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def point(cls, value: Number) -> Interval:
        return cls(value, value)

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high


Domain: TypeAlias = Options | Flags | Interval

Truth: TypeAlias = bool | None
"""Strong Kleene truth: ``None`` is 'it depends on what is not known'."""
