"""Gates that compare an answer with a cost: who surely fails where.

What an offer costs in a joint cell is an interval, whose ends lie at corners of the traffic.
Offers with the same charges share every verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from advisor.decision.costs import MEASURES, SCALE, SHARES, TRAFFIC, Profile
from advisor.decision.situation import Situation
from advisor.decision.terms import Numbers, Terms, corners, corners_look, terms_at, terms_look
from advisor.engine.looks import Cells, Look
from advisor.engine.truth import conjunction, truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Domain, Interval, Truth

Outcome = tuple[int, int]
"""Offers (bits, in their order) that surely fail, and those that may."""


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
            terms, traffic, asked = (
                terms_look(situation),
                corners_look(situation),
                self._asked_look(),
            )
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
        env = situation.environment(("precision", *SHARES, *TRAFFIC), {}, point=False)
        row = tuple(
            terms_at(situation, offer, situation.choice(offer, {}).model, env, env)
            for offer in situation.knowledge.offers
        )
        return self._outcome(row, corners(env), self._asked({}))

    def _asked(self, at: Mapping[str, int]) -> tuple[tuple[str, Domain], ...]:
        base = self._situation.base
        env = self._situation.environment(self._reads.asked, at, point=False)
        return tuple((base.workload.extend(env, self._derived) if self._derived else env).items())

    def _asked_look(self) -> Look[tuple[tuple[str, Domain], ...]]:
        keys = self._situation.space.open_keys(self._reads.asked)
        return Look(
            keys,
            self._situation.sizes(keys),
            lambda cells: self._asked(dict(zip(keys, cells, strict=True))),
        )

    def _outcome(
        self,
        row: tuple[Terms, ...],
        at_corners: tuple[Numbers, ...],
        asked: tuple[tuple[str, Domain], ...],
    ) -> Outcome:
        base = self._situation.base
        said = (self._number(at_corners), self._number(asked))
        fails = doubts = 0
        for i, offer in self._offers:
            terms = row[i]
            suits = base.suits(self._rule, offer, terms.model)
            if suits is False:
                continue
            kind = base.kind(self._rule, offer, terms.model)
            place = (self._number(terms.inside), kind, *said)
            if place not in self._verdicts:
                self._verdicts[place] = self._verdict(terms.inside, kind.known, at_corners, asked)
            truth = conjunction((self._verdicts[place], suits))
            if truth is True:
                fails |= 1 << i
            elif truth is None:
                doubts |= 1 << i
        return fails, doubts

    def _number(self, value: object) -> int:
        return self._places.setdefault(value, len(self._places))

    def _verdict(
        self,
        profile: Profile,
        known: Mapping[str, Domain],
        at_corners: tuple[Numbers, ...],
        asked: tuple[tuple[str, Domain], ...],
    ) -> Truth:
        its = dict(known)
        for name in self._reads.its:
            if name in MEASURES:
                value = cost_over(name, profile, at_corners)
                if value is None:
                    # A price that nobody knows proves nothing: it is warned of elsewhere.
                    return False
                its[name] = value
        return truth_of(self._rule.when, dict(asked), its)


def cost_over(name: str, profile: Profile, at_corners: tuple[Numbers, ...]) -> Interval | None:
    """A cost measure in USD anywhere in a cell of the traffic; None without a price."""
    found = [profile.bounds(name, *numbers) for numbers in at_corners]
    known = [bounds for bounds in found if bounds is not None]
    if len(known) < len(found):
        return None
    highs = [high for _, high in known if high is not None]
    return Interval(
        Fraction(min(low for low, _ in known), SCALE),
        Fraction(max(highs), SCALE) if len(highs) == len(known) else None,
    )
