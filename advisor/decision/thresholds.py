"""The exact number at which the winner changes.

Between a value at which the wanted offer does not lead and one at which it does, the stretch
is halved, each middle decided afresh, until the two are neighbours: whole numbers next to
each other, or numbers that differ in the seventh digit.  Bounds that the rules name are tried
first, because there most winners change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from msgspec.structs import replace

from advisor.decision.changes import Change
from advisor.decision.result import Threshold
from advisor.decision.rulebase import RuleBase
from advisor.decision.variations import Variations
from advisor.knowledge.values import Interval, NumberType
from advisor.language.units import format_number

DIGITS = 6
"""Digits after the first to which a number that need not be whole is told."""


def threshold(
    variations: Variations,
    changes: Sequence[Change],
    place: int,
    inner: Fraction,
    winner: str | None,
) -> Threshold:
    """Where along the changed number at ``place`` the winner starts to lead, the other
    changes kept.

    ``inner`` is a value nearer to the answer at which it does not.  Raises LimitReached.
    """

    def leads(answer: Interval) -> bool:
        made = list(changes)
        made[place] = replace(changes[place], answer=answer)
        return variations.winner(made) == winner

    return turning_point(variations.decision.situation.base, changes[place], inner, leads)


def turning_point(
    base: RuleBase, change: Change, inner: Fraction, holds: Callable[[Interval], bool]
) -> Threshold:
    """Between ``inner``, where ``holds`` does not, and the changed number, where it does, the
    neighbours at which that turns."""
    kind = base.knowledge.questions[change.question].type
    assert isinstance(kind, NumberType) and isinstance(change.answer, Interval)
    assert change.answer.low is not None
    outer = Fraction(change.answer.low)
    step = Fraction(1) if kind.integer else _step(outer)

    def at(value: Fraction) -> bool:
        return holds(Interval.point(_plain(value)))

    bounds = {Fraction(number) for number, _ in base.cuts.get(change.question, ())}
    cuts = sorted((c for c in bounds if _between(c, inner, outer)), key=lambda c: abs(c - inner))
    stays, leads = inner, outer
    for cut in cuts:
        near, far = cut - change.side * step, cut + change.side * step
        if not _between(near, stays, leads) or not _between(far, stays, leads):
            continue
        if at(far):
            leads = far
            if at(near):
                leads = near
            else:
                stays = near
            break
        stays = far
    stays, leads = _halved(at, stays, leads, step)
    if not kind.integer:
        for cut in cuts:
            if _between(cut, stays, leads):
                inside = at(cut)
                return _told(change, kind, cut, cut, inside=inside)
    return _told(change, kind, stays, leads, inside=True)


def _told(
    change: Change, kind: NumberType, stays: Fraction, leads: Fraction, *, inside: bool
) -> Threshold:
    if change.side > 0:
        word = "at least" if inside else "above"
    else:
        word = "at most" if inside else "below"
    return Threshold(
        change.question, stays, leads, f"{word} {format_number(_plain(leads), kind.unit)}"
    )


def _halved(
    at: Callable[[Fraction], bool], stays: Fraction, leads: Fraction, step: Fraction
) -> tuple[Fraction, Fraction]:
    """Neighbours on the grid of ``step``, between which the winner changes."""
    while abs(leads - stays) > step:
        middle = Fraction(math.floor((stays + leads) / 2 / step)) * step
        if not _between(middle, stays, leads) or middle in (stays, leads):
            break
        if at(middle):
            leads = middle
        else:
            stays = middle
    return stays, leads


def _step(value: Fraction) -> Fraction:
    """A unit in the last digit that is told."""
    if not value:
        return Fraction(1, 10**DIGITS)
    exponent = math.floor(math.log10(abs(value))) - DIGITS
    return Fraction(10) ** exponent


def _between(value: Fraction, one: Fraction, other: Fraction) -> bool:
    return min(one, other) <= value <= max(one, other)


def _plain(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else value
