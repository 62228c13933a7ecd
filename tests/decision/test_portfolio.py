"""Several offers only where one leaves a stated need unmet, over the shipped rules."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor import api
from advisor.decision.needs import peaks_need, promised, quota_share, unmet_needs
from advisor.decision.portfolio import portfolio
from advisor.decision.recommend import decide
from advisor.knowledge.values import Interval

DAY = datetime.date(2026, 11, 22)
TRAFFIC = {
    "use-case": "chat",
    "requests-per-day": 100_000,
    "input-tokens": 1000,
    "output-tokens": 300,
    "operations-team": "small",
    "usage-pattern": "daily-peaks",
    "latency-consistency": "nice",
    "model-diversity": "one",
    "research-needs": "none",
}
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def knowledge():
    return api.load()


def decided(knowledge, **answers):
    named = {name.replace("_", "-"): value for name, value in answers.items()}
    return decide(knowledge, api.inputs({**TRAFFIC, **named}, knowledge), DAY)


def test_an_availability_that_one_does_not_promise_is_backed_by_another_house(knowledge):
    decision = decided(knowledge, availability=99.99, models=["gpt-oss-120b"])
    found = portfolio(decision, decision.again)
    assert found is not None
    assert [need.kind for need in found.needs] == ["availability"]
    primary, fallback = found.parts
    assert (primary.role, primary.offer) == ("primary", decision.order[0])
    assert fallback.role == "fallback"
    assert (primary.share, fallback.share) == (1, 0)
    offers = knowledge.offers
    assert offers[primary.offer].platform != offers[fallback.offer].platform
    down = [100 - promised(decision, part.offer) for part in found.parts]
    assert 100 - down[0] * down[1] / 100 >= Fraction("99.99")
    assert primary.monthly.low is not None and fallback.monthly.low is not None
    assert found.monthly.low == primary.monthly.low + fallback.monthly.low
    assert all(part.exit for part in found.parts)


def test_models_that_nobody_serves_together_are_split(knowledge):
    """A closed model that only its maker and the clouds sell, and one of another maker."""
    decision = decided(knowledge, models=["claude-opus-5", "gpt-5.6", "gemini-3.1-pro"])
    found = portfolio(decision, decision.again)
    assert found is not None
    assert [need.kind for need in found.needs] == ["models"]
    told = " ".join(part.split for part in found.parts)
    for model in ("claude-opus-5", "gpt-5.6", "gemini-3.1-pro"):
        assert told.count(model) == 1
    assert sum(part.share for part in found.parts) == 1
    for part in found.parts:
        assert part.lane == "safe"


REGIONS = st.sets(
    st.sampled_from(["us", "canada", "europe", "uk", "middle-east", "africa", "asia-pacific"])
)


@given(REGIONS, st.sampled_from([None, 99, 99.5, 99.9, 99.95, 99.99]))
@FEW
def test_never_where_one_offer_suffices(regions, availability):
    knowledge = api.load()
    answers = {"models": ["gpt-oss-120b"], "regions": sorted(regions)}
    if availability is not None:
        answers["availability"] = availability
    decision = decided(knowledge, **answers)
    found = portfolio(decision, decision.again)
    event(f"portfolio: {found is not None}")
    leader = decision.order[0]
    if not unmet_needs(decision, leader):
        assert found is None
    if found is None:
        return
    assert found.parts[0].offer == leader
    last = max(decision.order.index(part.offer) for part in found.parts)
    lane = decision.standings[leader].lane
    for offer in decision.order[: last + 1]:
        assert unmet_needs(decision, offer) or decision.standings[offer].lane != lane
    assert sum(part.share or 0 for part in found.parts) == 1


def test_nothing_is_split_where_the_leader_meets_everything(knowledge):
    decision = decided(knowledge, availability=99.9, regions=["us"], models=["gpt-oss-120b"])
    assert unmet_needs(decision, decision.order[0]) == ()
    assert portfolio(decision, decision.again) is None


# -- peaks -------------------------------------------------------------------------------------


def among(knowledge, *offers):
    """The shipped rule base with a few of its offers."""
    return replace(knowledge, offers={name: knowledge.offers[name] for name in offers})


def busy(knowledge, requests):
    return decided(knowledge, models=["gpt-oss-120b"], requests_per_day=requests, peak_factor=5)


def test_what_a_quota_does_not_take_goes_to_another_house(knowledge):
    few = among(knowledge, "cerebras-shared", "sambanova-shared")
    decision = busy(few, 230_000)
    leader, other = decision.order
    shares = {offer: quota_share(decision, offer) for offer in decision.order}
    assert shares[other] >= 1 - shares[leader]
    found = portfolio(decision, decision.again)
    assert found is not None
    assert [need.kind for need in found.needs] == ["peaks"]
    primary, burst = found.parts
    assert (primary.offer, burst.offer, burst.role) == (leader, other, "burst")
    # The burst is at most what the quota leaves of the busiest minute; of the day it is less,
    # and nobody says by how much.
    assert (primary.share, burst.share) == (None, None)
    assert burst.peak_share == 1 - shares[leader]
    beyond = f"{float(100 * burst.peak_share):.3g} %"
    assert burst.split == (
        f"the busiest minutes beyond the quota: at most {beyond} of their requests"
    )


def test_beside_a_burst_costs_span_from_no_peaks_to_the_busiest_minute_all_day(knowledge):
    few = among(knowledge, "cerebras-shared", "sambanova-shared")
    decision = busy(few, 230_000)
    leader, other = decision.order
    found = portfolio(decision, decision.again)
    primary, burst = found.parts

    def bill(offer, share):
        requests = Interval.point(round(230_000 * share))
        traffic = {**decision.entries.traffic(), "requests-per-day": requests}
        model = decision.entries.model(offer)
        return decision.situation.costs.bill(offer, model, traffic).monthly

    beyond = burst.peak_share
    assert (burst.monthly.low, burst.monthly.high) == (bill(other, 0).low, bill(other, beyond).high)
    assert primary.monthly.low == bill(leader, 1 - beyond).low
    assert primary.monthly.high == bill(leader, 1).high


def test_where_the_others_quota_is_too_small_nothing_is_split(knowledge):
    few = among(knowledge, "cerebras-shared", "sambanova-shared")
    decision = busy(few, 5_000_000)
    assert all(quota_share(decision, offer) < Fraction(1, 2) for offer in decision.order)
    assert peaks_need(decision, decision.order[0]) is not None
    assert portfolio(decision, decision.again) is None


def test_a_quota_that_nobody_publishes_has_no_share(knowledge):
    few = among(knowledge, "gmi-serverless", "groq-shared")
    decision = busy(few, 5_000_000)
    assert decision.order[0] == "groq-shared"
    assert quota_share(decision, "groq-shared") is None
    found = portfolio(decision, decision.again)
    assert found is not None
    burst = found.parts[1]
    assert (burst.role, burst.share, burst.peak_share) == ("burst", None, None)
    assert burst.split == "what the quota of the primary does not take"
    assert found.notes == ("How much that is, is not known: no quota is published.",)


def test_beyond_an_unknown_quota_goes_nothing_to_one_that_is_too_small(knowledge):
    decision = busy(among(knowledge, "cerebras-shared", "groq-shared"), 5_000_000)
    assert decision.order[0] == "groq-shared"
    assert quota_share(decision, "groq-shared") is None
    assert quota_share(decision, "cerebras-shared") < 1
    assert portfolio(decision, decision.again) is None


def test_a_quota_that_is_kept_leaves_nothing_unmet(knowledge):
    decision = busy(among(knowledge, "cerebras-shared", "groq-shared"), 10_000)
    assert all(peaks_need(decision, offer) is None for offer in decision.order)
    assert all(quota_share(decision, offer) is None for offer in decision.order)
