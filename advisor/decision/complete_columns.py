"""What weights, criteria and gates make of many complete workloads, as columns.

Each reads a few answers: it is worked out once for all rows that its tests cannot tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from advisor.decision.caps import in_force
from advisor.decision.complete_costs import cost_outcomes, prepare, priced, terms_of
from advisor.decision.gates import Gate, judged
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation, impossible_looks
from advisor.decision.stepped import stepped_at
from advisor.decision.tables import Utility, weight
from advisor.decision.weighting import weighing, weights_at
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Criterion, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]


class Rows:
    """Rows by what tests can tell of their answers."""

    def __init__(self, base: RuleBase, situations: Sequence[Situation]) -> None:
        self.base = base
        self.situations = situations
        self.terms = [terms_of(situation) for situation in situations]
        prepare(situations, self.terms)
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


class Weighed(Struct, frozen=True):
    """By row: the weights, their bounds for a proof, the base weights; per group the rules
    that move the weight of each criterion."""

    vectors: Whole
    low: Whole
    high: Whole
    plain: Whole
    groups: Whole
    rules: Sequence[Mapping[str | None, list[Rule]]]


class Scored(Struct, frozen=True):
    """A criterion.  By row and offer: the point value, the least and the greatest that a
    proof has to count with; ``utility`` of one of them."""

    points: Whole
    least: Whole
    most: Whole
    utility: Callable[[int, int], Utility]


class Gated(Struct, frozen=True):
    """A gate.  By group: sets of offers (bits) that it excludes and that it leaves unproven,
    and whether it is in force; ``groups`` of the rows."""

    out: list[int]
    unproven: list[int]
    force: list[bool]
    groups: Whole


def weighed(rows: Rows) -> Weighed:
    """The weights of each row."""
    base, criteria = rows.base, tuple(rows.base.knowledge.criteria.values())
    firsts, groups = rows.groups(base.weigh_tests, wishes=True)
    vectors, low, high, plain, rules = [], [], [], [], []
    for first in firsts:
        situation = rows.situations[first]
        own = weights_at(situation)
        vectors.append(own.vectors[own.part.only])
        least, most = own.ranges[own.spans.only]
        low.append(least)
        high.append(most)
        wishes = situation.inputs.weights
        plain.append([weight(c, 0, wishes.get(c.id)) for c in criteria])
        rules.append(weighing(situation))
    a, b, c, d = (np.array(x, dtype=np.int64)[groups] for x in (vectors, low, high, plain))
    return Weighed(a, b, c, d, groups, rules)


def scored(rows: Rows, criterion: Criterion) -> Scored:
    """The utilities of each row on a criterion."""
    if criterion.measure is not None:
        cost = priced(rows.situations, rows.terms, criterion, criterion.measure)
        return Scored(cost.points, cost.least, cost.most, cost.utility)
    base = rows.base
    served = criterion.id in base.score_serving
    firsts, groups = rows.groups(base.score_tests[criterion.id], served=served)
    faces = [stepped_at(rows.situations[first], criterion).face for first in firsts]
    points, least, most = (
        np.array(column, dtype=np.int64)[groups]
        for column in zip(*((f.points, f.least, f.most) for f in faces), strict=True)
    )
    return Scored(points, least, most, lambda row, offer: faces[groups[row]].utilities[offer])


def gated(rows: Rows, gate: Gate) -> Gated:
    """What a gate makes of each row.  Nothing is open: an offer fails it, passes it, or what is
    known of the offer does not tell."""
    rule = gate.rule
    if rule is None:
        firsts, groups = rows.groups((), served=True)
    elif rows.base.reads(rule).measures:
        return _cost_gate(rows, gate)
    else:
        reads = rows.base.reads(rule)
        firsts, groups = rows.groups(reads.tested, served=reads.served)
    out: list[int] = []
    unproven: list[int] = []
    force = []
    for first in firsts:
        situation = rows.situations[first]
        fails = doubts = 0
        if rule is None or situation.may_apply(rule):
            worlds = Worlds(situation.axes, impossible_looks(situation))
            found = judged(situation, worlds, gate)
            fails, doubts = found.fails & ~found.passes, found.doubts & ~found.passes
        _sort(gate, fails, doubts, out, unproven)
        force.append(rule is not None and in_force(situation, gate))
    return Gated(out, unproven, force, groups)


def _cost_gate(rows: Rows, gate: Gate) -> Gated:
    out: list[int] = []
    unproven: list[int] = []
    for outcome in cost_outcomes(rows.situations, rows.terms, gate):
        if outcome is None:
            _sort(gate, 0, 0, out, unproven)
        else:
            passes = outcome.passes
            _sort(gate, outcome.fails & ~passes, outcome.doubts & ~passes, out, unproven)
    force = [in_force(situation, gate) for situation in rows.situations]
    return Gated(out, unproven, force, np.arange(len(rows.situations)))


def _sort(gate: Gate, fails: int, doubts: int, out: list[int], unproven: list[int]) -> None:
    """Who surely fails is excluded, unless that can be negotiated; else it is to be confirmed."""
    excluded = 0 if gate.negotiable else fails & ~doubts
    out.append(excluded)
    unproven.append((fails | doubts) & ~excluded)
