"""The utilities of a criterion that is read off a cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.loads import EVEN, PEAK, VOLUME, whole_traffic
from advisor.decision.measured_many import NO_PRICE, Traffic, coarse, codes, decoded
from advisor.decision.profiles import Profile
from advisor.decision.rulebase import anchor_names
from advisor.decision.situation import Situation
from advisor.decision.sizing import Numbers
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
from advisor.decision.terms import Terms, corners, questions_of, terms_look
from advisor.decision.utilities import FEW_ROWS, Span, Utilities
from advisor.engine.looks import Cells, Look, Part
from advisor.knowledge.model import Criterion, Measure
from advisor.knowledge.values import Domain, Interval

UTILITIES_KEPT = 1 << 16
"""Utilities of one charge that are remembered."""


class Anchors(Struct, frozen=True, eq=False):
    """Where a measure's utility is fixed, by rising number; equal ones are one object."""

    at: tuple[tuple[int, int], ...]


class Figure(Struct, frozen=True, eq=False):
    """The traffic at the point that stands for a joint cell and at the corners of the cell,
    with the anchors; ``moving``: the anchors change inside the cell."""

    numbers: Numbers
    corners: tuple[Numbers, ...]
    anchors: Anchors
    moving: bool


class Charged(Struct, frozen=True, eq=False):
    """What an offer charges with one model: at the point that stands for the shares of the
    traffic, and as bounds over all shares in the cell; with the utilities that are known."""

    measure: Measure
    profile: Profile
    inside: Profile
    doubts: Doubts
    known: dict[tuple[Numbers, Anchors], Utility]

    def utility(self, numbers: Numbers, anchors: Anchors) -> Utility:
        """The utility at this traffic."""
        if self.profile.sizes is None:
            # A bill by the token does not hang on the peak.
            numbers = (*numbers[:3], EVEN)
        found = self.known.get((numbers, anchors))
        if found is None:
            if len(self.known) >= UTILITIES_KEPT:
                self.known.clear()
            found = self.known[numbers, anchors] = self._utility(numbers, anchors)
        return found

    def _utility(self, numbers: Numbers, anchors: Anchors) -> Utility:
        bounds = self.profile.bounds(self.measure.name, numbers)
        if bounds is None or self.profile.priced:
            found = measured_utility(self.measure, anchors.at, bounds, self.doubts)
        else:
            found = measured_utility(self.measure, anchors.at, bounds, UNPRICED)
            found = unpriced(found, self.measure)
        if self.profile.sizes is None:
            return found
        return replace(
            found, point=coarse(found.point), low=coarse(found.low), high=coarse(found.high)
        )

    def span(self, figure: Figure) -> Span:
        """The least and the greatest point value anywhere in the cell: it never falls when the
        utility of either bound of the cost rises."""
        if figure.moving or not figure.corners[0][0]:
            return 0, FULL
        found = self.inside.over(self.measure.name, figure.corners)
        if found is None:
            return (0, FULL) if self.inside.known else (self.measure.cautious,) * 2
        anchors = figure.anchors.at
        if self.inside == self.profile:
            first, last = (utilities_over(anchors, *side) for side in (found.low, found.high))
        else:
            # Where shares move inside the cell, so do both bounds, anywhere between the ends.
            first = last = utilities_over(anchors, found.low[0], found.high[1])
        width = self.doubts.width
        ends = [cautious_point(first[end], last[end], width)[0] for end in (0, 1)]
        if not self.profile.priced:
            ends = [min(end, self.measure.cautious) for end in ends]
        if self.profile.sizes is not None:
            ends = [coarse(end) for end in ends]
        return ends[0], ends[1]

    def never_dearer(self, other: Charged, figure: Figure) -> bool:
        """Whether two bills by the token, as sure as each other, are known to compare this way
        at any traffic in the cell, and so their utilities the other way."""
        if not figure.corners[0][0] or self.doubts.width != other.doubts.width:
            return False
        if any(later > earlier for (_, earlier), (_, later) in pairwise(figure.anchors.at)):
            return False
        fixed = self.inside == self.profile and other.inside == other.profile
        return fixed and self.profile.never_dearer(other.profile, figure.corners)


