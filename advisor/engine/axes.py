"""What is left open, as axes of cells.

An axis is one open question, or one undecided flag of a question with several choices.
A number is cut into cells wherever a rule, an offer's limit or a prior bin changes
something, so that within a cell no test changes its mind.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from msgspec import Struct

from advisor.knowledge.model import Question
from advisor.knowledge.syntax import Between, Compare, CompareIts, Equals, UnaryTest
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
)
from advisor.language.numerals import exact

Cut = tuple[Number, bool]
"""A boundary just before (False) or just after (True) a number."""


class Cell(Struct, frozen=True):
    """``domain`` is all of the cell, ``point`` a value inside it, ``weight`` its prior mass
    as a whole number (0: possible, but not expected).

    ``stands`` is the value that stands for it in what is computed from the number: that of
    the cell as it would be without the limits of offers, so that no offer moves the figures
    of another.
    """

    domain: Domain
    point: Domain
    weight: int
    stands: Domain


class Axis(Struct, frozen=True):
    """``flag`` is set where the axis is one flag of ``question``."""

    question: str
    flag: str | None
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        """``question`` or ``question:flag``."""
        return self.question if self.flag is None else f"{self.question}:{self.flag}"


def whole_domain(question: Question) -> Domain:
    """Everything that a question's answer could be."""
    kind = question.type
    if isinstance(kind, ChoiceType):
        return Options(frozenset(kind.options))
    if isinstance(kind, FlagsType):
        return Flags(frozenset(), frozenset(kind.options))
    return Interval(kind.minimum, kind.maximum)


def cuts_of(test: UnaryTest, its: Mapping[str, Sequence[Domain | None]]) -> list[Cut]:
    """Where a test on a number changes its mind; ``its`` lists what the offers have."""
    if isinstance(test, Compare):
        return [(test.value, test.op in ("above", "at most"))]
    if isinstance(test, Equals):
        return [(test.value, False), (test.value, True)]
    if isinstance(test, Between):
        return [(test.low, False), (test.high, False)]
    if isinstance(test, CompareIts):
        after = test.op in ("above", "at most")
        ends = {
            end
            for domain in its.get(test.attribute, ())
            if isinstance(domain, Interval)
            for end in (domain.low, domain.high)
            if end is not None
        }
        return [(end, after) for end in sorted(ends)]
    return []


def axes_of(
    question: Question, answer: Domain | None, cuts: Iterable[Cut], limits: Iterable[Cut] = ()
) -> tuple[Axis, ...]:
    """The axes of one question, given what is known of it; decided flags have one cell.  A
    number is cut at ``cuts``, and at the ``limits`` of offers."""
    domain = answer if answer is not None else question.unknown_means or whole_domain(question)
    if isinstance(domain, Options):
        return (Axis(question.id, None, _option_cells(question, domain)),)
    if isinstance(domain, Flags):
        return tuple(
            Axis(question.id, flag, _flag_cells(question, flag, domain))
            for flag in sorted(domain.may)
        )
    return (Axis(question.id, None, _number_cells(question, domain, cuts, limits)),)


def _option_cells(question: Question, domain: Options) -> tuple[Cell, ...]:
    weights = {o.id: o.weight for o in question.options}
    options = sorted(domain.values)
    total = sum(weights.get(o, 0) for o in options)
    # An answer among options that nobody expects still is one of them.
    ones = {o: Options(frozenset({o})) for o in options}
    return tuple(Cell(one, one, weights.get(o, 0) if total else 1, one) for o, one in ones.items())


def _flag_cells(question: Question, flag: str, domain: Flags) -> tuple[Cell, ...]:
    on = Flags(frozenset({flag}), frozenset({flag}))
    off = Flags(frozenset(), frozenset())
    if flag in domain.must:
        return (Cell(on, on, 1, on),)
    percent = next((o.weight for o in question.options if o.id == flag), 0)
    return (Cell(off, off, 100 - percent, off), Cell(on, on, percent, on))


def _number_cells(
    question: Question, domain: Interval, cuts: Iterable[Cut], limits: Iterable[Cut]
) -> tuple[Cell, ...]:
    kind = question.type
    assert isinstance(kind, NumberType)
    if domain.is_point:
        return (Cell(domain, domain, 1, domain),)
    low = _start(domain)
    high = _end(domain)
    edges = {(b, False) for bin_ in question.prior for b in (bin_.low, bin_.high)}
    firm = {c for c in (*cuts, *edges) if low < c < high}
    inner = sorted(firm | {c for c in limits if low < c < high})
    bounds = [low, *inner, high]
    spans = [(a, b) for a, b in pairwise(bounds) if not _empty(a, b, kind)]
    whole = [(a, b) for a, b in pairwise([low, *sorted(firm), high]) if not _empty(a, b, kind)]
    stands = [Interval.point(_representative(a, b, kind)) for a, b in whole]
    starts = [a for a, _ in whole]
    masses = [_mass(question, a[0], b[0]) for a, b in spans]
    if not any(masses):
        masses = [Fraction(max(b[0] - a[0], 0)) or Fraction(1) for a, b in spans]
    scale = math.lcm(*(m.denominator for m in masses))
    return tuple(
        Cell(
            _interval(a, b),
            Interval.point(_representative(a, b, kind)),
            int(mass * scale),
            stands[bisect_right(starts, a) - 1],
        )
        for (a, b), mass in zip(spans, masses, strict=True)
    )


def _start(domain: Interval) -> Cut:
    assert domain.low is not None
    return (domain.low, domain.low_open)


def _end(domain: Interval) -> Cut:
    assert domain.high is not None
    return (domain.high, not domain.high_open)


def _empty(a: Cut, b: Cut, kind: NumberType) -> bool:
    """Between whole numbers there may be nothing."""
    if not kind.integer:
        return False
    first = math.floor(a[0]) + 1 if a[1] or a[0] != math.floor(a[0]) else a[0]
    last = math.ceil(b[0]) - 1 if not b[1] or b[0] != math.ceil(b[0]) else b[0]
    return first > last


def _interval(a: Cut, b: Cut) -> Interval:
    return Interval(a[0], b[0], low_open=a[1], high_open=not b[1])


def _representative(a: Cut, b: Cut, kind: NumberType) -> Number:
    if not kind.integer:
        return exact(Fraction(a[0] + b[0]) / 2)
    first = math.floor(a[0]) + 1 if a[1] else math.ceil(a[0])
    last = math.floor(b[0]) if b[1] else math.ceil(b[0]) - 1
    return (first + last) // 2


def _mass(question: Question, low: Number, high: Number) -> Fraction:
    """Prior mass between two numbers; within a bin it is spread evenly."""
    mass = Fraction(0)
    for bin_ in question.prior:
        overlap = min(high, bin_.high) - max(low, bin_.low)
        if overlap > 0:
            mass += Fraction(bin_.weight) * overlap / (bin_.high - bin_.low)
    return mass
