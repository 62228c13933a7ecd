"""From requests a day to replicas, spares, quotas, and reasons why not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.estimate.evidence import Evidence
from advisor.estimate.ranges import Range
from advisor.estimate.replicas import Target
from advisor.estimate.traffic import (
    Plan,
    contradictions,
    demand,
    plan,
    quota_gaps,
    requests_per_day,
)
from advisor.knowledge.physical import Device


def sized(evidence: Evidence, requests: int, target: Target, **changed: object) -> Plan:
    given = {
        "model": evidence.models["llama-3.1-70b"],
        "device": evidence.devices["nvidia-h200-sxm"],
        "precision": "8-bit",
        "lengths": (1000.0, 500.0),
    }
    given |= changed
    unit = int(given.pop("smallest_unit", 1))
    context = given.pop("context", None)
    return plan(
        demand(requests, 3, 1000, 500),
        given["model"],
        given["device"],
        given["precision"],
        given["lengths"],
        target,
        evidence.calibration,
        smallest_unit=unit,
        context=context,
    )


def test_a_million_requests_a_day_are_11_57_a_second() -> None:
    asked = demand(1_000_000, 3, 1000, 500)
    assert asked.mean == Fraction(1_000_000, 86_400)
    assert float(asked.mean) == pytest.approx(11.574, abs=0.001)
    assert asked.requests_per_minute == asked.mean * 3 * 60
    assert asked.tokens_per_minute == asked.requests_per_minute * 1500
    assert asked.output_rate == asked.peak * 500


def test_requests_at_once_follow_from_rate_and_stay() -> None:
    """Little's law: 34.7 requests a second that stay 10 seconds are 347 at once."""
    assert demand(1_000_000, 3, 1000, 500).at_once(10) == pytest.approx(347.2, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((-1, 1, 1, 1), "negative"),
        ((1, 0.5, 1, 1), "peak factor is 1 or more"),
        ((1, 1, 0, 0), "at least one token"),
    ],
)
def test_traffic_that_cannot_be_meant_is_refused(
    arguments: tuple[int, float, int, int], words: str
) -> None:
    requests, peak, inputs, outputs = arguments
    with pytest.raises(ValueError, match=words):
        demand(requests, Fraction(peak), inputs, outputs)


def test_a_quota_below_the_peak_says_by_how_much() -> None:
    asked = demand(1_000_000, 3, 1000, 500)
    (gap,) = quota_gaps(asked, None, 1_000_000)
    assert gap.words == (
        "the peak needs 3,125,000 tokens per minute, the published limit is 1,000,000: "
        "ask for 3.12 times it"
    )
    assert quota_gaps(asked, 10_000, None) == ()
    assert [g.limit for g in quota_gaps(asked, 60, 1)] == [
        "requests per minute",
        "tokens per minute",
    ]


def test_a_plan_carries_its_peak_with_headroom_and_a_spare(evidence: Evidence) -> None:
    found = sized(evidence, 1_000_000, Target(user_rate=30, first_ms=2000))
    likely = found.likely
    working = likely.count - 1
    assert working * likely.rate * 0.7 >= float(demand(1_000_000, 3, 1000, 500).peak)
    assert (working - 1) * likely.rate * 0.7 < float(demand(1_000_000, 3, 1000, 500).peak)
    assert likely.token_ms <= 1000 / 30 * 1.01
    assert found.low.total <= likely.total <= found.high.total
    assert (found.devices.low, found.devices.high) == (found.low.total, found.high.total)
    assert 0 < likely.busy < 0.34


def test_no_spare_is_a_replica_less(evidence: Evidence) -> None:
    with_spare = sized(evidence, 1_000_000, Target(user_rate=30)).likely
    without = sized(evidence, 1_000_000, Target(user_rate=30, spare=0)).likely
    assert with_spare.count == without.count + 1


