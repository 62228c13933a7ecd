"""What offers would deliver and cost, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decision.estimates import Estimates, OfferEstimate
from advisor.decision.estimates_even import Utilised
from advisor.estimate.capacity import Layout
from advisor.estimate.cost import Line
from advisor.estimate.figures import figure, span
from advisor.estimate.moved import Egress, Moved
from advisor.estimate.ranges import Range
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
from advisor.reports.estimates_data import MOST_STRETCHES, _exact
from advisor.reports.figures import band

TITLE = "Inference Advisor: estimates"


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
