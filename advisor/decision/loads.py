"""The traffic that answers leave, as ranges of a bill and as whole numbers of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from advisor.decision.sizing import Numbers
from advisor.estimate.ranges import UNKNOWN, Range
from advisor.estimate.token_cost import Traffic
from advisor.knowledge.values import Domain, Interval, Number, Options

TRAFFIC = ("requests-per-day", "input-tokens", "output-tokens")
VOLUME = TRAFFIC[0]
PEAK = "peak-factor"
SIZING = (*TRAFFIC, PEAK)
SHARES = ("cached-input-share", "batch-share")
EVEN = 1000
"""Thousandths of the peak factor of an even load."""


def precision_of(env: Mapping[str, Domain]) -> str:
    """The asked precision, or ``any`` where it is open."""
    value = env.get("precision")
    return min(value.values) if isinstance(value, Options) and len(value.values) == 1 else "any"


def traffic_of(env: Mapping[str, Domain]) -> Traffic:
    """The traffic in a cell; a question that is absent is unknown."""

    def of(name: str) -> Range:
        value = env.get(name)
        return Range.of(value) if isinstance(value, Interval) else UNKNOWN

    def share(name: str) -> Range:
        value = env.get(name)
        return Range.of(value) if isinstance(value, Interval) else Range(0, 0)

    return Traffic(*(of(name) for name in TRAFFIC), *(share(name) for name in SHARES))


def corners_of(env: Mapping[str, Domain]) -> tuple[Numbers, ...] | None:
    """The corners of a cell of the traffic, as whole numbers, the least of everything first
    and the most last; ``None`` where some of it is not bounded."""
    ends: list[tuple[int, ...]] = []
    for name in TRAFFIC:
        value = env.get(name)
        if not isinstance(value, Interval) or value.low is None or value.high is None:
            return None
        ends.append(tuple(dict.fromkeys((round(value.low), round(value.high)))))
    peak = env.get(PEAK)
    if isinstance(peak, Interval) and peak.low is not None and peak.high is not None:
        ends.append(tuple(dict.fromkeys((_milli(peak.low), _milli(peak.high)))))
    else:
        ends.append((EVEN,))
    # As long as ``Numbers``: one end for each name of the traffic, and the peak.
    return tuple(product(*ends))  # type: ignore[arg-type]


def whole_traffic(env: Mapping[str, Domain]) -> Numbers:
    """The traffic at points (of a range its least), as whole numbers: requests a day, tokens read
    and written per request, thousandths of the peak factor."""
    found = []
    for name in TRAFFIC:
        value = env.get(name)
        found.append(round(value.low) if isinstance(value, Interval) and value.low else 0)
    peak = env.get(PEAK)
    low = peak.low if isinstance(peak, Interval) else None
    return found[0], found[1], found[2], EVEN if low is None else _milli(low)


def _milli(factor: Number) -> int:
    return max(EVEN, round(factor * EVEN))
