"""Scores as exact means over worlds, and the order they give.

Score of an offer in a world: sum of weight x utility over the sum of weights, a fraction of
0..10000; in a world where a gate fails it is 0.  The mean over worlds splits exactly into
contributions by criterion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from advisor.decision.gates import Failures, Standing
from advisor.decision.means import Mean, Means
from advisor.decision.measured import Measured
from advisor.decision.situation import Situation, Truths
from advisor.decision.tables import Utility, weight, weights_of
from advisor.decision.utilities import Stepped, Utilities
from advisor.engine.looks import Look, Part, joined
from advisor.engine.worlds import EXACT_LIMIT, Worlds
from advisor.knowledge.model import Criterion, Rule

Vector = tuple[int, ...]
"""The weights of all criteria, in their order."""


@dataclass(frozen=True)
class Term:
    """A criterion's part of an offer's mean score (0..10000 x weight share)."""

    criterion: str
    exact: Fraction
    weight: Fraction


@dataclass(frozen=True)
class Scored:
    offer: str
    score: Fraction
    terms: tuple[Term, ...]


class Weights:
    """Which weights the criteria have in a joint cell: the number of ``part`` is a place in
    ``vectors``, that of ``spans`` one in ``ranges`` (least and greatest inside the cell)."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self.vectors: list[Vector] = []
        self.ranges: list[tuple[Vector, Vector]] = []
        self._numbers: dict[Vector, int] = {}
        groups: dict[tuple[str, ...], list[tuple[Rule, Look[Truths]]]] = {}
        for rule in situation.base.weigh_rules:
            look = situation.truths(rule, situation.kinds(rule))
            groups.setdefault(look.keys, []).append((rule, look))
        self._rules = [[rule for rule, _ in group] for group in groups.values()]
        self._looks: list[Look[Any]] = [
            joined([look for _, look in group]) for group in groups.values()
        ]
        self.part = Part(self._looks, self._vector)
        self.spans = Part(self._looks, self._range)

    def _vector(self, seen: tuple[int, ...]) -> int:
        vector = weights_of(self._situation, self._rules_where(seen, 0, (True,)))
        if vector not in self._numbers:
            self._numbers[vector] = len(self.vectors)
            self.vectors.append(vector)
        return self._numbers[vector]

    def _range(self, seen: tuple[int, ...]) -> int:
        """Rules of which it is open whether they hold all over the cell count either way."""
        sure = self._rules_where(seen, 1, (True,))
        open_ = self._rules_where(seen, 1, (None,))
        ends = [
            weights_of(self._situation, [*sure, *(r for r in open_ if (r.steps > 0) == up)])
            for up in (False, True)
        ]
        self.ranges.append((ends[0], ends[1]))
        return len(self.ranges) - 1

    def _rules_where(
        self, seen: tuple[int, ...], side: int, wanted: tuple[bool | None, ...]
    ) -> list[Rule]:
        return [
            rule
            for rules, look, number in zip(self._rules, self._looks, seen, strict=True)
            for rule, truths in zip(rules, look.meanings[number], strict=True)
            if truths[0][side] in wanted
        ]


