"""Which question to ask next, and why; or that nothing needs to be asked any more.

Among the open questions that matter first the one that a proof of the winner is least likely
to do without.  That is told by the larger of two figures: the share of the worlds left in
which the answer settles a requirement of the offer that wins there while another stands ready;
and the share in which the winner hangs on the question alone.  To the latter is added, once no
requirement of the leader is open or no question reaches seven tenths by either figure, the share
of what a proof of the leader lacks that the answer makes up on average.

Then what could settle a requirement of an offer that may win; then (EVOI / 0.05 + dH) / effort,
where EVOI is the expected gain in the best mean score (of 1) and dH the expected drop of the
entropy of the winner (bits); then declared order and id.  EVOI alone stalls: mostly no single
answer changes the best mean.  Figures are rounded to a millionth before they are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.closing import closings
from advisor.decision.gains import MICRO, Gain, Gains
from advisor.decision.gates import Gate, Standing
from advisor.decision.outlook import Outlook
from advisor.decision.pivots import pivots
from advisor.decision.proof import Proof
from advisor.decision.ranking import Scoring
from advisor.decision.result import Worlds
from advisor.decision.situation import Situation
from advisor.knowledge.model import Question
from advisor.knowledge.values import NumberType
from advisor.language.kleene import condition_truth

STANDING_OUT = 7 * MICRO // 10
"""Of the worlds left, below which no question stands out by what it decides by itself."""

FACTS = "No answer can change the winner any more; what is left to find out are facts."

Method: TypeAlias = Literal["exhaustive", "sample", "bound"]


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
    standings: Mapping[str, Standing],
    proof: Proof,
    look: Callable[[], Outlook],
    passed_over: Collection[str] = (),
) -> Prospects:
    """What could be asked; ``look`` gives the outlook.  ``passed_over``: questions that are
    not to be asked (skipped, or answered with "don't know")."""
    if proof.ends or not order:
        return Prospects((), 0, True)
    seen = look()
    leader = standings[order[0]]
    # A gate that rests on too much to be looked at cell by cell is read all the same.
    hanging = {key for gate in leader.depends_on for key in gate.keys}
    asked = _open_questions(situation, sorted({*seen.axes, *hanging}), passed_over)
    if not asked:
        return Prospects((), len(seen.mass), seen.exhaustive)
    found = Gains(situation, scoring, gates, standings, seen)
    gains = [found.of(question, axes) for question, axes in asked if found.matters(axes)]
    if not gains:
        # The points of all cells agree; what is left are gates of the leader, and what moves
        # inside the cells of numbers.
        gains = [
            found.of(question, axes)
            for question, axes in asked
            if hanging & set(axes)
            or (leader.lane == "safe" and isinstance(question.type, NumberType))
        ]
    named = {gain.question for gain in gains}
    axes_of = {question.id: axes for question, axes in asked if question.id in named}
    every = {key for axes in axes_of.values() for key in axes}
    hangs = pivots(situation, scoring, order, gates, seen, every)
    closed: Mapping[str, int] = {}
    surest = max([max(gain.needed, hangs.get(gain.question, 0)) for gain in gains], default=0)
    if not leader.depends_on or surest < STANDING_OUT:
        unproven = len(leader.to_confirm)
        rivals = [o for o in order[1:] if len(standings[o].to_confirm) <= unproven]
        closed = closings(situation, scoring, order[0], rivals, axes_of)
    gains = [
        replace(gain, pivotal=hangs.get(gain.question, 0), closes=closed.get(gain.question, 0))
        for gain in gains
    ]
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
    if proof.facts:
        return NextStep(False, None, FACTS, Worlds(total, total, "bound"), None)
    worlds = Worlds(total, found.worlds, "exhaustive" if found.exhaustive else "sample")
    if found.gains:
        gain = found.gains[0]
        return NextStep(False, gain.question, why(gain), worlds, gain)
    text = FACTS if lane == "conditional" else "No question that is left can change the winner."
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
    if not said and gain.closes:
        share = max(1, round(gain.closes * 100 / MICRO))
        said.append(f"makes up {share} % of what a proof of the leader lacks")
    if not said:
        said.append("may change the winner together with other answers")
    return " and ".join(said)
