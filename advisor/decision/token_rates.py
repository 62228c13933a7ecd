"""What a token costs an offer's users, as whole numbers, at any shares of cached and batched work.

The sums of ``advisor.estimate.token_cost``, exact in 10^-15 USD and rounded outwards once; a
decision asks for them at ever new shares, so prices are brought to one denominator beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple, TypeAlias

from advisor.decision.loads import SHARES
from advisor.decision.profiles import MILLION, SCALE, Sides
from advisor.estimate.token_cost import TokenPrices
from advisor.knowledge.values import Domain, Interval, Number

Share: TypeAlias = tuple[int, int]
"""A share from 0 to 1 as numerator and denominator."""
NONE: Share = (0, 1)
ALL: Share = (1, 1)


class Shares(NamedTuple):
    """Ends of the shares of cached input and of batched work; one where they are points."""

    cached: tuple[Share, ...]
    batched: tuple[Share, ...]


def shares_of(env: Mapping[str, Domain]) -> Shares:
    """The shares in ``env``, answered in percent; one that is absent is none."""
    return Shares(*(_ends(env.get(name)) for name in SHARES))


def _ends(percent: Domain | None) -> tuple[Share, ...]:
    if not isinstance(percent, Interval):
        return (NONE,)
    low = NONE if percent.low is None else _part(percent.low)
    high = ALL if percent.high is None else _part(percent.high)
    return (low,) if low == high else (low, high)


def _part(percent: Number) -> Share:
    return Fraction(percent, 100).as_integer_ratio()


class TokenRates:
    """Bounds of what one input and one output token cost, from prices.

    On the low side an unknown price counts as nothing; on the high side it makes the bound
    unknown, unless no token is charged at it.
    """

    def __init__(self, prices: TokenPrices) -> None:
        fresh, cached, output = prices.input, prices.cached_or_bound, prices.output
        low = [side.low or 0 for side in (fresh, cached, output)]
        high = [side.high for side in (fresh, cached, output)]
        if fresh.low is None and output.low is None:
            low = [0, 0, 0]
        exact = [
            None if price is None else Fraction(price) * (SCALE // MILLION)
            for price in (*low, *high)
        ]
        self._unit = math.lcm(*(price.denominator for price in exact if price is not None))
        whole = [None if price is None else int(price * self._unit) for price in exact]
        self._low = tuple(price or 0 for price in whole[:3])
        self._fresh, self._cached, self._output = whole[3:]
        discount = prices.batch_discount
        self._least_off = NONE if discount.low is None else _part(discount.low)
        self._most_off = ALL if discount.high is None else _part(discount.high)

    def sides(self, shares: Shares) -> tuple[Sides, Sides]:
        """Per input token, and per output token."""
        fresh, cached, output = self._low
        reads, writes, most_reads, most_writes = [], [], [], []
        for (part, whole), batched in product(*shares):
            left, of = _left(batched, self._most_off)
            of *= self._unit
            reads.append(((whole - part) * fresh + part * cached) * left // (of * whole))
            writes.append(output * left // of)
            left, of = _left(batched, self._least_off)
            of *= self._unit
            most_reads.append(_up(self._read(part, whole), left, of * whole))
            most_writes.append(_up(self._output, left, of))
        return (min(reads), _most(most_reads)), (min(writes), _most(most_writes))

    def _read(self, part: int, whole: int) -> int | None:
        total = 0
        for share, price in ((whole - part, self._fresh), (part, self._cached)):
            if share and price is None:
                return None
            total += share * (price or 0)
        return total


def _left(batched: Share, off: Share) -> Share:
    """What a discount on the part that is batched leaves of a price."""
    of = batched[1] * off[1]
    return of - batched[0] * off[0], of


def _up(amount: int | None, left: int, of: int) -> int | None:
    return None if amount is None else -(-amount * left // of)


def _most(ends: list[int | None]) -> int | None:
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None
