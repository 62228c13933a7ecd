"""The interview as a pure state machine, shared by every interface.

An ``Interview`` is a frozen value; each step returns the next one.  ``back`` undoes the last
step exactly, so ``interview.answer(q, a).back() == interview`` always holds.

A question is *relevant* unless its ``ask-when`` is certainly false given the answers so far
(what depends on something unknown is asked).  An answer that was given stays in ``inputs``
even when a later answer makes its question irrelevant: an answers file with the same content
must lead to the same verdict, and the interface shows every answer that counts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.model import Inputs, Knowledge, Question
from advisor.knowledge.values import Domain
from advisor.language.kleene import condition_truth

if TYPE_CHECKING:
    from advisor.decision.next_question import NextStep

Status: TypeAlias = Literal["answered", "unknown", "skipped", "open", "irrelevant"]
Mark: TypeAlias = Literal["unknown", "skipped"]
Weight: TypeAlias = Literal["more", "less", "ignore"]


class Progress(Struct, frozen=True):
    """Counts of questions; ``remaining`` are relevant and still open."""

    answered: int
    unknown: int
    skipped: int
    remaining: int


class _Point(Struct, frozen=True):
    """What one step changes, and so what ``back`` restores."""

    answers: Mapping[str, Domain]
    marks: Mapping[str, Mark]
    weights: Mapping[str, Weight]
    current: str | None


class Interview(Struct, frozen=True, eq=False):
    """See the module.

    ``chooser`` picks the next question among the open relevant ones; without one they come
    in their declared order, going on from the question that was just dealt with.
    """

    knowledge: Knowledge
    base: Inputs
    point: _Point
    past: tuple[_Point, ...] = ()
    future: tuple[_Point, ...] = ()
    chooser: Chooser | None = None

    @classmethod
    def start(
        cls,
        knowledge: Knowledge,
        inputs: Inputs | None = None,
        *,
        chooser: Chooser | None = None,
    ) -> Interview:
        """Begin, with the answers that are there already."""
        base = inputs if inputs is not None else Inputs(answers={})
        point = _Point(
            answers=MappingProxyType(dict(base.answers)),
            marks=MappingProxyType({}),
            weights=MappingProxyType(dict(base.weights)),
            current=None,
        )
        first = cls(knowledge, base, point, chooser=chooser)
        return replace(first, point=replace(point, current=first._next_after(None)))

    def __eq__(self, other: object) -> bool:
        """Equal are interviews that stand at the same point, came there the same way."""
        if not isinstance(other, Interview):
            return NotImplemented
        return (self.base, self.point, self.past) == (other.base, other.point, other.past)

    __hash__ = None  # type: ignore[assignment]  # answers are mappings

    # -- looking ---------------------------------------------------------------------------

    @property
    def questions(self) -> tuple[Question, ...]:
        """Questions that are relevant or answered, in their declared order."""
        return tuple(
            question
            for question in self._declared()
            if question.id in self.point.answers or self.relevant(question.id)
        )

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Relevant questions that were neither answered, nor skipped, nor "don't know"."""
        return tuple(q for q in self._declared() if self.status(q.id) == "open")

    @property
    def current(self) -> Question | None:
        """The question to ask now; None when nothing is open."""
        name = self.point.current
        return None if name is None else self.knowledge.questions[name]

    @property
    def finished(self) -> bool:
        """Whether nothing is open."""
        return self.point.current is None

    @property
    def answers(self) -> Mapping[str, Domain]:
        """What was answered, by question id."""
        return self.point.answers

    @property
    def marks(self) -> Mapping[str, Mark]:
        """Questions that were skipped or answered with "don't know"."""
        return self.point.marks

    @property
    def inputs(self) -> Inputs:
        """What the engine is asked about; answers in the questions' declared order."""
        given = self.point.answers
        ordered = {q.id: given[q.id] for q in self._declared() if q.id in given}
        return Inputs(answers=ordered, weights=dict(self.point.weights), prices=self.base.prices)

    @property
    def progress(self) -> Progress:
        """How far the interview is, over all questions."""
        states = [self.status(name) for name in self.knowledge.questions]
        return Progress(
            answered=states.count("answered"),
            unknown=states.count("unknown"),
            skipped=states.count("skipped"),
            remaining=states.count("open"),
        )

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self.past)

    def status(self, question_id: str) -> Status:
        """How far a question is.  Raises KeyError for a name that is no question."""
        question = self.knowledge.questions[question_id]
        if question.id in self.point.answers:
            return "answered"
        if not self.relevant(question.id):
            return "irrelevant"
        return self.point.marks.get(question.id, "open")

    def relevant(self, question_id: str) -> bool:
        """Whether the answers so far leave a reason to ask."""
        question = self.knowledge.questions[question_id]
        return condition_truth(question.ask_when, self.point.answers) is not False

    def remembered(self, question_id: str) -> Domain | None:
        """The answer now, else the one that going back took away last, else None."""
        present = self.point.answers.get(question_id)
        if present is not None:
            return present
        for point in reversed(self.future):
            if question_id in point.answers:
                return point.answers[question_id]
        return None

    # -- steps -----------------------------------------------------------------------------

    def answer(self, question_id: str, domain: Domain) -> Interview:
        """Give an answer (or another one) and go on to the next open question."""
        question = self.knowledge.questions[question_id]
        answers = {**self.point.answers, question.id: domain}
        return self._dealt_with(question.id, answers, self._marks_without(question.id))

    def unknown(self, question_id: str) -> Interview:
        """Say "don't know", which takes an earlier answer away, and go on."""
        return self._mark(question_id, "unknown")

    def skip(self, question_id: str) -> Interview:
        """Leave the question out, which takes an earlier answer away, and go on."""
        return self._mark(question_id, "skipped")

    def goto(self, question_id: str) -> Interview:
        """Make a question current, whatever its status; its answer stays until replaced."""
        question = self.knowledge.questions[question_id]
        return self._step(replace(self.point, current=question.id))

    def weigh(self, criterion: str, weight: Weight | None) -> Interview:
        """Set a criterion to more, less or ignore; None takes the wish away."""
        weights = dict(self.point.weights)
        weights.pop(self.knowledge.criteria[criterion].id, None)
        if weight is not None:
            weights[criterion] = weight
        return self._step(replace(self.point, weights=MappingProxyType(weights)))

    def back(self) -> Interview:
        """Undo the last step exactly; at the beginning nothing happens."""
        if not self.past:
            return self
        return replace(
            self,
            point=self.past[-1],
            past=self.past[:-1],
            future=(*self.future, self.point),
        )

    # -- inside ----------------------------------------------------------------------------

    def _declared(self) -> list[Question]:
        return sorted(self.knowledge.questions.values(), key=lambda q: (q.order, q.id))

    def _marks_without(self, question_id: str) -> dict[str, Mark]:
        return {name: mark for name, mark in self.point.marks.items() if name != question_id}

    def _mark(self, question_id: str, mark: Mark) -> Interview:
        question = self.knowledge.questions[question_id]
        answers = {name: a for name, a in self.point.answers.items() if name != question.id}
        return self._dealt_with(
            question.id, answers, {**self._marks_without(question.id), question.id: mark}
        )

    def _dealt_with(
        self, question_id: str, answers: Mapping[str, Domain], marks: Mapping[str, Mark]
    ) -> Interview:
        after = self._step(
            replace(
                self.point,
                answers=MappingProxyType(dict(answers)),
                marks=MappingProxyType(dict(marks)),
            )
        )
        return replace(after, point=replace(after.point, current=after._next_after(question_id)))

    def _step(self, point: _Point) -> Interview:
        return replace(self, point=point, past=(*self.past, self.point), future=())

    def _next_after(self, question_id: str | None) -> str | None:
        waiting = self.open_questions
        if not waiting:
            return None
        if self.chooser is not None:
            return self.chooser(self, waiting)
        if question_id is not None:
            here = self.knowledge.questions[question_id]
            for question in waiting:
                if (question.order, question.id) > (here.order, here.id):
                    return question.id
        return waiting[0].id


