"""Verdicts on costs in columns: those that are reached one by one."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decision import costgates
from advisor.decision.costgates_many import FAILS, HOLDS, OPEN, verdicts
from advisor.decision.loads import corners_of
from advisor.decision.profiles import MONTHLY_LOW, SCALE, Profile, cost_over
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.sizing import needed
from advisor.decision.terms import terms_look
from advisor.engine import truth
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import CompareIts
from advisor.knowledge.values import Interval, Options
from tests.conftest import AS_OF
from tests.decision.bases import examples
from tests.decision.test_oracles import one_world

TRUTHS = {True: HOLDS, False: FAILS, None: OPEN}
OPS = ["below", "at most", "above", "at least"]


def one_by_one(profile, cell, op, answer):
    cost = cost_over(MONTHLY_LOW, profile, cell)
    if cost is None:
        return FAILS
    return TRUTHS[truth.test_of(CompareIts(op, "cost"), answer, {"cost": cost})]


@pytest.fixture(scope="session")
def profiles(knowledge):
    """What the shipped offers charge: by the token, by the device, sized and not, unpriced."""
    base = RuleBase.on(knowledge, AS_OF)
    size = Options(frozenset({"large-open"}))
    found = dict.fromkeys(
        terms.point
        for given in ({}, {"frontier-models": size})
        for row in terms_look(Situation(base, Inputs(given))).meanings
        for terms in row
    )
    assert any(p.sizes for p in found) and any(not p.priced for p in found)
    assert any(p.priced and not p.least for p in found)
    return list(found)


def interval(low, size, low_open=False, high_open=False):
    return Interval(low, low + size, low_open and size > 0, high_open and size > 0)


traffic = st.builds(
    lambda r, i, o, p: {
        "requests-per-day": interval(*r),
        "input-tokens": interval(*i),
        "output-tokens": interval(*o),
        "peak-factor": interval(*p),
    },
    st.tuples(st.integers(1, 10**8), st.sampled_from([0, 0, 1, 10**6])),
    st.tuples(st.integers(0, 100_000), st.sampled_from([0, 0, 5_000])),
    st.tuples(st.integers(0, 20_000), st.sampled_from([0, 0, 900])),
    st.tuples(st.integers(1, 20), st.sampled_from([0, 0, 5])),
)
budgets = st.builds(
    interval,
    st.one_of(st.integers(0, 10**8), st.fractions(0, 10**6)),
    st.sampled_from([0, 0, 1, 10**5]),
    st.booleans(),
    st.booleans(),
)


@examples(60)
@given(st.data())
def test_columns_say_what_single_verdicts_say(profiles, data):
    chosen = data.draw(st.lists(st.sampled_from(profiles), min_size=1, max_size=4))
    cells = [corners_of(t) for t in data.draw(st.lists(traffic, min_size=1, max_size=6))]
    answers = data.draw(st.lists(budgets, min_size=1, max_size=3))
    op = data.draw(st.sampled_from(OPS))
    for profile in chosen:
        # Exactly at a cost too, where rounding would tell.
        cost = cost_over(MONTHLY_LOW, profile, cells[0])
        edges = [] if cost is None else [Interval.point(Fraction(cost.low))]
        asked = [*answers, *edges]
        found = verdicts(profile, cells, op, asked)
        assert found.tolist() == [
            [one_by_one(profile, cell, op, answer) for answer in asked] for cell in cells
        ]


@pytest.mark.filterwarnings("error")
def test_absurd_traffic_is_judged_alike(profiles):
    cell = corners_of(
        {
            "requests-per-day": Interval(10**9, 10**10),
            "input-tokens": Interval.point(10**7),
            "output-tokens": Interval.point(10**6),
            "peak-factor": Interval.point(2),
        }
    )
    assert needed(cell[-1]) < costgates.NEED_AT_MOST
    asked = [Interval.point(10**12), Interval(0, 10**30)]
    for profile in profiles:
        for op in OPS:
            assert verdicts(profile, [cell], op, asked).tolist() == [
                [one_by_one(profile, cell, op, answer) for answer in asked]
            ]


def test_a_bill_a_hair_from_the_limit_is_told_exactly():
    price = SCALE // 3
    profile = Profile(True, (price, price), (price, price), (1, 1), (0, 0), 0, None)
    cell = corners_of(
        {
            "requests-per-day": Interval.point(10**8),
            "input-tokens": Interval.point(10**6),
            "output-tokens": Interval.point(7),
        }
    )
    at = cost_over(MONTHLY_LOW, profile, cell).low
    hair = Fraction(1, SCALE)
    asked = [Interval.point(at + by) for by in (-hair, 0, hair)]
    assert verdicts(profile, [cell], "below", asked).tolist() == [[HOLDS, FAILS, FAILS]]
    assert verdicts(profile, [cell], "at most", asked).tolist() == [[HOLDS, HOLDS, FAILS]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_gate_judges_alike_with_and_without_columns(knowledge, monkeypatch, seed):
    base = RuleBase.on(knowledge, AS_OF)
    given = dict(one_world(random.Random(seed), base).answers)
    given["requests-per-day"] = Interval(10_000, 2_000_000)
    given["input-tokens"] = Interval(500, 20_000)
    given["budget-per-month"] = Interval(1_000, 400_000)
    used = []

    def judged(many):
        monkeypatch.setattr(costgates, "MANY", many)
        fresh = RuleBase.on(knowledge, AS_OF)
        rule = next(r for r in fresh.exclude_rules if fresh.reads(r).measures)
        situation = Situation(fresh, Inputs(given))
        gate = costgates.CostGate(situation, rule)
        found = gate.look(situation.space.open_keys(fresh.reads(rule).questions))
        used.append(len(found.table))
        return [found.meanings[number] for number in found.table]

    assert judged(1) == judged(10**9)
    assert used[0] == used[1] > 20
