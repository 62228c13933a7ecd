"""Answers with which offers win, looked for one sheet after the other.

First the cases of the rule base and a cover of the answer space; then, for each offer that won
nowhere, from the sheets where it came closest on to those that change one answer, or one of the
user's weights, for the better.  What is found is a proof; that nothing is found proves nothing.
The same rule base gives the same sheets.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from heapq import nsmallest
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.authoring.cover import LEVELS, Allowed, build_cover, levels_of
from advisor.authoring.examination import Progress
from advisor.decision.recommend import Decision, decide
from advisor.engine.serving import QUESTIONS
from advisor.errors import DataError
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Flags
from advisor.language.answers import case_inputs

MOST_SHEETS = 200
MOST_STEPS = 300
"""Sheets that are tried for one offer beside those that are tried for all."""
STARTS = 3
WISHES: tuple[Literal["more", "less", "ignore"], ...] = ("more", "less", "ignore")
MODELS = QUESTIONS[0]

Distance: TypeAlias = tuple[int, int, int, Fraction]
"""Excluded or not; lanes, unproven requirements and points behind the leader."""


class Tried(Struct, frozen=True):
    """``won``: for each offer that won, answers with which it did; of ``sheets`` that were
    looked at."""

    won: Mapping[str, Inputs]
    sheets: int


def find_winners(
    knowledge: Knowledge, as_of: datetime.date, offers: Sequence[str], progress: Progress
) -> Tried:
    """Looks for answers for each of the offers."""
    search = _Search(knowledge, as_of, progress, dict.fromkeys(offers))
    for inputs in search.common():
        search.look(inputs)
    for offer in offers:
        if offer not in search.won:
            search.climb(offer)
    return Tried({o: search.won[o] for o in offers if o in search.won}, search.tried)


class _Search:
    def __init__(
        self,
        knowledge: Knowledge,
        as_of: datetime.date,
        progress: Progress,
        wanted: Mapping[str, None],
    ) -> None:
        self.knowledge = knowledge
        self.as_of = as_of
        self.progress = progress
        self.wanted = wanted
        self.won: dict[str, Inputs] = {}
        self.tried = 0
        self.nearest: dict[str, list[tuple[Distance, int, Inputs]]] = {}
        self.allowed = Allowed((knowledge,))
        self.total = MOST_SHEETS + len(knowledge.cases)

    def common(self) -> Iterator[Inputs]:
        """Cases, as if no price were the user's own, and a cover of the answer space."""
        for case in self.knowledge.cases.values():
            try:
                inputs = replace(case_inputs(case, self.knowledge), prices={})
            except DataError:
                continue
            if self.allowed(inputs.answers):
                yield inputs
        for _, sheet in build_cover(self.knowledge, self.knowledge, (), MOST_SHEETS).sheets:
            yield Inputs(sheet)

    def look(self, inputs: Inputs) -> Decision:
        """Decide a sheet, and note who wins it and how near the others come."""
        self.progress(self.tried, max(self.total, self.tried + 1))
        self.tried += 1
        decision = decide(self.knowledge, inputs, self.as_of)
        if decision.order and decision.order[0] in self.wanted:
            self.won.setdefault(decision.order[0], inputs)
        for offer in self.wanted:
            if offer not in self.won:
                entry = (_distance(decision, offer), self.tried, inputs)
                near = [*self.nearest.get(offer, ()), entry]
                self.nearest[offer] = nsmallest(STARTS, near, key=lambda e: e[:2])
        return decision

    def climb(self, offer: str) -> None:
        """From the nearest sheets on, take every change that brings the offer nearer."""
        last = self.tried + MOST_STEPS
        self.total = max(self.total, last)
        for distance, _, inputs in list(self.nearest.get(offer, ())):
            place: tuple[Distance, Inputs] | None = (distance, inputs)
            while place is not None:
                place = self._nearer(offer, *place, last)
                if offer in self.won or self.tried >= last:
                    return

    def _nearer(
        self, offer: str, distance: Distance, inputs: Inputs, last: int
    ) -> tuple[Distance, Inputs] | None:
        """The first change that brings the offer nearer; None where none does."""
        for changed in self._changes(offer, inputs):
            found = _distance(self.look(changed), offer)
            if found < distance:
                return found, changed
            if self.tried >= last:
                return None
        return None

    def _changes(self, offer: str, inputs: Inputs) -> Iterator[Inputs]:
        """Sheets that differ in one answer or one weight, those on models first."""
        values: dict[str, list[Domain]] = {}
        if MODELS in self.knowledge.questions:
            values[MODELS] = self._own_models(offer)
        for question in self.knowledge.questions.values():
            values.setdefault(question.id, []).extend(levels_of(question, self.knowledge, set()))
        for name, listed in values.items():
            for value in dict.fromkeys(listed):
                answers = {**inputs.answers, name: value}
                if inputs.answers.get(name) != value and self.allowed(answers):
                    yield replace(inputs, answers=answers)
        for criterion in self.knowledge.criteria:
            for wish in WISHES:
                if inputs.weights.get(criterion) != wish:
                    yield replace(inputs, weights={**inputs.weights, criterion: wish})

    def _own_models(self, offer: str) -> list[Domain]:
        """Models that the offer lists, those first that few others list."""
        listed: dict[str, int] = {}
        for other in self.knowledge.offers.values():
            for model in dict.fromkeys(row.model for row in other.serves):
                listed[model] = listed.get(model, 0) + 1
        own = dict.fromkeys(row.model for row in self.knowledge.offers[offer].serves)
        rare = sorted(own, key=lambda model: (listed[model], model))[:LEVELS]
        return [Flags(frozenset({model}), frozenset({model})) for model in rare]


def _distance(decision: Decision, offer: str) -> Distance:
    standing = decision.standings[offer]
    if standing.excluded_by or not decision.order:
        return 1, len(standing.excluded_by), 0, Fraction(0)
    leader = decision.order[0]
    first = decision.standings[leader]
    return (
        0,
        (standing.lane != "safe") - (first.lane != "safe"),
        len(standing.to_confirm) - len(first.to_confirm),
        decision.scored[leader].score - decision.scored[offer].score,
    )
