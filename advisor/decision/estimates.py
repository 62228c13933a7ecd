"""What each offer would deliver and cost for the answered traffic, with everything behind it.

Offers paid by the hour are sized from the traffic (``advisor.estimate.traffic``); hosted
services have no public system throughput, so their speed is what the ledger measured.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import product

from msgspec import Struct

from advisor.decision.bases import rule_base_on
from advisor.decision.bills import answered_traffic
from advisor.decision.costs import RATE
from advisor.decision.estimates_bill import Billing
from advisor.decision.estimates_devices import NOT_SIZED, Fit, Sizer
from advisor.decision.estimates_even import Even, Utilised, switched_off
from advisor.decision.estimates_turn import Offered, Rivals, Turn
from advisor.decision.given import Given
from advisor.decision.inference import inferred
from advisor.decision.loads import TRAFFIC
from advisor.decision.situation import Situation
from advisor.decision.sizing import PACE
from advisor.decision.tariffs import owning_asked
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Choice
from advisor.estimate.breakeven import CostOnly
from advisor.estimate.cost import Bill
from advisor.estimate.evidence import Evidence
from advisor.estimate.moved import Moved
from advisor.estimate.ranges import Range
from advisor.estimate.speed import Speed
from advisor.estimate.traffic import Demand, Plan, QuotaGap, contradictions, demand, quota_gaps
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Interval, Number, Options, Truth

__all__ = ["Estimates", "Fit", "Given", "OfferEstimate", "estimates"]


class OfferEstimate(Struct, frozen=True):
    """One offer.  ``user_rate`` (tokens per second) and ``first_ms`` are what was measured of
    a hosted service; ``sizing`` and ``speed`` what is estimated of devices; ``why_not`` says
    what keeps a figure unknown.  ``switched_off``: USD per month for devices of an offer that
    scales to zero, from paid only while busy to paid all day.  ``uncounted``: what is on no
    bill because nobody knows its price.  The break-evens are worked out when they are read."""

    offer: str
    title: str
    model: str | None
    served: Truth
    bill: Bill
    sizing: Plan | None
    speed: Speed | None
    user_rate: Range | None
    first_ms: Range | None
    quota: tuple[QuotaGap, ...]
    why_not: tuple[str, ...]
    fit: Fit | None = None
    switched_off: Range | None = None
    uncounted: tuple[Moved, ...] = ()
    turn: Turn | None = None

    @property
    def break_even(self) -> CostOnly | None:
        """Against the cheapest offer paid by the token, capacity ignored."""
        return None if self.turn is None else self.turn.flat

    @property
    def break_even_with(self) -> str | None:
        """The offer it is compared with."""
        return None if self.turn is None else self.turn.against

    @property
    def even(self) -> Even | None:
        """Over all volumes, with what devices carry."""
        return None if self.turn is None else self.turn.even

    @property
    def utilised(self) -> Utilised | None:
        """By the share of what the devices sustain that is used."""
        return None if self.turn is None else self.turn.utilised


class Estimates(Struct, frozen=True):
    """``demand`` is None where ``missing`` names questions that size anything;
    ``contradictions``: answers that cannot hold together."""

    demand: Demand | None
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]
    offers: tuple[OfferEstimate, ...]
    contradictions: tuple[str, ...] = ()


def estimates(
    knowledge: Knowledge,
    inputs: Inputs,
    as_of: datetime.date,
    evidence: Evidence,
    offers: Sequence[str] = (),
    given: Given | None = None,
) -> Estimates:
    """The estimate of each offer (all of them by default), in catalogue order."""
    base = rule_base_on(knowledge, as_of)
    situation = Situation(base, inferred(knowledge, base.ledger, inputs).inputs)
    estimator = _Estimator(situation, evidence, given or Given())
    return estimator.run(offers or tuple(knowledge.offers))


class _Estimator:
    def __init__(self, situation: Situation, evidence: Evidence, given: Given) -> None:
        self.situation = situation
        self.given = given
        self.env = answered_traffic(situation)
        self.missing = tuple(name for name in TRAFFIC if self._number(name) is None)
        self.demand = self._demand()
        self.billing = Billing(situation, self.env)
        self.sizer = Sizer(situation, evidence, self.env, float(given.adapters_gb))

    def run(self, offers: Sequence[str]) -> Estimates:
        offered = [self._offered(offer) for offer in offers]
        rivals = Rivals(self.situation, self.env, self.given, offered)
        return Estimates(
            self.demand,
            self.missing,
            self._assumptions(),
            tuple(self._estimate(one, rivals) for one in offered),
            self._contradictions(),
        )

    def _contradictions(self) -> tuple[str, ...]:
        """Users at once, their speed and the traffic, where they cannot all be meant."""
        if self.demand is None:
            return ()
        users, rate = (_band(self.env.get(name)) for name in ("concurrent-users", RATE))
        return contradictions(self.demand, users, rate)

    def _assumptions(self) -> tuple[str, ...]:
        found = []
        if "tokens-per-second-per-user" not in self.env:
            found.append(
                f"no speed per user was asked for: each gets at least {PACE:g} tokens/s, about as "
                "fast as people read"
            )
        if "peak-factor" not in self.env:
            found.append("no peak factor was given: the load is taken as even")
        weights = self.env.get("own-weights")
        if weights == Options(frozenset({"adapter"})) and not self.given.adapters_gb:
            found.append(
                "how much memory the adapters take is not known and not counted: give it, such "
                "as --set adapters=10GB for each replica"
            )
        found += [
            f"{name} is a range: devices are sized for its high end"
            for name in TRAFFIC
            if isinstance(value := self.env.get(name), Interval) and not value.is_point
        ]
        return tuple(found)

    def _demand(self) -> Demand | None:
        if self.missing:
            return None
        requests, reads, writes = (self._number(name) or 0 for name in TRAFFIC)
        return demand(requests, self._number("peak-factor") or 1, reads, writes)

    def _number(self, name: str) -> Number | None:
        """An answered number; of a range the high end, so that nothing is undersized."""
        value = self.env.get(name)
        return value.high if isinstance(value, Interval) else None

    def _offered(self, offer: str) -> Offered:
        """The offer with what it would serve, where all cells that the answers leave agree."""
        situation = self.situation
        keys = situation.space.open_keys(SERVING_QUESTIONS)
        sizes = [range(size) for size in situation.sizes(keys)]
        found: list[Choice] = []
        for cells in product(*sizes):
            choice = situation.choice(offer, dict(zip(keys, cells, strict=True)))
            if choice not in found:
                found.append(choice)
        if len(found) > 1:
            return Offered(offer, None, None, is_open=True)
        return Offered(offer, found[0].model, found[0].served)

    def _estimate(self, one: Offered, rivals: Rivals) -> OfferEstimate:
        situation = self.situation
        offer, model = one.offer, one.model
        charges = rivals.charges(offer, model)
        why_not = [f"not answered: {name}" for name in self.missing]
        if one.is_open:
            why_not.append("which model is served is not decided by the answers")
        if charges.capacity is not None:
            why_not += owning_asked(offer, charges.capacity)
        sized, sizes = NOT_SIZED, charges.sizes
        if charges.capacity is not None and model is not None:
            sized = self.sizer.sized(offer, model, self.demand, sizes)
            why_not += sized.why_not
            sizes = self.sizer.beside(offer, model, sizes)
        stored = None if sized.fit is None else sized.fit.memory.weights + self.sizer.adapters_gb
        billed = self.billing.of(offer, charges, sizes, stored)
        found = situation.base.offering.of(offer, model)
        shared = self.demand if charges.tokens is not None else None
        return OfferEstimate(
            offer=offer,
            title=situation.knowledge.offers[offer].title,
            model=model,
            served=one.served,
            bill=billed.bill,
            sizing=sized.plan,
            speed=sized.speed,
            user_rate=_band(found.get("speed-per-user", NOTHING).value),
            first_ms=_band(found.get("first-token-time", NOTHING).value),
            quota=() if shared is None else quota_gaps(shared, *rivals.limits(offer, model)),
            why_not=tuple(why_not),
            fit=sized.fit,
            switched_off=switched_off(
                charges, sized.plan, found.get("scale-to-zero", NOTHING).value
            ),
            uncounted=billed.uncounted,
            turn=None
            if charges.capacity is None
            else Turn(rivals, one, charges, billed.devices, sizes, sized.plan),
        )


def _band(value: Domain | None) -> Range | None:
    return Range.of(value) if isinstance(value, Interval) else None
