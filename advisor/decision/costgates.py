"""Gates that compare an answer with a cost: who surely fails where.

What an offer costs in a joint cell is an interval, whose ends lie at corners of the traffic.
Offers with the same charges share every verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from advisor.decision.loads import SIZING
from advisor.decision.outcomes import Billed, Group, Outcome, outcome_of
from advisor.decision.profiles import MEASURES, MONTHLY_LOW, Profile
from advisor.decision.rulebase import Kind
from advisor.decision.situation import Situation
from advisor.decision.sizing import Numbers, needed
from advisor.decision.terms import (
    Terms,
    corners,
    questions_of,
    terms_at,
    terms_look,
    traffic_look,
)
from advisor.engine.looks import Cells, Look, numbered
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import Atom, CompareIts
from advisor.knowledge.values import Domain, Interval, Truth
from advisor.language.kleene import conjunction

if TYPE_CHECKING:
    from advisor.decision.costgates_many import Signs

Answers = tuple[tuple[str, Domain], ...]

MANY = 64
"""Cells of the traffic times answers from which they are judged as columns."""
NEED_AT_MOST = 1 << 48
"""Of requests at the peak, in 10^-9 a second: beyond, devices might not fit into a column."""
BITS = 62
"""Offers that fit into one number of a column."""


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

    def look(self, keys: tuple[str, ...]) -> Look[Outcome]:
        """The outcome in each joint cell of ``keys``, all axes that the rule rests on."""
        situation = self._situation

        def make() -> Look[Outcome]:
            terms, traffic = terms_look(situation), traffic_look(situation)
            asked = self._asked_look()
            looks: list[Look[Any]] = [terms, traffic, asked]
            many = self._many(traffic, asked)
            if many is not None:

                def pick_out(seen: tuple[int, ...]) -> Outcome:
                    row, its_traffic, answers = seen
                    return many(terms.meanings[row])[its_traffic][answers]

                return numbered(looks, keys, situation.sizes(keys), pick_out)

            verdicts: dict[tuple[object, ...], Truth] = {}
            groups: dict[int, tuple[Group, ...]] = {}

            def outcome(seen: tuple[int, ...]) -> Outcome:
                row, its_traffic, answers = seen
                numbers, answered = traffic.meanings[its_traffic], asked.meanings[answers]
                whole = int(numbers[0] != numbers[1] or answered[0] != answered[1])

                def verdict(billed: Billed, side: int) -> Truth:
                    # Asked for once per cell and charge: numbers stand for the long tuples.
                    place = billed, its_traffic, answers, side and whole
                    if place not in verdicts:
                        verdicts[place] = self._verdict(billed, numbers[side], answered[side])
                    return verdicts[place]

                if row not in groups:
                    groups[row] = self._groups(terms.meanings[row])
                return _outcome(groups[row], verdict)

            return numbered(looks, keys, situation.sizes(keys), outcome)

        if situation.inputs.prices:
            return make()
        place = ("cost gate", self._rule.id, *situation.slots(self._reads.questions))
        return situation.kept(place, make)

    def _many(
        self,
        traffic: Look[tuple[tuple[Numbers, ...], tuple[Numbers, ...]]],
        asked: Look[tuple[Answers, Answers]],
    ) -> Callable[[tuple[Terms, ...]], list[list[Outcome]]] | None:
        """By terms the outcomes for all of the traffic and all answers at once; None where the
        rule says something else than how an answer compares with the least monthly cost, or
        where there is too little to be worth it."""
        when = self._rule.when
        if not isinstance(when, Atom) or not isinstance(when.test, CompareIts):
            return None
        few = len(traffic.meanings) * len(asked.meanings) < MANY
        whole = traffic.is_whole and asked.is_whole and len(self._offers) <= BITS
        if few or not whole or when.test.attribute != MONTHLY_LOW:
            return None
        if max(needed(cells[-1]) for _, cells in traffic.meanings) > NEED_AT_MOST:
            return None
        answers = [[dict(side).get(when.name) for side in pair] for pair in asked.meanings]
        numbers = [[a for a in pair if isinstance(a, Interval)] for pair in answers]
        if any(len(pair) < 2 for pair in numbers):
            return None
        from advisor.decision.costgates_many import outcomes, verdicts

        op = when.test.op
        known: dict[tuple[Profile, int], Signs] = {}
        tables: dict[tuple[Terms, ...], list[list[Outcome]]] = {}

        def verdict(profile: Profile, side: int) -> Signs:
            place = profile, side
            if place not in known:
                cells = [pair[side] for pair in traffic.meanings]
                known[place] = verdicts(profile, cells, op, [pair[side] for pair in numbers])
            return known[place]

        def of(row: tuple[Terms, ...]) -> list[list[Outcome]]:
            if row not in tables:
                tables[row] = outcomes(self._groups(row), verdict)
            return tables[row]

        return of

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
        return self.outcome(row, corners(env), self.asked(situation))

    def outcome(
        self, row: tuple[Terms, ...], at_corners: tuple[Numbers, ...], asked: Answers
    ) -> Outcome:
        """The outcome on these terms, with one verdict for all of the traffic."""
        known: dict[Billed, Truth] = {}

        def verdict(billed: Billed, _: int) -> Truth:
            if billed not in known:
                known[billed] = self._verdict(billed, at_corners, asked)
            return known[billed]

        return _outcome(self._groups(row), verdict)

    def asked(self, situation: Situation) -> Answers:
        """What the rule looks at, over all that a situation leaves."""
        return self._asked(situation, {}, point=False)

    def _asked(self, situation: Situation, at: Mapping[str, int], *, point: bool) -> Answers:
        env = situation.environment(self._reads.asked, at, point=point)
        extend = situation.base.workload.extend
        return tuple((extend(env, self._derived) if self._derived else env).items())

    def _asked_look(self) -> Look[tuple[Answers, Answers]]:
        keys = self._situation.space.open_keys(self._reads.asked)

        def see(cells: Cells) -> tuple[Answers, Answers]:
            at = dict(zip(keys, cells, strict=True))
            here = self._situation
            return self._asked(here, at, point=True), self._asked(here, at, point=False)

        return Look(keys, self._situation.sizes(keys), see)

    def _groups(self, row: tuple[Terms, ...]) -> tuple[Group, ...]:
        """The offers that the rule may speak of, by what they charge."""
        aspects = self._situation.base.aspects
        return aspects.of(("cost groups", self._rule.id, row), lambda: self._grouped(row))

    def _grouped(self, row: tuple[Terms, ...]) -> tuple[Group, ...]:
        base = self._situation.base
        found: dict[tuple[Truth, Billed, Billed], int] = {}
        for i, offer in self._offers:
            terms = row[i]
            suits = base.suits(self._rule, offer, terms.model)
            if suits is False:
                continue
            kind = base.kind(self._rule, offer, terms.model)
            place = suits, self._billed(terms.point, kind), self._billed(terms.inside, kind)
            found[place] = found.get(place, 0) | 1 << i
        return tuple(Group(offers, *place) for place, offers in found.items())

    def _billed(self, profile: Profile, kind: Kind) -> Billed:
        aspects = self._situation.base.aspects
        return aspects.of(("billed", profile, kind), lambda: Billed(profile, kind, {}))

    def _verdict(self, billed: Billed, at_corners: tuple[Numbers, ...], asked: Answers) -> Truth:
        its = dict(billed.kind.known)
        for name in self._reads.its:
            if name in MEASURES:
                value = billed.cost(name, at_corners)
                if value is None:
                    # A price that nobody knows proves nothing: it is warned of elsewhere.
                    return False
                its[name] = value
        return truth_of(self._rule.when, dict(asked), its)


def _outcome(groups: Iterable[Group], verdict: Callable[[Billed, int], Truth]) -> Outcome:
    """``verdict`` of a charge at the point (0), and all over the cell (1)."""
    return outcome_of(
        (
            group.offers,
            conjunction((verdict(group.point, 0), group.suits)),
            conjunction((verdict(group.inside, 1), group.suits)),
        )
        for group in groups
    )
