"""Pass marks on a few shipped offers under rules made for it, where each figure turns the winner."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.bakeoff import bake_off
from advisor.decision.checklists import checklists_of
from advisor.decision.measurements import claim
from advisor.decision.recommend import decide
from advisor.decision.trials import Variant, leaders, with_claims
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Compare,
    CompareIts,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
)
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping
from tests.decision.market import among, named
from tests.decision.wide import gate, score

CEREBRAS, GROQ, GMI = "cerebras-shared", "groq-shared", "gmi-serverless"
H200 = "h200-cluster"
MODEL = "gpt-oss-120b"
TRAFFIC = {"requests-per-day": 20_000, "input-tokens": 800, "output-tokens": 80}
BUSY = {"requests-per-day": 200_000_000, "input-tokens": 800, "output-tokens": 800}
SPEED, FIRST = "tokens per second for one user, 1000 / TPOT p50", "time to the first token, p95"


def planned(knowledge, as_of, **answers):
    given = {name.replace("_", "-"): value for name, value in answers.items()}
    inputs = inputs_from_mapping({"answers": {"models": [MODEL], **given}}, knowledge)
    return bake_off(knowledge, inputs, as_of), inputs


def marks(plan, kind, offer):
    return [m for m in plan.marks if (m.kind, m.offer) == (kind, offer)]


@pytest.fixture(scope="module")
def quick(knowledge):
    """A speed is asked of everybody; a very quick groq leads, another figure is seen by all."""
    asked = Atom("tokens-per-second-per-user", CompareIts("above", "speed-per-user"))
    speed = [Atom("speed-per-user", Compare("at least", at)) for at in (200, 1000)]
    rules = [
        score("named", "latency", ALWAYS, named(CEREBRAS), 2),
        score("some", "latency", ALWAYS, speed[0], 1),
        score("fast", "latency", ALWAYS, AllOf((named(GROQ), speed[1])), 3),
        gate("slow", asked, ALWAYS),
    ]
    return among(knowledge, (CEREBRAS, GROQ, GMI), rules)


@pytest.fixture(scope="module")
def raced(quick, as_of):
    return planned(quick, as_of, **TRAFFIC, **{"tokens-per-second-per-user": 350})


def test_neighbouring_stretches_in_which_one_leads_are_told_as_one(raced):
    """A rule changes its mind at 200 too, which changes nothing."""
    (mark,) = (m for m in marks(raced[0], "flip", CEREBRAS) if m.figure == SPEED)
    assert mark.overturns == "below 350 tokens/s: Groq shared API leads"
    assert (mark.value, mark.unit, mark.winner) == (350, "tokens/s", GROQ)
    (mark,) = (m for m in marks(raced[0], "flip", GROQ) if m.figure == SPEED)
    assert mark.overturns == "above 1,000 tokens/s: Groq shared API leads"
    assert (mark.value, mark.winner) == (1000, GROQ)
    (mark,) = (m for m in marks(raced[0], "flip", GMI) if m.figure == SPEED)
    assert (mark.overturns, mark.value, mark.winner) == ("no value changes the winner", None, None)


@pytest.mark.parametrize(("offer", "turned"), [(CEREBRAS, 340), (GROQ, 1010)])
def test_a_speed_mark_is_where_an_ordinary_decision_turns(quick, raced, as_of, offer, turned):
    def leader(speed):
        made = claim(offer, MODEL, "speed-per-user", Interval.point(speed), as_of, "test")
        changed = with_claims(quick.offers[offer], MODEL, [made], quick)
        knowledge = replace(quick, offers={**quick.offers, offer: changed})
        return decide(knowledge, raced[1], as_of).order[0]

    assert leader(turned) == GROQ
    assert leader({340: 360, 1010: 990}[turned]) == CEREBRAS


def test_where_no_rule_reads_a_figure_none_changes_the_winner(raced):
    found = [m for m in raced[0].marks if m.figure == FIRST]
    assert [m.overturns for m in found] == ["no value changes the winner"] * 3


def test_a_price_that_nobody_knows_is_asked_for_first(raced):
    (mark,) = marks(raced[0], "price", GMI)
    assert mark.overturns == "its price is not known: ask for it first"
    (candidate,) = (c for c in raced[0].candidates if c.offer == GMI)
    assert candidate.how == "its price, or how long requests are, is not known"


def test_any_figure_at_all_may_be_what_is_missing(knowledge, as_of):
    """Without a known speed a requirement is open; measured, whatever it is, it is not."""
    known = Atom("speed-per-user", Compare("at least", 0))
    low = Atom("speed-per-user", Compare("at least", 100))
    shown = [
        score("named", "latency", ALWAYS, named(GROQ), 1),
        gate("unshown", ALWAYS, AllOf((named(H200), NotOf(known), NotOf(low)))),
        score("worth-it", "latency", ALWAYS, AllOf((named(H200), AnyOf((known, low)))), 3),
    ]
    plan, _ = planned(among(knowledge, (H200, GROQ), shown), as_of, **BUSY)
    (mark,) = (m for m in marks(plan, "flip", H200) if m.figure == SPEED)
    assert mark.overturns == "whatever it is: Rented H200 GPUs, self-run leads"


@pytest.fixture(scope="module")
def rented(knowledge):
    return among(knowledge, (H200, GROQ), [score("named", "latency", ALWAYS, named(GROQ), 1)])


def test_a_rented_rival_leads_from_a_price_or_from_a_rate_per_device_on(rented, as_of):
    plan, inputs = planned(rented, as_of, **{**BUSY, "requests-per-day": 20_000_000})
    (price,) = marks(plan, "price", H200)
    assert price.figure == "price of a device-hour" and price.winner == H200
    assert price.overturns.endswith("or less, below $2.29: Rented H200 GPUs, self-run leads")
    rate = marks(plan, "flip", H200)[-1]
    assert rate.figure == "output tokens per second and device"
    assert rate.overturns == (
        "above 26,455 at the latency target: Rented H200 GPUs, self-run leads"
    )
    before = decide(rented, inputs, as_of)

    def leader(price):
        prices = {H200: {"gpu-hour": Fraction(price)}}
        return decide(rented, replace(inputs, prices=prices), as_of).order[0]

    assert before.order[0] == GROQ
    assert leader(price.value) == H200
    assert leader(price.value * Fraction(11, 10)) == GROQ


def test_a_leader_by_the_token_is_overturned_by_a_dearer_price(rented, as_of):
    plan, _ = planned(rented, as_of, **{**BUSY, "requests-per-day": 20_000_000})
    (price,) = marks(plan, "price", GROQ)
    assert price.overturns == (
        "2.44 times the known price or more, above $0.00146: Rented H200 GPUs, self-run leads"
    )
    assert price.value == Fraction(117, 80_000)


def test_the_known_price_itself_may_turn_the_winner_once_it_is_certain(knowledge, as_of):
    """A published price is not trusted to the cent; the same number paid by oneself is."""
    rules = [
        score("back", "latency", ALWAYS, named(GROQ), -3),
        score("further", "latency", ALWAYS, named(GROQ), -1),
    ]
    little = replace(knowledge.criteria["latency"], base=-3)
    market = among(knowledge, (H200, GROQ), rules, (little, knowledge.criteria["cost"]))
    plan, inputs = planned(market, as_of, **BUSY)
    assert decide(market, inputs, as_of).order[0] == GROQ
    certain = replace(inputs, prices={H200: {"gpu-hour": Fraction(459, 100)}})
    assert decide(market, certain, as_of).order[0] == H200
    (price,) = marks(plan, "price", H200)
    assert price.overturns == (
        "the known price itself, $4.59, once it is certain: Rented H200 GPUs, self-run leads"
    )
    assert (price.value, price.winner) == (Fraction(459, 100), H200)


def test_without_traffic_a_price_is_told_by_its_factor(knowledge, as_of):
    rule = score("named", "latency", ALWAYS, named(H200), 1)
    plan, _ = planned(among(knowledge, (H200, GROQ), [rule]), as_of)
    (price,) = marks(plan, "price", GROQ)
    assert price.overturns == "9.31 times the known price or more: Rented H200 GPUs, self-run leads"
    assert price.value is None
    assert not any(m.figure == "throughput at the latency target" for m in plan.marks)
    rent = next(c for c in plan.candidates if c.offer == H200)
    assert rent.how == "how long the devices are needed is not known"
    assert (rent.cost.low, rent.cost.high) == (None, None)


def test_a_volume_without_a_peak_factor_is_said_to_be_even(rented, as_of):
    plan, _ = planned(rented, as_of, **TRAFFIC)
    assert plan.load.peak == plan.load.mean == Fraction(25, 108)
    assert "no peak factor was given: the peak is taken to be the mean" in plan.load.assumptions
    assert plan.load.missing == ()


# -- variants ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "speaks",
    [
        named(GROQ),
        Atom("offer", NotTest(OneOf(frozenset({H200})))),
        Atom("offer", AnyTest((OneOf(frozenset({GROQ})), OneOf(frozenset({"nobody"}))))),
        AnyOf((named(GROQ), named("nobody"))),
        NotOf(named(H200)),
        AllOf((named(GROQ), Atom("offer", IsKnown()))),
    ],
)
def test_a_rule_that_names_an_offer_speaks_of_its_variants(knowledge, as_of, speaks):
    """groq leads by the rule alone; a variant of it does too."""
    market = among(knowledge, (H200, GROQ), [score("named", "latency", ALWAYS, speaks, 3)])
    inputs = inputs_from_mapping({"answers": {"models": [MODEL], **TRAFFIC}}, market)
    made = claim(GROQ, MODEL, "speed-per-user", Interval.point(300), as_of, "test")
    both = [Variant(GROQ, MODEL, (made,)), Variant(H200, None, (), {"gpu-hour": 1000})]
    assert leaders(market, inputs, as_of, (H200, GROQ), both) == [GROQ, GROQ]
    assert leaders(market, inputs, as_of, (H200, GROQ), []) == []


def test_a_figure_of_the_offer_itself_needs_no_row_for_the_model(knowledge, as_of):
    offer = replace(knowledge.offers[GROQ], serves=())
    made = claim(GROQ, None, "requests-per-minute", Interval.point(300), as_of, "test")
    changed = with_claims(offer, MODEL, [made], knowledge)
    assert changed.serves == () and changed.claims[-1] == made


def test_one_with_more_points_and_an_open_requirement_is_tested_once(knowledge, as_of):
    unshown = NotOf(Atom("speed-per-user", Compare("at least", 0)))
    rules = [
        score("better", "latency", ALWAYS, named(H200), 3),
        gate("unshown", ALWAYS, AllOf((named(H200), unshown))),
    ]
    plan, _ = planned(among(knowledge, (H200, GROQ), rules), as_of, **BUSY)
    assert [c.offer for c in plan.candidates] == [GROQ, H200]
    assert plan.candidates[1].why.endswith("points once its open points are confirmed")
    (open_point,) = marks(plan, "confirm", H200)
    assert open_point.figure == "open point 'unshown'"
    assert open_point.overturns == ("confirmed in writing: Rented H200 GPUs, self-run may lead")


def test_a_stretch_in_the_middle_is_told_from_end_to_end(knowledge, as_of):
    """groq is favoured between 200 and 350 tokens a second and nowhere else."""
    within = (
        Atom("speed-per-user", Compare("at least", 200)),
        Atom("speed-per-user", Compare("below", 350)),
    )
    rules = [
        score("named", "latency", ALWAYS, named(CEREBRAS), 2),
        score("middle", "latency", ALWAYS, AllOf((named(GROQ), *within)), 3),
    ]
    plan, _ = planned(among(knowledge, (CEREBRAS, GROQ), rules), as_of, **TRAFFIC)
    (mark,) = (m for m in marks(plan, "flip", GROQ) if m.figure == SPEED)
    assert mark.overturns == "from 200 tokens/s to 350 tokens/s: Groq shared API leads"


def test_without_a_peak_no_rate_per_device_is_told(knowledge, as_of):
    rules = [
        score("named", "latency", ALWAYS, named(H200), 3),
        score("other", "latency", ALWAYS, named(GROQ), -1),
    ]
    plan, _ = planned(among(knowledge, (H200, GROQ), rules), as_of)
    assert plan.candidates[0].offer == H200
    (price,) = marks(plan, "price", H200)
    assert price.winner == GROQ
    assert [m.figure for m in marks(plan, "flip", H200)] == [FIRST, SPEED]


def test_what_an_offer_is_by_nature_is_a_reason_where_it_is_known(knowledge, as_of):
    """Advice on open weights: of which model is not known where none is named."""
    weights = Atom("model.open", OneOf(frozenset({"yes"})))
    rule = replace(
        score("advice", "latency", ALWAYS, AnyOf((weights, named(GROQ))), 0),
        effect="advise",
        criterion=None,
        checklist="cost",
    )
    market = among(knowledge, (GROQ,), [rule])
    for models, expected in (([MODEL], ["open weights: yes"]), ([], [])):
        bare = replace(market, method=replace(market.method, reference_models={}))
        inputs = inputs_from_mapping({"answers": {"models": models} if models else {}}, bare)
        decision = decide(bare, inputs, as_of)
        (listed,) = checklists_of(decision, decision.recommendation(thorough=False))
        (line,) = listed.lines
        assert [reason for reason in line.reasons if "weights" in reason] == expected
