"""What leaves a service and lies on its disks: volumes, prices, and text that is small."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.moved import UNPRICED, Egress, Price, Storage
from advisor.estimate.ranges import UNKNOWN, Range
from advisor.estimate.token_cost import Traffic


def traffic(requests: int, written: int) -> Traffic:
    return Traffic(Range.of(requests), Range.of(1000), Range.of(written))


def test_a_million_answers_of_500_tokens_a_day_are_61_gigabytes_of_text_a_month() -> None:
    """10^6 x 500 tokens x 4 bytes x 365/12 days; streamed one event each, 75 times as much."""
    moved = Egress(Price(Range.of(Fraction(9, 100)), "quote"), traffic(1_000_000, 500))
    bare = Fraction(1_000_000 * 500 * 4 * 365, 12 * 10**9)
    assert moved.volume == Range(bare, bare * 75)
    assert round(float(bare), 1) == 60.8
    assert moved.amount.low == bare * Fraction(9, 100)
    assert "0.09 USD per GB" in moved.formula and moved.is_counted


def test_without_a_price_nothing_is_counted_and_the_volume_still_stands() -> None:
    moved = Egress(UNPRICED, traffic(1000, 10))
    assert not moved.is_counted and moved.amount == UNKNOWN and moved.volume.low > 0


def test_weights_are_stored_whatever_the_traffic() -> None:
    kept = Storage(Price(Range(Fraction(5, 100), Fraction(7, 100))), Range.of(235))
    assert kept.amount == Range(Fraction(1175, 100), Fraction(1645, 100))


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**5))
def test_more_answers_never_leave_for_less(one: int, other: int, written: int) -> None:
    price = Price(Range.of(Fraction(9, 100)))
    few, many = (Egress(price, traffic(n, written)).amount for n in sorted((one, other)))
    assert few.low <= many.low and few.high <= many.high
