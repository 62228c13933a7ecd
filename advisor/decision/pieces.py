"""What becomes of gates, weights and utilities under many sets of changed answers, as columns.

A gate, the weights, a criterion each read a few questions: how they turn out under a set of
changes hangs only on the changes of those.  So each is computed once per combination that it
can tell apart (a piece), and sets of changes are put together from pieces.  Sums of pieces
are doubles, good to far better than ``CLEAR``: a winner by less is not told here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from advisor.decision.changes import Change, changed
from advisor.decision.exclusion import out_together
from advisor.decision.gates import SERVED, Gate, gates_of, stand
from advisor.decision.inference import inferred, told_by
from advisor.decision.piece import GatePiece, Table, Weighed, judged_by, tabled, weighed_at
from advisor.decision.piece_sums import Bools, Failing, Floats, Ints, Scores, flat
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation, impossible_looks
from advisor.decision.tables import weight
from advisor.decision.variations import NOBODY, UNDECIDED
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Criterion, Inputs

Subset = tuple[int, ...]
"""Places of candidates."""

CLEAR = 1e-6
"""Points by which one score has to exceed another before a sum of doubles may say so."""
CELLS_AT_MOST = 8_192
"""Joint cells of the open questions behind the weights up to which pieces are used."""
CHUNK = 2_048


class Pieces:
    """The pieces of one decision and its possible changes."""

    def __init__(self, base: RuleBase, inputs: Inputs, candidates: Sequence[Change]) -> None:
        self._base = base
        self._inputs = inputs
        self._candidates = candidates
        self.offers = tuple(base.knowledge.offers)
        self._by_id = np.argsort(np.argsort(np.array(self.offers)))
        start = self._start = Situation(base, self._answers(()))
        self._touched = [self._questions(change) for change in candidates]
        # Where an answer is several values, a change of it changes what is open.
        self._loose = np.array(
            [bool(start.space.open_keys(touched)) for touched in self._touched], dtype=bool
        )
        self._gates = gates_of(start)
        self._criteria = tuple(base.knowledge.criteria.values())
        self._open = start.space.open_keys(base.weigh_questions)
        self._known: dict[tuple[str, Subset], object] = {}
        self._situations: dict[Subset, tuple[Situation, Worlds]] = {}
        self._relevant: dict[frozenset[str], Bools] = {}
        self._group = self._groups()
        self._shared = {c.id: self._shared_keys(c) for c in self._criteria}

    @cached_property
    def usable(self) -> bool:
        """False where the weights rest on too much that is open, and where the pieces do not
        even tell who leads as things are: then only whole decisions tell."""
        if math.prod(self._start.sizes(self._open)) > CELLS_AT_MOST:
            return False
        unchanged = np.zeros((1, 0), dtype=np.int64)
        return bool(self._winners(unchanged)[0] != UNDECIDED)

    def _shared_keys(self, criterion: Criterion) -> tuple[str, ...]:
        own = self._start.space.open_keys(self._read_by(criterion))
        return tuple(key for key in self._open if key in own)

    def _groups(self) -> dict[str, int]:
        """Per gate a number: gates of different numbers have no open axis in common; 0 for
        those that have one in common with weights or utilities."""
        open_keys = self._start.space.open_keys
        scored = set(self._open).union(*(open_keys(self._read_by(c)) for c in self._criteria))
        components: list[set[str]] = [scored]
        found: dict[str, int] = {}
        for gate in self._gates:
            if gate.negotiable:
                continue
            keys = set(open_keys(self._read_by_gate(gate)))
            touching = [c for c in components if c & keys]
            if components[0] in touching or not touching:
                home = components[0] if touching else keys
            else:
                home = touching[0]
            for other in touching:
                if other is not home:
                    home |= other
                    components.remove(other)
            if home is keys:
                components.append(keys)
            else:
                home |= keys
        for gate in self._gates:
            keys = set(open_keys(self._read_by_gate(gate)))
            found[gate.id] = next((i for i, c in enumerate(components) if c & keys), 0)
        return found

    def _questions(self, change: Change) -> frozenset[str]:
        """What the change says something about."""
        told = told_by(self._base.knowledge, change.question)
        return frozenset({change.question, *(told - set(self._inputs.answers))})

    def _answers(self, chosen: Subset) -> Inputs:
        inputs = changed(self._inputs, [self._candidates[i] for i in chosen])
        return inferred(self._base.knowledge, self._base.ledger, inputs).inputs

    def _at(self, chosen: Subset) -> tuple[Situation, Worlds]:
        found = self._situations.get(chosen)
        if found is None:
            situation = Situation(self._base, self._answers(chosen))
            worlds = Worlds(situation.axes, impossible_looks(situation))
            found = self._situations[chosen] = situation, worlds
        return found

    def _read_by(self, criterion: Criterion) -> frozenset[str]:
        """The questions behind a criterion's utilities."""
        if criterion.measure is None:
            return self._base.score_questions[criterion.id]
        return self._base.measure_questions[criterion.id]

    def _read_by_gate(self, gate: Gate) -> frozenset[str]:
        if gate.id == SERVED or gate.rule is None:
            return frozenset(SERVING_QUESTIONS)
        return self._base.reads(gate.rule).questions

    def signature(self, change: int) -> tuple[object, ...]:
        """What a change does by itself: changes that do the same, do it by the same pieces."""
        if self._loose[change]:
            return (change,)
        touched = self._touched[change]
        found: list[object] = []
        for gate in self._gates:
            if touched & self._read_by_gate(gate):
                found.append(self._gate(gate, (change,)))
        if touched & self._base.weigh_questions:
            found.append(self._weights((change,)))
        for criterion in self._criteria:
            if touched & self._read_by(criterion):
                found.append(self._utilities(criterion, (change,)).rows.tobytes())
        return tuple(found)

    def gate_signature(self, change: int) -> tuple[object, ...]:
        """What a change does by itself to the gates that exclude."""
        touched = self._touched[change]
        return tuple(
            self._gate(gate, (change,)).out
            for gate in self._gates
            if touched & self._base.bearing_on(self._read_by_gate(gate))
        )

    def gates_touched(self, change: int) -> list[str]:
        """The gates that what a change is about bears on."""
        touched = self._touched[change]
        return [
            gate.id
            for gate in self._gates
            if touched & self._base.bearing_on(self._read_by_gate(gate))
        ]

    def excluded(self, sets: Ints) -> tuple[Bools, Bools]:
        """For each row of candidates which offers a gate excludes when they are all made; and
        which fail several gates in a part, so that these may exclude them together."""
        out = np.zeros((len(sets), len(self.offers)), dtype=bool)
        parts = np.zeros((len(sets), len(self.offers)), dtype=np.int64)
        for gate in self._gates:
            if not gate.negotiable:
                bearing = self._base.bearing_on(self._read_by_gate(gate))
                subsets, places = self._subsets(bearing, sets)
                pieces = [self._gate(gate, subset) for subset in subsets]
                out |= self._bits([p.out for p in pieces])[places]
                parts += self._bits([p.partial for p in pieces])[places]
        return out, parts > 1

    def out_together(self, chosen: Subset, suspects: Sequence[str]) -> frozenset[str]:
        """Which of the suspects several gates exclude together when these changes are made."""
        situation, worlds = self._at(chosen)
        standings, failures = stand(situation, worlds, gates_of(situation))
        return frozenset(out_together(worlds, standings, failures, suspects))

    def winners(self, sets: Ints) -> Ints:
        """For each row of candidates (by place) the place of the offer that leads when they
        are all made; NOBODY where all are excluded, UNDECIDED where only a whole decision
        tells: an answer of several values is changed, means are level, or gates that fail in a
        part of what is left hang together with what is scored there."""
        found = np.full(len(sets), UNDECIDED, dtype=np.int64)
        if not self.usable:
            return found
        (told,) = np.nonzero(~self._loose[sets].any(axis=1))
        for begin in range(0, len(told), CHUNK):
            rows = told[begin : begin + CHUNK]
            found[rows] = self._winners(sets[rows])
        return found

    def _winners(self, sets: Ints) -> Ints:
        rows, offers = len(sets), len(self.offers)
        out = np.zeros((rows, offers), dtype=bool)
        partial = np.zeros((rows, offers), dtype=bool)
        failing = Failing(rows, offers)
        unproven = np.zeros((rows, offers), dtype=np.int64)
        for gate in self._gates:
            subsets, places = self._subsets(self._read_by_gate(gate), sets)
            pieces = [self._gate(gate, subset) for subset in subsets]
            out |= self._bits([p.out for p in pieces])[places]
            partial |= self._bits([p.partial for p in pieces])[places]
            unproven += self._bits([p.unproven for p in pieces])[places]
            if any(piece.failing for piece in pieces):
                nothing = (0.0,) * offers
                shares = np.array([piece.failing or nothing for piece in pieces])[places]
                failing.add(self._group[gate.id], shares)
        tied, places = self._subsets(self._base.tied, sets)
        live = np.array([_live(self._at(subset)[0]) for subset in tied], dtype=bool)[places]
        scores = self._scores(sets)
        best = np.where(out, np.iinfo(np.int64).max, unproven)
        contends = ~out & (best == best.min(axis=1)[:, None])
        least, most = failing.bounds(scores)
        low = np.where(contends, least, -1.0)
        leader = low.argmax(axis=1)
        here = np.arange(rows)
        rivals = np.where(contends, most, -1.0)
        rivals[here, leader] = -1.0
        clear = low[here, leader] > rivals.max(axis=1) + CLEAR
        alone = contends.sum(axis=1) == 1
        leader = np.where(alone, contends.argmax(axis=1), leader)
        level = scores.sure & ~clear & ~alone & ~(contends & partial).any(axis=1)
        leader = np.where(level, self._first(contends, scores), leader)
        found = np.where(clear | alone | level, leader, UNDECIDED)
        # Gates that each fail in a part may leave no case together.
        worthless = (partial & (least <= CLEAR))[here, leader]
        found = np.where(worthless, UNDECIDED, found)
        found = np.where(out.all(axis=1), NOBODY, found)
        return np.where(live, UNDECIDED, found)

    def _first(self, contends: Bools, scores: Scores) -> Ints:
        """The best by score, score at base weights, sum of utilities, id: all whole numbers."""
        left = contends
        for values in (scores.means, scores.at_base, scores.plain, -self._by_id[None, :]):
            known = np.where(left, values, -np.inf)
            left = left & (known == known.max(axis=1)[:, None])
        first: Ints = left.argmax(axis=1)
        return first

    def _scores(self, sets: Ints) -> Scores:
        """Mean scores, as though no gate made any of them nothing.  Where one set of weights
        holds they are not divided by its sum, which is the same for all offers."""
        shape = (len(sets), len(self.offers))
        found = Scores(
            np.zeros(shape),
            np.zeros(shape),
            np.zeros(shape),
            np.full(len(sets), not self._open),
            np.zeros(len(sets)) if not self._open else np.ones(len(sets)),
        )
        subsets, chosen = self._subsets(self._base.weigh_questions, sets)
        weighed = [self._weights(subset) for subset in subsets]
        wishes = self._inputs.weights
        for k, criterion in enumerate(self._criteria):
            shares = np.array([self._shares(w, k, criterion.id) for w in weighed])
            own, places = self._subsets(self._read_by(criterion), sets)
            tables = [self._utilities(criterion, subset) for subset in own]
            means = np.array([table.rows for table in tables])
            found.means += np.einsum("nc,nco->no", shares[chosen], means[places])
            if not self._open:
                found.whole += shares[chosen, 0]
                plain = means[places, 0]
                found.at_base += plain * weight(criterion, 0, wishes.get(criterion.id))
                found.plain += plain
            found.sure &= np.array([table.sure for table in tables], dtype=bool)[places]
        return found

    def _bits(self, masks: Sequence[int]) -> Bools:
        """A row per mask, a column per offer."""
        width = range(len(self.offers))
        return np.array([[mask >> i & 1 for i in width] for mask in masks], dtype=bool)

    def _subsets(self, reads: frozenset[str], sets: Ints) -> tuple[list[Subset], Ints]:
        """The distinct parts of the sets that a piece which reads these questions can see, and
        which each set has."""
        if reads not in self._relevant:
            self._relevant[reads] = np.array([bool(t & reads) for t in self._touched], dtype=bool)
        relevant = self._relevant[reads]
        base = len(self._candidates) + 1
        code = np.zeros(len(sets), dtype=np.int64)
        for column in range(sets.shape[1]):
            ids = sets[:, column]
            code = np.where(relevant[ids], code * base + ids + 1, code)
        distinct, places = np.unique(code, return_inverse=True)
        subsets = []
        for number in distinct.tolist():
            members: list[int] = []
            rest = number
            while rest:
                rest, digit = divmod(rest, base)
                members.append(digit - 1)
            subsets.append(tuple(reversed(members)))
        return subsets, places

    def _kept(self, piece: str, reads: frozenset[str], subset: Subset) -> tuple[object, ...]:
        """What a piece rests on, so that it serves the next decision too."""
        answers = self._answers(subset).answers
        bearing = self._base.bearing_on(reads)
        slots = [self._base.slot(q, answers.get(q)) for q in self._base.in_order(bearing)]
        return ("piece", piece, self._start.prices, *slots)

    def _gate(self, gate: Gate, subset: Subset) -> GatePiece:
        place = (gate.id, subset)
        if place not in self._known:
            reads = self._read_by_gate(gate)
            stated = self._start.is_stated(gate.rule)
            self._known[place] = self._base.tables.of(
                (stated, *self._kept(gate.id, reads, subset)),
                lambda: judged_by(gate, reads, *self._at(subset)),
            )
        piece = self._known[place]
        assert isinstance(piece, GatePiece)
        return piece

    def _weights(self, subset: Subset) -> Weighed:
        place = ("weights", subset)
        if place not in self._known:
            wishes = tuple(sorted(self._inputs.weights.items()))
            self._known[place] = self._base.tables.of(
                (wishes, *self._kept("weights", self._base.weigh_questions, subset)),
                lambda: weighed_at(*self._at(subset), self._open),
            )
        piece = self._known[place]
        assert isinstance(piece, Weighed)
        return piece

    def _shares(self, weighed: Weighed, k: int, criterion: str) -> Floats:
        """The mass times the weight share of criterion ``k``, by cell of the axes that it
        shares with the weights; the plain weight where nothing behind the weights is open."""
        if not self._open:
            return np.array([float(weighed.rows[0][2][k])])
        keys = self._shared[criterion]
        sizes = self._start.sizes(keys)
        picks = [self._open.index(key) for key in keys]
        found = np.zeros(math.prod(sizes))
        for cell, mass, vector in weighed.rows:
            whole = sum(vector)
            if whole:
                found[flat([cell[pick] for pick in picks], sizes)] += mass * vector[k] / whole
        return found

    def _utilities(self, criterion: Criterion, subset: Subset) -> Table:
        place = (criterion.id, subset)
        if place not in self._known:
            kept = self._kept(criterion.id, self._read_by(criterion), subset)
            self._known[place] = self._base.tables.of(
                (self._shared[criterion.id], *kept),
                lambda: tabled(criterion, *self._at(subset), self._shared[criterion.id]),
            )
        piece = self._known[place]
        assert isinstance(piece, Table)
        return piece


def _live(situation: Situation) -> bool:
    """Whether an impossible combination ties open questions together."""
    return any(not look.is_always(False) for look in impossible_looks(situation))
