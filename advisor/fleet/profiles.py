"""Workloads out of usage logs: rates, lengths, peaks and models of each group.

One pass, and memory that does not grow with the log: counts, sums, and the lengths in
buckets 2 % wide, so that a 95th percentile is off by 1 % at most.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, field

from advisor.fleet.usage import HOUR, Usage
from advisor.knowledge.periods import DAYS_PER_MONTH

DAY = 24 * HOUR
_WIDTH = math.log(1.02)
MOST_GROUPS = 100_000
MOST_HOURS = 5_000_000
"""Hours of all groups together that are counted apart."""
_SHARE = Fraction(1, 100)
"""Of a group's requests: what a model must have to be one of its models."""


class TooManyError(Exception):
    """The log has more groups, or groups times hours, than are kept apart."""


class Lengths(Struct):
    """Token counts of requests: their sum, the largest, and how many are in each bucket."""

    total: int = 0
    largest: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, tokens: int) -> None:
        self.total += tokens
        self.largest = max(self.largest, tokens)
        self.buckets[int(math.log(tokens) / _WIDTH) + 1 if tokens else 0] += 1

    def quantile(self, share: Fraction) -> int | None:
        """The middle of the bucket that holds it; None where no request was seen alone."""
        total = sum(self.buckets.values())
        if not total:
            return None
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= share * total:
                middle = math.exp((bucket - 0.5) * _WIDTH) if bucket else 0.0
                return min(round(middle), self.largest)
        return self.largest


class Profile(Struct):
    """What is seen of one group."""

    requests: int = 0
    first: int = 1 << 62
    last: int = 0
    input: Lengths = field(default_factory=Lengths)
    output: Lengths = field(default_factory=Lengths)
    longest: int = 0
    cached: int = 0
    cached_of: int = 0
    batch: int = 0
    batch_of: int = 0
    spend: int = 0
    spend_of: int = 0
    alone: bool = True
    hourly: bool = True
    hours: Counter[int] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    providers: Counter[str] = field(default_factory=Counter)


class Profiles:
    """Adds up usage by group."""

    def __init__(self) -> None:
        self.groups: dict[str, Profile] = {}
        self._hours = 0

    def add(self, usage: Usage) -> None:
        """Count one record.  Raises TooManyError."""
        found = self.groups.get(usage.group)
        if found is None:
            if len(self.groups) >= MOST_GROUPS:
                raise TooManyError(f"the log has more than {MOST_GROUPS:,} groups")
            found = self.groups[usage.group] = Profile()
        if not usage.requests:
            return
        found.requests += usage.requests
        found.first = min(found.first, usage.start)
        found.last = max(found.last, usage.start + max(usage.seconds, 1))
        found.models[usage.model] += usage.requests
        found.providers[usage.provider] += usage.requests
        self._lengths(found, usage)
        if usage.cached is not None:
            found.cached += usage.cached
            found.cached_of += usage.input
        if usage.batch is not None:
            found.batch += usage.requests if usage.batch else 0
            found.batch_of += usage.requests
        if usage.spend is not None:
            # In millionths of a dollar: sums of whole numbers do not depend on their order.
            found.spend += round(usage.spend * 1_000_000)
            found.spend_of += usage.requests
        if usage.seconds > HOUR:
            found.hourly = False
            return
        hour = usage.start // HOUR
        if hour not in found.hours:
            self._hours += 1
            if self._hours > MOST_HOURS:
                raise TooManyError(f"the groups have more than {MOST_HOURS:,} hours together")
        found.hours[hour] += usage.requests

    def _lengths(self, found: Profile, usage: Usage) -> None:
        if usage.seconds == 0 and usage.requests == 1:
            found.input.add(usage.input)
            found.output.add(usage.output)
            found.longest = max(found.longest, usage.input + usage.output)
            return
        found.alone = False
        found.input.total += usage.input
        found.output.total += usage.output


class Workload(Struct, frozen=True):
    """A row of the inventory; None is unknown.  Shares are percent, money USD a month;
    ``models`` are ids of the catalogue, ``unknown_models`` names that stand for none."""

    id: str
    requests_per_day: int
    input_tokens: int
    output_tokens: int
    input_tokens_p95: int | None
    output_tokens_p95: int | None
    context_length: int | None
    peak_factor: Decimal | None
    cached_input_share: Decimal | None
    batch_share: Decimal | None
    current_spend: Decimal | None
    current_offer: str | None
    models: tuple[str, ...]
    unknown_models: tuple[str, ...]
    days: Decimal
    requests: int


def workload(
    name: str,
    profile: Profile,
    model_of: Callable[[str], str | None],
    offer_of: Callable[[str], str | None],
) -> Workload | None:
    """What a profile says of a workload; None where nothing was requested.

    The period is from the first to the last request, a day at least.
    """
    if not profile.requests:
        return None
    seconds = max(profile.last - profile.first, DAY)
    days = Fraction(seconds, DAY)
    used = [m for m, count in profile.models.items() if count >= _SHARE * profile.requests]
    known = {model: model_of(model) for model in sorted(used)}
    offers = {offer_of(provider) for provider in profile.providers}
    return Workload(
        id=name,
        requests_per_day=max(round(profile.requests / days), 1),
        input_tokens=max(round(Fraction(profile.input.total, profile.requests)), 1),
        output_tokens=round(Fraction(profile.output.total, profile.requests)),
        input_tokens_p95=_quantile(profile, profile.input),
        output_tokens_p95=_quantile(profile, profile.output),
        context_length=profile.longest or None if profile.alone else None,
        peak_factor=_peak(profile, seconds),
        cached_input_share=_percent(profile.cached, profile.cached_of),
        batch_share=_percent(profile.batch, profile.batch_of),
        current_spend=_spend(profile, days),
        current_offer=offers.pop() if len(offers) == 1 else None,
        models=tuple(sorted({model for model in known.values() if model})),
        unknown_models=tuple(name for name, model in known.items() if not model),
        days=_decimal(days, 2),
        requests=profile.requests,
    )


def _quantile(profile: Profile, lengths: Lengths) -> int | None:
    return lengths.quantile(Fraction(95, 100)) if profile.alone else None


def _peak(profile: Profile, seconds: int) -> Decimal | None:
    """The busiest hour against the mean one; unknown where the log is coarser than an hour."""
    if not profile.hourly or not profile.hours:
        return None
    busiest = max(profile.hours.values())
    return _decimal(Fraction(busiest * seconds, profile.requests * HOUR), 1)


def _percent(part: int, whole: int) -> Decimal | None:
    return _decimal(Fraction(100 * min(part, whole), whole), 1) if whole else None


def _spend(profile: Profile, days: Fraction) -> Decimal | None:
    """Per month, where every request was charged."""
    if profile.spend_of != profile.requests:
        return None
    return _decimal(Fraction(profile.spend, 1_000_000) / days * DAYS_PER_MONTH, 2)


def _decimal(value: Fraction, places: int) -> Decimal:
    scaled = round(value * 10**places)
    return Decimal(scaled).scaleb(-places)
