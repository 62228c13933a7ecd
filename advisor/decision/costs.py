"""The cost of an offer in any cell of the traffic: bounds from prices, devices, people.

Prices are the user's own where given, else the ledger's.  The itemised bill that is shown
comes from ``advisor.estimate.cost``; here the same sums are kept as coefficients, because a
decision asks for them thousands of times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from advisor.decision.loads import (
    SHARES,
    SIZING,
    TRAFFIC,
    corners_of,
    precision_of,
    traffic_of,
    whole_traffic,
)
from advisor.decision.profiles import (
    MEASURES,
    MONTHLY,
    MONTHLY_LOW,
    SCALE,
    Profile,
    Sides,
)
from advisor.decision.sizing import PACE, Paces, Sizes
from advisor.engine.memory import Memory
from advisor.engine.offering import Offering
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.estimate.cost import (
    HOURS_PER_MONTH,
    Bill,
    Capacity,
    People,
    Switching,
    TokenPrices,
    Traffic,
    bill,
)
from advisor.estimate.ranges import UNKNOWN, Range
from advisor.estimate.replicas import Replica
from advisor.estimate.subjects import device_subject, model_subject
from advisor.estimate.token_cost import cost_per_request
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Interval, Number, NumberType, Options, Truth

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
CURRENT = "current-offer"
RATE = "tokens-per-second-per-user"
"""A requirement: where nothing is answered, nothing is asked."""
QUESTIONS = frozenset({*SIZING, *SHARES, *SERVING_QUESTIONS, "precision", RATE, COMMITMENT})
OWN_KEPT = 4_096

# Bytes per parameter that the weights take, by the precision that is asked for; "any" may be
# served at 8 bits or, where somebody prefers it, at 16.
BYTES = {"16-bit": (2, 2), "8-bit": (1, 1), "any": (1, 2)}
SERVED = {"16-bit": "16-bit", "8-bit": "8-bit", "any": "8-bit"}
"""What is estimated for an asked precision; "any" is served at 8 bit unless the weights
exist in one precision only."""
# Room beside the weights for the cache of running requests and for activations.
RESERVE = Fraction(6, 5)
DEVICE_HOUR = "device-hour-price"
COMMITTED_HOUR = "committed-device-hour-price"
MEASURED_DEVICES = "devices-measured"
"""Devices that carry the answered peak at a measured rate: no sizing is needed then."""


class Wish(NamedTuple):
    """What is asked of devices: the slowest and the fastest speed per user, and whether a
    commitment of years is wanted (None: open)."""

    pace: tuple[float, float]
    years: Truth


@dataclass(frozen=True, slots=True)
class Charges:
    """What an offer charges for with one model; ``None`` where it does not charge for it.

    ``sizes`` says how many devices the traffic needs, where that can be estimated."""

    tokens: TokenPrices | None
    capacity: Capacity | None
    people: People | None
    own_prices: bool
    sizes: Sizes | None = None

    @property
    def priced(self) -> bool:
        """Whether anything but people has a known price."""
        token_price = self.tokens is not None and self.tokens.input.low is not None
        hour_price = self.capacity is not None and self.capacity.device_hour.low is not None
        return token_price or hour_price


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
        self._offering = offering
        self._inputs = inputs
        self._own = Memory(OWN_KEPT)
        self._kept = self._own if kept is None else kept

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
        found = profile.over(name, corners)
        if found is None:
            return None
        low, high = found.low[0], found.high[1]
        return Interval(
            None if low is None else Fraction(low, SCALE),
            None if high is None else Fraction(high, SCALE),
        )

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
        shares = tuple(env.get(name) for name in SHARES)
        place = ("profile", offer, model, precision_of(env), *shares, self._wish(env))
        return self._memory(offer).of(
            place, lambda: self._profile(self._charges_in(offer, model, env), env)
        )

    def charges(self, offer: str, model: str | None, precision: str) -> Charges:
        """What the offer charges for with this model at this precision, sized for the speed
        that was answered."""
        return self._charges_at(offer, model, precision, self._wish(self._inputs.answers))

    def _charges_in(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Charges:
        return self._charges_at(offer, model, precision_of(env), self._wish(env))

    def _charges_at(self, offer: str, model: str | None, precision: str, wish: Wish) -> Charges:
        place = ("charges", offer, model, precision, wish)
        return self._memory(offer).of(place, lambda: self._charges(offer, model, precision, wish))

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
        if answered is None:
            return PACE, PACE
        asked = env.get(RATE, answered)
        if not isinstance(asked, Interval):
            return PACE, PACE
        low = max(PACE, float(asked.low or 0))
        return low, low if asked.high is None else max(low, float(asked.high))

    def _memory(self, offer: str) -> Memory:
        return self._own if offer in self._inputs.prices else self._kept

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
            switching=self._switching(offer),
        )

    def _switching(self, offer: str) -> Switching | None:
        """What leaving today's offer takes, where another one was answered.  It is on the bill;
        in the ranking the rules on today's offer stand for it."""
        current = self._inputs.answers.get(CURRENT)
        method = self._knowledge.method
        if method.switching_hours is None or not isinstance(current, Options):
            return None
        leaving = self._knowledge.offers.get(min(current.values))
        if len(current.values) != 1 or leaving is None or leaving.id == offer:
            return None
        return Switching(
            Range(*method.switching_hours),
            Range(*method.staff_rate),
            method.switching_months,
            leaving.title,
            "rules/method.yaml",
        )

    def _charges(self, offer_id: str, model: str | None, precision: str, wish: Wish) -> Charges:
        offer = self._knowledge.offers[offer_id]
        evidence = self._offering.of(offer_id, model)
        own = self._inputs.prices.get(offer_id, {})

        def price(own_key: str, attribute: str) -> Range:
            if own_key in own:
                return Range.of(own[own_key])
            value = evidence.get(attribute, NOTHING).value
            return Range.of(value) if isinstance(value, Interval) else UNKNOWN

        def source(attribute: str) -> str | None:
            claims = evidence.get(attribute, NOTHING).claims
            return claims[0].source if claims else None

        billing = evidence.get("billing", NOTHING).value
        hourly = billing == Options(frozenset({"per-hour"})) or "gpu-hour" in own
        bought = billing == Options(frozenset({"purchase"}))
        tokens = None
        capacity = None
        sizes = None
        if hourly or bought:
            rate, terms = price("gpu-hour", DEVICE_HOUR), "on demand"
            contract = price("gpu-hour", COMMITTED_HOUR)
            if bought and "gpu-hour" not in own:
                # What owning costs those who buy by the thousand; a single owner pays more.
                rate, terms = Range(rate.low, None), "cost of owning and running"
            elif wish.years is not False and contract.low is not None and "gpu-hour" not in own:
                # What such contracts are said to cost at best; none costs more than on demand.
                terms = "between a contract of three years and on demand"
                ends = [end for end in (contract.low, rate.low) if end is not None]
                rate = Range(min(ends), contract.high if rate.high is None else rate.high)
            measured = evidence.get(MEASURED_DEVICES, NOTHING).value
            counted = Range.of(measured) if isinstance(measured, Interval) else None
            capacity = Capacity(
                counted or self._devices(offer_id, model, precision),
                rate,
                terms=terms,
                source="your price" if "gpu-hour" in own else source(DEVICE_HOUR),
            )
            if counted is None:
                sizes = self._sizes(offer_id, model, precision, wish.pace)
        else:
            tokens = TokenPrices(
                price("input", "input-price"),
                price("output", "output-price"),
                price("cached-input", "cached-input-price"),
                price("batch-discount", "batch-discount"),
                source="your price" if "input" in own else source("input-price"),
            )
        hours = self._knowledge.method.staff_hours.get(offer.deployment)
        rate_low, rate_high = self._knowledge.method.staff_rate
        people = (
            People(Range(*hours), Range(rate_low, rate_high), "rules/method.yaml")
            if hours
            else None
        )
        return Charges(tokens, capacity, people, bool(own), sizes)

    def _devices(self, offer: str, model: str | None, precision: str) -> Range:
        """At least the smallest unit and what the weights need; above that, unknown."""
        evidence = self._offering.of(offer, model)
        unit = evidence.get("smallest-unit", NOTHING).value
        smallest = unit.low if isinstance(unit, Interval) and unit.low is not None else 1
        memory = evidence.get("accelerator.memory", NOTHING).value
        size = evidence.get("model.total-parameters", NOTHING).value
        needed: Number = 1
        if (
            isinstance(memory, Interval)
            and isinstance(size, Interval)
            and memory.high
            and size.low is not None
        ):
            least = BYTES.get(precision, BYTES["any"])[0]
            needed = math.ceil(Fraction(size.low) * least * RESERVE / memory.high)
        units = math.ceil(Fraction(needed) / smallest)
        return Range(units * smallest, None)

    def _sizes(
        self,
        offer: str,
        model: str | None,
        precision: str,
        pace: tuple[float, float],
    ) -> Sizes | None:
        """The sizing of an offer; the same object for offers that need the same devices."""
        fitted = self._knowledge.fitted
        accelerator = self._knowledge.offers[offer].accelerator
        if fitted is None or model is None or accelerator is None:
            return None
        shape = model_subject(self._knowledge.models[model], fitted).shape
        device = device_subject(self._knowledge.accelerators[accelerator], fitted)
        if shape is None or device is None or device.family not in fitted.calibration.families:
            return None
        served = shape.stored or SERVED.get(precision, SERVED["any"])
        unit = self._unit(offer, model)

        def paces() -> Paces:
            return Paces(Replica(shape, device, served, fitted.calibration), pace)

        def sizes() -> Sizes | None:
            rates = self._kept.of(("paces", model, accelerator, served, pace), paces)
            return Sizes(rates, unit, unit) if rates.replica.workers(1.0) else None

        return self._kept.of(("sizes", model, accelerator, served, unit, pace), sizes)

    def _unit(self, offer: str, model: str | None) -> int:
        unit = self._offering.of(offer, model).get("smallest-unit", NOTHING).value
        return math.ceil(unit.low) if isinstance(unit, Interval) and unit.low else 1

    def _profile(self, charges: Charges, env: Mapping[str, Domain]) -> Profile:
        """Coefficients of the bill: linear in tokens read and written, and in devices."""
        traffic = traffic_of(env)
        reads = writes = Range(0, 0)
        if charges.tokens is not None:
            reads, writes = (
                cost_per_request(
                    Traffic(
                        Range(1, 1),
                        Range(int(unit == "reads"), int(unit == "reads")),
                        Range(int(unit == "writes"), int(unit == "writes")),
                        traffic.cached_input_share,
                        traffic.batch_share,
                    ),
                    charges.tokens,
                )
                for unit in ("reads", "writes")
            )
        people = device = Range(0, 0)
        least, most = 0, None
        if charges.people is not None:
            people = charges.people.hours_per_month * charges.people.rate
        if charges.capacity is not None:
            hour = charges.capacity.device_hour
            device = (hour if hour.low is not None else self._declared_hour()) * HOURS_PER_MONTH
            devices = charges.capacity.devices
            least = math.ceil(devices.low or 1)
            most = None if devices.high is None else math.ceil(devices.high)
        return Profile(
            charges.priced,
            _scaled(reads),
            _scaled(writes),
            _scaled(people),
            _scaled(device),
            least,
            charges.sizes,
            most,
        )

    def _declared_hour(self) -> Range:
        """The range within which a price of a device lies, whatever it is."""
        attribute = self._knowledge.attributes.get(DEVICE_HOUR)
        kind = None if attribute is None else attribute.type
        return Range(kind.minimum, kind.maximum) if isinstance(kind, NumberType) else UNKNOWN


def _scaled(amount: Range) -> Sides:
    low = 0 if amount.low is None else math.floor(amount.low * SCALE)
    return low, None if amount.high is None else math.ceil(amount.high * SCALE)
