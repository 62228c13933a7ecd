"""Where along a number something turns, against a bound that is known beforehand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.changes import Change
from advisor.decision.rulebase import RuleBase
from advisor.decision.thresholds import turning_point
from advisor.knowledge.syntax import ALWAYS, Atom, Compare
from advisor.knowledge.values import Interval
from advisor.language.units import format_number
from tests.decision.bases import DAY, examples
from tests.decision.fixed import base
from tests.decision.wide import score


def named(cuts, *, integer=False):
    """A rule base whose rules change their mind about the load at these numbers."""
    knowledge = base()
    load = knowledge.questions["load"]
    rules = [
        score(f"at-{cut}", "speed", Atom("load", Compare("at least", cut)), ALWAYS, 1)
        for cut in cuts
    ]
    load = replace(load, type=replace(load.type, integer=integer))
    return RuleBase.on(
        replace(
            knowledge,
            rules={rule.id: rule for rule in rules},
            questions={**knowledge.questions, "load": load},
            derived={},
        ),
        DAY,
    )


def turned(rules, side, inner, outer, at, *, inside):
    """The threshold of what holds from ``at`` on outwards, ``at`` itself only where
    ``inside``."""

    def holds(answer):
        beyond = (answer.low - at) * side
        return beyond > 0 or (inside and beyond == 0)

    change = Change("load", "load", Interval.point(outer), Fraction(1, 2), side)
    return turning_point(rules, change, Fraction(inner), holds), holds


hundredths = st.integers(1, 9_900).map(lambda n: Fraction(n, 100))
cuts = st.lists(st.integers(0, 100), max_size=6, unique=True)


@st.composite
def numbers(draw: st.DrawFn, values):
    """(side, a value where it does not hold, one where it does, the bound, whether the bound
    itself does)."""
    side = draw(st.sampled_from([-1, 1]))
    inside = draw(st.booleans())
    low, at, high = sorted(draw(st.lists(values, min_size=3, max_size=3, unique=True)))
    inner, outer = (low, high) if side > 0 else (high, low)
    return side, inner, outer, at, inside


@examples(60)
@given(numbers(st.integers(0, 100)), cuts)
def test_whole_numbers_turn_between_neighbours(drawn, named_cuts):
    side, *_, at, inside = drawn
    found, holds = turned(named(named_cuts, integer=True), *drawn[:4], inside=inside)
    first = at if inside else at + side
    assert (found.changes, found.stays) == (first, first - side)
    assert holds(Interval.point(found.changes)) and not holds(Interval.point(found.stays))
    assert found.words == f"{'at least' if side > 0 else 'at most'} {first}"


@examples(60)
@given(numbers(hundredths), cuts, st.booleans())
def test_other_numbers_turn_at_a_named_bound_or_in_the_seventh_digit(drawn, named_cuts, is_named):
    side, _, outer, at, inside = drawn
    if is_named:
        named_cuts = [*named_cuts, at]
    found, holds = turned(named(named_cuts), *drawn[:4], inside=inside)
    if at in named_cuts:
        assert found.changes == found.stays == at
        word = {(1, True): "at least", (1, False): "above", (-1, True): "at most"}
        assert found.words == f"{word.get((side, inside), 'below')} {format_number(at, 'count')}"
        assert found.question == "load"
        return
    assert holds(Interval.point(found.changes)) and not holds(Interval.point(found.stays))
    assert 0 < (found.changes - found.stays) * side <= Fraction(outer) / 500_000
    assert found.words.startswith("at least" if side > 0 else "at most")


@pytest.mark.parametrize("inside", [True, False])
def test_a_number_may_turn_on_the_way_to_nothing_at_all(inside):
    """The step of a nought is a millionth."""
    found, holds = turned(named([]), -1, 5, 0, Fraction(1, 3), inside=inside)
    assert holds(Interval.point(found.changes)) and not holds(Interval.point(found.stays))
    assert found.stays - found.changes == Fraction(1, 10**6)


def test_bounds_that_rules_name_are_tried_before_anything_else():
    tried = []

    def holds(answer):
        tried.append(answer.low)
        return answer.low >= 60

    change = Change("load", "load", Interval.point(90), Fraction(1, 2), 1)
    found = turning_point(named([30, 60, 80], integer=True), change, Fraction(10), holds)
    assert (found.stays, found.changes) == (59, 60)
    assert tried == [31, 61, 59, 60]
    tried.clear()
    change = Change("load", "load", Interval.point(10), Fraction(1, 2), -1)

    def below(answer):
        tried.append(answer.low)
        return answer.low <= 60

    found = turning_point(named([30, 60, 80], integer=True), change, Fraction(90), below)
    assert (found.stays, found.changes) == (61, 60)
    assert tried == [79, 59, 61, 60]


def test_two_values_with_no_step_of_the_grid_between_them_are_neighbours():
    """Off the grid of a millionth, less than two of its steps apart."""
    inner, outer = Fraction(10_000_001, 10**7), Fraction(10_000_015, 10**7)
    found, _ = turned(named([]), 1, inner, outer, Fraction(10_000_012, 10**7), inside=True)
    assert (found.stays, found.changes) == (inner, outer)
