"""Mean scores of many sets of changes, as columns, and what failing gates leave of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.decision.situation import Situation
from advisor.decision.tables import FULL
from advisor.engine.looks import Part
from advisor.engine.worlds import Worlds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Scores(Struct):
    """A row per set, a column per offer: the mean score, the same at base weights, the sum of
    utilities (both only where nothing behind the weights is open); ``sure``: all of them are
    whole numbers, and so exact.  ``whole``: what the means have still to be divided by."""

    means: Floats
    at_base: Floats
    plain: Floats
    sure: Bools
    whole: Floats


class Failing:
    """What gates that fail in a part of what is left do to mean scores, as bounds."""

    def __init__(self, rows: int, offers: int) -> None:
        self._shape = (rows, offers)
        self._sums: dict[int, Floats] = {}
        self._largest: dict[int, Floats] = {}

    def add(self, group: int, shares: Floats) -> None:
        """A gate's failing mass; gates of different groups fail independently."""
        nothing = np.zeros(self._shape)
        self._sums[group] = self._sums.get(group, nothing) + shares
        self._largest[group] = np.maximum(self._largest.get(group, nothing), shares)

    def bounds(self, scores: Scores) -> tuple[Floats, Floats]:
        """The least and the greatest mean score of every offer.  Where one gate of a group
        fails an offer both are exact; what group 0 loses is worth at most the full score."""
        least, most = scores.means.copy(), scores.means.copy()
        for group in self._sums:
            if group:
                least *= np.maximum(1 - self._sums[group], 0)
                most *= 1 - self._largest[group]
        if 0 in self._sums:
            least -= FULL * scores.whole[:, None] * self._sums[0]
        return np.maximum(least, 0.0), most


def by_cell(
    situation: Situation, worlds: Worlds, part: Part, keys: Sequence[str]
) -> list[tuple[tuple[int, ...], float, dict[int, int]]]:
    """(joint cell of ``keys``, its prior share, number of the part -> mass there), for every
    cell that has any mass."""
    by_class: dict[tuple[int, ...], dict[int, int]] = {}
    for (*places, number), mass in worlds.grouped([part], fixed=keys, weightless=keys).items():
        numbers = by_class.setdefault(tuple(places), {})
        numbers[number] = numbers.get(number, 0) + mass
    stands_for = [worlds.first_cells(key, part.looks) for key in keys]
    weights = [[cell.weight for cell in situation.axes[key].cells] for key in keys]
    totals = [sum(listed) for listed in weights]
    found = []
    for cell in product(*(range(len(listed)) for listed in weights)):
        share = 1.0
        for index, listed, total in zip(cell, weights, totals, strict=True):
            share *= listed[index] / total
        if share:
            first = tuple(which[index] for which, index in zip(stands_for, cell, strict=True))
            # What an impossible combination rules out altogether has no numbers.
            if first in by_class:
                found.append((cell, share, by_class[first]))
    return found


def flat(cell: Sequence[int], sizes: Sequence[int]) -> int:
    """The place of a joint cell in row-major order."""
    place = 0
    for index, size in zip(cell, sizes, strict=True):
        place = place * size + index
    return place
