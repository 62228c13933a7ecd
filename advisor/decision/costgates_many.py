"""Which offers fail a limit on the least monthly cost, for many cells of the traffic at once.

The same verdicts as one by one: a month of devices is a whole number of 10^-6 USD and is
compared as one; a bill by the token is compared as a double, and exactly where that is near.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from advisor.decision.measured_many import fewest
from advisor.decision.outcomes import Group, Outcome
from advisor.decision.profiles import MICRO, MONTHLY_LOW, SCALE, Profile, month
from advisor.decision.sizing import EASE, Numbers, Sizes, needed
from advisor.knowledge.syntax import Comparison
from advisor.knowledge.values import Interval, Number, Truth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64]
    Signs: TypeAlias = NDArray[np.int8]
    Against: TypeAlias = Callable[[Sequence[Number | None]], Signs]

Corners = tuple[Numbers, ...]
"""Of a cell of the traffic: the least of everything first, the most last."""

MOST = 2.0**62
"""10^-6 USD a month that a column can hold: more than any answer."""
NEAR = 1e-9
"""Far more, relatively, than a double loses of a bill."""
HOLDS, FAILS, OPEN = 1, 0, -1
"""Truths in columns."""


def verdicts(
    profile: Profile, cells: Sequence[Corners], op: Comparison, answers: Sequence[Interval]
) -> Signs:
    """By cell and answer, whether the answer compares so with the least monthly cost anywhere
    in the cell: HOLDS, FAILS or OPEN.  Without a price nothing holds."""
    if not profile.priced or not profile.known:
        return np.zeros((len(cells), len(answers)), dtype=np.int8)
    low, high = (_compared(op, answers, end) for end in _ends(profile, cells))
    return np.where(low == high, low, np.int8(OPEN))


def _ends(profile: Profile, cells: Sequence[Corners]) -> tuple[Against, Against]:
    """How the least and the greatest of the least monthly cost in each cell compare with
    numbers of USD, or with None where the answer has no bound: signs by cell and number."""
    first, last = [c[0] for c in cells], [c[-1] for c in cells]
    if not profile.least:
        return _of_tokens(profile, first), _of_tokens(profile, last)
    if profile.sizes is None:
        counts = (np.full(len(cells), profile.least, dtype=np.int64),) * 2
    else:
        counts = _devices(profile.sizes, first, last)
    few, top = (_of_devices(profile, count) for count in counts)
    return few, top


def _of_tokens(profile: Profile, at: Sequence[Numbers]) -> Against:
    """A bill by the token rises with all of the traffic."""
    reads, writes, people = profile.reads[0], profile.writes[0], profile.people[0]
    table = np.array(at, dtype=float)
    tokens = table[:, 1] * reads + table[:, 2] * writes
    values = table[:, 0] * tokens * 365 / 12 + people

    def against(numbers: Sequence[Number | None]) -> Signs:
        limits = [None if number is None else Fraction(number) * SCALE for number in numbers]
        about = np.array([math.nan if limit is None else float(limit) for limit in limits])
        off = values[:, np.newaxis] - about
        found = np.where(np.isnan(off), UNBOUNDED, np.sign(off)).astype(np.int8)
        for i, column in np.argwhere(np.abs(off) <= NEAR * np.abs(about) + 1).tolist():
            limit = limits[column]
            assert limit is not None, "nothing is near to what has no bound"
            exact = _token_bill(profile, at[i])
            found[i, column] = (exact > limit) - (exact < limit)
        return found

    return against


def _token_bill(profile: Profile, numbers: Numbers) -> int:
    found = profile.bounds(MONTHLY_LOW, numbers)
    assert found is not None, "a profile with a price has a bill"
    return found[0]


def _of_devices(profile: Profile, devices: Whole) -> Against:
    """Below zero the devices are not known."""
    months = month(devices, profile.device[0], profile.people[0])
    micro = np.floor(np.minimum(months, MOST)).astype(np.int64)
    unknown = devices < 0

    def against(numbers: Sequence[Number | None]) -> Signs:
        found = np.full((len(devices), len(numbers)), UNBOUNDED, dtype=np.int8)
        for column, number in enumerate(numbers):
            if number is None:
                continue
            limit = Fraction(number) * SCALE / MICRO
            # Between two whole numbers a limit is equal to neither.
            found[:, column] = np.where(micro < math.ceil(limit), -1, micro > math.floor(limit))
        # A cost without an upper bound decides nothing by itself.
        found[unknown] = UNBOUNDED
        return found

    return against


UNBOUNDED = 2
"""In place of a sign: the end is not known."""


def _devices(
    sizes: Sizes, first: Sequence[Numbers], last: Sequence[Numbers]
) -> tuple[Whole, Whole]:
    """As the fewest devices of ``Sizes.over``: at least, and at most (below zero: not known)."""
    paces = sizes.paces
    paces.prepare([n[1:3] for n in (*first, *last)])
    here = [paces.rates(*n[1:3]) for n in first]
    there = [paces.rates(*n[1:3]) for n in last]
    same = np.array([a[1:3] == b[1:3] for a, b in zip(first, last, strict=True)])
    need, most = (np.array([needed(n) for n in at], dtype=np.int64) for at in (first, last))
    fewer = np.where(same, need, need * EASE // (EASE + 1))
    more = np.where(same, most, most * (EASE + 1) // EASE + 1)
    shortest = [
        a.fast if b.reached else paces.free(n[1:3])
        for a, b, n in zip(here, there, first, strict=True)
    ]
    every = np.arange(len(first))
    few = np.maximum(fewest(sizes, fewer, shortest, every, 0), sizes.least)
    top = np.maximum(fewest(sizes, more, [b.fast for b in there], every, 0), sizes.least)
    settled = np.array([a.reached == b.reached for a, b in zip(here, there, strict=True)])
    return few, np.where(settled, top, -1)


def _compared(op: Comparison, answers: Sequence[Interval], end: Against) -> Signs:
    """Whether every value of each answer, or none, compares so with the end of an interval: as
    ``truth.test_of``, by cell and answer."""
    above = end([answer.high for answer in answers])
    beneath = end([answer.low for answer in answers])
    if op in ("below", "at least"):
        all_below = (above == 1) | ((above == 0) & np.array([a.high_open for a in answers]))
        none_below = (beneath == 0) | (beneath == -1)
    else:
        all_below = (above == 1) | (above == 0)
        none_below = (beneath == -1) | ((beneath == 0) & np.array([a.low_open for a in answers]))
    yes, no = (HOLDS, FAILS) if op in ("below", "at most") else (FAILS, HOLDS)
    found = np.where(all_below, np.int8(yes), np.where(none_below, np.int8(no), np.int8(OPEN)))
    return found.astype(np.int8)


def outcomes(
    groups: Sequence[Group], verdict: Callable[[Profile, int], Signs]
) -> list[list[Outcome]]:
    """By cell and answer, what offers that fail together come to; ``verdict`` of a profile at
    the point that stands for a cell (0), and all over it (1)."""
    fails, doubts, at_point, not_passing = ([] for _ in range(4))
    shape = (1, 1)
    for group in groups:
        point, inside = verdict(group.point.profile, 0), verdict(group.inside.profile, 1)
        shape = point.shape
        bits = np.int64(group.offers)
        point, inside = (_beside(group.suits, truth) for truth in (point, inside))
        fails.append((inside == HOLDS) * bits)
        doubts.append((inside == OPEN) * bits)
        at_point.append((point == HOLDS) * bits)
        not_passing.append((point != FAILS) * bits)
    sets = [
        np.bitwise_or.reduce(listed) if listed else np.zeros(shape, dtype=np.int64)
        for listed in (fails, doubts, at_point, not_passing)
    ]
    rows, places = np.unique(
        np.stack([column.ravel() for column in sets], axis=1), axis=0, return_inverse=True
    )
    found = [Outcome(a, b, c, ~d) for a, b, c, d in rows.tolist()]
    table: list[list[int]] = places.reshape(shape).tolist()
    return [[found[place] for place in line] for line in table]


def _beside(suits: Truth, truth: Signs) -> Signs:
    """Kleene and with whether the rule speaks of the offers."""
    if suits is True:
        return truth
    return np.where(truth == FAILS, FAILS, OPEN).astype(np.int8)
