"""Looks: what a decision sees of a few open axes, as small whole numbers.

A *look* maps the joint cells of its axes to something it means, and numbers the meanings;
cells that mean the same are one class.  A *part* puts several looks together into one number.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Generic, TypeVar

Cells = tuple[int, ...]
M = TypeVar("M", bound=Hashable)
N = TypeVar("N", bound=Hashable)

WHOLE = 16_384
"""Joint cells up to which a look is taken of all of them at once."""

_NUMBERING = threading.RLock()
"""Held while something new is numbered: decisions on several threads share looks and parts."""


class Look(Generic[M]):
    """``see`` tells what the cells of ``keys`` mean; ``sizes`` are the axes' cell counts.

    A small look is taken at once, and never changes after that; of a large one each cell is
    looked at when it is first asked for.
    """

    def __init__(
        self, keys: Sequence[str], sizes: Sequence[int], see: Callable[[Cells], M]
    ) -> None:
        self.keys = tuple(keys)
        self.sizes = tuple(sizes)
        self.meanings: list[M] = []
        self._numbers: dict[M, int] = {}
        self._see: Callable[[Cells], M] | None = see
        self._seen: dict[int, int] = {}
        self._classes: dict[str, tuple[int, ...]] = {}
        self.is_whole = math.prod(self.sizes) <= WHOLE
        self.table: list[int] = []
        if self.is_whole:
            self.table = [self._number(see(cells)) for cells in self._all()]
            self._see = None

    def _all(self) -> Iterator[Cells]:
        return product(*(range(size) for size in self.sizes))

    def _number(self, meaning: M) -> int:
        number = self._numbers.get(meaning)
        if number is None:
            number = self._numbers[meaning] = len(self.meanings)
            self.meanings.append(meaning)
        return number

    def of(self, cells: Cells) -> int:
        """The number of what the cells mean."""
        flat = 0
        for cell, size in zip(cells, self.sizes, strict=True):
            flat = flat * size + cell
        return self.at(flat)

    def at(self, flat: int) -> int:
        """The same by the cells' place in row-major order."""
        if self.is_whole:
            return self.table[flat]
        number = self._seen.get(flat)
        return self._seen_now(flat) if number is None else number

    def _seen_now(self, flat: int) -> int:
        assert self._see is not None
        rest, cells = flat, []
        for size in reversed(self.sizes):
            rest, cell = divmod(rest, size)
            cells.append(cell)
        with _NUMBERING:
            number = self._seen[flat] = self._number(self._see(tuple(reversed(cells))))
        return number

    def strides(self) -> list[tuple[str, int]]:
        """By how much the place in row-major order grows with each axis."""
        found = []
        stride = 1
        for key, size in zip(reversed(self.keys), reversed(self.sizes), strict=True):
            found.append((key, stride))
            stride *= size
        return found

    def over(self, cells: Mapping[str, Sequence[int]]) -> list[int]:
        """The numbers in every combination of the listed cells of these and maybe other axes,
        in row-major order."""
        strides = dict(self.strides())
        places = [0]
        for key, listed in cells.items():
            stride = strides.get(key, 0)
            steps = [cell * stride for cell in listed]
            places = [place + step for place in places for step in steps]
        if self.is_whole:
            return [self.table[place] for place in places]
        return [self.at(place) for place in places]

    def meaning(self, cells: Cells) -> M:
        """What the cells mean."""
        return self.meanings[self.of(cells)]

    def is_always(self, meaning: M) -> bool:
        """Whether all cells are known to mean this."""
        return self.is_whole and self.meanings == [meaning]

    def map(self, change: Callable[[M], N]) -> Look[N]:
        """The same look with other meanings."""
        if not self.is_whole:
            return Look(self.keys, self.sizes, lambda cells: change(self.meaning(cells)))
        changed = [change(meaning) for meaning in self.meanings]
        return of_table(self.keys, self.sizes, [changed[number] for number in self.table])

    def classes(self, key: str) -> tuple[int, ...]:
        """A number per cell of an axis; cells with one number are never told apart."""
        found = self._classes.get(key)
        if found is None:
            found = self._classes[key] = self._classes_of(self.keys.index(key))
        return found

    def _classes_of(self, place: int) -> tuple[int, ...]:
        size = self.sizes[place]
        if not self.is_whole:
            return tuple(range(size))
        inner = math.prod(self.sizes[place + 1 :])
        block = inner * size
        numbers: dict[tuple[int, ...], int] = {}
        return tuple(
            numbers.setdefault(
                tuple(
                    number
                    for start in range(cell * inner, len(self.table), block)
                    for number in self.table[start : start + inner]
                ),
                len(numbers),
            )
            for cell in range(size)
        )


