"""Utilities of one charge at many figures of the traffic at once: the same numbers as one by
one, in columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from advisor.decision.loads import EVEN
from advisor.decision.profiles import (
    MICRO,
    MILLION,
    PER_DAY,
    PER_MILLION,
    Profile,
    month,
)
from advisor.decision.sizing import Numbers, Served, Sizes, needed
from advisor.decision.tables import FULL, Doubts, Utility, utility_at
from advisor.knowledge.model import Measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64]

NO_PRICE = "no price is known"
GRAIN = 10
"""Utility points that a cost of sized devices is told apart by: its band is far wider."""
EDGE = 1e-6
"""Of a utility point, and of a cost: far more than is lost by rounding."""
MANY_MICRO = 1e17
"""Far beyond every anchor, and still a whole number of 64 bits."""


class Traffic:
    """Figures of the traffic as columns, for all charges alike.  ``without_peak``: those that
    differ in more than the peak, and which of them each figure is like."""

    def __init__(self, numbers: Sequence[Numbers]) -> None:
        import numpy as np

        self.size = len(numbers)
        self.tokens = np.array([n[0] * (n[1] + n[2]) for n in numbers], dtype=float)
        self.need = np.array([needed(n) for n in numbers], dtype=np.int64)
        self.pairs = list(dict.fromkeys(n[1:3] for n in numbers))
        place = {pair: i for i, pair in enumerate(self.pairs)}
        self.which = np.array([place[n[1:3]] for n in numbers])
        triples: dict[tuple[int, int, int], int] = {}
        like = [triples.setdefault(n[:3], len(triples)) for n in numbers]
        self.without_peak = list(triples), np.array(like)


def codes(
    profile: Profile,
    measure: Measure,
    anchors: Sequence[tuple[int, int]],
    traffic: Traffic,
    doubts: Doubts,
) -> tuple[list[int], Whole] | None:
    """The distinct utilities as codes, and which each figure has; ``None`` where they have to
    be worked out one by one: a figure has no tokens, or anchors are too fine."""
    if measure.name != PER_MILLION or not traffic.tokens.all():
        return None
    if profile.sizes is not None:
        return _codes_of_devices(profile, profile.sizes, measure, anchors, traffic, doubts)
    return None if profile.least else _codes_of_tokens(profile, measure, anchors, traffic, doubts)


def _codes_of_devices(
    profile: Profile,
    sizes: Sizes,
    measure: Measure,
    anchors: Sequence[tuple[int, int]],
    traffic: Traffic,
    doubts: Doubts,
) -> tuple[list[int], Whole] | None:
    import numpy as np

    if any(at % MICRO for at, _ in anchors):
        return None
    low, high = _devices(sizes, traffic)
    cheap = month(low, profile.device[0], profile.people[0]) * PER_DAY / traffic.tokens
    first = _utility_at(anchors, cheap)
    last = np.full(traffic.size, anchors[-1][1])
    if profile.device[1] is not None and profile.people[1] is not None:
        dear = month(high, profile.device[1], profile.people[1]) * PER_DAY / traffic.tokens
        last = np.where(high < 0, last, _utility_at(anchors, dear))
    point, least, most = _cautious(first, last, doubts.width if profile.priced else 0)
    if not profile.priced:
        point = np.minimum(point, measure.cautious)
    return _coded(*(coarse(column) for column in (point, least, most)))


def _codes_of_tokens(
    profile: Profile,
    measure: Measure,
    anchors: Sequence[tuple[int, int]],
    traffic: Traffic,
    doubts: Doubts,
) -> tuple[list[int], Whole]:
    """A bill by the token does not hang on the peak."""
    import numpy as np

    figures, like = traffic.without_peak
    if not profile.priced:
        return _coded(*(np.full(len(like), u) for u in (measure.cautious, 0, FULL)))
    requests, reads, writes = np.array(figures, dtype=float).T
    ends: list[Whole] = []
    for side in (0, 1):
        price, written, people = profile.reads[side], profile.writes[side], profile.people[side]
        if price is None or written is None or people is None:
            ends.append(np.full(len(figures), anchors[-1][1]))
            continue
        tokens = reads + writes
        cost = MILLION * (reads * price + writes * written) / tokens
        cost += PER_DAY * people / (requests * tokens)
        ends.append(_exactly(anchors, cost, partial(_bound, profile, figures, side)))
    found, places = _coded(*_cautious(ends[0], ends[1], doubts.width))
    return found, places[like]


def _bound(
    profile: Profile, figures: Sequence[tuple[int, int, int]], side: int, which: int
) -> int | None:
    found = profile.bounds(PER_MILLION, (*figures[which], EVEN))
    return None if found is None else found[side]


def _exactly(
    anchors: Sequence[tuple[int, int]],
    cost: NDArray[np.float64],
    whole: Callable[[int], int | None],
) -> Whole:
    """As ``tables.utility_at``.  Far enough from a step, rounding cannot move a utility to its
    other side; near one, and on level ground, the ``whole`` cost decides."""
    import numpy as np

    at, worth = np.array(anchors, dtype=float).T
    near = EDGE + float(np.max(np.abs(np.diff(worth)) / np.maximum(np.diff(at), 1.0)))
    utility = np.interp(cost, at, worth)
    found: Whole = np.floor(utility).astype(np.int64)
    between = (cost > at[0] * (1 - EDGE)) & (cost < at[-1] * (1 + EDGE))
    for i in np.flatnonzero(between & (np.abs(utility - np.rint(utility)) <= near)).tolist():
        exact = whole(i)
        assert exact is not None, "the bound is known"
        found[i] = utility_at(anchors, exact)
    return found


def _cautious(first: Whole, last: Whole, width: int) -> tuple[Whole, Whole, Whole]:
    """As ``tables.cautious_point``."""
    import numpy as np

    least = np.clip(np.minimum(first, last) - width, 0, FULL)
    most = np.clip(np.maximum(first, last) + width, 0, FULL)
    point: Whole = np.minimum((first + last) // 2, least + (most - least) // 3)
    return point, least, most


def _coded(point: Whole, least: Whole, most: Whole) -> tuple[list[int], Whole]:
    import numpy as np

    found, places = np.unique((point * (FULL + 1) + least) * (FULL + 1) + most, return_inverse=True)
    return found.tolist(), places


def coarse(utility: Any) -> Any:
    """A utility, or a column of them, in whole grains."""
    return utility // GRAIN * GRAIN


def point_of(code: int) -> int:
    """The point value of the utility that a code stands for."""
    return code // (FULL + 1) ** 2


def decoded(code: int, weak: Fraction, note: str) -> Utility:
    """The utility that a code stands for."""
    rest, most = divmod(code, FULL + 1)
    point, least = divmod(rest, FULL + 1)
    return Utility(point, least, most, weak=weak, note=note)


def _devices(sizes: Sizes, traffic: Traffic) -> tuple[Whole, Whole]:
    """As ``Sizes.devices``; the most is below zero where it is not known."""
    import numpy as np

    sizes.paces.prepare(traffic.pairs)
    found = [sizes.paces.rates(*pair) for pair in traffic.pairs]
    need, which = traffic.need, traffic.which
    low = fewest(sizes, need, [rates.fast for rates in found], which, 0)
    low = np.maximum(low, sizes.least)
    high = fewest(sizes, need, [rates.slow or () for rates in found], which, sizes.spare)
    known = np.array([rates.slow is not None for rates in found])[which]
    return low, np.where(known, np.maximum(high, low), -1)


def fewest(sizes: Sizes, need: Whole, rates: list[Served], which: Whole, spare: int) -> Whole:
    """As ``Sizes``: the fewest devices that carry what is needed, ``which`` rates by figure."""
    import numpy as np

    none = np.iinfo(np.int64).max
    best = np.full(len(need), none)
    for row in range(max(map(len, rates), default=0)):
        kept = [(r[row] if row < len(r) else None) or (1, 0) for r in rates]
        size, served = (column[which] for column in np.array(kept, dtype=np.int64).T)
        replicas = -(-need // np.maximum(served, 1)) + spare
        devices = -(-(replicas * size) // sizes.unit) * sizes.unit
        best = np.minimum(best, np.where(served > 0, devices, none))
    return np.where(best == none, sizes.unit, best)


def _utility_at(anchors: Sequence[tuple[int, int]], value: NDArray[np.float64]) -> Whole:
    """As ``tables.utility_at``, of 10^-6 USD."""
    import numpy as np

    at = np.array([a // MICRO for a, _ in anchors], dtype=np.int64)
    worth = np.array([utility for _, utility in anchors], dtype=np.int64)
    whole = np.minimum(value, MANY_MICRO).astype(np.int64).clip(at[0], at[-1])
    right = np.searchsorted(at, whole).clip(1, len(at) - 1)
    left = right - 1
    reach = at[right] - at[left]
    found: Whole = (worth[left] * (at[right] - whole) + worth[right] * (whole - at[left])) // reach
    return found
