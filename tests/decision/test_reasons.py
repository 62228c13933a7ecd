"""Which rules are named as reasons of a score."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, OneOf
from advisor.knowledge.values import Interval, Options
from tests.decision.bases import DAY, HERE, choice_question, make_rule
from tests.decision.fixed import base


def colors(options):
    return Options(frozenset(options))


def named(knowledge, answers, effect):
    """Criterion -> the rules of this effect that are named, in order, by offer."""
    result = recommend(knowledge, Inputs(answers), DAY, thorough=False)
    return {
        entry.offer: {
            c.criterion: [reason.rule for reason in c.because if reason.effect == effect]
            for c in entry.contributions
        }
        for entry in result.ranking
    }


@pytest.mark.parametrize(
    ("answers", "speed", "calm"),
    [
        ({}, [], []),
        ({"color": colors("a")}, [], ["idle"]),
        ({"color": colors("ab")}, [], ["idle"]),
        ({"color": colors("ac")}, [], []),
        ({"color": colors("c")}, [], []),
        ({"color": colors("c"), "load": Interval(30, 40), "pace": Interval(4, 5)}, ["busy"], []),
        ({"load": Interval(30, 40), "pace": Interval(2, 5)}, [], []),
    ],
)
def test_a_weight_is_put_down_to_the_rules_that_hold_of_all_that_is_left(answers, speed, calm):
    found = named(base(), answers, "weigh")
    assert found
    expected = {"speed": speed, "price": [], "calm": calm}
    assert all(told == expected for told in found.values())


@pytest.mark.parametrize(("wanted", "holds"), [("a", True), ("d", False)])
def test_where_nothing_that_is_left_is_expected_one_is_as_likely_as_another(wanted, holds):
    """Everybody is a c, and that cannot be: a and b are left."""
    whole = base()
    asked = choice_question("color", 4, [0, 0, 5, 0], 0)
    never = Impossible("never", Atom("color", OneOf(frozenset("c"))), "", HERE)
    when = Atom("color", OneOf(frozenset(wanted)))
    rule = make_rule("some", "score", "speed", when, ALWAYS, 1, "measured", "some")
    knowledge = replace(
        whole, questions={"color": asked}, derived={}, rules={"some": rule}, impossible=(never,)
    )
    left = {"color": colors("abc")}
    found = named(knowledge, left, "score")
    assert found
    assert all((told["speed"] == ["some"]) is holds for told in found.values())
