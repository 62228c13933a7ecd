"""What each offer would deliver and cost for the answered traffic, with everything behind it.

Offers paid by the hour are sized from the traffic (``advisor.estimate.traffic``); hosted
services have no public system throughput, so their speed is what the ledger measured.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from advisor.decision.costs import SERVED
from advisor.decision.inference import inferred
from advisor.decision.loads import TRAFFIC
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.sizing import PACE
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Choice
from advisor.estimate.breakeven import CostOnly, cost_only
from advisor.estimate.cost import (
    DAYS_PER_MONTH,
    Bill,
    Line,
    cost_per_request,
)
from advisor.estimate.evidence import Evidence
from advisor.estimate.ranges import Range
from advisor.estimate.replicas import Target
from advisor.estimate.speed import Question, Speed, Speeds
from advisor.estimate.subjects import device_subject, model_subject
from advisor.estimate.token_cost import Traffic
from advisor.estimate.traffic import Demand, Plan, QuotaGap, demand, plan, quota_gaps
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Domain, Interval, Number, Options, Truth


@dataclass(frozen=True, slots=True)
class OfferEstimate:
    """One offer.  ``user_rate`` (tokens per second) and ``first_ms`` are what was measured of
    a hosted service; ``sizing`` and ``speed`` what is estimated of devices; ``why_not`` says
    what keeps a figure unknown."""

    offer: str
    title: str
    model: str | None
    served: Truth
    bill: Bill
    sizing: Plan | None
    speed: Speed | None
    user_rate: Range | None
    first_ms: Range | None
    quota: tuple[QuotaGap, ...]
    break_even: CostOnly | None
    break_even_with: str | None
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimates:
    """``demand`` is None where ``missing`` names questions that size anything."""

    demand: Demand | None
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]
    offers: tuple[OfferEstimate, ...]


def estimates(
    knowledge: Knowledge,
    inputs: Inputs,
    as_of: datetime.date,
    evidence: Evidence,
    offers: Sequence[str] = (),
) -> Estimates:
    """The estimate of each offer (all of them by default), in catalogue order."""
    base = RuleBase.on(knowledge, as_of)
    situation = Situation(base, inferred(knowledge, base.ledger, inputs).inputs)
    return _Estimator(situation, evidence).run(offers or tuple(knowledge.offers))


class _Estimator:
    def __init__(self, situation: Situation, evidence: Evidence) -> None:
        self.situation = situation
        self.evidence = evidence
        self.speeds = Speeds(evidence.calibration, evidence)
        self.env = _answered(situation)
        self.missing = tuple(name for name in TRAFFIC if self._number(name) is None)
        self.demand = self._demand()

    def run(self, offers: Sequence[str]) -> Estimates:
        found = [self._estimate(offer) for offer in offers]
        return Estimates(
            self.demand, self.missing, self._assumptions(), tuple(self._compared(found))
        )

    def _assumptions(self) -> tuple[str, ...]:
        found = []
        if "tokens-per-second-per-user" not in self.env:
            found.append(
                f"no speed per user was asked for: each gets at least {PACE:g} tokens/s, about as "
                "fast as people read"
            )
        if "peak-factor" not in self.env:
            found.append("no peak factor was given: the load is taken as even")
        found += [
            f"{name} is a range: devices are sized for its high end"
            for name in TRAFFIC
            if isinstance(value := self.env.get(name), Interval) and not value.is_point
        ]
        return tuple(found)

    def _demand(self) -> Demand | None:
        if self.missing:
            return None
        requests, reads, writes = (self._number(name) or 0 for name in TRAFFIC)
        return demand(requests, self._number("peak-factor") or 1, reads, writes)

    def _number(self, name: str) -> Number | None:
        """An answered number; of a range the high end, so that nothing is undersized."""
        value = self.env.get(name)
        return value.high if isinstance(value, Interval) else None

    def _estimate(self, offer: str) -> OfferEstimate:
        situation = self.situation
        choices = self._choices(offer)
        decided = len(choices) == 1
        choice = choices[0]
        model = choice.model if decided else None
        charges = situation.costs.charges(offer, model, self._precision())
        why_not = [f"not answered: {name}" for name in self.missing]
        if not decided:
            why_not.append("which model is served is not decided by the answers")
        sizing = speed = None
        if charges.capacity is not None and model is not None:
            sizing, speed, reasons = self._sized(offer, model)
            why_not += reasons
        found = situation.base.offering.of(offer, model)
        limits = [
            value.low if isinstance(value, Interval) else None
            for value in (
                found.get(f"{name}-model", found.get(name, NOTHING)).value
                for name in ("requests-per-minute", "tokens-per-minute")
            )
        ]
        shared = charges.tokens is not None and self.demand is not None
        return OfferEstimate(
            offer=offer,
            title=situation.knowledge.offers[offer].title,
            model=model,
            served=choice.served if decided else None,
            bill=situation.costs.bill(offer, model, self.env),
            sizing=sizing,
            speed=speed,
            user_rate=_band(found.get("speed-per-user", NOTHING).value),
            first_ms=_band(found.get("first-token-time", NOTHING).value),
            quota=quota_gaps(self.demand, *limits) if shared and self.demand else (),
            break_even=None,
            break_even_with=None,
            why_not=tuple(why_not),
        )

    def _choices(self, offer: str) -> list[Choice]:
        """What the offer would serve in the cells that the answers leave, each once."""
        situation = self.situation
        keys = situation.space.open_keys(SERVING_QUESTIONS)
        sizes = [range(size) for size in situation.sizes(keys)]
        found: list[Choice] = []
        for cells in product(*sizes):
            choice = self.situation.choice(offer, dict(zip(keys, cells, strict=True)))
            if choice not in found:
                found.append(choice)
        return found

    def _precision(self) -> str:
        value = self.env.get("precision")
        return min(value.values) if isinstance(value, Options) and len(value.values) == 1 else "any"

    def _traffic(self) -> Traffic:
        def of(name: str) -> Range:
            value = self.env.get(name)
            return Range.of(value) if isinstance(value, Interval) else Range(None, None)

        def share(name: str) -> Range:
            return of(name) if name in self.env else Range(0, 0)

        requests, reads, writes = (of(name) for name in TRAFFIC)
        return Traffic(requests, reads, writes, share("cached-input-share"), share("batch-share"))

    def _sized(self, offer: str, model: str) -> tuple[Plan | None, Speed | None, list[str]]:
        knowledge = self.situation.knowledge
        subject = model_subject(knowledge.models[model], self.evidence)
        if subject.shape is None:
            return None, None, [f"the shape of {model} is not known: {subject.words}"]
        accelerator = knowledge.offers[offer].accelerator
        device = (
            device_subject(knowledge.accelerators[accelerator], self.evidence)
            if accelerator is not None
            else None
        )
        if device is None:
            return None, None, ["nothing is known of the device"]
        if self.demand is None:
            return None, None, []
        return self._planned(offer, subject.shape, device, self.demand)

    def _planned(
        self, offer: str, shape: ModelShape, device: Device, asked: Demand
    ) -> tuple[Plan | None, Speed | None, list[str]]:
        reads, writes = (float(self._number(n) or 1) for n in ("input-tokens", "output-tokens"))
        precision = shape.stored or SERVED[self._precision()]
        unit = self.situation.base.offering.of(offer, None).get("smallest-unit", NOTHING).value
        smallest = int(unit.low) if isinstance(unit, Interval) and unit.low else 1
        found = plan(
            asked,
            shape,
            device,
            precision,
            (reads, writes),
            Target(self.situation.costs.pace(self.env)[1]),
            self.evidence.calibration,
            smallest_unit=smallest,
        )
        if found.likely is None:
            return found, None, [found.reason or "no sizing meets the target"]
        replica = found.likely
        speed = self.speeds.speed(
            Question(shape, device, replica.devices, precision, replica.concurrency, reads, writes)
        )
        return found, speed, [speed.why] if speed.method == "unknown" else []

    def _compared(self, found: list[OfferEstimate]) -> list[OfferEstimate]:
        """Each offer paid by the hour against the cheapest one paid by the token."""
        situation = self.situation
        traffic = self._traffic()
        priced = []
        for estimate in found:
            tokens = situation.costs.charges(
                estimate.offer, estimate.model, self._precision()
            ).tokens
            if tokens is not None and estimate.served is True:
                per_request = cost_per_request(traffic, tokens)
                if per_request.low and per_request.high is not None:
                    priced.append((per_request.high, estimate.offer, per_request))
        if not priced:
            return found
        _, cheapest, per_request = min(priced, key=lambda p: (p[0], p[1]))
        result = []
        for estimate in found:
            fixed = _fixed_daily(estimate)
            if fixed is None:
                result.append(estimate)
                continue
            even = cost_only(per_request, fixed, traffic.output_tokens)
            result.append(replace(estimate, break_even=even, break_even_with=cheapest))
        return result


def _answered(situation: Situation) -> Mapping[str, Domain]:
    env = dict(situation.inputs.answers)
    for question in situation.knowledge.questions.values():
        if question.id not in env and question.unknown_means is not None:
            env[question.id] = question.unknown_means
    return env


def _fixed_daily(estimate: OfferEstimate) -> Range | None:
    lines: list[Line] = [line for line in estimate.bill.lines if line.item == "reserved devices"]
    if not lines or lines[0].low is None:
        return None
    return Range(lines[0].low, lines[0].high) * (1 / DAYS_PER_MONTH)


def _band(value: Domain | None) -> Range | None:
    return Range.of(value) if isinstance(value, Interval) else None
