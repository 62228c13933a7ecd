"""Scores as exact means over worlds, and the order they give.

Score of an offer in a world: sum of weight x utility over the sum of weights, a fraction of
0..10000; in a world where a gate fails it is 0.  The mean over worlds splits exactly into
contributions by criterion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from advisor.decision.costs import TRAFFIC, Profile, whole_traffic
from advisor.decision.gates import Gate, Standing, failure_look
from advisor.decision.situation import Situation, anchor_names
from advisor.decision.tables import (
    FULL,
    Doubts,
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
from advisor.engine.worlds import EXACT_LIMIT, Cells, Look, Part, Worlds
from advisor.knowledge.model import Criterion, Measure, Rule
from advisor.knowledge.values import Domain

FEW_ROWS = 64
"""Combinations up to which they are looked at one by one."""
MANY_RULES = 28
"""Rules of one criterion that fit, twice, into the bits of one number."""


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
        self.parts: dict[str, Part] = {}
        self.score_rules: dict[str, list[Rule]] = {}
        self._own_cells: dict[str, list[dict[str, int]]] = {}
        self._marginals: dict[str, dict[int, int]] = {}
        self._masks: dict[tuple[str, str, str | None], tuple[int, int]] = {}
        self._stepped_known: dict[tuple[object, ...], Utility] = {}
        self._models: list[tuple[str | None, ...]] = []
        for criterion in situation.knowledge.criteria.values():
            self._add(criterion)
        failing = [g for g in gates if any(g.id in standings[o].fails for o in self.offers)]
        self.failures = {g.id: failure_look(g, standings, self.offers) for g in failing}
        entangled, self._independent = self._split_failures()
        self.failing_masks: list[int] = []
        self.entangled = self.failing_part(entangled)

    def _look(self, rule: Rule) -> Look:
        """Whether a rule without *its* holds: 0 no, 1 yes, 2 it depends."""
        keys = self.situation.keys_of(rule)

        def number(cells: Cells) -> int:
            truth = self.situation.when(rule, dict(zip(keys, cells, strict=True)), point=True)
            return 2 if truth is None else int(truth)

        return Look(keys, number)

    def _look_by_offer(self, rule: Rule) -> Look:
        """Which cell of its own axes a rule is in that compares with the offer."""
        keys = self.situation.keys_of(rule)
        found = self._own_cells.setdefault(rule.id, [])

        def number(cells: Cells) -> int:
            found.append(dict(zip(keys, cells, strict=True)))
            return len(found) - 1

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
        if any(situation.reads_model(r) or situation.its_of(r) for r in rules):
            looks.append(self._models_look())

        def combine(seen: tuple[int, ...]) -> int:
            models = self._models[seen[-1]] if len(seen) > len(rules) else self._any_models()
            plain = [i for i, rule in enumerate(rules) if rule.id not in self._own_cells]
            held = sum(1 << i for i in plain if seen[i] == 1)
            open_ = sum(1 << i for i in plain if seen[i] == 2)
            row = tuple(
                self._stepped(criterion.id, rules, seen, held, open_, offer, model)
                for offer, model in zip(self.offers, models, strict=True)
            )
            return self._row_number(criterion.id, row)

        def combine_many(seen: list[tuple[int, ...]]) -> list[int]:
            if len(seen) <= FEW_ROWS or len(rules) > MANY_RULES or not self.offers:
                return [combine(row) for row in seen]
            return self._stepped_columns(criterion.id, rules, seen)

        self.parts[criterion.id] = Part(looks, combine, combine_many)

    def _any_models(self) -> tuple[str | None, ...]:
        return tuple(None for _ in self.offers)

    def failing_part(self, looks: Sequence[Look]) -> Part:
        """A part whose number is a place in ``failing_masks``: the offers that fail."""

        def combine(seen: tuple[int, ...]) -> int:
            mask = 0
            for failing in seen:
                mask |= failing
            if mask not in self.failing_masks:
                self.failing_masks.append(mask)
            return self.failing_masks.index(mask)

        return Part(looks, combine)

    def marginal(self, criterion: str, *, exact: bool) -> dict[int, int]:
        """Row of utilities of one criterion -> prior mass."""
        if criterion not in self._marginals:
            masses = self.worlds.grouped([self.parts[criterion]], exact=exact)
            self._marginals[criterion] = {row: mass for (row,), mass in masses.items()}
        return self._marginals[criterion]

    def _row_number(self, criterion: str, row: tuple[Utility, ...]) -> int:
        numbers = self._row_numbers[criterion]
        key = tuple((u.point, *(rule.id for rule in u.fired)) for u in row)
        if key not in numbers:
            numbers[key] = len(numbers)
            self.utilities[criterion].append(row)
        return numbers[key]

    def _stepped(
        self,
        criterion: str,
        rules: Sequence[Rule],
        seen: tuple[int, ...],
        held: int,
        open_: int,
        offer: str,
        model: str | None,
    ) -> Utility:
        """``held`` and ``open_`` are bits over ``rules``: the workload side holds, might."""
        sure, maybe = self._suiting(criterion, rules, offer, model)
        certain = held & sure
        possible = ((held | open_) & (sure | maybe)) & ~certain
        for i, rule in enumerate(rules):
            if rule.id in self._own_cells:
                at = self._own_cells[rule.id][seen[i]]
                truth = self.situation.holds_for(rule, offer, model, at, point=True)
                certain = certain & ~(1 << i) | (int(truth is True) << i)
                possible = possible & ~(1 << i) | (int(truth is None) << i)
        return self._of_masks(criterion, rules, offer, model, certain, possible)

    def _of_masks(
        self,
        criterion: str,
        rules: Sequence[Rule],
        offer: str,
        model: str | None,
        certain: int,
        possible: int,
    ) -> Utility:
        place = (criterion, offer, model, certain, possible)
        if place not in self._stepped_known:
            fired = [rule for i, rule in enumerate(rules) if certain >> i & 1]
            unsure = [rule for i, rule in enumerate(rules) if possible >> i & 1]
            widening = {r.id: widening_of(self.situation, r, offer, model) for r in fired}
            self._stepped_known[place] = step_utility(self.situation, fired, unsure, widening)
        return self._stepped_known[place]

    def _stepped_columns(
        self, criterion: str, rules: Sequence[Rule], seen: list[tuple[int, ...]]
    ) -> list[int]:
        """``_stepped`` for many combinations at once, offer by offer, as columns."""
        import numpy as np

        table = np.array(seen, dtype=np.int64)
        by_model = table.shape[1] > len(rules)
        held = np.zeros(len(table), dtype=np.int64)
        open_ = np.zeros(len(table), dtype=np.int64)
        for i, rule in enumerate(rules):
            if rule.id not in self._own_cells:
                held |= (table[:, i] == 1).astype(np.int64) << i
                open_ |= (table[:, i] == 2).astype(np.int64) << i
        columns: list[list[Utility]] = []
        for o, offer in enumerate(self.offers):
            models = [row[o] for row in self._models] if by_model else [None]
            served = sorted(set(models), key=str)
            place = np.array([served.index(m) for m in models], dtype=np.int64)
            which = place[table[:, -1]] if by_model else np.zeros(len(table), dtype=np.int64)
            masks = np.array(
                [self._suiting(criterion, rules, offer, m) for m in served], dtype=np.int64
            )
            sure, maybe = masks[which, 0], masks[which, 1]
            certain = held & sure
            possible = ((held | open_) & (sure | maybe)) & ~certain
            for i, rule in enumerate(rules):
                if rule.id not in self._own_cells:
                    continue
                truths = [
                    [self.situation.holds_for(rule, offer, m, at, point=True) for m in served]
                    for at in self._own_cells[rule.id]
                ]
                code = np.array(
                    [[1 if t is True else 2 if t is None else 0 for t in row] for row in truths],
                    dtype=np.int64,
                )[table[:, i], which]
                certain = certain & ~(1 << i) | ((code == 1).astype(np.int64) << i)
                possible = possible & ~(1 << i) | ((code == 2).astype(np.int64) << i)
            size = len(rules)
            low = (1 << size) - 1
            codes, inverse = np.unique(
                (((which << size) | certain) << size) | possible, return_inverse=True
            )
            utilities = [
                self._of_masks(
                    criterion,
                    rules,
                    offer,
                    served[code >> 2 * size],
                    code >> size & low,
                    code & low,
                )
                for code in codes.tolist()
            ]
            columns.append([utilities[j] for j in inverse.tolist()])
        rows = self.utilities[criterion]
        start = len(rows)
        rows.extend(zip(*columns, strict=True) if columns else [()] * len(seen))
        return list(range(start, len(rows)))

    def _suiting(
        self, criterion: str, rules: Sequence[Rule], offer: str, model: str | None
    ) -> tuple[int, int]:
        """Which rules speak of the offer: surely, and perhaps (bits over ``rules``)."""
        place = (criterion, offer, model)
        if place not in self._masks:
            truths = [self.situation.suits(rule, offer, model) for rule in rules]
            self._masks[place] = (
                sum(1 << i for i, truth in enumerate(truths) if truth is True),
                sum(1 << i for i, truth in enumerate(truths) if truth is None),
            )
        return self._masks[place]

    def _anchored(self, measure: Measure) -> frozenset[str]:
        """Axes that say where the anchors of a measure lie."""
        situation = self.situation
        questions = [
            q for n in anchor_names(measure) for q in situation.base.workload.questions_of(n)
        ]
        return frozenset(situation.space.open_keys(questions))

    def _measured_part(self, criterion: Criterion, measure: Measure) -> Part:
        situation = self.situation
        traffic = situation.measure_questions(measure) - set(SERVING_QUESTIONS)
        keys = situation.space.open_keys(traffic)
        anchored = self._anchored(measure)
        volume = tuple(key for key in keys if key in TRAFFIC or key in anchored)
        shares = tuple(key for key in keys if key not in volume)
        figures: list[tuple[tuple[int, int, int], list[tuple[int, int]]]] = []
        terms: list[dict[str, Domain]] = []
        kinds: dict[tuple[Profile, Doubts], int] = {}
        by_terms: dict[tuple[int, int], list[int]] = {}
        known: dict[tuple[int, int], Utility] = {}

        def figure(cells: Cells) -> int:
            at = dict(zip(volume, cells, strict=True))
            env = situation.extended(
                situation.environment(traffic, at, point=True), anchor_names(measure)
            )
            figures.append((whole_traffic(env), anchors_at(measure, env)))
            return len(figures) - 1

        def term(cells: Cells) -> int:
            at = dict(zip(shares, cells, strict=True))
            terms.append(situation.environment(traffic, at, point=True))
            return len(terms) - 1

        def kinds_of(place: tuple[int, int]) -> list[int]:
            found = []
            for offer, model in zip(self.offers, self._models[place[1]], strict=True):
                kind = (
                    situation.costs.profile(offer, model, terms[place[0]]),
                    price_doubts(situation, offer, model),
                )
                found.append(kinds.setdefault(kind, len(kinds)))
            return found

        def utility(kind: int, at: int) -> Utility:
            profile, doubts = list(kinds)[kind]
            numbers, anchors = figures[at]
            bounds = profile.bounds(measure.name, *numbers)
            return measured_utility(measure, anchors, bounds, doubts)

        def combine(seen: tuple[int, ...]) -> int:
            at, *place = seen
            offered = by_terms.get((place[0], place[1]))
            if offered is None:
                offered = by_terms[place[0], place[1]] = kinds_of((place[0], place[1]))
            for kind in offered:
                if (kind, at) not in known:
                    known[kind, at] = utility(kind, at)
            self.utilities[criterion.id].append(tuple([known[kind, at] for kind in offered]))
            return len(self.utilities[criterion.id]) - 1

        return Part([Look(volume, figure), Look(shares, term), self._models_look()], combine)

    def questions_of(self, criterion: Criterion) -> frozenset[str]:
        """The questions that a criterion's utilities rest on."""
        if criterion.measure is not None:
            return self.situation.measure_questions(criterion.measure)
        rules = self.score_rules[criterion.id]
        return frozenset().union(*(self.situation.questions_of(r) for r in rules))

    def open_keys(self) -> tuple[str, ...]:
        """Every open axis that weights, utilities or failures read."""
        parts: list[Part | Look] = [self.weights, *self.parts.values(), *self.failures.values()]
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

    def fails(self, look: Look, offer: int) -> bool:
        """Whether an offer (by position) fails a gate anywhere."""
        return any(look.of(cells) >> offer & 1 for cells in self.worlds.cells(look.keys))

    def common(self, criterion: str, offer: int) -> int:
        """The utility of an offer on a criterion where it is the same in every cell seen."""
        rows = self.utilities[criterion]
        return min(row[offer].point for row in rows) if rows else 0

    def is_exact(self) -> bool:
        """Whether the joint cells behind every mean are few enough to be looked at all."""
        return all(
            self.worlds.size([self.weights, part, self.entangled]) <= EXACT_LIMIT
            for part in self.parts.values()
        )

    def _split_failures(self) -> tuple[list[Look], list[list[Look]]]:
        """Failures that share an axis with weights or utilities, and the independent rest."""
        touched = {k for p in (self.weights, *self.parts.values()) for k in p.keys}
        rest = list(self.failures.values())
        entangled: list[Look] = []
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

    def _components(self, parts: list[Look]) -> list[list[Look]]:
        groups: list[tuple[set[str], list[Look]]] = []
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
        passing = self._pass_shares(exact=exact)
        if exact:
            means = [self._means(c, k) for k, c in enumerate(self.situation.knowledge.criteria)]
        else:
            means = self._sampled_means()
        result = {}
        for i, offer in enumerate(self.offers):
            terms = tuple(
                Term(criterion, passing[i] * values[i], share)
                for criterion, (share, values) in zip(
                    self.situation.knowledge.criteria, means, strict=True
                )
            )
            total = sum((t.exact for t in terms), Fraction(0))
            result[offer] = Scored(offer, total, terms)
        return result

    def _pass_shares(self, *, exact: bool) -> list[Fraction]:
        """Per offer, the prior mass in which no gate fails that shares no axis with scores."""
        shares = [Fraction(1)] * len(self.offers)
        for group in self._independent:
            masses = self.worlds.grouped([self.failing_part(group)], exact=exact)
            total = sum(masses.values())
            for i in range(len(self.offers)):
                passed = sum(
                    mass
                    for (place,), mass in masses.items()
                    if not self.failing_masks[place] >> i & 1
                )
                shares[i] *= Fraction(passed, total)
        return shares

    def _means(self, criterion: str, position: int) -> tuple[Fraction, list[Fraction]]:
        """Mean weight share of a criterion, and its mean term for every offer."""
        masses = self.worlds.grouped(
            [self.weights, self.parts[criterion], self.entangled], exact=True
        )
        total = sum(masses.values())
        by_sum: dict[int, list[int]] = {}
        shares: dict[int, int] = {}
        rows = self.utilities[criterion]
        for (vector_number, row_number, failing_number), mass in masses.items():
            vector = self.weight_vectors[vector_number]
            whole = sum(vector)
            if not whole or not vector[position]:
                continue
            sums = by_sum.setdefault(whole, [0] * len(self.offers))
            weighted = mass * vector[position]
            shares[whole] = shares.get(whole, 0) + weighted
            failing = self.failing_masks[failing_number]
            for i, utility in enumerate(rows[row_number]):
                if not failing >> i & 1:
                    sums[i] += weighted * utility.point
        return (
            sum((Fraction(s, w * total) for w, s in shares.items()), Fraction(0)),
            [
                sum((Fraction(sums[i], w * total) for w, sums in by_sum.items()), Fraction(0))
                for i in range(len(self.offers))
            ],
        )

    def _sampled_means(self) -> list[tuple[Fraction, list[Fraction]]]:
        """The same over the fixed worlds, as columns."""
        import numpy as np

        chosen = self.worlds.sampled(self.weights)
        failing = self.worlds.sampled(self.entangled)
        vectors = np.array(self.weight_vectors, dtype=np.int64)
        sums = vectors.sum(axis=1)[chosen]
        order = np.argsort(sums, kind="stable")
        order = order[sums[order] > 0]
        total = len(sums)
        passes = np.array(
            [[not mask >> i & 1 for i in range(len(self.offers))] for mask in self.failing_masks],
            dtype=np.int64,
        )[failing[order]]
        wholes, starts = np.unique(sums[order], return_index=True)
        result = []
        for position, criterion in enumerate(self.situation.knowledge.criteria):
            rows = self.worlds.sampled(self.parts[criterion])[order]
            weights = vectors[:, position][chosen[order]]
            points = np.array(
                [[u.point for u in row] for row in self.utilities[criterion]], dtype=np.int64
            )
            terms = points[rows] * passes * weights[:, None]
            per_sum = np.add.reduceat(terms, starts, axis=0).tolist() if len(order) else []
            weighted = np.add.reduceat(weights, starts).tolist() if len(order) else []
            scale = [int(w) * total for w in wholes.tolist()]
            result.append(
                (
                    sum(
                        (Fraction(s, d) for s, d in zip(weighted, scale, strict=True)), Fraction(0)
                    ),
                    [
                        sum(
                            (Fraction(r[i], d) for r, d in zip(per_sum, scale, strict=True)),
                            Fraction(0),
                        )
                        for i in range(len(self.offers))
                    ],
                )
            )
        return result

    def at_base_weights(self, offer: str, *, exact: bool) -> Fraction:
        """Mean utility with every criterion at its base weight: the first tie-break."""
        i = self.offers.index(offer)
        total = Fraction(0)
        whole = 0
        for criterion in self.situation.knowledge.criteria.values():
            base = weight(self.situation, criterion, 0)
            masses = self.marginal(criterion.id, exact=exact)
            mass = sum(masses.values())
            rows = self.utilities[criterion.id]
            mean = Fraction(sum(rows[n][i].point * m for n, m in masses.items()), mass)
            total += base * mean
            whole += base
        return total / whole if whole else Fraction(0)

    def worst(self, offer: str) -> int:
        """The sum of the lowest utilities over cells: the second tie-break."""
        i = self.offers.index(offer)
        return sum(min(row[i].point for row in rows) for rows in self.utilities.values() if rows)
