"""The itemised bill of an offer, with what leaves it and what it stores."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.costs import Charges
from advisor.decision.leaving import leaving
from advisor.decision.loads import corners_of, traffic_of
from advisor.decision.situation import Situation
from advisor.decision.sizing import Sizes
from advisor.estimate.cost import Bill, Line, bill
from advisor.estimate.moved import Egress, Moved, Storage
from advisor.estimate.ranges import Range
from advisor.knowledge.values import Domain


class Billed(Struct, frozen=True):
    """``devices`` are those on the bill; ``uncounted`` is on none, for want of a price."""

    bill: Bill
    devices: Range | None
    uncounted: tuple[Moved, ...]


class Billing:
    """The bills of all offers at one traffic."""

    def __init__(self, situation: Situation, env: Mapping[str, Domain]) -> None:
        self._situation = situation
        self._traffic = traffic_of(env)
        self._corners = corners_of(env)

    def of(
        self, offer: str, charges: Charges, sizes: Sizes | None, stored_gb: float | None
    ) -> Billed:
        """The bill of an offer; ``sizes`` says how many devices the traffic needs, where that
        can be said, ``stored_gb`` what lies on a volume of its own."""
        devices = self._devices(charges, sizes)
        moved: list[Moved] = [Egress(charges.egress, self._traffic)]
        capacity = charges.capacity
        if charges.storage is not None and stored_gb is not None:
            moved.append(Storage(charges.storage, Range.of(round(stored_gb))))
        if capacity is not None and devices is not None:
            capacity = replace(capacity, devices=devices)
        situation = self._situation
        return Billed(
            bill(
                self._traffic,
                tokens=charges.tokens,
                capacity=capacity,
                people=charges.people,
                switching=leaving(situation.knowledge, situation.inputs, offer),
                extras=tuple(_line(one) for one in moved if one.is_counted),
            ),
            devices,
            tuple(one for one in moved if not one.is_counted),
        )

    def _devices(self, charges: Charges, sizes: Sizes | None) -> Range | None:
        """How many devices the traffic needs; None where none are paid for."""
        if charges.capacity is None:
            return None
        if sizes is None or self._corners is None:
            return charges.capacity.devices
        few, many = sizes.over(self._corners[0], self._corners[-1])
        return Range(few[0], many[1])


def _line(one: Moved) -> Line:
    amount = one.amount
    return Line(one.item, amount.low, amount.high, one.formula, one.price.source)
