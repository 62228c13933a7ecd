"""The offers of a rule base, with the models that each may serve, and where they are excluded.

Only what is sure of an offer counts: where something is not known of it, an exclusion is not
sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from advisor.authoring.boxes import Axis, BoundReached, Box, Cover, holds, meet, touches
from advisor.authoring.examination import Examination
from advisor.authoring.grounding import grounded
from advisor.authoring.regions import Region
from advisor.decision.costs import MEASURES
from advisor.engine.serving import Serving
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import Condition
from advisor.knowledge.values import Domain, Truth
from advisor.language.mentions import its_in, names_in

_MOST_KEPT = 32
"""Boxes that are remembered of those where an offer is excluded, and of those where not."""


class Market(Struct, dict=True):
    """The offers of a rule base on a day, and the exclusions that surely hold for each."""

    examination: Examination
    _suits: dict[tuple[str, str, str | None], Truth] = field(default_factory=dict)

    @cached_property
    def serving(self) -> Serving:
        bench = self.examination.bench
        return Serving(self.examination.knowledge, bench.ledger, bench.offering)

    @cached_property
    def models(self) -> Mapping[str, tuple[str, ...]]:
        """The models that each offer may serve."""
        knowledge, bench = self.examination.knowledge, self.examination.bench
        found: dict[str, tuple[str, ...]] = {}
        for offer in knowledge.offers:
            names = [m for m, row in bench.ledger.served[offer].items() if row.served is not False]
            if bench.offering.is_yes(offer, "any-open-model"):
                names += [m.id for m in knowledge.models.values() if m.open]
            found[offer] = tuple(sorted(set(names)))
        return found

    @cached_property
    def _names(self) -> Mapping[str, tuple[tuple[str, ...], bool, bool]]:
        """By rule: what it compares with, and whether that or 'for' hangs on the model."""
        hangs = self.examination.bench.offering.depends_on_model
        return {
            rule.id: (
                tuple(sorted(its_in(rule.when))),
                any(map(hangs, its_in(rule.when))),
                any(map(hangs, names_in(rule.offers))),
            )
            for rule in self.examination.knowledge.rules.values()
        }

    def reads_model(self, rule: Rule) -> bool:
        """Whether it matters for the rule which model an offer serves."""
        _, compares, chooses = self._names[rule.id]
        return compares or chooses

    def suits(self, rule: Rule, offer: str, model: str | None) -> Truth:
        """Whether the rule speaks of the offer when it serves the model."""
        key = (rule.id, offer, model if self._names[rule.id][2] else None)
        if key not in self._suits:
            env = self.examination.bench.offering.environment(*key[1:])
            self._suits[key] = truth_of(rule.offers, env)
        return self._suits[key]

    def speaks_of(self, rule: Rule) -> Iterator[tuple[str, str | None]]:
        """Offers, with a model where that matters, of which the rule may speak."""
        for offer in self.examination.knowledge.offers:
            if self.suits(rule, offer, None) is False:
                continue
            if not self.reads_model(rule):
                yield offer, None
                continue
            models: tuple[str | None, ...] = self.models[offer] or (None,)
            yield from ((offer, m) for m in models if self.suits(rule, offer, m) is not False)

    def its(self, rule: Rule, offer: str, model: str | None) -> dict[str, Domain]:
        """What the rule compares with, as far as it is known."""
        names = self._names[rule.id][0]
        if not names:
            return {}
        env = self.examination.bench.offering.environment(offer, model)
        return {name: env[name] for name in names if name in env}


class Exclusions:
    """Where each offer is surely excluded, by the model that it serves."""

    def __init__(self, market: Market) -> None:
        self.market = market
        examination = market.examination
        gates = [
            r
            for r in examination.knowledge.rules.values()
            if r.effect == "exclude" and not r.negotiable and not its_in(r.when) & set(MEASURES)
        ]
        self._gates = [(gate, market.reads_model(gate)) for gate in gates]
        self._conditions: dict[tuple[str, tuple[tuple[str, Domain], ...]], Condition] = {}
        self.keys: dict[tuple[str, str | None], frozenset[tuple[object, ...]]] = {}
        for offer in examination.knowledge.offers:
            for model in (None, *market.models[offer]):
                self.keys[offer, model] = self._surely(offer, model)
        self.space = examination.space([("when", c) for c in self._conditions.values()])
        self._regions: dict[tuple[object, ...], Region] = {}
        for key, condition in self._conditions.items():
            try:
                self._regions[key] = self.space.region("when", condition)
            except BoundReached:
                # Leaving an exclusion out only makes what is reported less.
                self._regions[key] = ()
                place = examination.knowledge.rules[str(key[0])].place
                examination.leave_open(f"where the exclusion '{key[0]}' holds", place)
        self._covers: dict[frozenset[tuple[object, ...]], Cover] = {}
        self._known: dict[frozenset[tuple[object, ...]], tuple[list[Box], list[Box]]] = {}
        self._impossible = Cover(self._impossible_boxes(), self.space.whole)

    def _surely(self, offer: str, model: str | None) -> frozenset[tuple[object, ...]]:
        """The exclusions that surely speak of the offer, with what they compare with."""
        market, types = self.market, self.market.examination.types["when"]
        found: set[tuple[object, ...]] = set()
        for gate, reads_model in self._gates:
            served = model if reads_model else None
            if market.suits(gate, offer, None) is False:
                continue
            if market.suits(gate, offer, served) is not True:
                continue
            its = market.its(gate, offer, served)
            key = (gate.id, tuple(its.items()))
            if key not in self._conditions:
                self._conditions[key] = grounded(gate.when, its, types)
            found.add(key)
        return frozenset(found)

    def _impossible_boxes(self) -> list[Box]:
        examination = self.market.examination
        boxes: list[Box] = []
        for entry in examination.knowledge.impossible:
            try:
                boxes += self.space.region("when", entry.when)
            except BoundReached:
                examination.leave_open(f"where the combination '{entry.id}' holds", entry.place)
        return boxes

    def hold(self, offer: str, model: str | None, box: Box) -> bool:
        """Whether the offer is surely excluded everywhere in the box."""
        return self.left_of(offer, model, box) is None

    def left_of(self, offer: str, model: str | None, box: Box) -> Box | None:
        """A part of the box in which the offer is nowhere surely excluded; None if there is
        none.  Where that is not found out it is taken for the whole box."""
        keys = self.keys[offer, model]
        cover = self._covers.get(keys)
        if cover is None:
            boxes = [box for key in keys for box in self._regions[key]]
            boxes += self._impossible.boxes
            boxes.sort(key=lambda b: (len(b), sorted(b.items())))
            cover = self._covers[keys] = Cover(boxes, self.space.whole)
        # What is known of other boxes mostly tells of this one too.
        left, out = self._known.setdefault(keys, ([], []))
        piece = next((piece for piece in left if touches(piece, box)), None)
        if piece is not None:
            return meet(piece, box)
        if any(holds(wider, box) for wider in out):
            return None
        try:
            piece = cover.remainder(box)
            known, found = (out, box) if piece is None else (left, piece)
            if len(known) < _MOST_KEPT:
                known.append(found)
            return piece
        except BoundReached:
            examination = self.market.examination
            place = examination.knowledge.offers[offer].place
            examination.leave_open(f"where the offer '{offer}' is excluded", place)
            return box

    def possible(self, box: Box) -> bool:
        """Whether a workload in the box is possible."""
        try:
            return not self._impossible.holds(box)
        except BoundReached:
            examination = self.market.examination
            entry = examination.knowledge.impossible[-1]
            examination.leave_open("which pairs of answers are impossible", entry.place)
            return True

    @cached_property
    def axes(self) -> frozenset[Axis]:
        """What exclusions, and the declared impossible combinations, look at."""
        boxes = [b for region in self._regions.values() for b in region]
        return frozenset(axis for b in (*boxes, *self._impossible.boxes) for axis in b)
