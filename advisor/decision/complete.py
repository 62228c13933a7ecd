"""Many workloads decided at once, as columns, where every answer that counts is one value.

Then one world is left of each, and a decision is a sum of whole numbers: what gates, weights
and criteria say hangs on what their tests can tell of a few answers, so each is worked out
once per combination of those and picked out for all rows that have it.  Costs alone differ
from row to row; they are worked out per charge, for all rows together.  A workload that
leaves something open is decided by itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from advisor.decision.bases import rule_base_on
from advisor.decision.bills import monthly_of, today_of
from advisor.decision.brief import UNKNOWN_COST, Brief, Exclusions, Lead
from advisor.decision.caps import evidence_caps, in_force
from advisor.decision.complete_costs import cost_outcomes, prepare, priced, terms_of
from advisor.decision.confidence import Ground, confidence
from advisor.decision.entries import rounded
from advisor.decision.gates import Gate, gates_of, judged
from advisor.decision.inference import inferred
from advisor.decision.recommend import Decision
from advisor.decision.remarks import all_ignored
from advisor.decision.result import Sureness
from advisor.decision.rulebase import RuleBase, is_single
from advisor.decision.situation import Situation, impossible_looks
from advisor.decision.staleness import Old, old_grounds
from advisor.decision.sureness import SAMPLES, relevant_answers, robust, weight_samples
from advisor.decision.tables import Utility, weight
from advisor.decision.utilities import stepped_at
from advisor.decision.weighting import weighing, weights_at
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Criterion, Inputs, Knowledge, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]

CHUNK = 2_048
"""Rows that are columns together."""


def decide_many(
    knowledge: Knowledge, sheets: Sequence[Inputs], as_of: datetime.date
) -> list[Brief]:
    """What ``decide(...).brief()`` says of each, judged as of a day."""
    base = rule_base_on(knowledge, as_of)
    found: dict[int, Brief] = {}
    complete: list[tuple[int, Situation]] = []
    for place, sheet in enumerate(sheets):
        read = inferred(knowledge, base.ledger, sheet)
        situation = Situation(base, read.inputs)
        if is_complete(situation):
            complete.append((place, situation))
        else:
            found[place] = Decision(situation, sheet, read.readings).brief()
    for start in range(0, len(complete), CHUNK):
        rows = complete[start : start + CHUNK]
        briefs = _Columns(base, [situation for _, situation in rows]).briefs()
        found.update(zip((place for place, _ in rows), briefs, strict=True))
    return [found[place] for place in range(len(sheets))]


def is_complete(situation: Situation) -> bool:
    """Whether every answer that counts is one value, given or what silence means."""
    slots, answers = situation.space.slots, situation.inputs.answers
    questions = situation.knowledge.questions
    return all(
        (name in answers or questions[name].unknown_means is not None)
        and is_single(slots[name].whole)
        for name in situation.base.relevant
        if name in slots
    )


class _Rows:
    """Rows by what tests can tell of their answers."""

    def __init__(self, situations: Sequence[Situation]) -> None:
        self.situations = situations
        self._codes: dict[str, tuple[Whole, int]] = {}

    def groups(
        self, names: Sequence[str], *, served: bool = False, wishes: bool = False
    ) -> tuple[list[int], Whole]:
        """A row of each group that is alike in ``names`` (and in the served models, in the
        wishes on weights), and the group of each row."""
        key, size = np.zeros(len(self.situations), dtype=np.int64), 1
        wanted = [(name, _marked(name)) for name in names]
        if served:
            wanted.append(("the served models", lambda s: s.served))
        if wishes:
            wanted.append(("the wishes", lambda s: tuple(sorted(s.inputs.weights.items()))))
        for name, of in wanted:
            codes, count = self._coded(name, of)
            key = key * count + codes
            size *= count
            if size > 1 << 40:
                _, key = np.unique(key, return_inverse=True)
                size = len(self.situations)
        _, first, places = np.unique(key, return_index=True, return_inverse=True)
        return first.tolist(), places

    def _coded(self, name: str, of: Callable[[Situation], object]) -> tuple[Whole, int]:
        if name not in self._codes:
            numbers: dict[object, int] = {}
            codes = [numbers.setdefault(of(s), len(numbers)) for s in self.situations]
            self._codes[name] = np.array(codes, dtype=np.int64), max(1, len(numbers))
        return self._codes[name]


def _marked(name: str) -> Callable[[Situation], object]:
    return lambda situation: situation.marks((name,))


@dataclass(frozen=True)
class _Weighed:
    """By row: the weights, their bounds for a proof, the base weights; per group the rules
    that move the weight of each criterion."""

    vectors: Whole
    low: Whole
    high: Whole
    plain: Whole
    groups: Whole
    rules: Sequence[Mapping[str | None, list[Rule]]]


@dataclass(frozen=True)
class _Scored:
    """A criterion.  By row and offer: the point value, the least and the greatest that a
    proof has to count with; ``utility`` of one of them."""

    points: Whole
    least: Whole
    most: Whole
    utility: Callable[[int, int], Utility]


@dataclass(frozen=True)
class _Gated:
    """A gate.  By group: sets of offers (bits) that it excludes and that it leaves unproven,
    and whether it is in force; ``groups`` of the rows."""

    out: list[int]
    unproven: list[int]
    force: list[bool]
    groups: Whole


class _Columns:
    """Complete workloads as columns."""

    def __init__(self, base: RuleBase, situations: Sequence[Situation]) -> None:
        self._base = base
        self._situations = situations
        self._rows = _Rows(situations)
        self._offers = tuple(base.knowledge.offers)
        self._criteria = tuple(base.knowledge.criteria.values())
        self._terms = [terms_of(situation) for situation in situations]
        prepare(situations, self._terms)
        self._gates = gates_of(situations[0])
        self._evidence: dict[tuple[object, ...], Mapping[str, str]] = {}
        self._old: dict[tuple[object, ...], tuple[Old, ...]] = {}
        self._exclusions: dict[tuple[int, ...], Exclusions] = {}

    def briefs(self) -> list[Brief]:
        """What is decided of each row, in their order."""
        return [self._brief(row) for row in range(len(self._situations))]

    @cached_property
    def _weighed(self) -> _Weighed:
        base, criteria = self._base, self._criteria
        firsts, groups = self._rows.groups(base.weigh_tests, wishes=True)
        vectors, low, high, plain, rules = [], [], [], [], []
        for first in firsts:
            situation = self._situations[first]
            own = weights_at(situation)
            vectors.append(own.vectors[own.part.only])
            least, most = own.ranges[own.spans.only]
            low.append(least)
            high.append(most)
            wishes = situation.inputs.weights
            plain.append([weight(c, 0, wishes.get(c.id)) for c in criteria])
            rules.append(weighing(situation))
        a, b, c, d = (np.array(x, dtype=np.int64)[groups] for x in (vectors, low, high, plain))
        return _Weighed(a, b, c, d, groups, rules)

    @cached_property
    def _scored(self) -> list[_Scored]:
        return [self._score(criterion) for criterion in self._criteria]

    def _score(self, criterion: Criterion) -> _Scored:
        base = self._base
        if criterion.measure is not None:
            cost = priced(self._situations, self._terms, criterion, criterion.measure)
            return _Scored(cost.points, cost.least, cost.most, cost.utility)
        served = criterion.id in base.score_serving
        firsts, groups = self._rows.groups(base.score_tests[criterion.id], served=served)
        faces = [stepped_at(self._situations[first], criterion).face for first in firsts]
        points, least, most = (
            np.array(column, dtype=np.int64)[groups]
            for column in zip(*((f.points, f.least, f.most) for f in faces), strict=True)
        )
        return _Scored(points, least, most, lambda row, offer: faces[groups[row]].utilities[offer])

    @cached_property
    def _gated(self) -> list[_Gated]:
        return [self._gate(gate) for gate in self._gates]

    def _gate(self, gate: Gate) -> _Gated:
        """What a gate makes of each group.  Nothing is open: an offer fails it, passes it, or
        what is known of the offer does not tell."""
        rule = gate.rule
        if rule is None:
            firsts, groups = self._rows.groups((), served=True)
        elif self._base.reads(rule).measures:
            return self._cost_gate(gate)
        else:
            reads = self._base.reads(rule)
            firsts, groups = self._rows.groups(reads.tested, served=reads.served)
        out: list[int] = []
        unproven: list[int] = []
        force = []
        for first in firsts:
            situation = self._situations[first]
            fails = doubts = 0
            if rule is None or situation.may_apply(rule):
                worlds = Worlds(situation.axes, impossible_looks(situation))
                found = judged(situation, worlds, gate)
                fails, doubts = found.fails & ~found.passes, found.doubts & ~found.passes
            _sort(gate, fails, doubts, out, unproven)
            force.append(rule is not None and in_force(situation, gate))
        return _Gated(out, unproven, force, groups)

    def _cost_gate(self, gate: Gate) -> _Gated:
        out: list[int] = []
        unproven: list[int] = []
        outcomes = cost_outcomes(self._situations, self._terms, gate)
        for outcome in outcomes:
            if outcome is None:
                _sort(gate, 0, 0, out, unproven)
            else:
                passes = outcome.passes
                _sort(gate, outcome.fails & ~passes, outcome.doubts & ~passes, out, unproven)
        force = [in_force(situation, gate) for situation in self._situations]
        return _Gated(out, unproven, force, np.arange(len(self._situations)))

    def _bits(self, masks: Sequence[int]) -> Whole:
        """A row per set, a column per offer."""
        width = range(len(self._offers))
        return np.array([[mask >> i & 1 for i in width] for mask in masks], dtype=np.int64)

    @cached_property
    def _out(self) -> Whole:
        """By row and offer, 1 where a gate excludes it."""
        shape = (len(self._situations), len(self._offers))
        found = np.zeros(shape, dtype=np.int64)
        for gated in self._gated:
            if any(gated.out):
                found |= self._bits(gated.out)[gated.groups]
        return found

    @cached_property
    def _unproven(self) -> Whole:
        """By row and offer, how many requirements are to be confirmed."""
        shape = (len(self._situations), len(self._offers))
        found = np.zeros(shape, dtype=np.int64)
        for gated in self._gated:
            if any(gated.unproven):
                found += self._bits(gated.unproven)[gated.groups]
        return found

    @cached_property
    def _worth(self) -> tuple[Whole, Whole, Whole]:
        """By row and offer: the sum of weight x utility, the same at base weights, the sum of
        utilities."""
        shape = (len(self._situations), len(self._offers))
        found, at_base, plain = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        weighed = self._weighed
        for k, scored in enumerate(self._scored):
            found += weighed.vectors[:, k, None] * scored.points
            at_base += weighed.plain[:, k, None] * scored.points
            plain += scored.points
        return found, at_base, plain

    @cached_property
    def _order(self) -> Whole:
        """By row the first two offers, as ``Decision`` places them."""
        worth, at_base, plain = self._worth
        by_id = np.argsort(np.argsort(np.array(self._offers)))
        keys = (
            np.broadcast_to(by_id, worth.shape),
            -plain,
            -at_base,
            -worth,
            self._unproven,
            self._out,
        )
        found: Whole = np.lexsort(keys, axis=1)[:, :2]
        return found

    @cached_property
    def _left(self) -> list[int]:
        """By row how many offers are not excluded."""
        found: list[int] = (len(self._offers) - self._out.sum(axis=1)).tolist()
        return found

    @cached_property
    def _gaps(self) -> Whole:
        """By row and criterion, by how much the first offer is ahead of the second."""
        here = np.arange(len(self._situations))
        first, second = self._order[:, 0], self._order[:, -1]
        columns = [s.points[here, first] - s.points[here, second] for s in self._scored]
        found: Whole = np.stack(columns, axis=1) * self._weighed.vectors
        return found

    @cached_property
    def _halves(self) -> list[int]:
        """By row twice the samples of weights that the first wins, plus the ties."""
        samples = np.array(weight_samples(tuple(c.id for c in self._criteria)), dtype=np.int64)
        found: list[int] = (np.sign(self._gaps @ samples.T) + 1).sum(axis=1).tolist()
        return found

    @cached_property
    def _settled(self) -> list[bool]:
        """By row whether the first is shown to score more than any rival without a requirement
        that is unproven."""
        here = np.arange(len(self._situations))
        first = self._order[:, 0]
        weighed = self._weighed
        lead = np.zeros(self._out.shape, dtype=np.int64)
        for k, scored in enumerate(self._scored):
            gap = scored.least[here, first][:, None] - scored.most
            low, high = weighed.low[:, k, None], weighed.high[:, k, None]
            lead += np.where(gap > 0, low, high) * gap
        rival = (self._out == 0) & (self._unproven == 0)
        rival[here, first] = False
        safe = self._unproven[here, first] == 0
        found: list[bool] = (safe & ~(rival & (lead <= 0)).any(axis=1)).tolist()
        return found

    def _brief(self, row: int) -> Brief:
        situation = self._situations[row]
        today = today_of(situation)
        excluded = self._excluded(row)
        if not self._left[row]:
            return Brief((), "none", True, (), UNKNOWN_COST, today, excluded)
        first = self._leads(row)
        leader = first[0]
        rules = self._rules(row, int(self._order[row, 0]))
        settled = self._settled[row]
        word, _ = confidence(
            situation.knowledge.method, self._figures(row), self._ground(row, first, rules, settled)
        )
        monthly = monthly_of(situation, leader.offer, leader.model)
        return Brief(first, word, settled, rules, monthly, today, excluded)

    def _leads(self, row: int) -> tuple[Lead, ...]:
        situation = self._situations[row]
        worth, whole = self._worth[0][row], int(self._weighed.vectors[row].sum())
        found = []
        for place in self._order[row, : self._left[row]].tolist():
            offer = self._offers[place]
            found.append(
                Lead(
                    offer,
                    situation.choice(offer, {}).model,
                    "conditional" if self._unproven[row, place] else "safe",
                    rounded(Fraction(int(worth[place]), whole)) if whole else 0,
                )
            )
        return tuple(found)

    def _figures(self, row: int) -> Sureness:
        first = int(self._order[row, 0])
        weights = self._weighed.vectors[row].tolist()
        whole, weak = 0, Fraction(0)
        for scored, heavy in zip(self._scored, weights, strict=True):
            utility = scored.utility(row, first)
            whole += heavy * utility.point
            weak += heavy * utility.point * utility.weak
        share = weak / whole if whole else Fraction(0)
        if self._left[row] < 2:
            return Sureness(Fraction(1), None, share, ())
        gaps = self._gaps[row].tolist()
        gains, losses = sum(g for g in gaps if g > 0), -sum(g for g in gaps if g < 0)
        r = robust(Fraction(gains, losses)) if losses else None
        return Sureness(Fraction(self._halves[row], 2 * SAMPLES), r, share, ())

    def _ground(
        self, row: int, first: tuple[Lead, ...], rules: tuple[str, ...], settled: bool
    ) -> Ground:
        situation, leader = self._situations[row], first[0]
        margin = None
        if len(first) > 1 and first[1].lane == leader.lane:
            margin = leader.points - first[1].points
        force = tuple([gated.force[gated.groups[row]] for gated in self._gated])
        own_prices = bool(situation.inputs.prices.get(leader.offer))
        place = (leader.offer, leader.model, force)
        if place not in self._evidence:
            self._evidence[place] = evidence_caps(
                situation, self._gates, leader.offer, leader.model
            )
        aged = (*place, rules, own_prices)
        if aged not in self._old:
            self._old[aged] = old_grounds(situation, self._gates, leader.offer, leader.model, rules)
        return Ground(
            leader.lane,
            settled,
            margin,
            self._evidence[place],
            relevant_answers(situation, self._base.relevant),
            all_ignored(situation) and len(first) > 1,
            self._old[aged],
        )

    def _rules(self, row: int, offer: int) -> tuple[str, ...]:
        weighing_rules = self._weighed.rules[self._weighed.groups[row]]
        found: dict[str, None] = {}
        for criterion, scored in zip(self._criteria, self._scored, strict=True):
            found.update(dict.fromkeys(rule.id for rule in scored.utility(row, offer).fired))
            found.update(dict.fromkeys(rule.id for rule in weighing_rules.get(criterion.id, ())))
        return tuple(found)

    def _excluded(self, row: int) -> Exclusions:
        masks = tuple([gated.out[gated.groups[row]] for gated in self._gated])
        if masks not in self._exclusions:
            self._exclusions[masks] = tuple(
                (offer, gates)
                for i, offer in enumerate(self._offers)
                if (
                    gates := tuple(
                        gate.id
                        for gate, mask in zip(self._gates, masks, strict=True)
                        if mask >> i & 1
                    )
                )
            )
        return self._exclusions[masks]


def _sort(gate: Gate, fails: int, doubts: int, out: list[int], unproven: list[int]) -> None:
    """Who surely fails is excluded, unless that can be negotiated; else it is to be confirmed."""
    excluded = 0 if gate.negotiable else fails & ~doubts
    out.append(excluded)
    unproven.append((fails | doubts) & ~excluded)
