"""The bill: the worked example, unknown prices, bands, and what never happens to a cost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.cost import (
    Capacity,
    Line,
    People,
    Switching,
    TokenPrices,
    Traffic,
    bill,
    cost_per_request,
    devices_at_most,
)
from advisor.estimate.ownership import Owned, Term
from advisor.estimate.ranges import UNKNOWN, Range


def exactly(value: int | str) -> Range:
    return Range.of(Fraction(value))


def traffic(requests: int | str = 1_000_000, **shares: Range) -> Traffic:
    return Traffic(exactly(requests), exactly(1000), exactly(500), **shares)


EXAMPLE = TokenPrices(exactly("1.74"), exactly("3.48"), source="user")


def test_a_million_requests_a_day_at_token_prices_cost_3480_dollars() -> None:
    result = bill(traffic(), tokens=EXAMPLE)
    assert result.daily == exactly(3480)
    assert result.monthly == exactly(3480) * Fraction(365, 12)
    assert result.per_million == exactly("2.32")
    assert [line.item for line in result.lines] == ["input tokens", "output tokens"]
    assert sum(line.low for line in result.lines) == result.monthly.low


def test_a_rack_costs_its_hours_whatever_the_traffic() -> None:
    rack = Capacity(devices=exactly(72), device_hour=exactly(8))
    for requests in (1, 1_000_000, 50_000_000):
        result = bill(traffic(requests), capacity=rack)
        assert result.daily == exactly(13_824)
        assert result.monthly == exactly(72 * 8 * 730)


def test_at_most_18_devices_are_cheaper_than_the_tokens() -> None:
    assert devices_at_most(3480, 8) == 18
    with pytest.raises(ValueError, match="above zero"):
        devices_at_most(3480, 0)


def test_an_unknown_token_price_is_unknown_and_never_zero() -> None:
    result = bill(traffic(), tokens=TokenPrices(UNKNOWN, UNKNOWN))
    assert result.monthly == UNKNOWN and result.per_million == UNKNOWN
    assert result.unknown == ("input tokens", "output tokens")


def test_one_known_price_still_bounds_the_bill_from_below() -> None:
    result = bill(traffic(), tokens=TokenPrices(exactly("1.74"), UNKNOWN))
    assert result.daily.low == 1740 and result.daily.high is None
    assert result.unknown == ("output tokens",)


def test_an_unknown_number_of_devices_leaves_the_upper_side_open() -> None:
    result = bill(traffic(), capacity=Capacity(Range(8, None), exactly("2.5")))
    assert result.daily == Range(480, None)
    assert any("smallest number" in text for text in result.assumptions)


def test_cached_input_is_charged_at_its_own_price() -> None:
    prices = TokenPrices(exactly(2), exactly(4), cached_input=exactly("0.2"))
    result = bill(traffic(cached_input_share=exactly(50)), tokens=prices)
    # 500 fresh and 500 cached input tokens, 500 output tokens, a million times.
    assert result.daily == exactly(500 * 2 + 100 + 500 * 4)
    assert [line.item for line in result.lines][1] == "cached input tokens"


def test_an_unpublished_cached_price_is_at_most_the_input_price() -> None:
    result = bill(traffic(cached_input_share=exactly(50)), tokens=EXAMPLE)
    assert result.daily == Range(870 + 1740, 3480)
    assert any("cached input" in text for text in result.assumptions)


def test_the_batch_discount_applies_to_the_batch_share_only() -> None:
    prices = TokenPrices(exactly("1.74"), exactly("3.48"), batch_discount=exactly(50))
    result = bill(traffic(batch_share=exactly(40)), tokens=prices)
    assert result.daily == exactly(3480) * Fraction(4, 5)
    unknown = bill(traffic(batch_share=exactly(40)), tokens=EXAMPLE)
    assert unknown.daily == Range(Fraction(3480 * 3, 5), 3480)


def test_a_share_known_only_as_a_range_keeps_one_share_for_all_items() -> None:
    prices = TokenPrices(exactly(2), exactly(0), cached_input=exactly(1))
    result = bill(traffic(cached_input_share=Range(0, 100)), tokens=prices)
    assert result.daily == Range(1000, 2000)
    assert sum(line.high for line in result.lines) > result.monthly.high


def test_people_switching_and_extras_are_lines_of_their_own() -> None:
    result = bill(
        traffic(),
        tokens=EXAMPLE,
        people=People(Range(10, 20), Range(80, 120)),
        switching=Switching(exactly(120), exactly(100), 12, leaving="openai-api"),
        extras=(Line("egress", None, None, "unknown GB × unknown price", None),),
    )
    by_item = {line.item: (line.low, line.high) for line in result.lines}
    assert by_item["people"] == (800, 2400)
    assert by_item["switching from openai-api"] == (1000, 1000)
    assert result.unknown == ("egress",)
    assert result.monthly.low == Fraction(3480 * 365, 12) + 1800
    assert result.monthly.high is None


BOUGHT = Owned(
    price=Term(exactly(36_000)),
    months=Term(exactly(36)),
    watts=Term(exactly(1500)),
    overhead=Term(exactly("1.25")),
    energy=Term(exactly("0.1")),
    space=Term(exactly(200)),
)


def test_own_hardware_is_depreciation_power_and_space() -> None:
    result = bill(
        traffic(),
        capacity=Capacity(exactly(8), BOUGHT.month * Fraction(1, 730), owned=BOUGHT),
    )
    by_item = {line.item: line.low for line in result.lines}
    assert by_item == {"depreciation": 8000, "power": 876, "cooling": 219, "space": 2400}
    assert result.monthly == exactly(11_495)


def test_idle_capacity_is_shown_and_not_discounted() -> None:
    rack = Capacity(exactly(72), exactly(8), needed_share=exactly(25))
    result = bill(traffic(), capacity=rack)
    assert result.daily == exactly(13_824)
    assert "75 % of the paid capacity stays idle at this volume" in result.assumptions


def test_a_window_pays_for_its_hours_only() -> None:
    window = Capacity(exactly(8), exactly(3), active_hours_per_day=exactly(10))
    assert bill(traffic(), capacity=window).daily == exactly(240)


def test_impossible_shares_and_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="above 100"):
        traffic(cached_input_share=exactly(120))
    with pytest.raises(ValueError, match="negative"):
        Range(-1, 2)
    with pytest.raises(ValueError, match="empty"):
        Range(3, 2)


PRICES = st.fractions(0, 100, max_denominator=1000)
COUNTS = st.integers(0, 10**7)
SHARES = st.integers(0, 100)


@given(st.tuples(COUNTS, COUNTS), st.tuples(PRICES, PRICES, PRICES), SHARES, SHARES)
def test_token_cost_never_falls_with_volume(
    volumes: tuple[int, int],
    usd: tuple[Fraction, Fraction, Fraction],
    cached: int,
    batch: int,
) -> None:
    prices = TokenPrices(*(exactly(price) for price in usd), batch_discount=exactly(50))
    shares = {"cached_input_share": exactly(cached), "batch_share": exactly(batch)}
    low, high = (bill(traffic(n, **shares), tokens=prices) for n in sorted(volumes))
    assert low.monthly.high <= high.monthly.high


PAIRS_OF_PRICES = st.tuples(PRICES, PRICES)
PAIRS_OF_SHARES = st.tuples(SHARES, SHARES)


@given(PAIRS_OF_PRICES, PAIRS_OF_SHARES, PAIRS_OF_PRICES, PAIRS_OF_SHARES)
def test_the_band_holds_every_point_within_its_ranges(
    usd: tuple[Fraction, Fraction],
    shares: tuple[int, int],
    spread: tuple[Fraction, Fraction],
    widths: tuple[int, int],
) -> None:
    (input_price, output_price), (cached, batch) = usd, shares
    cached_price = input_price / 10
    point = cost_per_request(
        traffic(cached_input_share=exactly(cached), batch_share=exactly(batch)),
        TokenPrices(
            exactly(input_price), exactly(output_price), exactly(cached_price), exactly(50)
        ),
    )
    band = cost_per_request(
        traffic(
            cached_input_share=Range(max(0, cached - widths[0]), min(100, cached + widths[1])),
            batch_share=Range(max(0, batch - widths[1]), min(100, batch + widths[0])),
        ),
        TokenPrices(
            Range(input_price, input_price + spread[0]),
            Range(output_price, output_price + spread[1]),
            exactly(cached_price),
            exactly(50),
        ),
    )
    assert band.low <= point.low == point.high <= band.high


@given(PAIRS_OF_PRICES, SHARES, SHARES, COUNTS)
def test_at_fixed_shares_the_items_add_up_to_the_cost_of_all_requests(
    usd: tuple[Fraction, Fraction], cached: int, batch: int, requests: int
) -> None:
    asked = traffic(requests, cached_input_share=exactly(cached), batch_share=exactly(batch))
    prices = TokenPrices(exactly(usd[0]), Range(usd[1], None), exactly(usd[0] / 10), Range(20, 50))
    result = bill(asked, tokens=prices)
    each = cost_per_request(asked, prices)
    assert result.monthly == asked.requests_per_day * each * Fraction(365, 12)
