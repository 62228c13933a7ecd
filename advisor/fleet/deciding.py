"""Decides many workloads on one rule base: those alike in all that is read, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct, field

from advisor.decision.bases import rule_base_on
from advisor.decision.complete import decide_many
from advisor.decision.recommend import recommend
from advisor.fleet.outcomes import Outcome, outcome_of
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain

CURRENT = "current-offer"
KEPT = 200_000
"""Distinct workloads whose outcome is remembered."""

Key = tuple[object, ...]


class Decider(Struct):
    """Outcomes on a rule base as of a day."""

    knowledge: Knowledge
    as_of: date
    _known: dict[Key, Outcome] = field(default_factory=dict)
    _relevant: frozenset[str] | None = None

    def outcomes(self, sheets: Sequence[Inputs]) -> list[Outcome]:
        """The outcome of each; equal to the recommendation for the same answers."""
        if len(self._known) >= KEPT:
            self._known.clear()
        found: list[Outcome | None] = []
        new: dict[Key, list[int]] = {}
        for place, inputs in enumerate(sheets):
            key = self._key(inputs)
            outcome = self._known.get(key)
            found.append(outcome)
            if outcome is None:
                new.setdefault(key, []).append(place)
        asked = [sheets[places[0]] for places in new.values()]
        briefs = decide_many(self.knowledge, asked, self.as_of)
        for (key, places), brief in zip(new.items(), briefs, strict=True):
            outcome = self._known[key] = outcome_of(brief)
            for place in places:
                found[place] = outcome
        return [outcome for outcome in found if outcome is not None]

    def next_question(self, inputs: Inputs) -> str | None:
        """The open question that matters most, if any."""
        found = recommend(self.knowledge, inputs, self.as_of).next_question
        return found.id if found is not None else None

    def _key(self, inputs: Inputs) -> Key:
        """What the outcome rests on; one tuple for sheets that are alike in it."""
        if self._relevant is None:
            self._relevant = rule_base_on(self.knowledge, self.as_of).relevant | {CURRENT}
        relevant = self._relevant
        answers: tuple[tuple[str, Domain], ...] = tuple(
            (question, domain)
            for question, domain in inputs.answers.items()
            if question in relevant
        )
        prices = tuple((offer, *own.items()) for offer, own in inputs.prices.items())
        return (answers, tuple(inputs.weights.items()), prices)
