"""Figures as words: grouped, short, without trailing zeros, always with a decimal point.

Only for reading; nothing is computed from these texts.
"""

from __future__ import annotations

from fractions import Fraction

from advisor.knowledge.values import Number


def figure(value: Number | float, digits: int = 4) -> str:
    """``1234567`` as ``1,234,567``; what is not whole with ``digits`` significant digits.

    Whole numbers are written in full; a fraction above 1,000 is rounded to a whole number.
    """
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    if isinstance(value, int):
        return f"{value:,}"
    size = float(value)
    if abs(size) >= 1000:
        return f"{round(size):,}"
    text = f"{size:.{digits}g}"
    if "e" in text:
        text = f"{size:.12f}".rstrip("0").rstrip(".")
    return text


def span(low: Number | None, high: Number | None, unit: str) -> str:
    """``1.74 USD``, ``1 to 2 USD``, ``at least 1 USD``, ``at most 2 USD``, ``unknown``."""
    if low is None:
        return "unknown" if high is None else f"at most {figure(high)} {unit}"
    if high is None:
        return f"at least {figure(low)} {unit}"
    if low == high:
        return f"{figure(low)} {unit}"
    return f"{figure(low)} to {figure(high)} {unit}"
