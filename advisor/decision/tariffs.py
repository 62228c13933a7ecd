"""Prices of an offer, the user's own before the ledger's, and what an hour of a device costs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from advisor.estimate.cost import Capacity
from advisor.estimate.moved import Price
from advisor.estimate.ownership import Owned, Term, owned
from advisor.estimate.ranges import UNKNOWN, Range
from advisor.knowledge.ledger import NOTHING, Evidence
from advisor.knowledge.periods import HOURS_PER_MONTH
from advisor.knowledge.values import Interval, Number, Options, Truth

BOUGHT = Options(frozenset({"purchase"}))
GPU_HOUR = "gpu-hour"
DEVICE_HOUR = "device-hour-price"
COMMITTED_HOUR = "committed-device-hour-price"
DEVICE = "device"
OWNERSHIP: Mapping[str, tuple[str, str]] = {
    "price": (DEVICE, "device-price"),
    "months": ("months", "useful-life"),
    "watts": ("watts", "device-power"),
    "overhead": ("pue", "facility-overhead"),
    "energy": ("electricity", "electricity-price"),
    "space": ("space", "space-price"),
}
"""What owning takes, with the user's name and the ledger's name of each figure."""
ASKED: Mapping[str, tuple[str, str]] = {
    "price": ("the price of a device with its share of the server", "device=42000"),
    "months": ("the months of use", "months=60"),
    "watts": ("the power of a device with its share of the server", "watts=1300W"),
    "overhead": ("the power of the room over that of the equipment", "pue=1.3"),
    "energy": ("the price of electricity", "electricity=0.12/kWh"),
    "space": ("the rent of space", "space=200/kW-month"),
}
"""How to ask for each of these figures."""
DEVICE_POWER = "accelerator.power"
YOURS = "your price"
BY_THE_THOUSAND = "what owning costs those who buy by the thousand"


class Prices(Struct, frozen=True):
    """``evidence`` by attribute, ``own`` by the names of ``prices:``."""

    evidence: Mapping[str, Evidence]
    own: Mapping[str, Number]

    def of(self, own: str, attribute: str) -> Range:
        """A price; unknown where neither says."""
        if own in self.own:
            return Range.of(self.own[own])
        value = self.evidence.get(attribute, NOTHING).value
        return Range.of(value) if isinstance(value, Interval) else UNKNOWN

    def source(self, own: str, attribute: str) -> str | None:
        """Where it is from."""
        if own in self.own:
            return YOURS
        claims = self.evidence.get(attribute, NOTHING).claims
        return claims[0].source if claims else None

    @property
    def is_bought(self) -> bool:
        """Whether devices are bought, not rented."""
        return self.evidence.get("billing", NOTHING).value == BOUGHT or DEVICE in self.own

    def sources(self, own: str, attribute: str) -> str | None:
        """All that it is from."""
        if own in self.own:
            return YOURS
        claims = self.evidence.get(attribute, NOTHING).claims
        return ", ".join(dict.fromkeys(c.source for c in claims if c.value is not None)) or None

    def moved(self, own: str, attribute: str) -> Price:
        """A price per GB."""
        return Price(self.of(own, attribute), self.sources(own, attribute))


def capacity_of(prices: Prices, devices: Range, *, years: Truth) -> Capacity:
    """Devices at what an hour of one costs: rented, bound by contract, or bought."""
    if GPU_HOUR in prices.own:
        rate = Range.of(prices.own[GPU_HOUR])
        return Capacity(devices, rate, source=YOURS)
    rate, source = prices.of(GPU_HOUR, DEVICE_HOUR), prices.source(GPU_HOUR, DEVICE_HOUR)
    if prices.is_bought:
        return _bought(prices, devices, rate, source)
    contract, terms = prices.of(GPU_HOUR, COMMITTED_HOUR), "on demand"
    if years is not False and contract.low is not None:
        # What such contracts are said to cost at best; none costs more than on demand.
        terms = "between a contract of three years and on demand"
        ends = [end for end in (contract.low, rate.low) if end is not None]
        rate = Range(min(ends), contract.high if rate.high is None else rate.high)
    return Capacity(devices, rate, terms=terms, source=source)


def _bought(prices: Prices, devices: Range, said: Range, source: str | None) -> Capacity:
    """``said`` of ``source`` is what owning costs those who buy by the thousand: a single owner
    pays no less, unless the price paid is the user's own."""
    bought = _owned(prices)
    if bought.price.amount.low is None:
        rate = Range(said.low, None)
        return Capacity(devices, rate, terms="cost of owning and running", source=source)
    hour = bought.month * Fraction(1, HOURS_PER_MONTH)
    if DEVICE in prices.own or said.low is None or (hour.low or 0) >= said.low:
        return Capacity(devices, hour, terms="bought", owned=bought)
    if hour.high is not None and hour.high < said.low:
        return Capacity(devices, hour, terms="bought", owned=bought)
    hour = Range(said.low, hour.high)
    return Capacity(devices, hour, terms=BY_THE_THOUSAND, source=source, owned=bought)


def _owned(prices: Prices) -> Owned:
    """What is known of owning; without a figure for the server, at least what the device itself
    draws."""
    terms = {
        field: Term(prices.of(own, attribute), prices.sources(own, attribute))
        for field, (own, attribute) in OWNERSHIP.items()
    }
    if terms["watts"].amount.low is None:
        alone = prices.of("watts", DEVICE_POWER)
        terms["watts"] = Term(Range(alone.low, None), prices.sources("watts", DEVICE_POWER))
    return owned(terms)


def owning_asked(offer: str, capacity: Capacity) -> tuple[str, ...]:
    """What is not known of owning an offer's devices, and how to say it."""
    if capacity.owned is None:
        return ()
    found = []
    for field in capacity.owned.missing:
        what, setting = ASKED[field]
        known = "not known on both sides"
        found.append(f"{what} is {known}: give it with --set price.{offer}.{setting}")
    return tuple(found)
