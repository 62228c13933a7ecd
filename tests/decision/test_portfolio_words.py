"""What a portfolio says: every part in full, in markets made of two or three offers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor import api
from advisor.decision import portfolio as portfolios
from advisor.decision.explanations import Money
from advisor.decision.needs import unmet_needs
from advisor.decision.portfolio import portfolio
from advisor.decision.recommend import decide
from advisor.knowledge.values import Interval, Options
from tests.decision.test_portfolio import (
    CEREBRAS,
    DAY,
    GROQ,
    NEBIUS,
    SAMBANOVA,
    TRAFFIC,
    decided,
    held,
    made,
    said,
)

MODEL = "gpt-oss-120b"
PER_TOKEN = "paid by the token: nothing is left to pay when the calls stop"
AS_OTHERS = "called as others are (OpenAI's interface): another address and key"


@pytest.fixture(scope="module")
def knowledge():
    return api.load()


def plain(offer, **claims):
    """The offer, of which nothing is known that leaving it would cost."""
    return said(offer, **{"billing": None, "api": None, "retirement_notice": None, **claims})


def option(*names):
    return Options(frozenset(names))


def told(market, **answers):
    decision = decided(market, models=[MODEL], **answers)
    return decision, portfolio(decision, decision.again)


def bill(decision, offer, requests):
    traffic = {**decision.entries.traffic(), "requests-per-day": Interval.point(round(requests))}
    monthly = decision.situation.costs.bill(offer, decision.entries.model(offer), traffic).monthly
    return Money(Fraction(monthly.low), Fraction(monthly.high))


def added(*sums):
    return Money(sum(m.low for m in sums), sum(m.high for m in sums))


# -- regions -------------------------------------------------------------------------------------


def test_a_part_for_regions_in_full(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(
        knowledge,
        plain(one, regions=held("us")),
        plain(two, regions=held("europe", "uk"), billing=option("per-token")),
    )
    decision, found = told(market, regions=["us", "europe", "uk"])
    assert decision.order == [GROQ, CEREBRAS]
    (need,) = found.needs
    assert (need.kind, need.text, need.answers, need.facts) == (
        "regions",
        f"{two.title} is not known to run in us, where users wait for its answers.",
        ("regions: us, europe and uk",),
        ("regions: europe and uk (measured; s0)",),
    )
    primary, part = found.parts
    assert (primary.title, primary.model, primary.role, primary.lane) == (
        two.title,
        MODEL,
        "primary",
        "safe",
    )
    assert (primary.share, primary.regions) == (Fraction(2, 3), ("europe", "uk"))
    assert (primary.split, primary.meets) == ("all that is not sent elsewhere", ())
    assert primary.exit == (PER_TOKEN,)
    assert (part.title, part.model, part.role, part.exit) == (one.title, MODEL, "region", ())
    assert (part.share, part.regions) == (Fraction(1, 3), ("us",))
    assert (part.split, part.meets) == ("the traffic of users in us", ("regions",))
    for entry in (primary, part):
        ranked = next(r for r in decision.recommendation().ranking if r.offer == entry.offer)
        assert entry.points == ranked.score.points
        assert entry.monthly == bill(decision, entry.offer, 100_000 * entry.share)
    assert found.monthly == added(primary.monthly, part.monthly)
    assert found.unmet == ()


def test_regions_that_nobody_serves_are_named(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(
        knowledge, said(one, regions=held("us")), said(two, regions=held("europe", "asia-pacific"))
    )
    _, found = told(market, regions=["us", "europe", "asia-pacific", "africa", "uk"])
    assert "No offer here is known to run in africa, uk." in found.notes
    (need,) = found.needs
    assert "is not known to run in africa, uk and us, where" in need.text
    _, nothing = told(made(knowledge, said(one, regions=held("us"))), regions=["us", "uk"])
    assert nothing is None


def test_where_as_many_regions_are_met_the_better_offer_serves_them(knowledge):
    """Nebius leads and runs in the US; the other two run where it does not."""
    names = (NEBIUS, CEREBRAS, GROQ)
    us, *others = (knowledge.offers[name] for name in names)
    market = made(
        knowledge,
        said(us, regions=held("us")),
        *(said(offer, regions=held("europe", "uk")) for offer in others),
    )
    decision, found = told(market, regions=["us", "europe", "uk"])
    leader, second, _ = decision.order
    assert leader == NEBIUS
    assert {decision.standings[offer].lane for offer in decision.order} == {"safe"}
    assert [part.offer for part in found.parts] == [leader, second]
    assert found.parts[1].split == "the traffic of users in europe, uk"


def test_no_more_parts_than_there_may_be(knowledge, monkeypatch):
    """Each runs in one region; one part beside the leader is allowed."""
    names = dict(zip((NEBIUS, CEREBRAS, GROQ), ("us", "europe", "uk"), strict=True))
    market = made(
        knowledge, *(said(knowledge.offers[n], regions=held(r)) for n, r in names.items())
    )
    monkeypatch.setattr(portfolios, "PARTS_AT_MOST", 1)
    decision, found = told(market, regions=["us", "europe", "uk"])
    assert len(decision.order) == 3
    primary, part = found.parts
    third = next(o for o in decision.order if o not in (primary.offer, part.offer))
    assert f"No offer here is known to run in {names[third]}." in found.notes


def test_a_range_of_traffic_gives_a_range_of_cost(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(knowledge, said(one, regions=held("us")), said(two, regions=held("europe")))
    decision, found = told(market, regions=["us", "europe"], requests_per_day="40000 to 100000")
    for part in found.parts:
        low, high = (bill(decision, part.offer, n) for n in (20_000, 50_000))
        assert part.monthly == Money(low.low, high.high)
        assert low.low < high.low


# -- availability ----------------------------------------------------------------------------------


def test_who_promises_enough_together_backs_the_leader(knowledge):
    """99.9 and 98 % reach 99.998 %; with 90 % it is 99.99 %, exactly what is asked."""
    offers = [knowledge.offers[name] for name in (CEREBRAS, GROQ, NEBIUS)]
    market = made(
        knowledge,
        *(plain(offer, availability_sla=Interval.point(Fraction("99.9"))) for offer in offers),
    )
    first, *rest = decided(market, models=[MODEL], availability=99.99).order
    weak, strong = rest
    promises = {first: "99.9", weak: "80", strong: "98"}

    def promising(kept):
        return made(
            knowledge,
            *(
                plain(offer, availability_sla=Interval.point(Fraction(kept[offer.id])))
                for offer in offers
            ),
        )

    decision, found = told(promising(promises), availability=99.99)
    assert decision.order == [first, weak, strong]
    primary, fallback = found.parts
    assert (primary.offer, fallback.offer) == (first, strong)
    assert (fallback.role, fallback.share, fallback.meets) == ("fallback", 0, ("availability",))
    assert fallback.split == "all traffic while the primary fails; keep it warm with a few percent"
    titles = {o.id: o.title for o in offers}
    assert found.notes == (
        f"If they fail independently, {titles[first]} and {titles[strong]} together reach "
        "99.998 %.",
    )
    (need,) = found.needs
    assert (need.text, need.answers, need.facts) == (
        f"99.99 % is asked for; {titles[first]} alone is not known to promise it.",
        ("availability: 99.99 %",),
        ("availability sla: 99.9 % (measured; s0)",),
    )
    assert fallback.monthly == bill(decision, strong, 0)
    assert primary.monthly == bill(decision, first, 100_000)
    # A promise that is just enough is enough; where none is, the best-ranked backs it.
    _, exact = told(promising({**promises, weak: "90"}), availability=99.99)
    assert exact.parts[1].offer == weak
    _, short = told(promising({**promises, strong: "85"}), availability=99.99)
    assert short.parts[1].offer == weak
    assert short.notes[0].endswith("together reach 99.98 %.")


def test_a_promise_that_is_not_known_is_said_in_one_sentence(knowledge):
    one, two = (said(knowledge.offers[name], availability_sla=None) for name in (CEREBRAS, GROQ))
    _, found = told(made(knowledge, one, two), availability=99.9)
    assert found.notes == (
        "Two houses fail independently of each other, but not both publish a promise, so what "
        "they reach together is not known.",
    )
    assert found.needs[0].facts == ("availability sla: unknown",)


def test_an_availability_that_no_rule_compares_is_no_need(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(knowledge, said(one, availability_sla=None), said(two, availability_sla=None))
    rules = {
        name: rule
        for name, rule in market.rules.items()
        if "availability-sla" not in repr(rule.when)
    }
    assert len(rules) < len(market.rules)
    for asked, needs in ((market, ["availability"]), (replace(market, rules=rules), [])):
        decision = decided(asked, models=[MODEL], availability=99.99)
        assert [n.kind for n in unmet_needs(decision, decision.order[0])] == needs


# -- who may stand beside the leader ---------------------------------------------------------------


def test_what_would_have_to_be_bought_backs_nobody(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    _, second = decided(made(knowledge, one, two), models=[MODEL], availability=99.99).order
    bought = {o.id: o for o in (one, two)}
    bought[second] = said(bought[second], billing=option("purchase"))
    _, found = told(made(knowledge, *bought.values()), availability=99.99)
    assert found is None
    # What may be had either way is not only bought.
    bought[second] = said(bought[second], billing=option("purchase", "per-hour"))
    decision, found = told(made(knowledge, *bought.values()), availability=99.99)
    assert [part.offer for part in found.parts] == decision.order


def test_an_offer_of_another_lane_stands_beside_nobody(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    market = made(knowledge, one, said(two, certifications=None))
    decision, found = told(market, availability=99.99, certifications=["soc2"])
    assert [decision.standings[offer].lane for offer in decision.order] == ["safe", "conditional"]
    assert found is None


# -- peaks -----------------------------------------------------------------------------------------


def test_a_burst_in_full(knowledge):
    market = made(knowledge, plain(knowledge.offers[CEREBRAS]), plain(knowledge.offers[SAMBANOVA]))
    answers = {**TRAFFIC, "models": [MODEL], "requests-per-day": 230_000, "peak-factor": 5}
    decision = decide(market, api.inputs(answers, market), DAY)
    found = portfolio(decision, decision.again)
    leader, other = decision.order
    (need,) = found.needs
    gate = next(g for g in decision.standings[leader].to_confirm if g.negotiable)
    assert need.kind == "peaks"
    assert need.text == decision.words.of_rule(gate.rule, leader, MODEL)
    assert need.answers == decision.words.answers_read(gate.rule) != ()
    assert need.facts == decision.words.facts_read(gate.rule, leader, MODEL) != ()
    primary, burst = found.parts
    assert (burst.role, burst.meets, burst.share) == ("burst", ("peaks",), None)
    assert burst.offer == other
    assert found.monthly == Money(
        primary.monthly.low + burst.monthly.low, primary.monthly.high + burst.monthly.high
    )


def test_a_sum_with_a_part_of_unknown_cost_is_not_known(knowledge):
    one, two = (knowledge.offers[name] for name in (CEREBRAS, GROQ))
    dear = {"availability": 99.99}
    _, found = told(made(knowledge, one, two), **dear)
    assert found.monthly == added(*(part.monthly for part in found.parts))
    unpriced = replace(two, serves=tuple(replace(row, claims=()) for row in two.serves))
    _, found = told(made(knowledge, one, unpriced), **dear)
    parts = {part.offer: part.monthly for part in found.parts}
    assert parts[GROQ].high is None
    assert parts[CEREBRAS].high is not None
    assert found.monthly == Money(parts[GROQ].low + parts[CEREBRAS].low, None)


# -- what leaving costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "lines"),
    [
        ({"billing": option("per-token")}, (PER_TOKEN,)),
        (
            {"billing": option("per-hour")},
            ("paid by the hour: what is reserved or committed runs on to its end",),
        ),
        ({"billing": option("per-token", "per-hour")}, ()),
        ({"api": held("openai", "anthropic")}, (AS_OTHERS,)),
        (
            {"api": held("google", "bedrock")},
            ("called through an interface of its own (bedrock, google)",),
        ),
        ({"api": held()}, ()),
        (
            {"retirement_notice": Interval.point(90)},
            ("models were withdrawn with 90 days' notice",),
        ),
        ({}, ()),
    ],
    ids=["token", "hour", "either", "openai", "own", "no api", "notice", "nothing"],
)
def test_what_leaving_costs(knowledge, claims, lines):
    one, two = (plain(knowledge.offers[name]) for name in (CEREBRAS, GROQ))
    _, found = told(made(knowledge, said(one, **claims), said(two, **claims)), availability=99.999)
    assert {part.exit for part in found.parts} == {lines}
