"""Which question to ask next, and why; or that nothing needs to be asked any more.

Among the open questions that matter, lexicographically: first those that could settle a
stated requirement or a gate of an offer that may win; once there are none, by the share of the
worlds left in which the winner hangs on that question alone, since no proof can do without it
there; then by (EVOI / 0.05 + dH) / effort, where EVOI is the expected gain in the best mean
score (of 1) and dH the expected drop of the entropy of the winner (bits); then by declared
order and id.  EVOI alone stalls: mostly no single answer changes the best mean.  Figures are
rounded to a millionth before they are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.gates import Gate, Standing, judged
from advisor.decision.outlook import NOBODY, STEPS, Outlook
from advisor.decision.pivots import pivots
from advisor.decision.proof import Proof
from advisor.decision.ranking import Scoring
from advisor.decision.result import Worlds
from advisor.decision.situation import Situation
from advisor.decision.tables import FULL
from advisor.engine.looks import Part
from advisor.knowledge.model import Question, Rule
from advisor.knowledge.values import NumberType
from advisor.language.kleene import condition_truth

WORTH = Fraction(1, 20)
"""The gain of the best mean score that counts as much as one bit about the winner."""
MICRO = 1_000_000

Method: TypeAlias = Literal["exhaustive", "sample", "bound"]


class Gain(Struct, frozen=True):
    """What an answer to a question may bring.

    ``settles``: a requirement or gate of an offer that may win; ``excludes``: how many offers
    it could exclude; ``evoi`` (of 1) and ``entropy`` (bits) in millionths; ``changes``: the
    prior share, in millionths, of the answers after which another offer wins most often;
    ``pivotal``: that of the worlds in which another answer to it alone has another winner; it
    is looked at once no question settles a gate.
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

    @property
    def rank(self) -> tuple[object, ...]:
        """The smaller, the sooner it is asked."""
        return (not self.settles, -self.pivotal, -self.worth, self.order, self.question)

    @property
    def worth(self) -> Fraction:
        """(EVOI / 0.05 + dH) / effort, in millionths."""
        return (self.evoi / WORTH + self.entropy) / self.effort


class Prospects(Struct, frozen=True):
    """``gains`` of the questions that matter, the one to ask first at the front; ``worlds``
    that were looked at for them, and whether those are all."""

    gains: tuple[Gain, ...]
    worlds: int
    exhaustive: bool


def prospects(
    situation: Situation,
    scoring: Scoring,
    order: Sequence[str],
    gates: Sequence[Gate],
    standing: Standing,
    proof: Proof,
    look: Callable[[], Outlook],
    passed_over: Collection[str] = (),
) -> Prospects:
    """What could be asked; ``standing`` is the leader's, ``look`` gives the outlook.
    ``passed_over``: questions that are
    not to be asked (skipped, or answered with "don't know")."""
    if proof.settled or proof.level or not order:
        return Prospects((), 0, True)
    seen = look()
    # A gate that rests on too much to be looked at cell by cell is read all the same.
    hanging = {key for gate in standing.depends_on for key in gate.keys}
    asked = _open_questions(situation, sorted({*seen.axes, *hanging}), passed_over)
    if not asked:
        return Prospects((), len(seen.mass), seen.exhaustive)
    found = _Gains(situation, scoring, gates, seen)
    gains = [found.of(question, axes) for question, axes in asked if found.matters(axes)]
    if not gains:
        # The points of all cells agree; what is left are gates of the leader, and what moves
        # inside the cells of numbers.
        gains = [
            found.of(question, axes)
            for question, axes in asked
            if hanging & set(axes)
            or (standing.lane == "safe" and isinstance(question.type, NumberType))
        ]
    if not any(gain.settles for gain in gains):
        axes_of = {question.id: axes for question, axes in asked}
        axes = {key for gain in gains for key in axes_of[gain.question]}
        shares = pivots(situation, scoring, order, gates, seen, axes)
        gains = [replace(gain, pivotal=shares.get(gain.question, 0)) for gain in gains]
    return Prospects(tuple(sorted(gains, key=lambda g: g.rank)), len(seen.mass), seen.exhaustive)


