"""Small claims and rows for tests of the ledger."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from advisor.knowledge.model import (
    Attribute,
    Claim,
    Grade,
    GradePolicy,
    Method,
    Place,
    ResolutionRule,
    Served,
)
from advisor.knowledge.values import ChoiceType, Domain, FlagsType, Interval, NumberType, Type

DAY = date(2026, 11, 22)
HERE = Place("made.yaml")


def method(*without: str) -> Method:
    """A method in which prices keep for 60 days; ``without`` some rules of resolution."""
    rules = {
        "first-hand": ResolutionRule(("measured",), "measured"),
        "newer": ResolutionRule(("price",), "replaced"),
        "conflict": ResolutionRule((), "both"),
    }
    return Method(
        grades={"measured": GradePolicy(0, False, "firm", "")},
        expiry_days={"price": 60, "model-list": 30, "other": 365},
        stale_factor=2,
        reference_models={},
        size_match=(Fraction(1), Fraction(1)),
        confidence={},
        minimum_answers=0,
        staff_hours={},
        staff_rate=(0, 0),
        place=HERE,
        resolution={name: rule for name, rule in rules.items() if name not in without},
    )


def attribute(kind: Type, expiry: str = "price") -> Attribute:
    return Attribute("thing", "offer", kind, "Thing", expiry, HERE)


PRICE = attribute(NumberType("USD/Mtoken"))
FORM = attribute(ChoiceType(("a", "b", "c")))
LIST = attribute(FlagsType(("a", "b", "c")))


def claim(
    value: Domain | int | None,
    grade: Grade = "press",
    dated: str = "2026-10-01",
    *,
    source: str = "s",
    until: date | None = None,
    checked: date = DAY,
) -> Claim:
    held = Interval.point(value) if isinstance(value, int) else value
    return Claim("offer", "thing", held, source, dated, checked, grade, False, until, "", HERE)


def row(
    source: str = "s",
    dated: str = "2026-10-01",
    until: date | None = None,
    *,
    since: date | None = None,
    checked: date = DAY,
) -> Served:
    return Served("m", since, until, source, dated, checked, "press", "", (), HERE)
