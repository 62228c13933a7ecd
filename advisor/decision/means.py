"""Exact means over worlds: of each criterion's part of the score, for every offer.

A mean is a sum of fractions whose denominators are the few sums of weights that occur, so
whole numbers are added up per such sum and divided once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from advisor.decision.utilities import Utilities
from advisor.engine.looks import Part
from advisor.engine.worlds import Worlds


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean weight share of a criterion (0..1), and per offer the mean of weight share x
    utility (0..10000)."""

    share: Fraction
    terms: tuple[Fraction, ...]


@dataclass(frozen=True)
class Means:
    """Means over the worlds of one decision.

    ``weights`` numbers ``vectors`` (the weights of all criteria), ``failing`` numbers
    ``masks``, the offers (bits, by position) that are worth nothing there.
    """

    worlds: Worlds
    weights: Part
    vectors: Sequence[tuple[int, ...]]
    failing: Part
    masks: Sequence[int]
    offers: int

    def exact(self, criterion: int, utilities: Utilities) -> Mean:
        """The mean over every world.  Weights and utilities hang together only through the
        axes that both read: at each cell of those, either side is added up for itself."""
        own = [utilities.part, self.failing]
        fixed = self.worlds.shared([self.weights], own)
        by_weight = self.worlds.grouped([self.weights], fixed=fixed, beside=own, unweighted=True)
        by_row = self.worlds.grouped(own, fixed=fixed, beside=[self.weights])
        # Per cell of the shared axes: sum of weights -> mass x weight, and all of the mass.
        weighed: dict[tuple[int, ...], dict[int, int]] = {}
        masses: dict[tuple[int, ...], int] = {}
        for (*cell, number), mass in by_weight.items():
            vector = self.vectors[number]
            whole = sum(vector)
            place = tuple(cell)
            masses[place] = masses.get(place, 0) + mass
            if whole and vector[criterion]:
                sums = weighed.setdefault(place, {})
                sums[whole] = sums.get(whole, 0) + mass * vector[criterion]
        values: dict[tuple[int, ...], list[int]] = {}
        own_masses: dict[tuple[int, ...], int] = {}
        points = [u.point for u in utilities.pool]
        for (*cell, row, failed), mass in by_row.items():
            place = tuple(cell)
            own_masses[place] = own_masses.get(place, 0) + mass
            if place not in weighed:
                continue
            mask = self.masks[failed]
            sums_here = values.setdefault(place, [0] * self.offers)
            for i, pooled in enumerate(utilities.rows[row]):
                if not mask >> i & 1:
                    sums_here[i] += mass * points[pooled]
        total = sum(mass * masses.get(place, 0) for place, mass in own_masses.items())
        shares: dict[int, int] = {}
        by_sum: dict[int, list[int]] = {}
        for place, sums in weighed.items():
            mine = own_masses.get(place, 0)
            here = values.get(place)
            if here is None:
                continue
            for whole, weight in sums.items():
                shares[whole] = shares.get(whole, 0) + weight * mine
                line = by_sum.setdefault(whole, [0] * self.offers)
                for i, value in enumerate(here):
                    line[i] += weight * value
        return _divided(shares, by_sum, total, self.offers)

    def sampled(self, criteria: Sequence[Utilities]) -> list[Mean]:
        """The means over the fixed worlds."""
        import numpy as np

        from advisor.engine.grids import distinct

        chosen = self.worlds.sampled(self.weights)
        failed = self.worlds.sampled(self.failing)
        vectors = np.array(self.vectors, dtype=np.int64)
        wholes, whole = np.unique(vectors.sum(axis=1), return_inverse=True)
        at_sum = whole[chosen]
        passes = np.array(
            [[not mask >> i & 1 for i in range(self.offers)] for mask in self.masks],
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


def _divided(
    shares: Mapping[int, int], by_sum: Mapping[int, Sequence[int]], total: int, offers: int
) -> Mean:
    """``shares`` and ``by_sum`` hold numerators by sum of weights."""
    common = math.lcm(*shares) if shares else 1
    scale = common * total
    if not scale:
        return Mean(Fraction(0), (Fraction(0),) * offers)
    sums = [0] * offers
    for whole, line in by_sum.items():
        factor = common // whole
        for i, value in enumerate(line):
            sums[i] += value * factor
    share = sum(value * (common // whole) for whole, value in shares.items())
    return Mean(Fraction(share, scale), tuple([Fraction(value, scale) for value in sums]))
