"""Gates that compare an answer with a cost: who surely fails where.

What an offer costs in a joint cell is an interval, whose ends lie at corners of the traffic
(see ``measured``).  Offers with the same charges share every verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from advisor.decision.costs import MEASURES, SCALE, SHARES, TRAFFIC, Profile
from advisor.decision.measured import Numbers, corners
from advisor.decision.situation import Situation
from advisor.engine.looks import Cells, Look
from advisor.engine.truth import conjunction, truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.values import Domain, Interval, Truth

Outcome = tuple[int, int]
"""Offers (bits, in their order) that surely fail, and those that may."""

TERMS = (*TRAFFIC, *SHARES, "precision")


class CostGate:
    """One rule of that kind, over the cells of all that it reads."""

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
        self._costs: dict[tuple[object, ...], Domain | None] = {}
        self._verdicts: dict[tuple[object, ...], Truth] = {}

    def look(self, keys: tuple[str, ...]) -> Look[Outcome]:
        """The outcome in each joint cell of ``keys``, all axes that the rule rests on."""
        situation = self._situation

        def make() -> Look[Outcome]:
            return Look(keys, situation.sizes(keys), lambda cells: self._outcome(keys, cells))

        if situation.inputs.prices:
            return make()
        place = ("cost gate", self._rule.id, *situation.slots(self._reads.questions))
        return situation.kept(place, make)

    def over_all(self) -> Outcome:
        """The outcome over all that is left, taken as one cell."""
        return self._outcome((), ())

    def _outcome(self, keys: tuple[str, ...], cells: Cells) -> Outcome:
        situation = self._situation
        at = dict(zip(keys, cells, strict=True))
        env = situation.environment(TERMS, at, point=False)
        at_corners = corners(env)
        asked: Mapping[str, Domain] = situation.environment(self._reads.asked, at, point=False)
        if self._derived:
            asked = situation.base.workload.extend(asked, self._derived)
        said = tuple(asked.values())
        fails = doubts = 0
        for i, offer in self._offers:
            model = situation.choice(offer, at).model
            suits = situation.base.suits(self._rule, offer, model)
            if suits is False:
                continue
            profile = situation.costs.profile(offer, model, env)
            kind = situation.base.kind(self._rule, offer, model)
            place = (profile, kind, at_corners, said)
            if place not in self._verdicts:
                self._verdicts[place] = self._verdict(profile, kind.known, at_corners, asked)
            truth = conjunction((self._verdicts[place], suits))
            if truth is True:
                fails |= 1 << i
            elif truth is None:
                doubts |= 1 << i
        return fails, doubts

    def _verdict(
        self,
        profile: Profile,
        known: Mapping[str, Domain],
        at_corners: tuple[Numbers, ...],
        asked: Mapping[str, Domain],
    ) -> Truth:
        its = dict(known)
        for name in self._reads.its:
            if name in MEASURES:
                value = self._cost(name, profile, at_corners)
                if value is None:
                    # A price that nobody knows proves nothing: it is warned of elsewhere.
                    return False
                its[name] = value
        return truth_of(self._rule.when, asked, its)

    def _cost(self, name: str, profile: Profile, at_corners: tuple[Numbers, ...]) -> Domain | None:
        place = (name, profile, at_corners)
        if place not in self._costs:
            self._costs[place] = cost_over(name, profile, at_corners)
        return self._costs[place]


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
