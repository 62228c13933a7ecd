"""Gates that compare an answer with a cost: who surely fails where.

What an offer costs in a joint cell is an interval, whose ends lie at corners of the traffic.
Offers with the same charges share every verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from advisor.decision.loads import SIZING
from advisor.decision.profiles import MEASURES, SCALE, Profile
from advisor.decision.rulebase import Kind
from advisor.decision.situation import Situation
from advisor.decision.sizing import Numbers
from advisor.decision.terms import (
    Terms,
    corners,
    questions_of,
    terms_at,
    terms_look,
    traffic_look,
)
from advisor.engine.looks import Cells, Look
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.truth import conjunction, truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Domain, Interval, Truth

Answers = tuple[tuple[str, Domain], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Offers, as bits in their order.  All over a joint cell some surely fail and some may;
    at the point that stands for the cell, some surely fail and some surely pass."""

    fails: int
    doubts: int
    at_point: int
    passes: int


def outcome_of(truths: Iterable[tuple[int, Truth, Truth]]) -> Outcome:
    """From (place of an offer, whether it fails at the point, and all over the cell); offers
    that are not listed pass."""
    fails = doubts = at_point = not_passing = 0
    for place, point, inside in truths:
        bit = 1 << place
        if inside is True:
            fails |= bit
        elif inside is None:
            doubts |= bit
        if point is True:
            at_point |= bit
        if point is not False:
            not_passing |= bit
    return Outcome(fails, doubts, at_point, ~not_passing)


class CostGate:
    """One rule of that kind."""

    def __init__(self, situation: Situation, rule: Rule) -> None:
        self._situation = situation
        self._rule = rule
        self._reads = situation.base.reads(rule)
        self._offers = tuple(
            (i, offer)
            for i, offer in enumerate(situation.knowledge.offers)
            if not situation.base.never_speaks_of(rule, offer)
        )
        self._derived = situation.base.workload.derived_in(rule.when)
        self._verdicts: dict[tuple[object, ...], Truth] = {}
        self._places: dict[Any, int] = {}

    def look(self, keys: tuple[str, ...]) -> Look[Outcome]:
        """The outcome in each joint cell of ``keys``, all axes that the rule rests on."""
        situation = self._situation

        def make() -> Look[Outcome]:
            terms, traffic = terms_look(situation), traffic_look(situation)
            asked = self._asked_look()
            place = {key: i for i, key in enumerate(keys)}
            picks = [[place[key] for key in look.keys] for look in (terms, traffic, asked)]

            def see(cells: Cells) -> Outcome:
                of_terms, of_traffic, of_asked = (tuple([cells[i] for i in pick]) for pick in picks)
                return self._outcome(
                    terms.meaning(of_terms), traffic.meaning(of_traffic), asked.meaning(of_asked)
                )

            return Look(keys, situation.sizes(keys), see)

        if situation.inputs.prices:
            return make()
        place = ("cost gate", self._rule.id, *situation.slots(self._reads.questions))
        return situation.kept(place, make)

    def over_all(self) -> Outcome:
        """The outcome over all that is left, taken as one cell."""
        situation = self._situation
        read = {*questions_of(situation), *SIZING} - set(SERVING_QUESTIONS)
        env = situation.environment(sorted(read), {}, point=False)
        wanted = situation.costs.wanted(env)
        row = tuple(
            terms_at(situation, offer, situation.choice(offer, {}).model, wanted, wanted)
            for offer in situation.knowledge.offers
        )
        whole, asked = corners(env), self._asked({}, point=False)
        return self._outcome(row, (whole, whole), (asked, asked))

    def _asked(self, at: Mapping[str, int], *, point: bool) -> Answers:
        base = self._situation.base
        env = self._situation.environment(self._reads.asked, at, point=point)
        return tuple((base.workload.extend(env, self._derived) if self._derived else env).items())

    def _asked_look(self) -> Look[tuple[Answers, Answers]]:
        keys = self._situation.space.open_keys(self._reads.asked)

        def see(cells: Cells) -> tuple[Answers, Answers]:
            at = dict(zip(keys, cells, strict=True))
            return self._asked(at, point=True), self._asked(at, point=False)

        return Look(keys, self._situation.sizes(keys), see)

    def _outcome(
        self,
        row: tuple[Terms, ...],
        traffic: tuple[tuple[Numbers, ...], tuple[Numbers, ...]],
        asked: tuple[Answers, Answers],
    ) -> Outcome:
        """``traffic`` and ``asked`` at the point, and all over the cell."""
        base = self._situation.base
        found: list[tuple[int, Truth, Truth]] = []
        for i, offer in self._offers:
            terms = row[i]
            suits = base.suits(self._rule, offer, terms.model)
            if suits is False:
                continue
            kind = base.kind(self._rule, offer, terms.model)
            point, inside = (
                conjunction((self._verdict(profile, kind, numbers, answers), suits))
                for profile, numbers, answers in zip(
                    (terms.point, terms.inside), traffic, asked, strict=True
                )
            )
            found.append((i, point, inside))
        return outcome_of(found)

    def _number(self, value: object) -> int:
        return self._places.setdefault(value, len(self._places))

    def _verdict(
        self, profile: Profile, kind: Kind, numbers: tuple[Numbers, ...], asked: Answers
    ) -> Truth:
        place = (self._number(profile), kind, self._number(numbers), self._number(asked))
        if place not in self._verdicts:
            self._verdicts[place] = self._judged(profile, kind, numbers, asked)
        return self._verdicts[place]

    def _judged(
        self, profile: Profile, kind: Kind, numbers: tuple[Numbers, ...], asked: Answers
    ) -> Truth:
        its = dict(kind.known)
        for name in self._reads.its:
            if name in MEASURES:
                value = cost_over(name, profile, numbers)
                if value is None:
                    # A price that nobody knows proves nothing: it is warned of elsewhere.
                    return False
                its[name] = value
        return truth_of(self._rule.when, dict(asked), its)


def cost_over(name: str, profile: Profile, at_corners: tuple[Numbers, ...]) -> Interval | None:
    """A cost measure in USD anywhere in a cell of the traffic; None without a price."""
    found = profile.over(name, at_corners) if profile.priced else None
    if found is None:
        return None
    low, high = found.low[0], found.high[1]
    return Interval(
        None if low is None else Fraction(low, SCALE),
        None if high is None else Fraction(high, SCALE),
    )
