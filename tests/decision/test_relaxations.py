"""Relaxations against trying every set of changes, on random rule bases."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from msgspec.structs import replace

from advisor.decision.changes import changed
from advisor.decision.entries import NO_CASE_LEFT
from advisor.decision.recommend import decide, recommend
from advisor.decision.relaxations import _Search, relaxations
from advisor.decision.whynot import why_not
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, AllOf, Atom, Compare, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from advisor.language.answers import inputs_from_mapping
from tests.decision.bases import DAY, HERE, answers, barred, bases
from tests.decision.market import among
from tests.decision.wide import X, Y, asks, gate, wide

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def opened(knowledge, inputs, changes, wanted):
    after = decide(knowledge, changed(inputs, changes), DAY)
    return frozenset(after.order) & wanted


def brute(search, knowledge, inputs, wanted):
    """Every smallest set of at most two of the candidates that opens anything wanted."""
    found = {}
    candidates = search._candidates
    for size in (1, 2):
        for chosen in combinations(search.pool(size), size):
            if len({candidates[i].key for i in chosen}) < size:
                continue
            if any((i,) in found for i in chosen):
                continue
            opens = opened(knowledge, inputs, [candidates[i] for i in chosen], wanted)
            if opens:
                found[chosen] = opens
    return found


@given(bases(), answers(all_of_them=True))
@FEW
def test_the_smallest_relaxations_of_an_excluded_offer(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    gone = [s.offer for s in decision.standings.values() if s.excluded_by]
    assume(gone)
    offer = gone[0]
    search = _Search(decision, decision.again, offer)
    assert search.try_size(1)
    assert search.try_size(2)
    found = {f.chosen: f.opens for f in search._found}
    event(f"opened: {bool(found)}")
    assert found == brute(search, knowledge, inputs, frozenset({offer}))


@given(bases(), barred(), answers())
@FEW
def test_so_are_those_where_some_combinations_cannot_be(knowledge, impossible, inputs):
    knowledge = replace(knowledge, impossible=impossible)
    decision = decide(knowledge, inputs, DAY)
    gone = [s.offer for s in decision.standings.values() if s.excluded_by]
    assume(gone)
    search = _Search(decision, decision.again, gone[0])
    assert search.try_size(1)
    assert search.try_size(2)
    found = {f.chosen: f.opens for f in search._found}
    event(f"opened: {bool(found)}, together: {decision.standings[gone[0]].together}")
    assert found == brute(search, knowledge, inputs, frozenset({gone[0]}))


@pytest.mark.parametrize("gates", [1, 2])
def test_an_answer_that_rules_out_the_case_in_which_an_offer_passes_is_to_be_relaxed(gates):
    """y passes with one colour, which nobody who wants the flag has; one gate reads the rest,
    or one each."""
    others = [Atom("color", OneOf(frozenset(some))) for some in (["ab"], ["a", "b"])[gates - 1]]
    rules = [gate(f"g{i}", other, Y) for i, other in enumerate(others)]
    never = AllOf((Atom("color", OneOf(frozenset("c"))), asks(0)))
    market = replace(wide(rules, 1), impossible=(Impossible("never", never, "", HERE),))
    wanted = Flags(frozenset({"f0"}), frozenset({"f0"}))
    decision = decide(market, Inputs({"wide": wanted}), DAY)
    assert decision.standings["y-one"].together == (gates == 2)
    told, report = relaxations(decision, decision.again, 1, "y-one")
    assert [dict(way.change) for way in told] == [{"wide": "none"}]
    assert report.complete
    # With a colour as well the flag need not be relaxed where the colour is.
    asked = Inputs({"wide": wanted, "color": Options(frozenset({"a"}))})
    decision = decide(market, asked, DAY)
    search = _Search(decision, decision.again, "y-one")
    assert search.try_size(1)
    assert search.try_size(2)
    found = {f.chosen: f.opens for f in search._found}
    assert found == brute(search, market, asked, frozenset({"y-one"}))


@given(bases(), answers(all_of_them=True))
@FEW
def test_where_nobody_qualifies_what_is_told_opens_what_it_says(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    assume(not decision.order)
    everybody = frozenset(knowledge.offers)
    search = _Search(decision, decision.again, None)
    for size in (1, 2):
        assert search.try_size(size)
    expected = brute(search, knowledge, inputs, everybody)
    assert {f.chosen: f.opens for f in search._found} == expected
    told, report = relaxations(decision, decision.again, 2)
    assert report.complete
    # Of changes of the same answers those that open less are left out, never a whole set.
    assert bool(told) == bool(expected)
    keys = {frozenset(search._candidates[i].question for i in chosen) for chosen in expected}
    assert {frozenset(r.change) for r in told} == keys
    for relaxation in told:
        assert [o.offer for o in relaxation.offers] == list(relaxation.opens)
        assert relaxation.opens
        assert [o.rank for o in relaxation.offers] == sorted(o.rank for o in relaxation.offers)
    assert recommend(knowledge, inputs, DAY).relaxations == told


@given(bases(), answers(all_of_them=True))
@FEW
def test_why_not_names_every_failed_gate(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    for offer, standing in decision.standings.items():
        told = why_not(decision, decision.again, offer, 1)
        event(f"together: {standing.together}")
        head = [NO_CASE_LEFT] if standing.together else []
        assert [f.rule for f in told.failed] == head + [g.id for g in standing.excluded_by]
        if not standing.excluded_by:
            assert told.rank == decision.order.index(offer) + 1
            assert (told.versus is None) == (told.rank == 1)
            assert [d.rule for d in told.to_confirm] == [g.id for g in standing.to_confirm]


def loaded(*more):
    """Nobody carries the answered load, x more of it than y."""
    rules = [
        gate("full-x", Atom("load", Compare("above", 40)), X),
        gate("full-y", Atom("load", Compare("above", 25)), Y),
        *more,
    ]
    return wide(rules, 1)


def test_a_number_is_relaxed_to_the_nearest_value_that_opens_as_much():
    decision = decide(loaded(), Inputs({"load": Interval.point(70)}), DAY)
    told, report = relaxations(decision, decision.again, 2)
    assert report.complete
    assert {(r.change["load"], r.opens) for r in told} == {
        ("at most 40", ("x-one",)),
        ("at most 25", ("x-one", "y-one")),
    }
    # Of equally few the likelier, which is the nearer, first.
    assert [len(r.opens) for r in told] == [1, 2]
    only, _ = relaxations(decision, decision.again, 2, "y-one")
    assert [(r.change["load"], r.opens) for r in only] == [("at most 25", ("y-one",))]


def test_of_other_options_one_is_told_the_one_that_opens_most_then_the_likeliest():
    """Colours are weighed 3, 5 and 2; places 1 to 4."""
    red, blue = (Atom("color", OneOf(frozenset({c}))) for c in "ab")
    here = Atom("place", OneOf(frozenset({"a"})))
    rules = [gate("red", red, ALWAYS), gate("blue", blue, Y)]
    decision = decide(wide(rules, 1), Inputs({"color": Options(frozenset({"a"}))}), DAY)
    told, _ = relaxations(decision, decision.again, 1)
    assert [(r.change, r.opens) for r in told] == [({"color": "c"}, ("x-one", "y-one"))]
    decision = decide(
        wide([gate("here", here, ALWAYS)], 1), Inputs({"place": Options(frozenset({"a"}))}), DAY
    )
    told, _ = relaxations(decision, decision.again, 1)
    assert [r.change for r in told] == [{"place": "d"}]


def test_a_number_and_an_option_are_relaxed_together():
    red = gate("red", Atom("color", OneOf(frozenset({"a"}))), ALWAYS)
    answers = {"load": Interval.point(70), "color": Options(frozenset({"a"}))}
    decision = decide(loaded(red), Inputs(answers), DAY)
    told, _ = relaxations(decision, decision.again, 2)
    found = {(r.change["load"], r.change["color"], r.opens) for r in told}
    assert found == {("at most 40", color, ("x-one",)) for color in "bc"} | {
        ("at most 25", color, ("x-one", "y-one")) for color in "bc"
    }


def test_no_more_changes_are_made_together_than_asked_for():
    red = gate("red", Atom("color", OneOf(frozenset({"a"}))), ALWAYS)
    answers = {"load": Interval.point(70), "color": Options(frozenset({"a"}))}
    decision = decide(loaded(red), Inputs(answers), DAY)
    told, report = relaxations(decision, decision.again, 1)
    assert told == () and (report.asked, report.completed) == (1, 1)


@pytest.mark.parametrize("fixed", ["color", "place"])
def test_what_the_asker_may_change_is_told_first_and_marked(fixed):
    """One offer is out by the colour, the other by the place."""
    first = {name: Atom(name, OneOf(frozenset({"a"}))) for name in ("color", "place")}
    whole = wide([gate("red", first["color"], X), gate("here", first["place"], Y)], 1)
    question = replace(whole.questions[fixed], changeable=False)
    knowledge = replace(whole, questions={**whole.questions, fixed: question})
    answers = dict.fromkeys(first, Options(frozenset({"a"})))
    decision = decide(knowledge, Inputs(answers), DAY)
    told, _ = relaxations(decision, decision.again, 1)
    assert {tuple(r.change): r.yours for r in told} == {
        (name,): name != fixed for name in ("color", "place")
    }
    assert [r.yours for r in told] == sorted((r.yours for r in told), reverse=True)


def test_what_is_opened_is_told_as_it_would_then_be_ranked(knowledge):
    """With the model that it would serve."""
    peaks = Atom("usage-pattern", OneOf(frozenset({"daily-peaks"})))
    shut = gate("shut", peaks, ALWAYS)
    one = among(knowledge, ["groq-shared"], [shut])
    said = {"models": ["gpt-oss-120b"], "requests-per-day": 1000}
    before, after = (
        decide(one, inputs_from_mapping({"answers": {**said, **more}}, one), DAY)
        for more in ({"usage-pattern": "daily-peaks"}, {})
    )
    told, _ = relaxations(before, before.again, 1)
    (entry,) = after.recommendation(thorough=False).ranking
    assert entry.model is not None
    (opened_,) = told[0].offers
    assert (opened_.title, opened_.model, opened_.rank) == (entry.title, entry.model, 1)
