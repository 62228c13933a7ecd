"""A lead of one point in ten thousand, at the least weight there is, is a lead."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.proof import Proof
from advisor.decision.recommend import decide
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, Compare
from advisor.knowledge.values import Interval
from tests.decision.bases import DAY, METHOD, make_rule
from tests.decision.test_proof import bounded
from tests.decision.wide import X, Y, asks, score, weigh, wide

SLIGHTLY_LESS_SURE = {**METHOD.grades, "derived": replace(METHOD.grades["derived"], widening=1)}


def ahead(criterion, side, other):
    """Both are one step up on the criterion; what says so of the other is widened by a point."""
    name = f"{criterion}-{{}}"
    return [
        score(name.format("sure"), criterion, ALWAYS, side, 1),
        make_rule(
            name.format("less"), "score", criterion, ALWAYS, other, 1, "derived", "less-sure"
        ),
    ]


def hand_in_hand(flags):
    """What x gains on speed by any flag it loses on price."""
    changes = (("up", "speed", 1), ("down", "price", -1))
    return [
        score(f"{name}-{i}", criterion, asks(i), X, steps, name)
        for name, criterion, steps in changes
        for i in range(flags)
    ]


def deciding(rules, flags=1, **answers):
    knowledge = wide(rules, flags)
    least = {name: replace(c, base=-3) for name, c in knowledge.criteria.items()}
    method = replace(METHOD, grades=SLIGHTLY_LESS_SURE)
    return decide(replace(knowledge, criteria=least, method=method), Inputs(answers), DAY)


def test_by_the_bounds():
    decision = deciding(ahead("calm", X, Y))
    one, other = (decision.scored[name].score for name in ("x-one", "y-one"))
    assert 3 * (one - other) == 1
    assert bounded(decision) == Proof(True, "bound", 0)


@pytest.mark.parametrize("flags", [1, 11])
@pytest.mark.parametrize("level", [False, True])
def test_by_looking_and_by_tables(flags, level):
    """Where another rule says the same of x, but less surely, both are level."""
    rules = [*ahead("calm", X, Y), *hand_in_hand(flags)]
    if level:
        rules.append(make_rule("also", "score", "calm", asks(0), X, 1, "derived", "calm-sure"))
    decision = deciding(rules, flags)
    assert decision.order[0] == "x-one"
    assert bounded(decision) == Proof(not level, None if level else "enumeration", 2**flags)


@pytest.mark.parametrize("flags", [1, 11])
def test_a_slight_lead_counts_no_more_than_its_least_weight_inside_a_cell(flags):
    """By looking and by tables, as speed and price go by flags.  Calm counts twice where the strain is at least 60: at the points of the cells, but not
    at the least load; there the other is level again, by price."""
    hurry = weigh("hurry", "calm", Atom("strain", Compare("at least", 60)), 1)
    rules = [hurry, *ahead("calm", X, Y), *ahead("price", Y, X), *hand_in_hand(flags)]
    decision = deciding(rules, flags, load=Interval(10, 60), pace=Interval.point(3))
    assert decision.order[0] == "x-one"
    assert not bounded(decision).settled
    strained = deciding(rules, flags, load=Interval(20, 60), pace=Interval.point(3))
    assert bounded(strained).settled
