"""Several offers only where one leaves a stated need unmet, over the shipped rules."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor import api
from advisor.decision.needs import (
    peaks_need,
    promised,
    quota_share,
    unmet_needs,
)
from advisor.decision.portfolio import portfolio
from advisor.decision.recommend import decide
from advisor.knowledge.syntax import ALWAYS, Atom, Compare, NotOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import claim
from tests.decision.fixed import base
from tests.decision.wide import gate

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
    model, traffic = decision.entries.model(burst.offer), decision.entries.traffic()
    none = {**traffic, "requests-per-day": Interval.point(0)}
    bills = [decision.situation.costs.bill(burst.offer, model, t).monthly for t in (none, traffic)]
    assert (burst.monthly.low, burst.monthly.high) == (bills[0].low, bills[1].high)
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


# -- where little is known, or offers are made for it -------------------------------------------

CEREBRAS, GROQ, SAMBANOVA = "cerebras-shared", "groq-shared", "sambanova-shared"
GMI, NEBIUS = "gmi-serverless", "nebius-serverless"


def said(offer, **claims):
    """The offer with these claims in place of what is said of the same attributes."""
    named = {name.replace("_", "-"): value for name, value in claims.items()}
    kept = tuple(c for c in offer.claims if c.attribute not in named)
    made = tuple(claim(offer.id, name, value, "measured") for name, value in named.items() if value)
    return replace(offer, claims=(*kept, *made))


def held(*options):
    return Flags(frozenset(options), frozenset(options))


def made(knowledge, *offers):
    sources = {**knowledge.sources, **base().sources}
    return replace(knowledge, offers={o.id: o for o in offers}, sources=sources)


def test_regions_go_to_those_that_run_there(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(knowledge, said(one, regions=held("us")), said(two, regions=held("europe")))
    decision = decided(market, models=["gpt-oss-120b"], regions=["us", "europe"])
    leader, other = decision.order
    where = {CEREBRAS: "us", GROQ: "europe"}
    found = portfolio(decision, decision.again)
    assert [need.kind for need in found.needs] == ["regions"]
    primary, region = found.parts
    assert (primary.offer, primary.regions, primary.share) == (leader, (where[leader],), 1 / 2)
    assert (region.offer, region.regions, region.share) == (other, (where[other],), 1 / 2)
    assert found.notes == (
        "Traffic is taken to be spread evenly over the regions: the answers do not say how it is.",
    )


def test_one_house_does_not_back_itself(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    for platform, parts in ((two.platform, 2), (one.platform, 0)):
        market = made(knowledge, one, replace(two, platform=platform))
        decision = decided(market, availability=99.99, models=["gpt-oss-120b"])
        found = portfolio(decision, decision.again)
        assert (0 if found is None else len(found.parts)) == parts


def test_what_two_houses_reach_together_is_not_known_without_promises(knowledge):
    one, two = (said(knowledge.offers[name], availability_sla=None) for name in (CEREBRAS, GROQ))
    decision = decided(made(knowledge, one, two), availability=99.9, models=["gpt-oss-120b"])
    found = portfolio(decision, decision.again)
    assert found.parts[1].role == "fallback"
    assert found.notes[0].startswith("Two houses fail independently of each other, but not both")


def test_what_leaving_costs_is_told_by_what_is_known_of_it(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    mixed = Options(frozenset({"per-token", "per-hour"}))
    plain = said(two, billing=mixed, api=None, retirement_notice=None)
    decision = decided(made(knowledge, one, plain), availability=99.999, models=["gpt-oss-120b"])
    found = portfolio(decision, decision.again)
    exits = {part.offer: part.exit for part in found.parts}
    assert exits[GROQ] == ()
    assert exits[CEREBRAS]


def test_an_open_point_that_is_no_quota_is_no_peak(knowledge):
    """Negotiable and unproven, but about the speed of one user."""
    unshown = gate("unshown", ALWAYS, NotOf(Atom("speed-per-user", Compare("at least", 1))))
    offer = knowledge.offers[GMI]
    market = made(knowledge, offer)
    market = replace(market, rules={**market.rules, "unshown": replace(unshown, negotiable=True)})
    decision = decided(market, models=["gpt-oss-120b"])
    assert "unshown" in [g.id for g in decision.standings[GMI].to_confirm]
    assert peaks_need(decision, GMI) is None
