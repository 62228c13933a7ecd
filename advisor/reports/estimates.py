"""What offers would deliver and cost, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from advisor.decision.estimates import Estimates, OfferEstimate
from advisor.estimate.cost import Line
from advisor.estimate.figures import figure, span
from advisor.estimate.ranges import Range
from advisor.estimate.speed import Figure
from advisor.reports.blocks import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Table,
)
from advisor.reports.figures import band

FORMAT = "advisor-estimates-1"
TITLE = "Inference Advisor: estimates"


def estimates_data(result: Estimates) -> dict[str, object]:
    """``advisor-estimates-1``: the demand, then every offer with its formulas."""
    asked = result.demand
    return {
        "format": FORMAT,
        "missing": list(result.missing),
        "assumptions": list(result.assumptions),
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


def estimates_view(result: Estimates) -> Document:
    """An overview of all offers, then each with its bill and its sizing."""
    return Document(TITLE, tuple(_blocks(result)))


def _blocks(result: Estimates) -> Iterator[Block]:
    asked = result.demand
    if asked is None:
        yield Paragraph(f"Not answered, so nothing can be sized: {', '.join(result.missing)}.")
    else:
        yield Pairs(
            (
                Pair("Requests", f"{figure(asked.requests_per_minute)} a minute at the peak"),
                Pair("Tokens", f"{figure(asked.tokens_per_minute)} a minute at the peak"),
                Pair("Output", f"{figure(asked.output_rate)} tokens a second at the peak"),
            )
        )
    if result.assumptions:
        yield Items(tuple(Item(f"Assumed: {text}") for text in result.assumptions))
    rows = tuple(
        (o.title, o.model or "-", _devices(o), _speed(o), _usd(o.bill.monthly))
        for o in result.offers
    )
    yield Table(
        ("offer", "model", "devices", "tokens/s per user", "a month"), rows, frozenset({2, 3, 4})
    )
    for offer in result.offers:
        yield from _offer(offer)


def _offer(offer: OfferEstimate) -> Iterator[Block]:
    yield Heading(f"{offer.title} ({offer.offer})")
    if offer.served is False:
        yield Paragraph(f"Does not serve {offer.model or 'what is asked for'}.")
        return
    yield Table(
        ("item", "a month", "how"),
        tuple(
            (line.item, band(_exact(line.low), _exact(line.high)), _how(line))
            for line in offer.bill.lines
        ),
        frozenset({1}),
    )
    notes = [Item(f"Not known: {text}", mark="-") for text in (*offer.bill.unknown, *offer.why_not)]
    notes += [Item(text.words, mark="-") for text in offer.quota]
    if offer.speed is not None and offer.speed.formula:
        notes.append(
            Item(f"Time per token: {offer.speed.formula}", (f"method: {offer.speed.method}",))
        )
    if offer.sizing is not None:
        notes += [Item(f"Assumed: {text}") for text in offer.sizing.assumptions]
    notes += [Item(f"Assumed: {text}") for text in offer.bill.assumptions]
    if offer.break_even is not None:
        even = offer.break_even
        notes.append(
            Item(
                f"Break-even with {offer.break_even_with}, {even.label}: {even.formula}",
                (f"there it would have to sustain {even.output_rate.words('output tokens/s')}",),
            )
        )
    yield Items(tuple(notes))


def _how(line: Line) -> str:
    return f"{line.formula} [{line.source}]" if line.source else line.formula


def _devices(offer: OfferEstimate) -> str:
    if offer.sizing is None or offer.sizing.devices.low is None:
        return "-"
    return span(offer.sizing.devices.low, offer.sizing.devices.high, "").strip()


def _speed(offer: OfferEstimate) -> str:
    if offer.speed is not None and offer.speed.user_rate is not None:
        rate = offer.speed.user_rate
        return f"{figure(rate.low, 2)} to {figure(rate.high, 2)} ({offer.speed.method})"
    if offer.user_rate is not None:
        return f"{span(offer.user_rate.low, offer.user_rate.high, '').strip()} (seen)"
    return "unknown"


def _usd(amount: Range) -> str:
    return band(_exact(amount.low), _exact(amount.high))


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
                "formula": line.formula,
                "source": line.source,
            }
            for line in offer.bill.lines
        ],
        "assumptions": [*offer.bill.assumptions, *(sizing.assumptions if sizing else ())],
        "unknown": [*offer.bill.unknown, *offer.why_not],
        "devices": None if sizing is None else _ends(sizing.devices),
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
