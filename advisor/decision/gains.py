"""What an answer to each question may bring, from one outlook."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from advisor.decision.gates import Gate, Standing, judged
from advisor.decision.outlook import FAILS, NOBODY, STEPS, Outlook
from advisor.decision.ranking import Scoring
from advisor.decision.situation import Situation
from advisor.decision.tables import FULL
from advisor.engine.looks import Part
from advisor.knowledge.model import Question, Rule

WORTH = Fraction(1, 20)
"""The gain of the best mean score that counts as much as one bit about the winner."""
MICRO = 1_000_000
GONE = 1 << 16
"""Who is excluded is behind by more than there are requirements."""


class Gain(Struct, frozen=True):
    """What an answer to a question may bring.

    ``settles``: a requirement or gate of an offer that may win; ``excludes``: how many offers
    it could exclude; ``evoi`` (of 1) and ``entropy`` (bits) in millionths; ``changes``: the
    prior share, in millionths, of the answers after which another offer wins most often.

    Shares of the worlds left, in millionths: ``needed``, those in which the answer settles a
    requirement of the offer that wins there while another stands ready (where nobody
    qualifies, the share of the offers that it excludes counts); ``pivotal``, those in which
    another answer to the question alone has another winner.  ``closes``: the share of what a
    proof of the leader lacks that the answer makes up on average.
    """

    question: str
    order: int
    effort: int
    settles: bool
    excludes: int
    evoi: int
    entropy: int
    changes: int
    pivotal: int = 0
    needed: int = 0
    closes: int = 0

    @property
    def rank(self) -> tuple[object, ...]:
        """The smaller, the sooner it is asked."""
        wanted = max(self.needed, self.pivotal + self.closes)
        return (-wanted, not self.settles, -self.worth, self.order, self.question)

    @property
    def worth(self) -> Fraction:
        """(EVOI / 0.05 + dH) / effort, in millionths."""
        return (self.evoi / WORTH + self.entropy) / self.effort


class Gains:
    """The figures of every question, from one outlook."""

    def __init__(
        self,
        situation: Situation,
        scoring: Scoring,
        gates: Sequence[Gate],
        standings: Mapping[str, Standing],
        seen: Outlook,
    ) -> None:
        import numpy as np

        self._situation = situation
        self._seen = seen
        live = seen.mass > 0
        self._mass = seen.mass[live]
        self._winner = seen.winner[live]
        self._cells = {key: column[live] for key, column in seen.cells.items()}
        self._total = math.fsum(self._mass.tolist())
        mass_of = np.bincount(self._winner + 1, self._mass, len(seen.offers) + 2)
        self._winners = [i - 1 for i, mass in enumerate(mass_of.tolist()) if mass > 0]
        self._entropy = _entropy(mass_of.tolist())
        self._first = max(self._winners, key=lambda i: (mass_of[i + 1], -i), default=NOBODY)
        self._candidates = sorted({0, *self._winners} - {NOBODY, seen.level})
        self._values = [seen.values[:, i][live].astype(np.float64) for i in self._candidates]
        # Added up in the order of the worlds, so that the sums are the same everywhere.
        one = np.zeros(len(self._mass), dtype=np.int64)
        totals = [float(np.bincount(one, self._mass * v, 1)[0]) for v in self._values]
        self._best = max(totals) / (self._total or 1)
        self._gates = self._of_gates(situation, scoring, gates)
        self._places = [scoring.place[offer] for offer in seen.offers]
        self._unmet = {gate: found[live] for gate, found in seen.unmet.items()}
        self._behind: Any = sum(
            map(_weighed, self._unmet.values()),
            np.zeros((len(self._mass), len(seen.offers)), dtype=np.int32),
        )
        self._wins = {
            i: np.flatnonzero(self._winner == i)
            for i in self._winners
            if i not in (NOBODY, seen.level)
        }
        self._nobody = np.flatnonzero(self._winner == NOBODY)
        self._depends = [{g.id for g in standings[o].depends_on} for o in seen.offers]

    def _needed(self, question: str, axes: Sequence[str], code: Any, count: int) -> int:
        """The share of worlds in which the answer settles a gate of the winner there and
        another offer stands ready to win without it."""
        mine = [(gate, part) for gate, _, part in self._gates if set(axes) & set(gate.keys)]
        total = 0.0
        for i, rows in self._wins.items():
            found = [(g, part) for g, part in mine if g.id in self._depends[i]]
            settled = self._settled(question, axes, found, i, code, count)[code[rows]]
            if settled.any():
                settled &= self._challenged(
                    i, rows, [gate.id for gate, _ in mine], [gate.id for gate, _ in found]
                )
            total += float(self._mass[rows][settled].sum())
        if len(self._nobody):
            out = self._excluded([gate for gate, _ in mine], code, count).mean(axis=1)
            total += float((self._mass[self._nobody] * out[code[self._nobody]]).sum())
        return round(total / (self._total or 1) * MICRO)

    def _challenged(
        self, offer: int, rows: Any, mine: Collection[str], hanging: Collection[str]
    ) -> Any:
        """In which of the ``rows`` that an offer wins another stands ready: by the gates that
        are not ``mine`` it is no further behind, and one that the offer is ``hanging`` on it
        passes somewhere where the offer does not."""
        import numpy as np

        ready = np.zeros(len(self._seen.offers), dtype=bool)
        for gate in hanging:
            unmet = self._unmet.get(gate)
            if unmet is None:
                return np.ones(len(rows), dtype=bool)
            ready |= (unmet[unmet[:, offer] != 0] == 0).any(axis=0)
        behind = self._behind[rows]
        for gate in mine:
            if gate in self._unmet:
                behind -= _weighed(self._unmet[gate][rows])
        return (behind[:, ready] <= behind[:, offer, None]).any(axis=1)

    def _settled(
        self,
        question: str,
        axes: Sequence[str],
        gates: Sequence[tuple[Gate, Part | None]],
        offer: int,
        code: Any,
        count: int,
    ) -> Any:
        """By answer, whether the offer passes one of the gates whatever else is answered."""
        import numpy as np

        settled = np.zeros(count, dtype=bool)
        for gate, part in gates:
            unmet = self._unmet.get(gate.id)
            if part is None:
                # Too much to look at cell by cell: the answer that is compared settles it, and
                # whom it excludes is not known.
                asked = gate.rule is not None and question in self._asked(gate.rule)
                settled |= asked
            elif unmet is not None and _tells(part, axes):
                failing = unmet[:, offer] != 0
                settled |= np.bincount(code[failing], minlength=count) == 0
        return settled

    def _excluded(self, gates: Sequence[Gate], code: Any, count: int) -> Any:
        """By answer and offer, whether one of the gates excludes it whatever else is answered."""
        import numpy as np

        whole = np.bincount(code, minlength=count)
        out = np.zeros((count, len(self._seen.offers)), dtype=bool)
        for gate in gates:
            unmet = self._unmet.get(gate.id)
            if unmet is None or gate.negotiable:
                continue
            for i in np.flatnonzero((unmet == FAILS).any(axis=0)).tolist():
                inside = np.bincount(code[unmet[:, i] == FAILS], minlength=count)
                out[:, i] |= (inside == whole) & (whole > 0)
        return out

    def _of_gates(
        self, situation: Situation, scoring: Scoring, gates: Sequence[Gate]
    ) -> list[tuple[Gate, int, Part | None]]:
        """(gate, offers that it could exclude, where it is told)."""
        found = []
        for gate in gates:
            if gate.rule is not None and not situation.may_apply(gate.rule):
                continue
            outcome = judged(situation, scoring.worlds, gate)
            if outcome.fails | outcome.doubts:
                excludes = 0 if gate.negotiable else outcome.at_points | outcome.fails
                part = outcome.failures.part if outcome.failures else None
                found.append((gate, excludes, part))
        return found

    def matters(self, axes: Sequence[str]) -> bool:
        """Whether the winner can hang on the question.  Where not every world was looked at,
        all that weights, utilities or gates read may matter."""
        seen = self._seen
        known = [key for key in axes if key in seen.axes]
        if seen.shape is None:
            return True
        if not known:
            return False
        import numpy as np

        winners = seen.winner.reshape(seen.shape)
        possible = seen.possible.reshape(seen.shape)
        for key in known:
            place = seen.axes.index(key)
            high = np.where(possible, winners, -2).max(axis=place)
            low = np.where(possible, winners, seen.level + 1).min(axis=place)
            if (high > low).any():
                return True
        return False

    def of(self, question: Question, axes: Sequence[str]) -> Gain:
        """The figures of one question."""
        import numpy as np

        from advisor.engine.grids import renumbered

        code = np.zeros(len(self._mass), dtype=np.int64)
        for key in (key for key in axes if key in self._cells):
            code = code * (int(self._cells[key].max(initial=0)) + 1) + self._cells[key]
        code, count = renumbered(code, int(code.max(initial=0)) + 1)
        mass = np.bincount(code, self._mass, count)
        sums = np.array([np.bincount(code, self._mass * v, count) for v in self._values])
        best = float(sum(sums.max(axis=0).tolist())) / (self._total or 1)
        wide = len(self._seen.offers) + 2
        table = np.bincount(code * wide + self._winner + 1, self._mass, count * wide)
        table = table.reshape(count, wide)
        rest = sum(
            _entropy(row) * share / (self._total or 1)
            for row, share in zip(table.tolist(), mass.tolist(), strict=True)
        )
        drop = self._entropy - rest
        if not self._seen.exhaustive:
            # Fewer worlds per answer look more certain than they are (Miller and Madow).
            winners = int((table.sum(axis=0) > 0).sum())
            spread = int((table > 0).sum()) - count - winners + 1
            drop -= max(spread, 0) / (2 * len(self._mass) * math.log(2))
        first = self._first + 1
        level = table[:, first] >= table.max(axis=1)
        changed = float(sum(mass[~level].tolist())) / (self._total or 1)
        settles, excludes = self._gated(question.id, axes, code, count)
        return Gain(
            question.id,
            question.order,
            max(question.effort, 1),
            settles,
            excludes,
            max(0, round((best - self._best) / (FULL * STEPS) * MICRO)),
            max(0, round(drop * MICRO)),
            max(0, round(changed * MICRO)),
            needed=self._needed(question.id, axes, code, count),
        )

    def _gated(self, question: str, axes: Sequence[str], code: Any, count: int) -> tuple[bool, int]:
        """Whether some answer alone settles a gate of an offer that may win, and how many
        offers some answer could exclude."""
        import numpy as np

        mine = self._candidates
        ours = sum(1 << place for place in self._places)
        whole = np.bincount(code, minlength=count)
        settles, excluded = False, 0
        for gate, excludes, part in self._gates:
            if not any(key in gate.keys for key in axes):
                continue
            if part is None:
                # Too much to look at cell by cell: the answer that is compared settles it.
                asked = gate.rule is not None and question in self._asked(gate.rule)
                settles = settles or asked
                continue
            if not _tells(part, axes):
                continue
            excluded |= excludes & ours
            unmet = self._unmet.get(gate.id)
            if settles or unmet is None:
                continue
            for i in mine:
                failing = unmet[:, i] != 0
                if failing.any() and not failing.all():
                    inside = np.bincount(code[failing], minlength=count)
                    settles = settles or bool(((inside == 0) | (inside == whole)).any())
        return settles, excluded.bit_count()

    def _asked(self, rule: Rule) -> frozenset[str]:
        return self._situation.base.reads(rule).asked


def _weighed(unmet: Any) -> Any:
    """How far offers are behind by one gate: who is excluded is behind all others."""
    import numpy as np

    return np.where(unmet == FAILS, np.int32(GONE), unmet)


def _tells(part: Part, axes: Sequence[str]) -> bool:
    """Whether a part tells cells of one of the axes apart."""
    return any(
        len(set(look.classes(key))) > 1 for look in part.looks for key in axes if key in look.keys
    )


def _entropy(masses: Sequence[float]) -> float:
    """Bits."""
    total = sum(masses)
    return -sum(m / total * math.log2(m / total) for m in masses if m > 0) if total else 0.0
