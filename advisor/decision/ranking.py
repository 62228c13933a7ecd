"""Scores as exact means over worlds, and the order they give.

Score of an offer in a world: sum of weight x utility over the sum of weights, a fraction of
0..10000; in a world where a gate fails it is 0.  The mean over worlds splits exactly into
contributions by criterion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from advisor.decision.costs import whole_traffic
from advisor.decision.gates import Gate, Standing, failure_part
from advisor.decision.situation import Situation, anchor_names
from advisor.decision.tables import (
    FULL,
    Utility,
    anchors_at,
    measured_span,
    measured_utility,
    price_doubts,
    step_utility,
    weight,
    weights_of,
    widening_of,
)
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.space import Assignment
from advisor.engine.truth import conjunction
from advisor.engine.worlds import EXACT_LIMIT, Cells, Look, Part, Worlds
from advisor.knowledge.model import Criterion, Measure, Rule
from advisor.knowledge.values import Domain, Truth


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


class Scoring:
    """Utilities by cell for the offers that are not excluded, and their mean scores."""

    def __init__(
        self,
        situation: Situation,
        worlds: Worlds,
        standings: Mapping[str, Standing],
        gates: Sequence[Gate],
    ) -> None:
        self.situation = situation
        self.worlds = worlds
        self.offers = tuple(o for o, s in standings.items() if not s.excluded_by)
        rules = situation.knowledge.rules.values()
        self.weigh_rules = [r for r in rules if r.effect == "weigh"]
        self.weight_vectors: list[tuple[int, ...]] = []
        self._vector_numbers: dict[tuple[int, ...], int] = {}
        self.weights = Part([self._look(r) for r in self.weigh_rules], self._weight_number)
        self.utilities: dict[str, list[tuple[Utility, ...]]] = {}
        self._row_numbers: dict[str, dict[tuple[object, ...], int]] = {}
        self._measured: dict[tuple[object, ...], Utility] = {}
        self.parts: dict[str, Part] = {}
        self.score_rules: dict[str, list[Rule]] = {}
        self._by_offer: dict[str, list[dict[str, Truth]]] = {}
        self._widenings: dict[tuple[str, str, str | None], int] = {}
        self._models: list[tuple[str | None, ...]] = []
        for criterion in situation.knowledge.criteria.values():
            self._add(criterion)
        failing = [g for g in gates if any(g.id in standings[o].fails for o in self.offers)]
        self.failures = {g.id: failure_part(g, standings, self.offers) for g in failing}

    def _look(self, rule: Rule) -> Look:
        """Whether a rule without *its* holds: 0 no, 1 yes, 2 it depends."""
        keys = self.situation.keys_of(rule)

        def number(cells: Cells) -> int:
            truth = self.situation.when(rule, dict(zip(keys, cells, strict=True)), point=True)
            return 2 if truth is None else int(truth)

        return Look(keys, number)

    def _look_by_offer(self, rule: Rule) -> Look:
        """A rule that compares with the offer: one more than the place in ``_by_offer``."""
        keys = self.situation.space.open_keys(self.situation.questions_of(rule))
        found = self._by_offer.setdefault(rule.id, [])

        def number(cells: Cells) -> int:
            at = dict(zip(keys, cells, strict=True))
            truths = {o: self.situation.holds(rule, o, at, point=True) for o in self.offers}
            if truths not in found:
                found.append(truths)
            return found.index(truths) + 1

        return Look(keys, number)

    def _models_look(self) -> Look:
        """Which model every offer would serve."""
        keys = self.situation.space.open_keys(SERVING_QUESTIONS)

        def number(cells: Cells) -> int:
            at = dict(zip(keys, cells, strict=True))
            models = tuple(self.situation.choice(o, at).model for o in self.offers)
            if models not in self._models:
                self._models.append(models)
            return self._models.index(models)

        return Look(keys, number)

    def _add(self, criterion: Criterion) -> None:
        situation = self.situation
        self.utilities[criterion.id] = []
        self._row_numbers[criterion.id] = {}
        if criterion.measure is not None:
            self.score_rules[criterion.id] = []
            self.parts[criterion.id] = self._measured_part(criterion, criterion.measure)
            return
        rules = [
            r
            for r in situation.knowledge.rules.values()
            if r.effect == "score" and r.criterion == criterion.id and situation.may_apply(r)
        ]
        self.score_rules[criterion.id] = rules
        looks = [
            self._look_by_offer(rule) if situation.its_of(rule) else self._look(rule)
            for rule in rules
        ]
        if any(situation.reads_model(rule) for rule in rules):
            looks.append(self._models_look())

        def combine(seen: tuple[int, ...]) -> int:
            models = self._models[seen[-1]] if len(seen) > len(rules) else self._any_models()
            row = tuple(
                self._stepped(rules, seen, offer, model)
                for offer, model in zip(self.offers, models, strict=True)
            )
            return self._row_number(criterion.id, row)

        self.parts[criterion.id] = Part(looks, combine)

    def _any_models(self) -> tuple[str | None, ...]:
        return tuple(None for _ in self.offers)

    def _row_number(self, criterion: str, row: tuple[Utility, ...]) -> int:
        numbers = self._row_numbers[criterion]
        key = tuple((u.point, *(rule.id for rule in u.fired)) for u in row)
        if key not in numbers:
            numbers[key] = len(numbers)
            self.utilities[criterion].append(row)
        return numbers[key]

    def _stepped(
        self, rules: Sequence[Rule], seen: tuple[int, ...], offer: str, model: str | None
    ) -> Utility:
        situation = self.situation
        certain: list[Rule] = []
        possible: list[Rule] = []
        for rule, number in zip(rules, seen, strict=False):
            if number == 0:
                continue
            if situation.its_of(rule):
                truth = self._by_offer[rule.id][number - 1][offer]
            else:
                suits = situation.suits(rule, offer, model)
                truth = conjunction((suits, True if number == 1 else None))
            if truth is True:
                certain.append(rule)
            elif truth is None:
                possible.append(rule)
        widening = {r.id: self._widening(r, offer, model) for r in certain}
        return step_utility(situation, certain, possible, widening)

    def _widening(self, rule: Rule, offer: str, model: str | None) -> int:
        place = (rule.id, offer, model)
        if place not in self._widenings:
            self._widenings[place] = widening_of(self.situation, rule, offer, model)
        return self._widenings[place]

    def _measured_part(self, criterion: Criterion, measure: Measure) -> Part:
        situation = self.situation
        traffic = situation.measure_questions(measure) - set(SERVING_QUESTIONS)
        keys = situation.space.open_keys(traffic)
        seen_traffic: list[tuple[dict[str, Domain], list[tuple[int, int]], tuple[int, ...]]] = []
        doubts = {}

        def number(cells: Cells) -> int:
            at = dict(zip(keys, cells, strict=True))
            env = situation.extended(
                situation.environment(traffic, at, point=True), anchor_names(measure)
            )
            seen_traffic.append((env, anchors_at(measure, env), whole_traffic(env)))
            return len(seen_traffic) - 1

        def utility(offer: str, model: str | None, place: int) -> Utility:
            env, anchors, figures = seen_traffic[place]
            if (offer, model) not in doubts:
                doubts[offer, model] = price_doubts(situation, offer, model)
            profile = situation.costs.profile(offer, model, env)
            bounds = profile.bounds(measure.name, *figures)
            return measured_utility(measure, anchors, bounds, doubts[offer, model])

        def combine(seen: tuple[int, ...]) -> int:
            row = []
            for offer, model in zip(self.offers, self._models[seen[1]], strict=True):
                place = (criterion.id, offer, model, seen[0])
                if place not in self._measured:
                    self._measured[place] = utility(offer, model, seen[0])
                row.append(self._measured[place])
            self.utilities[criterion.id].append(tuple(row))
            return len(self.utilities[criterion.id]) - 1

        return Part([Look(keys, number), self._models_look()], combine)

    def questions_of(self, criterion: Criterion) -> frozenset[str]:
        """The questions that a criterion's utilities rest on."""
        if criterion.measure is not None:
            return self.situation.measure_questions(criterion.measure)
        rules = self.score_rules[criterion.id]
        return frozenset().union(*(self.situation.questions_of(r) for r in rules))

    def open_keys(self) -> tuple[str, ...]:
        """Every open axis that weights, utilities or failures read."""
        parts = [self.weights, *self.parts.values(), *self.failures.values()]
        return tuple(sorted({key for part in parts for key in part.keys}))

    def _weight_number(self, seen: tuple[int, ...]) -> int:
        held = [r for r, number in zip(self.weigh_rules, seen, strict=True) if number == 1]
        vector = weights_of(self.situation, held)
        if vector not in self._vector_numbers:
            self._vector_numbers[vector] = len(self.weight_vectors)
            self.weight_vectors.append(vector)
        return self._vector_numbers[vector]

    def utility(self, criterion: Criterion, offer: str, at: Assignment) -> Utility:
        """The utility of one offer on one criterion in a joint cell."""
        part = self.parts[criterion.id]
        row = part.of(tuple(at[key] for key in part.keys))
        return self.utilities[criterion.id][row][self.offers.index(offer)]

    def span(self, criterion: Criterion, offer: str, at: Assignment) -> tuple[int, int]:
        """The least and the greatest point value anywhere inside a joint cell."""
        situation = self.situation
        if criterion.measure is not None:
            env = self._traffic(criterion, criterion.measure, at, point=False)
            return measured_span(
                situation, criterion, offer, situation.choice(offer, at).model, env
            )
        inside = [
            (rule, situation.when_part(rule, offer, at)) for rule in self.score_rules[criterion.id]
        ]
        wavering = [rule for rule, truth in inside if truth is None]
        if not wavering:
            point = self.utility(criterion, offer, at).point
            return point, point
        return 0, FULL

    def _traffic(
        self, criterion: Criterion, measure: Measure, at: Assignment, *, point: bool
    ) -> dict[str, Domain]:
        env = self.situation.environment(self.questions_of(criterion), at, point=point)
        return self.situation.extended(env, anchor_names(measure))

    def fails(self, part: Part, offer: int) -> bool:
        """Whether an offer (by position) fails anywhere in a failure part."""
        return any(part.of(cells) >> offer & 1 for cells in self.worlds.cells(part.keys))

    def common(self, criterion: str, offer: int) -> int:
        """The utility of an offer on a criterion where it is the same in every cell seen."""
        rows = self.utilities[criterion]
        return min(row[offer].point for row in rows) if rows else 0

    def is_exact(self) -> bool:
        """Whether the joint cells behind every mean are few enough to be looked at all."""
        entangled, _ = self._split_failures()
        return (
            sum(self.worlds.size([self.weights, part, *entangled]) for part in self.parts.values())
            <= EXACT_LIMIT
        )

    def _split_failures(self) -> tuple[list[Part], list[list[Part]]]:
        """Failures that share an axis with weights or utilities, and the independent rest."""
        touched = {k for p in (self.weights, *self.parts.values()) for k in p.keys}
        rest = list(self.failures.values())
        entangled: list[Part] = []
        grown = True
        while grown:
            grown = False
            for part in list(rest):
                if self.worlds.tied(part.keys, touched):
                    touched |= set(part.keys)
                    entangled.append(part)
                    rest.remove(part)
                    grown = True
        return entangled, self._components(rest)

    def _components(self, parts: list[Part]) -> list[list[Part]]:
        groups: list[tuple[set[str], list[Part]]] = []
        for part in parts:
            keys = set(part.keys)
            members = [part]
            apart = []
            for other_keys, other in groups:
                if self.worlds.tied(tuple(keys), other_keys):
                    keys |= other_keys
                    members = [*other, *members]
                else:
                    apart.append((other_keys, other))
            groups = [*apart, (keys, members)]
        return [members for _, members in groups]

    def scores(self, *, exact: bool) -> dict[str, Scored]:
        """The mean score of every offer that is not excluded."""
        entangled, independent = self._split_failures()
        passing = self._pass_shares(independent, exact=exact)
        terms: dict[str, list[Term]] = {offer: [] for offer in self.offers}
        for position, criterion in enumerate(self.situation.knowledge.criteria):
            for offer, term in self._terms(criterion, position, entangled, passing, exact).items():
                terms[offer].append(term)
        return {
            offer: Scored(offer, sum((t.exact for t in found), Fraction(0)), tuple(found))
            for offer, found in terms.items()
        }

    def _pass_shares(self, groups: list[list[Part]], *, exact: bool) -> list[Fraction]:
        shares = [Fraction(1)] * len(self.offers)
        for group in groups:
            masses = self.worlds.grouped(group, exact=exact)
            total = sum(masses.values())
            for i in range(len(self.offers)):
                passed = sum(
                    mass
                    for masks, mass in masses.items()
                    if not any(mask >> i & 1 for mask in masks)
                )
                shares[i] *= Fraction(passed, total)
        return shares

    def _terms(
        self,
        criterion: str,
        position: int,
        entangled: list[Part],
        passing: list[Fraction],
        exact: bool,
    ) -> dict[str, Term]:
        masses = self.worlds.grouped([self.weights, self.parts[criterion], *entangled], exact=exact)
        total = sum(masses.values())
        by_sum: dict[int, list[int]] = {}
        shares: dict[int, int] = {}
        rows = self.utilities[criterion]
        for (vector_number, row_number, *masks), mass in masses.items():
            vector = self.weight_vectors[vector_number]
            whole = sum(vector)
            if not whole or not vector[position]:
                continue
            sums = by_sum.setdefault(whole, [0] * len(self.offers))
            weighted = mass * vector[position]
            shares[whole] = shares.get(whole, 0) + weighted
            failing = 0
            for mask in masks:
                failing |= mask
            for i, utility in enumerate(rows[row_number]):
                if not failing >> i & 1:
                    sums[i] += weighted * utility.point
        weight_share = sum((Fraction(s, w * total) for w, s in shares.items()), Fraction(0))
        return {
            offer: Term(
                criterion,
                passing[i]
                * sum((Fraction(sums[i], w * total) for w, sums in by_sum.items()), Fraction(0)),
                weight_share,
            )
            for i, offer in enumerate(self.offers)
        }

    def at_base_weights(self, offer: str, *, exact: bool) -> Fraction:
        """Mean utility with every criterion at its base weight: the first tie-break."""
        i = self.offers.index(offer)
        total = Fraction(0)
        whole = 0
        for criterion in self.situation.knowledge.criteria.values():
            base = weight(self.situation, criterion, 0)
            masses = self.worlds.grouped([self.parts[criterion.id]], exact=exact)
            mass = sum(masses.values())
            rows = self.utilities[criterion.id]
            mean = Fraction(sum(rows[n][i].point * m for (n,), m in masses.items()), mass)
            total += base * mean
            whole += base
        return total / whole if whole else Fraction(0)

    def worst(self, offer: str) -> int:
        """The sum of the lowest utilities over cells: the second tie-break."""
        i = self.offers.index(offer)
        return sum(min(row[i].point for row in rows) for rows in self.utilities.values() if rows)
