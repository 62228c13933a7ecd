"""Interval arithmetic for expressions: exact ends, open or closed, sound outwards."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import assert_never

from msgspec import Struct

from advisor.knowledge.syntax import Arithmetic, Call, Constant, Expression, Name
from advisor.knowledge.values import Interval, Number
from advisor.language.numerals import exact

_EVERYTHING = Interval(None, None)


def value_bounds(expression: Expression, env: Mapping[str, Interval]) -> Interval:
    """An interval that holds every value the expression takes on the box ``env``.

    A name that ``env`` lacks may be any number.  Where the divisor may be zero, nothing is
    known of the quotient.
    """
    match expression:
        case Constant(value):
            return Interval.point(value)
        case Name(name):
            return env.get(name, _EVERYTHING)
        case Arithmetic(op, left, right):
            a, b = value_bounds(left, env), value_bounds(right, env)
            match op:
                case "+":
                    return _add(a, b)
                case "-":
                    return _add(a, _negative(b))
                case "*":
                    return _multiply(a, b)
                case _:
                    inverse = _inverse(b)
                    return _EVERYTHING if inverse is None else _multiply(a, inverse)
        case Call(function, arguments):
            sides = [value_bounds(argument, env) for argument in arguments]
            if function == "ceiling":
                return _ceiling(sides[0])
            return reduce(_least if function == "min" else _greatest, sides)
        case unreachable:
            assert_never(unreachable)


class _End(Struct, frozen=True):
    """``infinite`` is -1 or 1 for an end that is not there, else 0; ``reached`` says
    whether the interval holds the value itself."""

    infinite: int
    value: Number
    reached: bool

    def __lt__(self, other: _End) -> bool:
        return (self.infinite, self.value) < (other.infinite, other.value)

    def same_place(self, other: _End) -> bool:
        """Whether they are the same number, reached or not."""
        return (self.infinite, self.value) == (other.infinite, other.value)


def _low(interval: Interval) -> _End:
    if interval.low is None:
        return _End(-1, 0, False)
    return _End(0, interval.low, not interval.low_open)


def _high(interval: Interval) -> _End:
    if interval.high is None:
        return _End(1, 0, False)
    return _End(0, interval.high, not interval.high_open)


def _between(low: _End, high: _End) -> Interval:
    return Interval(
        None if low.infinite else low.value,
        None if high.infinite else high.value,
        low_open=not low.infinite and not low.reached,
        high_open=not high.infinite and not high.reached,
    )


def _sum(a: _End, b: _End) -> _End:
    if a.infinite or b.infinite:
        return _End(a.infinite or b.infinite, 0, False)
    return _End(0, exact(a.value + b.value), a.reached and b.reached)


def _add(a: Interval, b: Interval) -> Interval:
    return _between(_sum(_low(a), _low(b)), _sum(_high(a), _high(b)))


def _negative(a: Interval) -> Interval:
    return Interval(
        None if a.high is None else -a.high,
        None if a.low is None else -a.low,
        a.high_open,
        a.low_open,
    )


def _times(a: _End, b: _End) -> _End:
    """The product at a corner.  A zero that is reached is reached whatever the other side
    does; a zero that is only approached, times infinity, stands for products near zero, as
    its neighbouring corners hold the rest."""
    zeros = [end for end in (a, b) if not end.infinite and end.value == 0]
    if zeros:
        return _End(0, 0, any(zero.reached for zero in zeros))
    if a.infinite or b.infinite:
        return _End(_sign(a) * _sign(b), 0, False)
    return _End(0, exact(a.value * b.value), a.reached and b.reached)


def _sign(end: _End) -> int:
    return end.infinite or (1 if end.value > 0 else -1)


def _multiply(a: Interval, b: Interval) -> Interval:
    corners = [_times(x, y) for x, y in product((_low(a), _high(a)), (_low(b), _high(b)))]
    low, high = corners[0], corners[0]
    for corner in corners[1:]:
        if corner < low or (corner.same_place(low) and corner.reached):
            low = corner
        if high < corner or (corner.same_place(high) and corner.reached):
            high = corner
    return _between(low, high)


def _inverse(a: Interval) -> Interval | None:
    """1/a, or None where zero lies in it."""
    low, high = _low(a), _high(a)
    positive = not low.infinite and (low.value > 0 or (low.value == 0 and not low.reached))
    negative = not high.infinite and (high.value < 0 or (high.value == 0 and not high.reached))
    if not positive and not negative:
        return None
    return _between(
        _reciprocal(high, -1 if negative else 1), _reciprocal(low, 1 if positive else -1)
    )


def _reciprocal(end: _End, side: int) -> _End:
    """1/end for an interval on the ``side`` of zero (1 above, -1 below)."""
    if end.infinite:
        return _End(0, 0, False)
    if end.value == 0:
        return _End(side, 0, False)
    return _End(0, exact(1 / Fraction(end.value)), end.reached)


def _least(a: Interval, b: Interval) -> Interval:
    """Of each pair the smaller one."""
    return _between(_lower(_low(a), _low(b), False), _lower(_high(a), _high(b), True))


def _greatest(a: Interval, b: Interval) -> Interval:
    return _negative(_least(_negative(a), _negative(b)))


def _lower(a: _End, b: _End, both: bool) -> _End:
    """The lower end; where they meet, it is reached if one of them does, or must ``both``."""
    if a.same_place(b):
        reached = (a.reached and b.reached) if both else (a.reached or b.reached)
        return _End(a.infinite, a.value, reached)
    return a if a < b else b


def _ceiling(a: Interval) -> Interval:
    """Whole numbers, so both ends are reached."""
    low = None if a.low is None else -(-a.low // 1)
    if low is not None and a.low_open and a.low == low:
        low += 1
    return Interval(low, None if a.high is None else -(-a.high // 1))
