"""What bought devices cost: each item by hand, and what never makes them cheaper."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.estimate.ownership import ITEMS, Owned, Term, owned
from advisor.estimate.ranges import UNKNOWN, Range


def exactly(value: int | str | Fraction) -> Term:
    return Term(Range.of(Fraction(value)))


SERVER = Owned(
    price=exactly(42_000),
    months=exactly(60),
    watts=exactly(1275),
    overhead=exactly("1.54"),
    energy=exactly("0.12"),
    space=exactly(200),
)


def test_every_item_by_hand() -> None:
    """Eight devices: 42,000 USD over 60 months, 10.2 kW at 730 hours, half as much again for the
    room, 200 USD for each kW."""
    assert {part.item: part.amount.low for part in SERVER.parts(Range(8, 8))} == {
        "depreciation": 8 * 700,
        "power": Fraction("10.2") * 730 * Fraction("0.12"),
        "cooling": Fraction("10.2") * Fraction("0.54") * 730 * Fraction("0.12"),
        "space": Fraction("10.2") * 200,
    }
    assert SERVER.month * 8 == Range.of(sum(p.amount.low for p in SERVER.parts(Range(8, 8))))


def test_what_is_not_known_leaves_its_item_open_and_the_rest_counted() -> None:
    without = replace(SERVER, price=Term(Range(25_000, None)), energy=Term(UNKNOWN))
    by_item = {part.item: part.amount for part in without.parts(Range(1, 1))}
    assert without.missing == ("price", "energy")
    assert by_item["depreciation"] == Range(Fraction(25_000, 60), None)
    assert by_item["power"] == by_item["cooling"] == UNKNOWN
    assert without.month == Range(Fraction(25_000, 60) + 255, None)
    assert owned({}).month == UNKNOWN


def test_sources_stand_with_the_items_that_rest_on_them() -> None:
    told = replace(
        SERVER,
        price=replace(SERVER.price, source="quote"),
        watts=replace(SERVER.watts, source="sheet"),
        space=replace(SERVER.space, source="sheet"),
    )
    assert [part.source for part in told.parts(Range(1, 1))] == ["quote", "sheet", "sheet", "sheet"]
    assert tuple(part.item for part in told.parts(Range(1, 1))) == ITEMS


def test_no_months_and_rooms_without_their_devices_are_refused() -> None:
    with pytest.raises(ValueError, match="months"):
        replace(SERVER, months=exactly(0))
    with pytest.raises(ValueError, match="at least the power"):
        replace(SERVER, overhead=exactly("0.9"))


FIGURES = {
    "price": st.fractions(0, 10**6, max_denominator=100),
    "months": st.integers(1, 120),
    "watts": st.integers(0, 10**4),
    "overhead": st.fractions(1, 3, max_denominator=100),
    "energy": st.fractions(0, 2, max_denominator=1000),
    "space": st.fractions(0, 2000, max_denominator=100),
}


@given(st.fixed_dictionaries(FIGURES), st.data())
def test_more_of_anything_is_never_cheaper_and_longer_use_never_dearer(figures, data) -> None:
    name = data.draw(st.sampled_from(sorted(FIGURES)))
    other = data.draw(FIGURES[name])
    one = owned({n: exactly(Fraction(v)) for n, v in figures.items()})
    two = owned({n: exactly(Fraction(v)) for n, v in {**figures, name: other}.items()})
    low, high = (one, two) if figures[name] <= other else (two, one)
    if name == "months":
        low, high = high, low
    assert low.month.high <= high.month.high


@given(st.fixed_dictionaries(FIGURES), st.fixed_dictionaries(FIGURES), st.integers(1, 64))
def test_a_band_holds_whatever_lies_between_its_ends(one, two, devices) -> None:
    band = owned({n: Term(Range(*sorted((Fraction(one[n]), Fraction(two[n]))))) for n in FIGURES})
    for point in (one, two):
        each = owned({n: exactly(Fraction(v)) for n, v in point.items()})
        for wide, exact in zip(
            band.parts(Range.of(devices)), each.parts(Range.of(devices)), strict=True
        ):
            assert wide.amount.low <= exact.amount.low <= wide.amount.high
