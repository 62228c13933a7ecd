"""What an offer charges for with one model: tokens, devices, people.

Prices are the user's own where given, else the ledger's.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.profiles import SCALE, Profile, Sides
from advisor.decision.sizing import Paces, Sizes
from advisor.decision.tariffs import BOUGHT, DEVICE, DEVICE_HOUR, Prices, capacity_of
from advisor.decision.token_rates import TokenRates
from advisor.engine.memory import Memory
from advisor.engine.offering import Offering
from advisor.estimate.cost import Capacity, People, TokenPrices
from advisor.estimate.moved import UNPRICED, Price
from advisor.estimate.ranges import UNKNOWN, Range
from advisor.estimate.replicas import Replica
from advisor.estimate.subjects import device_subject, model_subject
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.periods import HOURS_PER_MONTH
from advisor.knowledge.values import Interval, Number, NumberType, Options, Truth

OWN_KEPT = 4_096

# Bytes per parameter that the weights take, by the precision that is asked for; "any" may be
# served at 8 bits or, where somebody prefers it, at 16.
BYTES = {"16-bit": (2, 2), "8-bit": (1, 1), "any": (1, 2)}
SERVED = {"16-bit": "16-bit", "8-bit": "8-bit", "any": "8-bit"}
"""What is estimated for an asked precision; "any" is served at 8 bit unless the weights
exist in one precision only."""
# Room beside the weights for the cache of running requests and for activations.
RESERVE = Fraction(6, 5)
HOURLY = Options(frozenset({"per-hour"}))
MEASURED_DEVICES = "devices-measured"
"""Devices that carry the answered peak at a measured rate: no sizing is needed then."""


class Wish(NamedTuple):
    """What is asked of devices: the slowest and the fastest speed per user, and whether a
    commitment of years is wanted (None: open)."""

    pace: tuple[float, float]
    years: Truth


class Charges(Struct, frozen=True):
    """What an offer charges for with one model; ``None`` where it does not charge for it.

    ``sizes`` says how many devices the traffic needs, where that can be estimated;
    ``profile`` holds the charges as coefficients, those for tokens left out: ``rates`` says
    what they are.  ``egress`` and ``storage`` (a volume beside rented devices) are counted where
    they are shown, not ranked by: text is small."""

    tokens: TokenPrices | None
    capacity: Capacity | None
    people: People | None
    own_prices: bool
    profile: Profile
    rates: TokenRates | None = None
    sizes: Sizes | None = None
    egress: Price = UNPRICED
    storage: Price | None = None


class Tariffs:
    """The charges of all offers in one decision."""

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

    def of(self, offer: str, model: str | None, precision: str, wish: Wish) -> Charges:
        """For this model at this precision; the same object for the same charges."""
        memory = self.memory(offer)
        if not memory.of(("by device", offer, model), lambda: (self._by_device(offer, model),))[0]:
            # A bill by the token hangs on neither.
            return self._unsized(offer, model, "any", years=False)
        place = ("sized", offer, model, precision, wish)
        return memory.of(place, lambda: self._sized(offer, model, precision, wish))

    def _unsized(self, offer: str, model: str | None, precision: str, *, years: Truth) -> Charges:
        place = ("charges", offer, model, precision, years)
        return self.memory(offer).of(
            place, lambda: self._charges(offer, model, precision, years=years)
        )

    def _sized(self, offer: str, model: str | None, precision: str, wish: Wish) -> Charges:
        charges = self._unsized(offer, model, precision, years=wish.years)
        if self._counted(offer, model) is not None:
            return charges
        sizes = self._sizes(offer, model, precision, wish.pace)
        return replace(charges, sizes=sizes, profile=replace(charges.profile, sizes=sizes))

    def _counted(self, offer: str, model: str | None) -> Range | None:
        measured = self._offering.of(offer, model).get(MEASURED_DEVICES, NOTHING).value
        return Range.of(measured) if isinstance(measured, Interval) else None

    def _by_device(self, offer: str, model: str | None) -> bool:
        billing = self._offering.of(offer, model).get("billing", NOTHING).value
        own = self._inputs.prices.get(offer, {})
        return billing in (HOURLY, BOUGHT) or "gpu-hour" in own or DEVICE in own

    def memory(self, offer: str) -> Memory:
        """Where to keep what rests on the prices of an offer."""
        return self._own if offer in self._inputs.prices else self._kept

    def _charges(
        self, offer_id: str, model: str | None, precision: str, *, years: Truth
    ) -> Charges:
        offer = self._knowledge.offers[offer_id]
        prices = Prices(self._offering.of(offer_id, model), self._inputs.prices.get(offer_id, {}))
        tokens = None
        capacity = None
        if self._by_device(offer_id, model):
            devices = self._counted(offer_id, model) or self._devices(offer_id, model, precision)
            capacity = capacity_of(prices, devices, years=years)
        else:
            tokens = TokenPrices(
                prices.of("input", "input-price"),
                prices.of("output", "output-price"),
                prices.of("cached-input", "cached-input-price"),
                prices.of("batch-discount", "batch-discount"),
                source=prices.source("input", "input-price"),
            )
        hours = self._knowledge.method.staff_hours.get(offer.deployment)
        rate_low, rate_high = self._knowledge.method.staff_rate
        people = (
            People(Range(*hours), Range(rate_low, rate_high), "rules/method.yaml")
            if hours
            else None
        )
        return Charges(
            tokens,
            capacity,
            people,
            bool(prices.own),
            self._profile(tokens, capacity, people),
            None if tokens is None else TokenRates(tokens),
            egress=prices.moved("egress", "egress-price"),
            storage=None
            if capacity is None or prices.is_bought
            else prices.moved("storage", "storage-price"),
        )

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

        def replica() -> Replica:
            return Replica(shape, device, served, fitted.calibration)

        def paces() -> Paces:
            return Paces(self._kept.of(("replica", model, accelerator, served), replica), pace)

        def sizes() -> Sizes | None:
            rates = self._kept.of(("paces", model, accelerator, served, pace), paces)
            return Sizes(rates, unit, unit) if rates.replica.workers(1.0) else None

        return self._kept.of(("sizes", model, accelerator, served, unit, pace), sizes)

    def _unit(self, offer: str, model: str | None) -> int:
        unit = self._offering.of(offer, model).get("smallest-unit", NOTHING).value
        return math.ceil(unit.low) if isinstance(unit, Interval) and unit.low else 1

    def _profile(
        self, tokens: TokenPrices | None, capacity: Capacity | None, people: People | None
    ) -> Profile:
        """What is charged beside tokens: linear in devices, which are not sized yet."""
        priced = tokens is not None and tokens.input.low is not None
        staff = device = Range(0, 0)
        least, most = 0, None
        if people is not None:
            staff = people.hours_per_month * people.rate
        if capacity is not None:
            hour = capacity.device_hour
            priced = hour.low is not None
            device = (hour if priced else self._declared_hour()) * HOURS_PER_MONTH
            least = math.ceil(capacity.devices.low or 1)
            high = capacity.devices.high
            most = None if high is None else math.ceil(high)
        return Profile(priced, (0, 0), (0, 0), _scaled(staff), _scaled(device), least, None, most)

    def _declared_hour(self) -> Range:
        """The range within which a price of a device lies, whatever it is."""
        attribute = self._knowledge.attributes.get(DEVICE_HOUR)
        kind = None if attribute is None else attribute.type
        return Range(kind.minimum, kind.maximum) if isinstance(kind, NumberType) else UNKNOWN


def _scaled(amount: Range) -> Sides:
    low = 0 if amount.low is None else math.floor(amount.low * SCALE)
    return low, None if amount.high is None else math.ceil(amount.high * SCALE)
