"""Scores as exact means over worlds, and the order they give.

Score of an offer in a world: sum of weight x utility over the sum of weights, a fraction of
0..10000; in a world where a gate fails it is 0.  The mean over worlds splits exactly into
contributions by criterion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from msgspec import Struct

from advisor.decision.gates import Failures, Standing
from advisor.decision.means import CELLS_AT_MOST, Mean, Means
from advisor.decision.measured import Measured
from advisor.decision.passing import (
    Factor,
    components,
    factors_of,
    passing_shares,
    together,
)
from advisor.decision.situation import Situation
from advisor.decision.stepped import stepped_at
from advisor.decision.tables import Utility, weight
from advisor.decision.utilities import Utilities
from advisor.decision.weighting import weights_at
from advisor.engine.looks import Look, Part
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Criterion


class Term(Struct, frozen=True):
    """A criterion's part of an offer's mean score (0..10000 x weight share)."""

    criterion: str
    exact: Fraction
    weight: Fraction


class Scored:
    """An offer's mean score and its parts by criterion."""

    def __init__(self, offer: str, place: int, means: Mapping[str, Mean]) -> None:
        self.offer = offer
        self._place = place
        self._means = means

    @cached_property
    def score(self) -> Fraction:
        common = math.lcm(*(mean.whole for mean in self._means.values()))
        return Fraction(
            sum(m.terms[self._place] * (common // m.whole) for m in self._means.values()), common
        )

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        return tuple(
            Term(criterion, Fraction(mean.terms[self._place], mean.whole), mean.share)
            for criterion, mean in self._means.items()
        )


class Scoring:
    """Utilities by cell, and the mean scores of the offers that are not excluded.

    ``place`` is where an offer stands in every table.
    """

    def __init__(
        self,
        situation: Situation,
        worlds: Worlds,
        standings: Mapping[str, Standing],
        failures: Mapping[str, Failures],
    ) -> None:
        self.situation = situation
        self.worlds = worlds
        self.offers = tuple(o for o, s in standings.items() if not s.excluded_by)
        self.place = {offer: i for i, offer in enumerate(standings)}
        self.weights = weights_at(situation)
        self.utilities: dict[str, Utilities] = {
            criterion.id: utilities_at(situation, criterion)
            for criterion in situation.knowledge.criteria.values()
        }
        here = sum(1 << self.place[offer] for offer in self.offers)
        self.failures = [
            f for f in failures.values() if any(fails & here for fails in f.anywhere(worlds))
        ]
        self.failing_masks: list[int] = []
        self._spreads: dict[str, list[dict[int, int]]] = {}
        self._failing_numbers: dict[int, int] = {}

    def failing_part(self, failures: Sequence[Failures]) -> Part:
        """A part whose number is a place in ``failing_masks``: the offers (bits) that fail."""
        looks: list[Look[Any]] = []
        widths = []
        for failing in failures:
            looks += failing.part.looks
            widths.append(len(failing.part.looks))

        def combine(seen: tuple[int, ...]) -> int:
            fails, start = 0, 0
            for failing, width in zip(failures, widths, strict=True):
                number = failing.part.combined(seen[start : start + width])
                fails |= failing.outcomes[number].at_point
                start += width
            number = self._failing_numbers.setdefault(fails, len(self.failing_masks))
            if number == len(self.failing_masks):
                self.failing_masks.append(fails)
            return number

        return Part(looks, combine)

    @cached_property
    def open_keys(self) -> tuple[str, ...]:
        """Every open axis that weights, utilities or failures read."""
        return tuple(sorted(self._touched.union(*(f.part.keys for f in self.failures))))

    @cached_property
    def _touched(self) -> set[str]:
        parts = [self.weights.part, *(u.part for u in self.utilities.values())]
        return {key for part in parts for key in part.keys}

    @cached_property
    def exact(self) -> bool:
        """Whether all worlds that any mean rests on are looked at, rather than a sample."""
        return all(self._fits)

    @cached_property
    def _fits(self) -> list[bool]:
        criteria = zip(self.utilities.values(), self._factors, strict=True)
        return [self._whole.fits(own, gates) for own, (gates, _) in criteria]

    @cached_property
    def _whole(self) -> Means:
        return Means(self.situation, self.worlds, self.weights, len(self.place))

    @cached_property
    def _components(self) -> list[list[Factor]]:
        found = factors_of(self.situation, self.worlds, self.failures, self._touched)
        return components(self.worlds, found)

    @cached_property
    def _factors(self) -> list[tuple[Factor | None, list[Factor]]]:
        """Per criterion the gates that hang together with its utilities or the weights, and
        the rest, by component."""
        result = []
        for own in self.utilities.values():
            read = {*own.part.keys, *self.weights.part.keys}
            tied: list[Factor] = []
            rest: list[Factor] = []
            for members in self._components:
                keys = tuple(key for factor in members for key in factor.part.keys)
                if self.worlds.tied(keys, read):
                    tied += members
                else:
                    rest.append(self._together(members))
            result.append((self._together(tied) if tied else None, rest))
        return result

    def fit(self, offer: str) -> Fraction:
        """The share of what is left, by priors, in which the offer fails no requirement for
        certain; 0 where nothing that is left is expected."""
        place, share = self.place[offer], Fraction(1)
        for members in self._components:
            factor = self._together(members)
            if self.worlds.told_apart([factor.part]) > CELLS_AT_MOST:
                lost = self.failing_part(self.failures)
                masses = self.worlds.sampled_groups([lost])
                kept = [m for (n,), m in masses.items() if not self.failing_masks[n] >> place & 1]
                return Fraction(sum(kept), sum(masses.values()))
            passed, whole = passing_shares(self.worlds, factor, len(self.place))
            share *= Fraction(passed[place], whole)
        return share

    def _together(self, factors: Sequence[Factor]) -> Factor:
        place = ("together", *(factor.part for factor in factors))
        count = len(self.place)
        return self.situation.base.tables.of(place, lambda: together(factors, count))

    @cached_property
    def scores(self) -> dict[str, Scored]:
        """The mean score of every offer that is not excluded."""
        if not self.offers:
            return {}
        means = dict(zip(self.utilities, self._means(), strict=True))
        return {offer: Scored(offer, self.place[offer], means) for offer in self.offers}

    def _means(self) -> list[Mean]:
        means, failures = self._whole, self.failures
        kept = self.situation.base.tables
        result = []
        criteria = zip(self.utilities.values(), self._factors, self._fits, strict=True)
        for k, (own, (tied, rest), fits) in enumerate(criteria):
            if fits:
                place = ("mean", k, own.part, tied, *rest, *means.rests_on(own, tied))
            else:
                place = ("sampled", k, own.part, *failures, *means.sample_rests_on(own))
            mean: Mean | None = kept.get(place)
            if mean is None:
                mean = (
                    self._mean(means, k, own, tied, rest)
                    if fits
                    else means.sampled(k, own, failures)
                )
                kept.put(place, mean)
            result.append(mean)
        return result

    def _mean(
        self,
        means: Means,
        criterion: int,
        own: Utilities,
        tied: Factor | None,
        rest: Sequence[Factor],
    ) -> Mean:
        mean = means.exact(criterion, own, tied)
        terms, whole = mean.terms, mean.whole
        for factor in rest:
            passed, mass = passing_shares(self.worlds, factor, len(self.place))
            terms = tuple([a * b for a, b in zip(terms, passed, strict=True)])
            whole *= mass
        return Mean(mean.share, terms, whole)

    def by_weights(self) -> list[tuple[dict[int, tuple[int, ...]], int]]:
        """Per criterion, what ``Means.by_weights`` tells, with all gates in it: by number of
        the weights the sum of mass x utility of every offer, over a whole.  Exact, and only
        where ``exact`` holds."""
        found = []
        for own, (tied, rest) in zip(self.utilities.values(), self._factors, strict=True):
            sums, whole = self._whole.by_weights(own, tied)
            for factor in rest:
                passed, mass = passing_shares(self.worlds, factor, len(self.place))
                whole *= mass
                sums = {
                    number: tuple([a * b for a, b in zip(line, passed, strict=False)])
                    for number, line in sums.items()
                }
            found.append((sums, whole))
        return found

    def spread(self, criterion: str, offer: str) -> list[tuple[Utility, int]]:
        """Every utility of an offer on a criterion, with its prior mass."""
        own = self.utilities[criterion]
        if criterion not in self._spreads:
            self._spreads[criterion] = self._spread(own)
        found = self._spreads[criterion][self.place[offer]]
        return [(own.pool[place], mass) for place, mass in found.items()]

    def rows(self, own: Utilities) -> tuple[int, ...]:
        """The rows of utilities that occur in what is left."""

        if not own.part.keys:
            return (own.part.only,)

        def make() -> tuple[int, ...]:
            return tuple(row for (row,) in self.worlds.combinations([own.part]))

        place = ("rows", own.part, *self.situation.open_behind(self.worlds, own.part.keys))
        return self.situation.base.tables.of(place, make)

    def _spread(self, own: Utilities) -> list[dict[int, int]]:
        if not own.part.keys:
            return [{place: 1} for place in own.rows[own.part.only]]
        few = self.worlds.told_apart([own.part]) <= CELLS_AT_MOST

        def make() -> list[dict[int, int]]:
            found = self.worlds.grouped if few else self.worlds.sampled_groups
            masses = {row: mass for (row,), mass in found([own.part]).items()}
            # Where nothing that is left is expected, one is as likely as another.
            masses = masses or dict.fromkeys(self.rows(own), 1)
            return own.spread(masses, len(self.place))

        keys = list(own.part.keys)
        if not few:
            keys += [key for look in self.worlds.impossible for key in look.keys]
        place = ("spread", own.part, *self.situation.open_behind(self.worlds, keys))
        return self.situation.base.tables.of(place, make)

    def at_base_weights(self, offer: str) -> Fraction:
        """Mean utility with every criterion at its base weight: the first tie-break."""
        total = Fraction(0)
        whole = 0
        wishes = self.situation.inputs.weights
        for criterion in self.situation.knowledge.criteria.values():
            base = weight(criterion, 0, wishes.get(criterion.id))
            spread = self.spread(criterion.id, offer)
            mass = sum(mass for _, mass in spread)
            total += base * Fraction(sum(u.point * m for u, m in spread), mass)
            whole += base
        return total / whole if whole else Fraction(0)

    def worst(self, offer: str) -> int:
        """The sum of the lowest utilities over cells: the second tie-break."""
        return sum(
            min(utility.point for utility, _ in self.spread(criterion, offer))
            for criterion in self.utilities
        )


def utilities_at(situation: Situation, criterion: Criterion) -> Utilities:
    """The utilities of all offers for these answers; the same object for the same ones."""
    measure = criterion.measure
    if measure is None:
        return stepped_at(situation, criterion)
    base = situation.base
    place = (
        "measured",
        criterion.id,
        situation.prices,
        *situation.slots(base.measure_questions[criterion.id]),
    )
    found: Measured | None = base.tables.get(place)
    if found is None:
        found = Measured(situation, criterion, measure, range(len(situation.knowledge.offers)))
        base.tables.put(place, found, size=found.cells)
    return found
