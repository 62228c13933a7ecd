"""The utilities of a criterion that is read off a cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from advisor.decision.costs import TRAFFIC, Profile, whole_traffic
from advisor.decision.rulebase import anchor_names
from advisor.decision.situation import Situation
from advisor.decision.tables import (
    FULL,
    Doubts,
    Utility,
    anchors_at,
    cautious_point,
    measured_utility,
    price_doubts,
    utilities_over,
)
from advisor.decision.terms import QUESTIONS, Numbers, Terms, corners, terms_look
from advisor.decision.utilities import FEW_ROWS, Span, Utilities
from advisor.engine.looks import Cells, Look, Part
from advisor.knowledge.model import Criterion, Measure
from advisor.knowledge.values import Domain, Interval


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Where a measure's utility is fixed, by rising number; equal ones are one object."""

    at: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """The traffic at the point that stands for a joint cell and at the corners of the cell,
    with the anchors; ``moving``: the anchors change inside the cell."""

    numbers: Numbers
    corners: tuple[Numbers, ...]
    anchors: Anchors
    moving: bool


@dataclass(frozen=True, slots=True, eq=False)
class Charged:
    """What an offer charges with one model: at the point that stands for the shares of the
    traffic, and as bounds over all shares in the cell; with the utilities that are known."""

    measure: Measure
    profile: Profile
    inside: Profile
    doubts: Doubts
    known: dict[tuple[Numbers, Anchors], Utility]

    def utility(self, numbers: Numbers, anchors: Anchors) -> Utility:
        """The utility at this traffic."""
        found = self.known.get((numbers, anchors))
        if found is None:
            bounds = self.profile.bounds(self.measure.name, *numbers)
            found = self.known[numbers, anchors] = measured_utility(
                self.measure, anchors.at, bounds, self.doubts
            )
        return found

    def span(self, figure: Figure) -> Span:
        """The least and the greatest point value anywhere in the cell.

        Each bound of a cost rises or falls steadily with each traffic figure, so that its
        ends over the cell lie at corners; and the point value never falls when the utility
        of either bound rises.
        """
        if figure.moving or not all(n[0] * (n[1] + n[2]) for n in figure.corners):
            return 0, FULL
        found = [self.inside.bounds(self.measure.name, *n) for n in figure.corners]
        known = [bounds for bounds in found if bounds is not None]
        if not known:
            return self.measure.cautious, self.measure.cautious
        lows = [low for low, _ in known]
        highs = [high for _, high in known if high is not None]
        top = max(highs) if len(highs) == len(known) else None
        anchors = figure.anchors.at
        if self.inside == self.profile:
            first = utilities_over(anchors, min(lows), max(lows))
            last = utilities_over(anchors, min(highs, default=None), top)
        else:
            # Where shares move inside the cell, so do both bounds, anywhere between the ends.
            first = last = utilities_over(anchors, min(lows), top)
        width = self.doubts.width
        return (
            cautious_point(first[0], last[0], width)[0],
            cautious_point(first[1], last[1], width)[0],
        )


class Measured(Utilities):
    """A criterion that is read off a cost.  ``offers`` are positions among all offers."""

    def __init__(
        self, situation: Situation, criterion: Criterion, measure: Measure, offers: Sequence[int]
    ) -> None:
        super().__init__()
        self._situation = situation
        self._measure = measure
        self._figures = self._figures_look(criterion)
        everyone = self._charged_look(criterion)
        pick = itemgetter(*offers) if len(offers) > 1 else None
        self._charged: Look[tuple[Charged, ...]] = everyone.map(
            pick if pick is not None else lambda row: tuple(row[i] for i in offers)
        )
        looks: list[Look[Any]] = [self._figures, self._charged]
        self.part = Part(looks, self._combine, self._combine_many)
        self.spans = Part(looks, self._note)

    def _figures_look(self, criterion: Criterion) -> Look[Figure]:
        situation, measure = self._situation, self._measure
        names = anchor_names(measure)
        anchored = {q for name in names for q in situation.base.workload.questions_of(name)}
        questions = sorted({*TRAFFIC, *anchored})
        keys = situation.space.open_keys(questions)

        def see(cells: Cells) -> Figure:
            at = dict(zip(keys, cells, strict=True))
            point = situation.extended(situation.environment(questions, at, point=True), names)
            inside = situation.environment(questions, at, point=False)
            anchors = tuple(anchors_at(measure, point))
            moving = any(not _is_point(inside[q]) for q in anchored if q in inside)
            return Figure(
                whole_traffic(point),
                corners(inside),
                situation.base.aspects.of(("anchors", anchors), lambda: Anchors(anchors)),
                moving,
            )

        return situation.kept(
            ("figures", criterion.id, *situation.slots(questions)),
            lambda: Look(keys, situation.sizes(keys), see),
        )

    def _charged_look(self, criterion: Criterion) -> Look[tuple[Charged, ...]]:
        situation, measure = self._situation, self._measure
        offers = tuple(situation.knowledge.offers)
        known: dict[tuple[str, Terms], Charged] = {}

        def charged(offer: str, terms: Terms) -> Charged:
            doubts = price_doubts(situation, offer, terms.model)
            return situation.base.aspects.of(
                ("charged", criterion.id, terms.point, terms.inside, doubts),
                lambda: Charged(measure, terms.point, terms.inside, doubts, {}),
            )

        def see(row: tuple[Terms, ...]) -> tuple[Charged, ...]:
            found = []
            for place in zip(offers, row, strict=True):
                if place not in known:
                    known[place] = charged(*place)
                found.append(known[place])
            return tuple(found)

        def make() -> Look[tuple[Charged, ...]]:
            return terms_look(situation).map(see)

        if situation.inputs.prices:
            return make()
        return situation.kept(("charged", criterion.id, *situation.slots(QUESTIONS)), make)

    def _combine(self, seen: tuple[int, ...]) -> int:
        figure = self._figures.meanings[seen[0]]
        row = self._charged.meanings[seen[1]]
        return self.row_number(
            tuple([self.place(c.utility(figure.numbers, figure.anchors)) for c in row])
        )

    def _span(self, seen: tuple[int, ...], offer: int) -> Span:
        figure = self._figures.meanings[seen[0]]
        return self._charged.meanings[seen[1]][offer].span(figure)

    def _combine_many(self, seen: list[tuple[int, ...]]) -> list[int]:
        if len(seen) <= FEW_ROWS:
            return [self._combine(row) for row in seen]
        import numpy as np

        # Each charge at each figure once; rows are then picked out of that table.
        figures = sorted({row[0] for row in seen})
        rows = sorted({row[1] for row in seen})
        listed = list(dict.fromkeys(c for r in rows for c in self._charged.meanings[r]))
        place = {charged: i for i, charged in enumerate(listed)}
        table = np.array(
            [
                [self.place(c.utility(f.numbers, f.anchors)) for c in listed]
                for f in (self._figures.meanings[n] for n in figures)
            ],
            dtype=np.int64,
        )
        own = np.array([[place[c] for c in self._charged.meanings[r]] for r in rows])
        at_figure = np.searchsorted(figures, [row[0] for row in seen])
        at_row = np.searchsorted(rows, [row[1] for row in seen])
        start = len(self.rows)
        self.rows.extend(table[at_figure[:, None], own[at_row]].tolist())
        return list(range(start, len(self.rows)))


def _is_point(domain: Domain) -> bool:
    return not isinstance(domain, Interval) or domain.is_point
