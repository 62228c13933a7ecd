"""Boxes over finite axes, and what of a box others leave over.

An axis is cut into cells; a set of its cells is a whole number, one bit for each.  A **box**
names for some axes the cells that are allowed; on every other axis all are.  A box never
holds an axis with no cell, nor one with all of them, so equal boxes are equal maps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct, field

Axis: TypeAlias = str
Box: TypeAlias = Mapping[Axis, int]

EVERYTHING: Box = {}

MOST_STEPS = 20_000
"""Subtractions after which looking for a remainder is given up."""

_MOST_CELLS = 128
"""An axis of more cells is not indexed: boxes are compared on it one by one."""


class BoundReached(Exception):
    """The question is larger than is looked into; nothing is said of it."""


def meet(a: Box, b: Box) -> Box | None:
    """What both boxes hold; None if that is nothing."""
    if len(a) < len(b):
        a, b = b, a
    result = dict(a)
    for axis, cells in b.items():
        both = result.get(axis, cells) & cells
        if not both:
            return None
        result[axis] = both
    return result


def touches(a: Box, b: Box) -> bool:
    """Whether the boxes have something in common."""
    if len(a) > len(b):
        a, b = b, a
    return all(b.get(axis, cells) & cells for axis, cells in a.items())


def holds(outer: Box, inner: Box) -> bool:
    """Whether ``outer`` holds all of ``inner``."""
    for axis, cells in outer.items():
        within = inner.get(axis)
        if within is None or within & ~cells:
            return False
    return True


def without(box: Box, other: Box, whole: Mapping[Axis, int]) -> Iterator[Box]:
    """What is left of ``box`` without ``other``, in boxes that do not touch each other.

    ``whole`` gives all the cells of each axis.
    """
    rest = dict(box)
    for axis, cells in other.items():
        mine = rest.get(axis, whole[axis])
        outside = mine & ~cells
        if outside:
            yield {**rest, axis: outside}
        if not mine & cells:
            return
        rest[axis] = mine & cells


def simplest(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """The same union without boxes that lie in another one; the widest come first."""
    kept: list[Box] = []
    for box in sorted(boxes, key=_narrowness):
        if not any(holds(other, box) for other in kept):
            kept.append(box)
    return tuple(kept)


def _narrowness(box: Box) -> tuple[int, list[tuple[Axis, int]]]:
    return len(box), sorted(box.items())


class Cover(Struct, frozen=True, dict=True):
    """Many boxes, ready to be asked what they leave of another one.

    ``whole`` gives all the cells of each axis.  Wide boxes should come first: they take most
    away.  A set of the boxes is again a whole number, bit ``i`` for ``boxes[i]``.
    """

    boxes: Sequence[Box]
    whole: Mapping[Axis, int]
    _by_cells: dict[tuple[Axis, int], int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return (1 << len(self.boxes)) - 1

    @cached_property
    def _by_axis(self) -> Mapping[Axis, tuple[int, Mapping[int, int]]]:
        """For each axis: the boxes that do not look at it, and the boxes by cell."""
        looking: dict[Axis, int] = {}
        by_cell: dict[Axis, dict[int, int]] = {}
        for number, box in enumerate(self.boxes):
            bit = 1 << number
            for axis, cells in box.items():
                if self.whole[axis].bit_length() > _MOST_CELLS:
                    continue
                looking[axis] = looking.get(axis, 0) | bit
                found = by_cell.setdefault(axis, {})
                rest = cells
                while rest:
                    cell = rest & -rest
                    found[cell] = found.get(cell, 0) | bit
                    rest ^= cell
        return {axis: (self.all & ~seen, by_cell[axis]) for axis, seen in looking.items()}

    def touching(self, box: Box, among: int) -> int:
        """Which of the boxes ``among`` may have something in common with ``box``: all that do,
        and perhaps some that differ on an axis of very many cells."""
        for axis, cells in box.items():
            if not among:
                break
            if axis in self._by_axis:
                among &= self._allowing(axis, cells)
        return among

    def _allowing(self, axis: Axis, cells: int) -> int:
        key = (axis, cells)
        found = self._by_cells.get(key)
        if found is None:
            found, by_cell = self._by_axis[axis]
            rest = cells
            while rest:
                cell = rest & -rest
                found |= by_cell.get(cell, 0)
                rest ^= cell
            self._by_cells[key] = found
        return found

    def remainders(
        self, box: Box, among: int | None = None, used: set[int] | None = None
    ) -> Iterator[Box]:
        """What the boxes ``among`` (default: all) leave of ``box``, piece by piece.

        ``used`` collects the numbers of the boxes that were subtracted.  Raises BoundReached
        when too many pieces have been made.
        """
        steps = MOST_STEPS
        stack: list[tuple[Box, int]] = [(box, self.all if among is None else among)]
        while stack:
            piece, candidates = stack.pop()
            candidates = self.touching(piece, candidates)
            if not candidates:
                yield piece
                continue
            steps -= 1
            if steps < 0:
                raise BoundReached
            widest = candidates & -candidates
            number = widest.bit_length() - 1
            other = self.boxes[number]
            if not touches(piece, other):
                stack.append((piece, candidates ^ widest))
                continue
            if used is not None:
                used.add(number)
            pieces = without(piece, other, self.whole)
            stack.extend((part, candidates ^ widest) for part in pieces)

    def remainder(self, box: Box, among: int | None = None) -> Box | None:
        """One piece that the boxes leave of ``box``, or None: they hold all of it."""
        return next(self.remainders(box, among), None)

    def holds(self, box: Box, among: int | None = None) -> bool:
        """Whether the boxes together hold all of ``box``."""
        return self.remainder(box, among) is None

    def needed(self, box: Box, among: int) -> int:
        """Of boxes that together hold ``box``, some that still do, none of them idle."""
        used: set[int] = set()
        for _ in self.remainders(box, among, used):
            return among
        kept = sum(1 << number for number in used)
        for number in sorted(used, reverse=True):
            fewer = kept & ~(1 << number)
            if self.holds(box, fewer):
                kept = fewer
        return kept
