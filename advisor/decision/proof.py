"""Whether anything that is still open can change the winner.

Per rival: the leader's worst against the rival's best, first with every criterion at its
worst cell for each cell of the weights (cheap, sound), then over all joint cells of the
criteria in which the two differ.  A cell counts with all the values inside it, not only with
the one that stands for it in a mean.  Two offers that a criterion sees as one and the same are
level on it, however wide the cell.  A proof never comes from a sample.

Answers are what is open here.  A rival with a requirement that is unproven whatever is
answered stays behind a safe leader until the facts are known; it is named elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from advisor.decision.gates import Standing
from advisor.decision.measured import Charged
from advisor.decision.ranking import Scoring
from advisor.decision.utilities import FULL_SPAN, Aspect, Utilities
from advisor.decision.weighting import Vector
from advisor.engine.worlds import FEW

CELLS_AT_MOST = 1 << 13
"""Joint cells of one criterion up to which each is looked at; beyond, anything may be."""
COMBINATIONS_AT_MOST = 1 << 21
"""Joint cells up to which a pair is compared in each of them."""
CHUNK = 1 << 16


class Proof(Struct, frozen=True):
    """``by``: bound (per criterion), enumeration (of ``checked`` combinations, the most that
    one rival took), or None where nothing was shown.  ``level``: nobody can be ahead, but these
    may draw level: on no criterion is the leader ever behind them, and it comes first by its
    id."""

    settled: bool
    by: Literal["bound", "enumeration"] | None
    checked: int
    level: tuple[str, ...] = ()


def prove(scoring: Scoring, leader: str, standing: Standing, unproven: Sequence[str]) -> Proof:
    """``unproven``: offers that stay behind a safe leader.  The first rival that cannot be
    ruled out ends the search."""
    if standing.lane != "safe" or standing.depends_on:
        return Proof(False, None, 0)
    rivals = [o for o in scoring.offers if o != leader and o not in unproven]
    # The strongest rivals first: one that cannot be ruled out decides.
    rivals.sort(key=lambda offer: (-scoring.scores[offer].score, offer))
    level: list[str] = []
    checked = 0
    pairs = _Pairs(scoring, leader)
    for rival in rivals:
        shown, combinations = pairs.beats(rival)
        checked = max(checked, combinations)
        # Level scores go by the scores at base weights, the lowest utilities, then the id.
        if not shown and leader < rival and pairs.never_behind(rival):
            level.append(rival)
        elif not shown:
            return Proof(False, None, checked)
    if level:
        return Proof(False, None, checked, tuple(level))
    return Proof(True, "enumeration" if checked else "bound", checked)


class _Pairs:
    """The leader against one rival after the other."""

    def __init__(self, scoring: Scoring, leader: str) -> None:
        self._scoring = scoring
        self._leader = scoring.place[leader]
        self._criteria = list(scoring.utilities.values())
        worlds = scoring.worlds
        self._numbers: list[list[int] | None] = [
            [number for (number,) in worlds.combinations([own.spans])]
            if worlds.told_apart([own.spans]) <= CELLS_AT_MOST
            else None
            for own in self._criteria
        ]
        self._ranges = [
            scoring.weights.ranges[number]
            for (number,) in worlds.combinations([scoring.weights.spans])
        ]
        self._distinct = list(dict.fromkeys(self._ranges))

    def beats(self, rival: str) -> tuple[bool, int]:
        """Whether the leader is shown to score more everywhere, and in how many combinations
        that was looked at one by one."""
        scoring, other = self._scoring, self._scoring.place[rival]
        gaps = [
            self._gaps(own, numbers, other)
            for own, numbers in zip(self._criteria, self._numbers, strict=True)
        ]
        worst = [min(gap.values()) for gap in gaps]
        if all(_least(low, high, worst) > 0 for low, high in self._distinct):
            return True, 0
        best = [max(gap.values()) for gap in gaps]
        if any(_most(low, high, best) <= 0 for low, high in self._distinct):
            return False, 0
        varying = [i for i, gap in enumerate(gaps) if len(set(gap.values())) > 1]
        parts = [scoring.weights.spans, *(self._criteria[i].spans for i in varying)]
        if any(self._numbers[i] is None for i in varying):
            return False, 0
        many = scoring.worlds.told_apart(parts)
        if many > COMBINATIONS_AT_MOST:
            return False, 0
        if many > FEW:
            return self._by_column(varying, gaps, worst), many
        for number, *numbers in scoring.worlds.combinations(parts):
            row = list(worst)
            for i, own_number in zip(varying, numbers, strict=True):
                row[i] = gaps[i][own_number]
            if _least(*scoring.weights.ranges[number], row) <= 0:
                return False, many
        return True, many

    def never_behind(self, rival: str) -> bool:
        """Whether on no criterion, in no cell, the rival may be ahead."""
        other = self._scoring.place[rival]
        return all(
            min(self._gaps(own, numbers, other).values()) >= 0
            for own, numbers in zip(self._criteria, self._numbers, strict=True)
        )

    def _gaps(self, own: Utilities, numbers: Sequence[int] | None, other: int) -> dict[int, int]:
        """By number of ``spans``, the least lead on one criterion."""
        if _alike(own, self._leader, other):
            return dict.fromkeys(numbers or (-1,), 0)
        if numbers is None:
            return {-1: -FULL_SPAN, -2: FULL_SPAN}
        return {n: own.span(n, self._leader)[0] - own.span(n, other)[1] for n in numbers}

    def _by_column(
        self, varying: Sequence[int], gaps: Sequence[dict[int, int]], worst: Sequence[int]
    ) -> bool:
        import numpy as np

        scoring = self._scoring
        parts = [scoring.weights.spans, *(self._criteria[i].spans for i in varying)]
        tables = {}
        for i in varying:
            tables[i] = np.zeros(max(gaps[i]) + 1, dtype=np.int64)
            tables[i][list(gaps[i])] = list(gaps[i].values())
        for numbers in scoring.worlds.chunks(parts, CHUNK):
            lows = np.array([low for low, _ in scoring.weights.ranges], dtype=np.int64)[numbers[0]]
            highs = np.array([high for _, high in scoring.weights.ranges], dtype=np.int64)[
                numbers[0]
            ]
            total = np.zeros(len(numbers[0]), dtype=np.int64)
            own_numbers = dict(zip(varying, numbers[1:], strict=True))
            for i, gap in enumerate(worst):
                if i in own_numbers:
                    here = tables[i][own_numbers[i]]
                    total += here * np.where(here > 0, lows[:, i], highs[:, i])
                else:
                    total += gap * (lows if gap > 0 else highs)[:, i]
            if (total <= 0).any():
                return False
        return True


def _alike(own: Utilities, first: int, second: int) -> bool:
    """Whether a criterion sees two offers, by position, as one and the same in every cell: the
    last of its looks tells, by offer, the charge or the aspect that their utilities rest on."""
    look = own.spans.looks[-1]
    return look.is_whole and all(
        row[first] is row[second] and _is_fixed(row[first]) for row in look.meanings
    )


def _is_fixed(seen: Aspect | Charged) -> bool:
    """Whether what is seen of an offer is the same all over a cell.  Of charges that hang on
    the shares of the traffic only the bounds are known there."""
    return isinstance(seen, Aspect) or seen.inside == seen.profile


def _least(low: Vector, high: Vector, gaps: Sequence[int]) -> int:
    """The least weighted sum of gaps, each weight being anywhere from ``low`` to ``high``."""
    return sum(
        [
            (least if gap > 0 else most) * gap
            for least, most, gap in zip(low, high, gaps, strict=True)
        ]
    )


def _most(low: Vector, high: Vector, gaps: Sequence[int]) -> int:
    """The greatest weighted sum of gaps."""
    return -_least(low, high, [-gap for gap in gaps])