def test_a_rack_is_rented_whole(evidence: Evidence) -> None:
    found = sized(
        evidence,
        1000,
        Target(user_rate=30),
        device=evidence.devices["nvidia-gb200"],
        smallest_unit=72,
    )
    assert found.likely.total == 72
    assert any("72 at a time" in text for text in found.assumptions)


def test_a_speed_that_no_replica_reaches_is_named(evidence: Evidence) -> None:
    found = sized(evidence, 1000, Target(user_rate=5000))
    assert found.likely is None and found.devices.low is None
    assert "5,000 tokens/s per user are more than one request alone gets" in found.reason


def test_a_first_token_that_no_prompt_allows_is_named(evidence: Evidence) -> None:
    found = sized(evidence, 1000, Target(first_ms=1), lengths=(100_000.0, 500.0))
    assert found.reason is not None and "1 ms to the first token" in found.reason


def test_weights_that_do_not_fit_are_the_reason(evidence: Evidence) -> None:
    found = sized(
        evidence,
        1000,
        Target(),
        model=replace(evidence.models["deepseek-r1"], total=9000),
        device=evidence.devices["nvidia-h100-sxm"],
    )
    assert found.reason is not None and "9,000 GB at 8-bit" in found.reason


def test_weights_beyond_a_board_are_sized_over_two(evidence: Evidence) -> None:
    """Nothing is measured across a network: the band is the widest."""
    found = sized(
        evidence,
        1000,
        Target(),
        model=evidence.models["deepseek-r1"],
        device=evidence.devices["nvidia-h100-sxm"],
    )
    assert found.likely.devices == 16
    assert found.high.token_ms > 1.5 * found.likely.token_ms


def test_devices_that_nobody_measured_are_not_sized(evidence: Evidence) -> None:
    found = sized(evidence, 1000, Target(), device=Device("tpu", 96, 3000, 900))
    assert found.reason == "nothing is measured on devices like tpu"


@pytest.mark.parametrize("headroom", [-0.1, 1.0])
def test_a_headroom_is_a_share(headroom: float) -> None:
    with pytest.raises(ValueError, match="headroom"):
        Target(headroom=headroom)


@given(
    st.tuples(st.integers(1, 50_000_000), st.integers(1, 50_000_000)),
    st.sampled_from([None, 10.0, 30.0, 60.0]),
)
def test_more_requests_never_need_fewer_devices(
    evidence: Evidence, volumes: tuple[int, int], user_rate: float | None
) -> None:
    few, many = (
        sized(evidence, volume, Target(user_rate=user_rate)).likely for volume in sorted(volumes)
    )
    assert few.total <= many.total


@given(st.floats(5, 60), st.floats(5, 60))
def test_a_faster_user_never_needs_fewer_devices(
    evidence: Evidence, one: float, other: float
) -> None:
    slow, fast = (
        sized(evidence, 2_000_000, Target(user_rate=rate)).likely for rate in sorted((one, other))
    )
    assert slow.total <= fast.total


def test_users_and_speeds_that_cannot_produce_the_traffic_are_named() -> None:
    asked = demand(1_000_000, 3, 1000, 500)
    (sentence,) = contradictions(asked, Range.of(50), Range.of(30))
    assert "50 users at once with 30 tokens/s each produce at most 1,500" in sentence
    assert "17,361" in sentence
    assert contradictions(asked, Range.of(5000), Range.of(30)) == ()
    assert contradictions(asked, Range(50, None), Range.of(30)) == ()
    assert contradictions(asked, None, Range.of(30)) == ()


def test_a_replica_serves_its_rate_all_day_below_the_peak(evidence: Evidence) -> None:
    target = Target(user_rate=30)
    likely = sized(evidence, 1_000_000, target).likely
    daily = requests_per_day(likely, 3, target)
    assert daily == int(likely.rate * 0.7 * 86_400 / 3)
    assert daily * (likely.count - 1) >= 1_000_000
