"""How often each offer passes the gates, as factors of a mean.

An offer is worth nothing in a world where one of its gates fails.  What gates alone read is
added up beforehand; what is left are factors over a few axes, which hang together with
weights and utilities only where they share an axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import mul

from msgspec import Struct

from advisor.decision.gates import Failures
from advisor.decision.situation import Situation
from advisor.engine.looks import Cells, Look, Part
from advisor.engine.worlds import Worlds

CELLS_AT_MOST = 1 << 16
"""Joint cells of some gates up to which what they alone read is added up."""

Shares = tuple[int, ...]
"""Per offer, the prior mass in which it passes."""


class Factor(Struct, frozen=True, eq=False):
    """One gate, or several.  ``shares`` are what a number of ``part`` stands for; ``whole``
    is the mass that they are shares of."""

    part: Part
    shares: Callable[[int], Shares]
    whole: int


def factors_of(
    situation: Situation, worlds: Worlds, failures: Sequence[Failures], touched: set[str]
) -> list[Factor]:
    """The gates as factors over ``touched`` axes (those that weights and utilities read) and
    axes tied to others by an impossible combination; what gates alone read is added up."""
    axes = {key for failing in failures for key in failing.part.keys}
    private = {key for key in axes - touched if len(worlds.bound((key,))) == 1}
    groups: list[tuple[set[str], list[Failures]]] = []
    for failing in failures:
        own = private & set(failing.part.keys)
        members = [failing]
        apart = []
        for keys, others in groups:
            if own & keys:
                own |= keys
                members = [*others, *members]
            else:
                apart.append((keys, others))
        groups = [*apart, (own, members)]
    found = []
    for own, members in groups:
        joint = _joint(situation, members)
        fits = worlds.told_apart([joint.part]) <= CELLS_AT_MOST
        found.append(_factor(situation, worlds, joint, own if fits else set()))
    return found


class _Joint(Struct, frozen=True, eq=False):
    """Gates together: ``fails`` are the offers (bits) that fail any, by number of ``part``."""

    part: Part
    fails: Callable[[int], int]


def _joint(situation: Situation, members: Sequence[Failures]) -> _Joint:
    if len(members) == 1:
        outcomes = members[0].outcomes
        place: tuple[object, ...] = ("gates", members[0])
        return situation.base.tables.of(
            place, lambda: _Joint(members[0].part, lambda number: outcomes[number].at_point)
        )

    def make() -> _Joint:
        masks: list[int] = []
        numbers: dict[int, int] = {}
        widths = [len(failing.part.looks) for failing in members]

        def combine(seen: tuple[int, ...]) -> int:
            fails, start = 0, 0
            for failing, width in zip(members, widths, strict=True):
                number = failing.part.combined(seen[start : start + width])
                fails |= failing.outcomes[number].at_point
                start += width
            number = numbers.setdefault(fails, len(masks))
            if number == len(masks):
                masks.append(fails)
            return number

        looks = [look for failing in members for look in failing.part.looks]
        return _Joint(Part(looks, combine), masks.__getitem__)

    return situation.base.tables.of(("gates", *members), make)


def _factor(situation: Situation, worlds: Worlds, failing: _Joint, private: set[str]) -> Factor:
    """The factor of some gates, their ``private`` axes added up."""
    offers = len(situation.knowledge.offers)
    kept = tuple(key for key in failing.part.keys if key not in private)
    if len(kept) == len(failing.part.keys):
        place: tuple[object, ...] = ("factor", failing)
        return situation.base.tables.of(place, lambda: _as_it_is(failing, offers))

    def make() -> Factor:
        """Cells that the gate does not tell apart share what their first one passes."""
        whole = math.prod(_mass(situation, worlds, k) for k in failing.part.keys if k in private)
        masses = worlds.grouped([failing.part], fixed=kept, weightless=kept)
        passed: dict[Cells, list[int]] = {}
        for (*cells, number), mass in masses.items():
            shares = passed.setdefault(tuple(cells), [0] * offers)
            fails = failing.fails(number)
            for i in range(offers):
                if not fails >> i & 1:
                    shares[i] += mass
        nobody = (0,) * offers
        first = [worlds.first_cells(key, failing.part.looks) for key in kept]

        def see(cells: Cells) -> Shares:
            place = tuple([row[cell] for row, cell in zip(first, cells, strict=True)])
            found = passed.get(place)
            return nobody if found is None else tuple(found)

        look = Look(kept, situation.sizes(kept), see)
        return Factor(Part([look]), look.meanings.__getitem__, whole)

    place = ("factor", failing, kept, *situation.open_behind(worlds, failing.part.keys))
    return situation.base.tables.of(place, make)


def _mass(situation: Situation, worlds: Worlds, key: str) -> int:
    """The mass of an axis that is tied to no other, without the cells that cannot be.  Where
    none of the rest is expected nobody passes, and it is any number but 0."""
    barring = worlds.barring((key,))
    mass = sum(
        cell.weight
        for place, cell in enumerate(situation.axes[key].cells)
        if not any(look.meaning((place,)) for look in barring)
    )
    return mass or 1


def _as_it_is(failing: _Joint, offers: int) -> Factor:
    @cache
    def shares(number: int) -> Shares:
        fails = failing.fails(number)
        return tuple([1 - (fails >> i & 1) for i in range(offers)])

    return Factor(failing.part, shares, 1)


def together(factors: Sequence[Factor], offers: int) -> Factor:
    """Several factors as one."""
    if len(factors) == 1:
        return factors[0]
    shares: list[Shares] = []
    numbers: dict[Shares, int] = {}
    widths = [len(factor.part.looks) for factor in factors]

    def combine(seen: tuple[int, ...]) -> int:
        found, start = (1,) * offers, 0
        for factor, width in zip(factors, widths, strict=True):
            own = factor.shares(factor.part.combined(seen[start : start + width]))
            found = tuple(map(mul, found, own))
            start += width
        number = numbers.get(found)
        if number is None:
            number = numbers[found] = len(shares)
            shares.append(found)
        return number

    looks = [look for factor in factors for look in factor.part.looks]
    return Factor(Part(looks, combine), shares.__getitem__, math.prod(f.whole for f in factors))


def components(worlds: Worlds, factors: Iterable[Factor]) -> list[list[Factor]]:
    """Factors that share an axis, or whose axes an impossible combination ties, together."""
    groups: list[tuple[set[str], list[Factor]]] = []
    for factor in factors:
        keys = set(factor.part.keys)
        members = [factor]
        apart = []
        for other_keys, other in groups:
            if worlds.tied(tuple(keys), other_keys):
                keys |= other_keys
                members = [*other, *members]
            else:
                apart.append((other_keys, other))
        groups = [*apart, (keys, members)]
    return [members for _, members in groups]


def passing_shares(worlds: Worlds, factor: Factor, offers: int) -> tuple[Shares, int]:
    """Per offer the mass that passes, over all of the factor's axes, and the whole mass.  Where
    nothing is expected nobody passes, and the whole is any number but 0."""
    masses = worlds.grouped([factor.part])
    rows = [(factor.shares(number), mass) for (number,), mass in masses.items()]
    whole = factor.whole * sum(mass for _, mass in rows)
    if not whole:
        return (0,) * offers, 1
    return tuple([sum(shares[i] * mass for shares, mass in rows) for i in range(offers)]), whole
