"""The weights of the criteria by joint cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from advisor.decision.situation import Situation, Truths
from advisor.decision.tables import weights_of
from advisor.engine.looks import Look, Part, joined
from advisor.knowledge.model import Rule

Vector = tuple[int, ...]
"""The weights of all criteria, in their order."""


class Weights:
    """Which weights the criteria have in a joint cell: the number of ``part`` is a place in
    ``vectors``, that of ``spans`` one in ``ranges`` (least and greatest inside the cell)."""

    def __init__(self, situation: Situation) -> None:
        self._knowledge = situation.knowledge
        self._wishes = dict(situation.inputs.weights)
        self.vectors: list[Vector] = []
        self.ranges: list[tuple[Vector, Vector]] = []
        self._numbers: dict[Vector, int] = {}
        groups: dict[tuple[str, ...], list[tuple[Rule, Look[Truths]]]] = {}
        for rule in situation.base.weigh_rules:
            if situation.may_apply(rule):
                look = situation.truths(rule, situation.kinds(rule))
                groups.setdefault(look.keys, []).append((rule, look))
        self._rules = [[rule for rule, _ in group] for group in groups.values()]
        self._looks: list[Look[Any]] = [
            joined([look for _, look in group]) for group in groups.values()
        ]
        self.part = Part(self._looks, self._vector)
        self.spans = Part(self._looks, self._range)

    def _vector(self, seen: tuple[int, ...]) -> int:
        vector = self._weights(self._rules_where(seen, 0, (True,)))
        if vector not in self._numbers:
            self._numbers[vector] = len(self.vectors)
            self.vectors.append(vector)
        return self._numbers[vector]

    def _range(self, seen: tuple[int, ...]) -> int:
        """Rules of which it is open whether they hold all over the cell count either way."""
        sure, open_ = (self._rules_where(seen, 1, (truth,)) for truth in (True, None))
        self.ranges.append(self._ends(sure, open_))
        return len(self.ranges) - 1

    @cached_property
    def over_all(self) -> tuple[Vector, Vector]:
        """The least and the greatest weights over all that is left, taken as one cell."""
        sure, open_ = [], []
        for rules, look in zip(self._rules, self._looks, strict=True):
            for place, rule in enumerate(rules):
                seen = {row[place][0][1] for row in look.meanings} if look.is_whole else {None}
                if seen == {True}:
                    sure.append(rule)
                elif seen != {False}:
                    open_.append(rule)
        return self._ends(sure, open_)

    def _ends(self, sure: Sequence[Rule], open_: Sequence[Rule]) -> tuple[Vector, Vector]:
        """The least and the greatest weights where some rules hold and others may."""
        fewest, most = (
            self._weights([*sure, *(rule for rule in open_ if (rule.steps > 0) == up)])
            for up in (False, True)
        )
        return fewest, most

    def _weights(self, held: Iterable[Rule]) -> Vector:
        return weights_of(self._knowledge, self._wishes, held)

    def _rules_where(
        self, seen: Sequence[int], side: int, wanted: tuple[bool | None, ...]
    ) -> list[Rule]:
        return [
            rule
            for rules, look, number in zip(self._rules, self._looks, seen, strict=True)
            for rule, truths in zip(rules, look.meanings[number], strict=True)
            if truths[0][side] in wanted
        ]


def weights_at(situation: Situation) -> Weights:
    """The weights for these answers and wishes, the same object for the same ones."""
    base = situation.base
    place = (
        "weights",
        *sorted(situation.inputs.weights.items()),
        *situation.marks(base.weigh_tests),
    )
    return base.tables.of(place, lambda: Weights(situation))


def weighing(situation: Situation) -> dict[str | None, list[Rule]]:
    """The rules that surely move the weight of each criterion, by id."""
    found: dict[str | None, list[Rule]] = {}
    for rule in sorted(situation.base.weigh_rules, key=lambda rule: rule.id):
        if situation.over_all(rule) is True:
            found.setdefault(rule.criterion, []).append(rule)
    return found
