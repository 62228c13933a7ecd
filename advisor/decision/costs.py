"""The cost of an offer in any cell of the traffic: bounds from prices, devices, people.

Prices are the user's own where given, else the ledger's.  The itemised bill that is shown
comes from ``advisor.estimate.cost``; here the same sums are kept as coefficients, because a
decision asks for them thousands of times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from advisor.engine.memory import Memory
from advisor.engine.offering import Offering
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.estimate.cost import (
    DAYS_PER_MONTH,
    HOURS_PER_MONTH,
    Bill,
    Capacity,
    People,
    TokenPrices,
    Traffic,
    bill,
)
from advisor.estimate.ranges import UNKNOWN, Range, total
from advisor.estimate.token_cost import cost_per_request
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Interval, Number, Options

TRAFFIC = ("requests-per-day", "input-tokens", "output-tokens")
SHARES = ("cached-input-share", "batch-share")
MEASURES = ("monthly-cost", "monthly-cost-low", "cost-per-million-tokens")
QUESTIONS = frozenset({*TRAFFIC, *SHARES, *SERVING_QUESTIONS, "precision"})
MILLION = 1_000_000
SCALE = 10**15
OWN_KEPT = 4_096

# Bytes per parameter that the weights take, by the precision that is asked for; "any" may be
# served at 8 bits or, where somebody prefers it, at 16.
BYTES = {"16-bit": (2, 2), "8-bit": (1, 1), "any": (1, 2)}
# Room beside the weights for the cache of running requests and for activations.
RESERVE = Fraction(6, 5)


@dataclass(frozen=True, slots=True)
class Charges:
    """What an offer charges for with one model; ``None`` where it does not charge for it."""

    tokens: TokenPrices | None
    capacity: Capacity | None
    people: People | None
    own_prices: bool

    @property
    def priced(self) -> bool:
        """Whether anything but people has a known price."""
        token_price = self.tokens is not None and self.tokens.input.low is not None
        hour_price = self.capacity is not None and self.capacity.device_hour.low is not None
        return token_price or hour_price


@dataclass(frozen=True, slots=True)
class Profile:
    """Charges as whole numbers of 10^-15 USD: per token read, per token written, per month.

    ``high`` values are None where that side is not known; ``priced`` as in ``Charges``.
    """

    priced: bool
    reads: tuple[int, int | None]
    writes: tuple[int, int | None]
    fixed: tuple[int, int | None]

    def bounds(
        self, measure: str, requests: int, reads: int, writes: int
    ) -> tuple[int, int | None] | None:
        """A cost measure in 10^-15 USD at this traffic (a day's requests, tokens of each)."""
        tokens = requests * (reads + writes)
        if not self.priced or (measure == "cost-per-million-tokens" and not tokens):
            return None
        found: list[int | None] = []
        for a, b, c in zip(self.reads, self.writes, self.fixed, strict=True):
            if a is None or b is None or c is None:
                found.append(None)
                continue
            twelfths = requests * (reads * a + writes * b) * 365 + 12 * c
            if measure == "cost-per-million-tokens":
                found.append(twelfths * MILLION // (tokens * 365))
            else:
                found.append(twelfths // 12)
        low, high = found
        return (low or 0, low if measure == "monthly-cost-low" else high)


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
        charges = self.charges(offer, model, precision_of(env))
        if not charges.priced:
            return None
        traffic = traffic_of(env)
        low, high = self._monthly(charges, traffic)
        if name == "monthly-cost-low":
            # The low end itself is a range where the traffic is: it grows with volume.
            requests, reads, writes = (
                Range(r.high, r.high)
                for r in (traffic.requests_per_day, traffic.input_tokens, traffic.output_tokens)
            )
            busiest = Traffic(
                requests, reads, writes, traffic.cached_input_share, traffic.batch_share
            )
            known = all(
                r.high is not None
                for r in (traffic.requests_per_day, traffic.input_tokens, traffic.output_tokens)
            )
            return Interval(low, self._monthly(charges, busiest)[0] if known else None)
        if name == "monthly-cost":
            return Interval(low, high)
        tokens = traffic.tokens_per_day * DAYS_PER_MONTH
        if not tokens.low or tokens.high is None:
            return None
        return Interval(
            Fraction(low) * MILLION / tokens.high,
            None if high is None else Fraction(high) * MILLION / tokens.low,
        )

    def profile(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Profile:
        """The offer's charges as coefficients, for the precision and shares in ``env``."""
        shares = tuple(env.get(name) for name in SHARES)
        place = ("profile", offer, model, precision_of(env), *shares)
        return self._memory(offer).of(
            place, lambda: profile_of(self.charges(offer, model, precision_of(env)), env)
        )

    def charges(self, offer: str, model: str | None, precision: str) -> Charges:
        """What the offer charges for with this model at this precision."""
        place = ("charges", offer, model, precision)
        return self._memory(offer).of(place, lambda: self._charges(offer, model, precision))

    def _memory(self, offer: str) -> Memory:
        return self._own if offer in self._inputs.prices else self._kept

    def bill(self, offer: str, model: str | None, env: Mapping[str, Domain]) -> Bill:
        """The itemised bill for the traffic in ``env``."""
        charges = self.charges(offer, model, precision_of(env))
        return bill(
            traffic_of(env),
            tokens=charges.tokens,
            capacity=charges.capacity,
            people=charges.people,
        )

    def _monthly(self, charges: Charges, traffic: Traffic) -> tuple[Number, Number | None]:
        low: Number = 0
        high: Number | None = 0
        for part in _parts(charges, traffic):
            low += part.low or 0
            high = None if high is None or part.high is None else high + part.high
        return low, high

    def _charges(self, offer_id: str, model: str | None, precision: str) -> Charges:
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
        if hourly or bought:
            rate = (
                UNKNOWN
                if bought and "gpu-hour" not in own
                else price("gpu-hour", "device-hour-price")
            )
            capacity = Capacity(
                self._devices(offer_id, model, precision),
                rate,
                source="your price" if "gpu-hour" in own else source("device-hour-price"),
            )
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
        return Charges(tokens, capacity, people, bool(own))

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


def profile_of(charges: Charges, env: Mapping[str, Domain]) -> Profile:
    """Coefficients of the bill: it is linear in tokens read and written."""
    traffic = traffic_of(env)
    reads = writes = Range(0, 0)
    if charges.tokens is not None:
        for unit in ("reads", "writes"):
            one = Traffic(
                Range(1, 1),
                Range(int(unit == "reads"), int(unit == "reads")),
                Range(int(unit == "writes"), int(unit == "writes")),
                traffic.cached_input_share,
                traffic.batch_share,
            )
            price = cost_per_request(one, charges.tokens)
            if unit == "reads":
                reads = price
            else:
                writes = price
    fixed = [Range(0, 0)]
    if charges.capacity is not None:
        fixed.append(charges.capacity.devices * charges.capacity.device_hour * HOURS_PER_MONTH)
    if charges.people is not None:
        fixed.append(charges.people.hours_per_month * charges.people.rate)
    return Profile(charges.priced, _scaled(reads), _scaled(writes), _scaled(total(fixed)))


def _scaled(amount: Range) -> tuple[int, int | None]:
    low = 0 if amount.low is None else math.floor(amount.low * SCALE)
    return low, None if amount.high is None else math.ceil(amount.high * SCALE)


def _parts(charges: Charges, traffic: Traffic) -> list[Range]:
    parts: list[Range] = []
    if charges.tokens is not None:
        parts.append(traffic.requests_per_day * _per_request(traffic, charges.tokens))
    if charges.capacity is not None:
        parts.append(charges.capacity.devices * charges.capacity.device_hour * HOURS_PER_MONTH)
    if charges.people is not None:
        parts.append(charges.people.hours_per_month * charges.people.rate)
    return parts


def _per_request(traffic: Traffic, prices: TokenPrices) -> Range:
    return cost_per_request(traffic, prices) * DAYS_PER_MONTH


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


def whole_traffic(env: Mapping[str, Domain]) -> tuple[int, int, int]:
    """Requests a day, tokens read and written per request, at points, as whole numbers."""
    found = []
    for name in TRAFFIC:
        value = env.get(name)
        found.append(round(value.low) if isinstance(value, Interval) and value.low else 0)
    return found[0], found[1], found[2]
