"""The traffic of a bake-off, built from the answers.

rate           requests a day / 86,400 s; at the peak times the peak factor
in flight      as answered, else rate at the peak x seconds a request stays (Little's law)
stays          first-token limit + output tokens / tokens per second per user

A 95th percentile needs ENOUGH requests; where the real rate would take longer than LONGEST to
bring them, they are sent faster and the run says so.  Every run has a known number of requests,
so that its price is known before it starts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.knowledge.periods import SECONDS_PER_DAY
from advisor.knowledge.values import Domain, Flags, Interval, Number, Options

ENOUGH = 400
"""Requests behind a 95th percentile: twenty of them lie above it."""
LONGEST = 3600
SHORTEST = 300
"""Seconds of an open run at least and at most."""
WARM_UP = 10
ALONE = 100
"""Requests of the run that sends one at a time."""
STEPS = (1, 4, 16, 64)
"""Streams to climb where the answers do not say how many there will be."""
MOST_STEPS = 7
BURSTINESS = Fraction(1, 4)
"""Shape of gamma arrivals; 1 is even randomness, smaller comes in clumps."""
TRICKLE = Fraction(1, 30)
"""Requests per second of the week-long run."""
WEEK = 7 * SECONDS_PER_DAY

Shape: TypeAlias = Literal["closed", "poisson", "bursts"]


class Load(Struct, frozen=True):
    """Rates in requests per second, lengths in tokens; ``prefix`` of ``reads`` repeats from
    request to request.  ``None``: not answered.  ``missing`` names the questions that leave
    figures open, ``assumptions`` say what was made of ranges and silence."""

    mean: Fraction | None
    peak: Fraction | None
    reads: int | None
    writes: int | None
    prefix: int
    in_flight: int | None
    stays: Fraction | None
    regions: tuple[str, ...]
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]


class Run(Struct, frozen=True):
    """One load to put on each offer.

    ``closed``: each of ``streams`` sends its next request when the last one is answered,
    ``requests`` per step.  ``poisson`` and ``bursts`` send at ``rate`` for ``seconds``
    whatever comes back.  Repeated ``times`` from each of ``regions`` (empty: from anywhere).
    """

    id: str
    title: str
    shape: Shape
    streams: tuple[int, ...]
    rate: Fraction | None
    seconds: int | None
    requests: tuple[int, ...]
    regions: tuple[str, ...]
    times: int
    why: str

    @property
    def total(self) -> int:
        """Requests in all, over all steps, regions and repeats."""
        return sum(self.requests) * self.times * max(1, len(self.regions))

    def duration(self, stays: Fraction | None) -> Fraction | None:
        """Seconds in all, where they are known."""
        if self.seconds is not None:
            one = Fraction(self.seconds)
        elif stays is None:
            return None
        else:
            steps = zip(self.requests, self.streams, strict=True)
            one = sum((Fraction(n, s) * stays for n, s in steps), Fraction(0))
        return one * self.times * max(1, len(self.regions))


def load_of(env: Mapping[str, Domain]) -> Load:
    """The traffic that answers describe; of a range the high end, so that nothing is
    undersized."""
    missing = [q for q in ("requests-per-day", "input-tokens", "output-tokens") if q not in env]
    assumptions = [
        f"{name} is a range: its high end is sent"
        for name in ("requests-per-day", "input-tokens", "output-tokens", "concurrent-users")
        if isinstance(value := env.get(name), Interval) and not value.is_point
    ]
    day = _high(env, "requests-per-day")
    factor = _high(env, "peak-factor")
    mean = None if day is None else Fraction(day) / SECONDS_PER_DAY
    if mean is not None and factor is None:
        assumptions.append("no peak factor was given: the peak is taken to be the mean")
    peak = None if mean is None else mean * (factor or 1)
    reads, writes = _whole(env, "input-tokens"), _whole(env, "output-tokens")
    stays = _stays(env, writes)
    in_flight = _whole(env, "concurrent-users")
    if in_flight is None and peak is not None and stays is not None:
        in_flight = max(1, math.ceil(peak * stays))
        assumptions.append(
            "requests at once at the peak: the rate times the seconds that each one may take"
        )
    share = _high(env, "cached-input-share") or 0
    prefix = 0 if reads is None else int(Fraction(reads) * share / 100)
    regions = env.get("regions")
    return Load(
        mean=mean,
        peak=peak,
        reads=reads,
        writes=writes,
        prefix=min(prefix, max((reads or 1) - 1, 0)),
        in_flight=in_flight,
        stays=stays,
        regions=tuple(sorted(regions.must)) if isinstance(regions, Flags) else (),
        missing=tuple(missing),
        assumptions=tuple(assumptions),
    )


def runs_of(load: Load, env: Mapping[str, Domain]) -> tuple[Run, ...]:
    """What to run, lightest first."""
    runs = [
        Run(
            "alone",
            "One request at a time",
            "closed",
            (1,),
            None,
            None,
            (ALONE,),
            load.regions,
            1,
            "The floor of every figure, and how far away the endpoint is. It decides nothing: "
            "one request at a time flatters.",
        ),
        _climb(load),
    ]
    twice = 2
    if load.mean is not None and load.peak is not None:
        why = "What users feel on an ordinary hour; once in a quiet hour, once in a busy one."
        runs.append(_open("everyday", "The mean rate", "poisson", load.mean, load, twice, why))
        if load.peak > load.mean:
            why = "Quotas and queues show only here; the figures of this run decide."
            runs.append(_open("peak", "The busiest minute", "poisson", load.peak, load, twice, why))
        pattern = env.get("usage-pattern")
        if isinstance(pattern, Options) and pattern.values == {"bursty"}:
            why = "Traffic was said to come in bursts: the same rate, in clumps."
            runs.append(_open("bursts", "The peak in bursts", "bursts", load.peak, load, 1, why))
    if _steadiness_counts(env):
        runs.append(
            Run(
                "week",
                "A week of single requests",
                "poisson",
                (),
                TRICKLE,
                WEEK,
                (int(TRICKLE * WEEK),),
                load.regions[:1],
                1,
                "Steadiness or availability was asked for: the 99th percentile and the share of "
                "failures over days, nights and a weekend.",
            )
        )
    return tuple(runs)


def _climb(load: Load) -> Run:
    steps: tuple[int, ...] = STEPS
    if load.in_flight is not None:
        top = 2 * load.in_flight
        doubling = [1]
        while doubling[-1] * 4 < top:
            doubling.append(doubling[-1] * 4)
        steps = tuple([*doubling, top][-MOST_STEPS:])
    return Run(
        "climb",
        "More and more at once",
        "closed",
        steps,
        None,
        None,
        tuple(max(ALONE, 10 * s) for s in steps),
        load.regions[:1],
        1,
        "Where the latency target breaks: the throughput of the last step that holds it is the "
        "throughput that counts.",
    )


def _open(
    ident: str, title: str, shape: Shape, real: Fraction, load: Load, times: int, why: str
) -> Run:
    """An open run: long enough for ENOUGH requests, sent faster where that takes too long."""
    rate = real
    if rate * LONGEST < ENOUGH:
        rate = Fraction(ENOUGH, LONGEST)
        why += f" The real rate, {float(real * 3600):.2g} an hour, takes too long: sent faster."
    seconds = max(SHORTEST, min(LONGEST, math.ceil(ENOUGH / rate)))
    count = max(1, round(rate * seconds))
    return Run(ident, title, shape, (), rate, seconds, (count,), load.regions, times, why)


def _steadiness_counts(env: Mapping[str, Domain]) -> bool:
    steady = env.get("latency-consistency")
    wanted = env.get("availability")
    return (isinstance(steady, Options) and steady.values == {"essential"}) or (
        isinstance(wanted, Interval) and wanted.low is not None and wanted.low >= Fraction(999, 10)
    )


def _stays(env: Mapping[str, Domain], writes: int | None) -> Fraction | None:
    """Seconds that a request may stay, at the limits that were answered."""
    first, rate = _high(env, "first-token-ms"), _low(env, "tokens-per-second-per-user")
    if first is None or not rate or writes is None:
        return None
    return Fraction(first) / 1000 + Fraction(writes) / Fraction(rate)


def _high(env: Mapping[str, Domain], name: str) -> Number | None:
    value = env.get(name)
    return value.high if isinstance(value, Interval) else None


def _low(env: Mapping[str, Domain], name: str) -> Number | None:
    value = env.get(name)
    return value.low if isinstance(value, Interval) else None


def _whole(env: Mapping[str, Domain], name: str) -> int | None:
    value = _high(env, name)
    return None if value is None else max(1, math.ceil(value))
