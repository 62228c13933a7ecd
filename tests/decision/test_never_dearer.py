"""Of two bills by the token, which is never the dearer anywhere in a cell of the traffic."""

from __future__ import annotations

from itertools import product

from hypothesis import event, given
from hypothesis import strategies as st

from advisor.decision.profiles import MEASURES, Profile
from tests.decision.bases import examples

SMALL = examples(150)
SIDES = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: tuple(sorted(pair)))
RANGE = st.tuples(st.integers(1, 50), st.integers(1, 50)).map(lambda pair: tuple(sorted(pair)))


@st.composite
def bills(draw):
    return Profile(True, draw(SIDES), draw(SIDES), draw(SIDES), (0, 0), 0, None)


@given(bills(), bills(), st.tuples(RANGE, RANGE, RANGE), st.data())
@SMALL
def test_what_is_never_dearer_is_not_at_any_traffic_in_the_cell(ours, theirs, cell, data):
    corners = [(*numbers, 1000) for numbers in product(*cell)]
    never = ours.never_dearer(theirs, corners)
    event(f"never dearer {never}")
    inside = tuple(data.draw(st.integers(low, high)) for low, high in cell)
    at = [(*inside, 1000)] if never else corners
    cheaper = all(
        a <= b
        for measure in MEASURES
        for numbers in at
        for a, b in zip(ours.bounds(measure, numbers), theirs.bounds(measure, numbers), strict=True)
    )
    # A cost per million tokens is cut to whole numbers, so a dearer bill may look level.
    assert cheaper or not never


@given(bills(), st.tuples(RANGE, RANGE, RANGE))
@SMALL
def test_a_bill_is_never_dearer_than_itself_and_not_than_one_without_a_price(bill, cell):
    corners = [(*numbers, 1000) for numbers in product(*cell)]
    assert bill.never_dearer(bill, corners)
    unknown = Profile(True, (1, None), (1, 1), (0, 0), (0, 0), 0, None)
    unpriced = Profile(False, (0, 0), (0, 0), (0, 0), (1, 2), 1, None)
    for other in (unknown, unpriced):
        assert not bill.never_dearer(other, corners) and not other.never_dearer(bill, corners)
