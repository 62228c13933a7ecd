"""Measured figures as facts: they replace what others say, and the decision is taken again."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.measurements import SOURCE, names_of_models, told, with_results
from advisor.decision.recommend import decide, recommend
from advisor.estimate.result_figures import Figures, Spread
from advisor.estimate.results import Result
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping

WHOLE = Figures(
    tool=None,
    model=None,
    date=None,
    requests=3000,
    accepted=3000,
    limited=0,
    seconds=Fraction(600),
    concurrency=64,
    request_rate=Fraction(5),
    first_ms=Spread(Fraction(300), Fraction(600)),
    token_ms=Spread(Fraction(4), Fraction(5)),
    output_rate=Fraction(400),
)


def result(offer: str, model: str | None = "gpt-oss-120b", **changes) -> Result:
    figures = {k: v for k, v in changes.items() if k in Figures.__struct_fields__}
    rest = {k: v for k, v in changes.items() if k not in figures}
    made = Result(offer, model, date(2026, 11, 20), None, None, replace(WHOLE, **figures), "r:1")
    return replace(made, **rest)


def evidence(measured, offer, model, as_of, inputs):
    base = decide(measured.knowledge, inputs, as_of).situation.base
    return base.offering.of(offer, model)


def test_a_measured_figure_counts_instead_of_what_others_say(knowledge, voice, as_of):
    found = with_results(knowledge, voice, [result("groq-shared")], as_of)
    known = evidence(found, "groq-shared", "gpt-oss-120b", as_of, voice)
    assert known["speed-per-user"].value == Interval(200, 250)
    assert known["speed-per-user"].grade == "measured"
    assert {c.source for c in known["speed-per-user"].claims} == {SOURCE}
    assert known["first-token-time"].value == Interval(300, 600)
    # Nothing was refused: the limit is at least the rate that was answered.
    assert known["requests-per-minute-model"].value == Interval(300, None)


def test_refusals_show_where_the_quota_lies(knowledge, voice, as_of):
    refused = result("groq-shared", accepted=1200, limited=1800)
    found = with_results(knowledge, voice, [refused], as_of)
    known = evidence(found, "groq-shared", "gpt-oss-120b", as_of, voice)
    assert known["requests-per-minute-model"].value == Interval(120, 120)


def test_a_slow_leader_loses_and_the_result_says_why(knowledge, voice, as_of):
    before = recommend(knowledge, voice, as_of, thorough=False)
    leader = before.ranking[0]
    slow = result(leader.offer, leader.model, token_ms=Spread(Fraction(50), Fraction(80)))
    found = with_results(knowledge, voice, [slow], as_of)
    after = told(recommend(found.knowledge, voice, as_of, thorough=False), found)
    now = next(r for r in after.ranking if r.offer == leader.offer)
    assert now.score.exact < leader.score.exact
    assert after.knowledge.digest != before.knowledge.digest
    (said,) = [r.text for r in after.inputs.readings if r.subject == SOURCE]
    assert "12.5 tokens/s to 20 tokens/s" in said
    assert any(s.ref == SOURCE and s.grade == "measured" for s in after.sources) or "speed" in said


def test_the_same_figures_again_change_nothing(knowledge, voice, as_of):
    once = with_results(knowledge, voice, [result("groq-shared")], as_of)
    twice = with_results(knowledge, voice, [result("groq-shared")] * 2, as_of)
    one = recommend(once.knowledge, voice, as_of, thorough=False)
    two = recommend(twice.knowledge, voice, as_of, thorough=False)
    assert [(r.offer, r.score.exact) for r in one.ranking] == [
        (r.offer, r.score.exact) for r in two.ranking
    ]


def test_the_heaviest_load_counts_and_a_lighter_one_is_named(knowledge, voice, as_of):
    light = result(
        "groq-shared",
        concurrency=1,
        request_rate=Fraction(1, 2),
        token_ms=Spread(Fraction(1), Fraction(1)),
        place="light.json",
    )
    found = with_results(knowledge, voice, [light, result("groq-shared")], as_of)
    known = evidence(found, "groq-shared", "gpt-oss-120b", as_of, voice)
    assert known["speed-per-user"].value == Interval(200, 250)
    assert "Left out: light.json ran under a lighter load." in [r.text for r in found.readings]


def test_regions_at_the_same_load_make_a_range(knowledge, voice, as_of):
    far = result(
        "groq-shared", region="asia-pacific", first_ms=Spread(Fraction(700), Fraction(900))
    )
    found = with_results(knowledge, voice, [result("groq-shared"), far], as_of)
    known = evidence(found, "groq-shared", "gpt-oss-120b", as_of, voice)
    assert known["first-token-time"].value == Interval(300, 900)


def test_without_a_model_it_is_the_one_that_would_be_served(knowledge, voice, as_of):
    found = with_results(knowledge, voice, [result("groq-shared", model=None)], as_of)
    assert "gpt-oss-120b" in found.readings[0].text


STEADY = {
    "models": ["gpt-oss-120b"],
    "requests-per-day": 864000,
    "input-tokens": 1000,
    "output-tokens": 200,
    "peak-factor": 2,
    "hosting": "any",
    "operations-team": "large",
}


def test_rented_devices_are_counted_by_their_measured_rate(knowledge, as_of):
    """10 requests a second x 2 x 200 tokens = 4,000 tokens/s at the peak; a node of 8 devices
    gives 1,000, of which 300 stay free: 6 nodes."""
    inputs = inputs_from_mapping({"answers": STEADY}, knowledge)
    measured = result("h200-cluster", output_rate=Fraction(1000), devices=8)
    found = with_results(knowledge, inputs, [measured], as_of)
    situation = decide(found.knowledge, inputs, as_of).situation
    charges = situation.costs.charges("h200-cluster", "gpt-oss-120b", "any")
    devices = situation.costs.devices(charges, situation.inputs.answers)
    assert (devices.low, devices.high) == (48, 48)
    after = recommend(found.knowledge, inputs, as_of, thorough=False)
    entry = next(r for r in after.ranking if r.offer == "h200-cluster")
    (line,) = [line for line in entry.estimate.lines if line.item == "reserved devices"]
    assert line.formula.startswith("48 devices")
    assert line.high is not None
    # The decision counts what the bill shows.
    measure = situation.costs.measure(
        "monthly-cost", "h200-cluster", "gpt-oss-120b", situation.inputs.answers
    )
    assert measure.low == pytest.approx(float(entry.estimate.monthly.low), rel=1e-6)
    assert measure.high == pytest.approx(float(entry.estimate.monthly.high), rel=1e-6)
    # And any open weights still fit: the row that was added takes nothing away.
    before = recommend(knowledge, inputs, as_of, thorough=False)
    lane = {r.offer: r.lane for r in before.ranking}["h200-cluster"]
    assert entry.lane == lane


@pytest.mark.parametrize("spelling", ["gpt-oss-120b", "openai/gpt-oss-120b", "GPT-OSS-120B"])
def test_models_are_known_by_their_spellings(knowledge, spelling):
    names = names_of_models(knowledge.models)
    assert names.get(spelling.lower().rpartition("/")[2]) == "gpt-oss-120b"


def test_a_result_of_an_offer_whose_model_nobody_knows_is_left_out(knowledge, as_of):
    """No model is named, and the offer lists none that would be taken in its place."""
    bare = replace(knowledge.offers["gmi-serverless"], serves=())
    market = replace(knowledge, offers={**knowledge.offers, bare.id: bare})
    inputs = inputs_from_mapping({"answers": {}}, market)
    assert decide(market, inputs, as_of).entries.model(bare.id) is None
    found = with_results(market, inputs, [result(bare.id, model=None)], as_of)
    assert found.knowledge is market
    assert [r.text for r in found.readings] == [
        f"Left out: r:1 does not say which model of {bare.title} was measured."
    ]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"token_ms": None}, {"speed-per-user"}),
        ({"token_ms": Spread(Fraction(0), Fraction(0))}, {"speed-per-user"}),
        ({"first_ms": None}, {"first-token-time"}),
        ({"accepted": 0}, {"requests-per-minute", "requests-per-minute-model"}),
    ],
)
def test_a_figure_that_was_not_measured_is_no_fact(knowledge, voice, as_of, changes, gone):
    found = with_results(knowledge, voice, [result("groq-shared", **changes)], as_of)
    offer = found.knowledge.offers["groq-shared"]
    row = next(row for row in offer.serves if row.model == "gpt-oss-120b")
    made = {c.attribute for c in (*offer.claims, *row.claims) if c.source == SOURCE}
    every = {
        "speed-per-user",
        "first-token-time",
        "requests-per-minute",
        "requests-per-minute-model",
    }
    assert made == every - gone


def test_devices_are_not_counted_without_traffic(knowledge, as_of):
    inputs = inputs_from_mapping({"answers": {"models": ["gpt-oss-120b"]}}, knowledge)
    measured = result("h200-cluster", output_rate=Fraction(1000), devices=8)
    found = with_results(knowledge, inputs, [measured], as_of)
    known = evidence(found, "h200-cluster", "gpt-oss-120b", as_of, inputs)
    assert "speed-per-user" in known and "devices-measured" not in known
