"""What offers would deliver and cost, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from advisor.decision.estimates import Estimates, Fit, OfferEstimate
from advisor.decision.estimates_even import Even, Utilised
from advisor.estimate.capacity import Layout
from advisor.estimate.cost import Line
from advisor.estimate.figures import figure, span
from advisor.estimate.moved import Egress, Moved
from advisor.estimate.ranges import Range
from advisor.estimate.speed import Figure
from advisor.estimate.traffic import Plan
from advisor.knowledge.periods import DAYS_PER_MONTH
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
    for text in result.contradictions:
        yield Paragraph(f"These answers contradict each other: {text}.")
    notes = (*(Item(f"Assumed: {t}") for t in result.assumptions), *_egress(result.offers))
    if notes:
        yield Items(notes)
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
    notes += [_uncounted(m) for m in offer.uncounted if not isinstance(m, Egress)]
    if offer.speed is not None and offer.speed.formula:
        notes.append(
            Item(f"Time per token: {offer.speed.formula}", (f"method: {offer.speed.method}",))
        )
    notes += _sizing_notes(offer)
    if offer.sizing is not None:
        notes += [Item(f"Assumed: {text}") for text in offer.sizing.assumptions]
    notes += [Item(f"Assumed: {text}") for text in offer.bill.assumptions]
    notes += _even_notes(offer)
    yield Items(tuple(notes))


def _egress(offers: Sequence[OfferEstimate]) -> Iterator[Item]:
    """The volume is the same for all offers, so it is said once."""
    without = [m for o in offers for m in o.uncounted if isinstance(m, Egress)]
    if without and without[0].volume.high is not None:
        yield _uncounted(without[0], f" for {_counted(len(without), 'offer')}")


def _uncounted(moved: Moved, of: str = "") -> Item:
    volume = moved.volume.words("GB a month")
    return Item(
        f"Not counted{of}: {moved.item} of {volume}, as no price of it is known",
        (f"give it: --set {moved.setting}", moved.how),
        mark="-",
    )


def _counted(count: float, what: str) -> str:
    return f"{figure(count)} {what}{'' if count == 1 else 's'}"


def _sizing_notes(offer: OfferEstimate) -> Iterator[Item]:
    """How a replica runs, how busy it is, and whether everything fits."""
    sizing, fit, speed = offer.sizing, offer.fit, offer.speed
    if sizing is not None and sizing.likely is not None:
        one = sizing.likely
        yield Item(
            f"Likely {_counted(one.total, 'device')}: {_counted(one.count, 'replica')} of "
            f"{figure(one.devices)}, {figure(one.concurrency)} requests at once on each, "
            f"{figure(one.rate, 3)} requests a second; {figure(100 * (1 - one.busy), 3)} % of "
            "what is paid for stays idle at the mean load"
        )
    if offer.switched_off is not None:
        yield Item(
            "Scales to zero: paid only while it runs, the devices cost "
            f"{offer.switched_off.words('USD a month')}, from busy hours alone to all day"
        )
    if fit is not None:
        adapters = fit.memory.adapters
        beside = f"adapters {figure(adapters, 3)}, " if adapters else ""
        yield Item(
            f"Memory of a replica: {figure(fit.memory.available)} GB; weights "
            f"{figure(fit.memory.weights, 3)}, reserve {figure(fit.memory.reserve)}, {beside}cache "
            f"{figure(fit.memory.cache_per_request, 3)} for each request, of which "
            f"{figure(fit.memory.requests)} fit",
            tuple(_layout_words(layout) for layout in fit.layouts),
        )
    if speed is not None and speed.first_ms is not None:
        first = speed.first_ms
        yield Item(
            f"First token after {figure(round(first.low))} to {figure(round(first.high))} ms: "
            "a wide band, as queues decide it"
        )


def _layout_words(layout: Layout) -> str:
    words = f"layout: tensor {layout.tensor}, stages {layout.stages}"
    if layout.experts != "none":
        words += f", experts {layout.experts}"
    return f"{words}, cache {layout.attention}: {layout.why}"


def _even_notes(offer: OfferEstimate) -> Iterator[Item]:
    flat, even = offer.break_even, offer.even
    if flat is not None:
        yield Item(
            f"Break-even with {offer.break_even_with}, {flat.label}: {flat.formula}",
            (f"there it would have to sustain {flat.output_rate.words('output tokens/s')}",),
        )
    used = offer.utilised
    if used is not None:
        yield Item(
            f"Break-even by utilisation with {offer.break_even_with}: once "
            f"{_percent(used.even)} of what the devices sustain is used on average",
            (used.formula, *_at_utilisation(used)),
        )
    if even is None:
        return
    tokens = f"At this volume the tokens cost {even.tokens_daily.words('USD per day')}"
    if even.at_most is not None:
        tokens += f": at most {figure(even.at_most)} devices are cheaper"
    yield Item(tokens)
    title = f"Break-even with {even.against}, what devices can carry and people counted"
    words = even.words
    if len(words) > MOST_STRETCHES:
        left = len(words) - MOST_STRETCHES
        words = (*words[:MOST_STRETCHES], f"and {left} more (--format json lists them)")
    if even.quota is not None:
        words = (*words, f"{even.against} publishes room for {figure(even.quota)} requests/day")
    yield Item(title, words)


def _at_utilisation(used: Utilised) -> tuple[str, ...]:
    if used.given is None or used.per_million is None:
        return ()
    return (
        f"at {figure(used.given * 100)} % a million tokens cost {used.per_million.words('USD')} "
        "on the devices",
    )


def _percent(share: Range) -> str:
    """A share in percent; more than all there is means never."""
    low, high = share.low, share.high
    if low is not None and low > 1:
        return "more than all"
    if high is not None and high > 1:
        return f"{figure(100 * (low or 0), 3)} % to more than all"
    return (share * 100).words("%")


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
