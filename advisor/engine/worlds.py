"""Worlds: joint cells of the open axes, grouped by what a decision makes of them.

``grouped`` adds up the prior mass of every combination of numbers that a few parts make of
the worlds.  Axes that no part reads factor out, and cells that no look tells apart count as
one, so the sum is exact as long as the axes that the parts read together have few enough
joint cells; else it is taken over 16,384 worlds that are fixed by question id and index and
are the same for every offer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import product, repeat
from typing import TYPE_CHECKING, Any

from advisor.engine.axes import Axis
from advisor.engine.looks import Cells, Look, Part

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray

    from advisor.engine.elimination import Table
    from advisor.engine.grids import Column

SAMPLE = 16_384
EXACT_LIMIT = 65_536
FEW = 1_024
"""Combinations up to which plain Python is quicker than loading numpy."""

Masses = dict[tuple[int, ...], int]


class Worlds:
    """``axes``: every axis that the decision may read.  ``impossible``: looks that are True
    where a combination of answers cannot be."""

    def __init__(self, axes: Mapping[str, Axis], impossible: Sequence[Look[bool]] = ()) -> None:
        self._axes = axes
        self._impossible = tuple(impossible)
        self._barred = {look: Part([look], _barred_by(look)) for look in self._impossible}
        self._sampled_numbers: dict[Part, Column] = {}
        self._possible_worlds: NDArray[bool_] | None = None

    @property
    def impossible(self) -> tuple[Look[bool], ...]:
        """Looks that are True where a combination of answers cannot be."""
        return self._impossible

    @property
    def bars(self) -> list[Part]:
        """The same as parts whose number is 1 there."""
        return list(self._barred.values())

    def count(self, keys: Sequence[str]) -> int:
        """How many joint cells these axes have, impossible ones left out."""
        total = 1
        rest = set(keys)
        for look in self._impossible:
            if rest.issuperset(look.keys):
                bound = tuple(k for k in self.bound(look.keys) if k in rest)
                rest -= set(bound)
                total *= sum(1 for _ in self._possible_cells(bound))
        return total * self.joint(tuple(rest))

    def are_possible(self, keys: Sequence[str]) -> bool:
        """Whether any joint cell of these axes, and of those tied to them, can be."""
        return any(True for _ in self._possible_cells(self.bound(keys)))

    def barring(self, keys: Sequence[str]) -> tuple[Look[bool], ...]:
        """What is impossible among these axes, and so changes sums over their joint cells."""
        return tuple(look for look in self._impossible if set(look.keys) <= set(keys))

    def joint(self, keys: Sequence[str]) -> int:
        """How many joint cells these axes have."""
        return math.prod(len(self._axes[key].cells) for key in keys)

    def told_apart(self, parts: Sequence[Part]) -> int:
        """Joint cells of all axes that the parts read; those that none of the parts' looks
        tells apart count as one."""
        return math.prod(len(listed) for listed in self._classes(parts)[0].values())

    def bound(self, keys: Sequence[str], fixed: Collection[str] = ()) -> tuple[str, ...]:
        """``keys`` and the axes that impossible combinations tie to them, except through the
        ``fixed`` axes."""
        chosen = dict.fromkeys(keys)
        grown = True
        while grown:
            grown = False
            for look in self._impossible:
                free = [key for key in look.keys if key not in fixed]
                if any(k in chosen for k in free) and any(k not in chosen for k in free):
                    chosen.update(dict.fromkeys(free))
                    grown = True
        return tuple(chosen)

    def tied(self, keys: Sequence[str], others: set[str]) -> bool:
        """Whether two sets of axes share one, or are bound by an impossible combination."""
        return bool(set(self.bound(tuple(keys))) & set(others))

    def grouped(
        self,
        parts: Sequence[Part],
        *,
        fixed: Sequence[str] = (),
        beside: Sequence[Part] = (),
        weightless: Collection[str] = (),
    ) -> Masses:
        """Combination of the parts' numbers -> prior mass (whole numbers, relative), exactly.

        ``fixed`` axes come first in each combination, as the first cell of a class of cells
        that neither these parts nor those ``beside`` tell apart; the mass of ``weightless``
        ones is left out.
        """
        keys = tuple(
            dict.fromkeys([*fixed, *self.bound([k for p in parts for k in p.keys], fixed)])
        )
        if not keys:
            return {tuple([part.only for part in parts]): 1}
        # All that is impossible, so that both sides of fixed axes see the same classes.
        looks = [look for part in (*parts, *beside) for look in part.looks]
        looks += self._impossible
        cells: dict[str, list[int]] = {}
        weights: list[list[int]] = []
        for key in keys:
            cells[key], mass = self.merged(key, looks)
            weights.append([1] * len(mass) if key in weightless else mass)
        everything = [*(_itself(self._axes[key]) for key in fixed), *parts]
        return _masses_of(cells, weights, everything, self._bars_among(keys))

    def combinations(self, parts: Sequence[Part]) -> list[tuple[int, ...]]:
        """Every possible combination of the parts' numbers, whatever its prior mass."""
        cells, bars = self._classes(parts)
        if not cells:
            return [tuple([part.only for part in parts])]
        weights = [[1] * len(listed) for listed in cells.values()]
        return list(_masses_of(cells, weights, parts, bars))

    def tables(self, parts: Sequence[Part]) -> tuple[list[Table], list[Table]]:
        """Each part's numbers over the axes that it reads, cells that no look of the parts
        tells apart taken once; and, over the same cells, 1 where a combination cannot be."""
        from advisor.engine.elimination import Table
        from advisor.engine.grids import grid, part_numbers

        cells, bars = self._classes(parts)

        def table(part: Part) -> Table:
            own = {key: cells[key] for key in part.keys}
            sizes = [len(listed) for listed in own.values()]
            return Table(tuple(own), part_numbers(grid(own), part, math.prod(sizes)).reshape(sizes))

        return [table(part) for part in parts], [table(bar) for bar in bars]

    def sampled_groups(self, parts: Sequence[Part]) -> Masses:
        """Combination of the parts' numbers -> how many of the fixed worlds have it."""
        import numpy as np

        from advisor.engine.grids import distinct_rows

        groups, places = distinct_rows([self.sampled(part) for part in parts])
        counts = np.bincount(places, minlength=len(groups)).tolist()
        return dict(zip(groups, counts, strict=True))

    def sampled(self, part: Part) -> Column:
        """The part's number in each sampled world that is possible."""
        if part not in self._sampled_numbers:
            self._sampled_numbers[part] = self.over_sample(part)[self.possible_worlds()]
        return self._sampled_numbers[part]

    def drawn(self, parts: Sequence[Part], rows: int) -> list[Column]:
        """The parts' numbers in the first ``rows`` of the sampled worlds, impossible ones left
        out."""
        keep = self.possible_worlds()[:rows]
        return [self.over_sample(part)[:rows][keep] for part in parts]

    def merged(
        self, key: str, looks: Sequence[Look[bool]], *, expected: bool = True
    ) -> tuple[list[int], list[int]]:
        """The first cell of each class of an axis, and the mass of the class; ``expected``:
        only cells that have any."""
        first: dict[tuple[int, ...], int] = {}
        mass: dict[tuple[int, ...], int] = {}
        rows = self._signatures(key, looks)
        for index, (row, cell) in enumerate(zip(rows, self._axes[key].cells, strict=True)):
            if cell.weight or not expected:
                first.setdefault(row, index)
                mass[row] = mass.get(row, 0) + cell.weight
        return list(first.values()), list(mass.values())

    def first_cells(self, key: str, looks: Sequence[Look[Any]]) -> list[int]:
        """Per cell of an axis the first one that has mass and that neither the looks nor what
        is impossible tells from it; itself where there is none."""
        rows = self._signatures(key, (*looks, *self._impossible))
        first: dict[tuple[int, ...], int] = {}
        for index, (row, cell) in enumerate(zip(rows, self._axes[key].cells, strict=True)):
            if cell.weight:
                first.setdefault(row, index)
        return [first.get(row, index) for index, row in enumerate(rows)]

    def _signatures(self, key: str, looks: Sequence[Look[Any]]) -> list[tuple[int, ...]]:
        """Per cell of an axis its class in every look that reads the axis."""
        classes = [look.classes(key) for look in looks if key in look.keys]
        return list(zip(*classes, strict=True)) or [()] * len(self._axes[key].cells)

    def _classes(self, parts: Sequence[Part]) -> tuple[dict[str, list[int]], list[Part]]:
        """Per axis that the parts read, or that is tied to one of these, the first cell of
        each class that they tell apart; and the bars among these axes."""
        keys = self.bound([key for part in parts for key in part.keys])
        looks = [look for part in parts for look in part.looks] + list(self.barring(keys))
        cells = {key: self.merged(key, looks, expected=False)[0] for key in keys}
        return cells, self._bars_among(keys)

    def _bars_among(self, keys: Sequence[str]) -> list[Part]:
        return [self._barred[look] for look in self.barring(keys)]

    def _possible_cells(self, keys: tuple[str, ...]) -> Iterator[Cells]:
        barred = self.barring(keys)
        position = {key: i for i, key in enumerate(keys)}
        for cells in product(*(range(len(self._axes[key].cells)) for key in keys)):
            if not any(
                look.meaning(tuple(cells[position[k]] for k in look.keys)) for look in barred
            ):
                yield cells

    def over_sample(self, part: Part) -> Column:
        """The part's number in each sampled world, possible or not."""
        if part.drawn is None:
            part.drawn = self._drawn_now(part)
        drawn: Column = part.drawn
        return drawn

    def _drawn_now(self, part: Part) -> Column:
        from advisor.engine.grids import part_numbers, sample_column

        columns = {
            key: sample_column(key, tuple(cell.weight for cell in self._axes[key].cells))
            for key in part.keys
        }
        return part_numbers(columns, part, SAMPLE)

    def possible_worlds(self) -> NDArray[bool_]:
        """Which of the sampled worlds can be."""
        import numpy as np

        if self._possible_worlds is None:
            keep = np.ones(SAMPLE, dtype=bool)
            for part in self._barred.values():
                keep &= self.over_sample(part) == 0
            self._possible_worlds = keep
        return self._possible_worlds