class Scoring:
    """Utilities by cell for the offers that are not excluded, and their mean scores."""

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
        places = {offer: i for i, offer in enumerate(standings)}
        self.places = [places[offer] for offer in self.offers]
        self.weights = Weights(situation)
        self.utilities: dict[str, Utilities] = {
            criterion.id: self._utilities(criterion)
            for criterion in situation.knowledge.criteria.values()
        }
        self.failing_masks: list[int] = []
        self.failures = [f for f in failures.values() if self._anybody_here_fails(f)]
        self._spreads: dict[str, list[dict[int, int]]] = {}
        entangled, self._independent = self._split_failures()
        self.entangled = self.failing_part(entangled)

    def _utilities(self, criterion: Criterion) -> Utilities:
        if criterion.measure is not None:
            return Measured(self.situation, criterion, criterion.measure, self.places)
        return Stepped(self.situation, criterion, self.places)

    def _anybody_here_fails(self, failures: Failures) -> bool:
        here = sum(1 << place for place in self.places)
        return any(fails & here for fails in failures.anywhere(self.worlds))

    def failing_part(self, failures: Sequence[Failures]) -> Part:
        """A part whose number is a place in ``failing_masks``: the offers that fail."""
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
            mask = sum(1 << i for i, place in enumerate(self.places) if fails >> place & 1)
            if mask not in self.failing_masks:
                self.failing_masks.append(mask)
            return self.failing_masks.index(mask)

        return Part(looks, combine)

    def open_keys(self) -> tuple[str, ...]:
        """Every open axis that weights, utilities or failures read."""
        parts = [self.weights.part, *(u.part for u in self.utilities.values())]
        parts += [f.part for f in self.failures]
        return tuple(sorted({key for part in parts for key in part.keys}))

    @cached_property
    def exact(self) -> bool:
        """Whether all worlds that any mean rests on are looked at, rather than a sample."""
        few = all(
            self.worlds.size([self.weights.part, own.part, self.entangled]) <= EXACT_LIMIT
            for own in self.utilities.values()
        )
        return few or self.worlds.count(self.open_keys()) <= EXACT_LIMIT

    def _split_failures(self) -> tuple[list[Failures], list[list[Failures]]]:
        """Failures that share an axis with weights or utilities, and the independent rest."""
        parts = [self.weights.part, *(u.part for u in self.utilities.values())]
        touched = {key for part in parts for key in part.keys}
        rest = list(self.failures)
        entangled: list[Failures] = []
        grown = True
        while grown:
            grown = False
            for failing in list(rest):
                if self.worlds.tied(failing.part.keys, touched):
                    touched |= set(failing.part.keys)
                    entangled.append(failing)
                    rest.remove(failing)
                    grown = True
        return entangled, self._components(rest)

    def _components(self, failures: Sequence[Failures]) -> list[list[Failures]]:
        groups: list[tuple[set[str], list[Failures]]] = []
        for failing in failures:
            keys = set(failing.part.keys)
            members = [failing]
            apart = []
            for other_keys, other in groups:
                if self.worlds.tied(tuple(keys), other_keys):
                    keys |= other_keys
                    members = [*other, *members]
                else:
                    apart.append((other_keys, other))
            groups = [*apart, (keys, members)]
        return [members for _, members in groups]

    @cached_property
    def scores(self) -> dict[str, Scored]:
        """The mean score of every offer that is not excluded."""
        if not self.offers:
            return {}
        passing = self._pass_shares()
        means = self._means()
        result = {}
        for i, offer in enumerate(self.offers):
            terms = tuple(
                Term(criterion, passing[i] * mean.terms[i], mean.share)
                for criterion, mean in zip(self.utilities, means, strict=True)
            )
            total = sum((t.exact for t in terms), Fraction(0))
            result[offer] = Scored(offer, total, terms)
        return result

    def _means(self) -> list[Mean]:
        means = Means(
            self.worlds,
            self.weights.part,
            self.weights.vectors,
            self.entangled,
            self.failing_masks,
            len(self.offers),
        )
        if self.exact:
            return [means.exact(k, own) for k, own in enumerate(self.utilities.values())]
        return means.sampled(list(self.utilities.values()))

    def _pass_shares(self) -> list[Fraction]:
        """Per offer, the prior mass in which no gate fails that shares no axis with scores."""
        shares = [Fraction(1)] * len(self.offers)
        for group in self._independent:
            masses = self.masses([self.failing_part(group)])
            total = sum(masses.values())
            for i in range(len(self.offers)):
                passed = sum(
                    mass
                    for (place,), mass in masses.items()
                    if not self.failing_masks[place] >> i & 1
                )
                shares[i] *= Fraction(passed, total)
        return shares

    def masses(self, parts: Sequence[Part]) -> Mapping[tuple[int, ...], int]:
        """Combination of the parts' numbers -> prior mass, exactly or over the sample."""
        return self.worlds.grouped(parts) if self.exact else self.worlds.sampled_groups(parts)

    def spread(self, criterion: str, offer: str) -> list[tuple[Utility, int]]:
        """Every utility of an offer on a criterion, with its prior mass."""
        own = self.utilities[criterion]
        if criterion not in self._spreads:
            masses = {row: mass for (row,), mass in self.masses([own.part]).items()}
            self._spreads[criterion] = own.spread(masses, len(self.offers))
        found = self._spreads[criterion][self.offers.index(offer)]
        return [(own.pool[place], mass) for place, mass in found.items()]

    def at_base_weights(self, offer: str) -> Fraction:
        """Mean utility with every criterion at its base weight: the first tie-break."""
        total = Fraction(0)
        whole = 0
        for criterion in self.situation.knowledge.criteria.values():
            base = weight(self.situation, criterion, 0)
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
