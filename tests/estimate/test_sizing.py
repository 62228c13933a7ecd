"""Devices in a decision: whole numbers, the same one by one and in columns, bounded in cells."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decision.measured_many import Traffic, coarse, codes, decoded
from advisor.decision.profiles import MEASURES, PER_MILLION, SCALE, Profile
from advisor.decision.sizing import PACE, Numbers, Paces, Sizes
from advisor.decision.tables import Doubts, measured_utility
from advisor.estimate.evidence import Evidence
from advisor.estimate.replicas import Replica, Target
from advisor.estimate.replicas_many import operating_points
from advisor.knowledge.model import Measure

OFFERED = (
    ("llama-3.1-70b", "nvidia-h200-sxm", "8-bit", 1),
    ("llama-3.1-8b", "nvidia-h100-sxm", "16-bit", 8),
    ("gpt-oss-120b", "amd-mi300x", "fp4", 8),
    ("deepseek-r1", "nvidia-gb200", "8-bit", 4),
    ("deepseek-r1", "nvidia-h100-sxm", "8-bit", 8),
)
ANCHORS = ((0.05, 10000), (0.1, 9000), (0.5, 6750), (2, 4800), (10, 2550), (60, 0))
COST = Measure(PER_MILLION, (), 2000)
requests = st.integers(1, 10**9)
reads = st.integers(1, 200_000)
writes = st.integers(0, 20_000)
peaks = st.integers(1000, 100_000)


@pytest.fixture(scope="module")
def replicas(evidence: Evidence) -> list[tuple[Replica, int]]:
    return [
        (
            Replica(
                evidence.models[model], evidence.devices[device], precision, evidence.calibration
            ),
            unit,
        )
        for model, device, precision, unit in OFFERED
    ]


def sizes_of(
    replicas: list[tuple[Replica, int]], which: int, pace: tuple[float, float] = (PACE, PACE)
) -> Sizes:
    replica, unit = replicas[which]
    return Sizes(Paces(replica, pace), unit, unit)


@pytest.mark.parametrize("pace", [None, 20.0, 60.0, 400.0])
def test_columns_hold_what_each_replica_gives(
    replicas: list[tuple[Replica, int]], pace: float | None
) -> None:
    lengths = [(1.0, 1.0), (250.0, 25.0), (1250.0, 1250.0), (80_000.0, 350.0), (1e6, 6e4)]
    factors = (0.76, 1.0, 1.35)
    target = Target(user_rate=pace, first_ms=3000 if pace == 60 else None)
    for replica, _ in replicas:
        workers = replica.workers(1.0)
        found = operating_points(replica, workers, lengths, target, factors)
        for factor, by_worker in zip(factors, found, strict=True):
            for worker, row in zip(workers, by_worker, strict=True):
                for pair, (devices, rate) in zip(lengths, row, strict=True):
                    alone = replica.operating_points(worker, pair, target, (factor,))[0]
                    assert rate == pytest.approx(0 if alone is None else alone.rate, rel=1e-9)
                    assert alone is None or devices == alone.devices


@given(
    which=st.integers(0, len(OFFERED) - 1),
    volumes=st.tuples(requests, requests),
    prompts=st.tuples(reads, reads),
    answers=st.tuples(writes, writes),
    factors=st.tuples(peaks, peaks),
    pace=st.sampled_from([(PACE, PACE), (30.0, 90.0), (900.0, 900.0)]),
    inside=st.tuples(*(st.floats(0, 1) for _ in range(4))),
)
def test_devices_anywhere_in_a_cell_lie_within_its_bounds(
    replicas: list[tuple[Replica, int]],
    volumes: tuple[int, int],
    prompts: tuple[int, int],
    answers: tuple[int, int],
    factors: tuple[int, int],
    pace: tuple[float, float],
    inside: tuple[float, ...],
    which: int,
) -> None:
    sizes = sizes_of(replicas, which, pace)
    ends = [sorted(pair) for pair in (volumes, prompts, answers, factors)]
    first, last = (tuple(pair[i] for pair in ends) for i in (0, 1))
    at = tuple(round(a + (b - a) * part) for (a, b), part in zip(ends, inside, strict=True))
    low, high = sizes.devices(at)
    (few, few_top), (many, many_top) = sizes.over(first, last)
    assert few <= low
    assert few_top is None or low <= few_top
    assert many is None or high is None or many <= high
    assert many_top is None or (high is not None and high <= many_top)
    profile = profile_of(sizes)
    corners = (first, last)
    for measure in MEASURES:
        bounds, spread = profile.bounds(measure, at), profile.over(measure, corners)
        assert bounds is not None and spread is not None
        cheap, dear = bounds
        assert spread.low[0] is None or spread.low[0] <= cheap
        assert spread.low[1] is None or cheap <= spread.low[1]
        assert spread.high[0] is None or dear is None or spread.high[0] <= dear
        assert spread.high[1] is None or (dear is not None and dear <= spread.high[1])


def profile_of(sizes: Sizes, *, priced: bool = True) -> Profile:
    month = 730 * SCALE
    people = (2400 * SCALE, 22_400 * SCALE)
    return Profile(priced, (0, 0), (0, 0), people, (2 * month, 5 * month), sizes.unit, sizes)


@given(
    which=st.integers(0, len(OFFERED) - 1),
    numbers=st.lists(st.tuples(requests, reads, writes, peaks), min_size=1, max_size=9),
    priced=st.booleans(),
)
def test_utilities_in_columns_are_those_one_by_one(
    replicas: list[tuple[Replica, int]],
    numbers: list[Numbers],
    priced: bool,
    which: int,
) -> None:
    anchors = sorted((int(Fraction(str(a)) * SCALE), u) for a, u in ANCHORS)
    doubts = Doubts(750, weak=False)
    sizes = sizes_of(replicas, which)
    profile = profile_of(sizes, priced=priced)
    found = codes(profile, COST, anchors, Traffic(numbers), doubts)
    assert found is not None
    distinct, places = found
    for at, place in zip(numbers, places.tolist(), strict=True):
        alone = measured_utility(
            COST, anchors, profile.bounds(PER_MILLION, at), doubts if priced else Doubts(0, True)
        )
        point = alone.point if priced else min(alone.point, COST.cautious)
        together = decoded(distinct[place], Fraction(0), "")
        assert (together.point, together.low, together.high) == tuple(
            coarse(utility) for utility in (point, alone.low, alone.high)
        )


amounts = st.integers(0, 40 * SCALE // 10**6)
CENT = SCALE // 10**8
"""A cent per million tokens, of one token."""


@given(
    numbers=st.lists(st.tuples(requests, reads, writes, peaks), min_size=1, max_size=9),
    prices=st.lists(amounts | st.integers(0, 400).map(lambda n: n * CENT), min_size=4, max_size=4),
    unknown=st.sampled_from(["nothing", "most", "all"]),
    people=st.sampled_from([(0, 0), (2400 * SCALE, 22_400 * SCALE)]),
    width=st.sampled_from([0, 750]),
)
def test_utilities_of_token_bills_in_columns_are_those_one_by_one(
    numbers: list[Numbers],
    prices: list[int],
    unknown: str,
    people: tuple[int, int],
    width: int,
) -> None:
    anchors = sorted((int(Fraction(str(a)) * SCALE), u) for a, u in ANCHORS)
    doubts = Doubts(width, weak=False)
    (read, most_read), (write, most_write) = sorted(prices[:2]), sorted(prices[2:])
    profile = Profile(
        unknown != "all",
        (read, None if unknown == "most" else most_read),
        (write, most_write),
        people,
        (0, 0),
        0,
        None,
    )
    found = codes(profile, COST, anchors, Traffic(numbers), doubts)
    assert found is not None
    distinct, places = found
    for at, place in zip(numbers, places.tolist(), strict=True):
        alone = measured_utility(COST, anchors, profile.bounds(PER_MILLION, at), doubts)
        assert decoded(distinct[place], alone.weak, alone.note) == alone


@pytest.mark.parametrize("which", range(len(OFFERED)))
def test_of_requests_too_long_for_any_replica_the_most_devices_are_not_known(
    replicas: list[tuple[Replica, int]], which: int
) -> None:
    sizes = sizes_of(replicas, which)
    short, long = (1_000_000, 1_000, 100, 2_000), (2_000_000, 10**9, 10**6, 2_000)
    assert not replicas[which][0].workers(float(sum(long[1:3])))
    few, many = sizes.devices(long)
    assert few >= sizes.unit and many is None
    assert sizes.carried(few, many, long[1:3]) > 0
    least = sizes.devices(short)[0]
    for per_request in (False, True):
        (low, low_top), (_, high_top) = sizes.over(short, long, per_request=per_request)
        # By request the ends are those of lines around all steps.
        assert per_request or low <= least
        assert low_top is None and high_top is None
    profile = profile_of(sizes)
    over = profile.over(PER_MILLION, (short, long))
    assert over is not None and over.high[1] is None
    cheap = profile.bounds(PER_MILLION, short)
    assert cheap is not None and over.low[0] is not None
    assert over.low[0] <= cheap[0]


def test_a_bill_by_the_token_at_a_step_of_the_utility_is_told_exactly() -> None:
    """Prices in cents, so that costs lie exactly on anchors and between two whole utilities."""
    anchors = sorted((int(Fraction(str(a)) * SCALE), u) for a, u in ANCHORS)
    doubts = Doubts(0, weak=False)
    numbers = [(1000, 400, 600, 1000), (1000, 400, 600, 5000), (7, 1, 0, 1000)]
    for cents in range(0, 260, 2):
        price = cents * CENT
        for top in (price, price + CENT, None):
            profile = Profile(True, (price, top), (price, top), (0, 0), (0, 0), 0, None)
            found = codes(profile, COST, anchors, Traffic(numbers), doubts)
            assert found is not None
            distinct, places = found
            for at, place in zip(numbers, places.tolist(), strict=True):
                alone = measured_utility(COST, anchors, profile.bounds(PER_MILLION, at), doubts)
                assert decoded(distinct[place], alone.weak, alone.note) == alone


def test_anchors_finer_than_devices_are_reckoned_are_left_to_be_looked_at_one_by_one(
    replicas: list[tuple[Replica, int]],
) -> None:
    profile, traffic = profile_of(sizes_of(replicas, 0)), Traffic([(1000, 400, 600, 1000)])
    fine = [(1, 10_000), (10 * SCALE, 0)]
    assert codes(profile, COST, fine, traffic, Doubts(0, weak=False)) is None
    coarse_ones = [(10**9, 10_000), (10 * SCALE, 0)]
    assert codes(profile, COST, coarse_ones, traffic, Doubts(0, weak=False)) is not None
