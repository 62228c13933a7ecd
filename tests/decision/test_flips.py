"""Flips against deciding every set of changes afresh, on random rule bases."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.changes import alternatives, changed
from advisor.decision.flips import _FlipSearch, search_flips
from advisor.decision.recommend import decide, recommend
from advisor.decision.stability import weight_intervals
from advisor.decision.variations import LimitReached, Variations, winner_of
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, Compare, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import DAY, answers, bases
from tests.decision.fixed import base, sheets
from tests.decision.wide import X, Y, score, weigh, wide

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(FEW, max_examples=20)


def variations(knowledge, inputs, limit=100_000, dear=100_000):
    decision = decide(knowledge, inputs, DAY)
    return Variations.on(decision, decision.again, limit=limit, dear=dear, cells=10**12)


def searched(knowledge, inputs, most):
    search = _FlipSearch(variations(knowledge, inputs), fine=True)
    for size in range(1, most + 1):
        assert search.try_size(size)
    return search


def winner(knowledge, inputs, changes=()):
    return winner_of(decide(knowledge, changed(inputs, changes), DAY))


@given(bases(), answers())
@FEW
def test_flips_are_those_of_every_set_decided_afresh(knowledge, inputs):
    check_pairs(knowledge, inputs)


@given(bases(), answers(), st.sampled_from("abc"), st.sampled_from("ab"))
@FEWER
def test_so_are_those_of_an_answer_that_makes_another_question_idle(knowledge, inputs, idle, held):
    when = NotOf(Atom("color", OneOf(frozenset({idle}))))
    shape = replace(
        knowledge.questions["shape"], ask_when=when, unasked_means=Options(frozenset({held}))
    )
    knowledge = replace(knowledge, questions={**knowledge.questions, "shape": shape})
    left = {name: answer for name, answer in inputs.answers.items() if name != "shape"}
    color = inputs.answers.get("color", Options(frozenset({idle})))
    check_pairs(knowledge, replace(inputs, answers={**left, "color": color}))


def check_pairs(knowledge, inputs):
    search = searched(knowledge, inputs, 2)
    candidates = search._variations.candidates
    leader = winner(knowledge, inputs)
    found = dict(search._flipping)
    one = {
        (i,): w
        for i, change in enumerate(candidates)
        if (w := winner(knowledge, inputs, [change])) != leader
    }
    assert {s: w for s, w in found.items() if len(s) == 1} == one
    two = {}
    for a, b in combinations(search._pool, 2):
        if candidates[a].key == candidates[b].key or (a,) in one or (b,) in one:
            continue
        after = winner(knowledge, inputs, [candidates[a], candidates[b]])
        if after != leader:
            two[a, b] = after
    event(f"pairs: {len(two) > 0}")
    assert {s: w for s, w in found.items() if len(s) == 2} == two


@given(bases(), answers(all_of_them=True))
@FEWER
def test_flips_of_three_hold_no_smaller_flip(knowledge, inputs):
    search = searched(knowledge, inputs, 3)
    candidates = search._variations.candidates
    leader = winner(knowledge, inputs)
    for chosen, after in search._flipping:
        changes = [candidates[i] for i in chosen]
        assert winner(knowledge, inputs, changes) == after != leader
        for count in range(1, len(chosen)):
            for part in combinations(changes, count):
                assert winner(knowledge, inputs, part) == leader


def applied(inputs, flip, at):
    """The flip's answers made, numbers at ``changes`` or ``stays`` of their thresholds."""
    answers = dict(inputs.answers)
    for threshold in flip.thresholds:
        value = getattr(threshold, at)
        if threshold.stays == threshold.changes:
            # The two sides of a bound: where the words exclude it, a value just beyond it.
            beyond = {"above": 1, "below": -1, "at least": 0, "at most": 0}
            side = next(s for words, s in beyond.items() if threshold.words.startswith(words))
            outward = 1 if threshold.words.startswith(("above", "at least")) else -1
            step = side if at == "changes" else (0 if side else -outward)
            value += step * Fraction(1, 10**9)
        answers[threshold.question] = Interval.point(value)
    return replace(inputs, answers=answers)