def _barred_by(look: Look[bool]) -> Callable[[tuple[int, ...]], int]:
    return lambda seen: int(look.meanings[seen[0]])


def _itself(axis: Axis) -> Part:
    """A part whose number is the axis's own cell."""
    look = Look((axis.key,), (len(axis.cells),), lambda cells: cells[0])
    return Part([look], lambda seen: look.meanings[seen[0]])


def _masses_of(
    cells: Mapping[str, Sequence[int]],
    weights: Sequence[Sequence[int]],
    parts: Sequence[Part],
    constraints: Sequence[Part],
) -> Masses:
    """Combination of the parts' numbers -> mass, over all combinations of the listed cells
    that no constraint bars."""
    few = math.prod(len(listed) for listed in cells.values()) <= FEW
    return (_one_by_one if few else _by_column)(cells, weights, parts, constraints)


def _one_by_one(
    cells: Mapping[str, Sequence[int]],
    weights: Sequence[Sequence[int]],
    parts: Sequence[Part],
    constraints: Sequence[Part],
) -> Masses:
    found: Masses = {}
    columns = [_numbers_over(cells, part) for part in parts]
    bars = [_numbers_over(cells, part) for part in constraints]
    rows = zip(*columns, strict=True) if columns else repeat(())
    barred = map(any, zip(*bars, strict=True)) if bars else repeat(False)
    for row, out, mass in zip(rows, barred, map(math.prod, product(*weights)), strict=False):
        if not out:
            found[row] = found.get(row, 0) + mass
    return found


def _numbers_over(cells: Mapping[str, Sequence[int]], part: Part) -> list[int]:
    """The part's number in every combination of the listed cells."""
    if not part.looks:
        return [part.combined(())] * math.prod(len(listed) for listed in cells.values())
    seen = list(zip(*(look.over(cells) for look in part.looks), strict=True))
    distinct = list(dict.fromkeys(seen))
    numbers = dict(zip(distinct, part.combined_many(distinct), strict=True))
    return [numbers[row] for row in seen]


def _by_column(
    cells: Mapping[str, Sequence[int]],
    weights: Sequence[Sequence[int]],
    parts: Sequence[Part],
    constraints: Sequence[Part],
) -> Masses:
    from advisor.engine.grids import added_up, allowed, distinct_rows, grid, masses, part_numbers

    columns = grid(cells)
    rows = math.prod(len(listed) for listed in cells.values())
    groups, places = distinct_rows(
        [part_numbers(columns, part, rows) for part in (*parts, *constraints)]
    )
    totals = added_up(len(groups), places, masses(weights))
    return allowed(zip(groups, totals, strict=True), len(parts))
