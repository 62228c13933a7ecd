"""Words with two meanings: as which they are read, and who leads when they are read the other
way.

Two kinds are known.  "Frontier" is said of the largest open models and of the best closed
ones.  Classes of a number may touch: a number on the boundary of two is read as the upper
class, and the other reading is the value just below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.explanations import Flip
from advisor.decision.result import Reading
from advisor.decision.variations import Decide, winner_of
from advisor.knowledge.model import Inputs, Knowledge, Question
from advisor.knowledge.syntax import Between, Compare
from advisor.knowledge.values import Domain, Interval, Number, NumberType, Options
from advisor.language.mentions import atoms_in, tests_in
from advisor.language.units import format_number

FRONTIER = "frontier-models"
MEANINGS = {
    "large-open": ("large open models", "best-closed", "the best closed models"),
    "best-closed": ("the best closed models", "large-open", "large open models"),
}
"""Option -> what it means, the other option, what that means."""


class _Other(Struct, frozen=True):
    """Another reading: of which question, the answer that it comes down to, in words."""

    question: str
    answer: Domain
    change: str
    text: str


def frontier_reading(inputs: Inputs) -> tuple[Reading, ...]:
    """As what "frontier" is read, where it was answered."""
    meaning = MEANINGS.get(_only(inputs.answers.get(FRONTIER)))
    if meaning is None:
        return ()
    words, _, other = meaning
    return (Reading(FRONTIER, f"frontier-models is read as {words}, not as {other}."),)


def reading_flips(
    knowledge: Knowledge, inputs: Inputs, leader: str | None, decide: Decide
) -> tuple[Flip, ...]:
    """A flip per word that, read the other way, gives another winner."""
    found = []
    for other in _others(knowledge, inputs):
        answers = {**inputs.answers, other.question: other.answer}
        after = decide(replace(inputs, answers=answers))
        winner = winner_of(after)
        if winner == leader:
            continue
        found.append(
            Flip(
                change={other.question: other.change},
                winner=winner,
                title=knowledge.offers[winner].title if winner is not None else None,
                model=after.entries.model(winner) if winner is not None else None,
                plausibility=Fraction(1, 2),
                reading=other.text,
            )
        )
    return tuple(found)


def _others(knowledge: Knowledge, inputs: Inputs) -> Iterator[_Other]:
    meaning = MEANINGS.get(_only(inputs.answers.get(FRONTIER)))
    if meaning is not None and FRONTIER in knowledge.questions:
        words, option, other = meaning
        yield _Other(
            FRONTIER,
            Options(frozenset({option})),
            option,
            f"frontier models, read as {other} instead of {words}",
        )
    for question in knowledge.questions.values():
        answer = inputs.answers.get(question.id)
        if isinstance(answer, Interval) and answer.is_point and answer.low is not None:
            yield from _below(knowledge, question, answer.low)


def _below(knowledge: Knowledge, question: Question, value: Number) -> Iterator[_Other]:
    kind = question.type
    assert isinstance(kind, NumberType)
    for derived in knowledge.derived.values():
        if derived.reading is None or not derived.rows:
            continue
        bounds = {
            bound
            for row in derived.rows
            for atom in atoms_in(row.when)
            if atom.name == question.id
            for test in tests_in(atom.test)
            for bound in _lower_bounds(test)
        }
        if value in bounds:
            step = 1 if kind.integer else Fraction(value) / 1_000_000
            words = format_number(value, kind.unit)
            yield _Other(
                question.id,
                Interval.point(Fraction(value) - step),
                f"just below {words}",
                f"{words} read as the {derived.id.replace('-', ' ')} below, which touches it",
            )
            return


def _lower_bounds(test: object) -> tuple[Number, ...]:
    """Where a class starts that holds its lower end."""
    if isinstance(test, Between):
        return (test.low,)
    if isinstance(test, Compare) and test.op == "at least":
        return (test.value,)
    return ()


def _only(answer: Domain | None) -> str:
    """The option that was chosen; nothing where several are left."""
    if isinstance(answer, Options) and len(answer.values) == 1:
        return next(iter(answer.values))
    return ""
