"""The bake-off before signing: which offers to test, with which traffic, for how much, and
which results would confirm or overturn the recommendation.

Pure: nothing is sent anywhere.  Prices of the test come from the same claims as the bill.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from advisor.decision.bakeoff_load import WARM_UP, Load, Run, load_of, runs_of
from advisor.decision.bakeoff_marks import Mark, marks_of
from advisor.decision.checklists import Checklist, checklists_of
from advisor.decision.costs import precision_of
from advisor.decision.recommend import Decision, decide
from advisor.decision.result import Money, Ranked, Recommendation
from advisor.estimate.ranges import Range, total
from advisor.estimate.token_cost import Traffic, cost_per_request
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Options

MOST = 3
"""Offers that are tested at most, the one in use today aside."""
SET_UP = Fraction(2)
"""Hours that rented devices are paid for beside the runs: loading the weights, warming up."""


class Candidate(Struct, frozen=True):
    """An offer to test.  ``devices`` are rented for it (None: it is paid by the token);
    ``unit_price`` is USD per request, or per device-hour; ``cost`` USD for all runs."""

    offer: str
    title: str
    model: str | None
    model_title: str | None
    why: str
    hosted: bool
    devices: int | None
    unit_price: Range
    hours: Fraction | None
    cost: Money
    how: str


class BakeOff(Struct, frozen=True):
    """``hours`` of sending per offer, where known; ``cost`` over all candidates."""

    as_of: str
    headline: str
    candidates: tuple[Candidate, ...]
    load: Load
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    hours: Fraction | None
    cost: Money
    checklists: tuple[Checklist, ...]


def bake_off(knowledge: Knowledge, inputs: Inputs, as_of: datetime.date) -> BakeOff:
    """The plan for these answers, judged as of a day.  Without a qualifying offer there are
    no candidates and no marks."""
    decision = decide(knowledge, inputs, as_of)
    result = decision.recommendation(thorough=False)
    env = decision.entries.traffic()
    load = load_of(env)
    runs = runs_of(load, env)
    chosen = _chosen(result, env)
    candidates = tuple(_candidate(decision, r, why, load, runs, env) for r, why in chosen)
    cost = total(Range(c.cost.low, c.cost.high) for c in candidates)
    return BakeOff(
        as_of=as_of.isoformat(),
        headline=result.verdict.headline,
        candidates=candidates,
        load=load,
        runs=runs,
        marks=marks_of(knowledge, inputs, as_of, decision, [r.offer for r, _ in chosen], load),
        hours=_hours(runs, load),
        cost=_money(cost),
        checklists=checklists_of(decision, result),
    )


def _chosen(result: Recommendation, env: Mapping[str, Domain]) -> list[tuple[Ranked, str]]:
    """The leader, those that could take its place, and the offer in use today."""
    if not result.ranking:
        return []
    leader = result.ranking[0]
    found = [(leader, "recommended")]
    better = [r for r in result.ranking[1:] if r.score.exact > leader.score.exact]
    for rival in sorted(better, key=lambda r: (-r.score.exact, r.offer))[:1]:
        gap = rival.score.points - leader.score.points
        found.append((rival, f"would lead by {gap:,} points once its open points are confirmed"))
    for rival in result.ranking[1:]:
        if len(found) >= MOST:
            break
        if rival.offer not in {r.offer for r, _ in found}:
            gap = leader.score.points - rival.score.points
            found.append((rival, f"number {rival.rank}, {gap:,} points behind"))
    current = env.get("current-offer")
    for rival in result.ranking:
        today = isinstance(current, Options) and current.values == {rival.offer}
        if today and rival.offer not in {r.offer for r, _ in found}:
            found.append((rival, "in use today: what moving would gain"))
    return found


def _candidate(
    decision: Decision,
    ranked: Ranked,
    why: str,
    load: Load,
    runs: tuple[Run, ...],
    env: Mapping[str, Domain],
) -> Candidate:
    situation = decision.situation
    charges = situation.costs.charges(ranked.offer, ranked.model, precision_of(env))
    models = situation.knowledge.models
    devices, hours = None, _hours(runs, load)
    if charges.capacity is not None:
        low = charges.capacity.devices.low
        devices = None if low is None else max(1, int(low))
        price = charges.capacity.device_hour
        cost, how = _rented(devices, price, hours)
    else:
        price = Range(None, None)
        if charges.tokens is not None and load.reads is not None and load.writes is not None:
            one = Traffic(
                Range(1, 1),
                Range(load.reads, load.reads),
                Range(load.writes, load.writes),
                Range(0, 0),
                Range(0, 0),
            )
            price = cost_per_request(one, charges.tokens)
        cost, how = _by_request(price, runs)
    return Candidate(
        offer=ranked.offer,
        title=ranked.title,
        model=ranked.model,
        model_title=models[ranked.model].title if ranked.model else None,
        why=why,
        hosted=charges.capacity is None,
        devices=devices,
        unit_price=price,
        hours=hours,
        cost=cost,
        how=how,
    )


def _rented(devices: int | None, price: Range, hours: Fraction | None) -> tuple[Money, str]:
    if devices is None or hours is None:
        return Money(None, None), "how long the devices are needed is not known"
    paid = hours + SET_UP
    cost = price * (devices * paid)
    what = "device" if devices == 1 else "devices"
    how = (
        f"{devices} {what} × {float(paid):.3g} hours, {float(SET_UP):g} of them to set up, "
        f"× {price.words('USD per device-hour')}"
    )
    return _money(cost), how


def _by_request(price: Range, runs: tuple[Run, ...]) -> tuple[Money, str]:
    requests = sum(run.total for run in runs)
    if price.low is None and price.high is None:
        return Money(None, None), "its price, or how long requests are, is not known"
    return _money(price * requests), f"{requests:,} requests × {price.words('USD per request')}"


def _hours(runs: tuple[Run, ...], load: Load) -> Fraction | None:
    """Hours of sending to one offer; the week of single requests runs beside the rest."""
    busy = [run.duration(load.stays) for run in runs if run.id != "week"]
    if any(seconds is None for seconds in busy):
        return None
    seconds = sum((s for s in busy if s is not None), Fraction(0))
    return (seconds + WARM_UP * len(busy)) / 3600


def _money(amount: Range) -> Money:
    return Money(
        None if amount.low is None else Fraction(amount.low),
        None if amount.high is None else Fraction(amount.high),
    )
