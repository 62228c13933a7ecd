"""Factors and points at which a figure is tried, and stretches of it in words."""

from __future__ import annotations

from fractions import Fraction

from advisor.knowledge.values import Interval, Number
from advisor.language.units import format_number

FARTHEST = 16
"""Largest factor on a price that is tried, and its inverse."""
COARSE = (1, Fraction(5, 4), Fraction(3, 2), 2, 3, 4, 6, 8, 11, FARTHEST)
FINE = 16
"""Steps between two neighbours of the coarse factors."""
FASTER = Fraction(5, 4)
"""How far beyond the last cut a figure is tried."""


def coarse_factors(*, upwards: bool) -> list[Fraction]:
    """Factors on a price, away from 1."""
    return [Fraction(f) if upwards else 1 / Fraction(f) for f in COARSE]


def fine_factors(near: Fraction, far: Fraction) -> list[Fraction]:
    """Even steps from the first, left out, to the second."""
    return [near + (far - near) * step / FINE for step in range(1, FINE + 1)]


def point_inside(low: Number | None, high: Number | None) -> Interval:
    """A point within a stretch, away from its ends."""
    if low is None:
        at = Fraction(high or 1) / FASTER
    elif high is None:
        at = Fraction(low) * FASTER
    else:
        at = (Fraction(low) + Fraction(high)) / 2
    return Interval.point(int(at) if at.denominator == 1 else at)


def stretch_words(low: Number | None, high: Number | None, unit: str) -> str:
    """Where a figure lies; an end is None where there is none."""
    if low is None and high is not None:
        return f"below {format_number(high, unit)}"
    if high is None and low is not None:
        return f"above {format_number(low, unit)}"
    if low is None or high is None:
        return "whatever it is"
    return f"from {format_number(low, unit)} to {format_number(high, unit)}"


def dollars(value: Fraction) -> str:
    """An amount of USD, short."""
    return f"${short(value)}"


def short(value: Number) -> str:
    """Three significant digits, thousands grouped."""
    number = float(value)
    if number >= 1000:
        return f"{round(number):,}"
    return f"{number:.3g}"