@given(bases(), answers(all_of_them=True))
@FEW
def test_numbers_turn_at_their_thresholds(knowledge, inputs):
    flips, _ = search_flips(variations(knowledge, inputs), 1, fine=True)
    leader = winner(knowledge, inputs)
    for flip in flips:
        assert flip.winner != leader
        for threshold in flip.thresholds:
            event("a threshold")
            assert winner(knowledge, applied(inputs, flip, "changes")) == flip.winner
            assert winner(knowledge, applied(inputs, flip, "stays")) != flip.winner
            assert abs(threshold.changes - threshold.stays) <= Fraction(1, 10_000)


@given(bases(), answers())
@FEWER
def test_a_bound_on_the_work_is_told(knowledge, inputs):
    full = variations(knowledge, inputs)
    _, search = search_flips(full, 2, fine=True)
    assert search.complete
    tight = variations(knowledge, inputs, limit=0, dear=0)
    tight.decision.scoring.__dict__["exact"] = False
    none, stopped = search_flips(tight, 2, fine=True)
    if full.candidates:
        assert (stopped.completed, stopped.complete, none) == (0, False, ())
    assert stopped.asked == 2


@given(bases(), answers(all_of_them=True), st.integers(0, 5))
@FEW
def test_what_is_found_within_a_bound_is_true_and_nearest_comes_first(knowledge, inputs, limit):
    bounded = _FlipSearch(variations(knowledge, inputs, limit=limit), fine=True)
    done = bounded.try_size(1)
    whole = searched(knowledge, inputs, 1)
    assert set(bounded._flipping) <= set(whole._flipping)
    assert not done or set(bounded._flipping) == set(whole._flipping)
    event(f"all told: {done}")
    candidates = bounded._variations.candidates
    for (untold,) in bounded._untold:
        line = candidates[untold].key, candidates[untold].side
        further = [
            i
            for i, change in enumerate(candidates)
            if (change.key, change.side) == line and i > untold and change.side
        ]
        # Only what needed no whole decision was told further out.
        assert bounded._variations.decided == limit
        assert all((i,) in bounded._untold or bounded._variations.pieces.usable for i in further)


def test_flips_are_grouped_by_winner_the_likeliest_first():
    knowledge = base()
    flips, _ = search_flips(variations(knowledge, sheets()[3]), 2, fine=True)
    assert len(flips) >= 2
    seen = list(dict.fromkeys(flip.winner for flip in flips))
    assert [w for w in seen for f in flips if f.winner == w] == [f.winner for f in flips]
    best = [max(f.plausibility for f in flips if f.winner == w) for w in seen]
    assert best == sorted(best, reverse=True)
    assert all(0 <= flip.plausibility <= 1 for flip in flips)


def test_only_changeable_answers_are_changed():
    knowledge = base()
    inputs = sheets()[3]
    fixed = {q.id: replace(q, changeable=q.id == "load") for q in knowledge.questions.values()}
    only = replace(knowledge, questions=fixed)
    flips, search = search_flips(variations(only, inputs), 2, fine=True)
    assert search.questions == ("load",)
    assert {change.question for change in variations(only, inputs).candidates} == {"load"}
    assert {name for flip in flips for name in flip.change} <= {"load"}


def test_changes_of_flags_add_up():
    knowledge = base()
    decision = decide(knowledge, sheets()[2], DAY)
    question = knowledge.questions["needs"]
    changes = alternatives(decision.situation.base, sheets()[2], question)
    assert {c.key for c in changes} == {"needs:f0", "needs:f2"}
    after = changed(sheets()[2], changes).answers["needs"]
    assert after == Flags(frozenset({"f2"}), frozenset({"f1", "f2"}))