def _open_questions(
    situation: Situation, axes: Sequence[str], passed_over: Collection[str]
) -> list[tuple[Question, list[str]]]:
    """Questions that something is read of and that are still to be asked, with their axes."""
    by_question: dict[str, list[str]] = {}
    for key in axes:
        by_question.setdefault(situation.axes[key].question, []).append(key)
    answers = situation.inputs.answers
    return [
        (question, by_question[question.id])
        for question in situation.knowledge.questions.values()
        if question.id in by_question
        and question.id not in passed_over
        and condition_truth(question.ask_when, answers) is not False
    ]


class _Gains:
    """The figures of every question, from one outlook."""

    def __init__(
        self,
        situation: Situation,
        scoring: Scoring,
        gates: Sequence[Gate],
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
                # Too much to look at cell by cell: the answer that is compared settles it, and
                # whom it excludes is not known.
                asked = gate.rule is not None and question in self._asked(gate.rule)
                settles = settles or asked
                continue
            if not any(
                len(set(look.classes(key))) > 1
                for look in part.looks
                for key in axes
                if key in look.keys
            ):
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


def _entropy(masses: Sequence[float]) -> float:
    """Bits."""
    total = sum(masses)
    return -sum(m / total * math.log2(m / total) for m in masses if m > 0) if total else 0.0


class NextStep(Struct, frozen=True):
    """``settled``: nothing left can change the winner.  ``question`` to ask next, or None;
    ``why``: why it is asked, or why nothing is.  ``worlds`` that were looked at for it."""

    settled: bool
    question: str | None
    why: str
    worlds: Worlds
    gain: Gain | None


def next_step(found: Prospects, proof: Proof, total: int, lane: str | None) -> NextStep:
    """What to do next; ``total``: how many worlds are left, ``lane`` the leader's."""
    if lane is None:
        worlds = Worlds(total, total, "exhaustive")
        return NextStep(True, None, "No offer qualifies, whatever is answered.", worlds, None)
    if proof.settled:
        checked = proof.checked if proof.by == "enumeration" else 0
        method: Method = "exhaustive" if proof.by == "enumeration" or total == 1 else "bound"
        worlds = Worlds(total, checked or total, method)
        return NextStep(True, None, proved(proof, total), worlds, None)
    if proof.level:
        worlds = Worlds(total, total, "bound")
        text = "No answer can put another offer ahead; the most that one can do is draw level."
        return NextStep(False, None, text, worlds, None)
    worlds = Worlds(total, found.worlds, "exhaustive" if found.exhaustive else "sample")
    if found.gains:
        gain = found.gains[0]
        return NextStep(False, gain.question, why(gain), worlds, gain)
    if lane == "conditional":
        text = "No answer can change the winner any more; what is left to find out are facts."
    else:
        text = "No question that is left can change the winner."
    return NextStep(False, None, text, worlds, None)


def proved(proof: Proof, total: int) -> str:
    """What was shown, and how; empty where nothing was."""
    if not proof.settled:
        return ""
    if total == 1:
        return "All that counts is answered: nothing left can change the winner."
    if proof.by == "enumeration":
        return f"Checked {proof.checked:,} combinations: nothing left can change the winner."
    return (
        f"Shown for all {total:,} combinations that are left, by the least lead on each "
        "criterion: nothing left can change the winner."
    )


def why(gain: Gain) -> str:
    """Why the question is asked, in words."""
    said = []
    if gain.excludes:
        said.append(f"could exclude {gain.excludes} offer{'s' if gain.excludes > 1 else ''}")
    elif gain.settles:
        said.append("could settle a requirement of an offer that may win")
    share = round(gain.changes * 100 / MICRO)
    if gain.changes:
        shown = f"{share} %" if share else "less than 1 %"
        said.append(f"changes the winner in {shown} of what is left")
    if not said:
        said.append("may change the winner together with other answers")
    return " and ".join(said)
