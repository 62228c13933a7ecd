"""The ranking's entries and the excluded offers, with everything that is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from msgspec import Struct

from advisor.decision.bills import answered_traffic, bill_of, exact, model_of, money
from advisor.decision.gates import SERVED, Gate, Standing
from advisor.decision.listings import listing_facts
from advisor.decision.ranking import Scored, Scoring
from advisor.decision.result import (
    Caveat,
    Contribution,
    CostLine,
    Doubt,
    Estimate,
    Excluded,
    Failure,
    Lane,
    Ranked,
    Reason,
    Score,
)
from advisor.decision.situation import Situation
from advisor.decision.weighting import weighing
from advisor.decision.words import Words
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.truth import truth_of
from advisor.estimate.cost import Bill
from advisor.estimate.ranges import Range
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import ALWAYS
from advisor.knowledge.values import Domain

NO_CASE_LEFT = "no-case-is-left"
"""In place of a rule: what follows excludes together."""
NO_CASE_WORDS = "In every case that is left it fails one or another of several requirements."


class Entries(Struct, frozen=True, dict=True):
    """Builds the entries of one recommendation."""

    situation: Situation
    scoring: Scoring
    words: Words

    def ranked(self, rank: int, scored: Scored, standing: Standing) -> Ranked:
        """One line of the ranking."""
        offer = self.situation.knowledge.offers[scored.offer]
        model = self.model(offer.id)
        lane: Lane = "conditional" if standing.lane == "conditional" else "safe"
        points = rounded(scored.score)
        return Ranked(
            rank=rank,
            offer=offer.id,
            title=offer.title,
            platform=offer.platform,
            deployment=offer.deployment,
            model=model,
            lane=lane,
            score=Score(points, scored.score),
            contributions=self._contributions(scored, points, model),
            to_confirm=tuple(self._doubt(g, offer.id, model) for g in standing.to_confirm),
            depends_on=tuple(self._doubt(g, offer.id, model) for g in standing.depends_on),
            estimate=self.estimate(offer.id, model),
            warnings=self._warnings(offer.id, model),
        )

    def excluded(self, standing: Standing) -> Excluded:
        """An offer that is no answer, with every gate that says so."""
        offer = self.situation.knowledge.offers[standing.offer]
        failed = tuple(self._failure(gate, offer.id) for gate in standing.excluded_by)
        if standing.together:
            failed = (Failure(NO_CASE_LEFT, NO_CASE_WORDS, (), ()), *failed)
        return Excluded(
            offer.id,
            offer.title,
            offer.platform,
            failed,
        )

    def model(self, offer: str) -> str | None:
        """The model the offer serves where the answers decide it, else in the likeliest
        cell of what is open."""
        return model_of(self.situation, offer)

    def _contributions(
        self, scored: Scored, points: int, model: str | None
    ) -> tuple[Contribution, ...]:
        shares = largest_remainder([t.exact for t in scored.terms], points)
        result = []
        for term, share in zip(scored.terms, shares, strict=True):
            criterion = self.situation.knowledge.criteria[term.criterion]
            reasons, clamped = self._reasons(term.criterion, scored.offer, model)
            result.append(
                Contribution(
                    criterion=criterion.id,
                    label=criterion.label,
                    weight=term.weight,
                    utility=term.exact / term.weight if term.weight else Fraction(0),
                    points=share,
                    exact=term.exact,
                    because=reasons,
                    clamped=clamped,
                )
            )
        return tuple(result)

    def _reasons(
        self, criterion: str, offer: str, model: str | None
    ) -> tuple[tuple[Reason, ...], int]:
        """Rules that hold in at least half of what is left, strongest first."""
        fired = self._fired(criterion, offer)
        reasons = [self._reason("score", r, offer, model) for r in fired]
        reasons += self._measure_reason(criterion, offer, model)
        reasons += [
            self._reason("weigh", r, offer, model) for r in self._weighed.get(criterion, ())
        ]
        clamped: dict[int, int] = {}
        for utility, mass in self.scoring.spread(criterion, offer):
            clamped[utility.clamped] = clamped.get(utility.clamped, 0) + mass
        return tuple(reasons), max(clamped, key=lambda c: (clamped[c], -abs(c), c))

    def _fired(self, criterion: str, offer: str) -> list[Rule]:
        """The scoring rules that hold in at least half of what is left, strongest first."""
        spread = self.scoring.spread(criterion, offer)
        total = sum(mass for _, mass in spread)
        held: dict[str, int] = {}
        for utility, mass in spread:
            for rule in utility.fired:
                held[rule.id] = held.get(rule.id, 0) + mass
        rules = self.situation.knowledge.rules
        fired = [rules[r] for r, mass in held.items() if 2 * mass >= total]
        fired.sort(key=lambda r: (-abs(r.steps), r.id))
        return fired

    def rules_behind(self, offer: str) -> tuple[str, ...]:
        """The rules that are named as reasons of an offer's score, each once."""
        found: dict[str, None] = {}
        for criterion in self.scoring.utilities:
            for rule in (*self._fired(criterion, offer), *self._weighed.get(criterion, ())):
                found[rule.id] = None
        return tuple(found)

    @cached_property
    def _weighed(self) -> dict[str | None, list[Rule]]:
        return weighing(self.situation)

    @cached_property
    def _caveats(self) -> list[Rule]:
        """The rules that warn of something for these answers."""
        rules = self.situation.knowledge.rules.values()
        return [
            rule
            for rule in rules
            if rule.effect == "warn" and holds_as_answered(self.situation, rule)
        ]

    def _bill(self, offer: str, model: str | None) -> Bill:
        return bill_of(self.situation, offer, model)

    def _reason(self, effect: str, rule: Rule, offer: str, model: str | None) -> Reason:
        return Reason(
            effect=effect,
            rule=rule.id,
            text=self.words.of_rule(rule, offer, model),
            source=rule.source.ref,
            steps=rule.steps,
            grade=rule.source.grade,
            checked=rule.source.checked.isoformat(),
        )

    def _measure_reason(self, criterion: str, offer: str, model: str | None) -> list[Reason]:
        if self.situation.knowledge.criteria[criterion].measure is None:
            return []
        bill = self._bill(offer, model)
        evidence = self.situation.base.offering.of(offer, model)
        claims = [
            claim
            for name in ("input-price", "output-price", "device-hour-price")
            for claim in (evidence[name].claims if name in evidence else ())
        ]
        own = self.situation.costs.charges(offer, model, "any").own_prices
        source = "your price" if own else (claims[0].source if claims else "")
        return [
            Reason(
                effect="measure",
                rule=f"measure-{criterion}",
                text=_price_words(bill.per_million),
                source=source,
                steps=0,
                grade="" if own or not claims else claims[0].grade,
                checked="" if own or not claims else claims[0].checked.isoformat(),
            )
        ]

    def traffic(self) -> dict[str, Domain]:
        """What was answered about the traffic; silence that has a meaning is that."""
        return answered_traffic(self.situation)

    def estimate(self, offer: str, model: str | None) -> Estimate:
        """The itemised bill for the answered traffic."""
        bill = self._bill(offer, model)
        return Estimate(
            monthly=money(bill.monthly),
            daily=money(bill.daily),
            per_million=money(bill.per_million),
            lines=tuple(
                CostLine(line.item, exact(line.low), exact(line.high), line.formula, line.source)
                for line in bill.lines
            ),
            assumptions=bill.assumptions,
            unknown=bill.unknown,
        )

    def _doubt(self, gate: Gate, offer: str, model: str | None) -> Doubt:
        text, _, facts = self._gate_words(gate, offer, model)
        return Doubt(gate.id, text, facts)

    def _failure(self, gate: Gate, offer: str) -> Failure:
        text, answers, facts = self._gate_words(gate, offer, self.model(offer))
        return Failure(gate.id, text, answers, facts)

    def _gate_words(
        self, gate: Gate, offer: str, model: str | None
    ) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        if gate.rule is not None:
            return (
                self.words.of_rule(gate.rule, offer, model),
                self.words.answers_read(gate.rule),
                self.words.facts_read(gate.rule, offer, model),
            )
        assert gate.id == SERVED
        asked = tuple(
            f"{question}: {self.words.answer(question)}"
            for question in SERVING_QUESTIONS
            if question in self.situation.inputs.answers
        )
        return self._served_words(offer), asked, self._served_facts(offer)

    def _served_words(self, offer: str) -> str:
        title = self.situation.knowledge.offers[offer].title
        models = self.situation.inputs.answers.get("models")
        named = sorted(getattr(models, "must", ()))
        if named:
            serving = self.situation.base.serving
            missing = [m for m in named if serving.serves(offer, m) is False]
            unclear = [m for m in named if serving.serves(offer, m) is None]
            if missing:
                return f"{title} does not serve {', '.join(missing)}."
            return f"It is not certain that {title} serves {', '.join(unclear or named)}."
        answers = self.situation.inputs.answers
        if "model-size" in answers:
            return f"{title} serves no model of the asked size ({self.words.answer('model-size')})."
        return f"{title} serves no model of the kind that is asked for."

    def _served_facts(self, offer: str) -> tuple[str, ...]:
        situation = self.situation
        rows = situation.base.ledger.served[offer]
        listed = sorted(m for m, row in rows.items() if row.served is True)
        named = sorted(getattr(situation.inputs.answers.get("models"), "must", ()))
        said = listing_facts(
            situation.knowledge,
            situation.knowledge.offers[offer],
            [m for m in named if situation.base.serving.serves(offer, m) is not True],
            situation.base.ledger.as_of,
        )
        if not listed:
            return (*said, "models served: none listed")
        shown = ", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else "")
        sources = sorted({row.row_source for row in rows.values()})
        return (*said, f"models served: {shown} ({', '.join(sources)})")

    def _warnings(self, offer: str, model: str | None) -> tuple[Caveat, ...]:
        situation = self.situation
        found = []
        for rule in self._caveats:
            if situation.base.suits(rule, offer, model) is True:
                text = self.words.of_rule(rule, offer, model)
                found.append(Caveat(rule.id, text, rule.source.ref))
        return tuple(found)

    def advice(self, leader: Ranked | None) -> tuple[str, ...]:
        """The next steps that the answers and the leader call for, in rule order."""
        return tuple(self._advised(rule, leader) for rule in self.advising(leader, None))

    def advising(self, leader: Ranked | None, checklist: str | None) -> list[Rule]:
        """The rules whose advice applies, of one checklist or (None) of none.  Without a
        leader only those that speak of no offer."""
        situation = self.situation
        found = []
        for rule in situation.knowledge.rules.values():
            if rule.effect != "advise" or rule.checklist != checklist:
                continue
            if leader is None:
                applies = rule.offers == ALWAYS and "{offer}" not in rule.because
            else:
                applies = situation.base.suits(rule, leader.offer, leader.model) is True
            if applies and holds_as_answered(situation, rule):
                found.append(rule)
        return found

    def _advised(self, rule: Rule, leader: Ranked | None) -> str:
        if leader is None:
            return self.words.of_rule(rule)
        return self.words.of_rule(rule, leader.offer, leader.model)


def holds_as_answered(situation: Situation, rule: Rule) -> bool:
    """Whether a caveat or advice applies to what was answered (unknown stays unknown)."""
    workload = situation.base.workload
    env = workload.extend(situation.inputs.answers, workload.derived_in(rule.when))
    return truth_of(rule.when, env) is True


def rounded(value: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def largest_remainder(parts: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that add up to ``total``, each the part rounded down or up."""
    floors = [part.numerator // part.denominator for part in parts]
    missing = total - sum(floors)
    # Remainders as 64 binary places: enough to tell shares of points apart, and quick.
    rests = [((part.numerator % part.denominator) << 64) // part.denominator for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-rests[i], i))
    for i in order[:missing]:
        floors[i] += 1
    return floors


def _price_words(per_million: Range) -> str:
    return f"{per_million.words('USD')} per million tokens at this volume, people included."
