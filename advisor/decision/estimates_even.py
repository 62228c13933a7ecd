"""From which volume on devices are cheaper than tokens: capacity, people and quotas counted."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from advisor.decision.costs import Charges
from advisor.decision.sizing import MILLI_DAY, NANO, Sizes
from advisor.estimate.breakeven import (
    Curve,
    Piece,
    Stretch,
    compare,
    token_curve,
)
from advisor.estimate.cost import (
    devices_at_most,
)
from advisor.estimate.figures import figure
from advisor.estimate.ranges import Range
from advisor.estimate.token_cost import MILLION
from advisor.estimate.traffic import Plan, Replicas
from advisor.knowledge.periods import (
    DAYS_PER_MONTH,
    HOURS_PER_DAY,
    HOURS_PER_MONTH,
    SECONDS_PER_DAY,
)
from advisor.knowledge.values import Domain, Number, Options

MOST_STEPS = 120
"""Steps of devices up to which they are told apart; beyond them nothing is said."""


class Side(Struct, frozen=True):
    """What one offer is paid: USD per request, per device-hour, and per day for people."""

    offer: str
    per_request: Range
    device_hour: Range
    people_daily: Range


class Even(Struct, frozen=True):
    """An offer paid by the hour against ``against``, paid by the token (``first`` in
    ``stretches`` of requests/day up to ``horizon``).

    ``tokens_daily``: what the tokens cost a day at the answered volume; ``at_most``: how many
    devices cost no more, whatever they could serve (``None``: unknown); ``quota``: requests a
    day up to which the token offer is published to serve.
    """

    against: str
    tokens_daily: Range
    at_most: int | None
    stretches: tuple[Stretch, ...]
    horizon: Number
    quota: Number | None

    @property
    def words(self) -> tuple[str, ...]:
        """Each stretch in a sentence of its own."""
        said = {
            "first": f"{self.against} is cheaper",
            "second": "the devices are cheaper",
            "equal": "both cost the same",
            "open": "the bands overlap",
            "neither": "neither is known to serve that much",
        }
        found = []
        for stretch in self.stretches:
            end = "" if stretch.end is None else f" to {figure(stretch.end)}"
            found.append(f"from {figure(stretch.start)}{end} requests/day: {said[stretch.cheaper]}")
        return tuple(found)


def even(
    tokens: Side,
    devices: Side,
    sizes: Sizes,
    lengths: tuple[int, int],
    peak: int,
    volume: Number,
    horizon: Number,
    quota: Number | None,
) -> Even:
    """Both ways of paying over all volumes; ``peak`` in thousandths of the peak factor."""
    curve, reached = _devices_curve(devices, sizes, lengths, peak, horizon)
    daily = tokens.per_request * volume
    at_most = None
    if daily.high is not None and devices.device_hour.low:
        at_most = devices_at_most(daily.high, devices.device_hour.low)
    stretches = compare(token_curve(tokens.per_request, tokens.people_daily, quota), curve, reached)
    return Even(tokens.offer, daily, at_most, stretches, reached, quota)


def _devices_curve(
    side: Side, sizes: Sizes, lengths: tuple[int, int], peak: int, horizon: Number
) -> tuple[Curve, Number]:
    """Steps of devices up to the horizon, or up to as many as can be told apart."""
    pieces: list[Piece] = []
    start, last = 0, max(1, int(horizon))
    daily = side.device_hour * HOURS_PER_DAY
    while start < last and len(pieces) < MOST_STEPS:
        few, many = sizes.devices((start + 1, *lengths, peak))
        carried = sizes.carried(few, many, lengths) * MILLI_DAY // (peak * NANO)
        end = min(last, max(start + 1, carried))
        pieces.append(Piece(start, end, Range(few, many) * daily + side.people_daily, Range(0, 0)))
        start = end
    return Curve(tuple(pieces)), start


class Utilised(Struct, frozen=True):
    """What devices cost by how much of what they sustain is used on the mean.

    ``full``: USD per request of devices that are never idle.  ``even``: the share at which a
    request costs as much as by the token (above 1: never).  ``per_million``: USD per million
    tokens at the share ``given``.
    """

    full: Range
    even: Range
    given: Fraction | None
    per_million: Range | None
    formula: str


def utilised(
    per_request: Range, device_hour: Range, sizing: Plan, tokens: int, given: Fraction | None
) -> Utilised:
    """``devices x USD per hour x 24 / (requests/s x 86,400 s)`` is what a request costs on a
    replica that is never idle, at the fast and at the slow end of the band; at a share of it
    used, that by the share.  Headroom and spare replicas are idle shares like any other."""
    daily = device_hour * HOURS_PER_DAY
    full = Range(
        _times(daily.low, _devices_per_request(sizing.low)),
        _times(daily.high, _devices_per_request(sizing.high)),
    )
    even_share = Range(_over(full.low, per_request.high), _over(full.high, per_request.low))
    per_million = None
    if given is not None and tokens:
        per_million = full * (Fraction(MILLION, tokens) / given)
    return Utilised(
        full,
        even_share,
        given,
        per_million,
        f"{full.words('USD per request, never idle')} / {per_request.words('USD by the token')}",
    )


def _devices_per_request(one: Replicas | None) -> Fraction | None:
    """Devices for one request a day."""
    if one is None:
        return None
    rate = round(one.rate * NANO)
    return Fraction(one.devices * NANO, rate * SECONDS_PER_DAY) if rate else None


def _times(left: Number | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left * right


def _over(amount: Number | None, divisor: Number | None) -> Fraction | None:
    return None if amount is None or not divisor else Fraction(amount) / divisor


def switched_off(charges: Charges, sizing: Plan | None, scales: Domain | None) -> Range | None:
    """What devices cost a month where they may be off while nothing runs."""
    capacity = charges.capacity
    if capacity is None or sizing is None or sizing.low is None or sizing.high is None:
        return None
    if scales != Options(frozenset({"yes"})):
        return None
    busy = min(Fraction(1), Fraction(round(sizing.low.busy * 10_000), 10_000))
    paid = capacity.device_hour * HOURS_PER_MONTH
    return Range(sizing.low.total * busy, sizing.high.total) * paid


def people_daily(charges: Charges) -> Range:
    """USD per day for the people who run an offer."""
    people = charges.people
    if people is None:
        return Range(0, 0)
    return people.hours_per_month * people.rate * (1 / DAYS_PER_MONTH)
