"""Derived values over sets: what they may be, and which questions they rest on."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engine.truth import test_of as truth_of_test
from advisor.engine.workload import Workload, derive, inputs_of
from advisor.knowledge.model import Derived, TableRow
from advisor.knowledge.syntax import (
    AllOf,
    Arithmetic,
    Atom,
    Compare,
    CompareIts,
    Constant,
    Name,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import Flags, Interval, NumberType, Options
from tests.engine.rule_bases import DERIVED, HERE

NUMBER = NumberType("factor")


def number(name, expression=None, rows=()):
    table = tuple(TableRow(when, value, HERE) for when, value in rows)
    return Derived(name, NUMBER, expression, table, None, "", HERE)


SMALL = Atom("size", Compare("below", 3))
LARGE = Atom("size", Compare("at least", 3))
RATE = number(
    "rate", rows=((SMALL, Constant(1)), (LARGE, Arithmetic("*", Name("size"), Name("share"))))
)
SHARE = number("per-share", Arithmetic("/", Name("size"), Name("share")))


def workload(*derived):
    questions = dict.fromkeys(("size", "share", "colour"))
    return Workload(SimpleNamespace(questions=questions, derived={d.id: d for d in derived}))


def test_a_name_rests_on_the_questions_behind_it():
    double = number("double", Arithmetic("+", Name("rate"), Name("rate")))
    read = workload(RATE, double)
    assert inputs_of(RATE) == {"size", "share"}
    assert read.questions_of("size") == {"size"}
    assert read.questions_of("double") == {"size", "share"}
    assert read.questions_of("neither") == frozenset()
    both = AllOf((Atom("double", Compare("below", 3)), Atom("colour", OneOf(frozenset("a")))))
    assert read.questions_in(both) == {"size", "share", "colour"}
    assert read.derived_in(both) == {"double"}


def test_what_follows_is_worked_out_through_what_it_reads():
    double = number("double", Arithmetic("+", Name("rate"), Name("rate")))
    read = workload(RATE, double)
    env = {"size": Interval.point(4), "share": Interval(1, 2)}
    found = read.extend(env, frozenset({"double", "colour"}))
    assert found == {**env, "rate": Interval(4, 8), "double": Interval(8, 16)}
    # What is given already is not worked out again.
    given_rate = {**env, "rate": Interval.point(5)}
    assert read.extend(given_rate, frozenset({"double"}))["double"] == Interval.point(10)
    # Nothing follows from what is not known.
    assert read.extend({"size": Interval.point(4)}, frozenset({"double"})) == {
        "size": Interval.point(4)
    }


@pytest.mark.parametrize(
    ("env", "value"),
    [
        ({"size": Interval.point(2)}, Interval.point(1)),
        ({"size": Interval.point(4), "share": Interval.point(2)}, Interval.point(8)),
        ({"size": Interval(1, 4), "share": Interval.point(2)}, Interval(1, 8)),
        ({"size": Interval(1, 4), "share": Interval(0, None)}, Interval(0, None)),
        ({"size": Interval(1, None), "share": Interval(-1, 1)}, Interval(None, None)),
        ({"size": Interval(1, 4)}, None),
        ({"size": Interval(1, 4), "share": Options(frozenset("a"))}, None),
    ],
)
def test_a_table_of_numbers_may_be_what_any_open_row_says(env, value):
    assert derive(RATE, env) == value


def test_a_table_of_which_no_row_holds_has_no_value():
    assert derive(number("half", rows=((SMALL, Constant(1)),)), {"size": Interval.point(5)}) is None


def test_a_table_of_words_may_be_any_open_word():
    (_, kind) = DERIVED
    assert derive(kind, {"sum": Interval(8, 10)}) == Options(frozenset({"small", "large"}))
    assert derive(kind, {"sum": Interval(10, 11)}) == Options(frozenset({"large"}))


def test_nothing_is_known_of_a_division_by_zero():
    zero = {"size": Interval.point(1), "share": Interval.point(0)}
    assert derive(SHARE, zero) == Interval(None, None)
    assert derive(SHARE, {**zero, "share": Interval.point(3)}) == Interval.point(Fraction(1, 3))


@given(*(st.tuples(st.integers(0, 6), st.integers(0, 4)) for _ in range(2)))
def test_every_value_at_a_point_lies_in_the_set(size, share):
    env = {"size": Interval(size[0], sum(size)), "share": Interval(share[0], sum(share))}
    whole = derive(RATE, env)
    assert isinstance(whole, Interval)
    for s in range(size[0], sum(size) + 1):
        for p in range(share[0], sum(share) + 1):
            point = derive(RATE, {"size": Interval.point(s), "share": Interval.point(p)})
            assert point == Interval.point(1 if s < 3 else s * p)
            assert whole.low <= point.low <= whole.high


# -- comparing with the offer ------------------------------------------------------------------


def test_an_offers_number_is_not_compared_with_a_choice():
    with pytest.raises(TypeError, match="Compare does not test a choice"):
        truth_of_test(
            CompareIts("below", "limit"), Options(frozenset("a")), {"limit": Interval.point(3)}
        )


def test_a_number_is_in_no_list():
    held = {"has": Flags(frozenset("a"), frozenset("a"))}
    with pytest.raises(TypeError, match="WithinIts does not test a number"):
        truth_of_test(WithinIts("has"), Interval.point(3), held)
    # Of a list that nobody knows nothing is sure.
    assert truth_of_test(WithinIts("has"), Interval.point(3), {}) is None
