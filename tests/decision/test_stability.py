"""Weight intervals and rank acceptability."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.acceptability import DRAWS, acceptabilities
from advisor.decision.recommend import decide
from advisor.decision.stability import _Scaling, weight_intervals
from advisor.knowledge.model import Inputs, Offer
from advisor.knowledge.syntax import ALWAYS, Atom, OneOf
from advisor.knowledge.values import Options
from tests.decision import naive
from tests.decision.bases import DAY, HERE, answers, bases, claim, make_rule, points
from tests.decision.fixed import base, sheets

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
INSIDE = Fraction(1, 1_000_000)


def leaders_at(knowledge, inputs, criterion, factor):
    """By enumeration, with the weight of one criterion multiplied: the offers with the best
    score among those as safe as the safest."""
    plain = naive.weights

    def scaled(knowledge, inputs, world):
        found = plain(knowledge, inputs, world)
        return {**found, criterion: found[criterion] * factor}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(naive, "weights", scaled)
        found = naive.decide(knowledge, inputs)
    left = {o: f for o, f in found.items() if f[0] != "excluded"}
    first = min((lane != "safe", len(open_)) for lane, open_, _ in left.values())
    best = {o: s for o, (lane, open_, s) in left.items() if (lane != "safe", len(open_)) == first}
    return {o for o, score in best.items() if score == max(best.values())}


def check(knowledge, inputs, decision):
    leader = decision.order[0]
    for interval in weight_intervals(decision):
        assert interval.low <= 1
        assert interval.high is None or interval.high >= 1
        near = INSIDE if interval.exact else Fraction(0)
        if interval.low < 1:
            low = interval.low + near * (1 - interval.low)
            assert leader in leaders_at(knowledge, inputs, interval.criterion, low)
        if interval.high is None:
            assert leader in leaders_at(knowledge, inputs, interval.criterion, Fraction(64))
        elif interval.high > 1:
            high = interval.high - near * (interval.high - 1)
            assert leader in leaders_at(knowledge, inputs, interval.criterion, high)
        beyond = INSIDE if interval.exact else Fraction(1, 100)
        if interval.below is not None:
            low = max(interval.low * (1 - beyond), Fraction(0))
            assert leaders_at(knowledge, inputs, interval.criterion, low) == {interval.below} or (
                not interval.exact
            )
        if interval.above is not None and interval.high is not None:
            high = interval.high * (1 + beyond)
            told = leaders_at(knowledge, inputs, interval.criterion, high)
            assert interval.above in told or not interval.exact


@given(bases(), answers(all_of_them=True), st.data())
@FEW
def test_where_one_set_of_weights_holds_the_ends_are_exact(knowledge, inputs, data):
    world = points(data.draw, inputs, knowledge)
    decision = decide(knowledge, world, DAY)
    assume(len(decision.order) > 1)
    assert all(interval.exact for interval in weight_intervals(decision))
    check(knowledge, world, decision)
    held = naive.asked_or_held(knowledge, world)
    ((only, _),) = naive.possible(knowledge, list(naive.worlds(knowledge, held)))
    weighs = naive.weights(knowledge, held, only)
    for interval in weight_intervals(decision):
        for factor, share in (
            (interval.low, interval.low_share),
            (interval.high, interval.high_share),
        ):
            if factor is None:
                assert share is None
                continue
            own = weighs[interval.criterion] * factor
            whole = sum(weighs.values()) - weighs[interval.criterion] + own
            assert share == (own / whole if own else 0)


@given(bases(), answers())
@settings(FEW, max_examples=30)
def test_where_weights_hang_on_what_is_open_the_leader_stays_inside(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    assume(len(decision.order) > 1)
    check(knowledge, inputs, decision)


@given(bases(), answers(), st.fractions(0, 5, max_denominator=8))
@settings(FEW, max_examples=30)
def test_who_leads_with_another_weight_is_whoever_does_by_enumeration(knowledge, inputs, factor):
    decision = decide(knowledge, inputs, DAY)
    assume(len(decision.order) > 1 and decision.scoring.exact)
    scaling = _Scaling(decision)
    for k, criterion in enumerate(knowledge.criteria):
        best = leaders_at(knowledge, inputs, criterion, factor)
        event(f"another leads: {decision.order[0] not in best}")
        assert scaling.leader(k, factor) in best


@given(bases(), answers())
@settings(FEW, max_examples=30)
def test_ranks_are_shares(knowledge, inputs):
    decision = decide(knowledge, inputs, DAY)
    found = acceptabilities(decision)
    assert [a.offer for a in found] == decision.order
    for entry in found:
        assert sum(entry.ranks) == 1
        assert entry.first == entry.ranks[0]
        exact = float(entry.first * (1 - entry.first) / DRAWS) ** 0.5
        assert abs(float(entry.error) - exact) < 1e-5
    for place in range(len(found)):
        assert sum(entry.ranks[place] for entry in found) == 1
    assert acceptabilities(decision) == found


def test_a_draw_moves_weights_and_facts():
    """In the fixed base the order is not certain; the safe still come before the others."""
    decision = decide(base(), sheets()[1], DAY)
    found = acceptabilities(decision)
    assert any(0 < entry.first < 1 for entry in found)
    safe = [o for o in decision.order if decision.standings[o].lane == "safe"]
    for entry in found:
        if entry.offer in safe:
            assert sum(entry.ranks[: len(safe)]) == 1


def quick_and_cheap(*gates):
    """One offer is quick, the other cheap; how much speed counts hangs on an open answer."""
    x, y = (Atom("kind", OneOf(frozenset({kind}))) for kind in "xy")
    red = Atom("color", OneOf(frozenset({"a"})))
    somewhere = Atom("place", OneOf(frozenset({"a"})))
    rules = [
        make_rule("quick", "score", "speed", ALWAYS, x, 3, "measured", "e0"),
        make_rule("cheap", "score", "price", ALWAYS, y, 2, "measured", "e1"),
        make_rule("hurry", "weigh", "speed", red, ALWAYS, 1, "measured", "e2"),
        make_rule("quiet", "score", "calm", somewhere, x, 1, "measured", "e3"),
        *gates,
    ]
    offers = {
        name: Offer(
            name, name, order, name, "shared-api", None, "",
            (claim(name, "kind", Options(frozenset({kind})), "measured"),), (), HERE,
        )
        for order, (name, kind) in enumerate((("quick-one", "x"), ("cheap-one", "y")))
    }  # fmt: skip
    criteria = {name: replace(c, base=0) for name, c in base().criteria.items()}
    questions = {name: base().questions[name] for name in ("color", "shape", "place")}
    return replace(
        base(),
        rules={r.id: r for r in rules},
        offers=offers,
        criteria=criteria,
        questions=questions,
        derived={},
    )


def test_where_weights_hang_on_what_is_open_the_next_leader_is_told():
    knowledge = quick_and_cheap()
    decision = decide(knowledge, Inputs({}), DAY)
    assert decision.order == ["quick-one", "cheap-one"]
    speed, price, calm = weight_intervals(decision)
    assert [interval.exact for interval in (speed, price, calm)] == [False] * 3
    assert 0 < speed.low < 1
    assert (speed.below, speed.high, speed.above) == ("cheap-one", None, None)
    assert price.low == 0
    assert price.high is not None and price.high > 1
    assert (price.below, price.above) == (None, "cheap-one")
    for interval, factor in ((speed, speed.low), (price, price.high)):
        assert leaders_at(knowledge, Inputs({}), interval.criterion, factor) == {"quick-one"}
    for interval, factor in ((speed, speed.low * Fraction(9, 10)), (price, price.high * 2)):
        assert leaders_at(knowledge, Inputs({}), interval.criterion, factor) == {"cheap-one"}
    assert (calm.low, calm.high) == (0, None)


@pytest.mark.parametrize("gated", ["shape", "color"])
def test_gates_count_whether_or_not_they_hang_together_with_the_weights(gated):
    """The cheap offer is worth nothing in some shapes, or in some colours."""
    when = Atom(gated, OneOf(frozenset({"a"})))
    cheap = Atom("kind", OneOf(frozenset({"y"})))
    gate = make_rule("not-a", "exclude", None, when, cheap, 0, "measured", "not-a")
    knowledge = quick_and_cheap(gate)
    decision = decide(knowledge, Inputs({}), DAY)
    assert decision.order == ["quick-one", "cheap-one"]
    check(knowledge, Inputs({}), decision)
    price = weight_intervals(decision)[1]
    assert (price.below, price.above) == (None, "cheap-one")
    for factor, leader in ((Fraction(99, 100), "quick-one"), (Fraction(101, 100), "cheap-one")):
        told = leaders_at(knowledge, Inputs({}), "price", price.high * factor)
        assert told == {leader}


def test_where_nobody_leads_no_weight_matters():
    shut = make_rule("shut", "exclude", None, ALWAYS, ALWAYS, 0, "measured", "shut")
    decision = decide(replace(base(), rules={"shut": shut}), Inputs({}), DAY)
    assert weight_intervals(decision) == ()