Chooser: TypeAlias = Callable[[Interview, tuple[Question, ...]], str | None]
"""Picks the next question's id among the open ones; None ends the interview."""


def best_first(as_of: datetime.date) -> Chooser:
    """The chooser that asks what brings most, and stops when nothing left can change the
    winner: ``Interview.start(knowledge, inputs, chooser=best_first(as_of))``.

    Every step then decides, which takes up to some tenths of a second while little is
    answered.  An interface that must not wait leaves the chooser out, asks ``guidance`` in
    the background and goes to the question that it names.
    """

    def choose(interview: Interview, waiting: tuple[Question, ...]) -> str | None:
        found = guidance(interview, as_of).question
        return found if found in {question.id for question in waiting} else None

    return choose


def guidance(interview: Interview, as_of: datetime.date) -> NextStep:
    """What to ask next and why, or that nothing left can change the winner (``settled``), or
    that no answer can (``question`` is None).  Questions that were skipped or answered with
    "don't know" are not asked again.  The same object for the same answers."""
    inputs = interview.inputs
    place = (
        id(interview.knowledge),
        tuple(inputs.answers.items()),
        tuple(sorted(inputs.weights.items())),
        tuple((offer, *sorted(own.items())) for offer, own in sorted(inputs.prices.items())),
        frozenset(interview.marks),
        as_of,
    )
    known = _guided.get(place)
    if known is not None and known[0] is interview.knowledge:
        return known[1]
    from advisor.decision.recommend import decide

    found = decide(interview.knowledge, inputs, as_of).next_step(frozenset(interview.marks))
    while len(_guided) >= _GUIDED:
        _guided.pop(next(iter(_guided)), None)
    _guided[place] = interview.knowledge, found
    return found


_GUIDED = 64
_guided: dict[tuple[object, ...], tuple[Knowledge, NextStep]] = {}
