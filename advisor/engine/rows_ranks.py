"""Ranking many rows at once: one array for each offer, compared and exchanged as wholes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


def narrowest(low: int, high: int) -> Any:
    """The smallest signed type that holds both."""
    for kind in (np.int16, np.int32, np.int64):
        info = np.iinfo(kind)
        if info.min < low and high < info.max:
            return kind
    raise OverflowError("the steps of all rules together are too large")


class Ranks:
    """Ranks ``offers`` rows of scores between ``low`` and ``high``: the highest first, ties by
    place, the excluded last.

    One whole number says it all: how far the score is below ``high``, then the place; its
    highest bit stands for exclusion.  Unsigned, because arithmetic that wraps costs nothing.
    """

    def __init__(self, offers: int, low: int, high: int) -> None:
        self.offers = offers
        self._bits = max(offers - 1, 1).bit_length()
        self._high = high
        signed = narrowest(0, high - low + 1 << self._bits)
        self._kind = np.dtype(f"u{np.dtype(signed).itemsize}")
        self._signed = np.dtype(signed)
        self._out = 1 << 8 * self._kind.itemsize - 1

    def ranking(self, scores: NDArray[Any], excluded: NDArray[np.bool_]) -> NDArray[np.int16]:
        """All offers of every row, one line for each rank; -1 past the last."""
        keys = self._keys(scores, excluded, self.offers + 1)
        rows = list(keys[:-1])
        _exchange(rows, keys[-1], _network(self.offers))
        return self._places(rows)

    def top(
        self, scores: NDArray[Any], excluded: NDArray[np.bool_], count: int
    ) -> NDArray[np.int16]:
        """The best ``count`` offers of every row, one line for each rank; -1 past the last."""
        if count == 1:
            return self._places([self._keys(scores, excluded, self.offers).min(axis=0)])
        keys = self._keys(scores, excluded, self.offers + 1)
        rows = list(keys[:-1])
        _exchange(rows, keys[-1], [(i, j) for i in range(count) for j in range(i + 1, len(rows))])
        return self._places(rows[:count])

    def _keys(self, scores: NDArray[Any], excluded: NDArray[np.bool_], lines: int) -> NDArray[Any]:
        """One key for each offer and row, the least is best; lines beyond the offers are free."""
        whole = self._kind.type
        modulus = 2 * self._out
        keys = np.empty((lines, scores.shape[1]), self._kind)
        for place in range(self.offers):
            line = keys[place]
            given = scores[place].astype(self._signed, copy=False).view(self._kind)
            np.multiply(given, whole(modulus - (1 << self._bits)), out=line)
            np.add(line, whole((self._high << self._bits) + place & modulus - 1), out=line)
            if excluded[place].any():
                line |= excluded[place].astype(self._kind) * whole(self._out)
        return keys

    def _places(self, keys: list[NDArray[Any]]) -> NDArray[np.int16]:
        """The offers that keys stand for; -1 for one that is excluded."""
        found = np.empty((len(keys), len(keys[0])), np.int16)
        mask = self._kind.type(self._out | (1 << self._bits) - 1)
        for key, line in zip(keys, found, strict=True):
            # What is excluded has become negative.
            np.bitwise_and(key, mask, out=key)
            np.maximum(key.view(self._signed), -1, out=line, casting="unsafe")
        return found


def _exchange(
    rows: list[NDArray[Any]], spare: NDArray[Any], pairs: Iterable[tuple[int, int]]
) -> None:
    """Put the lesser of each pair first."""
    for i, j in pairs:
        np.minimum(rows[i], rows[j], out=spare)
        np.maximum(rows[i], rows[j], out=rows[j])
        rows[i], spare = spare, rows[i]


@lru_cache(maxsize=64)
def _network(size: int) -> tuple[tuple[int, int], ...]:
    """Batcher's merge exchange: pairs that, exchanged in this order, sort any row."""
    return tuple(_merge_exchange(size))


def _merge_exchange(size: int) -> Iterator[tuple[int, int]]:
    if size < 2:
        return
    top = 1 << (size - 1).bit_length() - 1
    step = top
    while step:
        jump, rest, distance = top, 0, step
        while True:
            for i in range(size - distance):
                if i & step == rest:
                    yield i, i + distance
            if jump == step:
                break
            distance, jump, rest = jump - step, jump >> 1, step
        step >>= 1
