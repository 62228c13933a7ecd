"""The utilities of a criterion that counts the steps of rules, by joint cell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from advisor.decision.situation import Situation, Truths
from advisor.decision.tables import FULL, Utility
from advisor.decision.utilities import FEW_ROWS, Aspect, Face, Span, Utilities, aspect_of
from advisor.engine.looks import Look, Part, joined
from advisor.knowledge.model import Criterion, Rule
from advisor.knowledge.values import Truth

if TYPE_CHECKING:
    from advisor.engine.grids import Column

MANY_RULES = 40
"""Rules of one criterion that fit into the bits of one number."""

WAVERING = 6
"""Rules that may change their mind in one cell and are still tried in every combination."""


class Stepped(Utilities):
    """A criterion that counts the steps of rules."""

    def __init__(self, situation: Situation, criterion: Criterion) -> None:
        super().__init__()
        self._base = situation.base
        self._criterion = criterion.id
        numbered = [
            (i, rule)
            for i, rule in enumerate(situation.base.score_rules[criterion.id])
            if situation.may_apply(rule)
        ]
        self.rules = [rule for _, rule in numbered]
        self._kinds = [situation.kinds(rule) for rule in self.rules]
        self._by_offer = [
            (i, {kind: k for k, kind in enumerate(kinds)})
            for (i, rule), kinds in zip(numbered, self._kinds, strict=True)
            if situation.base.reads(rule).its
        ]
        # Of a rule on answers alone every cell is on one side of each test: what is open
        # there is a fact, and so as open in every world of the cell.
        self._movable = sum(1 << i for i, rule in numbered if situation.base.reads(rule).moves)
        truths = [
            situation.truths(rule, kinds)
            for rule, kinds in zip(self.rules, self._kinds, strict=True)
        ]
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, look in enumerate(truths):
            groups.setdefault(look.keys, []).append(place)
        self._groups = [[numbered[place][0] for place in places] for places in groups.values()]
        looks: list[Look[Any]] = [
            joined([truths[place] for place in places]) for places in groups.values()
        ]
        self._truths: list[Look[tuple[Truths, ...]]] = list(looks)
        self._aspects = _aspects(situation, criterion.id, self.rules)
        self.part = Part([*looks, self._aspects], self._combine, self._combine_many)
        self.spans = Part([*looks, self._aspects], self._note)
        self._bits: list[dict[int, _Bits]] = [{} for _ in looks]

    def _seen(self, seen: tuple[int, ...], side: int) -> _Bits:
        """What holds, in all looks together; ``side`` 0 at the point, 1 all over the cell."""
        found = _Bits(0, 0, {})
        for look, (places, number) in enumerate(zip(self._groups, seen, strict=False)):
            bits = self._bits_of(look, places, number, side)
            found = _Bits(found.held | bits.held, found.open | bits.open, {**found.own, **bits.own})
        return found

    def _bits_of(self, look: int, places: Sequence[int], number: int, side: int) -> _Bits:
        known = self._bits[look].get(2 * number + side)
        if known is None:
            held = open_ = 0
            own: dict[int, tuple[Truth, ...]] = {}
            by_offer = dict(self._by_offer)
            for i, truths in zip(places, self._truths[look].meanings[number], strict=True):
                if i in by_offer:
                    own[i] = tuple(pair[side] for pair in truths)
                elif truths[0][side] is True:
                    held |= 1 << i
                elif truths[0][side] is None:
                    open_ |= 1 << i
            known = self._bits[look][2 * number + side] = _Bits(held, open_, own)
        return known

    def _combine(self, seen: tuple[int, ...]) -> int:
        bits = self._seen(seen, 0)
        places: dict[Aspect, int] = {}
        row = []
        for aspect in self._aspects.meanings[seen[-1]]:
            place = places.get(aspect)
            if place is None:
                place = places[aspect] = self.place(self._utility(aspect, bits))
            row.append(place)
        return self.row_number(tuple(row))

    def _utility(self, aspect: Aspect, bits: _Bits) -> Utility:
        return self._point(aspect, *self._of_kind(aspect, bits))

    def _point(self, aspect: Aspect, held: int, open_: int) -> Utility:
        certain = held & aspect.sure
        possible = (held | open_) & (aspect.sure | aspect.maybe) & ~certain
        return aspect.utility(self._base, self._criterion, certain, possible)

    def _of_kind(self, aspect: Aspect, bits: _Bits) -> tuple[int, int]:
        held, open_ = bits.held, bits.open
        for i, kinds in self._by_offer:
            place = kinds.get(aspect.kinds[i])
            # A kind that no rule here speaks of is not among those looked at.
            truth = False if place is None else bits.own[i][place]
            if truth is True:
                held |= 1 << i
            elif truth is None:
                open_ |= 1 << i
        return held, open_

    @cached_property
    def face(self) -> Face:
        """All that there is where no axis is read."""
        row, seen = self.rows[self.part.only], self._seen_for_span[self.spans.only]
        spans: dict[Aspect, Span] = {}
        for offer, aspect in enumerate(self._aspects.meanings[seen[-1]]):
            if aspect not in spans:
                spans[aspect] = self._span(seen, offer)
        listed = [spans[aspect] for aspect in self._aspects.meanings[seen[-1]]]
        return Face(
            tuple([self.pool[place] for place in row]),
            self.points_of(self.part.only),
            tuple([low for low, _ in listed]),
            tuple([high for _, high in listed]),
        )

    def _span(self, seen: tuple[int, ...], offer: int) -> Span:
        """Inside the cell each rule of which that is open may hold, not hold, or hang on a
        fact that is not known."""
        aspect = self._aspects.meanings[seen[-1]][offer]
        spoken = aspect.sure | aspect.maybe
        held, open_ = self._of_kind(aspect, self._seen(seen, 1))
        wavering = open_ & spoken & self._movable
        bits = [1 << i for i in range(wavering.bit_length()) if wavering >> i & 1]
        if len(bits) > WAVERING:
            return 0, FULL
        points = []
        for states in product((0, 1, 2), repeat=len(bits)):
            holds = held | sum(b for b, state in zip(bits, states, strict=True) if state == 1)
            opens = open_ & ~wavering
            opens |= sum(b for b, state in zip(bits, states, strict=True) if state == 2)
            points.append(self._point(aspect, holds, opens).point)
        return min(points), max(points)

    def _combine_many(self, seen: list[tuple[int, ...]]) -> list[int]:
        offers = len(self._aspects.meanings[0]) if self._aspects.meanings else 0
        if len(seen) <= FEW_ROWS or len(self.rules) > MANY_RULES or not offers:
            return [self._combine(row) for row in seen]
        return self._columns(seen, offers)

    def _columns(self, seen: list[tuple[int, ...]], offers: int) -> list[int]:
        """``_combine`` for many combinations at once, offer by offer, as columns."""
        import numpy as np

        from advisor.engine.grids import distinct_rows

        table = np.array(seen, dtype=np.int64)
        held = np.zeros(len(table), dtype=np.int64)
        open_ = np.zeros(len(table), dtype=np.int64)
        own: dict[int, Column] = {}
        for look, places in enumerate(self._groups):
            count = int(table[:, look].max()) + 1
            bits = [self._bits_of(look, places, number, 0) for number in range(count)]
            held |= np.array([b.held for b in bits], dtype=np.int64)[table[:, look]]
            open_ |= np.array([b.open for b in bits], dtype=np.int64)[table[:, look]]
            for i in bits[0].own:
                codes = np.array(
                    [[2 if t is None else int(t) for t in b.own[i]] for b in bits], dtype=np.int64
                )
                own[i] = np.pad(codes, ((0, 0), (0, 1)))[table[:, look]]
        served = table[:, -1]
        everyone = self._aspects.meanings[: int(served.max()) + 1]
        columns: dict[tuple[Aspect, ...], Column] = {}
        index = np.zeros((len(table), offers), dtype=np.int64)
        rows = np.arange(len(table))
        for offer in range(offers):
            listed = tuple(row[offer] for row in everyone)
            if listed not in columns:
                aspects = list(dict.fromkeys(listed))
                which = np.array([aspects.index(a) for a in listed], dtype=np.int64)[served]
                holds, opens = held, open_
                for i, kinds in self._by_offer:
                    # The column past the last is for kinds that the rule does not speak of.
                    kind = np.array(
                        [kinds.get(a.kinds[i], len(kinds)) for a in aspects], dtype=np.int64
                    )
                    code = own[i][rows, kind[which]]
                    holds = holds | ((code == 1).astype(np.int64) << i)
                    opens = opens | ((code == 2).astype(np.int64) << i)
                sure = np.array([a.sure for a in aspects], dtype=np.int64)[which]
                spoken = np.array([a.sure | a.maybe for a in aspects], dtype=np.int64)[which]
                certain = holds & sure
                possible = (holds | opens) & spoken & ~certain
                distinct, at_distinct = distinct_rows([which, certain, possible])
                found = [
                    self.place(aspects[a].utility(self._base, self._criterion, c, p))
                    for a, c, p in distinct
                ]
                columns[listed] = np.array(found, dtype=np.int64)[at_distinct]
            index[:, offer] = columns[listed]
        start = len(self.rows)
        self.rows.extend(index.tolist())
        return list(range(start, len(self.rows)))


class _Bits(Struct, frozen=True):
    """Rules that hold and that might (bits); ``own``: by kind, for those that compare with
    the offer."""

    held: int
    open: int
    own: dict[int, tuple[Truth, ...]]


def stepped_at(situation: Situation, criterion: Criterion) -> Stepped:
    """The utilities for these answers; the same object for the same ones."""
    base = situation.base
    place = ("stepped", criterion.id, *situation.marks(base.score_tests[criterion.id]))
    if criterion.id in base.score_serving:
        place += situation.served
    found: Stepped | None = base.tables.get(place)
    if found is None:
        found = Stepped(situation, criterion)
        base.tables.put(place, found, size=found.cells)
    return found


def _aspects(
    situation: Situation, criterion: str, rules: Sequence[Rule]
) -> Look[tuple[Aspect, ...]]:
    """What the criterion's rules see of each offer."""
    base = situation.base
    ids = tuple(situation.knowledge.offers)
    if any(base.reads(rule).served for rule in rules):
        return situation.kept(
            ("aspects", criterion, *situation.served),
            lambda: situation.choices.map(
                lambda row: tuple(
                    aspect_of(base, criterion, offer, choice.model)
                    for offer, choice in zip(ids, row, strict=True)
                )
            ),
        )

    def alike() -> Look[tuple[Aspect, ...]]:
        row = tuple(aspect_of(base, criterion, offer, None) for offer in ids)
        return Look((), (), lambda _: row)

    return base.aspects.of(("aspects", criterion), alike)
