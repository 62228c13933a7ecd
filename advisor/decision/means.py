"""Exact means over worlds: of each criterion's part of the score, for every offer.

A mean is a sum of fractions whose denominators are the few sums of weights that occur, so
whole numbers are added up over a common one and divided once.  Weights and utilities hang
together only through the axes that both read: at each cell of those, either side is added up
for itself, and kept for the next answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from advisor.decision.passing import Factor, Shares
from advisor.decision.situation import Situation
from advisor.decision.utilities import Utilities
from advisor.decision.weighting import Weights
from advisor.engine.looks import Cells, Part
from advisor.engine.worlds import Masses, Worlds

if TYPE_CHECKING:
    from advisor.engine.grids import Column

FEW = 65_536
"""Utilities up to which plain Python is quicker than loading numpy."""


@dataclass(frozen=True, slots=True)
class Mean:
    """Of one criterion: the mean weight share (0..1), and per offer the mean of weight share
    x utility (0..10000) as ``terms`` over ``whole``."""

    share: Fraction
    terms: tuple[int, ...]
    whole: int


Values = tuple[int, ...]

Sums = tuple[dict[Cells, int], dict[Cells, Values]]
"""Per cell of the shared axes: all of the mass, and per offer mass x utility x passing."""

Weighed = tuple[int, dict[Cells, int], dict[Cells, int], dict[Cells, list[tuple[Shares, int]]]]
"""A common multiple of the sums of weights; per cell of the shared axes: the mass, mass x
weight share, and the same by who passes (both times that multiple)."""


@dataclass(frozen=True)
class Means:
    """Means over the worlds of one decision."""

    situation: Situation
    worlds: Worlds
    weights: Weights
    offers: int

    def exact(
        self, criterion: int, own: Utilities, beside_own: Factor | None, beside: Factor | None
    ) -> Mean:
        """The mean over every world; gates that hang together with the utilities, and those
        that do with the weights alone, are factors."""
        mine = [own.part, *([beside_own.part] if beside_own else [])]
        others = [self.weights.part, *([beside.part] if beside else [])]
        fixed = self.worlds.shared(others, mine)
        looks = [look for part in (*mine, *others) for look in part.looks]
        classes = tuple(tuple(map(tuple, self.worlds.merged(key, looks))) for key in fixed)
        keep = self.situation.base.tables.of
        first, second = (
            (*parts, None, *fixed, *classes, *self._slots(parts, fixed)) for parts in (mine, others)
        )
        masses, values = keep(
            ("sums", *first), lambda: self._sums(own, mine, others, fixed, beside_own)
        )
        groups = keep(
            ("weights by cell", *second),
            lambda: self.worlds.grouped(others, fixed=fixed, beside=mine, unweighted=True),
        )
        multiple, all_of_it, shared, weighed = keep(
            ("weighed", criterion, *second),
            lambda: self._weighed(criterion, groups, len(fixed), beside),
        )
        total = sum(mass * all_of_it.get(cell, 0) for cell, mass in masses.items())
        if not total:
            return Mean(Fraction(0), (0,) * self.offers, 1)
        share = sum(mass * shared.get(cell, 0) for cell, mass in masses.items())
        terms = [0] * self.offers
        for cell, row in values.items():
            for passing, factor in weighed.get(cell, ()):
                for i, (value, passes) in enumerate(zip(row, passing, strict=True)):
                    terms[i] += value * passes * factor
        whole = total * multiple
        return Mean(
            Fraction(share, whole),
            tuple(terms),
            whole * (beside_own.whole if beside_own else 1) * (beside.whole if beside else 1),
        )

    def rests_on(
        self, own: Utilities, beside_own: Factor | None, beside: Factor | None
    ) -> tuple[object, ...]:
        """What ``exact`` depends on, beside its own arguments."""
        parts = [own.part, self.weights.part, *(f.part for f in (beside_own, beside) if f)]
        return self.weights.part, *self._slots(parts, ())

    def _slots(self, parts: Sequence[Part], fixed: Sequence[str]) -> tuple[object, ...]:
        keys = self.worlds.whole_keys([k for p in parts for k in p.keys], fixed)
        axes = self.situation.axes
        return self.situation.slots(frozenset(axes[key].question for key in keys))

    def _sums(
        self,
        own: Utilities,
        mine: Sequence[Part],
        others: Sequence[Part],
        fixed: Sequence[str],
        factor: Factor | None,
    ) -> Sums:
        groups = self.worlds.grouped(mine, fixed=fixed, beside=others)
        masses: dict[Cells, int] = {}
        rows: dict[tuple[Cells, int], list[tuple[int, int]]] = {}
        width = len(fixed)
        for group, mass in groups.items():
            cell, row = group[:width], group[width]
            masses[cell] = masses.get(cell, 0) + mass
            passed = group[width + 1] if factor else -1
            rows.setdefault((cell, passed), []).append((row, mass))
        many = len(groups) * self.offers > FEW
        summed = _summed_columns(own, rows) if many else _summed(own, rows)
        values: dict[Cells, Values] = {}
        for (cell, passed), sums in zip(rows, summed, strict=True):
            worth = sums
            if factor is not None:
                passing = factor.shares(passed)
                worth = tuple([a * b for a, b in zip(sums, passing, strict=True)])
            known = values.get(cell)
            values[cell] = worth if known is None else _added(known, worth)
        return masses, values

    def _weighed(
        self, criterion: int, groups: Masses, width: int, factor: Factor | None
    ) -> Weighed:
        """``width``: how many shared axes come first in each group."""
        vectors = self.weights.vectors
        wholes = {sum(vectors[group[width]]) for group in groups} - {0}
        multiple = math.lcm(*wholes)
        parts = {whole: multiple // whole for whole in wholes}
        # Per vector of weights, the criterion's share of them.
        shares = {
            number: vectors[number][criterion] * parts.get(sum(vectors[number]), 0)
            for number in {group[width] for group in groups}
        }
        all_of_it: dict[Cells, int] = {}
        shared: dict[Cells, int] = {}
        by_passing: dict[Cells, dict[int, int]] = {}
        for group, mass in groups.items():
            cell = group[:width]
            part = shares[group[width]] * mass
            all_of_it[cell] = all_of_it.get(cell, 0) + mass
            shared[cell] = shared.get(cell, 0) + part
            passed = group[width + 1] if factor else -1
            by_cell = by_passing.setdefault(cell, {})
            by_cell[passed] = by_cell.get(passed, 0) + part
        everybody = (1,) * self.offers
        weighed = {
            cell: [
                (factor.shares(passed) if factor else everybody, part)
                for passed, part in found.items()
                if part
            ]
            for cell, found in by_passing.items()
        }
        return multiple, all_of_it, shared, weighed

    def sampled(
        self, criteria: Sequence[Utilities], failing: Part, masks: Sequence[int]
    ) -> list[Mean]:
        """The means over the fixed worlds; ``failing`` numbers ``masks``, the offers (bits)
        that are worth nothing there."""
        import numpy as np

        from advisor.engine.grids import distinct

        chosen = self.worlds.sampled(self.weights.part)
        failed = self.worlds.sampled(failing)
        vectors = np.array(self.weights.vectors, dtype=np.int64)
        wholes, whole = np.unique(vectors.sum(axis=1), return_inverse=True)
        at_sum = whole[chosen]
        passes = np.array(
            [[not mask >> i & 1 for i in range(self.offers)] for mask in masks],
            dtype=np.int64,
        )
        total = len(chosen)
        result = []
        for criterion, utilities in enumerate(criteria):
            weight = vectors[:, criterion][chosen]
            rows = self.worlds.sampled(utilities.part)
            keys, places = distinct([at_sum, failed, rows])
            # Sums of 65,536 weights of at most 64 are exact in a double.
            weights = np.bincount(places, weights=weight, minlength=len(keys)).astype(np.int64)
            terms = utilities.points()[keys[:, 2]] * passes[keys[:, 1]] * weights[:, None]
            order = np.argsort(keys[:, 0], kind="stable")
            present, starts = np.unique(keys[order, 0], return_index=True)
            sums = np.add.reduceat(terms[order], starts, axis=0).tolist()
            weighed = np.add.reduceat(weights[order], starts).tolist()
            named = [int(wholes[n]) for n in present.tolist()]
            result.append(
                _divided(
                    {w: s for w, s in zip(named, weighed, strict=True) if w},
                    {w: line for w, line in zip(named, sums, strict=True) if w},
                    total,
                    self.offers,
                )
            )
        return result


def _added(first: Iterable[int], second: Iterable[int]) -> Values:
    return tuple([a + b for a, b in zip(first, second, strict=True)])


def _summed(own: Utilities, rows: Mapping[Any, Sequence[tuple[int, int]]]) -> list[Values]:
    """Per group of rows with their masses, the sum of mass x utility of each offer."""
    found = []
    for listed in rows.values():
        if len(listed) == 1:
            row, mass = listed[0]
            points = own.points_of(row)
            found.append(points if mass == 1 else tuple([mass * point for point in points]))
            continue
        sums = [0] * len(own.points_of(listed[0][0]))
        for row, mass in listed:
            for i, point in enumerate(own.points_of(row)):
                sums[i] += mass * point
        found.append(tuple(sums))
    return found


def _summed_columns(own: Utilities, rows: Mapping[Any, Sequence[tuple[int, int]]]) -> list[Values]:
    """The same as columns; masses are added up in pieces that stay exact."""
    import numpy as np

    from advisor.engine.grids import HALF

    sizes = [len(listed) for listed in rows.values()]
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    points = own.points()[np.array([row for listed in rows.values() for row, _ in listed])]
    masses = [mass for listed in rows.values() for _, mass in listed]
    largest = max(masses)
    left: Column = np.array(masses, dtype=np.int64 if largest < 1 << 62 else object)
    totals: Any = None
    for shift in range(0, largest.bit_length(), HALF):
        piece = ((left >> shift) & ((1 << HALF) - 1)).astype(np.int64)
        # 31 bits of mass x 14 of utility leave room for 2^18 rows of one group.
        sums = np.add.reduceat(points * piece[:, None], starts, axis=0).astype(object)
        totals = sums if totals is None else totals + (sums << shift)
    return [tuple(line) for line in totals.tolist()]


def _divided(
    shares: Mapping[int, int], by_sum: Mapping[int, Sequence[int]], total: int, offers: int
) -> Mean:
    """``shares`` and ``by_sum`` hold numerators by sum of weights."""
    common = math.lcm(*shares) if shares else 1
    scale = common * total
    if not scale:
        return Mean(Fraction(0), (0,) * offers, 1)
    sums = [0] * offers
    for whole, line in by_sum.items():
        factor = common // whole
        for i, value in enumerate(line):
            sums[i] += value * factor
    share = sum(value * (common // whole) for whole, value in shares.items())
    return Mean(Fraction(share, scale), tuple(sums), scale)
