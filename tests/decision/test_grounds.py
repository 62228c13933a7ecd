"""The facts and break-evens that a recommendation carries, against the ledger and the bills."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.grounds import break_evens_of, grounds_of
from advisor.decision.recommend import decide
from advisor.estimate.cost import DEVICE_ITEMS
from advisor.knowledge.syntax import ALWAYS, AnyOf, Atom, Compare, OneOf
from advisor.language.answers import case_inputs, inputs_from_mapping
from tests.decision.market import among
from tests.decision.wide import score

STEADY = {
    "models": ["gpt-oss-120b"],
    "requests-per-day": 500000,
    "input-tokens": 2000,
    "output-tokens": 300,
    "peak-factor": 2,
    "operations-team": "large",
    "commitment": "years",
    "hosting": "any",
    "own-weights": "no",
    "frontier-models": "not-needed",
    "usage-pattern": "sustained",
}


@pytest.fixture(scope="module")
def decided(knowledge, as_of):
    decision = decide(knowledge, inputs_from_mapping({"answers": STEADY}, knowledge), as_of)
    return decision, decision.recommendation(thorough=False)


def test_a_break_even_is_where_two_bills_meet(decided):
    """Fixed price a day over price a request, both read off the bills that are shown."""
    decision, result = decided
    found = break_evens_of(decision.situation, result.ranking)
    assert found
    entries = {r.offer: r for r in result.ranking}
    per_month = 500_000 * Fraction(365, 12)
    for even in found:
        tokens = [x for x in entries[even.against].estimate.lines if "tokens" in x.item]
        bill = entries[even.offer].estimate
        others = sum(x.low for x in bill.lines if x.item not in DEVICE_ITEMS)
        per_request = [
            sum(x.low for x in tokens) / per_month,
            sum(x.high for x in tokens) / per_month,
        ]
        fixed = (bill.monthly.low - others) / Fraction(365, 12)
        assert even.requests_low == math.ceil(fixed / per_request[1])
        assert even.label == "cost only, capacity ignored"
    # The cheapest offer by the token, judged by its high end.
    prices = {
        r.offer: sum(x.high for x in r.estimate.lines if "tokens" in x.item)
        for r in result.ranking
        if any(x.item == "input tokens" and x.high is not None for x in r.estimate.lines)
    }
    assert found[0].against == min(prices, key=lambda o: (prices[o], entries[o].rank))


def test_without_a_volume_there_is_no_break_even(knowledge, as_of):
    answers = {k: v for k, v in STEADY.items() if k != "requests-per-day"}
    decision = decide(knowledge, inputs_from_mapping({"answers": answers}, knowledge), as_of)
    result = decision.recommendation(thorough=False)
    assert break_evens_of(decision.situation, result.ranking) == ()


def test_the_facts_are_those_of_the_ledger_with_every_claim(decided):
    decision, result = decided
    leader = result.ranking[0]
    found = grounds_of(decision.situation, decision.gates, leader)
    known = decision.situation.base.offering.of(leader.offer, leader.model)
    assert found and [g.label for g in found] == sorted(g.label for g in found)
    for ground in found:
        evidence = known[ground.attribute]
        assert [c.source for c in ground.claims] == [c.source for c in evidence.claims]
        assert (ground.stale, ground.conflict) == (evidence.stale, evidence.conflict)
        assert all(c.checked and c.grade for c in ground.claims)


def test_old_facts_are_called_stale(knowledge):
    case = knowledge.cases["voice-with-health-data"]
    later = case.as_of.replace(year=case.as_of.year + 20)
    decision = decide(knowledge, case_inputs(case, knowledge), later)
    result = decision.recommendation(thorough=False)
    leader = result.ranking[0]
    found = grounds_of(decision.situation, decision.gates, leader)
    assert any(ground.stale for ground in found)
    for ground in found:
        kind = knowledge.attributes[ground.attribute.rpartition(".")[2]]
        days = knowledge.method.expiry_days[kind.expiry]
        for claimed in ground.claims:
            age = (later - date.fromisoformat(claimed.checked)).days
            assert claimed.stale == (age > days)


def evens(knowledge, as_of, **answers):
    asked = inputs_from_mapping({"answers": {**STEADY, **answers}}, knowledge)
    decision = decide(knowledge, asked, as_of)
    result = decision.recommendation(thorough=False)
    return break_evens_of(decision.situation, result.ranking)


def test_where_only_one_way_of_paying_is_left_or_a_range_of_volumes_there_is_no_break_even(
    knowledge, as_of
):
    both = among(knowledge, ("h200-cluster", "groq-shared"), [])
    assert evens(both, as_of)
    assert evens(among(knowledge, ("h200-cluster",), []), as_of) == ()
    assert evens(both, as_of, **{"requests-per-day": "400000 to 500000"}) == ()


def test_without_fitted_speeds_no_stretches_are_worked_out(knowledge, as_of):
    both = among(knowledge, ("h200-cluster", "groq-shared"), [])
    (even,) = evens(both, as_of)
    assert even.stretches
    (bare,) = evens(replace(both, fitted=None), as_of)
    assert bare.stretches == () and bare.requests_low is not None


def test_people_that_nobody_needs_cost_nothing_on_either_side(knowledge, as_of):
    both = among(knowledge, ("h200-cluster", "groq-shared"), [])
    nobody = replace(both, method=replace(both.method, staff_hours={}))
    (staffed,), (alone,) = evens(both, as_of), evens(nobody, as_of)
    assert alone.requests_low == staffed.requests_low
    assert alone.stretches != staffed.stretches


def test_a_fact_whose_claims_have_all_ended_is_none(knowledge, as_of):
    quick = Atom("speed-per-user", Compare("at least", 1))
    region = Atom("regions", OneOf(frozenset({"us"})))
    rule = score("quick", "latency", ALWAYS, AnyOf((region, quick)), 1)
    market = among(knowledge, ("groq-shared",), [rule])

    def grounds(market):
        decision = decide(market, inputs_from_mapping({"answers": STEADY}, market), as_of)
        leader = decision.recommendation(thorough=False).ranking[0]
        return {g.attribute for g in grounds_of(decision.situation, decision.gates, leader)}

    assert {"regions", "speed-per-user"} <= grounds(market)
    offer = market.offers["groq-shared"]
    rows = [
        replace(row, claims=tuple(replace(c, until=as_of) for c in row.claims))
        for row in offer.serves
    ]
    ended = replace(market, offers={offer.id: replace(offer, serves=tuple(rows))})
    assert "regions" in grounds(ended) and "speed-per-user" not in grounds(ended)
