"""Whether a condition holds for one offer wherever it holds for another."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from advisor.authoring.its_order import order_of
from advisor.engine.truth import truth_of
from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Compare,
    CompareIts,
    NotOf,
    NotTest,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import Flags, Interval, Options

RISING = {False: 0, None: 1, True: 2}


LIMITS = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 9), st.sampled_from([0, 0, 3])).map(
        lambda p: Interval(p[0], p[0] + p[1])
    ),
    st.integers(0, 9).map(lambda low: Interval(low, None)),
)


LISTS = st.one_of(
    st.none(),
    st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))).map(
        lambda p: Flags(frozenset(p[0]), frozenset(p[0] | p[1]))
    ),
)


OFFERS = st.fixed_dictionaries({"room": LIMITS, "list": LISTS}).map(
    lambda its: {name: value for name, value in its.items() if value is not None}
)


NUMBER_TESTS = st.one_of(
    st.sampled_from(["below", "at most", "above", "at least"]).map(
        lambda op: CompareIts(op, "room")
    ),
    st.integers(0, 9).map(lambda n: Compare("below", n)),
)


ATOMS = st.one_of(
    st.one_of(
        NUMBER_TESTS,
        NUMBER_TESTS.map(NotTest),
        st.lists(NUMBER_TESTS, min_size=2, max_size=2).map(lambda t: AnyTest(tuple(t))),
    ).map(lambda test: Atom("load", test)),
    st.sampled_from([WithinIts("list"), NotTest(WithinIts("list")), OneOf(frozenset("a"))]).flatmap(
        lambda test: st.sampled_from([Atom("needs", test), Atom("place", test)])
    ),
)


CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda p: AllOf(tuple(p))),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: AnyOf(tuple(p))),
        inner.map(NotOf),
    ),
    max_leaves=4,
)


WORKLOADS = st.fixed_dictionaries(
    {
        "load": st.tuples(st.integers(0, 9), st.sampled_from([0, 2, 9])).map(
            lambda p: Interval(p[0], p[0] + p[1])
        ),
        "needs": st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))).map(
            lambda p: Flags(frozenset(p[0]), frozenset(p[0] | p[1]))
        ),
        "place": st.sets(st.sampled_from("abc"), min_size=1).map(lambda o: Options(frozenset(o))),
    }
)


@given(CONDITIONS, OFFERS, OFFERS, st.lists(WORKLOADS, min_size=4, max_size=8))
def test_an_order_of_conditions_is_one_of_their_truths(condition, one, other, workloads) -> None:
    found = order_of(condition, one, other)
    event(str(found))
    for env in ({}, *workloads):
        left, right = (RISING[truth_of(condition, env, its)] for its in (one, other))
        assert left <= right or not found.at_most
        assert left >= right or not found.at_least
    assert order_of(condition, one, one) == (True, True)
