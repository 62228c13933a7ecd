"""The monthly bill for given traffic, itemised, exact, as a band.

A month is 365/12 days, hence 730 hours; a day's figures are exact and not months divided.
Numbers are ``int`` or ``Fraction``; every price may be a range or unknown on either side
(``Range``).  Reserved devices cost their hours whether they are busy or idle: nothing here
multiplies hours by a utilisation.

Formulas
    tokens     requests/day x tokens/request x USD per million tokens x 365/12 days
    devices    devices x USD per device-hour x hours/day x 365/12 days
    owned      as ``advisor.estimate.ownership``: depreciation, power, cooling, space
    people     hours/month x USD/hour
    switching  one-off hours x USD/hour / months it is spread over
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.figures import figure
from advisor.estimate.ownership import ITEMS as OWNERSHIP_ITEMS
from advisor.estimate.ownership import Owned
from advisor.estimate.ranges import UNKNOWN, Range, total
from advisor.estimate.token_cost import (
    MILLION,
    TokenPrices,
    Traffic,
    cost_per_request,
    remaining_price,
    share,
)
from advisor.knowledge.periods import DAYS_PER_MONTH, HOURS_PER_DAY, HOURS_PER_MONTH
from advisor.knowledge.values import Number

__all__ = [
    "ALL_DAY",
    "DEVICE_ITEMS",
    "Bill",
    "Capacity",
    "Line",
    "People",
    "Switching",
    "TokenPrices",
    "Traffic",
    "bill",
    "cost_per_request",
    "devices_at_most",
]

ALL_DAY = Range(HOURS_PER_DAY, HOURS_PER_DAY)
RESERVED = "reserved devices"
DEVICE_ITEMS = (RESERVED, *OWNERSHIP_ITEMS)
"""Items of a bill that are paid for devices."""
A_MONTH = "a month is 365/12 days (730 hours)"
FULL_LOAD = "bought devices draw their full power day and night; no interest is counted"


class Capacity(Struct, frozen=True):
    """Devices paid by the hour.  ``devices.high`` None: how many are needed is unknown, and
    ``devices.low`` is the smallest unit or what the weights need.

    ``active_hours_per_day`` is 24 unless the offer is switched off outside a window;
    ``needed_share`` (percent of the paid capacity that the traffic uses, where known) is shown
    and never multiplied into the price.  ``owned``: of bought devices what makes up
    ``device_hour``; the bill then lists it.
    """

    devices: Range
    device_hour: Range
    active_hours_per_day: Range = ALL_DAY
    needed_share: Range | None = None
    terms: str = "on demand"
    source: str | None = None
    owned: Owned | None = None


class People(Struct, frozen=True):
    """Staff time to run the offer: hours per month and USD per hour."""

    hours_per_month: Range
    rate: Range
    source: str | None = None


class Switching(Struct, frozen=True):
    """Leaving today's offer: one-off staff hours, spread over ``months``."""

    hours: Range
    rate: Range
    months: int
    leaving: str
    source: str | None = None


class Line(Struct, frozen=True):
    """One item of the bill in USD per month, with its formula in words and numbers."""

    item: str
    low: Number | None
    high: Number | None
    formula: str
    source: str | None


class Bill(Struct, frozen=True):
    """``monthly`` and ``daily`` in USD, ``per_million`` in USD per million tokens, input and
    output counted together, at this volume.

    ``low`` of a sum is a sound lower bound even where an item's own low side is unknown; the
    items that are unknown on a side are named in ``unknown``.  Where a share of the traffic
    is a range, ``monthly`` is computed with the same share for all items, so it can be
    narrower than the sum of the lines.
    """

    lines: tuple[Line, ...]
    monthly: Range
    daily: Range
    per_million: Range
    assumptions: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class _Part(Struct, frozen=True):
    """Lines of one kind of cost with their common total, and what they assume."""

    lines: tuple[Line, ...]
    monthly: Range
    assumptions: tuple[str, ...] = ()