@given(bases(), answers(all_of_them=True))
@FEWER
def test_the_order_of_declarations_does_not_matter(knowledge, inputs):
    turned = replace(
        knowledge,
        rules=dict(reversed(knowledge.rules.items())),
        questions=dict(reversed(knowledge.questions.items())),
        offers=dict(reversed(knowledge.offers.items())),
    )
    one, other = (recommend(k, inputs, DAY) for k in (knowledge, turned))
    assert one.flips == other.flips
    assert one.relaxations == other.relaxations
    assert one.sensitivity == other.sensitivity


def ramp(*rules):
    """Two offers that are level but for the load: x leads without any, y from 40 on."""
    load = {at: Atom("load", Compare("above", at)) for at in (0, 20, 40)}
    hurry = Atom("shape", OneOf(frozenset({"a"})))
    return wide(
        [
            score("idle", "speed", NotOf(load[0]), X, 1),
            score("busy", "speed", load[40], Y, 2),
            score("all", "price", load[20], ALWAYS, 1),
            weigh("hurry", "speed", hurry, 1),
            *rules,
        ],
        1,
    )


def test_a_value_that_was_not_decided_is_no_bound_of_a_threshold():
    """Where two are level under weights that are open only a whole decision tells, and none is
    allowed: the number is told as it was tried, from the answer on."""
    inputs = Inputs({"load": Interval.point(0)})
    flips, search = search_flips(variations(ramp(), inputs, limit=0), 1, fine=True)
    assert [flip.winner for flip in flips] == ["y-one"]
    assert flips[0].thresholds == () and not search.complete
    (flip,), search = search_flips(variations(ramp(), inputs), 1, fine=True)
    assert search.complete and flip.change == {"load": "above 40"}


@pytest.mark.parametrize("room", [1, 3])
def test_where_not_every_value_can_be_tried_the_nearest_are(room):
    inputs = Inputs({"load": Interval.point(0), "color": Options(frozenset({"b"}))})
    red = score("red", "calm", Atom("color", OneOf(frozenset({"a"}))), X, 1)
    full = variations(ramp(red), inputs)
    each = full.cells // full.room
    tight = Variations.on(full.decision, full.decision.again, limit=99, dear=99, cells=room * each)
    assert len(full.candidates) > 3
    search = _FlipSearch(tight, fine=True)
    assert not search.try_size(1)
    assert search.report(1).considered == room
    assert not search.try_size(2)
    assert search.report(2).considered == room


def test_all_weight_on_nothing_leaves_the_leader_where_it_is():
    """Only speed counts, by how much hangs on what is open; without it nothing does."""
    wishes = dict.fromkeys(("price", "calm"), "ignore")
    decision = decide(ramp(), Inputs({"load": Interval.point(0)}, wishes), DAY)
    (speed,) = weight_intervals(decision)
    assert decision.order[0] == "x-one"
    assert (speed.low, speed.below, speed.high, speed.above) == (0, None, None, None)


@pytest.mark.parametrize(("limit", "room"), [(2, 100), (100, 1), (100, 2)])
def test_whole_decisions_are_counted_and_bounded(limit, room):
    """One more than there is room for, as the first tells how many cells a decision looks at."""
    inputs = sheets()[3]
    decision = decide(base(), inputs, DAY)
    made = []

    def again(changed_inputs):
        made.append(changed_inputs)
        return decision.again(changed_inputs)

    each = Variations.on(decision, again, limit=0, dear=0, cells=1)._each
    found = Variations.on(decision, again, limit=limit, dear=0, cells=room * max(each, 1))
    most = min(limit, room + 1)
    assert len(found.candidates) > most + 1
    for i in range(most):
        for _ in range(2):  # asked for again it is not decided again
            after = found.winner([found.candidates[i]])
            assert after == winner(base(), inputs, [found.candidates[i]])
        assert found.decided == len(made) == i + 1
    with pytest.raises(LimitReached):
        found.winner([found.candidates[most]])
    assert found.decided == len(made) == most
    assert found.winner([found.candidates[0]]) == winner(base(), inputs, [found.candidates[0]])
