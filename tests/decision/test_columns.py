"""What is worked out as columns, where there are many joint cells, is what rules looked at one
by one give."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.knowledge.model import Impossible, Inputs, Offer
from advisor.knowledge.syntax import ALWAYS, AllOf, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision import naive
from tests.decision.bases import DAY, HERE, claim
from tests.decision.wide import X, Y, asks, gate, score, weigh, wide

ANSWERED = {
    "color": Options(frozenset({"a"})),
    "shape": Options(frozenset({"a"})),
    "place": Options(frozenset({"a"})),
    "needs": Flags(frozenset(), frozenset()),
    "pace": Interval.point(2),
}
"""All but what is wide and the load."""


def market():
    """Offers of both kinds, with room for so much load: known, known in part, unknown."""
    found = {}
    for order, (name, kind, room) in enumerate(
        [("a", "x", (40, 40)), ("b", "y", (25, 60)), ("c", "x", None), ("d", None, (15, 15))]
    ):
        claims = []
        if kind is not None:
            claims.append(claim(name, "kind", Options(frozenset({kind})), "press"))
        if room is not None:
            claims.append(claim(name, "room", Interval(*room), "vendor spec"))
        found[name] = Offer(
            name, name, order, name, "shared-api", None, "", tuple(claims), (), HERE
        )  # fmt: skip
    return found


def crowded():
    """Speed hangs on eight flags and on whether an offer has room for the load."""
    full = Atom("load", CompareIts("above", "room"))
    rules = [
        score("full", "speed", full, ALWAYS, -3),
        score("full-x", "price", AllOf((full, asks(1))), X, 1),
        gate("shut", AllOf((asks(0), full)), ALWAYS),
        gate("never-y", AllOf((asks(1), asks(2))), Y),
        weigh("hurry", "speed", asks(3), 1),
        weigh("thrift", "price", asks(7), -1),
    ]
    for i in range(8):
        side = (X, Y, ALWAYS)[i % 3]
        when = asks(i) if i % 2 else NotOf(asks(i))
        rules.append(score(f"one-{i}", "speed", when, side, (1, -1, 2, -2)[i % 4], f"e{i % 5}"))
    return replace(wide(rules, 8), offers=market())


def test_scores_of_many_worlds_are_those_of_each_looked_at():
    knowledge = crowded()
    inputs = Inputs(ANSWERED)
    decision = decide(knowledge, inputs, DAY)
    found = naive.decide(knowledge, inputs)
    for offer, (lane, unproven, mean) in found.items():
        standing = decision.standings[offer]
        assert (standing.lane, [g.id for g in standing.to_confirm]) == (lane, unproven)
        assert decision.scored[offer].score == mean


@pytest.mark.parametrize("rules", [6, 7])
def test_rules_that_waver_in_one_cell_are_tried_in_every_combination_up_to_a_bound(rules):
    """x leads whatever the strain; beyond the bound its speed may be anything."""
    made = [score("calm", "calm", ALWAYS, X, 3)]
    for i in range(rules):
        strain = Atom("strain", Compare("at least", 140 + 20 * i))
        made.append(score(f"strain-{i}", "speed", strain, X, 1, "strain"))
    answers = {**ANSWERED, "load": Interval(41, 60), "pace": Interval(3, 10)}
    decision = decide(wide(made, 1), Inputs(answers), DAY)
    assert decision.order[0] == "x-one"
    assert decision.proof.settled == (rules == 6)


def unexpected(weights):
    """Of two colours one cannot be, the other is expected by nobody."""
    knowledge = wide(weights, 1)
    color = knowledge.questions["color"]
    options = [replace(o, weight=int(o.id == "a")) for o in color.options if o.id != "c"]
    kind = replace(color.type, options=("a", "b"))
    color = replace(color, type=kind, options=tuple(options))
    never = Impossible("never", Atom("color", OneOf(frozenset({"a"}))), "", HERE)
    return replace(
        knowledge, questions={**knowledge.questions, "color": color}, impossible=(never,)
    )


@pytest.mark.parametrize("effect", ["weighs", "scores", "excludes"])
def test_where_only_the_unexpected_is_left_nothing_is_expected_of_anyone(effect):
    blue = Atom("color", OneOf(frozenset({"b"})))
    rules = [score("shape", "speed", Atom("shape", OneOf(frozenset({"a"}))), X, 2)]
    rules.append(
        {
            "weighs": weigh("hurry", "speed", blue, 2),
            "scores": score("blue", "speed", blue, Y, 1),
            "excludes": gate("out", AllOf((blue, Atom("load", Compare("above", 20)))), Y),
        }[effect]
    )
    decision = decide(unexpected(rules), Inputs({}), DAY)
    assert set(decision.order) == {"x-one", "y-one"}
    scores = {offer: decision.scored[offer].terms[0].exact for offer in decision.order}
    assert scores["y-one"] == 0
    assert decision.recommendation().verdict.offer == decision.order[0]
