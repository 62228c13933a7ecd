"""Decides many workloads on one rule base: those alike in all that is read, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from advisor.decision.recommend import Decision, decide, recommend
from advisor.fleet.outcomes import NO_MONEY, Money, Outcome, outcome_of
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Options

CURRENT = "current-offer"
KEPT = 200_000
"""Distinct workloads whose outcome is remembered."""

Key = tuple[object, ...]


@dataclass
class Decider:
    """Outcomes on a rule base as of a day."""

    knowledge: Knowledge
    as_of: date
    _known: dict[Key, Outcome] = field(default_factory=dict)
    _relevant: frozenset[str] | None = None

    def outcomes(self, sheets: Sequence[Inputs]) -> list[Outcome]:
        """The outcome of each; equal to the recommendation for the same answers."""
        return [self._outcome(inputs) for inputs in sheets]

    def next_question(self, inputs: Inputs) -> str | None:
        """The open question that matters most, if any."""
        found = recommend(self.knowledge, inputs, self.as_of).next_question
        return found.id if found is not None else None

    def _outcome(self, inputs: Inputs) -> Outcome:
        key = self._key(inputs)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[key] = self._decided(inputs)
        return found

    def _key(self, inputs: Inputs) -> Key:
        """What the outcome rests on; one tuple for sheets that are alike in it."""
        if self._relevant is None:
            decision = decide(self.knowledge, Inputs({}), self.as_of)
            self._relevant = decision.situation.base.relevant | {CURRENT}
        relevant = self._relevant
        answers: tuple[tuple[str, Domain], ...] = tuple(
            (question, domain)
            for question, domain in inputs.answers.items()
            if question in relevant
        )
        prices = tuple((offer, *own.items()) for offer, own in inputs.prices.items())
        return (answers, tuple(inputs.weights.items()), prices)

    def _decided(self, inputs: Inputs) -> Outcome:
        decision = decide(self.knowledge, inputs, self.as_of)
        return outcome_of(decision, self._current(inputs, decision))

    def _current(self, inputs: Inputs, decision: Decision) -> Money:
        """The estimated cost of the offer that serves today, ranked or excluded."""
        answer = inputs.answers.get(CURRENT)
        if not isinstance(answer, Options) or len(answer.values) != 1:
            return NO_MONEY
        (offer,) = answer.values
        if offer not in self.knowledge.offers:
            return NO_MONEY
        entries = decision.entries
        monthly = entries.estimate(offer, entries.model(offer)).monthly
        return Money(monthly.low, monthly.high)
