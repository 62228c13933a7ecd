"""What the best offers cost over the volumes around the answered one, on the ranking's bills."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from advisor.decision.costs import TRAFFIC
from advisor.decision.result import BreakEven, CostAt, CostByVolume, CostCurve, Money, Ranked
from advisor.decision.situation import Situation
from advisor.estimate.ranges import Range
from advisor.knowledge.values import Domain, Interval

VOLUME = TRAFFIC[0]
AROUND = 30
"""The volumes reach from a 30th of the answered one to 30 times it."""
EACH_WAY = 4
"""Volumes below the answered one, and above it."""
MOST_CURVES = 4


def cost_by_volume(
    situation: Situation,
    traffic: Mapping[str, Domain],
    ranking: Sequence[Ranked],
    break_evens: Sequence[BreakEven],
) -> CostByVolume | None:
    """The bill of some offers at each volume, all other answers in ``traffic`` as they are;
    None where no volume was answered or nobody's bill is known."""
    answered = traffic.get(VOLUME)
    if VOLUME not in situation.inputs.answers or not isinstance(answered, Interval):
        return None
    if not answered.low or answered.high is None:
        return None
    low, high = max(1, round(answered.low)), max(1, round(answered.high))
    volumes = _volumes(low, high)
    curves = []
    for entry in _telling(ranking, break_evens):
        costs = []
        for volume in volumes:
            bill = situation.costs.bill(
                entry.offer, entry.model, {**traffic, VOLUME: Interval(volume, volume)}
            )
            costs.append(CostAt(volume, _money(bill.monthly)))
        curves.append(CostCurve(entry.offer, entry.title, tuple(costs)))
    return CostByVolume(low, high, tuple(curves)) if curves else None


def _volumes(low: int, high: int) -> list[int]:
    """The ends of what was answered, and others evenly spread over the powers of ten; those
    have two digits that count."""
    middle = math.sqrt(low * high)
    found = {low, high}
    for step in range(1, EACH_WAY + 1):
        factor = AROUND ** (step / EACH_WAY)
        found |= {_two_digits(middle / factor), _two_digits(middle * factor)}
    return sorted(found)


def _two_digits(volume: float) -> int:
    return max(1, int(float(f"{volume:.2g}")))


def _telling(ranking: Sequence[Ranked], break_evens: Sequence[BreakEven]) -> list[Ranked]:
    """The offers whose curves say most, in rank order: the leader, the first two ways of paying
    that break even with each other, those whose bill is known on both sides, then the others."""
    bills = {e.offer: e.estimate.monthly for e in ranking if e.estimate is not None}
    billed = [name for name, bill in bills.items() if bill != Money(None, None)]
    even = {name for b in break_evens[:1] for name in (b.offer, b.against)}
    known = [name for name in billed if None not in (bills[name].low, bills[name].high)]
    paired = [name for name in billed if name in even]
    chosen = list(dict.fromkeys([*billed[:1], *paired, *known, *billed]))[:MOST_CURVES]
    return [entry for entry in ranking if entry.offer in chosen]


def _money(amount: Range) -> Money:
    return Money(*(None if end is None else Fraction(end) for end in (amount.low, amount.high)))
