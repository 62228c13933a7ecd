"""What to go through before signing: only the lines that these answers make relevant.

The lines are rules (``advise`` with a ``checklist``), so that experts keep them; each says
which answers brought it up.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.decision.recommend import Decision
from advisor.decision.result import Recommendation
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Options
from advisor.language.mentions import names_in

TITLES: Mapping[str, str] = {
    "cost": "Total cost of ownership",
    "geography": "Geography",
    "quotas": "Quotas and capacity",
    "exit": "Exit",
    "security": "Security review",
}


NATURE: Mapping[str, str] = {
    "deployment": "the offer is",
    "platform": "the platform is",
    "model.open": "open weights",
}
"""What an offer is by nature, as a reason calls it."""


class Line(Struct, frozen=True):
    """One thing to settle.  ``reasons`` are the answers (``residency: eu``) or the offer's
    own facts that make it relevant."""

    rule: str
    text: str
    reasons: tuple[str, ...]
    source: str


class Checklist(Struct, frozen=True):
    """A list for the recommended offer, by its heading."""

    id: str
    title: str
    lines: tuple[Line, ...]


def checklists_of(decision: Decision, result: Recommendation) -> tuple[Checklist, ...]:
    """The lists for the recommended offer; one without lines is left out."""
    leader = result.ranking[0] if result.ranking else None
    found = []
    for ident, title in TITLES.items():
        lines = []
        for rule in decision.entries.advising(leader, ident):
            offer, model = (leader.offer, leader.model) if leader else (None, None)
            reasons = [*decision.words.answers_read(rule)]
            if offer is not None:
                reasons += decision.words.facts_read(rule, offer, model)
                reasons += _nature(decision, rule, offer, model)
            text = decision.words.of_rule(rule, offer, model)
            lines.append(Line(rule.id, text, tuple(reasons), rule.source.ref))
        if lines:
            found.append(Checklist(ident, title, tuple(lines)))
    return tuple(found)


def _nature(decision: Decision, rule: Rule, offer: str, model: str | None) -> list[str]:
    """What the offer is, where the rule speaks of offers of that kind."""
    known = decision.situation.base.offering.environment(offer, model)
    found = []
    for name in sorted(names_in(rule.offers) & set(NATURE)):
        value = known.get(name)
        if isinstance(value, Options):
            found.append(f"{NATURE[name]}: {', '.join(sorted(value.values))}")
    return found
