"""How far the evidence behind the leader's requirements lets the confidence go.

A gate that applies and is passed rests on facts about the offer.  Numbers are widened by
their grade already; a yes-or-no fact cannot be, so its grade caps the confidence instead.
What age does to it stands in ``advisor.decision.staleness``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from advisor.decision.gates import Gate
from advisor.decision.situation import Situation
from advisor.decision.sureness import WORDS
from advisor.knowledge.ledger import Evidence
from advisor.knowledge.model import Method
from advisor.knowledge.values import Interval
from advisor.language.mentions import names_in
from advisor.language.wording import spoken


def evidence_caps(
    situation: Situation, gates: Sequence[Gate], offer: str, model: str | None
) -> Mapping[str, str]:
    """Reason -> the best word it allows, for every proof that is second hand."""
    grades = situation.knowledge.method.grades
    caps: dict[str, str] = {}
    for name, evidence in sorted(_proofs(situation, gates, offer, model).items()):
        if evidence.grade is None:
            continue
        cap = grades[evidence.grade].cap
        if cap != "firm":
            caps[f"{spoken(name)} rests on {evidence.grade}"] = cap
    return caps


def margin_caps(method: Method, margin: int | None) -> Mapping[str, str]:
    """The best word that the margin over the runner-up (points) allows, where that is not
    the best of all: a lead that no evidence could tell from none is not a firm one."""
    if margin is None:
        return {}
    allowed = next(
        (w for w in WORDS if margin >= method.confidence[w].get("margin", Fraction(0))), WORDS[-1]
    )
    return {} if allowed == WORDS[0] else {f"the lead is only {margin} points": allowed}


def _proofs(
    situation: Situation, gates: Sequence[Gate], offer: str, model: str | None
) -> dict[str, Evidence]:
    """The yes-or-no facts that the gates in force look at, by name."""
    found = situation.base.offering.of(offer, model)
    proofs: dict[str, Evidence] = {}
    for gate in gates:
        if gate.rule is None or not in_force(situation, gate):
            continue
        for name in names_in(gate.rule.offers) | set(situation.base.reads(gate.rule).its):
            evidence = found.get(name)
            if evidence is not None and not isinstance(evidence.value, Interval):
                proofs[name] = evidence
    return proofs


def in_force(situation: Situation, gate: Gate) -> bool:
    """Whether the answers as they stand state the gate's requirement."""
    assert gate.rule is not None
    if situation.base.reads(gate.rule).its:
        return situation.is_stated(gate.rule) and situation.may_apply(gate.rule)
    return situation.over_all(gate.rule) is True
