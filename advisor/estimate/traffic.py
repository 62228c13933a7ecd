"""From requests a day to rates, from rates to replicas.

rate at the peak = requests/day / 86,400 s x peak factor
requests at once = rate at the peak x seconds a request stays  (Little's law)
replicas         = rate at the peak / (rate of one replica at the target x (1 - headroom)),
                   rounded up, and spare ones on top
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.capacity import memory
from advisor.estimate.courses import Worker
from advisor.estimate.figures import figure
from advisor.estimate.ranges import Range
from advisor.estimate.replicas import LARGE_SIZES, Operating, Replica, Target
from advisor.knowledge.fitted import Calibration
from advisor.knowledge.periods import SECONDS_PER_DAY
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Number


class Demand(Struct, frozen=True):
    """Rates that follow from the traffic, exact.  ``peak``: requests per second at the peak,
    ``mean`` over the day; the rest per minute at the peak, and output tokens per second."""

    mean: Fraction
    peak: Fraction
    requests_per_minute: Fraction
    tokens_per_minute: Fraction
    output_rate: Fraction

    def at_once(self, seconds: float) -> float:
        """Requests at once at the peak, where each stays ``seconds``."""
        return float(self.peak) * seconds


class Replicas(Struct, frozen=True):
    """A sizing: ``count`` replicas of ``devices`` devices, ``concurrency`` requests at once on
    each at the target, ``rate`` requests per second each; ``busy`` share of the paid capacity at
    the mean rate; ``total`` devices that are paid for."""

    devices: int
    count: int
    concurrency: int
    rate: float
    token_ms: float
    busy: float
    total: int


class Plan(Struct, frozen=True):
    """Devices for the demand: ``low`` carry the peak at the fast end of the speed's band, and
    no more; ``likely`` with headroom and spare ones at its middle, ``high`` at its slow end;
    all ``None`` with a ``reason`` where the target cannot be met."""

    low: Replicas | None
    likely: Replicas | None
    high: Replicas | None
    reason: str | None
    assumptions: tuple[str, ...] = ()

    @property
    def devices(self) -> Range:
        """Devices as a range; unknown where the target cannot be met."""
        return Range(
            None if self.low is None else self.low.total,
            None if self.high is None else self.high.total,
        )


class QuotaGap(Struct, frozen=True):
    """A published limit below the load: ``needed`` is what the peak asks for."""

    limit: str
    allowed: Number
    needed: Fraction

    @property
    def words(self) -> str:
        """What is needed, what is published, and the factor between them."""
        factor = self.needed / Fraction(self.allowed)
        return (
            f"the peak needs {figure(self.needed)} {self.limit}, "
            f"the published limit is {figure(self.allowed)}: ask for {figure(factor, 3)} times it"
        )


def demand(
    requests_per_day: Number, peak_factor: Number, input_tokens: Number, output_tokens: Number
) -> Demand:
    """Arrival and token rates.  Raises ``ValueError`` for what cannot be meant."""
    wrong = []
    if requests_per_day < 0:
        wrong.append("requests per day cannot be negative")
    if peak_factor < 1:
        wrong.append("the peak cannot be below the mean: a peak factor is 1 or more")
    if input_tokens < 0 or output_tokens < 0 or input_tokens + output_tokens <= 0:
        wrong.append("a request needs at least one token")
    if wrong:
        raise ValueError("; ".join(wrong))
    mean = Fraction(requests_per_day) / SECONDS_PER_DAY
    peak = mean * peak_factor
    return Demand(
        mean=mean,
        peak=peak,
        requests_per_minute=peak * 60,
        tokens_per_minute=peak * 60 * (input_tokens + output_tokens),
        output_rate=peak * output_tokens,
    )


def quota_gaps(
    asked: Demand, requests_per_minute: Number | None, tokens_per_minute: Number | None
) -> tuple[QuotaGap, ...]:
    """Limits of a shared tier that the peak exceeds; an unknown limit exceeds nothing."""
    limits = (
        ("requests per minute", requests_per_minute, asked.requests_per_minute),
        ("tokens per minute", tokens_per_minute, asked.tokens_per_minute),
    )
    return tuple(
        QuotaGap(name, allowed, needed)
        for name, allowed, needed in limits
        if allowed is not None and needed > allowed
    )


def plan(
    asked: Demand,
    model: ModelShape,
    device: Device,
    precision: str,
    lengths: tuple[float, float],
    target: Target,
    calibration: Calibration,
    *,
    smallest_unit: int = 1,
    context: float | None = None,
    adapters_gb: float = 0.0,
) -> Plan:
    """The cheapest replicas that meet the target at the peak, with headroom and spare ones.

    ``lengths``: mean input and output tokens; ``context`` the longest that must fit (default:
    both together); ``adapters_gb``: what each replica holds beside the weights.  Sizes of a
    replica: 1, 2, 4 and 8 devices that hold the weights; where none does, the smallest linked
    group that does.
    """
    replica = Replica(model, device, precision, calibration, adapters_gb)
    return plan_of(replica, asked, lengths, target, smallest_unit=smallest_unit, context=context)


def plan_of(
    replica: Replica,
    asked: Demand,
    lengths: tuple[float, float],
    target: Target,
    *,
    smallest_unit: int = 1,
    context: float | None = None,
) -> Plan:
    """``plan`` of a kind of replica that may serve many times."""
    model, device, precision = replica.model, replica.device, replica.precision
    if not replica.is_known:
        return Plan(None, None, None, f"nothing is measured on devices like {device.name}")
    longest = context if context is not None else sum(lengths)
    workers = replica.workers(longest)
    if not workers:
        found = memory(
            model, device, LARGE_SIZES[-1], precision, longest, adapters_gb=replica.adapters_gb
        )
        return Plan(None, None, None, found.reason)
    band = replica.band(workers[0].size)
    bare = replace(target, headroom=0, spare=0)

    factors = 1.0, band.high, band.low
    by_worker = [replica.operating_points(worker, lengths, target, factors) for worker in workers]
    points, points_slow, points_fast = (list(row) for row in zip(*by_worker, strict=True))

    def cheapest(points: list[Operating | None], wanted: Target) -> Replicas | None:
        found = [_sized(one, asked, wanted, smallest_unit) for one in points if one is not None]
        return min(found, key=lambda r: (r.total, r.devices), default=None)

    slow = [
        one or (other and _slower(other, band.high))
        for one, other in zip(points_slow, points, strict=True)
    ]
    likely = cheapest(points, target)
    low = None if likely is None else cheapest(points_fast, bare)
    high = cheapest(slow, target)
    reason = None if low is not None else _why_not(replica, workers[-1], lengths, target)
    return Plan(low, likely, high, reason, _assumptions(asked, target, smallest_unit))


def requests_per_day(found: Replicas, peak_factor: float, target: Target) -> int:
    """What one replica serves in a day whose peak keeps the target, headroom left free: the
    step of a capacity curve."""
    return int(found.rate * (1 - target.headroom) * SECONDS_PER_DAY / peak_factor)


def contradictions(
    asked: Demand, concurrent_users: Range | None, user_rate: Range | None
) -> tuple[str, ...]:
    """Expectations that cannot hold together: users at once and the speed of each on one side,
    what the traffic produces at its peak on the other."""
    if concurrent_users is None or user_rate is None:
        return ()
    most_users, most_rate = concurrent_users.high, user_rate.high
    if most_users is None or most_rate is None:
        return ()
    produced = Fraction(most_users) * Fraction(most_rate)
    if produced >= asked.output_rate:
        return ()
    return (
        f"{figure(most_users)} users at once with {figure(most_rate)} tokens/s each produce at "
        f"most {figure(produced, 3)} tokens/s, but the peak asks for "
        f"{figure(asked.output_rate, 3)}: fewer requests per day, a lower peak factor, shorter "
        "answers, or more users at once",
    )


def _slower(one: Operating, factor: float) -> Operating:
    """What keeps its speed on average but not at the slow end of the band serves as many at
    once there, each more slowly."""
    return one._replace(rate=one.rate / factor, token_ms=one.token_ms * factor)


def _sized(one: Operating, asked: Demand, target: Target, unit: int) -> Replicas:
    usable = one.rate * (1 - target.headroom)
    count = max(1, ceil(float(asked.peak) / usable)) + target.spare
    # A unit that can only be rented whole is filled with replicas.
    devices = ceil(count * one.devices / unit) * unit
    count = max(count, devices // one.devices)
    return Replicas(
        devices=one.devices,
        count=count,
        concurrency=one.concurrency,
        rate=one.rate,
        token_ms=one.token_ms,
        busy=float(asked.mean) / (one.rate * count),
        total=devices,
    )


def _why_not(replica: Replica, worker: Worker, lengths: tuple[float, float], target: Target) -> str:
    """Which expectation the fastest replica misses with a single request."""
    token, _, first, _ = replica.course(worker, lengths).at(1)
    best = 1000 / (token * replica.band(worker.size).low)
    wanted = target.user_rate
    where = f"{worker.size} x {replica.device.name}"
    if wanted is not None and best < wanted:
        return (
            f"{figure(wanted)} tokens/s per user are more than one request alone gets on "
            f"{where}: at most {figure(best, 3)}"
        )
    return (
        f"{figure(target.first_ms or 0)} ms to the first token are less than a prompt of "
        f"{figure(lengths[0])} tokens takes on {where}: about {figure(first, 3)} ms"
    )


def _assumptions(asked: Demand, target: Target, unit: int) -> tuple[str, ...]:
    found = [
        f"the peak is {figure(asked.peak, 3)} requests per second",
        f"{figure(target.headroom * 100, 3)} % of the capacity stays free at the peak; the low end "
        "has no such room",
        f"{target.spare} spare replica(s) stand by for one that fails; the low end has none",
    ]
    if unit > 1:
        found.append(f"devices are rented {unit} at a time")
    return tuple(found)
