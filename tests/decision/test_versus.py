"""Why one offer stands before another: sums, and that no fewer advantages are enough."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

from hypothesis import HealthCheck, event, given, settings
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.decision.versus import versus
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import AllOf, Atom, NotOf, OneOf
from advisor.knowledge.values import Flags
from tests.decision.bases import DAY, answers, bases
from tests.decision.fixed import base, sheets
from tests.decision.wide import X, Y, gate, score, wide

FEW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@given(bases(), answers())
@FEW
def test_the_fewest_advantages_outweigh_all_disadvantages(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    for rival in decision.order[1:]:
        told = versus(decision, decision.order[0], rival)
        gaps = [*told.enough, *told.further, *told.disadvantages]
        assert sum(g.exact for g in gaps) == told.exact
        mine, theirs = decision.scored[told.offer], decision.scored[rival]
        assert told.exact == mine.score - theirs.score
        assert all(g.exact < 0 for g in told.disadvantages)
        loss = -sum((g.exact for g in told.disadvantages), Fraction(0))
        gains = [*told.enough, *told.further]
        assert all(g.exact > 0 for g in gains)
        assert told.outweigh == (told.exact > 0)
        event(f"by {told.by}")
        if told.by == "score":
            assert told.outweigh
        if not told.outweigh:
            assert told.enough == ()
            continue
        assert sum(g.exact for g in told.enough) > loss
        for chosen in combinations(gains, len(told.enough) - 1):
            assert sum((g.exact for g in chosen), Fraction(0)) <= loss


def test_the_fewer_requirements_are_unproven_the_higher_whatever_the_score():
    """Neither is safe: it is not known whether they have what is asked for."""
    f0, f1 = (Atom("has", OneOf(frozenset({flag}))) for flag in ("f0", "f1"))
    needs = Atom("needs", OneOf(frozenset({"f0"})))
    both = wide(
        [
            gate("lacks-f0", needs, NotOf(f0)),
            gate("lacks-f1", needs, AllOf((NotOf(f1), Y))),
            score("fast", "speed", needs, Y, 3),
        ],
        1,
    )
    asked = Flags(frozenset({"f0"}), frozenset({"f0"}))
    decision = decide(both, Inputs({"needs": asked}), DAY)
    assert decision.order == ["x-one", "y-one"]
    told = versus(decision, "x-one", "y-one")
    assert (told.by, told.outweigh, told.enough) == ("requirements", False, ())
    assert [gap.criterion for gap in told.disadvantages] == ["speed"]
    assert told.gap == told.disadvantages[0].points < 0


def test_what_is_shown_of_each_criterion_adds_up_to_what_is_shown_of_both():
    decision = decide(base(), sheets()[1], DAY)
    for offer, rival in permutations(decision.order, 2):
        told = versus(decision, offer, rival)
        gaps = [*told.enough, *told.further, *told.disadvantages]
        assert abs(sum(gap.points for gap in gaps) - told.gap) <= 3 - len(gaps)
        assert all(abs(gap.points - gap.exact) < 1 for gap in gaps)
        criteria = decision.situation.knowledge.criteria
        assert all(gap.label == criteria[gap.criterion].label for gap in gaps)


def test_an_advantage_of_less_than_a_point_is_one():
    """Calm counts for one colour alone, which next to nobody has."""
    red = Atom("color", OneOf(frozenset({"a"})))
    rules = [score("fast", "speed", NotOf(red), X, 2), score("rare", "calm", red, X, 1)]
    knowledge = wide(rules, 1)
    color = knowledge.questions["color"]
    options = tuple(replace(o, weight=1 if o.id == "a" else 9_999) for o in color.options)
    knowledge = replace(
        knowledge,
        questions={**knowledge.questions, "color": replace(color, options=options)},
    )
    told = versus(decide(knowledge, Inputs({}), DAY), "x-one", "y-one")
    gaps = {gap.criterion: gap.exact for gap in (*told.enough, *told.further)}
    assert set(gaps) == {"speed", "calm"} and 0 < gaps["calm"] < 1
