"""From the slots that hold to scores, exclusions and a ranking, in whole numbers.

The scores of all offers are lanes of one long number: a byte of slots is looked up as what
it adds to every lane at once.  Where there are many slots, counting bits in planes (one for
each binary digit of the steps) is quicker.  Both are exact, and so agree to the bit.

Slots of rules that rest on the same evidence do not add up: of those that hold for an offer,
only the strongest step up and the strongest step down of a criterion count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import getitem, or_
from struct import Struct
from typing import TypeAlias

from advisor.engine.bits_layout import Layout, bits_of

_FORMATS = {16: "h", 32: "i", 64: "q"}
"""Widths of a lane in bits, as ``struct`` calls them."""

_REMEMBERED = 4_096

# Measured costs of a byte looked up and of a plane counted, as small whole numbers.
_BYTE, _PLANE = 12, 11


Settled: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], list[int]]
"""Scores, excluded offers, ranking."""


class Scorer:
    """Scores of one layout.  Raises OverflowError for steps that no lane could hold."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        offers = len(layout.program.offers)
        self.steps = tuple(
            layout.program.rules[slot.rule].steps for slot in layout.slots[: layout.scores]
        )
        lane = self._lane = _lane_for(sum(map(abs, self.steps)))
        self._lanes = Struct(f"<{offers}{_FORMATS[lane]}")
        self._size = offers * lane // 8
        # With this added, no lane borrows from the next; taken off again by the last xor.
        self._bias = sum(1 << lane * i + lane - 1 for i in range(offers))
        self.adds = [
            steps * _spread(slot.surely, lane)
            for steps, slot in zip(self.steps, layout.slots, strict=False)
        ]
        self._below = (1 << layout.scores) - 1
        self._planes = _planes(layout, self.steps, lane)
        planes = sum(len(parts) for _, _, _, parts in self._planes)
        length = (layout.scores + 7) // 8
        self._bytes = length
        self.by_bytes = length * _BYTE <= planes * _PLANE
        self._tables = _sums(self.adds, length) if self.by_bytes else []
        gates = layout.slots[layout.scores : layout.gates]
        self._gate_bytes = (len(gates) + 7) // 8
        self._gates = _unions([slot.surely for slot in gates])
        self._gate_mask = (1 << len(gates)) - 1
        self._contests = [_Contest(m, lane) for m in contested(layout, self.steps)]
        self._whole = range(offers)
        self._lists: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    def total(self, slots: int) -> int:
        """All scores as one number with a lane for each offer."""
        if self.by_bytes:
            data = (slots & self._below).to_bytes(self._bytes, "little")
            total = sum(map(getitem, self._tables, data), self._bias)
        else:
            total = self._bias
            for first, mask, lanes, planes in self._planes:
                part = slots >> first & mask
                if part:
                    steps = 0
                    for factor, plane in planes:
                        steps += factor * (part & plane).bit_count()
                    total += steps * lanes
        return total

    def settle(self, slots: int, total: int | None = None) -> Settled:
        """The score of every offer, excluded ones too; the places of those that a gate
        excludes; the places of the others, best first, level ones in their given order.

        ``total`` is that of the same slots, where it is known already.
        """
        if total is None:
            total = self.total(slots)
        for contest in self._contests:
            held = slots & contest.slots
            if held & (held - 1):
                total -= contest.excess(held)
        scores = self._lanes.unpack((total ^ self._bias).to_bytes(self._size, "little"))
        out: tuple[int, ...] = ()
        live: Iterable[int] = self._whole
        held = slots >> self._layout.scores & self._gate_mask
        if held:
            data = held.to_bytes(self._gate_bytes, "little")
            excluded = reduce(or_, map(getitem, self._gates, data))
            found = self._lists.get(excluded)
            out, live = self._lists_of(excluded) if found is None else found
        # Sorting backwards keeps level offers as they stood.
        return scores, out, sorted(live, key=scores.__getitem__, reverse=True)

    def _lists_of(self, excluded: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The offers that are excluded, and those that are not."""
        if len(self._lists) >= _REMEMBERED:
            self._lists.clear()
        out = tuple(bits_of(excluded))
        live = tuple(i for i in self._whole if not excluded >> i & 1)
        self._lists[excluded] = found = (out, live)
        return found


class _Contest:
    """Slots of one criterion, evidence and direction: for each offer only one counts."""

    def __init__(self, members: Sequence[tuple[int, int, int]], lane: int) -> None:
        """``members``: (place, steps, offers), strongest first; ``lane``: its bits."""
        self._members = members
        self._lane = lane
        self.slots = sum(1 << place for place, _, _ in members)
        self._known: dict[int, int] = {}

    def excess(self, held: int) -> int:
        """What adding all of them up counts too much, in lanes."""
        found = self._known.get(held)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = taken = 0
            for place, steps, offers in self._members:
                if held >> place & 1:
                    found += steps * _spread(offers & taken, self._lane)
                    taken |= offers
            self._known[held] = found
        return found


def contested(layout: Layout, steps: Sequence[int]) -> list[list[tuple[int, int, int]]]:
    """Groups of (place, steps, offers) of which only the strongest counts for an offer,
    strongest first; only groups in which that matters."""
    groups: dict[tuple[str | None, str, bool], list[tuple[int, int, int]]] = {}
    for place, step in enumerate(steps):
        slot = layout.slots[place]
        rule = layout.program.rules[slot.rule]
        key = (rule.criterion, rule.evidence, step > 0)
        groups.setdefault(key, []).append((place, step, slot.surely))
    found = []
    for members in groups.values():
        once = twice = 0
        for _, _, offers in members:
            twice |= once & offers
            once |= offers
        if twice:
            found.append(sorted(members, key=lambda m: -abs(m[1])))
    return found


def _lane_for(largest: int) -> int:
    """The narrowest lane that holds every sum.  Raises OverflowError."""
    for lane in _FORMATS:
        if largest < 1 << lane - 1:
            return lane
    raise OverflowError("the steps of all rules together are too large")


def _spread(offers: int, lane: int) -> int:
    """One in the lane of every offer."""
    return sum(1 << lane * i for i in bits_of(offers))


def _sums(adds: Sequence[int], length: int) -> list[list[int]]:
    """For every byte of slots, what each of its 256 values adds up to."""
    tables = []
    for start in range(0, 8 * length, 8):
        table = [0]
        for add in adds[start : start + 8]:
            table += [known + add for known in table]
        tables.append(table)
    return tables


def _unions(offers: Sequence[int]) -> list[list[int]]:
    tables = []
    for start in range(0, len(offers), 8):
        table = [0]
        for more in offers[start : start + 8]:
            table += [known | more for known in table]
        tables.append(table)
    return tables


def _planes(
    layout: Layout, steps: Sequence[int], lane: int
) -> list[tuple[int, int, int, tuple[tuple[int, int], ...]]]:
    """(first slot, mask, lanes, ((factor, plane), ...)) for each set of offers.

    Steps are written in two's complement, so that one plane is negative.
    """
    plans = []
    start = 0
    while start < len(steps):
        offers = layout.slots[start].surely
        end = start
        while end < len(steps) and layout.slots[end].surely == offers:
            end += 1
        group = steps[start:end]
        width = max((s if s >= 0 else ~s).bit_length() for s in group)
        planes = []
        for digit in range(width + 1):
            plane = sum(1 << i for i, s in enumerate(group) if s >> digit & 1)
            if plane:
                planes.append((1 << digit if digit < width else -(1 << digit), plane))
        if planes and offers:
            plans.append((start, (1 << end - start) - 1, _spread(offers, lane), tuple(planes)))
        start = end
    return plans
