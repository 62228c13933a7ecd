"""``settled`` means what it says: no world that is left has another winner."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.proof import prove
from advisor.decision.recommend import decide as decided
from advisor.decision.recommend import recommend as recommend_in_full
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, Compare, OneOf
from advisor.knowledge.values import Interval, Options
from tests.decision.bases import DAY, answers, bases, examples, make_rule, points
from tests.decision.fixed import base
from tests.decision.naive import decide, weights

recommend = partial(recommend_in_full, thorough=False)
SMALL = examples(30)


def winner(knowledge, inputs):
    """The best safe offer by enumeration; without one the conditional offer with the fewest
    open requirements, then the best; None where two are level."""
    found = decide(knowledge, inputs)
    places = {
        offer: (lane != "safe", len(unproven), -score)
        for offer, (lane, unproven, score) in found.items()
        if lane != "excluded"
    }
    best = [offer for offer, place in places.items() if place == min(places.values())]
    return best[0] if len(best) == 1 else None


@given(bases(derived=True), answers(), st.data())
@SMALL
def test_settled_leaders_win_in_worlds_between_the_points_of_the_cells(knowledge, inputs, data):
    verdict = recommend(knowledge, inputs, DAY).verdict
    event(f"settled: {verdict.settled}")
    if not verdict.settled or verdict.offer is None:
        return
    for _ in range(4):
        world = points(data.draw, inputs, knowledge)
        assert winner(knowledge, world) == verdict.offer


@given(bases(derived=True), answers(all_of_them=True), st.data())
@SMALL
def test_settled_leaders_win_where_much_is_answered(knowledge, inputs, data):
    verdict = recommend(knowledge, inputs, DAY).verdict
    event(f"settled: {verdict.settled}")
    if not verdict.settled or verdict.offer is None:
        return
    for _ in range(4):
        world = points(data.draw, inputs, knowledge)
        assert winner(knowledge, world) == verdict.offer


@given(bases(), answers(all_of_them=True), st.data())
@SMALL
def test_one_world_is_settled_unless_two_are_level(knowledge, inputs, data):
    world = points(data.draw, inputs, knowledge)
    result = recommend(knowledge, world, DAY)
    leader = result.ranking[0] if result.ranking else None
    if leader is None or leader.lane != "safe":
        return
    # A rival with an unproven requirement stays behind whatever is answered.
    rivals = [rival for rival in result.ranking[1:] if rival.lane == "safe"]
    ahead = all(leader.score.exact > rival.score.exact for rival in rivals)
    counts = any(weights(knowledge, world, plain(world)).values())
    assert result.verdict.settled == (not rivals or (ahead and counts))


def plain(world):
    """Answers as single values, as the oracle takes them."""
    from advisor.knowledge.values import Flags, Interval

    return {
        name: v.must
        if isinstance(v, Flags)
        else v.low
        if isinstance(v, Interval)
        else min(v.values)
        for name, v in world.answers.items()
    }


@given(bases(derived=True), answers(), st.data())
@SMALL
def test_what_no_answer_can_change_is_the_same_in_worlds_between_the_points(
    knowledge, inputs, data
):
    decision = decided(knowledge, inputs, DAY)
    event(f"facts only: {decision.proof.facts}")
    if not decision.proof.facts:
        return
    assert not decision.proof.settled and decision.next_step().question is None
    for _ in range(4):
        world = points(data.draw, inputs, knowledge)
        assert winner(knowledge, world) == decision.order[0]


def fixed_base(*rules):
    return replace(base(), rules={rule.id: rule for rule in rules})


def gate(name, when, offers):
    made = make_rule(name, "exclude", None, when, offers, 0, "measured", name)
    return replace(made, negotiable=True)


def the_offer(*names):
    return Atom("offer", OneOf(frozenset(names)))


ANY_COLOR = Atom("color", OneOf(frozenset({"a", "b", "c"})))
RED = Atom("color", OneOf(frozenset({"a"})))
EAGER = make_rule("eager", "score", "speed", ANY_COLOR, the_offer("offer-1"), 3, "measured", "e0")


def test_facts_alone_can_unseat_a_leader_that_needs_them_as_its_rivals_do():
    others = gate("more", ANY_COLOR, the_offer("offer-2"))
    knowledge = fixed_base(gate("ask", ANY_COLOR, ALWAYS), others, EAGER)
    decision = decided(knowledge, Inputs({}), DAY)
    leader = decision.order[0]
    assert leader == "offer-1" and decision.standings[leader].lane == "conditional"
    assert decision.proof.facts and not decision.proof.settled
    step = decision.next_step()
    assert step.question is None and "left to find out are facts" in step.why


def test_a_rival_that_needs_fewer_facts_after_some_answer_is_asked_for():
    knowledge = fixed_base(
        gate("ask", ANY_COLOR, the_offer("offer-0", "offer-1", "offer-2")),
        gate("red", RED, the_offer("offer-3")),
        gate("dull", RED, the_offer("offer-3", "offer-1")),
        EAGER,
    )
    open_ = decided(knowledge, Inputs({}), DAY)
    assert not open_.proof.facts and open_.next_step().question == "color"


def test_a_requirement_that_is_met_between_the_points_may_bring_a_rival_back():
    """At both points of the cells the strain is above 60; at the least load it is not."""
    tired = gate("tired", Atom("strain", Compare("at least", 60)), the_offer("offer-1"))
    knowledge = fixed_base(tired, EAGER)
    left = Inputs({"load": Interval(10, 60), "pace": Interval.point(Fraction(7, 2))})
    decision = decided(knowledge, left, DAY)
    assert decision.standings["offer-1"].lane == "conditional"
    light = Inputs({**left.answers, "load": Interval.point(10)})
    assert decided(knowledge, light, DAY).order[0] == "offer-1" != decision.order[0]
    assert not decision.proof.settled


def bounded(decision):
    """The proof that does without a look at every world, as where those are too many."""
    leader = decision.order[0]
    return prove(decision.situation, decision.scoring, decision.standings, leader)


def test_a_rival_counts_only_where_its_own_requirements_let_it():
    """It scores more where it is out and nowhere else."""
    out = make_rule("out", "exclude", None, RED, the_offer("offer-1"), 0, "measured", "out")
    red = make_rule("red", "score", "speed", RED, the_offer("offer-1"), 3, "measured", "e0")
    blue = make_rule("blue", "score", "price", ANY_COLOR, the_offer("offer-0"), 1, "measured", "e1")
    knowledge = fixed_base(out, red, blue)
    pair = {o: knowledge.offers[o] for o in ("offer-0", "offer-1")}
    decision = decided(replace(knowledge, offers=pair), Inputs({}), DAY)
    assert decision.order[0] == "offer-0"
    assert bounded(decision).settled and decision.proof.settled
    never = {rule.id: rule for rule in (red, blue)}
    assert not decided(replace(knowledge, offers=pair, rules=never), Inputs({}), DAY).proof.settled


@pytest.mark.parametrize("unproven", [1, 2])
def test_a_rival_that_always_has_more_to_prove_than_the_leader_ever_has_stays_behind(unproven):
    """In red the leader has to prove what the rival passes; the rival scores more."""
    more = [gate(f"more-{i}", ANY_COLOR, the_offer("offer-2")) for i in range(unproven)]
    best = make_rule("best", "score", "speed", ALWAYS, the_offer("offer-2"), 3, "measured", "e0")
    whole = fixed_base(gate("ask", RED, the_offer("offer-1")), *more, best)
    knowledge = replace(whole, offers={o: whole.offers[o] for o in ("offer-1", "offer-2")})
    decision = decided(knowledge, Inputs({}), DAY)
    assert decision.order[0] == "offer-1"
    assert bounded(decision).ends is decision.proof.ends is (unproven > 1)
    red = decided(knowledge, Inputs({"color": Options(frozenset({"a"}))}), DAY)
    assert red.order[0] == ("offer-1" if unproven > 1 else "offer-2")


@pytest.mark.parametrize(("strain", "leader", "load"), [(60, "offer-0", 10), (200, "offer-1", 60)])
def test_a_weight_that_moves_between_the_points_may_bring_a_rival_ahead(strain, leader, load):
    """Speed counts twice from some strain on: from 60 at all points of the cells but not at
    the least load, from 200 at the greatest load only."""
    hurry = make_rule(
        "hurry", "weigh", "speed", Atom("strain", Compare("at least", strain)), ALWAYS, 1,
        "measured", "hurry",
    )  # fmt: skip
    quick = make_rule("quick", "score", "speed", ALWAYS, the_offer("offer-0"), 2, "measured", "e0")
    cheap = make_rule("cheap", "score", "price", ALWAYS, the_offer("offer-1"), 3, "measured", "e1")
    whole = fixed_base(hurry, quick, cheap)
    knowledge = replace(
        whole,
        offers={o: whole.offers[o] for o in ("offer-0", "offer-1")},
        criteria={name: replace(c, base=0) for name, c in whole.criteria.items()},
    )
    left = Inputs({"load": Interval(10, 60), "pace": Interval.point(Fraction(7, 2))})
    decision = decided(knowledge, left, DAY)
    there = Inputs({**left.answers, "load": Interval.point(load)})
    other = decided(knowledge, there, DAY).order[0]
    assert decision.order[0] == leader != other
    assert not decision.proof.settled
    inside = {60: Interval(20, 60), 200: Interval(10, 50)}[strain]
    assert decided(knowledge, Inputs({**left.answers, "load": inside}), DAY).proof.settled


@pytest.mark.parametrize("effect", ["score", "weigh"])
def test_a_rival_that_is_behind_in_every_world_by_one_gate_or_another_counts_nowhere(effect):
    """One excludes it, the other is to be confirmed elsewhere.  Its score, or the weights,
    hang on the same answer."""
    other = Atom("color", OneOf(frozenset({"b", "c"})))
    gates = [
        make_rule(
            name, "exclude", None, when, the_offer("offer-1"), 0, "measured", name, name != "in-red"
        )
        for name, when in (("in-red", RED), ("else", other))
    ]
    best = make_rule("best", "score", "speed", ALWAYS, the_offer("offer-1"), 3, "measured", "e0")
    side = the_offer("offer-1") if effect == "score" else ALWAYS
    red = make_rule("red", effect, "calm", RED, side, 1, "measured", "e1")
    knowledge = fixed_base(*gates, best, red)
    pair = {o: knowledge.offers[o] for o in ("offer-0", "offer-1")}
    decision = decided(replace(knowledge, offers=pair), Inputs({}), DAY)
    assert decision.order == ["offer-0", "offer-1"]
    assert bounded(decision).settled and decision.proof.settled


def test_whoever_is_level_everywhere_is_named_and_no_answer_helps():
    """Without a rule all four are level; with one the last may be ahead of the first."""
    decision = decided(fixed_base(), Inputs({}), DAY)
    assert decision.order[0] == "offer-0"
    proof = decision.proof
    assert set(proof.level) == {"offer-1", "offer-2", "offer-3"}
    assert proof.ends and not proof.settled and not proof.facts
    ahead = make_rule("ahead", "score", "calm", RED, the_offer("offer-3"), 1, "measured", "e0")
    behind = make_rule(
        "behind", "score", "price", ALWAYS, the_offer("offer-3"), -1, "measured", "e1"
    )
    open_ = decided(fixed_base(ahead, behind), Inputs({}), DAY)
    assert open_.order[0] != "offer-3"
    assert not open_.proof.ends and open_.proof.level == ()
