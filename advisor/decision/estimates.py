"""What each offer would deliver and cost for the answered traffic, with everything behind it.

Offers paid by the hour are sized from the traffic (``advisor.estimate.traffic``); hosted
services have no public system throughput, so their speed is what the ledger measured.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from advisor.decision.costs import RATE, SERVED
from advisor.decision.estimates_even import Even, Side, even, people_daily, switched_off
from advisor.decision.inference import inferred
from advisor.decision.loads import EVEN, TRAFFIC, corners_of
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.sizing import PACE
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Choice
from advisor.estimate.breakeven import CostOnly, cost_only
from advisor.estimate.capacity import Layout, Memory, layouts, memory
from advisor.estimate.cost import (
    DAYS_PER_MONTH,
    Bill,
    Line,
    cost_per_request,
)
from advisor.estimate.evidence import Evidence
from advisor.estimate.figures import figure
from advisor.estimate.ranges import Range
from advisor.estimate.replicas import Target
from advisor.estimate.speed import Question, Speed, Speeds
from advisor.estimate.subjects import device_subject, model_subject
from advisor.estimate.token_cost import Traffic
from advisor.estimate.traffic import (
    Demand,
    Plan,
    QuotaGap,
    contradictions,
    demand,
    plan,
    quota_gaps,
)
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Domain, Interval, Number, Options, Truth


@dataclass(frozen=True, slots=True)
class OfferEstimate:
    """One offer.  ``user_rate`` (tokens per second) and ``first_ms`` are what was measured of
    a hosted service; ``sizing`` and ``speed`` what is estimated of devices; ``why_not`` says
    what keeps a figure unknown.  ``switched_off``: USD per month for devices of an offer that
    scales to zero, from paid only while busy to paid all day."""

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
    even: Even | None = None
    fit: Fit | None = None
    switched_off: Range | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """What running takes on one replica, and layouts worth trying, the usual one first."""

    devices: int
    memory: Memory
    layouts: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Estimates:
    """``demand`` is None where ``missing`` names questions that size anything;
    ``contradictions``: answers that cannot hold together."""

    demand: Demand | None
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]
    offers: tuple[OfferEstimate, ...]
    contradictions: tuple[str, ...] = ()


def estimates(
    knowledge: Knowledge,
    inputs: Inputs,
    as_of: datetime.date,
    evidence: Evidence,
    offers: Sequence[str] = (),
    *,
    horizon: Number | None = None,
) -> Estimates:
    """The estimate of each offer (all of them by default), in catalogue order; break-evens up
    to ``horizon`` requests a day (by default twice the volume and twice the break-even)."""
    base = RuleBase.on(knowledge, as_of)
    situation = Situation(base, inferred(knowledge, base.ledger, inputs).inputs)
    return _Estimator(situation, evidence, horizon).run(offers or tuple(knowledge.offers))


Sized: TypeAlias = tuple[Plan | None, Speed | None, Fit | None, list[str]]


class _Estimator:
    def __init__(
        self, situation: Situation, evidence: Evidence, horizon: Number | None = None
    ) -> None:
        self.horizon = horizon
        self.situation = situation
        self.evidence = evidence
        self.speeds = Speeds(evidence.calibration, evidence)
        self.env = _answered(situation)
        self.missing = tuple(name for name in TRAFFIC if self._number(name) is None)
        self.demand = self._demand()

    def run(self, offers: Sequence[str]) -> Estimates:
        found = [self._estimate(offer) for offer in offers]
        return Estimates(
            self.demand,
            self.missing,
            self._assumptions(),
            tuple(self._compared(found)),
            self._contradictions(),
        )

    def _contradictions(self) -> tuple[str, ...]:
        """Users at once, their speed and the traffic, where they cannot all be meant."""
        if self.demand is None:
            return ()
        users, rate = (_band(self.env.get(name)) for name in ("concurrent-users", RATE))
        return contradictions(self.demand, users, rate)

    def _assumptions(self) -> tuple[str, ...]:
        found = []
        if "tokens-per-second-per-user" not in self.env:
            found.append(
                f"no speed per user was asked for: each gets at least {PACE:g} tokens/s, about as "
                "fast as people read"
            )
        if "peak-factor" not in self.env:
            found.append("no peak factor was given: the load is taken as even")
        found.append("egress and storage are not counted: the ledger has no price of them")
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
        sizing = speed = fit = None
        if charges.capacity is not None and model is not None:
            sizing, speed, fit, reasons = self._sized(offer, model)
            why_not += reasons
        found = situation.base.offering.of(offer, model)
        limits = self._limits(offer, model)
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
            fit=fit,
            switched_off=switched_off(charges, sizing, found.get("scale-to-zero", NOTHING).value),
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

    def _sized(self, offer: str, model: str) -> Sized:
        knowledge = self.situation.knowledge
        subject = model_subject(knowledge.models[model], self.evidence)
        if subject.shape is None:
            return None, None, None, [f"the shape of {model} is not known: {subject.words}"]
        accelerator = knowledge.offers[offer].accelerator
        device = (
            device_subject(knowledge.accelerators[accelerator], self.evidence)
            if accelerator is not None
            else None
        )
        if device is None:
            return None, None, None, ["nothing is known of the device"]
        if self.demand is None:
            return None, None, None, []
        return self._planned(offer, subject.shape, device, self.demand)

    def _planned(self, offer: str, shape: ModelShape, device: Device, asked: Demand) -> Sized:
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
            return found, None, None, [found.reason or "no sizing meets the target"]
        replica = found.likely
        speed = self.speeds.speed(
            Question(shape, device, replica.devices, precision, replica.concurrency, reads, writes)
        )
        longest = float(self._number("context-length") or reads + writes)
        fit = Fit(
            replica.devices,
            memory(shape, device, replica.devices, precision, longest),
            layouts(shape, device, replica.devices, precision, longest),
        )
        reasons = [speed.why] if speed.method == "unknown" else []
        patience = self._number("first-token-ms")
        if patience is not None and speed.first_ms is not None and patience < speed.first_ms.low:
            reasons.append(
                f"the first token within {figure(patience)} ms: at least "
                f"{figure(round(speed.first_ms.low))} ms are expected"
            )
        if fit.memory.reason is not None:
            reasons.append(f"on {replica.devices} x {device.name} {fit.memory.reason}")
        return found, speed, fit, reasons

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
            flat = cost_only(per_request, fixed, traffic.output_tokens)
            result.append(
                replace(
                    estimate,
                    break_even=flat,
                    break_even_with=cheapest,
                    even=self._even(estimate, cheapest, per_request, flat),
                )
            )
        return result

    def _even(
        self, estimate: OfferEstimate, against: str, per_request: Range, flat: CostOnly
    ) -> Even | None:
        """Over all volumes, with what the devices can carry."""
        costs = self.situation.costs
        charges = costs.charges(estimate.offer, estimate.model, self._precision())
        numbers = corners_of(self.env)
        if charges.sizes is None or charges.capacity is None or numbers is None:
            return None
        volume, reads, writes, peak = numbers[-1]
        tokens = costs.charges(against, estimate.model, self._precision())
        horizon = self.horizon or max(2 * volume, 2 * (flat.whole.high or flat.whole.low or 0))
        return even(
            Side(against, per_request, Range(0, 0), people_daily(tokens)),
            Side(
                estimate.offer,
                Range(0, 0),
                charges.capacity.device_hour,
                people_daily(charges),
            ),
            charges.sizes,
            (reads, writes),
            peak,
            volume,
            horizon,
            self._quota(against, estimate.model, peak, reads + writes),
        )

    def _quota(self, offer: str, model: str | None, peak: int, tokens: int) -> Number | None:
        """Requests a day that an offer is published to serve, where it publishes a limit."""
        by_requests, by_tokens = self._limits(offer, model)
        per_day = Fraction(1440 * EVEN, peak)
        found = [
            int(limit * per_day / size)
            for limit, size in ((by_requests, 1), (by_tokens, tokens))
            if limit is not None and size
        ]
        return min(found, default=None)

    def _limits(self, offer: str, model: str | None) -> tuple[Number | None, Number | None]:
        """Requests and tokens a minute that an offer is published to serve."""
        found = self.situation.base.offering.of(offer, model)
        one, other = (
            value.low if isinstance(value, Interval) else None
            for value in (
                found.get(f"{name}-model", found.get(name, NOTHING)).value
                for name in ("requests-per-minute", "tokens-per-minute")
            )
        )
        return one, other


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
