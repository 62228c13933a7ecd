"""Gates and lanes.

Per gate and offer, the pattern of truth over all joint cells of what the gate reads decides:
failing everywhere excludes; failing or open everywhere makes the offer conditional; failing
in some cells only is listed, and there the offer is worth nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from advisor.decision.costgates import CostGate
from advisor.decision.outcomes import Outcome, outcome_of
from advisor.decision.situation import Situation, Truths
from advisor.engine.looks import Look, Part
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Choice
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Truth
from advisor.language.kleene import conjunction, negation

SERVED = "model-must-be-served"
"""The built-in gate: an offer that does not serve the model is no answer."""

CELLS_AT_MOST = 16_384
"""Joint cells, of those that a gate tells apart, up to which each is judged for itself."""
COST_CELLS_AT_MOST = 4_096
"""The same where each cell has a cost of its own."""


class Gate(Struct, frozen=True):
    """``rule`` is None for the built-in gate; ``keys`` are the open axes it rests on."""

    id: str
    rule: Rule | None
    keys: tuple[str, ...]
    negotiable: bool


class Standing(Struct, frozen=True):
    """How an offer stands: gates that exclude it, that are unproven, that depend.  Each of
    ``excluded_by`` fails everywhere; ``together``: everywhere one or another of them."""

    offer: str
    excluded_by: tuple[Gate, ...]
    to_confirm: tuple[Gate, ...]
    depends_on: tuple[Gate, ...]
    together: bool = False

    @property
    def lane(self) -> str:
        """``safe``, ``conditional`` or ``excluded``."""
        if self.excluded_by:
            return "excluded"
        return "conditional" if self.to_confirm else "safe"


class Failures(Struct, frozen=True, eq=False):
    """A gate's outcome by joint cell: ``part``'s number is a place in ``outcomes``."""

    gate: Gate
    part: Part
    outcomes: Sequence[Outcome]

    def anywhere(self, worlds: Worlds) -> list[int]:
        """The offers that fail, in each combination of what the gate reads."""
        return [self.outcomes[number].at_point for (number,) in worlds.combinations([self.part])]


class Judged(Struct, frozen=True):
    """A gate over all that is left, in sets of offers (bits): some that surely fail
    somewhere, that may, that surely pass somewhere, that fail at the point of some cell.
    ``failures`` say where; None where that rests on too much that is open."""

    fails: int
    doubts: int
    passes: int
    at_points: int
    failures: Failures | None


def gates_of(situation: Situation) -> tuple[Gate, ...]:
    """Every gate of the rule base, the built-in one first, the others by id."""
    space, base = situation.space, situation.base
    open_ = {axis.question for axis in situation.axes.values() if len(axis.cells) > 1}
    gates = [Gate(SERVED, None, space.open_keys(SERVING_QUESTIONS), False)]
    for rule in base.exclude_rules:
        read = base.reads(rule).questions & open_
        gates.append(Gate(rule.id, rule, space.open_keys(read), rule.negotiable))
    return tuple(gates)


def stand(
    situation: Situation, worlds: Worlds, gates: Sequence[Gate]
) -> tuple[dict[str, Standing], dict[str, Failures]]:
    """The standing of every offer; and, per gate that may be failed, where it is."""
    offers = tuple(situation.knowledge.offers)
    excluded: dict[str, list[Gate]] = {o: [] for o in offers}
    confirm: dict[str, list[Gate]] = {o: [] for o in offers}
    depends: dict[str, list[Gate]] = {o: [] for o in offers}
    failing: dict[str, Failures] = {}
    for gate in gates:
        if gate.rule is not None and not situation.may_apply(gate.rule):
            continue
        found = judged(situation, worlds, gate)
        anywhere = found.fails | found.doubts
        if not anywhere:
            continue
        # Judged over all at once, an offer that is not excluded may pass somewhere.
        stated = found.failures is not None and situation.is_stated(gate.rule)
        for i, offer in enumerate(offers):
            if not anywhere >> i & 1:
                continue
            if found.passes >> i & 1:
                depends[offer].append(gate)
            elif not found.doubts >> i & 1 and not gate.negotiable:
                excluded[offer].append(gate)
            elif not stated:
                depends[offer].append(gate)
            else:
                confirm[offer].append(gate)
        if found.at_points and not gate.negotiable and found.failures is not None:
            failing[gate.id] = found.failures
    return (
        {o: Standing(o, tuple(excluded[o]), tuple(confirm[o]), tuple(depends[o])) for o in offers},
        failing,
    )


def judged(situation: Situation, worlds: Worlds, gate: Gate) -> Judged:
    """A gate over all that is left; the same object for the same answers."""
    place = ("judged", gate.id, *_seen_by(situation, gate.rule))
    place += situation.open_behind(worlds, gate.keys)
    return situation.base.tables.of(place, lambda: _judged(situation, worlds, gate))


def _seen_by(situation: Situation, rule: Rule | None) -> tuple[object, ...]:
    """What a gate sees of the answers."""
    if rule is None:
        return situation.served
    reads = situation.base.reads(rule)
    if reads.measures:
        return (situation.prices, *situation.slots(reads.questions))
    return (*situation.marks(reads.tested), *(situation.served if reads.served else ()))


def _judged(situation: Situation, worlds: Worlds, gate: Gate) -> Judged:
    found = _outcome(situation, worlds, gate)
    if found is None:
        assert gate.rule is not None, "who serves a model is told choice by choice"
        outcome = _coarse(situation, gate.rule)
        return Judged(outcome.fails, outcome.doubts, 0, 0, None)
    fails = doubts = passes = at_points = 0
    for (number,) in worlds.combinations([found.part]):
        outcome = found.outcomes[number]
        fails |= outcome.fails
        doubts |= outcome.doubts
        passes |= outcome.passes
        at_points |= outcome.at_point
    return Judged(fails, doubts, passes, at_points, found)


def _outcome(situation: Situation, worlds: Worlds, gate: Gate) -> Failures | None:
    """Who fails a gate where; None where that rests on too much that is open."""
    rule = gate.rule
    if rule is None:
        return _by_choice(gate, situation.choices)
    reads = situation.base.reads(rule)
    if reads.measures:
        many = worlds.joint(gate.keys) > COST_CELLS_AT_MOST
        return None if many else _of_cost(situation, gate, rule)
    offers = tuple(situation.knowledge.offers)
    kinds = situation.kinds(rule)
    place = {kind: k for k, kind in enumerate(kinds)}
    truths = situation.truths(rule, kinds)
    choices = situation.choices
    outcomes: list[Outcome] = []
    spoken_of: dict[int, list[tuple[int, Truth, int]]] = {}

    def speaks_of(number: int) -> list[tuple[int, Truth, int]]:
        """(place of the offer, whether the rule speaks of it, its kind)."""
        found: list[tuple[int, Truth, int]] = []
        for i, offer in enumerate(offers):
            model = choices.meanings[number][i].model if reads.served else None
            suits = situation.base.suits(rule, offer, model)
            if suits is not False:
                found.append((i, suits, place[situation.base.kind(rule, offer, model)]))
        return found

    def combine(seen: tuple[int, ...]) -> int:
        holds: Truths = truths.meanings[seen[0]]
        number = seen[-1] if reads.served else 0
        if number not in spoken_of:
            spoken_of[number] = speaks_of(number)
        outcomes.append(
            outcome_of(
                (1 << i, conjunction((holds[kind][0], suits)), conjunction((holds[kind][1], suits)))
                for i, suits, kind in spoken_of[number]
            )
        )
        return len(outcomes) - 1

    looks: list[Look[Any]] = [truths, choices] if reads.served else [truths]
    part = Part(looks, combine)
    return Failures(gate, part, outcomes) if worlds.told_apart([part]) <= CELLS_AT_MOST else None


def _by_choice(gate: Gate, choices: Look[tuple[Choice, ...]]) -> Failures:
    outcomes: list[Outcome] = []

    def combine(seen: tuple[int, ...]) -> int:
        truths = [negation(choice.served) for choice in choices.meanings[seen[0]]]
        outcomes.append(outcome_of((1 << i, truth, truth) for i, truth in enumerate(truths)))
        return len(outcomes) - 1

    return Failures(gate, Part([choices], combine), outcomes)


def _of_cost(situation: Situation, gate: Gate, rule: Rule) -> Failures:
    look = CostGate(situation, rule).look(gate.keys)
    return Failures(gate, Part([look]), look.meanings)


def _coarse(situation: Situation, rule: Rule) -> Outcome:
    """A gate that rests on too much that is open is judged over all of it at once: sound, and
    silent about which cells fail."""
    if situation.base.reads(rule).measures:
        return CostGate(situation, rule).over_all()
    truths = [_over_all(situation, rule, o) for o in situation.knowledge.offers]
    return outcome_of((1 << i, truth, truth) for i, truth in enumerate(truths))


def _over_all(situation: Situation, rule: Rule, offer: str) -> Truth:
    """Whether the offer fails over all that is left, taken as one cell."""
    choice = situation.choice(offer, {})
    suits = situation.base.suits(rule, offer, choice.model)
    if suits is False:
        return False
    kind = situation.base.kind(rule, offer, choice.model)
    return conjunction((situation.over_all(rule, kind), suits))