def bill(
    traffic: Traffic,
    *,
    tokens: TokenPrices | None = None,
    capacity: Capacity | None = None,
    people: People | None = None,
    switching: Switching | None = None,
    extras: tuple[Line, ...] = (),
) -> Bill:
    """The bill of an offer: whichever parts it charges for.

    ``extras`` are further lines of known or unknown size (egress, storage).  An offer that
    charges for tokens whose price nobody knows passes ``TokenPrices(UNKNOWN, UNKNOWN)``:
    the line is then unknown, not free.
    """
    token_part = _token_part(traffic, tokens) if tokens else None
    parts = [
        part
        for part in (
            token_part,
            _capacity_part(capacity) if capacity else None,
            _people_part(people) if people else None,
            _switching_part(switching) if switching else None,
        )
        if part is not None
    ]
    parts += [_Part((line,), Range(line.low, line.high)) for line in extras]
    lines = tuple(line for part in parts for line in part.lines)
    monthly = total(part.monthly for part in parts)
    others = [part.monthly for part in parts if part is not token_part]
    daily = monthly * (1 / DAYS_PER_MONTH)
    return Bill(
        lines=lines,
        monthly=monthly,
        daily=daily,
        per_million=_per_million(traffic, tokens, others, daily),
        assumptions=(A_MONTH, *(text for part in parts for text in part.assumptions)),
        unknown=tuple(line.item for line in lines if line.low is None or line.high is None),
    )


