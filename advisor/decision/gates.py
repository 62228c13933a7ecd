"""Gates and lanes.

Per gate and offer, the pattern of truth over all joint cells of what the gate reads decides:
failing everywhere excludes; failing or open everywhere makes the offer conditional; failing
in some cells only is listed, and there the offer is worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.decision.situation import Situation
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.worlds import Cells, Look, Worlds
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Truth

SERVED = "model-must-be-served"
"""The built-in gate: an offer that does not serve the model is no answer."""

CELLS_AT_MOST = 4_096
"""Joint cells of one gate that are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Gate:
    """``rule`` is None for the built-in gate; ``keys`` are the open axes it rests on."""

    id: str
    rule: Rule | None
    keys: tuple[str, ...]
    negotiable: bool


@dataclass(frozen=True)
class Standing:
    """How an offer stands: gates that exclude it, that are unproven, that depend."""

    offer: str
    excluded_by: tuple[Gate, ...]
    to_confirm: tuple[Gate, ...]
    depends_on: tuple[Gate, ...]
    fails: Mapping[str, frozenset[Cells]]

    @property
    def lane(self) -> str:
        if self.excluded_by:
            return "excluded"
        return "conditional" if self.to_confirm else "safe"


def gates_of(situation: Situation) -> tuple[Gate, ...]:
    """Every gate of the rule base, the built-in one first."""
    space = situation.space
    gates = [Gate(SERVED, None, space.open_keys(SERVING_QUESTIONS), False)]
    for rule in situation.knowledge.rules.values():
        if rule.effect == "exclude":
            keys = space.open_keys(situation.questions_of(rule))
            gates.append(Gate(rule.id, rule, keys, rule.negotiable))
    return tuple(gates)


def fails(situation: Situation, gate: Gate, offer: str, cells: Cells) -> Truth:
    """Whether the offer fails the gate in a joint cell: in every, no or some completion of
    the unknown facts and of what the cell leaves open."""
    at = dict(zip(gate.keys, cells, strict=True))
    if gate.rule is not None:
        return situation.holds(gate.rule, offer, at, point=False)
    served = situation.choice(offer, at).served
    return None if served is None else not served


def stand(situation: Situation, worlds: Worlds, gates: tuple[Gate, ...]) -> dict[str, Standing]:
    """The standing of every offer."""
    offers = tuple(situation.knowledge.offers)
    excluded: dict[str, list[Gate]] = {o: [] for o in offers}
    confirm: dict[str, list[Gate]] = {o: [] for o in offers}
    depends: dict[str, list[Gate]] = {o: [] for o in offers}
    failing: dict[str, dict[str, frozenset[Cells]]] = {o: {} for o in offers}
    for gate in gates:
        if gate.rule is not None and not situation.may_apply(gate.rule):
            continue
        if worlds.joint(gate.keys) > CELLS_AT_MOST:
            _coarse(situation, gate, excluded, depends)
            continue
        cells = list(worlds.cells(gate.keys))
        for offer in offers:
            if gate.rule is not None and situation.never_speaks_of(gate.rule, offer):
                continue
            truths = {c: fails(situation, gate, offer, c) for c in cells}
            values = set(truths.values())
            if values == {False}:
                continue
            certain = frozenset(c for c, t in truths.items() if t is True)
            if False in values or not situation.is_stated(gate.rule):
                depends[offer].append(gate)
            elif values == {True} and not gate.negotiable:
                excluded[offer].append(gate)
            else:
                confirm[offer].append(gate)
            if certain and not gate.negotiable:
                failing[offer][gate.id] = certain
    return {
        o: Standing(o, tuple(excluded[o]), tuple(confirm[o]), tuple(depends[o]), failing[o])
        for o in offers
    }


def _coarse(
    situation: Situation,
    gate: Gate,
    excluded: dict[str, list[Gate]],
    depends: dict[str, list[Gate]],
) -> None:
    """A gate that rests on too much that is open is judged over all of it at once: sound,
    and silent about which cells fail."""
    whole = Gate(gate.id, gate.rule, (), gate.negotiable)
    for offer, gates in excluded.items():
        truth = fails(situation, whole, offer, ())
        if truth is True and not gate.negotiable:
            gates.append(gate)
        elif truth is not False:
            depends[offer].append(gate)


def failure_look(gate: Gate, standings: Mapping[str, Standing], order: tuple[str, ...]) -> Look:
    """The offers (as bits, in ``order``) that surely fail a gate in a joint cell."""
    masks: dict[Cells, int] = {}
    for i, offer in enumerate(order):
        for cells in standings[offer].fails.get(gate.id, ()):
            masks[cells] = masks.get(cells, 0) | 1 << i
    return Look(gate.keys, lambda cells: masks.get(cells, 0))
