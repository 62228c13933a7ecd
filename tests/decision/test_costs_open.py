"""Limits on costs and criteria read off them, where answers are open, unbounded or many."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest
from msgspec.structs import replace

from advisor.decision import costgates, measured, outcomes
from advisor.decision.complete import decide_many
from advisor.decision.costgates import CostGate
from advisor.decision.proof import Proof
from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.tables import price_doubts
from advisor.knowledge.model import Criterion, Derived, Inputs, Measure, TableRow
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    Arithmetic,
    Atom,
    Compare,
    CompareIts,
    Constant,
    Name,
    OneOf,
)
from advisor.knowledge.values import Interval, NumberType, Options
from advisor.language.answers import inputs_from_mapping
from tests.conftest import AS_OF
from tests.decision.bases import HERE, make_rule
from tests.decision.market import among, named
from tests.decision.test_oracles import one_world
from tests.decision.wide import gate

GROQ, GMI, H200, OWN = "groq-shared", "gmi-serverless", "h200-cluster", "own-gpu-servers"
CEREBRAS = "cerebras-shared"
OFFERS = (CEREBRAS, GROQ, GMI, H200, OWN)
BUDGET = "budget-per-month"
DEAR = Atom(BUDGET, CompareIts("below", "monthly-cost-low"))
CHAT = Atom("use-case", OneOf(frozenset({"chat"})))
NO_SHARES = {"cached-input-share": 0, "batch-share": 0}
TRAFFIC = {"requests-per-day": 1_000_000, "input-tokens": 1000, "output-tokens": 300}


@pytest.fixture(scope="module")
def world(knowledge):
    """Answers to every question, by chance; the model is one that all the offers may serve."""
    found = dict(one_world(random.Random(1), RuleBase.on(knowledge, AS_OF)).answers)
    return {**found, **inputs(knowledge).answers}


def inputs(knowledge, **answers):
    given = {name.replace("_", "-"): value for name, value in answers.items()}
    return inputs_from_mapping({"answers": {"models": ["gpt-oss-120b"], **given}}, knowledge)


# -- limits ------------------------------------------------------------------------------------


def judged(monkeypatch, knowledge, given, many):
    """What the only limit makes of every joint cell; as columns where ``many`` is 1."""
    monkeypatch.setattr(costgates, "MANY", many)
    base = RuleBase.on(knowledge, AS_OF)
    (rule,) = base.exclude_rules
    situation = Situation(base, given)
    look = CostGate(situation, rule).look(situation.space.open_keys(base.reads(rule).questions))
    return [look.meanings[number] for number in look.table]


def open_traffic(**more):
    return {
        "requests-per-day": Interval(1_000, 2_000_000),
        "input-tokens": Interval(500, 20_000),
        "output-tokens": Interval.point(300),
        BUDGET: Interval(1_000, 400_000),
        **more,
    }


def twins(knowledge):
    """Two offers that charge alike, of one of which the regions are not known."""
    plain = knowledge.offers[GROQ]
    claims = tuple(c for c in plain.claims if c.attribute != "regions")
    assert len(claims) < len(plain.claims)
    twin = replace(plain, id="twin", claims=claims)
    market = among(
        knowledge, OFFERS, [gate("dear", DEAR, Atom("regions", OneOf(frozenset({"us"}))))]
    )
    return replace(market, offers={**market.offers, "twin": twin})


def test_a_limit_in_columns_says_what_it_says_cell_by_cell(knowledge, world, monkeypatch):
    """Of offers by what they serve, of offers of which that is not known, of twins; for traffic
    beyond what a column holds."""
    long = Atom("context-limit", Compare("at least", 100_000))
    quick = Atom("speed-per-user", Compare("at least", 600))
    markets = [among(knowledge, OFFERS, [gate("dear", DEAR, side)]) for side in (long, quick)]
    markets.append(twins(knowledge))
    sheets = [
        open_traffic(),
        open_traffic(**{"requests-per-day": Interval(10**3, 10**12)}),
    ]
    for market in markets:
        for given in sheets:
            asked = Inputs({**world, **given})
            found = judged(monkeypatch, market, asked, 1)
            assert found == judged(monkeypatch, market, asked, 10**9)
            assert len(found) > 8
            assert any(outcome.fails for outcome in found)


def test_what_a_limit_makes_of_a_cell_holds_at_its_point_and_all_over_it(knowledge, world):
    """Against deciding with the answers of the point, and with others of the same cell."""
    market = among(knowledge, OFFERS, [gate("dear", DEAR, ALWAYS)])
    base = RuleBase.on(market, AS_OF)
    (rule,) = base.exclude_rules
    asked = Inputs({**world, **open_traffic()})
    situation = Situation(base, asked)
    keys = situation.space.open_keys(base.reads(rule).questions)
    look = CostGate(situation, rule).look(keys)
    offers = list(market.offers)
    draw = random.Random(4)
    seen = set()

    def out(answers):
        standings = decide(market, Inputs({**asked.answers, **answers}), AS_OF).standings
        return {o for o in offers if standings[o].excluded_by}

    for cells in product(*map(range, look.sizes)):
        outcome = look.meaning(cells)
        at = [situation.axes[key].cells[cell] for key, cell in zip(keys, cells, strict=True)]
        at_point = out(dict(zip(keys, (cell.point for cell in at), strict=True)))
        assert {o for i, o in enumerate(offers) if outcome.at_point >> i & 1} == at_point
        assert {o for i, o in enumerate(offers) if not outcome.passes >> i & 1} == at_point
        inside = [
            Interval.point(draw.randint(d.low + d.low_open, d.high - d.high_open))
            for d in (cell.domain for cell in at)
        ]
        elsewhere = out(dict(zip(keys, inside, strict=True)))
        for i, offer in enumerate(offers):
            if outcome.fails >> i & 1:
                assert offer in elsewhere
            elif not outcome.doubts >> i & 1:
                assert offer not in elsewhere
            seen.add((outcome.fails >> i & 1, outcome.doubts >> i & 1, offer in at_point))
    assert seen == {(1, 0, True), (0, 1, True), (0, 1, False), (0, 0, False)}


def test_where_a_table_has_no_row_there_is_no_limit(knowledge, world, monkeypatch):
    """What a base with a gap in a table makes of a chat, and of anything else."""
    market = capped(knowledge)
    rows = (TableRow(CHAT, Constant(100), HERE),)
    gap = replace(market.derived["cap"], expression=None, rows=rows)
    market = replace(market, derived={**market.derived, "cap": gap})
    for case in ("chat", "voice"):
        asked = Inputs({**world, **open_traffic(), "use-case": Options(frozenset({case}))})
        found = judged(monkeypatch, market, asked, 1)
        assert found == judged(monkeypatch, market, asked, 10**9)
        assert any(outcome.fails for outcome in found) == (case == "chat")


def test_a_limit_without_an_upper_end_or_without_any_is_judged_alike(knowledge, world, monkeypatch):
    """By an answer of no length it is no number; of any length, it has no upper end."""
    market = capped(knowledge)
    for length, failing in ((Interval(0, 300), True), (Interval.point(0), False)):
        asked = Inputs({**world, **open_traffic(**{"output-tokens": length})})
        found = judged(monkeypatch, market, asked, 1)
        assert found == judged(monkeypatch, market, asked, 10**9)
        assert any(outcome.fails for outcome in found) == failing


def test_a_limit_beside_other_conditions_is_judged_in_every_cell(knowledge):
    """Too dear for the budget, and only for a chat whose context the offer does not reach."""
    beyond = Atom("context-length", CompareIts("above", "context-limit"))
    market = among(knowledge, OFFERS, [gate("dear", AllOf((DEAR, CHAT, beyond)), ALWAYS)])
    whole = {**TRAFFIC, BUDGET: 100, "use-case": "chat", "context-length": 900_000}
    for case, length, out in (
        ("chat", 900_000, True),
        ("voice", 900_000, False),
        ("chat", 1, False),
    ):
        sheet = inputs(market, **{**whole, "use-case": case, "context-length": length})
        decision = decide(market, sheet, AS_OF)
        assert bool(decision.standings[GROQ].excluded_by) == out
        sheet = inputs(
            market, **{**whole, "use-case": [case, "coding-agent"], "context-length": length}
        )
        decision = decide(market, sheet, AS_OF)
        assert [g.id for g in decision.standings[GROQ].depends_on] == ["dear"] * out


def test_complete_workloads_to_which_a_limit_does_not_apply_pass_it(knowledge):
    market = among(knowledge, OFFERS, [gate("dear", AllOf((DEAR, CHAT)), ALWAYS)])
    base = RuleBase.on(market, AS_OF)
    draw = random.Random(5)
    asked = []
    for number in range(40):
        given = dict(one_world(draw, base).answers)
        given["use-case"] = Options(frozenset({("chat", "voice")[number % 2]}))
        given[BUDGET] = Interval.point(1_000 if number % 3 else 10_000_000)
        asked.append(Inputs(given))
    found = decide_many(market, asked, AS_OF)
    assert found == [decide(market, one, AS_OF).brief() for one in asked]
    out = [any("dear" in gates for _, gates in brief.excluded) for brief in found]
    assert any(out[::2]) and not any(out[1::2])


def capped(knowledge):
    """The limit is so much a month by the length of an answer."""
    by_length = Arithmetic("/", Constant(100_000), Name("output-tokens"))
    cap = Derived("cap", NumberType("USD"), by_length, (), None, "", HERE)
    rule = gate("cap", Atom("cap", CompareIts("below", "monthly-cost-low")), ALWAYS)
    market = among(knowledge, OFFERS, [rule])
    return replace(market, derived={**market.derived, "cap": cap})


def test_a_limit_that_does_not_follow_from_the_answers_bars_nobody(knowledge, world):
    """By no length at all it is no number."""
    market = capped(knowledge)
    for length, out in ((0, False), (1000, True)):
        given = open_traffic(**{"output-tokens": Interval.point(length)})
        given["requests-per-day"] = Interval(10**7, 10**9)
        decision = decide(market, Inputs({**world, **given}), AS_OF)
        assert bool(decision.standings[GROQ].excluded_by) == out
        assert not decision.standings[GROQ].depends_on


def test_no_more_costs_are_remembered_than_there_is_room_for(knowledge, world, monkeypatch):
    market = among(knowledge, OFFERS, [gate("dear", AllOf((DEAR, ALWAYS)), ALWAYS)])
    asked = Inputs({**world, **open_traffic()})
    found = judged(monkeypatch, market, asked, 1)
    assert len(found) > 20
    monkeypatch.setattr(outcomes, "COSTS_KEPT", 2)
    assert judged(monkeypatch, market, asked, 1) == found


def test_what_cannot_be_reckoned_is_no_cost(knowledge):
    market = among(knowledge, OFFERS, [])
    decision = decide(market, inputs(market), AS_OF)
    costs, model = decision.situation.costs, "gpt-oss-120b"
    known = {name: Interval.point(value) for name, value in TRAFFIC.items()}
    assert costs.measure("monthly-cost", GMI, model, known) is None
    assert costs.measure("cost-per-million-tokens", GROQ, model, {}) is None
    least = {**known, "requests-per-day": Interval(1_000_000, None)}
    whole = costs.measure("monthly-cost", GROQ, model, known)
    assert costs.measure("monthly-cost", GROQ, model, least) == Interval(whole.low, None)


# -- criteria ----------------------------------------------------------------------------------


def share_of_budget(knowledge):
    """A month that costs nothing is best, one of the budget poor, one of twice that worst."""
    twice = Arithmetic("*", Constant(2), Name(BUDGET))
    anchors = ((Constant(0), 10_000), (Name(BUDGET), 2_000), (twice, 0))
    share = Criterion("share", 1, "Share", "", 0, Measure("monthly-cost", anchors, 2_000), HERE)
    return among(knowledge, OFFERS, [], (share,))


@pytest.mark.parametrize("budget", [3_000, 9_000, 20_000])
def test_anchors_may_lie_where_an_answer_says(knowledge, budget):
    market = share_of_budget(knowledge)
    asked = inputs(market, **TRAFFIC, **NO_SHARES, **{BUDGET: budget})
    decision = decide(market, asked, AS_OF)
    bill = decision.situation.costs.bill(GROQ, "gpt-oss-120b", asked.answers).monthly

    def worth(cost):
        part = Fraction(cost) / budget
        return int(max(0, 10_000 - 8_000 * part if part < 1 else 4_000 - 2_000 * part))

    width = price_doubts(decision.situation, GROQ, "gpt-oss-120b").width
    ((utility, _),) = decision.scoring.spread("share", GROQ)
    assert utility.low == max(0, worth(bill.high) - width)
    assert utility.high == min(10_000, worth(bill.low) + width)
    middle = (worth(bill.low) + worth(bill.high)) // 2
    assert utility.point == min(middle, utility.low + (utility.high - utility.low) // 3)


def test_where_anchors_move_many_cells_are_worth_what_each_is(knowledge, monkeypatch):
    market = share_of_budget(knowledge)
    asked = inputs(market)
    scores = []
    for few in (0, 10**9):
        monkeypatch.setattr(measured, "FEW_ROWS", few)
        fresh = replace(market, digest=f"few-{few}")
        decision = decide(fresh, asked, AS_OF)
        assert len(decision.scoring.utilities["share"].rows) > 20
        scores.append({offer: decision.scored[offer].score for offer in decision.order})
    assert scores[0] == scores[1]


def test_an_open_budget_moves_the_anchors_inside_its_cells(knowledge):
    """So that nothing is shown by bounds of the cost alone, and what is shown holds."""
    market = share_of_budget(knowledge)
    asked = inputs(market, **TRAFFIC)
    wide = Inputs({**asked.answers, BUDGET: Interval(1_000, 400_000)})
    own = decide(market, wide, AS_OF).scoring.utilities["share"]
    place = list(market.offers).index(GROQ)
    spans = [own.span(n, place) for (n,) in _combinations(market, wide, own)]
    for budget in (1_000, 7_000, 60_000, 400_000):
        one = Inputs({**asked.answers, BUDGET: Interval.point(budget)})
        decision = decide(market, one, AS_OF)
        (utility, _), *more = decision.scoring.spread("share", GROQ)
        assert not more
        assert any(low <= utility.point <= high for low, high in spans)


def _combinations(market, asked, own):
    return decide(market, asked, AS_OF).scoring.worlds.combinations([own.spans])


def test_open_shares_of_the_traffic_stay_within_what_is_reckoned(knowledge, world):
    market = among(knowledge, OFFERS, [], (knowledge.criteria["cost"],))
    open_ = {name: Interval(0, 100) for name in NO_SHARES}
    asked = Inputs({**world, **inputs(market, **TRAFFIC).answers, **open_})
    decision = decide(market, asked, AS_OF)
    own = decision.scoring.utilities["cost"]
    numbers = [n for (n,) in decision.scoring.worlds.combinations([own.spans])]
    assert {*own.spans.keys} >= {*NO_SHARES}
    for offer in decision.order:
        place = decision.scoring.place[offer]
        low = min(own.span(n, place)[0] for n in numbers)
        high = max(own.span(n, place)[1] for n in numbers)
        for cached, batch in ((0, 0), (100, 0), (0, 100), (37, 52)):
            shares = dict(zip(NO_SHARES, map(Interval.point, (cached, batch)), strict=True))
            one = decide(market, Inputs({**asked.answers, **shares}), AS_OF)
            (utility, _), *more = one.scoring.spread("cost", offer)
            assert not more
            assert low <= utility.point <= high


def test_where_a_dear_bill_is_worth_more_the_cheaper_one_is_not_shown_ahead(knowledge, world):
    """A criterion that likes money to be spent: bounds of the lead hold at every budget."""
    anchors = ((Constant(0), 0), (Name(BUDGET), 10_000))
    spent = Criterion("spent", 1, "Spent", "", 0, Measure("monthly-cost", anchors, 2_000), HERE)
    market = among(knowledge, (GROQ, CEREBRAS), [], (spent,))
    given = {**world, **open_traffic(**{BUDGET: Interval.point(400_000)})}
    wide = decide(market, Inputs(given), AS_OF)
    own = wide.scoring.utilities["spent"]
    leader, rival = (wide.scoring.place[offer] for offer in wide.order)
    numbers = [n for (n,) in wide.scoring.worlds.combinations([own.spans])]
    least = min(own.least_lead(n, leader, rival) for n in numbers)
    for requests, reads in ((1_000, 500), (2_000_000, 20_000), (40_000, 3_000)):
        one = {"requests-per-day": requests, "input-tokens": reads}
        points = {name: Interval.point(value) for name, value in one.items()}
        at = decide(market, Inputs({**given, **points}), AS_OF).scoring
        first, second = (at.spread("spent", offer)[0][0].point for offer in wide.order)
        assert least <= first - second


@pytest.mark.parametrize("name", [H200, GROQ, OWN])
@pytest.mark.parametrize("open_", [("requests-per-day",), ("requests-per-day", "batch-share")])
def test_two_that_charge_the_same_are_level_on_cost_whatever_the_traffic(
    knowledge, world, name, open_
):
    """So what one is ahead by elsewhere settles it."""
    twin = replace(knowledge.offers[name], id="twin", order=99)
    both = replace(knowledge, offers={**knowledge.offers, "twin": twin})
    ahead = make_rule("best", "score", "latency", ALWAYS, named(name), 1, "measured", "best")
    left = Inputs({q: value for q, value in world.items() if q not in open_})
    decision = decide(among(both, [name, "twin"], [ahead]), left, AS_OF)
    assert decision.order == [name, "twin"]
    assert decision.proof == Proof(True, "bound", 0)
