"""Worlds: joint cells of the open axes, grouped by what a decision makes of them.

A *part* turns the cells of a few axes into a small whole number (which weights, which
utilities, which failures).  ``grouped`` adds up the prior mass of every combination of such
numbers.  Axes that no part reads factor out, so the sum is exact as long as the axes that
the parts read together have few enough joint cells; else it is taken over 65,536 worlds
that are fixed by question id and index and are the same for every offer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from advisor.engine.axes import Axis

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

SAMPLE = 65_536
EXACT_LIMIT = 65_536

Cells = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """``number`` maps the cells of the axes ``keys`` (in that order) to a whole number."""

    keys: tuple[str, ...]
    number: Callable[[Cells], int]
    _known: dict[Cells, int] = field(default_factory=dict)

    def of(self, cells: Cells) -> int:
        """The number of these cells, computed once."""
        known = self._known.get(cells)
        if known is None:
            known = self._known[cells] = self.number(cells)
        return known


class Worlds:
    """``axes``: every open axis that the decision reads.  ``impossible``: parts that are 1
    where a combination of answers cannot be, else 0."""

    def __init__(self, axes: Mapping[str, Axis], impossible: Sequence[Part] = ()) -> None:
        self._axes = axes
        self._impossible = tuple(impossible)
        self._columns: dict[str, NDArray[int64]] = {}

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
        position = {key: i for i, key in enumerate(keys)}
        picks = [tuple(position[key] for key in part.keys) for part in parts]
        constraints = self._touching(keys)
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

        numbers = [self._numbers(part) for part in (*parts, *self._impossible)]
        keep = np.ones(SAMPLE, dtype=bool)
        for blocked in numbers[len(parts) :]:
            keep &= blocked == 0
        stacked = np.stack([n[keep] for n in numbers[: len(parts)]], axis=1)
        combinations, counts = np.unique(stacked, axis=0, return_counts=True)
        return {
            tuple(row): count
            for row, count in zip(combinations.tolist(), counts.tolist(), strict=True)
        }

    def _numbers(self, part: Part) -> NDArray[int64]:
        """The part's number in each sampled world."""
        import numpy as np

        flat = np.zeros(SAMPLE, dtype=np.int64)
        sizes = [len(self._axes[key].cells) for key in part.keys]
        for key, size in zip(part.keys, sizes, strict=True):
            flat = flat * size + self._column(key)
        distinct, inverse = np.unique(flat, return_inverse=True)
        values = [part.of(_unflatten(int(index), sizes)) for index in distinct]
        result: Any = np.array(values, dtype=np.int64)[inverse]
        return result  # type: ignore[no-any-return]

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


def _unflatten(index: int, sizes: Sequence[int]) -> Cells:
    cells: list[int] = []
    for size in reversed(sizes):
        index, cell = divmod(index, size)
        cells.append(cell)
    return tuple(reversed(cells))


def _any(parts: Sequence[Part], keys: Sequence[str], cells: Cells) -> bool:
    position = {key: i for i, key in enumerate(keys)}
    return any(part.of(tuple(cells[position[key]] for key in part.keys)) for part in parts)
