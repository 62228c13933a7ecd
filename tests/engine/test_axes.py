"""Axes: cells cover what is left open, no test changes its mind inside one, masses are the prior."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engine.axes import axes_of, cuts_of, whole_domain
from advisor.engine.space import slot_of
from advisor.knowledge.model import Bin, Option, Place, Question
from advisor.knowledge.syntax import ALWAYS, Between, Compare, CompareIts, Equals, IsKnown, OneOf
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options
from tests.engine import naive_rules

HERE = Place("questions.yaml")


def question(of, options=(), prior=(), unknown_means=None):
    made = tuple(Option(name, name, name, weight) for name, weight in options)
    return Question(
        "q", 1, "g", "?", "", of, made, prior, unknown_means, ALWAYS, True, 1, {}, HERE
    )  # fmt: skip


CHOICE = question(ChoiceType(("a", "b", "c")), (("a", 5), ("b", 0), ("c", 3)))
FLAGS = question(FlagsType(("f", "g")), (("f", 30), ("g", 10)))
REAL = question(NumberType("factor", 0, 12), prior=(Bin(0, 4, 60), Bin(4, 12, 40)))
WHOLE = question(NumberType("count", 0, 12, integer=True), prior=(Bin(0, 4, 60), Bin(4, 12, 40)))


def one(option):
    return Options(frozenset({option}))


# -- where a test changes its mind -------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "cuts"),
    [
        (Compare("below", 3), [(3, False)]),
        (Compare("at least", 3), [(3, False)]),
        (Compare("above", 3), [(3, True)]),
        (Compare("at most", 3), [(3, True)]),
        (Equals(3), [(3, False), (3, True)]),
        (Between(3, 5), [(3, False), (5, False)]),
        (CompareIts("above", "limit"), [(2, True), (6, True), (9, True)]),
        (CompareIts("below", "limit"), [(2, False), (6, False), (9, False)]),
        (CompareIts("below", "another"), []),
        (IsKnown(), []),
        (OneOf(frozenset("a")), []),
    ],
)
def test_a_test_on_a_number_changes_its_mind_at_its_cuts(test, cuts):
    its = {"limit": [Interval(6, 9), None, Interval(2, None), Interval(6, 6), one("x")]}
    assert cuts_of(test, its) == cuts


# -- choices and flags -------------------------------------------------------------------------


def test_everything_that_an_answer_could_be():
    assert whole_domain(CHOICE) == Options(frozenset("abc"))
    assert whole_domain(FLAGS) == Flags(frozenset(), frozenset("fg"))
    assert whole_domain(REAL) == Interval(0, 12)


def test_an_open_choice_has_a_cell_for_each_option():
    (axis,) = axes_of(CHOICE, None, ())
    assert (axis.key, axis.flag) == ("q", None)
    assert [(cell.domain, cell.weight) for cell in axis.cells] == [
        (one("a"), 5),
        (one("b"), 0),
        (one("c"), 3),
    ]
    assert all(cell.point == cell.stands == cell.domain for cell in axis.cells)


def test_an_answer_among_options_that_nobody_expects_is_one_of_them():
    (axis,) = axes_of(CHOICE, one("b"), ())
    assert [(cell.domain, cell.weight) for cell in axis.cells] == [(one("b"), 1)]
    (axis,) = axes_of(CHOICE, Options(frozenset("ab")), ())
    assert [cell.weight for cell in axis.cells] == [5, 0]


def test_every_undecided_flag_is_an_axis():
    axes = axes_of(FLAGS, Flags(frozenset("f"), frozenset("fg")), ())
    assert [(axis.key, [cell.weight for cell in axis.cells]) for axis in axes] == [
        ("q:f", [1]),
        ("q:g", [90, 10]),
    ]
    on, off = Flags(frozenset("g"), frozenset("g")), Flags(frozenset(), frozenset())
    assert [cell.domain for cell in axes[1].cells] == [off, on]
    assert axes_of(FLAGS, Flags(frozenset(), frozenset()), ()) == ()


def test_a_flag_that_is_no_option_is_never_expected():
    (axis,) = axes_of(FLAGS, Flags(frozenset(), frozenset("h")), ())
    assert [cell.weight for cell in axis.cells] == [100, 0]


def test_silence_may_have_a_meaning():
    silent = question(ChoiceType(("a", "b")), (("a", 1), ("b", 1)), unknown_means=one("b"))
    (axis,) = axes_of(silent, None, ())
    assert [cell.domain for cell in axis.cells] == [one("b")]
    assert slot_of(silent, None, ()).whole == one("b")
    assert slot_of(silent, one("a"), ()).whole == one("a")
    assert slot_of(CHOICE, None, ()).whole == Options(frozenset("abc"))


# -- numbers -----------------------------------------------------------------------------------


def test_a_number_that_is_known_is_one_cell():
    (axis,) = axes_of(REAL, Interval.point(3), [(3, False)])
    (cell,) = axis.cells
    assert (cell.domain, cell.point, cell.weight) == (Interval.point(3), Interval.point(3), 1)


def test_a_number_is_cut_where_something_changes():
    (axis,) = axes_of(REAL, None, [(6, True)], [(9, False)])
    assert [(cell.domain, cell.weight) for cell in axis.cells] == [
        (Interval(0, 4, high_open=True), 60),
        (Interval(4, 6), 10),
        (Interval(6, 9, low_open=True, high_open=True), 15),
        (Interval(9, 12, high_open=True), 15),
        # Bins end before their upper end.
        (Interval(12, 12), 0),
    ]
    # A limit of an offer moves no figure of another one.
    assert [cell.stands for cell in axis.cells] == [
        Interval.point(2),
        Interval.point(5),
        Interval.point(9),
        Interval.point(9),
        Interval.point(12),
    ]


def test_between_whole_numbers_there_is_nothing():
    (axis,) = axes_of(WHOLE, Interval(3, 6), [(Fraction(7, 2), False), (4, False), (4, True)])
    assert [(cell.domain, cell.point) for cell in axis.cells] == [
        (Interval(3, Fraction(7, 2), high_open=True), Interval.point(3)),
        (Interval(4, 4), Interval.point(4)),
        (Interval(4, 6, low_open=True), Interval.point(5)),
    ]


def test_an_answer_where_nothing_is_expected_is_spread_evenly():
    narrow = question(NumberType("factor", 0, 100), prior=(Bin(0, 10, 1),))
    (axis,) = axes_of(narrow, Interval(20, 50), [(30, False), (30, True)])
    assert [(cell.domain, cell.weight) for cell in axis.cells] == [
        (Interval(20, 30, high_open=True), 10),
        (Interval(30, 30), 1),
        (Interval(30, 50, low_open=True), 20),
    ]


NUMBERS = st.fractions(0, 12, max_denominator=4).map(lambda n: int(n) if n.denominator == 1 else n)
CUTS = st.lists(st.tuples(NUMBERS, st.booleans()), max_size=5)


def inside(interval, value):
    return naive_rules.inside(interval, value)


@given(
    st.sampled_from([REAL, WHOLE]),
    st.tuples(NUMBERS, NUMBERS, st.booleans(), st.booleans()),
    CUTS,
    CUTS,
)
def test_cells_cover_a_number_and_no_cut_lies_inside_one(asked, ends, cuts, limits):
    low, high = sorted(ends[:2])
    if low == high:
        return
    answer = Interval(low, high, *ends[2:])
    step = Fraction(1) if asked is WHOLE else Fraction(1, 24)
    grid = [step * n for n in range(int(12 / step) + 1)]
    values = [value for value in grid if inside(answer, value)]
    if not values:
        return
    (axis,) = axes_of(asked, answer, cuts, limits)
    for cell in axis.cells:
        point, stands = cell.point.low, cell.stands.low
        assert inside(cell.domain, point)
        assert inside(answer, stands)
        for at, after in (*cuts, *limits):
            # On one side of the cut lies all of the cell.
            sides = {v > at or (v == at and not after) for v in values if inside(cell.domain, v)}
            assert len(sides) <= 1
        for at, after in cuts:
            same = (point > at or (point == at and not after)) is (
                stands > at or (stands == at and not after)
            )
            assert same
    for value in values:
        assert sum(inside(cell.domain, value) for cell in axis.cells) == 1
    assert all(isinstance(cell.weight, int) and cell.weight >= 0 for cell in axis.cells)
    assert any(cell.weight for cell in axis.cells)


@given(CUTS, CUTS)
def test_masses_of_cells_are_the_prior_of_their_numbers(cuts, limits):
    (axis,) = axes_of(REAL, None, cuts, limits)
    total = sum(cell.weight for cell in axis.cells)
    for cell in axis.cells:
        low, high = cell.domain.low, cell.domain.high
        prior = sum(
            Fraction(b.weight) * max(min(high, b.high) - max(low, b.low), 0) / (b.high - b.low)
            for b in REAL.prior
        )
        assert Fraction(cell.weight, total) == prior / 100


# -- slots -------------------------------------------------------------------------------------


def test_what_is_not_named_stays_open():
    slot = slot_of(CHOICE, None, ())
    assert slot.value({}, point=False) == Options(frozenset("abc"))
    assert slot.value({"q": 2}, point=False) == one("c")
    flags = slot_of(FLAGS, None, ())
    assert flags.value({}, point=False) == Flags(frozenset(), frozenset("fg"))
    assert flags.value({"q:f": 1}, point=False) == Flags(frozenset("f"), frozenset("fg"))
    assert flags.value({"q:f": 1, "q:g": 0}, point=True) == Flags(frozenset("f"), frozenset("f"))
    assert flags.inside({"q:f": 0, "q:g": 1}) == Flags(frozenset("g"), frozenset("g"))
    number = slot_of(REAL, None, [(6, True)], [(9, False)])
    assert number.value({"q": 2}, point=False) == Interval(6, 9, low_open=True, high_open=True)
    assert number.value({"q": 2}, point=True) == Interval.point(9)
    assert number.inside({"q": 2}) == Interval.point(Fraction(15, 2))
    known = slot_of(REAL, Interval.point(3), ())
    assert known.value({}, point=False) == Interval.point(3)
    assert known.inside({}) == Interval.point(3)
    assert known.open_axes == ()
