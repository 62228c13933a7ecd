"""Costs of a token as whole numbers are those of the itemised bill, rounded outwards."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from advisor.decision.profiles import SCALE, Sides
from advisor.decision.token_rates import TokenRates, shares_of
from advisor.estimate.ranges import Range
from advisor.estimate.token_cost import TokenPrices, Traffic, cost_per_request
from advisor.knowledge.values import Interval


def ranges(most: int) -> st.SearchStrategy[Range]:
    side = st.none() | st.just(0) | st.fractions(0, most, max_denominator=10**6)

    def ordered(ends: tuple[Fraction | None, Fraction | None]) -> Range:
        low, high = ends
        if low is not None and high is not None:
            low, high = sorted((low, high))
        return Range(low, high)

    return st.tuples(side, side).map(ordered)


prices = st.builds(TokenPrices, ranges(200), ranges(200), ranges(200), ranges(100))
shares = ranges(100)
ONE, NONE = Range(1, 1), Range(0, 0)


@given(prices=prices, cached=shares, batched=shares)
def test_rates_are_those_of_the_itemised_bill(
    prices: TokenPrices, cached: Range, batched: Range
) -> None:
    env = {
        "cached-input-share": Interval(cached.low, cached.high),
        "batch-share": Interval(batched.low, batched.high),
    }

    def billed(reads: Range, writes: Range) -> Sides:
        found = cost_per_request(Traffic(ONE, reads, writes, cached, batched), prices)
        return (
            math.floor((found.low or 0) * SCALE),
            None if found.high is None else math.ceil(found.high * SCALE),
        )

    assert TokenRates(prices).sides(shares_of(env)) == (billed(ONE, NONE), billed(NONE, ONE))
