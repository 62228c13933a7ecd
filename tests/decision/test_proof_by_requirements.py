"""What is shown of the leader by requirements, its own and its rivals', without a look at every
world: no more than holds in each, and what little arithmetic can tell."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import DAY, answers, bases, claim, examples, make_rule, points
from tests.decision.fixed import base
from tests.decision.test_proof import ANY_COLOR, RED, bounded, gate, the_offer, winner

BLUE = Atom("color", OneOf(frozenset({"c"})))
BOTH = ("offer-0", "offer-1")


def hard(name, when, offers):
    return replace(gate(name, when, offers), negotiable=False)


def best(offer, steps=1, when=ALWAYS, criterion="speed"):
    name = f"best-{offer}-{criterion}"
    return make_rule(name, "score", criterion, when, the_offer(offer), steps, "measured", name)


def deciding(*rules, inputs=None, claims=None):
    """Between two offers of which nothing is known but these claims."""
    whole = base()
    offers = {
        name: replace(whole.offers[name], claims=tuple((claims or {}).get(name, ())))
        for name in BOTH
    }
    criteria = {name: replace(c, base=0) for name, c in whole.criteria.items()}
    known = {"offers": offers, "criteria": criteria, "rules": {rule.id: rule for rule in rules}}
    knowledge = replace(whole, **known)
    return decide(knowledge, inputs or Inputs({}), DAY)


def room(offer, low, high=None):
    value = Interval(low, low if high is None else high)
    return {offer: [claim(offer, "room", value, "measured")]}


@given(bases(derived=True), answers(), st.data())
@examples(40)
def test_what_pairs_show_holds_in_worlds_between_the_points_of_the_cells(knowledge, inputs, data):
    decision = decide(knowledge, inputs, DAY)
    shown = bool(decision.order) and bounded(decision)
    event(f"shown: {bool(shown and (shown.settled or shown.facts))}")
    if not shown or not (shown.settled or shown.facts):
        return
    for _ in range(4):
        world = points(data.draw, inputs, knowledge)
        assert winner(knowledge, world) == decision.order[0]


@pytest.mark.parametrize(("leader", "rival"), [BOTH, BOTH[::-1]])
def test_what_the_leader_lacks_somewhere_counts_unless_its_rivals_lack_it_too(leader, rival):
    """In red; the leader scores more everywhere."""
    shared = deciding(gate("ask", RED, the_offer(*BOTH)), best(leader))
    assert shared.order[0] == leader
    assert bounded(shared).settled and shared.proof.settled
    alone = deciding(gate("ask", RED, the_offer(leader)), best(leader))
    assert alone.order[0] == leader
    assert not bounded(alone).ends and not alone.proof.ends
    red = Inputs({"color": Options(frozenset({"a"}))})
    assert deciding(gate("ask", RED, the_offer(leader)), best(leader), inputs=red).order[0] == rival


@pytest.mark.parametrize("leader", BOTH)
def test_a_leader_that_some_answer_shuts_out_with_everybody_else_is_not_settled(leader):
    decision = deciding(hard("shut", RED, ALWAYS), best(leader))
    assert decision.order[0] == leader
    assert not bounded(decision).ends and not decision.proof.ends


def test_a_leader_that_more_load_may_shut_out_with_everybody_else_is_not_settled():
    """There is room for 40 or up to 60: between 50 and 60 that is open, beyond it is too
    little."""
    full = hard("full", Atom("load", CompareIts("above", "room")), ALWAYS)
    claims = {**room("offer-0", 40, 60), **room("offer-1", 40, 60)}
    for loads, ends in ((Interval(50, 70), False), (Interval(50, 55), True)):
        decision = deciding(full, best("offer-1"), inputs=Inputs({"load": loads}), claims=claims)
        assert decision.standings[decision.order[0]].to_confirm
        assert bounded(decision).ends is decision.proof.ends is ends


def test_what_is_unknown_of_everybody_leaves_the_better_one_in_front():
    """A requirement that shuts out who is known not to meet it: nobody is."""
    holds = hard("holds", ANY_COLOR, NotOf(Atom("has", OneOf(frozenset({"f0"})))))
    decision = deciding(holds, best("offer-1"))
    assert decision.order[0] == "offer-1"
    assert bounded(decision).facts and decision.proof.facts


def test_a_requirement_that_both_lack_somewhere_does_not_put_the_rival_behind_there():
    """The leader has room for 60 and the rival for 10; from 60 on neither, and the rival
    scores more."""
    full = gate("full", Atom("load", CompareIts("above", "room")), ALWAYS)
    claims = {**room("offer-0", 60), **room("offer-1", 10)}
    left = Inputs({"load": Interval(20, 80)})
    decision = deciding(full, best("offer-1"), inputs=left, claims=claims)
    assert decision.order[0] == "offer-0"
    assert not bounded(decision).ends and not decision.proof.ends
    less = Inputs({"load": Interval(20, 50)})
    assert bounded(deciding(full, best("offer-1"), inputs=less, claims=claims)).settled


@pytest.mark.parametrize("kind", ["shut out", "lacks", "unknown"])
@pytest.mark.parametrize(("ahead", "settled"), [(RED, True), (BLUE, False)])
def test_a_rival_that_answers_put_behind_counts_only_for_other_answers(kind, ahead, settled):
    """In red it is shut out, lacks something, or is not known to have it.  It scores more in
    red or in blue."""
    unknown = NotOf(Atom("has", OneOf(frozenset({"f0"}))))
    bar = {
        "shut out": hard("bar", RED, the_offer("offer-1")),
        "lacks": gate("bar", RED, the_offer("offer-1")),
        "unknown": hard("bar", RED, unknown),
    }[kind]
    held = frozenset({"f0"})
    decision = deciding(
        bar,
        best("offer-1", 3, ahead),
        best("offer-0", 1, criterion="price"),
        claims={"offer-0": [claim("offer-0", "has", Flags(held, held), "measured")]},
    )
    assert decision.order[0] == "offer-0"
    assert bounded(decision).settled is decision.proof.settled is settled


def test_a_rival_that_is_out_at_a_point_may_count_beside_it():
    """From a load of 10 on it scores more, and at the points of those cells it is strained; at
    12 it is not."""
    tired = hard("tired", Atom("strain", Compare("at least", 60)), the_offer("offer-1"))
    busy = Atom("load", Compare("at least", 10))
    rules = [tired, best("offer-1", 3, busy), best("offer-0", 1)]
    decision = deciding(*rules, inputs=Inputs({"pace": Interval.point(3)}))
    assert decision.order[0] == "offer-0"
    there = Inputs({"pace": Interval.point(3), "load": Interval.point(12)})
    assert deciding(*rules, inputs=there).order[0] == "offer-1"
    assert not bounded(decision).ends and not decision.proof.ends