def of_table(keys: Sequence[str], sizes: Sequence[int], values: Iterable[M]) -> Look[M]:
    """A look whose meanings are listed in row-major order of the cells."""
    left = iter(values)
    return Look(keys, sizes, lambda _: next(left))


def joined(looks: Sequence[Look[M]]) -> Look[tuple[M, ...]]:
    """Looks at one and the same axes as one look at all that they mean."""
    first = looks[0]
    if not first.is_whole:
        return Look(
            first.keys, first.sizes, lambda cells: tuple(look.meaning(cells) for look in looks)
        )
    columns = zip(*(look.table for look in looks), strict=True)
    known: dict[tuple[int, ...], tuple[M, ...]] = {}

    def meaning(row: tuple[int, ...]) -> tuple[M, ...]:
        if row not in known:
            known[row] = tuple(look.meanings[n] for look, n in zip(looks, row, strict=True))
        return known[row]

    return of_table(first.keys, first.sizes, [meaning(row) for row in columns])


def crossed(looks: Sequence[Look[M]], combine: Callable[[tuple[M, ...]], N]) -> Look[N]:
    """Looks at different axes as one look at all of the axes."""
    sizes: dict[str, int] = {}
    for look in looks:
        sizes.update(zip(look.keys, look.sizes, strict=True))
    keys = tuple(sorted(sizes))

    def meaning(row: tuple[int, ...]) -> N:
        return combine(tuple(look.meanings[n] for look, n in zip(looks, row, strict=True)))

    return numbered(looks, keys, tuple(sizes[key] for key in keys), meaning)


def numbered(
    looks: Sequence[Look[Any]],
    keys: Sequence[str],
    sizes: Sequence[int],
    combine: Callable[[tuple[int, ...]], N],
) -> Look[N]:
    """A look at ``keys``, that means what ``combine`` makes of the numbers that the looks, each
    at some of these axes, see there."""
    known: dict[tuple[int, ...], N] = {}

    def meaning(row: tuple[int, ...]) -> N:
        found = known.get(row)
        if found is None:
            found = known[row] = combine(row)
        return found

    if looks and math.prod(sizes) <= WHOLE:
        cells = {key: range(size) for key, size in zip(keys, sizes, strict=True)}
        columns = [look.over(cells) for look in looks]
        return of_table(keys, sizes, map(meaning, zip(*columns, strict=True)))
    place = {key: i for i, key in enumerate(keys)}
    picks = [[place[key] for key in look.keys] for look in looks]

    def see(cells: Cells) -> N:
        seen = zip(looks, picks, strict=True)
        return meaning(tuple([look.of(tuple([cells[i] for i in pick])) for look, pick in seen]))

    return Look(keys, sizes, see)


class Part:
    """Several looks, and one whole number for each combination of what they see."""

    def __init__(
        self,
        looks: Sequence[Look[Any]],
        combine: Callable[[tuple[int, ...]], int] | None = None,
        combine_many: Callable[[list[tuple[int, ...]]], list[int]] | None = None,
    ) -> None:
        self.looks = tuple(looks)
        self.keys = tuple(dict.fromkeys(key for look in self.looks for key in look.keys))
        self._combine = combine
        self._combine_many = combine_many
        self._known: dict[tuple[int, ...], int] = {}
        self.drawn: Any = None
        """The numbers in the sampled worlds, once they were asked for."""

    @property
    def only(self) -> int:
        """The number of a part that reads no axis."""
        return self.combined(tuple([look.at(0) for look in self.looks]))

    def combined(self, seen: tuple[int, ...]) -> int:
        """The number of what the looks see, computed once."""
        if self._combine is None:
            return seen[0]
        known = self._known.get(seen)
        if known is None:
            with _NUMBERING:
                known = self._known.get(seen)
                if known is None:
                    known = self._known[seen] = self._combine(seen)
        return known

    def combined_many(self, seen: list[tuple[int, ...]]) -> list[int]:
        """The numbers of many, in one go where the part knows how."""
        if self._combine_many is not None:
            with _NUMBERING:
                new = [row for row in seen if row not in self._known]
                if new:
                    self._known.update(zip(new, self._combine_many(new), strict=True))
        return [self.combined(row) for row in seen]
