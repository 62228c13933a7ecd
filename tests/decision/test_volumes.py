"""Cost by volume, against the bills of rankings."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.decision.result import BreakEven, CostByVolume, Recommendation
from advisor.decision.volumes import MOST_CURVES, cost_by_volume
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping

STEADY = {
    "models": ["gpt-oss-120b"],
    "requests-per-day": 123_456,
    "input-tokens": 2000,
    "output-tokens": 300,
    "peak-factor": 2,
    "current-offer": "groq-shared",
}
VOLUME = "requests-per-day"


def decided(
    knowledge: Knowledge, as_of, answers, break_evens: tuple[BreakEven, ...] = ()
) -> tuple[CostByVolume | None, Recommendation]:
    decision = decide(knowledge, inputs_from_mapping({"answers": answers}, knowledge), as_of)
    result = decision.recommendation(thorough=False)
    traffic = decision.entries.traffic()
    return cost_by_volume(decision.situation, traffic, result.ranking, break_evens), result


def test_each_point_is_the_bill_that_a_ranking_shows_for_that_volume(knowledge, as_of):
    found, _ = decided(knowledge, as_of, STEADY)
    assert found is not None and len(found.curves) == MOST_CURVES
    volumes = [cost.requests for cost in found.curves[0].costs]
    assert volumes == sorted(set(volumes)) and len(volumes) == 9
    assert volumes[4] == 123_456 and volumes[0] == 4100 and volumes[-1] == 3_700_000
    for curve in found.curves:
        assert [cost.requests for cost in curve.costs] == volumes
    for i in (0, 4, 8):
        _, there = decided(knowledge, as_of, {**STEADY, VOLUME: volumes[i]})
        bills = {entry.offer: entry.estimate.monthly for entry in there.ranking}
        for curve in found.curves:
            assert curve.costs[i].monthly == bills[curve.offer]


def test_of_a_range_both_ends_are_among_the_volumes(knowledge, as_of):
    found, result = decided(knowledge, as_of, {**STEADY, VOLUME: {"from": 40_000, "to": 90_000}})
    assert found is not None and (found.requests_low, found.requests_high) == (40_000, 90_000)
    bills = {entry.offer: entry.estimate.monthly for entry in result.ranking}
    for curve in found.curves:
        costs = {cost.requests: cost.monthly for cost in curve.costs}
        assert costs[40_000].low == bills[curve.offer].low
        assert costs[90_000].high == bills[curve.offer].high


@pytest.mark.parametrize("volume", [1, 3])
def test_volumes_never_fall_below_one_request(knowledge, as_of, volume):
    found, _ = decided(knowledge, as_of, {**STEADY, VOLUME: volume})
    assert found is not None
    volumes = [cost.requests for cost in found.curves[0].costs]
    assert volumes[0] == 1 and volumes == sorted(set(volumes)) and volume in volumes


def test_the_leader_and_what_breaks_even_are_drawn(knowledge, as_of):
    _, result = decided(knowledge, as_of, STEADY)
    last = [e for e in result.ranking if e.estimate.monthly.low is not None][-2:]
    even = BreakEven(
        last[0].offer, "", last[1].offer, "", 1, 2, None, None, "", "cost only, capacity ignored"
    )
    found, _ = decided(knowledge, as_of, STEADY, (even,))
    assert found is not None
    drawn = [curve.offer for curve in found.curves]
    assert {result.ranking[0].offer, last[0].offer, last[1].offer} <= set(drawn)
    order = [entry.offer for entry in result.ranking]
    assert drawn == sorted(drawn, key=order.index)


@pytest.mark.parametrize("missing", [VOLUME, "input-tokens"])
def test_what_is_not_known_is_not_drawn(knowledge, as_of, missing):
    """Without a volume there is nothing to vary; without the length of a request, no bill of an
    offer that is paid by the token."""
    found, _ = decided(knowledge, as_of, {k: v for k, v in STEADY.items() if k != missing})
    if missing == VOLUME:
        assert found is None
    else:
        for curve in found.curves if found else ():
            assert any(cost.monthly.low is not None for cost in curve.costs)


def test_of_no_requests_at_all_nothing_is_drawn(knowledge, as_of):
    found, _ = decided(knowledge, as_of, STEADY)
    assert found is not None
    inputs = inputs_from_mapping({"answers": STEADY}, knowledge)
    none = replace(inputs, answers={**inputs.answers, VOLUME: Interval.point(0)})
    decision = decide(knowledge, none, as_of)
    ranking = decision.recommendation(thorough=False).ranking
    assert cost_by_volume(decision.situation, decision.entries.traffic(), ranking, ()) is None
