"""``settled`` means what it says: no world that is left has another winner."""

from __future__ import annotations

from functools import partial

from hypothesis import event, given
from hypothesis import strategies as st

from advisor.decision.recommend import recommend as recommend_in_full
from tests.decision.bases import DAY, answers, bases, examples, points
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
