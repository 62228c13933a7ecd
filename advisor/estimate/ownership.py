"""What bought devices cost a month: depreciation, power, cooling, space.

For each device, with its share of server, network and spares:

    depreciation  price / months of use
    power         kW x 730 hours x USD per kWh
    cooling       kW x (overhead - 1) x 730 hours x USD per kWh
    space         kW x USD per kW and month

Straight-line depreciation to nothing.  ``overhead`` is the power usage effectiveness of a room
(ISO/IEC 30134-2): all power that it takes over that of the equipment in it, 1 or more; the part
above 1 cools and converts.  Power is drawn at full load, day and night.  A month has 730 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from advisor.estimate.ranges import UNKNOWN, Range, total
from advisor.knowledge.periods import HOURS_PER_MONTH
from advisor.knowledge.values import Number

KILO = 1000
ITEMS = ("depreciation", "power", "cooling", "space")


class Term(Struct, frozen=True):
    """A figure and where it is from (``None``: nobody said)."""

    amount: Range = UNKNOWN
    source: str | None = None


class Part(Struct, frozen=True):
    """One item for all devices, in USD per month, with its formula in words and numbers."""

    item: str
    amount: Range
    formula: str
    source: str | None


class Owned(Struct, frozen=True):
    """A bought device.  ``price`` USD with its share of the server; ``months`` of use; ``watts``
    at full load, its share of the server included; ``overhead``: power of the room over that of
    the equipment; ``energy`` USD per kWh; ``space`` USD per kW of equipment and month.

    Raises ``ValueError`` for no months of use and for an overhead below 1.
    """

    price: Term
    months: Term
    watts: Term
    overhead: Term
    energy: Term
    space: Term

    def __post_init__(self) -> None:
        if 0 in (self.months.amount.low, self.months.amount.high):
            raise ValueError("the months of use must be above zero")
        low, high = self.overhead.amount.low, self.overhead.amount.high
        if any(end is not None and end < 1 for end in (low, high)):
            raise ValueError("a room takes at least the power of what stands in it")

    @property
    def missing(self) -> tuple[str, ...]:
        """The figures that are not known on both sides."""
        return tuple(
            name for name in self.__struct_fields__ if not getattr(self, name).amount.is_known
        )

    def parts(self, devices: Range) -> tuple[Part, ...]:
        """The items for so many devices."""
        kilowatts = self.watts.amount * devices * Fraction(1, KILO)
        hourly = kilowatts * HOURS_PER_MONTH
        energy, overhead = self.energy.amount, self.overhead.amount
        beyond = Range(_less_one(overhead.low), _less_one(overhead.high))
        drawn = f"{kilowatts.words('kW')} × {HOURS_PER_MONTH} hours × {energy.words('USD per kWh')}"
        return (
            Part(
                ITEMS[0],
                devices * self.price.amount * _inverse(self.months.amount),
                f"{devices.words('devices')} × {self.price.amount.words('USD')} / "
                f"{self.months.amount.words('months')}",
                _sources(self.price, self.months),
            ),
            Part(ITEMS[1], hourly * energy, drawn, _sources(self.watts, self.energy)),
            Part(
                ITEMS[2],
                hourly * beyond * energy,
                f"{drawn} × {beyond.words('(power of the room beyond that of the devices)')}",
                _sources(self.watts, self.energy, self.overhead),
            ),
            Part(
                ITEMS[3],
                kilowatts * self.space.amount,
                f"{kilowatts.words('kW')} × {self.space.amount.words('USD per kW and month')}",
                _sources(self.watts, self.space),
            ),
        )

    @property
    def month(self) -> Range:
        """USD per month for one device; the low side counts what is known."""
        return total(part.amount for part in self.parts(Range(1, 1)))


def owned(terms: Mapping[str, Term]) -> Owned:
    """From figures by the names of the fields; what is left out is unknown."""
    return Owned(*(terms.get(name, Term()) for name in Owned.__struct_fields__))


def _inverse(months: Range) -> Range:
    return Range(
        None if months.high is None else 1 / Fraction(months.high),
        None if months.low is None else 1 / Fraction(months.low),
    )


def _less_one(value: Number | None) -> Number | None:
    return None if value is None else value - 1


def _sources(*terms: Term) -> str | None:
    found = dict.fromkeys(term.source for term in terms if term.source is not None)
    return ", ".join(found) or None
