"""What rules mean for the offers at hand: rules for nobody, offers that are always excluded,
exclusions of everybody, and answers that leave nobody.

An offer is judged with every model that it may serve.  Only what is sure of it counts: where
something is not known of an offer, an exclusion is not sure, and nothing is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from advisor.authoring.boxes import EVERYTHING, BoundReached, Box, Cover
from advisor.authoring.examination import Examination
from advisor.authoring.grounding import grounded
from advisor.authoring.regions import NO, YES, Region, Space
from advisor.authoring.witness import box_words, example_words
from advisor.decision.costs import MEASURES
from advisor.engine.serving import Serving
from advisor.engine.truth import its_in, names_in, truth_of
from advisor.knowledge.model import Question, Rule
from advisor.knowledge.syntax import ALWAYS, Condition
from advisor.knowledge.values import Domain, FlagsType, Truth

MODELS = "models"
"""The question whose answer names the models that are served."""


@dataclass
class Market:
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


def check_offers(examination: Examination) -> None:
    """All that depends on the offers."""
    market = Market(examination)
    for rule in examination.knowledge.rules.values():
        _check_spoken_of(examination, market, rule)
        if rule.effect == "exclude" and not rule.negotiable:
            _check_everything(examination, market, rule)
    _check_measured(examination)
    exclusions = Exclusions(market)
    for offer in examination.knowledge.offers:
        _check_offer(examination, market, exclusions, offer)
    for question in examination.knowledge.questions.values():
        _check_answers(examination, market, exclusions, question)


def _check_spoken_of(examination: Examination, market: Market, rule: Rule) -> None:
    if rule.offers == ALWAYS and not its_in(rule.when):
        return
    spoken = market.speaks_of(rule)
    first = next(spoken, None)
    if first is None and rule.offers != ALWAYS:
        examination.places.add(
            "no-offer",
            "warning",
            f"the rule '{rule.id}' speaks of no offer: none is as 'for' says",
            rule.place,
            at=("for",),
        )
        return
    names = its_in(rule.when)
    if not names or first is None or names & set(MEASURES):
        return
    kinds: dict[tuple[tuple[str, Domain], ...], dict[str, Domain]] = {}
    for offer, model in (first, *spoken):
        its = market.its(rule, offer, model)
        kinds[tuple(its.items())] = its
    types = examination.types["when"]
    conditions = [grounded(rule.when, its, types) for its in kinds.values()]
    space = examination.space([("when", condition) for condition in conditions])
    try:
        if any(space.region("when", condition) for condition in conditions):
            return
    except BoundReached:
        return
    examination.places.add(
        "no-offer",
        "warning",
        f"the rule '{rule.id}' never holds for an offer: of those it speaks of, none has a "
        f"{' or '.join(repr(name) for name in sorted(names))} with which it does",
        rule.place,
        at=("when",),
    )


def _check_everything(examination: Examination, market: Market, rule: Rule) -> None:
    if its_in(rule.when) or not examination.knowledge.offers:
        return
    for offer in examination.knowledge.offers:
        models: tuple[str | None, ...] = (None,)
        if market.reads_model(rule) and market.models[offer]:
            models = market.models[offer]
        if any(market.suits(rule, offer, model) is not True for model in models):
            return
    space = examination.space([("when", rule.when)])
    try:
        region = space.region("when", rule.when)
    except BoundReached:
        examination.undecided.append(f"whether '{rule.id}' excludes every offer")
        return
    if region:
        examination.places.add(
            "excludes-everything",
            "error",
            f"the exclusion '{rule.id}' leaves nobody: where it holds, it excludes every offer",
            rule.place,
            hint=f"for example at {example_words(space, region[0])}",
        )


def _check_measured(examination: Examination) -> None:
    criteria = examination.knowledge.criteria
    for rule in examination.knowledge.rules.values():
        criterion = criteria.get(rule.criterion or "")
        if rule.effect == "score" and criterion is not None and criterion.measure is not None:
            examination.places.add(
                "score-on-measure",
                "error",
                f"the rule '{rule.id}' changes nothing: '{criterion.id}' is read off "
                f"'{criterion.measure.name}'",
                rule.place,
                at=("score",),
                hint="weigh, warn and advise may speak of it",
                related=(examination.places.related("the criterion", criterion.place),),
            )


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
        self._keys: dict[tuple[str, str | None], frozenset[tuple[object, ...]]] = {}
        for offer in examination.knowledge.offers:
            for model in (None, *market.models[offer]):
                self._keys[offer, model] = self._surely(offer, model)
        self.space = examination.space([("when", c) for c in self._conditions.values()])
        self._regions: dict[tuple[object, ...], Region] = {}
        for key, condition in self._conditions.items():
            try:
                self._regions[key] = self.space.region("when", condition)
            except BoundReached:
                # Leaving an exclusion out only makes what is reported less.
                self._regions[key] = ()
                examination.undecided.append(f"where the exclusion '{key[0]}' holds")
        self._covers: dict[frozenset[tuple[object, ...]], Cover] = {}
        self._impossible = self._impossible_boxes()

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
        boxes: list[Box] = []
        for entry in self.market.examination.knowledge.impossible:
            try:
                boxes += self.space.region("when", entry.when)
            except BoundReached:
                continue
        return boxes

    def hold(self, offer: str, model: str | None, box: Box) -> bool:
        """Whether the offer is surely excluded everywhere in the box."""
        keys = self._keys[offer, model]
        cover = self._covers.get(keys)
        if cover is None:
            boxes = [box for key in keys for box in self._regions[key]] + self._impossible
            boxes.sort(key=lambda b: (len(b), sorted(b.items())))
            cover = self._covers[keys] = Cover(boxes, self.space.whole)
        try:
            return cover.holds(box)
        except BoundReached:
            return False

    def possible(self, box: Box) -> bool:
        """Whether a workload in the box is possible."""
        try:
            return not Cover(self._impossible, self.space.whole).holds(box)
        except BoundReached:
            return True


def _check_offer(
    examination: Examination, market: Market, exclusions: Exclusions, offer: str
) -> None:
    place = examination.knowledge.offers[offer].place
    listed = market.models[offer]
    closed_list = examination.bench.offering.is_yes(offer, "catalogue-complete")
    if not listed and closed_list and examination.knowledge.method.reference_models:
        examination.places.add(
            "offer-never-wins",
            "warning",
            f"the offer '{offer}' can never win: its list of models is complete, and empty on "
            f"{examination.as_of}",
            place,
        )
        return
    models = (None, *listed)
    if all(exclusions.hold(offer, model, EVERYTHING) for model in models):
        examination.places.add(
            "offer-never-wins",
            "warning",
            f"the offer '{offer}' can never win: whatever is answered, an exclusion holds",
            place,
        )


def _check_answers(
    examination: Examination, market: Market, exclusions: Exclusions, question: Question
) -> None:
    for at, box, model in _answers(exclusions.space, question):
        if not exclusions.possible(box):
            continue
        survivors = (
            offer
            for offer in examination.knowledge.offers
            if not _is_out(market, exclusions, offer, box, model)
        )
        if next(survivors, None) is None:
            words = box_words(exclusions.space, {a: c for a, c in box.items() if c != NO})
            examination.places.add(
                "dead-end",
                "warning",
                f"one answer alone leaves nobody: where {words}, every offer is excluded",
                question.place,
                at=at,
            )


def _is_out(
    market: Market, exclusions: Exclusions, offer: str, box: Box, model: str | None
) -> bool:
    if model is None:
        return all(exclusions.hold(offer, m, box) for m in (None, *market.models[offer]))
    if market.serving.serves(offer, model) is False:
        return True
    known = model if model in market.models[offer] else None
    return exclusions.hold(offer, known, box)


def _answers(space: Space, question: Question) -> Iterator[tuple[tuple[str, ...], Box, str | None]]:
    """Every single answer: where it stands, its box, and the model that it names."""
    if isinstance(question.type, FlagsType):
        axes = {flag: space.flag_axis("when", question.id, flag) for flag in question.type.options}
        for flag, axis in axes.items():
            others = {other: NO for other in axes.values() if other != axis}
            model = flag if question.id == MODELS else None
            yield ("options", flag), {**others, axis: YES}, model
        return
    axis = space.value_axis("when", question.id)
    part = space.parts[axis]
    for index in range(len(part.numbers) or len(part.options)):
        at = ("range",) if part.numbers else ("options", part.options[index])
        whole = space.whole[axis] == 1 << index
        yield at, EVERYTHING if whole else {axis: 1 << index}, None
