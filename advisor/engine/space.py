"""The answer space: fixed answers, open axes, and the environment of any joint cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from advisor.engine.axes import Axis, Cut, axes_of, whole_domain
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Flags

Assignment = Mapping[str, int]
"""Axis key -> index of a cell."""


@dataclass(frozen=True, slots=True)
class Space:
    """``axes``: every axis by key; ``of_question``: the keys of a question's axes."""

    axes: Mapping[str, Axis]
    of_question: Mapping[str, tuple[str, ...]]
    whole: Mapping[str, Domain]

    def open_keys(self, questions: Iterable[str]) -> tuple[str, ...]:
        """The axes of these questions that have more than one cell, in key order."""
        return tuple(
            key
            for question in sorted(set(questions))
            for key in self.of_question.get(question, ())
            if len(self.axes[key].cells) > 1
        )

    def environment(
        self, questions: Iterable[str], at: Assignment, *, point: bool
    ) -> dict[str, Domain]:
        """What each question holds in a joint cell.  An open axis that ``at`` does not name
        stays open: its question holds everything that is left.  With ``point``, each cell
        is represented by one value."""
        return {q: self._value(q, at, point) for q in questions if q in self.of_question}

    def _value(self, question: str, at: Assignment, point: bool) -> Domain:
        keys = self.of_question[question]
        if not keys or self.axes[keys[0]].flag is not None:
            return self._flags(keys, at)
        axis = self.axes[keys[0]]
        index = at.get(axis.key, 0 if len(axis.cells) == 1 else None)
        if index is None:
            return self.whole[question]
        cell = axis.cells[index]
        return cell.point if point else cell.domain

    def _flags(self, keys: Sequence[str], at: Assignment) -> Flags:
        must: set[str] = set()
        may: set[str] = set()
        for key in keys:
            axis = self.axes[key]
            index = at.get(key, 0 if len(axis.cells) == 1 else None)
            if index is None:
                may.add(axis.flag or "")
                continue
            domain = axis.cells[index].domain
            assert isinstance(domain, Flags)
            must |= domain.must
            may |= domain.may
        return Flags(frozenset(must), frozenset(may))


def build_space(knowledge: Knowledge, inputs: Inputs, cuts: Mapping[str, Iterable[Cut]]) -> Space:
    """``cuts`` say where each number question has to be cut."""
    axes: dict[str, Axis] = {}
    of_question: dict[str, tuple[str, ...]] = {}
    whole: dict[str, Domain] = {}
    for question in knowledge.questions.values():
        answer = inputs.answers.get(question.id)
        made = axes_of(question, answer, cuts.get(question.id, ()))
        axes.update((axis.key, axis) for axis in made)
        of_question[question.id] = tuple(axis.key for axis in made)
        whole[question.id] = (
            answer if answer is not None else question.unknown_means or whole_domain(question)
        )
    return Space(axes, of_question, whole)
