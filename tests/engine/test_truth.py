"""Comparing with the offer: the quick comparison of intervals against the general one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.engine.truth import test_of as truth_of_test
from advisor.knowledge.syntax import Compare, CompareIts
from advisor.knowledge.values import Interval
from advisor.language.kleene import test_truth as general_truth

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
