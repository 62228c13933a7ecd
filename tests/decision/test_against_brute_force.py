"""Lanes, exact scores and contributions against enumerating every world."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from advisor.decision.recommend import recommend
from tests.decision.bases import DAY, answers, bases
from tests.decision.naive import decide

SMALL = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(bases(), answers())
@SMALL
def test_lanes_and_scores_are_those_of_every_world_looked_at(knowledge, inputs):
    expected = decide(knowledge, inputs)
    result = recommend(knowledge, inputs, DAY)
    assert {e.offer for e in result.excluded} == {
        o for o, (lane, _, _) in expected.items() if lane == "excluded"
    }
    for entry in result.ranking:
        lane, unproven, score = expected[entry.offer]
        assert entry.lane == lane
        assert sorted(d.rule for d in entry.to_confirm) == unproven
        assert entry.score.exact == score


@given(bases(), answers())
@SMALL
def test_contributions_add_up_exactly_and_as_shown(knowledge, inputs):
    for entry in recommend(knowledge, inputs, DAY).ranking:
        assert sum(c.exact for c in entry.contributions) == entry.score.exact
        assert sum(c.points for c in entry.contributions) == entry.score.points
