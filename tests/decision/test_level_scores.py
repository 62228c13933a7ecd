"""Offers with level scores: the means at base weights decide, then the lowest utilities, then
the ids."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.knowledge.model import Inputs, Offer
from advisor.knowledge.syntax import ALWAYS, Atom, OneOf
from advisor.knowledge.values import Options
from tests.decision.bases import DAY, HERE, choice_question, claim, make_rule
from tests.decision.fixed import base

X, Y = (Atom("kind", OneOf(frozenset({kind}))) for kind in "xy")
RED = Atom("color", OneOf(frozenset({"a"})))
NAMES = [("one", "two"), ("two", "one")]


def score(name, criterion, side, steps, when=ALWAYS):
    return make_rule(name, "score", criterion, when, side, steps, "measured", name)


def order(names, *rules):
    """The order of two offers that are level; colour is a in half of all worlds."""
    offers = {
        name: Offer(
            name, name, place, name, "shared-api", None, "",
            (claim(name, "kind", Options(frozenset({kind})), "measured"),), (), HERE,
        )
        for place, (name, kind) in enumerate(zip(names, "xy", strict=True))
    }  # fmt: skip
    whole = base()
    knowledge = replace(
        whole,
        rules={rule.id: rule for rule in rules},
        offers=offers,
        criteria={name: replace(c, base=0) for name, c in whole.criteria.items()},
        questions={"color": choice_question("color", 3, [2, 1, 1], 0)},
        derived={},
    )
    decision = decide(knowledge, Inputs({}), DAY)
    assert len({scored.score for scored in decision.scored.values()}) == 1
    return decision.order


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(("steps", "when"), [(1, ALWAYS), (2, RED)])
def test_the_means_at_base_weights_decide(names, steps, when):
    """Speed counts twice for now, and x is half as much better there as y is in price: at base
    weights y is ahead."""
    hurry = make_rule("hurry", "weigh", "speed", ALWAYS, ALWAYS, 1, "measured", "hurry")
    found = order(
        names,
        hurry,
        score("quick", "speed", X, steps, when),
        score("cheap", "price", Y, 2),
    )
    assert found == [names[1], names[0]]


@pytest.mark.parametrize("names", NAMES)
def test_then_the_lowest_utilities_decide(names):
    """x is twice as quick in half of all worlds, y everywhere: only the worst case differs."""
    found = order(names, score("at-times", "speed", X, 2, RED), score("always", "speed", Y, 1))
    assert found == [names[1], names[0]]


@pytest.mark.parametrize("names", NAMES)
def test_base_weights_outrank_the_lowest_utilities(names):
    """y is ahead at base weights, x in its worst case."""
    hurry = make_rule("hurry", "weigh", "speed", ALWAYS, ALWAYS, 1, "measured", "hurry")
    found = order(
        names,
        hurry,
        score("quick", "speed", X, 1),
        score("cheap-at-times", "price", Y, 3, RED),
        score("and-a-little-more", "price", Y, 1, RED),
    )
    assert found == [names[1], names[0]]


@pytest.mark.parametrize("names", NAMES)
def test_then_the_ids_decide(names):
    found = order(names, score("quick", "speed", X, 1), score("cheap", "price", Y, 1))
    assert found == ["one", "two"]