UNPRICED = Doubts(0, weak=True)


def unpriced(utility: Utility, measure: Measure) -> Utility:
    """The utility of a price that nobody knows, at its declared range: no better than none."""
    return replace(utility, point=min(utility.point, measure.cautious), note=NO_PRICE)


class Measured(Utilities):
    """A criterion that is read off a cost.  ``offers`` are positions among all offers."""

    def __init__(
        self, situation: Situation, criterion: Criterion, measure: Measure, offers: Sequence[int]
    ) -> None:
        super().__init__()
        self._situation = situation
        self._measure = measure
        self._coded: dict[tuple[bool, bool], dict[int, int]] = {}
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
        questions = situation.base.figure_questions[criterion.id]
        # Where not even the requests are known, a likely peak stands for all: it moves the
        # devices far less than they do.  The bounds of a cell hold for every peak all the same.
        blurred: dict[str, int] = {}
        if VOLUME not in situation.inputs.answers:
            for key in situation.space.open_keys((PEAK,)):
                weights = [cell.weight for cell in situation.axes[key].cells]
                blurred[key] = weights.index(max(weights))
        keys = tuple(key for key in situation.space.open_keys(questions) if key not in blurred)

        def see(cells: Cells) -> Figure:
            at = dict(zip(keys, cells, strict=True))
            return figure_at(situation, criterion, measure, at, at | blurred)

        return situation.kept(
            ("figures", criterion.id, *situation.slots(questions)),
            lambda: Look(keys, situation.sizes(keys), see),
        )

    def _charged_look(self, criterion: Criterion) -> Look[tuple[Charged, ...]]:
        situation, measure = self._situation, self._measure
        offers = tuple(situation.knowledge.offers)
        known: dict[tuple[str, Terms], Charged] = {}

        def see(row: tuple[Terms, ...]) -> tuple[Charged, ...]:
            found = []
            for place in zip(offers, row, strict=True):
                if place not in known:
                    known[place] = charged_by(situation, criterion.id, measure, *place)
                found.append(known[place])
            return tuple(found)

        def make() -> Look[tuple[Charged, ...]]:
            return terms_look(situation).map(see)

        if situation.inputs.prices:
            return make()
        slots = situation.slots(questions_of(situation))
        return situation.kept(("charged", criterion.id, *slots), make)

    def _combine(self, seen: tuple[int, ...]) -> int:
        figure = self._figures.meanings[seen[0]]
        row = self._charged.meanings[seen[1]]
        return self.row_number(
            tuple([self.place(c.utility(figure.numbers, figure.anchors)) for c in row])
        )

    def least_lead(self, number: int, first: int, second: int) -> int:
        """What is never dearer is never behind, however far apart the ends of the cell are."""
        least = super().least_lead(number, first, second)
        if least >= 0:
            return least
        figure = self._figures.meanings[self._seen_for_span[number][0]]
        row = self._charged.meanings[self._seen_for_span[number][1]]
        return 0 if row[first].never_dearer(row[second], figure) else least

    def _span(self, seen: tuple[int, ...], offer: int) -> Span:
        figure = self._figures.meanings[seen[0]]
        return self._charged.meanings[seen[1]][offer].span(figure)

    def _column(
        self,
        charged: Charged,
        figures: list[Figure],
        traffic: Traffic,
        anchors: Sequence[Anchors],
    ) -> Any:
        """Where the utilities of one charge at all figures stand in the pool."""
        import numpy as np

        coded = None
        if len(anchors) == 1:
            coded = self._situation.base.aspects.of(
                ("codes", charged, anchors[0], traffic),
                lambda: (
                    codes(charged.profile, self._measure, anchors[0].at, traffic, charged.doubts),
                ),
            )[0]
        if coded is None:
            return np.array([self.place(charged.utility(f.numbers, f.anchors)) for f in figures])
        distinct, places = coded
        known = self._places_of(charged)
        new = [code for code in distinct if code not in known]
        for code, utility in zip(new, self._utilities_of(new, charged), strict=True):
            known[code] = self.place(utility)
        return np.array([known[code] for code in distinct])[places]

    def _places_of(self, charged: Charged) -> dict[int, int]:
        """Where the utilities of coded charges of that kind stand in the pool."""
        kind = charged.profile.priced, charged.doubts.weak
        return self._coded.setdefault(kind, {})

    def _utilities_of(self, wanted: list[int], charged: Charged) -> list[Utility]:
        """The utilities that codes stand for, the same objects in all decisions."""
        weak = Fraction(int(charged.doubts.weak or not charged.profile.priced))
        note = "" if charged.profile.priced else NO_PRICE
        known: dict[int, Utility] = self._situation.base.aspects.of(("coded", weak, note), dict)
        for code in wanted:
            if code not in known:
                known[code] = decoded(code, weak, note)
        return [known[code] for code in wanted]

    def _combine_many(self, seen: list[tuple[int, ...]]) -> list[int]:
        if len(seen) <= FEW_ROWS:
            return [self._combine(row) for row in seen]
        import numpy as np

        # Each charge at each figure once; rows are then picked out of that table.
        figures = sorted({row[0] for row in seen})
        rows = sorted({row[1] for row in seen})
        listed = list(dict.fromkeys(c for r in rows for c in self._charged.meanings[r]))
        place = {charged: i for i, charged in enumerate(listed)}
        seen_figures = [self._figures.meanings[n] for n in figures]
        numbers = tuple(f.numbers for f in seen_figures)
        traffic = self._situation.base.aspects.of(
            ("traffic columns", numbers), lambda: Traffic(numbers)
        )
        anchors = list({id(f.anchors): f.anchors for f in seen_figures}.values())
        table = np.array(
            [self._column(c, seen_figures, traffic, anchors) for c in listed], dtype=np.int64
        ).T
        own = np.array([[place[c] for c in self._charged.meanings[r]] for r in rows])
        at_figure = np.searchsorted(figures, [row[0] for row in seen])
        at_row = np.searchsorted(rows, [row[1] for row in seen])
        return [
            self.row_number(tuple(row)) for row in table[at_figure[:, None], own[at_row]].tolist()
        ]


