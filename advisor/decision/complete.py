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
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from advisor.decision.bases import rule_base_on
from advisor.decision.bills import monthly_of, today_of
from advisor.decision.brief import UNKNOWN_COST, Brief, Exclusions, Lead
from advisor.decision.caps import evidence_caps
from advisor.decision.complete_columns import Gated, Rows, Scored, Weighed, gated, scored, weighed
from advisor.decision.confidence import Ground, confidence
from advisor.decision.entries import rounded
from advisor.decision.gates import gates_of
from advisor.decision.inference import inferred
from advisor.decision.recommend import Decision
from advisor.decision.remarks import all_ignored
from advisor.decision.result import Sureness
from advisor.decision.rulebase import RuleBase, is_single
from advisor.decision.situation import Situation
from advisor.decision.staleness import Old, old_grounds
from advisor.decision.sureness import SAMPLES, relevant_answers, robust, weight_samples
from advisor.knowledge.model import Inputs, Knowledge

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


class _Columns:
    """Complete workloads as columns."""

    def __init__(self, base: RuleBase, situations: Sequence[Situation]) -> None:
        self._base = base
        self._situations = situations
        self._rows = Rows(base, situations)
        self._offers = tuple(base.knowledge.offers)
        self._criteria = tuple(base.knowledge.criteria.values())
        self._gates = gates_of(situations[0])
        self._evidence: dict[tuple[object, ...], Mapping[str, str]] = {}
        self._old: dict[tuple[object, ...], tuple[Old, ...]] = {}
        self._exclusions: dict[tuple[int, ...], Exclusions] = {}

    def briefs(self) -> list[Brief]:
        """What is decided of each row, in their order."""
        return [self._brief(row) for row in range(len(self._situations))]

    @cached_property
    def _scored(self) -> list[Scored]:
        return [scored(self._rows, criterion) for criterion in self._criteria]

    @cached_property
    def _weighed(self) -> Weighed:
        return weighed(self._rows)

    @cached_property
    def _gated(self) -> list[Gated]:
        return [gated(self._rows, gate) for gate in self._gates]

    def _bits(self, masks: Sequence[int]) -> Whole:
        """A row per set, a column per offer."""
        width = range(len(self._offers))
        return np.array([[mask >> i & 1 for i in width] for mask in masks], dtype=np.int64)

    @cached_property
    def _out(self) -> Whole:
        """By row and offer, 1 where a gate excludes it."""
        return np.minimum(self._counted(lambda gate: gate.out), 1)

    @cached_property
    def _unproven(self) -> Whole:
        """By row and offer, how many requirements are to be confirmed."""
        return self._counted(lambda gate: gate.unproven)

    def _counted(self, sets_of: Callable[[Gated], Sequence[int]]) -> Whole:
        """By row and offer, of how many gates the set holds it."""
        found = np.zeros((len(self._situations), len(self._offers)), dtype=np.int64)
        for gate in self._gated:
            sets = sets_of(gate)
            if any(sets):
                found += self._bits(sets)[gate.groups]
        return found

    @cached_property
    def _worth(self) -> tuple[Whole, Whole, Whole]:
        """By row and offer: the sum of weight x utility, the same at base weights, the sum of
        utilities."""
        shape = (len(self._situations), len(self._offers))
        found, at_base, plain = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        weights = self._weighed
        for k, own in enumerate(self._scored):
            found += weights.vectors[:, k, None] * own.points
            at_base += weights.plain[:, k, None] * own.points
            plain += own.points
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
        weights = self._weighed
        lead = np.zeros(self._out.shape, dtype=np.int64)
        for k, own in enumerate(self._scored):
            gap = own.least[here, first][:, None] - own.most
            low, high = weights.low[:, k, None], weights.high[:, k, None]
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
        for own, heavy in zip(self._scored, weights, strict=True):
            utility = own.utility(row, first)
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
        force = tuple([gate.force[gate.groups[row]] for gate in self._gated])
        own_prices = tuple(situation.inputs.prices.get(leader.offer, ()))
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
        for criterion, own in zip(self._criteria, self._scored, strict=True):
            found.update(dict.fromkeys(rule.id for rule in own.utility(row, offer).fired))
            found.update(dict.fromkeys(rule.id for rule in weighing_rules.get(criterion.id, ())))
        return tuple(found)

    def _excluded(self, row: int) -> Exclusions:
        masks = tuple([gate.out[gate.groups[row]] for gate in self._gated])
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
