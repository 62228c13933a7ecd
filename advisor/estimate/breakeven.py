"""From which volume on one way of paying is cheaper than another, exactly.

Costs are curves over requests per day: straight pieces that may be bands.  Two curves are
compared piece by piece, split at every kink (a further device, a commitment, a quota) and at
every crossing, so the answer is a list of stretches and not one number.

Beside it the *cost-only* break-even of a token price against a fixed daily price: capacity is
ignored there, and whoever shows it says so (``COST_ONLY``).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.estimate.ranges import Range
from advisor.knowledge.periods import SECONDS_PER_DAY
from advisor.knowledge.values import Number

COST_ONLY = "cost only, capacity ignored"

Verdict: TypeAlias = Literal["first", "second", "equal", "open", "neither"]


class CostOnly(Struct, frozen=True):
    """Break-even of a price per request (USD) against a fixed price per day (USD).

    ``volume``: requests/day at which both cost the same, exact; ``whole``: the first whole
    number of requests/day at which the fixed price is no dearer (``None``: never, or unknown
    on that side).  ``output_rate``: output tokens per second that the fixed capacity would
    have to sustain there, on average.
    """

    volume: Range
    whole: Range
    output_rate: Range
    formula: str
    label: str = COST_ONLY


def cost_only(per_request: Range, fixed_daily: Range, output_tokens: Range) -> CostOnly:
    """``volume = fixed USD per day / USD per request``; bands give a band.

    A request that costs nothing never breaks even: that side is then unknown (``None``).
    """
    volume = Range(
        _quotient(fixed_daily.low, per_request.high),
        _quotient(fixed_daily.high, per_request.low),
    )
    whole = Range(
        None if volume.low is None else ceil(volume.low),
        None if volume.high is None else ceil(volume.high),
    )
    return CostOnly(
        volume=volume,
        whole=whole,
        output_rate=volume * output_tokens * Fraction(1, SECONDS_PER_DAY),
        formula=(
            f"{fixed_daily.words('USD per day')} / {per_request.words('USD per request')} = "
            f"{whole.words('requests/day')}"
        ),
    )


class Piece(Struct, frozen=True):
    """Cost in USD per day for volumes above ``start`` up to and including ``end`` requests/day
    (``None``: without end): ``fixed + per_request x volume``."""

    start: Number
    end: Number | None
    fixed: Range
    per_request: Range


class Curve(Struct, frozen=True):
    """Adjoining pieces from volume 0 on; beyond the last one the offer cannot serve."""

    pieces: tuple[Piece, ...]

    def at(self, volume: Number) -> Range | None:
        """USD per day at a volume above 0; ``None`` beyond what the offer can serve."""
        for piece in self.pieces:
            if piece.start < volume and (piece.end is None or volume <= piece.end):
                return piece.fixed + piece.per_request * volume
        return None


class Stretch(Struct, frozen=True):
    """Volumes above ``start`` up to and including ``end`` requests/day and who is cheaper:
    surely the first, surely the second, equal, ``open`` (the bands overlap or a price is
    unknown), ``neither`` (no offer can serve that much)."""

    start: Number
    end: Number | None
    cheaper: Verdict


def token_curve(per_request: Range, fixed_daily: Range, quota: Number | None = None) -> Curve:
    """Tokens, plus what is paid whatever the volume (people); ends at ``quota`` requests/day."""
    return Curve((Piece(0, quota, fixed_daily, per_request),))


def compare(first: Curve, second: Curve, horizon: Number) -> tuple[Stretch, ...]:
    """Who is cheaper at which volume, from 0 (excluded) to ``horizon`` (included)."""
    stretches: list[Stretch] = []
    for start, end, left, right in _common_pieces(first, second, horizon):
        for low, high in _between_crossings(start, end, left, right):
            verdict = _verdict(left, right, (Fraction(low) + high) / 2)
            if stretches and stretches[-1].cheaper == verdict:
                stretches[-1] = Stretch(stretches[-1].start, high, verdict)
            else:
                stretches.append(Stretch(low, high, verdict))
    return tuple(stretches)


_Common: TypeAlias = tuple[Number, Number, Piece | None, Piece | None]


def _common_pieces(first: Curve, second: Curve, horizon: Number) -> list[_Common]:
    kinks = {0, horizon}
    for curve in (first, second):
        kinks.update(p.end for p in curve.pieces if p.end is not None and p.end < horizon)
    ordered = sorted(kinks)
    result: list[_Common] = []
    lefts, rights = list(first.pieces), list(second.pieces)
    for start, end in pairwise(ordered):
        result.append((start, end, _covering(lefts, end), _covering(rights, end)))
    return result


def _covering(pieces: list[Piece], end: Number) -> Piece | None:
    """The piece that reaches ``end``; volumes only grow, so pieces left behind are dropped."""
    last = pieces[0].end if pieces else None
    while pieces and last is not None and last < end:
        pieces.pop(0)
        last = pieces[0].end if pieces else None
    return pieces[0] if pieces else None


def _between_crossings(
    start: Number, end: Number, left: Piece | None, right: Piece | None
) -> list[tuple[Number, Number]]:
    cuts = {start, end}
    if left is not None and right is not None:
        for ours, theirs in ((_lower(left), _upper(right)), (_upper(left), _lower(right))):
            cut = _crossing(ours, theirs)
            if cut is not None and start < cut < end:
                cuts.add(cut)
    ordered = sorted(cuts)
    return list(pairwise(ordered))


_Line: TypeAlias = tuple[Number | None, Number | None]


def _lower(piece: Piece) -> _Line:
    return piece.fixed.low, piece.per_request.low


def _upper(piece: Piece) -> _Line:
    return piece.fixed.high, piece.per_request.high


def _crossing(ours: _Line, theirs: _Line) -> Number | None:
    """Where two straight lines (fixed, per request) meet."""
    (a, b), (c, d) = ours, theirs
    if a is None or b is None or c is None or d is None or b == d:
        return None
    return Fraction(c - a) / (b - d)


def _verdict(left: Piece | None, right: Piece | None, volume: Number) -> Verdict:
    if left is None or right is None:
        return "neither" if left is right else ("second" if left is None else "first")
    ours = left.fixed + left.per_request * volume
    theirs = right.fixed + right.per_request * volume
    if ours.is_known and ours == theirs and ours.low == ours.high:
        return "equal"
    if ours.high is not None and theirs.low is not None and ours.high <= theirs.low:
        return "first"
    if theirs.high is not None and ours.low is not None and theirs.high <= ours.low:
        return "second"
    return "open"


def _quotient(amount: Number | None, divisor: Number | None) -> Fraction | None:
    if amount is None or not divisor:
        return None
    return Fraction(amount) / divisor