def figure_at(
    situation: Situation,
    criterion: Criterion,
    measure: Measure,
    at: Mapping[str, int],
    standing: Mapping[str, int],
) -> Figure:
    """The figure of a joint cell; ``standing`` names the cells of the point that stands for it."""
    base = situation.base
    questions = base.figure_questions[criterion.id]
    names = anchor_names(measure)
    point = situation.extended(situation.environment(questions, standing, point=True), names)
    inside = situation.environment(questions, at, point=False)
    anchors = tuple(anchors_at(measure, point))
    anchored = frozenset[str]().union(*(base.workload.questions_of(name) for name in names))
    return Figure(
        whole_traffic(point),
        corners(inside),
        base.aspects.of(("anchors", anchors), lambda: Anchors(anchors)),
        any(_may_move(inside[q]) for q in anchored if q in inside),
    )


def charged_by(
    situation: Situation, criterion: str, measure: Measure, offer: str, terms: Terms
) -> Charged:
    """What an offer charges on these terms; the same object for the same charges."""
    doubts = price_doubts(situation, offer, terms.model)
    return situation.base.aspects.of(
        ("charged", criterion, terms.point, terms.inside, doubts),
        lambda: Charged(measure, terms.point, terms.inside, doubts, {}),
    )


def _may_move(domain: Domain) -> bool:
    """Whether an anchor may move inside a cell: choices that anything tells apart are cells of
    their own, numbers are not."""
    return isinstance(domain, Interval) and not domain.is_point
