"""A rule base that is edited while it is in use.

Whoever uses it asks now and then whether something was saved.  Then the rules are read again
and compared with those in force; where they have a mistake, those in force stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from advisor.authoring.changes import Group
from advisor.authoring.diff import Flip, Outcome, compare
from advisor.errors import AdvisorError, Problem
from advisor.knowledge.model import Inputs, Knowledge

Stamp: TypeAlias = Mapping[Path, tuple[int, int]]
"""When each file of a rule base was written (in nanoseconds), and its size in bytes."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What was saved cannot be used; the rules in force stay."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """New rules are in force.  ``groups`` say what differs in what a decision reads, ``flips``
    which of ``cases`` shipped cases (and the answers at hand) are recommended something else."""

    before: Knowledge
    after: Knowledge
    groups: tuple[Group, ...]
    flips: tuple[Flip, ...]
    cases: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """The change in words, one line each."""
        return tuple(_sentences(self))


class LiveRules:
    """The rules in force, and what was saved since.

    ``load`` reads the rule base below ``root`` and raises AdvisorError for mistakes;
    ``knowledge`` is the rule base in force.
    """

    def __init__(self, root: Path, load: Callable[[], Knowledge], knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.problems: tuple[Problem, ...] = ()
        self._root = root
        self._load = load
        self._read = self._seen = stamp(root)

    def saved(self) -> bool:
        """Whether something was saved that has not been read, and writing it has ended: nothing
        has changed since this was asked last."""
        now = stamp(self._root)
        ended, self._seen = now == self._seen, now
        return ended and now != self._read

    def reload(self, answers: Inputs | None = None) -> Change | Mistakes:
        """Read the rules again.  ``answers``: a sheet to compare beside the cases."""
        self._read = self._seen
        try:
            new = self._load()
        except AdvisorError as error:
            self.problems = error.problems
            return Mistakes(error.problems)
        self.problems = ()
        old, self.knowledge = self.knowledge, new
        found = compare(
            old,
            new,
            most_sheets=0,
            touched_only=True,
            witnesses="none",
            extra={} if answers is None else {AT_HAND: answers},
        )
        return Change(old, new, found.changes.groups, found.flips, found.cases)


AT_HAND = "your answers"


def stamp(root: Path) -> Stamp:
    """The state of the files of a rule base; a file that vanishes meanwhile is left out."""
    found: dict[Path, tuple[int, int]] = {}
    for path in sorted(root.rglob("*.yaml")):
        try:
            state = path.stat()
        except OSError:
            continue
        found[path] = (state.st_mtime_ns, state.st_size)
    return found


def _sentences(change: Change) -> Iterator[str]:
    if not change.groups:
        yield "Saved: nothing that a decision reads has changed."
        return
    for group in change.groups:
        for word, ids in (
            ("added", group.added),
            ("removed", group.removed),
            ("changed", group.changed),
        ):
            if ids:
                yield f"{group.kind} {word}: {', '.join(ids)}"
    if not change.flips:
        yield f"None of {change.cases} cases is recommended something else."
    for flip in change.flips:
        yield f"{flip.where}: from {_words(flip.before)} to {_words(flip.after)}"


def _words(outcome: Outcome) -> str:
    return outcome.offer if outcome.lane in ("safe", "none") else f"{outcome.offer} (if confirmed)"
