"""The answer space: per question what is known of it and the axes that this leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from advisor.engine.axes import Axis, Cut, axes_of, whole_domain
from advisor.knowledge.model import Question
from advisor.knowledge.values import Domain, Flags

Assignment = Mapping[str, int]
"""Axis key -> index of a cell."""


class Slot(Struct, frozen=True, eq=False):
    """One question with one answer, or none: ``whole`` is all that it may be.

    Slots are compared by identity: whoever keeps results by slot makes each slot once.
    """

    question: str
    whole: Domain
    axes: tuple[Axis, ...]

    @property
    def open_axes(self) -> tuple[Axis, ...]:
        """The axes that have more than one cell."""
        return tuple(axis for axis in self.axes if len(axis.cells) > 1)

    def value(self, at: Assignment, *, point: bool) -> Domain:
        """What the question holds in a joint cell.  An open axis that ``at`` does not name
        stays open: the question holds everything that is left.  With ``point``, each cell is
        represented by the value that stands for it."""
        if not self.axes or self.axes[0].flag is not None:
            return _flags(self.axes, at)
        (axis,) = self.axes
        index = at.get(axis.key, 0 if len(axis.cells) == 1 else None)
        if index is None:
            return self.whole
        cell = axis.cells[index]
        return cell.stands if point else cell.domain

    def inside(self, at: Assignment) -> Domain:
        """A value of each joint cell that lies in it, for tests on the question itself."""
        if not self.axes or self.axes[0].flag is not None:
            return _flags(self.axes, at)
        (axis,) = self.axes
        return axis.cells[at.get(axis.key, 0)].point


def slot_of(
    question: Question, answer: Domain | None, cuts: Iterable[Cut], limits: Iterable[Cut] = ()
) -> Slot:
    """``cuts`` and ``limits`` say where a number has to be cut; without an answer silence may
    have a meaning, else everything is possible."""
    known = answer if answer is not None else question.unknown_means
    whole = known if known is not None else whole_domain(question)
    return Slot(question.id, whole, axes_of(question, answer, cuts, limits))


def _flags(axes: Sequence[Axis], at: Assignment) -> Flags:
    must: set[str] = set()
    may: set[str] = set()
    for axis in axes:
        index = at.get(axis.key, 0 if len(axis.cells) == 1 else None)
        if index is None:
            may.add(axis.flag or "")
            continue
        domain = axis.cells[index].domain
        assert isinstance(domain, Flags)
        must |= domain.must
        may |= domain.may
    return Flags(frozenset(must), frozenset(may))


class Space(Struct, frozen=True):
    """The slots of all questions, in question order."""

    slots: Mapping[str, Slot]

    @property
    def axes(self) -> dict[str, Axis]:
        """Every axis by key."""
        return {axis.key: axis for slot in self.slots.values() for axis in slot.axes}

    def open_keys(self, questions: Iterable[str]) -> tuple[str, ...]:
        """The axes of these questions that have more than one cell, in key order."""
        return tuple(
            axis.key
            for question in sorted(set(questions))
            if question in self.slots
            for axis in self.slots[question].open_axes
        )

    def environment(
        self, questions: Iterable[str], at: Assignment, *, point: bool
    ) -> dict[str, Domain]:
        """What each question holds in a joint cell."""
        return {q: self.slots[q].value(at, point=point) for q in questions if q in self.slots}
