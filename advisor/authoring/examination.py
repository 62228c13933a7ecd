"""What every check works on: a loaded rule base, the day, and where problems go."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct, field

from advisor.authoring.examples import Bench
from advisor.authoring.places import Places
from advisor.authoring.regions import Side, Space
from advisor.authoring.vocabulary import Vocabulary
from advisor.knowledge.model import Knowledge, Place
from advisor.knowledge.syntax import Condition
from advisor.knowledge.values import Type

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many of how many are done."""


class Examination(Struct, dict=True):
    """``undecided`` holds what could not be found out, each with its declaration; ``deep`` is
    told how far a search for answers has come (None: there is to be none)."""

    knowledge: Knowledge
    as_of: datetime.date
    places: Places
    deep: Progress | None = None
    undecided: dict[str, Place] = field(default_factory=dict)

    def leave_open(self, what: str, place: Place) -> None:
        """Note that a question about a declaration could not be decided."""
        self.undecided.setdefault(what, place)

    @cached_property
    def bench(self) -> Bench:
        return Bench(self.knowledge, self.as_of)

    @cached_property
    def types(self) -> Mapping[Side, Mapping[str, Type]]:
        vocabulary = Vocabulary(self.knowledge)
        return {"when": vocabulary.workload, "for": vocabulary.offer}

    def space(self, conditions: Iterable[tuple[Side, Condition]]) -> Space:
        """Axes fit for some conditions, and for the declared impossible combinations."""
        sides = list(conditions)
        sides += [("when", entry.when) for entry in self.knowledge.impossible]
        return Space(self.knowledge, self.types, sides)
