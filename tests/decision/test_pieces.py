"""Changes put together from pieces give what deciding them afresh gives."""

from __future__ import annotations

from itertools import combinations

import pytest
from msgspec.structs import replace

from advisor.decision.changes import changed
from advisor.decision.flips import search_flips
from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.variations import Variations, winner_of
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, AllOf, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.conftest import AS_OF
from tests.decision.bases import DAY, HERE
from tests.decision.market import among, named
from tests.decision.test_costs_open import (
    BUDGET,
    GROQ,
    H200,
    NO_SHARES,
    TRAFFIC,
    inputs,
    share_of_budget,
)
from tests.decision.wide import X, Y, asks, gate, score, weigh, wide


def one(name, option):
    return Atom(name, OneOf(frozenset({option})))


def varied(knowledge, asked, day, limit=100_000, dear=100_000):
    decision = decide(knowledge, asked, day)
    return Variations.on(decision, decision.again, limit=limit, dear=dear, cells=10**12)


def check(knowledge, asked, day=DAY, most=2):
    """Every set of changes, by pieces where they tell and afresh; who leads after each."""
    found = varied(knowledge, asked, day)
    leaders = set()
    for size in range(1, most + 1):
        sets = [
            chosen
            for chosen in combinations(range(len(found.candidates)), size)
            if len({found.candidates[i].key for i in chosen}) == size
        ]
        for chosen, leader in zip(sets, found.winners(sets), strict=True):
            changes = [found.candidates[i] for i in chosen]
            assert leader == winner_of(decide(knowledge, changed(asked, changes), day))
            leaders.add(leader)
    return leaders


BLUE = {"color": Options(frozenset({"b"}))}
RED = one("color", "a")


def test_gates_that_hang_together_through_a_third_are_counted_together():
    """Two gates on an open answer each, and one on both, of which nothing else is read."""
    rules = [
        gate("shape", AllOf((one("shape", "a"), NotOf(RED))), X),
        gate("place", AllOf((one("place", "a"), RED)), X),
        gate("shape-and-place", AllOf((one("shape", "b"), one("place", "b"))), X),
        score("fast", "speed", NotOf(one("color", "c")), X, 3),
        score("cheap", "price", ALWAYS, X, 3),
        score("dear", "price", one("color", "c"), X, -2),
        score("slow", "speed", ALWAYS, Y, -3),
        score("calm", "calm", ALWAYS, Y, 1),
    ]
    assert check(wide(rules, 1), Inputs(BLUE)) == {"x-one", "y-one"}


def test_weights_on_too_much_that_is_open_are_decided_afresh():
    rules = [weigh(f"w{i}", "speed", asks(i), (1, -1)[i % 2]) for i in range(14)]
    rules += [score("fast", "speed", RED, X, 3), score("slow", "speed", NotOf(RED), Y, 3)]
    knowledge = wide(rules, 14)
    assert not varied(knowledge, Inputs(BLUE), DAY).pieces.usable
    assert check(knowledge, Inputs(BLUE), most=1) == {"x-one", "y-one"}


def test_where_no_criterion_counts_the_ties_are_broken_alike():
    rules = [
        weigh("hurry", "speed", one("shape", "a"), 1),
        score("fast", "speed", RED, Y, 3),
        gate("shut", one("color", "c"), Y),
    ]
    knowledge = wide(rules, 1)
    asked = Inputs(BLUE, dict.fromkeys(knowledge.criteria, "ignore"))
    assert check(knowledge, asked) == {"x-one", "y-one"}


def test_a_class_that_cannot_be_is_left_out():
    never = Impossible("never", one("shape", "a"), "", HERE)
    rules = [
        weigh("hurry", "speed", one("shape", "a"), 3),
        score("fast", "speed", RED, X, 2),
        score("shapely", "speed", one("shape", "a"), X, 3),
        score("calm", "calm", ALWAYS, Y, 1),
    ]
    knowledge = replace(wide(rules, 1), impossible=(never,))
    assert check(knowledge, Inputs(BLUE)) == {"x-one", "y-one"}


