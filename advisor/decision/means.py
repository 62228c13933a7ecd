"""Exact means over worlds: of each criterion's part of the score, for every offer.

A mean is a sum of fractions whose denominators are the few sums of weights that occur, so
whole numbers are added up over a common one and divided once.  Weights and utilities hang
together only through the axes that both read: at each cell of those, either side is added up
for itself, and kept for the next answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from advisor.decision.gates import Failures
from advisor.decision.passing import Factor
from advisor.decision.situation import Situation
from advisor.decision.utilities import Utilities
from advisor.decision.weighting import Weights
from advisor.engine.looks import Cells, Part
from advisor.engine.worlds import Masses, Worlds

if TYPE_CHECKING:
    from advisor.engine.grids import Column

FEW = 65_536
"""Utilities up to which plain Python is quicker than loading numpy."""
CELLS_AT_MOST = 1 << 14
"""Joint cells that utilities or weights tell apart up to which a mean is exact."""
GATES_AT_MOST = 1 << 11
"""The same of the gates that hang together with them."""
JOINED_AT_MOST = 1 << 11
"""The same of the axes through which the sides hang together."""


class Mean(Struct, frozen=True):
    """Of one criterion: the mean weight share (0..1), and per offer the mean of weight share
    x utility (0..10000) as ``terms`` over ``whole``."""

    share: Fraction
    terms: tuple[int, ...]
    whole: int


Values = tuple[int, ...]
"""Per offer; at the end, one more for an offer of utility 1 that passes everything."""

Weighed = tuple[int, dict[Cells, tuple[int, int]]]
"""A common multiple of the sums of weights; per cell of the shared axes the mass x the
criterion's share of the weights (times that multiple), and the mass."""


