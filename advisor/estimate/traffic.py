"""From requests a day to rates, from rates to replicas.

rate at the peak = requests/day / 86,400 s x peak factor
requests at once = rate at the peak x seconds a request stays  (Little's law)
replicas         = rate at the peak / (rate of one replica at the target x (1 - headroom)),
                   rounded up, and spare ones on top
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log2
from typing import NamedTuple

from advisor.estimate.capacity import LARGEST_TENSOR_GROUP, memory
from advisor.estimate.figures import figure
from advisor.estimate.physics import Load, prefill_time, terms, token_time
from advisor.estimate.ranges import Range
from advisor.estimate.speed import WIDEST
from advisor.knowledge.fitted import Bands, Calibration, Factors
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Number

SECONDS_PER_DAY = 86_400
MOST_REQUESTS = 4096
WAITING = 0.9
"""Share of the requests at once that must run, not wait for room in the cache."""
LOADS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, MOST_REQUESTS)


@dataclass(frozen=True, slots=True)
class Demand:
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


@dataclass(frozen=True, slots=True)
class Target:
    """What users expect: tokens per second each, milliseconds to the first token; ``None``
    where nothing is expected.  ``headroom`` of the capacity stays free at the peak, ``spare``
    replicas stand by for one that fails."""

    user_rate: float | None = None
    first_ms: float | None = None
    headroom: float = 0.3
    spare: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.headroom < 1:
            raise ValueError("the headroom must be a share from 0 to below 1")
        if self.spare < 0:
            raise ValueError("fewer than no spare replicas cannot be meant")


@dataclass(frozen=True, slots=True)
class Replicas:
    """A sizing: ``count`` replicas of ``devices`` devices, ``concurrency`` requests at once on
    each at the target, ``rate`` requests per second each; ``busy`` share of the paid capacity at
    the mean rate."""

    devices: int
    count: int
    concurrency: int
    rate: float
    token_ms: float
    busy: float

    @property
    def total(self) -> int:
        """Devices in all."""
        return self.devices * self.count


@dataclass(frozen=True, slots=True)
class Plan:
    """Devices for the demand: ``low`` and ``high`` at the ends of the speed's band, ``likely`` at
    its middle; all ``None`` with a ``reason`` where the target cannot be met."""

    low: Replicas | None
    likely: Replicas | None
    high: Replicas | None
    reason: str | None
    assumptions: tuple[str, ...] = ()

    @property
    def devices(self) -> Range:
        """Devices as a range; unknown above where the slow end cannot meet the target."""
        return Range(
            None if self.low is None else self.low.total,
            None if self.high is None else self.high.total,
        )


@dataclass(frozen=True, slots=True)
class QuotaGap:
    """A published limit below the load: ``needed`` is what the peak asks for."""

    limit: str
    allowed: Number
    needed: Fraction

    @property
    def words(self) -> str:
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
) -> Plan:
    """The cheapest replicas that meet the target at the peak, with headroom and spare ones.

    ``lengths``: mean input and output tokens; ``context`` the longest that must fit (default:
    both together).  Sizes of a replica: 1, 2, 4 and 8 devices that hold the weights.
    """
    known = (model.name, device.name) in calibration.levels
    if device.family not in calibration.families:
        return Plan(None, None, None, f"nothing is measured on devices like {device.name}")
    band = calibration.bands.get("model" if known else "model-new", WIDEST)
    sizer = _Sizer(asked, model, device, precision, lengths, target, calibration)
    longest = context if context is not None else sum(lengths)
    sizes = [
        size
        for size in (1, 2, 4, LARGEST_TENSOR_GROUP)
        if memory(model, device, size, precision, longest).fits
    ]
    if not sizes:
        found = memory(model, device, LARGEST_TENSOR_GROUP, precision, longest)
        return Plan(None, None, None, found.reason)
    low, likely, high = (
        sizer.cheapest(sizes, factor, smallest_unit) for factor in (band.low, 1.0, band.high)
    )
    reason = None if low is not None else sizer.why_not(sizes[-1], band)
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


class _Sizer:
    """Sizes replicas for one demand, model and device."""

    def __init__(
        self,
        asked: Demand,
        model: ModelShape,
        device: Device,
        precision: str,
        lengths: tuple[float, float],
        target: Target,
        calibration: Calibration,
    ) -> None:
        self.asked = asked
        self.model = model
        self.device = device
        self.precision = precision
        self.lengths = lengths
        self.target = target
        self.calibration = calibration
        self.level = calibration.levels.get((model.name, device.name), 1.0)
        self.factors = calibration.families.get(device.family, Factors())
        self._seen: dict[tuple[int, int], _Times] = {}

    def cheapest(self, sizes: list[int], factor: float, unit: int) -> Replicas | None:
        """The replicas with the fewest devices in all, times per token ``factor`` times the
        model's."""
        found = [r for size in sizes if (r := self._sized(size, factor, unit)) is not None]
        return min(found, key=lambda r: (r.total, r.devices), default=None)

    def why_not(self, size: int, band: Bands) -> str:
        """Which expectation the fastest replica misses with a single request."""
        token, first, _ = self._times(size, 1)
        best = 1000 / (token * band.low)
        wanted = self.target.user_rate
        if wanted is not None and best < wanted:
            return (
                f"{figure(wanted)} tokens/s per user are more than one request alone gets on "
                f"{size} x {self.device.name}: at most {figure(best, 3)}"
            )
        return (
            f"{figure(self.target.first_ms or 0)} ms to the first token are less than a prompt of "
            f"{figure(self.lengths[0])} tokens takes on {size} x {self.device.name}: about "
            f"{figure(first, 3)} ms"
        )

    def _sized(self, size: int, factor: float, unit: int) -> Replicas | None:
        load = self._largest_load(size, factor)
        if load is None:
            return None
        times = self._between(size, load)
        token = times.token_ms * factor
        seconds = (times.first_ms + (self.lengths[1] - 1) * token) / 1000
        rate = min(load / seconds, times.running * 1000 / (token * self.lengths[1]))
        usable = rate * (1 - self.target.headroom)
        count = max(1, ceil(float(self.asked.peak) / usable)) + self.target.spare
        # A unit that can only be rented whole is filled with replicas.
        devices = ceil(count * size / unit) * unit
        count = max(count, devices // size)
        return Replicas(
            devices=size,
            count=count,
            concurrency=load,
            rate=rate,
            token_ms=token,
            busy=float(self.asked.mean) / (rate * count),
        )

    def _largest_load(self, size: int, factor: float) -> int | None:
        """The most requests at once at which the target holds (times rise with the load);
        between the loads of ``LOADS`` times are straight on logarithmic scales."""
        limits = self._limits(factor)

        def beyond(index: int) -> float:
            here = self._times(size, LOADS[index])
            return max(_far(here, LOADS[index], limit) for limit in limits)

        if beyond(0) > 0:
            return None
        kept = bisect_left(range(1, len(LOADS)), True, key=lambda index: beyond(index) > 0)
        best = LOADS[kept]
        if kept == len(LOADS) - 1:
            return best
        low, high = self._times(size, best), self._times(size, LOADS[kept + 1])
        share = 1.0
        for limit in limits:
            before, after = _far(low, best, limit), _far(high, LOADS[kept + 1], limit)
            if after > 0:
                share = min(share, before / (before - after))
        return max(best, int(best * 2**share))

    def _limits(self, factor: float) -> tuple[tuple[str, float], ...]:
        wanted, patience = self.target.user_rate, self.target.first_ms
        found = [("running", 1 / WAITING)]
        if wanted is not None:
            found.append(("token", 1000 / wanted / factor))
        if patience is not None:
            found.append(("first", patience))
        return tuple(found)

    def _between(self, size: int, load: int) -> _Times:
        """Times at any load, straight between those of ``LOADS``."""
        index = bisect_right(LOADS, load) - 1
        if LOADS[index] == load:
            return self._times(size, load)
        low, high = self._times(size, LOADS[index]), self._times(size, LOADS[index + 1])
        share = log2(load / LOADS[index])
        return _Times(*(a * (b / a) ** share for a, b in zip(low, high, strict=True)))

    def _times(self, size: int, load: int) -> _Times:
        if (size, load) not in self._seen:
            found = terms(
                self.model,
                self.device,
                self.precision,
                size,
                Load(load, *self.lengths),
                factors=self.factors,
            )
            serving = self.calibration.serving
            fixed, prompt, queue = self.calibration.first_token
            self._seen[size, load] = _Times(
                token_time(found, serving) * self.level,
                fixed + prompt * prefill_time(found, serving) * load**queue,
                found.batch,
            )
        return self._seen[size, load]


class _Times(NamedTuple):
    """At one load: ms per token, ms to the first token, requests running."""

    token_ms: float
    first_ms: float
    running: float


def _far(times: _Times, load: int, limit: tuple[str, float]) -> float:
    """How far beyond a limit, as a logarithm; at most 0 where it is kept.  Requests that only
    wait for room in the cache are beyond theirs."""
    what, most = limit
    if what == "running":
        return 0.0 if load == 1 else log2(load / times.running / most)
    return log2((times.token_ms if what == "token" else times.first_ms) / most)


def _assumptions(asked: Demand, target: Target, unit: int) -> tuple[str, ...]:
    found = [
        f"the peak is {figure(asked.peak, 3)} requests per second",
        f"{figure(target.headroom * 100, 3)} % of the capacity stays free at the peak",
        f"{target.spare} spare replica(s) stand by for one that fails",
    ]
    if unit > 1:
        found.append(f"devices are rented {unit} at a time")
    return tuple(found)
