"""What offers would deliver and cost, as JSON data."""

from __future__ import annotations

from fractions import Fraction

from advisor.decision.estimates import Estimates, Fit, OfferEstimate
from advisor.decision.estimates_even import Even
from advisor.estimate.ranges import Range
from advisor.estimate.speed import Figure
from advisor.estimate.traffic import Plan
from advisor.knowledge.periods import DAYS_PER_MONTH

FORMAT = "advisor-estimates-1"
MOST_STRETCHES = 8


def estimates_data(result: Estimates) -> dict[str, object]:
    """``advisor-estimates-1``: the demand, then every offer with its formulas."""
    asked = result.demand
    return {
        "format": FORMAT,
        "missing": list(result.missing),
        "assumptions": list(result.assumptions),
        "contradictions": list(result.contradictions),
        "demand": None
        if asked is None
        else {
            "requests_per_second_peak": _number(asked.peak),
            "requests_per_minute_peak": _number(asked.requests_per_minute),
            "tokens_per_minute_peak": _number(asked.tokens_per_minute),
            "output_tokens_per_second_peak": _number(asked.output_rate),
        },
        "offers": [_offer_data(offer) for offer in result.offers],
    }


def _offer_data(offer: OfferEstimate) -> dict[str, object]:
    sizing, speed, even = offer.sizing, offer.speed, offer.break_even
    return {
        "offer": offer.offer,
        "title": offer.title,
        "model": offer.model,
        "served": offer.served,
        "monthly_usd": _ends(offer.bill.monthly),
        "daily_usd": _ends(offer.bill.daily),
        "usd_per_million_tokens": _ends(offer.bill.per_million),
        "lines": [
            {
                "item": line.item,
                "monthly_usd": [_number(line.low), _number(line.high)],
                "daily_usd": _ends(Range(line.low, line.high) * (1 / DAYS_PER_MONTH)),
                "formula": line.formula,
                "source": line.source,
            }
            for line in offer.bill.lines
        ],
        "assumptions": [*offer.bill.assumptions, *(sizing.assumptions if sizing else ())],
        "unknown": [*offer.bill.unknown, *offer.why_not],
        "devices": None if sizing is None else _ends(sizing.devices),
        "replicas": _replicas_data(sizing),
        "fit": _fit_data(offer.fit),
        "switched_off_monthly_usd": None
        if offer.switched_off is None
        else _ends(offer.switched_off),
        "speed": None
        if speed is None
        else {
            "method": speed.method,
            "tokens_per_second_per_user": _figure(speed.user_rate),
            "output_tokens_per_second_per_replica": _figure(speed.rate),
            "tpot_ms": _figure(speed.token_ms),
            "ttft_ms": _figure(speed.first_ms),
            "formula": speed.formula,
            "why": speed.why,
            "sources": list(speed.sources),
        },
        "seen_tokens_per_second_per_user": None
        if offer.user_rate is None
        else _ends(offer.user_rate),
        "seen_ttft_ms": None if offer.first_ms is None else _ends(offer.first_ms),
        "quota": [
            {"limit": gap.limit, "allowed": _number(gap.allowed), "needed": _number(gap.needed)}
            for gap in offer.quota
        ],
        "break_even": None
        if even is None
        else {
            "with": offer.break_even_with,
            "label": even.label,
            "requests_per_day": _ends(even.whole),
            "output_tokens_per_second": _ends(even.output_rate),
            "formula": even.formula,
        },
        "break_even_stretches": _stretches_data(offer.even),
        "break_even_utilisation": _utilised_data(offer),
        "not_counted": [
            {
                "item": moved.item,
                "gb_per_month": _ends(moved.volume),
                "how": moved.how,
                "setting": moved.setting,
            }
            for moved in offer.uncounted
        ],
    }


def _utilised_data(offer: OfferEstimate) -> dict[str, object] | None:
    used = offer.utilised
    if used is None:
        return None
    return {
        "with": offer.break_even_with,
        "share": _ends(used.even),
        "usd_per_request_fully_used": _ends(used.full),
        "given": _number(used.given),
        "usd_per_million_tokens": None if used.per_million is None else _ends(used.per_million),
        "formula": used.formula,
    }


def _replicas_data(sizing: Plan | None) -> dict[str, object] | None:
    if sizing is None or sizing.likely is None:
        return None
    one = sizing.likely
    return {
        "devices": one.total,
        "replicas": one.count,
        "devices_per_replica": one.devices,
        "concurrency": one.concurrency,
        "requests_per_second": _round(one.rate),
        "idle_share": _round(1 - one.busy),
    }


def _fit_data(fit: Fit | None) -> dict[str, object] | None:
    if fit is None:
        return None
    return {
        "devices": fit.devices,
        "available_gb": _round(fit.memory.available),
        "weights_gb": _round(fit.memory.weights),
        "reserve_gb": _round(fit.memory.reserve),
        "adapters_gb": _round(fit.memory.adapters),
        "cache_gb_per_request": _round(fit.memory.cache_per_request),
        "requests": fit.memory.requests,
        "reason": fit.memory.reason,
        "layouts": [
            {
                "tensor": layout.tensor,
                "stages": layout.stages,
                "experts": layout.experts,
                "cache": layout.attention,
                "why": layout.why,
            }
            for layout in fit.layouts
        ],
    }


def _stretches_data(even: Even | None) -> dict[str, object] | None:
    if even is None:
        return None
    return {
        "with": even.against,
        "tokens_daily_usd": _ends(even.tokens_daily),
        "devices_at_most": even.at_most,
        "horizon": _number(even.horizon),
        "quota": _number(even.quota),
        "stretches": [
            {
                "above": _number(stretch.start),
                "up_to": _number(stretch.end),
                "cheaper": {"first": "tokens", "second": "devices"}.get(
                    stretch.cheaper, stretch.cheaper
                ),
            }
            for stretch in even.stretches
        ],
    }


def _figure(found: Figure | None) -> dict[str, float] | None:
    if found is None:
        return None
    return {"low": _round(found.low), "value": _round(found.value), "high": _round(found.high)}


def _ends(amount: Range) -> list[float | None]:
    return [_number(amount.low), _number(amount.high)]


def _number(value: int | Fraction | None) -> float | None:
    return None if value is None else _round(float(value))


def _round(value: float) -> float:
    return float(f"{value:.9g}")


def _exact(value: int | Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(value)
