"""The leader against one rival after the other, by criterion, over all that is left.

A cell counts with all the values inside it, not only with the one that stands for it in a
mean.  Two offers that a criterion sees as one and the same are level on it, however wide the
cell.
"""

from __future__ import annotations

from collections.abc import Sequence

from advisor.decision.measured import Charged
from advisor.decision.ranking import Scoring
from advisor.decision.utilities import FULL_SPAN, Aspect, Utilities
from advisor.decision.weighting import Vector
from advisor.engine.looks import Part
from advisor.engine.worlds import FEW, Worlds

CELLS_AT_MOST = 1 << 13
"""Joint cells of one criterion, or of the weights, up to which each is looked at; beyond,
anything may be."""
CELLS_TOGETHER = 1 << 20
"""Joint cells that are put together at a time; beyond, the lead is bounded."""
BARRED = 1 << 50
"""In place of a lead where a combination cannot be: more than any sum of leads."""


class Pairs:
    """The leader against rivals, in the worlds given: those that are left, or those of them
    in which a rival counts."""

    def __init__(self, scoring: Scoring, leader: str, worlds: Worlds | None = None) -> None:
        self._scoring = scoring
        worlds = self._worlds = scoring.worlds if worlds is None else worlds
        self._leader = scoring.place[leader]
        self._criteria = list(scoring.utilities.values())
        self._numbers: list[list[int] | None] = [
            [number for (number,) in worlds.combinations([own.spans])]
            if worlds.told_apart([own.spans]) <= CELLS_AT_MOST
            else None
            for own in self._criteria
        ]
        weights = scoring.weights
        self.weighed_by_cell = scoring.worlds.told_apart([weights.spans]) <= CELLS_AT_MOST
        """Whether the weights of each joint cell were looked at; else they are bounded."""
        self._ranges = (
            [weights.ranges[number] for (number,) in worlds.combinations([weights.spans])]
            if self.weighed_by_cell
            else [weights.over_all]
        )
        self._distinct = list(dict.fromkeys(self._ranges))

    def beats(self, rival: str) -> tuple[bool, int]:
        """Whether the leader is shown to score more everywhere, and in how many combinations
        that was looked at beyond the bounds of each criterion."""
        if not self._ranges or [] in self._numbers:
            # No world is left in which the rival counts.
            return True, 0
        scoring = self._scoring
        gaps = self.gaps(rival)
        worst = [min(gap.values()) for gap in gaps]
        if all(_least(low, high, worst) > 0 for low, high in self._distinct):
            return True, 0
        best = [max(gap.values()) for gap in gaps]
        if any(_most(low, high, best) <= 0 for low, high in self._distinct):
            return False, 0
        varying = [
            i
            for i, gap in enumerate(gaps)
            if self._numbers[i] is not None and len(set(gap.values())) > 1
        ]
        if not varying or not self.weighed_by_cell:
            return False, 0
        parts = [scoring.weights.spans, *(self._criteria[i].spans for i in varying)]
        many = self._worlds.told_apart(parts)
        if many > FEW:
            return self._least_lead(parts, varying, gaps, worst) > 0, many
        for number, *numbers in self._worlds.combinations(parts):
            row = list(worst)
            for i, own_number in zip(varying, numbers, strict=True):
                row[i] = gaps[i][own_number]
            if _least(*scoring.weights.ranges[number], row) <= 0:
                return False, many
        return True, many

    def gaps(self, rival: str) -> list[dict[int, int]]:
        """Per criterion, by number of its ``spans``, the least lead."""
        other = self._scoring.place[rival]
        return [
            self._gaps(own, numbers, other)
            for own, numbers in zip(self._criteria, self._numbers, strict=True)
        ]

    def known(self, k: int) -> bool:
        """Whether each joint cell of a criterion, by place, was looked at."""
        return self._numbers[k] is not None

    def least(self, worst: Sequence[int]) -> int:
        """The least weighted sum of these gaps."""
        return min([_least(low, high, worst) for low, high in self._distinct])

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
        return {n: own.least_lead(n, self._leader, other) for n in numbers}

    def _least_lead(
        self,
        parts: Sequence[Part],
        varying: Sequence[int],
        gaps: Sequence[dict[int, int]],
        worst: Sequence[int],
    ) -> int:
        """The least weighted sum of leads over all joint cells of the ``parts`` (weights, then
        the criteria that are ``varying``), or a lower bound of it."""
        import numpy as np

        from advisor.engine.elimination import Table, joint_cells, least_sum, spread, thinned

        (chosen, *leads), barred = self._worlds.tables(parts)
        ends = np.array(self._scoring.weights.ranges, dtype=np.int64)[chosen.values]
        by_criterion = dict(zip(varying, leads, strict=True))
        found = [Table(bar.keys, bar.values * BARRED) for bar in barred]
        for i, gap in enumerate(gaps):
            lead = Table((), np.array(worst[i], dtype=np.int64))
            if i in by_criterion:
                numbers = by_criterion[i].values
                # What is seen only where a combination cannot be has no lead.
                table = np.zeros(max(int(numbers.max()), *gap) + 1, dtype=np.int64)
                table[list(gap)] = list(gap.values())
                lead = thinned(Table(by_criterion[i].keys, table[numbers]))
            weights = [thinned(Table(chosen.keys, ends[..., side, i])) for side in (0, 1)]
            if joint_cells([lead, *weights]) > CELLS_TOGETHER:
                lead = Table((), np.array(worst[i], dtype=np.int64))
            keys = tuple(dict.fromkeys(key for t in (lead, *weights) for key in t.keys))
            here, least, most = (spread(t, keys) for t in (lead, *weights))
            found.append(Table(keys, here * np.where(here > 0, least, most)))
        return least_sum(found, CELLS_TOGETHER)


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
