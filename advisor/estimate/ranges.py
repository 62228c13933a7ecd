"""Exact ranges of quantities that cannot be negative: tokens, prices, hours, money.

``None`` is unknown on that side.  Sums and products are sound: whatever the true values
are within the operands, the true result lies within the range that comes out.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import force_setattr

from advisor.estimate.figures import span
from advisor.knowledge.values import Interval, Number


class Range(Struct, frozen=True):
    """Numbers from ``low`` to ``high``, both included; raises ``ValueError`` when empty or
    negative."""

    low: Number | None
    high: Number | None

    def __post_init__(self) -> None:
        low, high = self.low, self.high
        if _is_negative(low) or _is_negative(high):
            raise ValueError(f"a negative quantity: {low} to {high}")
        if low is not high and low is not None and high is not None and low > high:
            raise ValueError(f"an empty range: {low} to {high}")

    @classmethod
    def of(cls, value: Number | Interval | Range | None) -> Range:
        """A number, an interval of the ledger, or ``None`` for unknown."""
        if isinstance(value, Range):
            return value
        if value is None:
            return UNKNOWN
        if isinstance(value, Interval):
            return cls(value.low, value.high)
        return cls(value, value)

    @property
    def is_known(self) -> bool:
        """Both sides are known."""
        return self.low is not None and self.high is not None

    @property
    def is_point(self) -> bool:
        """One known number on both sides, kept as one object."""
        return self.low is self.high and self.low is not None

    def __add__(self, other: Range) -> Range:
        low = None if self.low is None or other.low is None else self.low + other.low
        if self.is_point and other.is_point:
            return _sound(low, low)
        return _sound(
            low, None if self.high is None or other.high is None else self.high + other.high
        )

    def __mul__(self, other: Range | Number) -> Range:
        if not isinstance(other, Range):
            if _is_negative(other):
                raise ValueError(f"a negative factor: {other}")
            other = _sound(other, other)
        low = _product(self.low, other.low)
        if self.is_point and other.is_point:
            return _sound(low, low)
        return _sound(low, _product(self.high, other.high))

    def words(self, unit: str) -> str:
        """``1 to 2 USD``, ``at least 1 USD``, ``unknown``."""
        return span(self.low, self.high, unit)


def _sound(low: Number | None, high: Number | None) -> Range:
    """A range that follows from others, so that there is nothing to check."""
    made = Range(None, None)
    force_setattr(made, "low", low)
    force_setattr(made, "high", high)
    return made


def total(parts: Iterable[Range]) -> Range:
    """The sum of a bill's items.

    An item whose low side is unknown still costs at least nothing, so it leaves the low side
    of the sum at what is known (a sound lower bound); where *no* item has a known low side the
    sum has none either: a bill that is not known is never shown as zero.
    """
    items = tuple(parts)
    lows = [item.low for item in items if item.low is not None]
    highs = [item.high for item in items if item.high is not None]
    return _sound(
        sum(lows) if lows or not items else None,
        sum(highs) if len(highs) == len(items) else None,
    )


def _is_negative(value: Number | None) -> bool:
    # A fraction compares slowly with a number, its numerator does not.
    return value is not None and value.numerator < 0


def _product(left: Number | None, right: Number | None) -> Number | None:
    if left is not None and right is not None:
        return left * right
    # Nothing times an unknown amount is still nothing.
    return 0 if (left is None and right == 0) or (right is None and left == 0) else None


UNKNOWN = Range(None, None)