class Means(Struct, frozen=True):
    """Means over the worlds of one decision.

    Three sides hang together through few axes: a criterion's utilities, the weights, the
    gates that share an axis with either.  At each cell of the axes that two sides read, each
    side is added up for itself.  Cells are those that utilities and weights tell apart; what
    gates tell apart inside them is added up on their side.
    """

    situation: Situation
    worlds: Worlds
    weights: Weights
    offers: int

    def exact(self, criterion: int, own: Utilities, gates: Factor | None) -> Mean:
        """The mean over every world; ``gates`` are those that hang together with the
        utilities or the weights."""
        if gates is None and not own.part.keys and not self.weights.part.keys:
            return self._of_one_world(criterion, own)
        values, weighing, elsewhere = self._beside_weights(own, gates)
        multiple, weighed = self._weighed(criterion, own, weighing, elsewhere)
        terms = [0] * self.offers
        share = total = 0
        for cell, row in values:
            found = weighed.get(cell)
            if found is None:
                continue
            factor, mass = found
            share += row[-1] * factor
            total += row[-1] * mass
            if factor:
                for i in range(self.offers):
                    terms[i] += row[i] * factor
        if not total:
            return Mean(Fraction(0), (0,) * self.offers, 1)
        return Mean(
            Fraction(share, total * multiple),
            tuple(terms),
            total * multiple * (gates.whole if gates else 1),
        )

    def by_weights(self, own: Utilities, gates: Factor | None) -> tuple[dict[int, Values], int]:
        """Per number of the weights and per offer, the sum of mass x utility where the gates
        are passed, and of the mass; all of it over the whole that comes second."""
        values, weighing, elsewhere = self._beside_weights(own, gates)
        masses: dict[Cells, list[tuple[int, int]]] = {}
        for group, mass in self._weights_by_cell(own, weighing, elsewhere)[1].items():
            masses.setdefault(group[:-1], []).append((group[-1], mass))
        sums: dict[int, list[int]] = {}
        for cell, row in values:
            for number, mass in masses.get(cell, ()):
                line = sums.setdefault(number, [0] * len(row))
                for i, value in enumerate(row):
                    line[i] += value * mass
        whole = sum(line[-1] for line in sums.values()) * (gates.whole if gates else 1)
        return {number: tuple(line) for number, line in sums.items()}, whole

    def _beside_weights(
        self, own: Utilities, gates: Factor | None
    ) -> tuple[list[tuple[Cells, Values]], tuple[str, ...], set[str]]:
        """What is worth how much at the cells of the axes that the weights share with either
        side; those axes; and all axes of either side, by which mass is counted."""
        sides = [[own.part], [self.weights.part], [gates.part] if gates else []]
        axes = [self.worlds.bound([k for part in side for k in part.keys]) for side in sides]
        shared = sorted(
            {k for k in axes[0] if k in axes[1] or k in axes[2]} | ({*axes[1]} & {*axes[2]})
        )
        mine, weighing, gated = (tuple(k for k in shared if k in side) for side in axes)
        values = self._values(own, mine, {*axes[2]})
        if gates is not None:
            passing = self._passing(gates, own, gated)
            values = _joined(values, mine, passing, gated, keep=weighing)
            mine = tuple(k for k in shared if k in weighing)
        pick = [mine.index(k) for k in weighing]
        picked = [(tuple([cell[i] for i in pick]), row) for cell, row in values.items()]
        return picked, weighing, {*axes[0], *axes[2]}

    def _of_one_world(self, criterion: int, own: Utilities) -> Mean:
        vector = self.weights.vectors[self.weights.part.only]
        whole = sum(vector)
        if not whole:
            return Mean(Fraction(0), (0,) * self.offers, 1)
        weight = vector[criterion]
        terms = tuple([weight * point for point in own.points_of(own.part.only)])
        return Mean(Fraction(weight, whole), terms, whole)

    def rests_on(self, own: Utilities, gates: Factor | None) -> tuple[object, ...]:
        """What ``exact`` depends on, beside its own arguments."""
        parts = [own.part, self.weights.part, *([gates.part] if gates else [])]
        return self.weights.part, *self._open([k for p in parts for k in p.keys])

    def sample_rests_on(self, own: Utilities) -> tuple[object, ...]:
        """What ``sampled`` depends on, beside its own arguments: every combination that cannot
        be takes worlds out of the sample."""
        barred = [key for look in self.worlds.impossible for key in look.keys]
        return self.weights.part, *self._open([*own.part.keys, *self.weights.part.keys, *barred])

    def _open(self, keys: Iterable[str]) -> tuple[object, ...]:
        return self.situation.open_behind(self.worlds, keys)

    def _classes(self, keys: Sequence[str], parts: Sequence[Part]) -> tuple[object, ...]:
        looks = [look for part in parts for look in part.looks]
        return tuple(tuple(map(tuple, self.worlds.merged(key, looks))) for key in keys)

    def _values(
        self, own: Utilities, fixed: tuple[str, ...], gated: set[str]
    ) -> dict[Cells, Values]:
        """Per cell of the ``fixed`` axes, the sum of mass x utility of each offer; the mass of
        axes that gates read is counted with the gates."""
        weightless = tuple(key for key in fixed if key in gated)
        others = [self.weights.part]
        keys = self.worlds.bound(own.part.keys)

        def make() -> dict[Cells, Values]:
            groups = self.worlds.grouped(
                [own.part], fixed=fixed, beside=others, weightless=weightless
            )
            rows: dict[Cells, list[tuple[int, int]]] = {}
            for group, mass in groups.items():
                rows.setdefault(group[:-1], []).append((group[-1], mass))
            many = len(groups) * self.offers > FEW
            summed = _summed_columns(own, rows) if many else _summed(own, rows)
            return {
                cell: (*sums, sum([mass for _, mass in listed]))
                for (cell, listed), sums in zip(rows.items(), summed, strict=True)
            }

        classes = self._classes(fixed, [own.part, *others])
        place = ("values", own.part, fixed, weightless, *classes, *self._open(keys))
        return self.situation.base.tables.of(place, make, own.cells)

    def _passing(
        self, gates: Factor, own: Utilities, fixed: tuple[str, ...]
    ) -> dict[Cells, Values]:
        """Per cell of the ``fixed`` axes, the mass in which each offer passes."""
        beside = [own.part, self.weights.part]
        keys = self.worlds.bound(gates.part.keys)

        def make() -> dict[Cells, Values]:
            looks = [look for part in beside for look in part.looks]
            first = [self.worlds.first_cells(key, looks) for key in fixed]
            found: dict[Cells, list[int]] = {}
            groups = self.worlds.grouped([gates.part], fixed=fixed, beside=beside)
            for (*cells, number), mass in groups.items():
                cell = tuple([row[c] for row, c in zip(first, cells, strict=True)])
                sums = found.setdefault(cell, [0] * (self.offers + 1))
                for i, share in enumerate(gates.shares(number)):
                    sums[i] += share * mass
                sums[-1] += mass
            return {cell: tuple(sums) for cell, sums in found.items()}

        classes = self._classes(fixed, beside)
        place = ("passing", gates.part, fixed, *classes, *self._open(keys))
        return self.situation.base.tables.of(place, make)

    def _weighed(
        self, criterion: int, own: Utilities, fixed: tuple[str, ...], elsewhere: set[str]
    ) -> Weighed:
        """The weights by cell of the ``fixed`` axes, the mass of which is counted where it
        is read ``elsewhere``."""
        place, groups = self._weights_by_cell(own, fixed, elsewhere)

        def make() -> Weighed:
            vectors = self.weights.vectors
            numbers = {group[-1] for group in groups}
            wholes = {sum(vectors[number]) for number in numbers} - {0}
            multiple = math.lcm(*wholes)
            shares = {
                number: vectors[number][criterion]
                * (multiple // sum(vectors[number]) if any(vectors[number]) else 0)
                for number in numbers
            }
            found: dict[Cells, tuple[int, int]] = {}
            for group_, mass in groups.items():
                cell = group_[:-1]
                before = found.get(cell, (0, 0))
                found[cell] = (before[0] + shares[group_[-1]] * mass, before[1] + mass)
            return multiple, found

        return self.situation.base.tables.of(("weighed", criterion, *place), make)

    def _weights_by_cell(
        self, own: Utilities, fixed: tuple[str, ...], elsewhere: set[str]
    ) -> tuple[tuple[object, ...], Masses]:
        """The mass of each number of the weights by cell, and what that rests on."""
        weightless = tuple(key for key in fixed if key in elsewhere)
        part = self.weights.part
        classes = self._classes(fixed, [own.part, part])
        keys = self.worlds.bound(part.keys)
        place = (part, fixed, weightless, *classes, *self._open(keys))

        def make() -> Masses:
            return self.worlds.grouped(
                [part], fixed=fixed, beside=[own.part], weightless=weightless
            )

        return place, self.situation.base.tables.of(("weights by cell", *place), make)

    def fits(self, own: Utilities, gates: Factor | None) -> bool:
        """Whether ``exact`` is quick enough; else the fixed worlds are looked at."""
        parts = [own.part, self.weights.part, *([gates.part] if gates else [])]
        if max(self.worlds.told_apart([part]) for part in parts[:2]) > CELLS_AT_MOST:
            return False
        if gates is not None and self.worlds.told_apart([gates.part]) > GATES_AT_MOST:
            return False
        axes = [set(self.worlds.bound(part.keys)) for part in parts]
        shared = (axes[0] & axes[1]).union(*((axes[0] | axes[1]) & more for more in axes[2:]))
        looks = [look for part in parts[:2] for look in part.looks]
        return math.prod(len(self.worlds.merged(k, looks)[0]) for k in shared) <= JOINED_AT_MOST

    def sampled(self, criterion: int, own: Utilities, failures: Sequence[Failures]) -> Mean:
        """The mean over the fixed worlds; where one of the gates fails an offer is worth
        nothing."""
        import numpy as np

        order, starts, wholes, weights, passes = self._sample(tuple(failures))
        rows = self.worlds.sampled(own.part)[order]
        weight = weights[:, criterion]
        worth = own.points().astype(np.int32)[rows]
        worth *= weight[:, None]
        worth *= passes
        sums = np.add.reduceat(worth, starts, axis=0, dtype=np.int64).tolist()
        weighed = np.add.reduceat(weight, starts, dtype=np.int64).tolist()
        multiple = math.lcm(*(whole for whole in wholes if whole))
        share = 0
        terms = [0] * self.offers
        for whole, line, part in zip(wholes, sums, weighed, strict=True):
            if whole:
                share += part * (multiple // whole)
                for i, value in enumerate(line):
                    terms[i] += value * (multiple // whole)
        total = len(order) * multiple
        return Mean(Fraction(share, total), tuple(terms), total)

    def _sample(self, failures: tuple[Failures, ...]) -> tuple[Any, Any, list[int], Any, Any]:
        """The fixed worlds by rising sum of weights: their order, where each sum starts, the
        sums, the weights, and by offer 1 where it passes."""
        import numpy as np

        worlds, part = self.worlds, self.weights.part

        def make() -> tuple[Any, Any, list[int], Any, Any]:
            chosen = worlds.sampled(part)
            vectors = np.array(self.weights.vectors, dtype=np.int32)
            at_sum = vectors.sum(axis=1)[chosen]
            order = np.argsort(at_sum, kind="stable")
            wholes, starts = np.unique(at_sum[order], return_index=True)
            passes = np.ones((len(order), self.offers), dtype=np.int8)
            for failing in failures:
                table = np.array(
                    [
                        [1 - (o.at_point >> i & 1) for i in range(self.offers)]
                        for o in failing.outcomes
                    ],
                    dtype=np.int8,
                )
                passes *= table[worlds.sampled(failing.part)[order]]
            return order, starts, wholes.tolist(), vectors[chosen][order], passes

        keys = [key for f in failures for key in f.part.keys]
        keys += [key for look in worlds.impossible for key in look.keys]
        place = ("sample", part, *failures, *self._open((*part.keys, *keys)))
        return self.situation.base.tables.of(place, make, size=1 << 20)


def _joined(
    values: Mapping[Cells, Values],
    mine: tuple[str, ...],
    passing: Mapping[Cells, Values],
    gated: tuple[str, ...],
    keep: tuple[str, ...],
) -> dict[Cells, Values]:
    """Values times who passes, added up over all axes but those to ``keep``."""
    both = [key for key in mine if key in gated]
    at_mine = [mine.index(key) for key in both]
    at_gated = [gated.index(key) for key in both]
    kept = [(0, mine.index(k)) if k in mine else (1, gated.index(k)) for k in keep]
    index: dict[Cells, list[tuple[Cells, Values]]] = {}
    for cell, row in passing.items():
        index.setdefault(tuple([cell[i] for i in at_gated]), []).append((cell, row))
    found: dict[Cells, list[int]] = {}
    for cell, row in values.items():
        for other, passes in index.get(tuple([cell[i] for i in at_mine]), ()):
            place = (cell, other)
            sums = found.setdefault(tuple([place[side][i] for side, i in kept]), [0] * len(row))
            for i, (value, passed) in enumerate(zip(row, passes, strict=True)):
                if passed:
                    sums[i] += value * passed
    return {cell: tuple(sums) for cell, sums in found.items()}


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
