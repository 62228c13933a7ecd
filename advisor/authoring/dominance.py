"""Offers that rank behind another whatever is answered.

One offer is *at least as good* as another if, in every joint cell of every sheet of answers:

* it is served for certain wherever the other is, and in doubt at most where the other is;
* no exclusion holds of it more than of the other, in Kleene's order false, unknown, true;
* no criterion gives it a lower utility.

Then it is never excluded where the other is not, it never has more to confirm, and its mean
score, the score at base weights and the worst cells are no lower: what is left of a tie goes
by id.  This is looked for by structure alone, so that what is found is true: a rule counts by
whether it speaks of each offer, at all truths that its workload side can have; bills are
compared by their prices.  What a user claims beside the answers (own prices, own measurements)
is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeAlias

from msgspec import Struct, field

from advisor.authoring.bill_order import bill_order, falls
from advisor.authoring.exclusions import Market
from advisor.authoring.its_order import SAME, BillOrder, Order, order_of
from advisor.decision.costs import MEASURES
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.tables import STEP, price_doubts, strongest, widening_of
from advisor.engine.serving import MODEL_SIZE, QUESTIONS, Choice
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Criterion, Inputs, Knowledge, Rule
from advisor.knowledge.values import Domain, Interval, Options, Truth
from advisor.language.kleene import conjunction
from advisor.language.mentions import its_in

MOST_STEPS = 200_000
"""Looks at a rule beside two offers after which no further pair is compared; those that are left
stay undecided."""
BILL_STEPS = 100
"""As many looks as two bills that have to be worked out take, about."""
MOST_STATES = 4_096
"""Truths of the rules on one piece of evidence, in combination, up to which all are tried."""

View: TypeAlias = tuple[str, str | None]
"""An offer and the model that it serves."""

FRONTIER = QUESTIONS[1]

_RISING: Mapping[Truth, int] = {False: 0, None: 1, True: 2}
_BELOW: tuple[tuple[Truth, Truth], ...] = (
    (False, False),
    (False, None),
    (False, True),
    (None, None),
    (None, True),
    (True, True),
)


class Dominance(Struct, dict=True):
    """Compares the offers of a rule base in pairs."""

    market: Market
    _bills: dict[tuple[View, View], BillOrder] = field(default_factory=dict)
    _widening: dict[tuple[str, View], int] = field(default_factory=dict)
    _asked: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    _apart: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)
    steps: int = 0

    def over(self, offer: str, others: Sequence[str]) -> str | None:
        """One of ``others`` that is at least as good, first one that wins their ties too.  Of two
        that are as good as each other, the one that wins ties is over the other alone."""
        found = [other for other in others if other != offer and self.holds(other, offer)]
        found = [other for other in found if other < offer or not self.holds(offer, other)]
        return min(found, key=lambda other: (other > offer, other), default=None)

    def holds(self, one: str, other: str) -> bool:
        """Whether the one offer is found to be at least as good as the other."""
        if self.steps > MOST_STEPS:
            return False
        plain = (one, None), (other, None)
        # What tells most pairs apart comes first.
        return (
            all(self._excluded_less(gate, *plain) for gate in self._gates[False])
            and self._serves_named(one, other)
            and all(self._as_useful(criterion, *plain) for criterion in self._criteria[False])
            and self._hold_serving(((one, m), (other, m)) for m in self._knowledge.models)
            and self._serves_chosen(one, other)
            and self._hold_serving(self._chosen(one, other))
        )

    def _hold_serving(self, pairs: Iterable[tuple[View, View]]) -> bool:
        """The same of what hangs on the models that the two serve."""
        return all(
            all(self._excluded_less(gate, *pair) for gate in self._gates[True])
            and all(self._as_useful(criterion, *pair) for criterion in self._criteria[True])
            for pair in pairs
        )

    # What is served

    def _serves_named(self, one: str, other: str) -> bool:
        serves = self.market.serving.serves
        return all(
            _RISING[serves(one, model)] >= _RISING[serves(other, model)]
            for model in self._knowledge.models
        )

    def _serves_chosen(self, one: str, other: str) -> bool:
        return all(
            _RISING[left.served] >= _RISING[right.served]
            for left, right in zip(self._choices(one), self._choices(other), strict=True)
        )

    def _chosen(self, one: str, other: str) -> Iterator[tuple[View, View]]:
        """The two with the models that they serve at once where none is named."""
        chosen = zip(self._choices(one), self._choices(other), strict=True)
        for left, right in dict.fromkeys((a.model, b.model) for a, b in chosen):
            if left is None or left != right:
                yield (one, left), (other, right)

    def _choices(self, offer: str) -> tuple[Choice, ...]:
        """What the offer serves where no model is named, whatever is asked."""
        if offer not in self._asked:
            choose = self.market.serving.choose
            self._asked[offer] = tuple([choose(offer, *asked) for asked in self._wanted])
        return self._asked[offer]

    @cached_property
    def _wanted(self) -> tuple[tuple[Mapping[str, Domain], Mapping[str, Domain]], ...]:
        """Every way of asking for no model by name that can come out differently: the class of
        models, and the sizes that match; with a size answered and without."""
        low, high = self._knowledge.method.size_match
        sizes = sorted(
            {
                evidence.value.low
                for listed in self._knowledge.method.reference_models.values()
                for model in listed
                if (
                    evidence := self.market.examination.bench.ledger.models[model].get(
                        "total-parameters"
                    )
                )
                and isinstance(evidence.value, Interval)
                and evidence.value.low is not None
            }
        )
        asked: list[Domain | None] = [None, Interval(None, None)]
        for first, smallest in enumerate(sizes):
            for largest in sizes[first:]:
                # All of the sizes that are asked for match all of these models.
                if largest / high <= smallest / low:
                    asked.append(Interval(largest / high, smallest / low))
        found: list[tuple[Mapping[str, Domain], Mapping[str, Domain]]] = []
        for kind in ("best-closed", "large-open", None):
            frontier = {} if kind is None else {FRONTIER: Options(frozenset({kind}))}
            for size in asked:
                env = frontier if size is None else {**frontier, MODEL_SIZE: size}
                found.append((env, {MODEL_SIZE: Interval(1, 1)}))
                if kind is None:
                    # Where no size was answered a closed model may do as well.
                    found.append((env, {}))
        return tuple(found)

    # Exclusions

    def _excluded_less(self, gate: Rule, one: View, other: View) -> bool:
        self.steps += 1
        left = self.market.suits(gate, *one)
        if left is False:
            return True
        if _RISING[left] > _RISING[self.market.suits(gate, *other)]:
            return False
        return self._order(gate, one, other).at_most

    def _order(self, rule: Rule, one: View, other: View) -> Order:
        """Of the workload side of a rule."""
        names = self._compared[rule.id]
        if not names:
            return SAME
        bills: BillOrder = "same"
        if rule.effect == "exclude" and names & set(MEASURES):
            bills = self._bill_order(one, other)
        return order_of(
            rule.when, self.market.its(rule, *one), self.market.its(rule, *other), bills
        )

    def _bill_order(self, one: View, other: View) -> BillOrder:
        if (one, other) not in self._bills:
            if self._claim_the_same(one, other):
                self._bills[one, other] = "same"
            else:
                self.steps += BILL_STEPS
                self._bills[one, other] = bill_order(self._situation.costs, one, other)
        return self._bills[one, other]

    def _claim_the_same(self, one: View, other: View) -> bool:
        """Whether nothing but names tells the two apart."""
        left, right = (self._knowledge.offers[offer] for offer, _ in (one, other))
        if (left.accelerator, left.deployment) != (right.accelerator, right.deployment):
            return False
        known = self.market.examination.bench.offering.environment
        claims = ({**known(*view), "offer": None, "platform": None} for view in (one, other))
        return next(claims) == next(claims)

    # Criteria

    def _as_useful(self, criterion: Criterion, one: View, other: View) -> bool:
        measure = criterion.measure
        if measure is None:
            unlike = self._unlike(criterion.id, one[0], other[0]) | {
                rule.evidence
                for rule in self._scores[criterion.id][True]
                if not self._alike(rule, one, other)
            }
            rules = [*self._scores[criterion.id][False], *self._scores[criterion.id][True]]
            return all(
                self._moves_no_less([r for r in rules if r.evidence == evidence], one, other)
                for evidence in sorted(unlike)
            )
        bills = self._bill_order(one, other)
        if bills == "unlike" or (bills == "less" and not falls(measure)):
            return False
        left, right = (price_doubts(self._situation, *view) for view in (one, other))
        return left.width == right.width

    def _unlike(self, criterion: str, one: str, other: str) -> frozenset[str]:
        """The evidence of rules that tell the two offers apart, whatever models they serve."""
        place = criterion, one, other
        if place not in self._apart:
            rules = self._scores[criterion][False]
            views = (one, None), (other, None)
            self._apart[place] = frozenset(r.evidence for r in rules if not self._alike(r, *views))
        return self._apart[place]

    def _alike(self, rule: Rule, one: View, other: View) -> bool:
        """Whether the rule says the same of both, with evidence that is as good."""
        self.steps += 1
        left, right = (self.market.suits(rule, *view) for view in (one, other))
        if left is not right:
            return False
        if left is False:
            return True
        return self._order(rule, one, other) == SAME and self._width(rule, one) == self._width(
            rule, other
        )

    def _width(self, rule: Rule, view: View) -> int:
        if (rule.id, view) not in self._widening:
            self._widening[rule.id, view] = widening_of(self._base, rule, *view)
        return self._widening[rule.id, view]

    def _moves_no_less(self, rules: Sequence[Rule], one: View, other: View) -> bool:
        """Whether rules on one piece of evidence leave the utility of the one no lower, and both
        ends of what is left open; what other evidence does then adds the same to both."""
        states = [self._states(rule, one, other) for rule in rules]
        if prod(map(len, states)) > MOST_STATES:
            return False
        for state in product(*states):
            left, right = zip(*state, strict=True)
            if any(
                a < b
                for a, b in zip(
                    self._moved(rules, left, one), self._moved(rules, right, other), strict=True
                )
            ):
                return False
        return True

    def _states(self, rule: Rule, one: View, other: View) -> list[tuple[Truth, Truth]]:
        """What can be true of the two at once."""
        order = self._order(rule, one, other)
        holds: list[tuple[Truth, Truth]] = [
            (a, b)
            for a, b in (*_BELOW, *((b, a) for a, b in _BELOW if a is not b))
            if (not order.at_most or _RISING[a] <= _RISING[b])
            and (not order.at_least or _RISING[a] >= _RISING[b])
        ]
        if truth_of(rule.when, {}) is True:
            holds = [(True, True)]
        left, right = (self.market.suits(rule, *view) for view in (one, other))
        return list(
            dict.fromkeys((conjunction((a, left)), conjunction((b, right))) for a, b in holds)
        )

    def _moved(self, rules: Sequence[Rule], truths: Sequence[Truth], view: View) -> tuple[int, ...]:
        """By how much rules on one piece of evidence move the utility, and its lower and its
        upper end."""
        certain = [r for r, truth in zip(rules, truths, strict=True) if truth is True]
        possible = [r for r, truth in zip(rules, truths, strict=True) if truth is None]
        counted = strongest(certain)
        width = sum(self._width(rule, view) for rule in counted)
        worst = strongest([*certain, *(r for r in possible if r.steps < 0)])
        best = strongest([*certain, *(r for r in possible if r.steps > 0)])
        raw, low, high = (STEP * sum(r.steps for r in found) for found in (counted, worst, best))
        return raw, low - width, high + width

    # What is worked out once

    @property
    def _knowledge(self) -> Knowledge:
        return self.market.examination.knowledge

    @cached_property
    def _base(self) -> RuleBase:
        """Without cuts of numbers: no answers are looked at."""
        bench = self.market.examination.bench
        return RuleBase(
            knowledge=self._knowledge,
            ledger=bench.ledger,
            offering=bench.offering,
            serving=self.market.serving,
            workload=bench.workload,
            cuts={},
            firm={},
        )

    @cached_property
    def _situation(self) -> Situation:
        return Situation(self._base, Inputs({}))

    @cached_property
    def _scores(self) -> Mapping[str, Mapping[bool, tuple[Rule, ...]]]:
        """The rules of each criterion, by whether they hang on the model that is served."""
        found: dict[str, dict[bool, list[Rule]]] = {
            criterion: {False: [], True: []} for criterion in self._knowledge.criteria
        }
        for rule in self._knowledge.rules.values():
            if rule.effect == "score" and rule.criterion is not None:
                found[rule.criterion][self.market.reads_model(rule)].append(rule)
        return {
            criterion: {hangs: tuple(rules) for hangs, rules in split.items()}
            for criterion, split in found.items()
        }

    @cached_property
    def _compared(self) -> Mapping[str, frozenset[str]]:
        """By rule, what it compares answers with."""
        return {rule.id: its_in(rule.when) for rule in self._knowledge.rules.values()}

    @cached_property
    def _gates(self) -> Mapping[bool, tuple[Rule, ...]]:
        """The exclusions, by whether they hang on the model that is served, as bills do."""
        gates = [r for r in self._knowledge.rules.values() if r.effect == "exclude"]
        return {
            hangs: tuple(r for r in gates if self._hangs(r) is hangs) for hangs in (False, True)
        }

    @cached_property
    def _criteria(self) -> Mapping[bool, tuple[Criterion, ...]]:
        """The criteria, by the same; those read off a bill last, as they take longest."""
        found: dict[bool, list[Criterion]] = {False: [], True: []}
        for criterion in sorted(
            self._knowledge.criteria.values(), key=lambda c: c.measure is not None
        ):
            hangs = criterion.measure is not None or bool(self._scores[criterion.id][True])
            found[hangs].append(criterion)
        return {hangs: tuple(listed) for hangs, listed in found.items()}

    def _hangs(self, rule: Rule) -> bool:
        return self.market.reads_model(rule) or bool(self._compared[rule.id] & set(MEASURES))
