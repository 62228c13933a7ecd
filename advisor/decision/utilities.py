"""The utilities of all offers on one criterion, by joint cell.

Rows are what the joint cells come down to: one utility per offer.  A criterion's part numbers
them; equal utilities stand in a pool once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from advisor.decision.rulebase import Kind, RuleBase
from advisor.decision.tables import FULL, Utility, step_utility, widening_of
from advisor.engine.looks import Part

if TYPE_CHECKING:
    from advisor.engine.grids import Column

FEW_ROWS = 64
"""Combinations up to which they are looked at one by one."""
FULL_SPAN = FULL
"""The widest lead that there can be on one criterion."""

Span = tuple[int, int]
"""The least and the greatest point value anywhere inside a joint cell."""


class Face(NamedTuple):
    """By offer: the utility, its point value, the least and the greatest of its span."""

    utilities: tuple[Utility, ...]
    points: tuple[int, ...]
    least: tuple[int, ...]
    most: tuple[int, ...]


class Utilities(ABC):
    """``part`` numbers the rows.  A row has, per offer, a place in ``pool``."""

    part: Part
    spans: Part
    """Numbers what the part's looks see, for ``span``."""

    def __init__(self) -> None:
        self.pool: list[Utility] = []
        self.rows: list[Sequence[int]] = []
        self._seen_for_span: list[tuple[int, ...]] = []
        self._places: dict[int, int] = {}
        self._row_numbers: dict[tuple[int, ...], int] = {}
        self._points: dict[int, tuple[int, ...]] = {}
        self._spans_known: dict[tuple[int, int], Span] = {}
        self._columns_known: Column | None = None

    def span(self, number: int, offer: int) -> Span:
        """The span of an offer, by position, in a joint cell with this number of ``spans``."""
        place = (number, offer)
        found = self._spans_known.get(place)
        if found is None:
            found = self._spans_known[place] = self._span(self._seen_for_span[number], offer)
        return found

    @abstractmethod
    def _span(self, seen: tuple[int, ...], offer: int) -> Span:
        """The span of an offer, by position, where the looks of ``spans`` see this."""

    def least_lead(self, number: int, first: int, second: int) -> int:
        """By how much one offer is ahead of another at least, anywhere in a joint cell."""
        return self.span(number, first)[0] - self.span(number, second)[1]

    def _note(self, seen: tuple[int, ...]) -> int:
        self._seen_for_span.append(seen)
        return len(self._seen_for_span) - 1

    def place(self, utility: Utility) -> int:
        """Where the utility stands in the pool."""
        found = self._places.get(id(utility))
        if found is None:
            found = self._places[id(utility)] = len(self.pool)
            self.pool.append(utility)
        return found

    def row_number(self, row: tuple[int, ...]) -> int:
        """The number of a row of places."""
        found = self._row_numbers.get(row)
        if found is None:
            found = self._row_numbers[row] = len(self.rows)
            self.rows.append(row)
        return found

    def utility(self, row: int, offer: int) -> Utility:
        """The utility of an offer, by position, in a row."""
        return self.pool[self.rows[row][offer]]

    @property
    def cells(self) -> int:
        """About how much room the rows of all joint cells take."""
        return math.prod(len(look.meanings) for look in self.part.looks)

    def points_of(self, row: int) -> tuple[int, ...]:
        """The point values of all offers in a row."""
        found = self._points.get(row)
        if found is None:
            found = self._points[row] = tuple([self.pool[p].point for p in self.rows[row]])
        return found

    def points(self) -> Column:
        """The point values of all rows and offers."""
        import numpy as np

        if self._columns_known is None or len(self._columns_known) < len(self.rows):
            pool = np.array([u.point for u in self.pool], dtype=np.int64)
            self._columns_known = pool[np.array(self.rows, dtype=np.int64)]
        return self._columns_known

    def spread(self, masses: Mapping[int, int], offers: int) -> list[dict[int, int]]:
        """Per offer the prior mass of each of its utilities, by place in the pool."""
        found: list[dict[int, int]] = [{} for _ in range(offers)]
        if len(masses) > FEW_ROWS * 16:
            return self._spread_columns(masses, offers)
        for row, mass in masses.items():
            for own, place in zip(found, self.rows[row], strict=True):
                own[place] = own.get(place, 0) + mass
        return found

    def _spread_columns(self, masses: Mapping[int, int], offers: int) -> list[dict[int, int]]:
        import numpy as np

        from advisor.engine.grids import added_up, renumbered

        rows = np.array([self.rows[row] for row in masses], dtype=np.int64)
        mass = list(masses.values())
        found = []
        for i in range(offers):
            places, count = renumbered(rows[:, i], len(self.pool))
            names = np.zeros(count, dtype=np.int64)
            names[places] = rows[:, i]
            found.append(dict(zip(names.tolist(), added_up(count, places, mass), strict=True)))
        return found


class Aspect(Struct, frozen=True, eq=False):
    """An offer with a model, as the rules of one criterion see it: the rules that speak of it
    (bits: surely, perhaps), its kind for each rule, by how much each rule is widened."""

    sure: int
    maybe: int
    kinds: tuple[Kind, ...]
    widening: tuple[int, ...]
    known: dict[tuple[int, int], Utility]

    def utility(self, base: RuleBase, criterion: str, certain: int, possible: int) -> Utility:
        """The utility where these rules hold and those might (bits)."""
        found = self.known.get((certain, possible))
        if found is None:
            rules = base.score_rules[criterion]
            found = self.known[certain, possible] = step_utility(
                base.knowledge.method.grades,
                [rule for i, rule in enumerate(rules) if certain >> i & 1],
                [rule for i, rule in enumerate(rules) if possible >> i & 1],
                {rule.id: width for rule, width in zip(rules, self.widening, strict=True)},
            )
        return found


def aspect_of(base: RuleBase, criterion: str, offer: str, model: str | None) -> Aspect:
    """The aspect of an offer with a model; equal ones are the same object."""

    def make() -> Aspect:
        rules = base.score_rules[criterion]
        truths = [base.suits(rule, offer, model) for rule in rules]
        sure = sum(1 << i for i, truth in enumerate(truths) if truth is True)
        maybe = sum(1 << i for i, truth in enumerate(truths) if truth is None)
        kinds = tuple(base.kind(rule, offer, model) for rule in rules)
        widening = tuple(
            0 if truth is False else widening_of(base, rule, offer, model)
            for rule, truth in zip(rules, truths, strict=True)
        )
        made = Aspect(sure, maybe, kinds, widening, {})
        return base.aspects.of((criterion, sure, maybe, kinds, widening), lambda: made)

    return base.aspects.of((criterion, offer, model), make)
