"""Worlds: joint cells of the open axes, grouped by what a decision makes of them.

A *part* turns the cells of a few axes into a small whole number (which weights, which
utilities, which failures), by way of a few *looks* (which rules hold).  ``grouped`` adds up
the prior mass of every combination of such numbers.  Axes that no part reads factor out, so
the sum is exact as long as the axes that the parts read together have few enough joint
cells; else it is taken over 65,536 worlds that are fixed by question id and index and are
the same for every offer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from advisor.engine.axes import Axis

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

SAMPLE = 65_536
EXACT_LIMIT = 65_536
DENSE = 1 << 21
FEW = 2_048
"""Joint cells up to which plain Python is quicker than loading numpy."""

Cells = tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """One thing that a part looks at: the cells of ``keys`` -> a whole number."""

    keys: tuple[str, ...]
    number: Callable[[Cells], int]
    _known: dict[Cells, int] = field(default_factory=dict)

    def of(self, cells: Cells) -> int:
        """The number of these cells, computed once."""
        known = self._known.get(cells)
        if known is None:
            known = self._known[cells] = self.number(cells)
        return known


class Part:
    """Several looks, and one whole number for each combination of what they see."""

    def __init__(
        self,
        looks: Sequence[Look],
        combine: Callable[[tuple[int, ...]], int] | None = None,
        combine_many: Callable[[list[tuple[int, ...]]], list[int]] | None = None,
    ) -> None:
        self.looks = tuple(looks)
        self._combine_many = combine_many
        self.keys = tuple(dict.fromkeys(key for look in self.looks for key in look.keys))
        self._combine = combine
        self._known: dict[tuple[int, ...], int] = {}
        position = {key: i for i, key in enumerate(self.keys)}
        self._picks = [tuple(position[key] for key in look.keys) for look in self.looks]

    def of(self, cells: Cells) -> int:
        """The number of the cells of ``keys``."""
        seen = tuple(
            look.of(tuple(cells[i] for i in pick))
            for look, pick in zip(self.looks, self._picks, strict=True)
        )
        return self.combined(seen)

    def combined(self, seen: tuple[int, ...]) -> int:
        """The number of what the looks see, computed once."""
        if self._combine is None:
            return seen[0]
        known = self._known.get(seen)
        if known is None:
            known = self._known[seen] = self._combine(seen)
        return known

    def combined_many(self, seen: list[tuple[int, ...]]) -> list[int]:
        """The numbers of many, in one go where the part knows how."""
        if self._combine_many is not None:
            new = [row for row in seen if row not in self._known]
            self._known.update(zip(new, self._combine_many(new), strict=True))
        return [self.combined(row) for row in seen]


class Worlds:
    """``axes``: every open axis that the decision reads.  ``impossible``: parts that are 1
    where a combination of answers cannot be, else 0."""

    def __init__(self, axes: Mapping[str, Axis], impossible: Sequence[Part] = ()) -> None:
        self._axes = axes
        self._impossible = tuple(impossible)
        self._columns: dict[str, NDArray[int64]] = {}
        self._sampled_numbers: dict[Part, NDArray[int64]] = {}
        self._possible_worlds: NDArray[bool_] | None = None

    def count(self) -> int:
        """How many joint cells there are, impossible ones left out."""
        total = 1
        rest = set(self._axes)
        for keys, parts in self._components():
            rest -= set(keys)
            total *= sum(1 for cells in self._product(keys) if not _any(parts, keys, cells))
        return total * math.prod(len(self._axes[key].cells) for key in rest)

    def joint(self, keys: Sequence[str]) -> int:
        """How many joint cells these axes have."""
        return math.prod(len(self._axes[key].cells) for key in keys)

    def size(self, parts: Sequence[Part]) -> int:
        """Joint cells of all axes that the parts read."""
        return self.joint(self._keys(parts))

    def grouped(self, parts: Sequence[Part], *, exact: bool) -> dict[tuple[int, ...], int]:
        """Combination of the parts' numbers -> prior mass (whole numbers, relative)."""
        return self._exact(parts) if exact else self._sampled(parts)

    def tied(self, keys: Sequence[str], others: set[str]) -> bool:
        """Whether two sets of axes share one, or are bound by an impossible combination."""
        return bool(set(self._with_constraints(tuple(keys))) & set(others))

    def cells(self, keys: Sequence[str]) -> Iterator[Cells]:
        """Every possible joint cell of these axes, whatever its prior mass."""
        wanted = tuple(keys)
        everything = self._with_constraints(wanted)
        constraints = self._touching(everything)
        seen: set[Cells] = set()
        for cells in self._product(everything):
            if _any(constraints, everything, cells):
                continue
            chosen = cells[: len(wanted)]
            if chosen not in seen:
                seen.add(chosen)
                yield chosen

    def _exact(self, parts: Sequence[Part]) -> dict[tuple[int, ...], int]:
        keys = self._keys(parts)
        constraints = self._touching(keys)
        if self.joint(keys) > FEW:
            return self._exact_by_column(keys, parts, constraints)
        position = {key: i for i, key in enumerate(keys)}
        picks = [tuple(position[key] for key in part.keys) for part in parts]
        weights = [[cell.weight for cell in self._axes[key].cells] for key in keys]
        masses: dict[tuple[int, ...], int] = {}
        for cells in self._product(keys):
            mass = 1
            for weight, index in zip(weights, cells, strict=True):
                mass *= weight[index]
            if mass == 0 or _any(constraints, keys, cells):
                continue
            combination = tuple(
                part.of(tuple(cells[i] for i in pick))
                for part, pick in zip(parts, picks, strict=True)
            )
            masses[combination] = masses.get(combination, 0) + mass
        return masses

    def _exact_by_column(
        self, keys: tuple[str, ...], parts: Sequence[Part], constraints: Sequence[Part]
    ) -> dict[tuple[int, ...], int]:
        import numpy as np

        sizes = tuple(len(self._axes[key].cells) for key in keys)
        grid = np.unravel_index(np.arange(math.prod(sizes), dtype=np.int64), sizes)
        columns = {key: index.astype(np.int64) for key, index in zip(keys, grid, strict=True)}
        rows = math.prod(sizes)
        groups, inverse = _distinct_rows(
            [_part_numbers(columns, part, rows) for part in (*parts, *constraints)]
        )
        totals = [0] * len(groups)
        weights = [[cell.weight for cell in self._axes[key].cells] for key in keys]
        for group, factors in zip(inverse.tolist(), product(*weights), strict=True):
            totals[group] += math.prod(factors)
        return _allowed(zip(groups, totals, strict=True), len(parts))

    def _keys(self, parts: Sequence[Part]) -> tuple[str, ...]:
        return self._with_constraints(tuple(dict.fromkeys(k for p in parts for k in p.keys)))

    def _with_constraints(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """``keys`` and the axes that impossible combinations tie to them."""
        chosen = dict.fromkeys(keys)
        grown = True
        while grown:
            grown = False
            for part in self._impossible:
                if any(k in chosen for k in part.keys) and any(k not in chosen for k in part.keys):
                    chosen.update(dict.fromkeys(part.keys))
                    grown = True
        return tuple(chosen)

    def _touching(self, keys: Sequence[str]) -> tuple[Part, ...]:
        return tuple(p for p in self._impossible if set(p.keys) <= set(keys))

    def _components(self) -> list[tuple[tuple[str, ...], tuple[Part, ...]]]:
        done: set[str] = set()
        result: list[tuple[tuple[str, ...], tuple[Part, ...]]] = []
        for part in self._impossible:
            if part.keys and part.keys[0] not in done:
                keys = self._with_constraints(part.keys)
                done |= set(keys)
                result.append((keys, self._touching(keys)))
        return result

    def _product(self, keys: Sequence[str]) -> Iterator[Cells]:
        return product(*(range(len(self._axes[key].cells)) for key in keys))

    def _sampled(self, parts: Sequence[Part]) -> dict[tuple[int, ...], int]:
        import numpy as np

        numbers = [self.sampled(part) for part in parts]
        distinct, inverse = _distinct_rows(numbers)
        counts = np.bincount(inverse, minlength=len(distinct)).tolist()
        return dict(zip(distinct, counts, strict=True))

    def sampled(self, part: Part) -> NDArray[int64]:
        """The part's number in each sampled world that is possible."""
        if part not in self._sampled_numbers:
            self._sampled_numbers[part] = self._over_sample(part)[self._possible()]
        return self._sampled_numbers[part]

    def _over_sample(self, part: Part) -> NDArray[int64]:
        columns = {key: self._column(key) for key in part.keys}
        return _part_numbers(columns, part, SAMPLE)

    def _possible(self) -> NDArray[bool_]:
        import numpy as np

        if self._possible_worlds is None:
            keep = np.ones(SAMPLE, dtype=bool)
            for part in self._impossible:
                keep &= self._over_sample(part) == 0
            self._possible_worlds = keep
        return self._possible_worlds

    def _column(self, key: str) -> NDArray[int64]:
        """The axis's cell in each sampled world: its marginal is the prior, to 1/65,536."""
        import numpy as np

        if key not in self._columns:
            weights = [cell.weight for cell in self._axes[key].cells]
            total = sum(weights)
            bounds = []
            reached = 0
            for weight in weights:
                reached += weight
                bounds.append(reached * SAMPLE // total)
            places = _permutation(key)
            self._columns[key] = np.searchsorted(
                np.array(bounds, dtype=np.int64), places, side="right"
            ).astype(np.int64)
        return self._columns[key]


def _permutation(key: str) -> NDArray[int64]:
    """A fixed shuffle of 0..65535 for a key: four Feistel rounds on two bytes, with round
    tables from SHA-256, so that it is the same on every machine and in every version."""
    import numpy as np

    index = np.arange(SAMPLE, dtype=np.int64)
    left, right = index >> 8, index & 255
    for turn in range(4):
        stream = b"".join(
            hashlib.sha256(f"{key}/{turn}/{block}".encode()).digest() for block in range(8)
        )
        table = np.frombuffer(stream, dtype=np.uint8).astype(np.int64)
        left, right = right, left ^ table[right]
    return (left << 8) | right


def _part_numbers(columns: Mapping[str, NDArray[int64]], part: Part, rows: int) -> NDArray[int64]:
    """What the part makes of every row; each distinct look is taken once."""
    import numpy as np

    seen: list[NDArray[int64]] = []
    for look in part.looks:
        if not look.keys:
            seen.append(np.full(rows, look.of(()), dtype=np.int64))
            continue
        distinct, places = _distinct_rows([columns[key] for key in look.keys])
        seen.append(np.array([look.of(row) for row in distinct], dtype=np.int64)[places])
    if not seen:
        return np.full(rows, part.combined(()), dtype=np.int64)
    distinct, places = _distinct_rows(seen)
    result: NDArray[int64] = np.array(part.combined_many(distinct), dtype=np.int64)[places]
    return result


def _distinct_rows(
    columns: Sequence[NDArray[int64]],
) -> tuple[list[tuple[int, ...]], NDArray[int64]]:
    """Distinct rows of columns of small whole numbers, and each row's place among them."""
    import numpy as np

    code = np.zeros(len(columns[0]), dtype=np.int64)
    top = 1
    for column in columns:
        size = int(column.max()) + 1
        if top * size > DENSE:
            code, top = _renumbered(code, top)
        code = code * size + column
        top *= size
    places, top = _renumbered(code, top)
    first = np.zeros(top, dtype=np.int64)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)
    rows = np.stack([column[first] for column in columns], axis=1).tolist()
    return [tuple(row) for row in rows], places


def _renumbered(code: NDArray[int64], top: int) -> tuple[NDArray[int64], int]:
    """The same partition with numbers 0..n-1 and n; by a table where it fits, else sorted."""
    import numpy as np

    if top <= DENSE:
        seen = np.zeros(top, dtype=bool)
        seen[code] = True
        number = np.cumsum(seen) - 1
        return number[code], int(number[-1]) + 1
    values, places = np.unique(code, return_inverse=True)
    return places.astype(np.int64), len(values)


def _allowed(
    groups: Iterable[tuple[tuple[int, ...], int]], width: int
) -> dict[tuple[int, ...], int]:
    """Masses by the first ``width`` numbers; rows that a constraint marks are left out."""
    masses: dict[tuple[int, ...], int] = {}
    for group, mass in groups:
        if mass and not any(group[width:]):
            masses[group[:width]] = masses.get(group[:width], 0) + mass
    return masses


def _any(parts: Sequence[Part], keys: Sequence[str], cells: Cells) -> bool:
    position = {key: i for i, key in enumerate(keys)}
    return any(part.of(tuple(cells[position[key]] for key in part.keys)) for part in parts)
