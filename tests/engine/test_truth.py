"""Comparing with the offer: the quick comparison of intervals against the general one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.engine.truth import test_of as truth_of_test
from advisor.engine.truth import truth_of
from advisor.knowledge.syntax import Compare, CompareIts, NotTest, WithinIts
from advisor.knowledge.values import Flags, Interval, Options
from advisor.language.kleene import test_truth as general_truth
from tests.engine import naive_rules
from tests.engine.rule_bases import random_base, random_sets, sources

OPS = st.sampled_from(["below", "at most", "above", "at least"])


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
    if low == high:
        return Interval(low, high)
    ends = [draw(st.sampled_from([low, None])), draw(st.sampled_from([high, None]))]
    return Interval(ends[0], ends[1], low_open=draw(st.booleans()), high_open=draw(st.booleans()))


@given(OPS, intervals(), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_comparing_with_a_known_limit_is_comparing_with_its_number(op, domain, limit):
    its = {"room": Interval(limit, limit)}
    expected = general_truth(Compare(op, limit), domain)
    assert truth_of_test(CompareIts(op, "room"), domain, its) is expected


@given(sources)
@settings(max_examples=150, deadline=None)
def test_conditions_agree_with_trying_every_value(rnd):
    base = random_base(rnd)
    for _ in range(3):
        env = random_sets(rnd)
        for r in base.rules:
            for its in base.offers.values():
                assert truth_of(r.when, env, its) is naive_rules.holds(r.when, env, its)
                assert truth_of(r.offers, its) is naive_rules.holds(r.offers, its, its)
            # Without an offer nothing that is said of one is sure.
            assert truth_of(r.when, env) is naive_rules.holds(r.when, env, {})


ALL = Flags(frozenset("ab"), frozenset("ab"))
SOME = Flags(frozenset("a"), frozenset("ab"))
NONE = Flags(frozenset(), frozenset())


@pytest.mark.parametrize(
    ("domain", "has", "truth"),
    [
        # Several choices: all that is required must be in the list.
        (NONE, None, True),
        (NONE, NONE, True),
        (ALL, None, None),
        (ALL, ALL, True),
        (ALL, SOME, None),
        (ALL, NONE, False),
        (SOME, Flags(frozenset("b"), frozenset("b")), False),
        (SOME, Flags(frozenset("a"), frozenset("a")), None),
        (SOME, Options(frozenset("a")), None),
        # A choice: the one that it is must be in it.
        (Options(frozenset("a")), SOME, True),
        (Options(frozenset("ab")), SOME, None),
        (Options(frozenset("b")), Flags(frozenset("a"), frozenset("a")), False),
        (Options(frozenset("b")), SOME, None),
        (None, ALL, None),
    ],
)
def test_what_is_required_is_looked_for_in_the_list(domain, has, truth):
    its = {} if has is None else {"has": has}
    assert truth_of_test(WithinIts("has"), domain, its) is truth
    assert truth_of_test(NotTest(WithinIts("has")), domain, its) is (
        None if truth is None else not truth
    )


@pytest.mark.parametrize(
    ("low", "high", "truth"),
    [(5, 9, True), (1, 2, False), (1, 9, None), (None, 9, None), (5, None, None)],
)
def test_a_limit_that_is_not_known_exactly_is_sure_where_both_of_its_ends_agree(low, high, truth):
    its = {"room": Interval(low, high)}
    assert truth_of_test(CompareIts("below", "room"), Interval(3, 4), its) is truth
    assert truth_of_test(CompareIts("below", "room"), None, its) is None
