"""Which bit stands for what: slots in an order that makes adding up cheap.

First the slots that score (those for the same offers side by side), then those that exclude,
then the others; a slot's first term has the slot's own bit, further terms stand above all of
them and are folded down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.engine.bits_forms import Needs
from advisor.engine.bits_tables import Table, table_of
from advisor.engine.compile import Form, Program, Slot

SCORE, EXCLUDE, OTHER = range(3)


class Layout:
    """``slots`` by bit; ``scores`` and ``gates`` are the ends of the first two parts.

    ``terms``: all bits that can ever be set; ``tables`` by name, as wide as these bits.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        kinds = [kind_of(program, slot) for slot in program.slots]
        order = sorted(
            range(len(program.slots)),
            key=lambda i: (kinds[i], program.slots[i].surely if kinds[i] != OTHER else 0, i),
        )
        self.slots: tuple[Slot, ...] = tuple(program.slots[i] for i in order)
        self.scores = kinds.count(SCORE)
        self.gates = self.scores + kinds.count(EXCLUDE)
        self.width = len(self.slots)
        self.owners: list[int] = []
        needs: dict[str, dict[tuple[Form, ...], int]] = {}
        self.terms = 0
        for place, slot in enumerate(self.slots):
            for number, term in enumerate(slot.terms):
                bit = 1 << place
                if number:
                    bit = 1 << self.width + len(self.owners)
                    self.owners.append(place)
                self.terms |= bit
                by_name: dict[str, list[Form]] = {}
                for predicate in term:
                    by_name.setdefault(predicate.name, []).append(predicate.form)
                for name, forms in by_name.items():
                    joint = needs.setdefault(name, {})
                    key = tuple(forms)
                    joint[key] = joint.get(key, 0) | bit
        self.tables: Mapping[str, Table] = {
            name: _table(program, name, needs[name], self.terms)
            for name in program.types
            if name in needs
        }
        self.own = (1 << self.width) - 1

    def fold(self, terms: int) -> int:
        """Slots that hold, from the terms that do."""
        extra = terms >> self.width
        if not extra:
            return terms
        slots = terms & self.own
        while extra:
            low = extra & -extra
            extra ^= low
            slots |= 1 << self.owners[low.bit_length() - 1]
        return slots

    def rules(self, slots: int, offer: int | None = None) -> tuple[str, ...]:
        """Ids of the rules of these slots that surely speak of the offer (None: of any), in
        the order of the rules."""
        found: set[int] = set()
        everyone = not self.program.offers
        while slots:
            low = slots & -slots
            slots ^= low
            slot = self.slots[low.bit_length() - 1]
            if everyone or (slot.surely if offer is None else slot.surely >> offer & 1):
                found.add(slot.rule)
        return tuple(self.program.rules[i].id for i in sorted(found))


def kind_of(program: Program, slot: Slot) -> int:
    """What a slot does to the ranking; a negotiable gate excludes nobody."""
    rule = program.rules[slot.rule]
    if rule.effect == "score":
        return SCORE
    return EXCLUDE if rule.effect == "exclude" and not rule.negotiable else OTHER


def bits_of(mask: int) -> Iterable[int]:
    """The places of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        mask ^= low
        yield low.bit_length() - 1


def _table(program: Program, name: str, needs: Needs, terms: int) -> Table:
    return table_of(program.types[name], needs, terms)
