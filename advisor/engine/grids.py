"""Many joint cells at once, as numpy columns; loaded only where there are many."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from advisor.engine.looks import Look, Part

SAMPLE = 16_384
DENSE = 1 << 21
"""Codes up to which a table is quicker than sorting."""
HALF = 31
"""Bits of a mass that are added up at a time: sums of so many stay exact in a double."""

Column = NDArray[int64]


@lru_cache(maxsize=128)
def sample_column(key: str, weights: tuple[int, ...]) -> Column:
    """The axis's cell in each sampled world: its marginal is the prior, to 1/16,384."""
    total = sum(weights)
    bounds = []
    reached = 0
    for weight in weights:
        reached += weight
        bounds.append(reached * SAMPLE // total)
    places = np.searchsorted(np.array(bounds, dtype=np.int64), permutation(key), side="right")
    return places.astype(np.int64)


@lru_cache(maxsize=128)
def permutation(key: str) -> Column:
    """A fixed shuffle of 0..16383 for a key: four Feistel rounds on two halves of 7 bits, with
    round tables from SHA-256, so that it is the same on every machine and in every version."""
    index = np.arange(SAMPLE, dtype=np.int64)
    left, right = index >> 7, index & 127
    for turn in range(4):
        stream = b"".join(
            hashlib.sha256(f"{key}/{turn}/{block}".encode()).digest() for block in range(4)
        )
        table = np.frombuffer(stream, dtype=np.uint8).astype(np.int64) & 127
        left, right = right, left ^ table[right]
    return (left << 7) | right


def grid(cells: Mapping[str, Sequence[int]]) -> dict[str, Column]:
    """Every combination of the listed cells, as a column per axis."""
    return grid_rows(cells, 0, math.prod(len(listed) for listed in cells.values()))


def grid_rows(cells: Mapping[str, Sequence[int]], start: int, stop: int) -> dict[str, Column]:
    """Some rows of ``grid``."""
    if not cells:
        return {}
    sizes = tuple(len(listed) for listed in cells.values())
    places = np.unravel_index(np.arange(start, stop, dtype=np.int64), sizes)
    return {
        key: np.array(listed, dtype=np.int64)[place]
        for (key, listed), place in zip(cells.items(), places, strict=True)
    }


def masses(weights: Sequence[Sequence[int]]) -> list[int]:
    """The product of the weights of every combination, in the order of ``grid``."""
    if math.prod(sum(listed) for listed in weights) < 1 << 62:
        product = np.ones(1, dtype=np.int64)
    else:
        product = np.ones(1, dtype=object)
    for listed in weights:
        product = np.multiply.outer(product, np.array(listed, dtype=product.dtype)).ravel()
    found: list[int] = product.tolist()
    return found


def added_up(groups: int, places: Column, mass: Sequence[int]) -> list[int]:
    """Exact sums of masses by group."""
    totals = [0] * groups
    left = np.array(mass, dtype=np.int64 if max(mass, default=0) < 1 << 62 else object)
    shift = 0
    while left.any():
        chunk = (left & ((1 << HALF) - 1)).astype(np.float64)
        sums = np.bincount(places, weights=chunk, minlength=groups).tolist()
        totals = [total + (int(s) << shift) for total, s in zip(totals, sums, strict=True)]
        left = left >> HALF
        shift += HALF
    return totals


def look_numbers(columns: Mapping[str, Column], look: Look[Any], rows: int) -> Column:
    """What the look sees in every row."""
    flat = np.zeros(rows, dtype=np.int64)
    for key, size in zip(look.keys, look.sizes, strict=True):
        flat = flat * size + columns[key]
    if look.is_whole:
        return np.array(look.table, dtype=np.int64)[flat]
    distinct, places = np.unique(flat, return_inverse=True)
    return np.array([look.at(place) for place in distinct.tolist()], dtype=np.int64)[places]


def part_numbers(columns: Mapping[str, Column], part: Part, rows: int) -> Column:
    """What the part makes of every row; each distinct combination is taken once."""
    if not part.looks:
        return np.full(rows, part.combined(()), dtype=np.int64)
    seen = [look_numbers(columns, look, rows) for look in part.looks]
    distinct, places = distinct_rows(seen)
    made: Column = np.array(part.combined_many(distinct), dtype=np.int64)[places]
    return made


def distinct_rows(columns: Sequence[Column]) -> tuple[list[tuple[int, ...]], Column]:
    """Distinct rows of columns of small whole numbers, and each row's place among them."""
    rows, places = distinct(columns)
    return list(map(tuple, rows.tolist())), places


def distinct(columns: Sequence[Column]) -> tuple[Column, Column]:
    """The same with the distinct rows as a table."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    top = 1
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if size == 1:
            continue
        if top * size > DENSE:
            code, top = renumbered(code, top)
        code = code * size + column
        top *= size
    places, top = renumbered(code, top)
    first = np.zeros(top, dtype=np.int64)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)
    return np.stack([column[first] for column in columns], axis=1), places


def renumbered(code: Column, top: int) -> tuple[Column, int]:
    """The same partition with numbers 0..n-1 and n; by a table where it fits, else sorted."""
    if top <= DENSE:
        seen = np.zeros(top, dtype=bool)
        seen[code] = True
        number = np.cumsum(seen) - 1
        return number[code], int(number[-1]) + 1
    values, places = np.unique(code, return_inverse=True)
    return places.astype(np.int64), len(values)


def allowed(
    groups: Iterable[tuple[tuple[int, ...], int]], width: int
) -> dict[tuple[int, ...], int]:
    """Masses by the first ``width`` numbers; rows that a constraint marks are left out."""
    found: dict[tuple[int, ...], int] = {}
    for group, mass in groups:
        if mass and not any(group[width:]):
            found[group[:width]] = found.get(group[:width], 0) + mass
    return found