@pytest.mark.parametrize("whole", [True, False])
def test_a_range_that_ends_inside_a_cell_may_be_left_on_either_side(whole):
    """Loads from 20 to 30; where nobody leads for ever, below 10 or from 50 on another does."""
    rules = [
        score("small", "speed", Atom("load", Compare("below", 25)), X, 3),
        score("large", "speed", Atom("load", Compare("at least", 25)), Y, 2),
        score("huge", "price", Atom("load", Compare("above", 50)), Y, 3),
    ]
    knowledge = wide(rules, 1)
    load = knowledge.questions["load"]
    load = replace(load, type=replace(load.type, integer=whole))
    knowledge = replace(knowledge, questions={**knowledge.questions, "load": load})
    asked = Inputs({"load": Interval(20, 30)})
    assert check(knowledge, asked) == {"x-one", "y-one"}
    found = varied(knowledge, asked, DAY)
    assert {change.side for change in found.candidates} == {-1, 1}
    for change in found.candidates:
        assert (change.answer.low < 20) if change.side < 0 else (change.answer.low > 30)
        assert not whole or change.answer.low.denominator == 1


# -- costs and models --------------------------------------------------------------------------


def budgeted(knowledge):
    """A month of devices leads where the volume is large, tokens where it is small."""
    market = share_of_budget(knowledge)
    return replace(market, offers={name: market.offers[name] for name in (GROQ, H200)})


ASKED = {**TRAFFIC, **NO_SHARES, BUDGET: 20_000, "peak-factor": 1}


def test_a_cost_by_an_answer_is_a_piece_of_the_answers_behind_it(knowledge):
    market = budgeted(knowledge)
    asked = inputs(market, **{**ASKED, "requests-per-day": 2_000_000})
    assert check(market, asked, AS_OF, most=1) == {GROQ, H200}


def test_a_named_model_says_how_large_it_is(knowledge):
    """Dropped, its size is not said any more."""
    size = Atom("model-size", Compare("at least", 100))
    rules = [
        score("large", "latency", size, named(GROQ), 3),
        score("asked", "latency", one("models", "gpt-oss-120b"), named(GROQ), 1),
        score("named", "latency", ALWAYS, named(H200), 2),
    ]
    market = among(knowledge, (GROQ, H200), rules, (knowledge.criteria["latency"],))
    assert decide(market, inputs(market), AS_OF).order[0] == GROQ
    assert check(market, inputs(market), AS_OF, most=1) == {H200}


def test_a_threshold_that_would_take_too_many_decisions_is_told_as_tried(knowledge):
    market = budgeted(knowledge)
    asked = inputs(market, **{**ASKED, "requests-per-day": 2_000_000})
    full, _ = search_flips(varied(market, asked, AS_OF), 1, fine=True)
    assert any(flip.thresholds for flip in full)
    found = varied(market, asked, AS_OF)
    tried = list(found.winners([(i,) for i in range(len(found.candidates))]))
    few = varied(market, asked, AS_OF, limit=found.decided)
    told, search = search_flips(few, 1, fine=True)
    assert search.complete and len(told) == len(full) <= len(tried)
    assert not any(flip.thresholds for flip in told)
    for flip in told:
        assert all("at least" not in words for words in flip.change.values())


@pytest.mark.parametrize(("dear", "completed"), [(100_000, 2), (0, 1)])
def test_changes_that_bear_on_costs_together_are_bounded_apart(knowledge, dear, completed):
    market = budgeted(knowledge)
    asked = inputs(market, **ASKED)
    _, search = search_flips(varied(market, asked, AS_OF, dear=dear), 2, fine=False)
    assert search.completed == completed


def test_of_a_catalogue_of_models_every_kind_that_a_limit_may_see_is_known(knowledge):
    """Sixteen models that may be asked for: too many sets of them to look at each."""
    beyond = Atom("context-length", CompareIts("above", "context-limit"))
    rule = gate("short", beyond, ALWAYS)
    base = RuleBase.on(among(knowledge, (GROQ, H200, "cerebras-shared"), [rule]), AS_OF)
    some = sorted(name for name, model in knowledge.models.items() if model.open)[:16]
    may = Situation(base, Inputs({"models": Flags(frozenset(), frozenset(some))}))
    assert not may.choices.is_whole
    kinds = may.kinds(rule)
    for model in some:
        named_one = Flags(frozenset({model}), frozenset({model}))
        assert set(Situation(base, Inputs({"models": named_one})).kinds(rule)) <= set(kinds)
