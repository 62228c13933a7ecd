"""Break-even: the worked example, and stretches that are split where they must be."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.breakeven import (
    COST_ONLY,
    Curve,
    Piece,
    Stretch,
    compare,
    cost_only,
    token_curve,
)
from advisor.estimate.ranges import UNKNOWN, Range

NOTHING = Range(0, 0)
PER_REQUEST = Range.of(Fraction(348, 100_000))


def flat(daily: Range) -> Curve:
    """A rack that costs the same at every volume."""
    return Curve((Piece(0, None, daily, NOTHING),))


def steps(unit: int, serves: int, horizon: int, least: int = 1) -> Curve:
    """Units of ``unit`` USD a day that each serve ``serves`` requests, ``least`` of them always."""
    counts = range(least, max(least, ceil(horizon / serves)) + 1)
    ends = [0, *(count * serves for count in counts)]
    return Curve(
        tuple(
            Piece(start, end, Range.of(unit * count), NOTHING)
            for (start, end), count in zip(pairwise(ends), counts, strict=True)
        )
    )


def test_the_worked_example_breaks_even_at_3972414_requests_a_day() -> None:
    result = cost_only(PER_REQUEST, Range.of(13_824), Range.of(500))
    assert result.whole == Range.of(3_972_414)
    assert result.volume.low == Fraction(13_824 * 100_000, 348)
    assert round(result.output_rate.low) == 22_989
    assert result.label == COST_ONLY == "cost only, capacity ignored"


def test_prices_as_bands_give_a_band_and_unknown_prices_an_open_side() -> None:
    result = cost_only(Range(1, 2), Range(100, 300), Range.of(1))
    assert result.volume == Range(50, 300)
    assert cost_only(Range(0, 2), Range(100, 300), Range.of(1)).volume == Range(50, None)
    assert cost_only(UNKNOWN, Range(100, 300), Range.of(1)).volume == UNKNOWN


def test_a_flat_rack_beats_tokens_from_the_crossing_on() -> None:
    tokens = token_curve(PER_REQUEST, NOTHING)
    rack = flat(Range.of(13_824))
    crossing = Fraction(13_824 * 100_000, 348)
    assert compare(tokens, rack, 10**7) == (
        Stretch(0, crossing, "first"),
        Stretch(crossing, 10**7, "second"),
    )


def test_every_further_device_can_turn_the_answer_round() -> None:
    # A unit costs 100 and serves 100 requests, a request costs 1.25: units pay off from
    # 80, but not in the stretch just after each further unit begins.
    tokens = token_curve(Range.of(Fraction(5, 4)), NOTHING)
    units = steps(100, 100, 350)
    assert compare(tokens, units, 350) == (
        Stretch(0, 80, "first"),
        Stretch(80, 100, "second"),
        Stretch(100, 160, "first"),
        Stretch(160, 200, "second"),
        Stretch(200, 240, "first"),
        Stretch(240, 300, "second"),
        Stretch(300, 320, "first"),
        Stretch(320, 350, "second"),
    )


def test_units_that_are_paid_anyway_move_the_first_step_and_a_quota_ends_the_tokens() -> None:
    tokens = token_curve(Range.of(1), NOTHING, quota=250)
    units = steps(100, 100, 300, least=2)
    assert compare(tokens, units, 300) == (
        Stretch(0, 250, "first"),
        Stretch(250, 300, "second"),
    )


def test_overlapping_bands_stay_open() -> None:
    tokens = token_curve(Range(1, 2), NOTHING)
    rack = flat(Range.of(100))
    assert compare(tokens, rack, 200) == (
        Stretch(0, 50, "first"),
        Stretch(50, 100, "open"),
        Stretch(100, 200, "second"),
    )
    unknown = flat(Range(100, None))
    assert compare(tokens, unknown, 200)[-1].cheaper == "open"


@given(
    st.integers(1, 50),
    st.integers(1, 400),
    st.integers(1, 60),
    st.integers(1, 4),
    st.integers(1, 300),
)
def test_the_verdict_is_what_the_two_curves_say_at_every_whole_volume(
    per_request: int, unit: int, serves: int, smallest: int, horizon: int
) -> None:
    tokens = token_curve(Range.of(Fraction(per_request, 10)), NOTHING)
    units = steps(unit, serves, horizon, least=smallest)
    stretches = compare(tokens, units, horizon)
    assert stretches[0].start == 0 and stretches[-1].end == horizon
    for volume in range(1, horizon + 1):
        (stretch,) = [s for s in stretches if s.start < volume <= s.end]
        ours, theirs = tokens.at(volume).low, units.at(volume).low
        # At a crossing both cost the same, and the stretch that ends there may name either.
        if ours != theirs:
            assert stretch.cheaper == ("first" if ours < theirs else "second")
