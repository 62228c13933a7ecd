"""Ranking many rows at once: one array for each offer, compared and exchanged as wholes."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Sort keys of ``offers`` rows of scores: less is better, ties by place, excluded last."""

    def __init__(self, offers: int, low: int, high: int) -> None:
        self.offers = offers
        self._bits = max(offers - 1, 1).bit_length()
        span = 1 << self._bits
        self._kind = narrowest(-(high + 2) * span, (2 - low) * span)
        self._last = np.iinfo(self._kind).max

    def keys(self, scores: NDArray[Any], excluded: NDArray[np.bool_]) -> NDArray[Any]:
        """One key for each offer and row."""
        keys: NDArray[Any] = scores.astype(self._kind)
        np.negative(keys, out=keys)
        keys <<= self._bits
        keys |= np.arange(self.offers, dtype=self._kind)[:, None]
        np.copyto(keys, self._last, where=excluded)
        return keys

    def places(self, keys: NDArray[Any]) -> NDArray[np.int16]:
        """The offers that keys stand for; -1 for one that is excluded."""
        found = (keys & ((1 << self._bits) - 1)).astype(np.int16, copy=False)
        np.copyto(found, -1, where=keys == self._last)
        return found

    def sort(self, keys: NDArray[Any]) -> NDArray[Any]:
        """The keys of every row, best first (in place of the given ones)."""
        return _exchange(keys, _network(self.offers))

    def top(self, keys: NDArray[Any], count: int) -> NDArray[Any]:
        """The best ``count`` keys of every row, best first."""
        if count == 1:
            best: NDArray[Any] = keys.min(axis=0)[None, :]
            return best
        pairs = [(i, j) for i in range(count) for j in range(i + 1, self.offers)]
        return _exchange(keys, tuple(pairs))[:count]


def _exchange(keys: NDArray[Any], pairs: tuple[tuple[int, int], ...]) -> NDArray[Any]:
    """Put the lesser of each pair first."""
    rows = list(keys)
    spare = np.empty_like(keys[0])
    for i, j in pairs:
        np.minimum(rows[i], rows[j], out=spare)
        np.maximum(rows[i], rows[j], out=rows[j])
        rows[i], spare = spare, rows[i]
    return np.stack(rows)


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
