"""The cost of an offer in any cell of the traffic: bounds from prices, devices, people.

The itemised bill that is shown comes from ``advisor.estimate.cost``; here the same sums are
kept as coefficients, because a decision asks for them thousands of times.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from msgspec.structs import replace

from advisor.decision.charges import SERVED, Charges, Tariffs, Wish
from advisor.decision.leaving import leaving
from advisor.decision.loads import (
    SHARES,
    SIZING,
    TRAFFIC,
    corners_of,
    precision_of,
    traffic_of,
    whole_traffic,
)
from advisor.decision.profiles import MEASURES, MONTHLY, MONTHLY_LOW, SCALE, Profile, cost_over
from advisor.decision.sizing import PACE
from advisor.decision.token_rates import Shares, shares_of
from advisor.engine.memory import Memory
from advisor.engine.offering import Offering
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.estimate.cost import Bill, bill
from advisor.estimate.ranges import Range
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Interval, Options, Truth

__all__ = [
    "MEASURES",
    "QUESTIONS",
    "RATE",
    "SCALE",
    "SERVED",
    "SHARES",
    "TRAFFIC",
    "Charges",
    "Costs",
    "Profile",
    "precision_of",
    "traffic_of",
]

COMMITMENT = "commitment"
RATE = "tokens-per-second-per-user"
"""A requirement: where nothing is answered, nothing is asked."""
QUESTIONS = frozenset({*SIZING, *SHARES, *SERVING_QUESTIONS, "precision", RATE, COMMITMENT})


class Wanted(NamedTuple):
    """All that charges hang on beside the offer and its model."""

    precision: str
    shares: Shares
    wish: Wish


class Costs:
    """Cost measures of one decision."""

    def __init__(
        self,
        knowledge: Knowledge,
        offering: Offering,
        inputs: Inputs,
        kept: Memory | None = None,
    ) -> None:
        """``kept`` holds what does not depend on the inputs, from one decision to the next."""
        self._knowledge = knowledge
        self._inputs = inputs
        self._tariffs = Tariffs(knowledge, offering, inputs, kept)

    def measure(
        self, name: str, offer: str, model: str | None, env: Mapping[str, Domain]
    ) -> Interval | None:
        """The value of a cost measure, as bounds over ``env``; ``None`` without a price."""
        profile = self.profile(offer, model, env)
        if not profile.priced:
            return None
        corners = corners_of(env)
        if corners is None:
            return self._open_measure(name, profile, env)
        return cost_over(name, profile, corners)

    def _open_measure(
        self, name: str, profile: Profile, env: Mapping[str, Domain]
    ) -> Interval | None:
        """Where some of the traffic is not bounded: at least what the least of it costs."""
        if name not in (MONTHLY, MONTHLY_LOW):
            return None
        found = profile.bounds(name, whole_traffic(env))
        return None if found is None else Interval(Fraction(found[0], SCALE), None)

    def profile(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Profile:
        """The offer's charges as coefficients, for the precision, shares and speed in ``env``."""
        return self.profile_for(offer, model, self.wanted(env))

    def wanted(self, env: Mapping[str, Domain]) -> Wanted:
        """What is asked of every offer alike."""
        return Wanted(precision_of(env), shares_of(env), self._wish(env))

    def profile_for(self, offer: str, model: str | None, wanted: Wanted) -> Profile:
        """The offer's charges as coefficients."""
        charges = self._tariffs.of(offer, model, wanted.precision, wanted.wish)
        rates = charges.rates
        if rates is None:
            return charges.profile

        def make() -> Profile:
            reads, writes = rates.sides(wanted.shares)
            return replace(charges.profile, reads=reads, writes=writes)

        return self._tariffs.memory(offer).of(("profile", offer, model, wanted.shares), make)

    def charges(self, offer: str, model: str | None, precision: str) -> Charges:
        """What the offer charges for with this model at this precision, sized for the speed
        that was answered."""
        return self._tariffs.of(offer, model, precision, self._wish(self._inputs.answers))

    def _charges_in(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Charges:
        return self._tariffs.of(offer, model, precision_of(env), self._wish(env))

    def _wish(self, env: Mapping[str, Domain]) -> Wish:
        """What is asked of devices; where nothing was answered, nothing is."""
        answered = self._inputs.answers.get(COMMITMENT)
        wanted = None if answered is None else env.get(COMMITMENT, answered)
        years: Truth = False
        if isinstance(wanted, Options) and "years" in wanted.values:
            years = True if len(wanted.values) == 1 else None
        return Wish(self.pace(env), years)

    def devices(self, charges: Charges, env: Mapping[str, Domain]) -> Range | None:
        """How many devices the traffic in ``env`` needs; ``None`` where none are paid for."""
        if charges.capacity is None:
            return None
        corners = corners_of(env)
        if charges.sizes is None or corners is None:
            return charges.capacity.devices
        few, many = charges.sizes.over(corners[0], corners[-1])
        return Range(few[0], many[1])

    def pace(self, env: Mapping[str, Domain]) -> tuple[float, float]:
        """The slowest and the fastest speed per user that may be asked for."""
        answered = self._inputs.answers.get(RATE)
        asked = None if answered is None else env.get(RATE, answered)
        if not isinstance(asked, Interval):
            return PACE, PACE
        low = max(PACE, float(asked.low or 0))
        return low, low if asked.high is None else max(low, float(asked.high))

    def bill(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Bill:
        """The itemised bill for the traffic in ``env``."""
        charges = self._charges_in(offer, model, env)
        devices = self.devices(charges, env)
        return bill(
            traffic_of(env),
            tokens=charges.tokens,
            capacity=(
                None
                if charges.capacity is None or devices is None
                else replace(charges.capacity, devices=devices)
            ),
            people=charges.people,
            switching=leaving(self._knowledge, self._inputs, offer),
        )
