"""Why one offer stands before another: sums, and that no fewer advantages are enough."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, event, given, settings

from advisor.decision.recommend import decide
from advisor.decision.versus import versus
from tests.decision.bases import DAY, answers, bases

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
