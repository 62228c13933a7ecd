"""The figures behind the charts: cost against volume, price against speed.

Pure; every number comes from the estimates of the decision.  What cannot be placed is listed
with its reason, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import RuleBaseError
from advisor.knowledge.values import Flags, Interval, Number

if TYPE_CHECKING:
    from advisor.decision.estimates import Estimates, OfferEstimate
    from advisor.decision.result import Recommendation
    from advisor.knowledge.model import Inputs, Knowledge

    Estimator = Callable[[Inputs, Sequence[str]], Estimates]


class NoFigures(Exception):
    """Nothing can be estimated; the text says why."""


VOLUME: Final = "requests-per-day"
MODELS: Final = "models"
STEPS: Final = 7
"""Volumes at which the cost is computed, evenly spread over the powers of ten."""
AROUND: Final = 30
"""The volumes reach from a 30th of the answered one to 30 times it."""
MOST_CURVES: Final = 4


class Cost(Struct, frozen=True):
    """USD a month at a volume (requests a day); None is unknown on that side."""

    volume: int
    low: float | None
    high: float | None


class Curve(Struct, frozen=True):
    offer: str
    title: str
    costs: tuple[Cost, ...]


class BreakEven(Struct, frozen=True):
    """From how many requests a day ``title`` costs no more than ``rival`` (cost only, its
    capacity ignored); None is unknown on that side."""

    title: str
    rival: str
    low: float | None
    high: float | None


class Spot(Struct, frozen=True):
    """USD a month against tokens per second for each user; ``basis`` says where the speed
    comes from, ``open_ended`` that the cost may be higher."""

    offer: str
    title: str
    cost: float
    open_ended: bool
    low: float
    speed: float
    high: float
    basis: str


class Figures(Struct, frozen=True):
    """``missing``: questions without whose answers nothing can be drawn.  ``now``: the
    answered volume.  ``unplaced``: title and why."""

    missing: tuple[str, ...]
    now: tuple[int, int] | None
    curves: tuple[Curve, ...]
    break_even: tuple[BreakEven, ...]
    spots: tuple[Spot, ...]
    unplaced: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]


def estimator(knowledge: Knowledge, as_of: date) -> Estimator:
    """Reads the hardware measurements beside the rules once, then estimates.  Raises
    NoFigures where there are none."""
    from pathlib import Path

    from advisor.decision.estimates import estimates
    from advisor.estimate.measured import load_evidence

    try:
        evidence = load_evidence(Path(knowledge.root))
    except RuleBaseError as error:
        words = "; ".join(problem.message for problem in error.problems)
        raise NoFigures(f"this rule base cannot size hardware: {words}") from None
    return lambda inputs, offers: estimates(knowledge, inputs, as_of, evidence, offers)


def figures(
    estimate: Estimator,
    inputs: Inputs,
    ranked: Sequence[str],
    titles: Callable[[str], str],
    models: Mapping[str, str],
) -> Figures:
    """``ranked`` are the offers in the order of the ranking; ``models`` names the model that
    the ranking serves on each, which counts where no model was asked for."""
    estimate = _serving(estimate, models)
    if not ranked:
        return Figures((), None, (), (), (), (), ())
    found = estimate(inputs, ranked)
    now = _answered(inputs)
    spots: list[Spot] = []
    unplaced: list[tuple[str, str]] = []
    for offer in found.offers:
        spot = _spot(offer)
        if isinstance(spot, Spot):
            spots.append(spot)
        else:
            unplaced.append((offer.title, spot))
    curves: tuple[Curve, ...] = ()
    if found.offers and not found.missing and now is not None:
        curves = _curves(estimate, inputs, _telling(found.offers), now)
    drawn = {curve.offer for curve in curves}
    breaks = tuple(
        BreakEven(
            offer.title,
            titles(offer.break_even_with or ""),
            _float(offer.break_even.whole.low),
            _float(offer.break_even.whole.high),
        )
        for offer in found.offers
        if offer.break_even is not None
        and offer.offer in drawn
        and (offer.break_even.whole.low is not None or offer.break_even.whole.high is not None)
    )
    return Figures(
        missing=found.missing,
        now=now,
        curves=curves,
        break_even=breaks,
        spots=tuple(spots),
        unplaced=tuple(unplaced),
        assumptions=found.assumptions,
    )


def _serving(estimate: Estimator, models: Mapping[str, str]) -> Estimator:
    """Estimates each offer with its own model, unless the answers name some."""

    def run(inputs: Inputs, offers: Sequence[str]) -> Estimates:
        if MODELS in inputs.answers or not models:
            return estimate(inputs, offers)
        groups: dict[str | None, list[str]] = {}
        for offer in offers:
            groups.setdefault(models.get(offer), []).append(offer)
        found = []
        for model, names in groups.items():
            asked = inputs
            if model is not None:
                one = frozenset({model})
                asked = replace(inputs, answers={**inputs.answers, MODELS: Flags(one, one)})
            found.append(estimate(asked, names))
        by_offer = {row.offer: row for part in found for row in part.offers}
        return replace(found[0], offers=tuple(by_offer[offer] for offer in offers))

    return run


def models_of(knowledge: Knowledge, result: Recommendation) -> dict[str, str]:
    """The model that the ranking serves on each offer, where models are asked about at all."""
    if MODELS not in knowledge.questions:
        return {}
    return {row.offer: row.model for row in result.ranking if row.model is not None}


def _telling(offers: Sequence[OfferEstimate]) -> list[str]:
    """The offers whose curves say most: the leader, those whose cost is known on both sides,
    those that break even with another; then the others in their order."""
    leader, others = offers[:1], offers[1:]
    known = [
        o for o in others if o.bill.monthly.low is not None and o.bill.monthly.high is not None
    ]
    turning = [o for o in others if o.break_even is not None]
    chosen = dict.fromkeys(
        o.offer for o in (*leader, *known[: MOST_CURVES - 2], *turning[:1], *known, *others)
    )
    first = list(chosen)[:MOST_CURVES]
    return [o.offer for o in offers if o.offer in first]


def _answered(inputs: Inputs) -> tuple[int, int] | None:
    volume = inputs.answers.get(VOLUME)
    if not isinstance(volume, Interval):
        return None
    ends = [math.ceil(end) for end in (volume.low, volume.high) if end is not None and end > 0]
    return (ends[0], ends[-1]) if ends else None


def _curves(
    estimate: Estimator, inputs: Inputs, offers: Sequence[str], now: tuple[int, int]
) -> tuple[Curve, ...]:
    middle = math.sqrt(now[0] * now[1])
    span = 2 * math.log10(AROUND) / (STEPS - 1)
    first = math.log10(middle / AROUND)
    volumes = sorted({_round(10 ** (first + span * step)) for step in range(STEPS)})
    costs: dict[str, list[Cost]] = {offer: [] for offer in offers}
    names: dict[str, str] = {}
    for volume in volumes:
        asked = replace(inputs, answers={**inputs.answers, VOLUME: Interval(volume, volume)})
        for row in estimate(asked, offers).offers:
            names[row.offer] = row.title
            monthly = row.bill.monthly
            costs[row.offer].append(Cost(volume, _float(monthly.low), _float(monthly.high)))
    return tuple(
        Curve(offer, names[offer], tuple(costs[offer]))
        for offer in offers
        if any(cost.low is not None or cost.high is not None for cost in costs[offer])
    )


def _round(volume: float) -> int:
    """Two digits that count; at least one request."""
    return max(int(float(f"{volume:.2g}")), 1)


def _spot(offer: OfferEstimate) -> Spot | str:
    """Where an offer stands, or why it cannot be placed."""
    low, high = _float(offer.bill.monthly.low), _float(offer.bill.monthly.high)
    if not low and not high:
        return "cost not known"
    if offer.user_rate is not None and (offer.user_rate.low or offer.user_rate.high):
        ends = [_float(end) for end in (offer.user_rate.low, offer.user_rate.high) if end]
        known = [end for end in ends if end is not None]
        slow, fast, basis = min(known), max(known), "measured"
        speed = math.sqrt(slow * fast)
    elif offer.speed is not None and offer.speed.user_rate is not None:
        rate = offer.speed.user_rate
        slow, speed, fast, basis = rate.low, rate.value, rate.high, "estimated"
    else:
        return "speed not known" if offer.model is not None else "which model is not decided"
    cost = math.sqrt(low * high) if low and high else low or high or 0.0
    return Spot(offer.offer, offer.title, cost, high is None, slow, speed, fast, basis)


def _float(value: Number | None) -> float | None:
    return None if value is None else float(value)
