"""What a requirement makes of all offers in a joint cell, and what offers charge there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from advisor.decision.profiles import Profile, cost_over
from advisor.decision.rulebase import Kind
from advisor.decision.sizing import Numbers
from advisor.knowledge.values import Interval, Truth

COSTS_KEPT = 4_096


class Outcome(Struct, frozen=True):
    """Offers, as bits in their order.  All over a joint cell some surely fail and some may;
    at the point that stands for the cell, some surely fail and some surely pass."""

    fails: int
    doubts: int
    at_point: int
    passes: int


def outcome_of(truths: Iterable[tuple[int, Truth, Truth]]) -> Outcome:
    """From (offers as bits, whether they fail at the point, and all over the cell); offers
    that are not listed pass."""
    fails = doubts = at_point = not_passing = 0
    for bits, point, inside in truths:
        if inside is True:
            fails |= bits
        elif inside is None:
            doubts |= bits
        if point is True:
            at_point |= bits
        if point is not False:
            not_passing |= bits
    return Outcome(fails, doubts, at_point, ~not_passing)


class Billed(Struct, frozen=True, eq=False):
    """One charge of offers of one kind, with what it costs over the traffic seen so far."""

    profile: Profile
    kind: Kind
    known: dict[tuple[str, tuple[Numbers, ...]], Interval | None]

    def cost(self, name: str, at_corners: tuple[Numbers, ...]) -> Interval | None:
        """A cost measure in USD anywhere in a cell of the traffic; None without a price."""
        place = name, at_corners
        if place not in self.known:
            if len(self.known) >= COSTS_KEPT:
                self.known.clear()
            cost = cost_over(name, self.profile, at_corners)
            self.known[place] = cost
            return cost
        return self.known[place]


class Group(NamedTuple):
    """Offers, as bits, that fail together; ``suits``: whether the rule speaks of them.
    ``point`` is what they charge at the shares that stand for a cell, ``inside`` all over it."""

    offers: int
    suits: Truth
    point: Billed
    inside: Billed
