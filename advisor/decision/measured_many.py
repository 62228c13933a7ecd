"""Utilities of one charge at many figures of the traffic at once: the same numbers as one by
one, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from advisor.decision.profiles import MICRO, PER_DAY, PER_MILLION, Profile, month
from advisor.decision.sizing import Numbers, Served, Sizes, needed
from advisor.decision.tables import FULL, Doubts, Utility
from advisor.knowledge.model import Measure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64]

NO_PRICE = "no price is known"
GRAIN = 10
"""Utility points that a cost of sized devices is told apart by: its band is far wider."""
MANY_MICRO = 1e17
"""Far beyond every anchor, and still a whole number of 64 bits."""


class Traffic:
    """Figures of the traffic as columns, for all charges alike.  ``without_peak``: places of
    those that differ in more than the peak, and which of them each figure is like."""

    def __init__(self, numbers: Sequence[Numbers]) -> None:
        import numpy as np

        self.size = len(numbers)
        self.tokens = np.array([n[0] * (n[1] + n[2]) for n in numbers], dtype=float)
        self.need = np.array([needed(n) for n in numbers], dtype=np.int64)
        self.pairs = list(dict.fromkeys(n[1:3] for n in numbers))
        place = {pair: i for i, pair in enumerate(self.pairs)}
        self.which = np.array([place[n[1:3]] for n in numbers])
        triples: dict[tuple[int, ...], int] = {}
        numbered = [triples.setdefault(n[:3], len(triples)) for n in numbers]
        firsts = [numbered.index(i) for i in range(len(triples))]
        self.without_peak = firsts, np.array(numbered)


def codes(
    profile: Profile,
    measure: Measure,
    anchors: Sequence[tuple[int, int]],
    traffic: Traffic,
    doubts: Doubts,
) -> tuple[list[int], Whole] | None:
    """The distinct utilities as codes, and which each figure has; ``None`` where they have to
    be worked out one by one: nothing is sized, or anchors are too fine."""
    sizes = profile.sizes
    if sizes is None or measure.name != PER_MILLION or any(at % MICRO for at, _ in anchors):
        return None
    import numpy as np

    if not traffic.tokens.all():
        return None
    low, high = _devices(sizes, traffic)
    cheap = month(low, profile.device[0], profile.people[0]) * PER_DAY / traffic.tokens
    first = _utility_at(anchors, cheap)
    last = np.full(traffic.size, anchors[-1][1])
    if profile.device[1] is not None and profile.people[1] is not None:
        dear = month(high, profile.device[1], profile.people[1]) * PER_DAY / traffic.tokens
        last = np.where(high < 0, last, _utility_at(anchors, dear))
    width = doubts.width if profile.priced else 0
    least = np.clip(np.minimum(first, last) - width, 0, FULL)
    most = np.clip(np.maximum(first, last) + width, 0, FULL)
    point = np.minimum((first + last) // 2, least + (most - least) // 3)
    if not profile.priced:
        point = np.minimum(point, measure.cautious)
    point, least, most = (coarse(column) for column in (point, least, most))
    found, places = np.unique((point * (FULL + 1) + least) * (FULL + 1) + most, return_inverse=True)
    return found.tolist(), places


def coarse(utility: Any) -> Any:
    """A utility, or a column of them, in whole grains."""
    return utility // GRAIN * GRAIN


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
    low = _fewest(sizes, need, [rates.fast for rates in found], which, 0)
    low = np.maximum(low, sizes.least)
    high = _fewest(sizes, need, [rates.slow or () for rates in found], which, sizes.spare)
    known = np.array([rates.slow is not None for rates in found])[which]
    return low, np.where(known, np.maximum(high, low), -1)


def _fewest(sizes: Sizes, need: Whole, rates: list[Served], which: Whole, spare: int) -> Whole:
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