def devices_at_most(daily_budget: Number, device_hour: Number) -> int:
    """How many devices at ``device_hour`` USD, paid around the clock, cost no more than
    ``daily_budget`` USD.  Raises ``ValueError`` when the price is zero."""
    if device_hour <= 0:
        raise ValueError("a device-hour price must be above zero")
    return int(Fraction(daily_budget) // (device_hour * HOURS_PER_DAY))


def _token_part(traffic: Traffic, prices: TokenPrices) -> _Part:
    least, most = share(traffic.cached_input_share)
    rebate = remaining_price(traffic, prices)
    shared = [("input tokens", traffic.input_tokens * Range(1 - most, 1 - least), prices.input)]
    if most:
        cached = traffic.input_tokens * Range(least, most)
        shared.append(("cached input tokens", cached, prices.cached_or_bound))
    shared.append(("output tokens", traffic.output_tokens, prices.output))
    requests = traffic.requests_per_day
    millions = requests * (DAYS_PER_MONTH / MILLION)
    asked, left = requests.words("requests/day"), ""
    if rebate != Range(1, 1):
        millions *= rebate
        left = f" × {rebate.words('(left by the batch discount)')}"
    lines = []
    for item, tokens, price in shared:
        amount = millions * tokens * price
        formula = (
            f"{asked} × {tokens.words('tokens')} × "
            f"{price.words('USD per million tokens')} × 365/12 days{left}"
        )
        lines.append(Line(item, amount.low, amount.high, formula, prices.source))
    assumptions = []
    if most and not prices.cached_input.is_known:
        assumptions.append("the price of cached input is not known: at most the input price")
    if traffic.batch_share.high != 0 and prices.batch_discount.low is None:
        assumptions.append("no batch discount is known: batch requests may cost the full price")
    if least == most and traffic.batch_share.is_point and prices.input.low is not None:
        # At fixed shares no item can be low while another is high.
        monthly = total(Range(line.low, line.high) for line in lines)
    else:
        monthly = traffic.requests_per_day * cost_per_request(traffic, prices) * DAYS_PER_MONTH
    return _Part(tuple(lines), monthly, tuple(assumptions))


def _capacity_part(capacity: Capacity) -> _Part:
    hours = capacity.active_hours_per_day
    amount = capacity.devices * capacity.device_hour * hours * DAYS_PER_MONTH
    assumptions = []
    if capacity.devices.high is None:
        assumptions.append(
            "how many devices this traffic needs is not known: the low end is the smallest "
            "number that can be rented or that holds the weights"
        )
    if capacity.needed_share is not None:
        least, most = share(capacity.needed_share)
        idle = Range(100 - 100 * most, 100 - 100 * least)
        assumptions.append(f"{idle.words('% of the paid capacity')} stays idle at this volume")
    if capacity.owned is not None:
        lines = _owned_lines(capacity.devices, capacity.owned)
        assumptions.append(FULL_LOAD)
        if total(Range(line.low, line.high) for line in lines) != amount:
            assumptions.append(_more_than_listed(capacity))
        return _Part(lines, amount, tuple(assumptions))
    time = f"{HOURS_PER_MONTH} hours"
    if hours != ALL_DAY:
        time = f"{hours.words('hours/day')} × 365/12 days"
    line = Line(
        RESERVED,
        amount.low,
        amount.high,
        f"{capacity.devices.words('devices')} × "
        f"{capacity.device_hour.words('USD per device-hour')} × {time}, "
        f"{capacity.terms}, busy or idle",
        capacity.source,
    )
    return _Part((line,), amount, tuple(assumptions))


def _owned_lines(devices: Range, bought: Owned) -> tuple[Line, ...]:
    return tuple(
        Line(part.item, part.amount.low, part.amount.high, part.formula, part.source)
        for part in bought.parts(devices)
    )


def _more_than_listed(capacity: Capacity) -> str:
    """Why bought devices cost more than what is listed and known of them."""
    where = "" if capacity.source is None else f" [{capacity.source}]"
    return (
        f"all together {capacity.device_hour.words('USD per device-hour')}: {capacity.terms}{where}"
    )


@lru_cache(maxsize=64)
def _people_part(people: People) -> _Part:
    amount = people.hours_per_month * people.rate
    return _Part(
        (
            Line(
                "people",
                amount.low,
                amount.high,
                f"{people.hours_per_month.words('hours/month')} × "
                f"{people.rate.words('USD per hour')}",
                people.source,
            ),
        ),
        amount,
    )


def _switching_part(switching: Switching) -> _Part:
    if switching.months <= 0:
        raise ValueError("the cost of switching must be spread over at least one month")
    amount = switching.hours * switching.rate * Fraction(1, switching.months)
    return _Part(
        (
            Line(
                f"switching from {switching.leaving}",
                amount.low,
                amount.high,
                f"{switching.hours.words('hours once')} × "
                f"{switching.rate.words('USD per hour')} / {figure(switching.months)} months",
                switching.source,
            ),
        ),
        amount,
    )


def _per_million(
    traffic: Traffic, tokens: TokenPrices | None, others: list[Range], daily: Range
) -> Range:
    """USD per million tokens: (USD per request + other USD per day / requests) / tokens.

    Monotone in requests and in each length alone, so the ends of the ranges bound it; unknown
    where the traffic is unbounded or nothing is asked.
    """
    asked = traffic.tokens_per_day
    if asked.low and asked.low == asked.high:
        return daily * (MILLION / Fraction(asked.low))
    by_the_day = [monthly * (1 / DAYS_PER_MONTH) for monthly in others]
    lows: list[Number] = []
    highs: list[Number | None] = []
    for corner in _traffic_corners(traffic):
        requests, size = corner.requests_per_day, corner.tokens_per_day.low
        parts = list(by_the_day)
        if tokens is not None:
            parts.append(requests * cost_per_request(corner, tokens))
        cost = total(parts)
        if not size or cost.low is None:
            return UNKNOWN
        lows.append(cost.low * MILLION / Fraction(size))
        highs.append(None if cost.high is None else cost.high * MILLION / Fraction(size))
    known = [high for high in highs if high is not None]
    return Range(min(lows), max(known) if len(known) == len(highs) else None)


def _traffic_corners(traffic: Traffic) -> Iterator[Traffic]:
    """Every combination of ends; an unknown end comes out as zero requests or tokens."""
    for requests in sorted({traffic.requests_per_day.low or 0, traffic.requests_per_day.high or 0}):
        for inputs in sorted({traffic.input_tokens.low or 0, traffic.input_tokens.high or 0}):
            for outputs in sorted(
                {traffic.output_tokens.low or 0, traffic.output_tokens.high or 0}
            ):
                yield replace(
                    traffic,
                    requests_per_day=Range.of(requests),
                    input_tokens=Range.of(inputs),
                    output_tokens=Range.of(outputs),
                )
