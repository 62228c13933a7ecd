"""What an offer charges, as coefficients: bounds of its cost at any traffic, and all over a cell.

Amounts are whole numbers of 10^-15 USD; a cost per million tokens that rests on devices is
rounded to 10^-6 USD on the way, in arithmetic that gives the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from msgspec import Struct

from advisor.decision.sizing import Numbers, Sizes
from advisor.knowledge.values import Interval

PER_MILLION = "cost-per-million-tokens"
MONTHLY = "monthly-cost"
MONTHLY_LOW = "monthly-cost-low"
MEASURES = (MONTHLY, MONTHLY_LOW, PER_MILLION)
MILLION = 1_000_000
SCALE = 10**15
MICRO = 10**9
"""One 10^-6 USD on this scale."""
PER_DAY = 12_000_000 / 365
"""A million times what a month is of a day."""

Sides: TypeAlias = tuple[int, int | None]


Bounds: TypeAlias = tuple[int | None, int | None]


class Spread(Struct, frozen=True):
    """Where the low and where the high bound of a cost lies all over a cell; None where that
    is not known."""

    low: Bounds
    high: Bounds


class Profile(Struct, frozen=True):
    """Charges per token read, per token written, for people per month, and per device and
    month; ``None`` above where that is not known.

    ``priced``: what is charged for has a known price; without one, ``device`` is its declared
    range.  ``least`` devices are needed at least, as ``sizes`` says where devices are sized;
    without a sizing ``most`` is known where they were counted.
    """

    priced: bool
    reads: Sides
    writes: Sides
    people: Sides
    device: Sides
    least: int
    sizes: Sizes | None
    most: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a cost to speak of."""
        return self.priced or bool(self.least)

    def devices(self, numbers: Numbers) -> Sides:
        """The fewest and the most devices at this traffic."""
        if self.sizes is not None:
            return self.sizes.devices(numbers)
        return self.least, (self.most if self.least else 0)

    def bounds(self, measure: str, numbers: Numbers) -> Sides | None:
        """A cost measure at this traffic; None where nothing is known of it."""
        requests, reads, writes, _ = numbers
        tokens = requests * (reads + writes)
        if not self.known or (measure == PER_MILLION and not tokens):
            return None
        if self.least:
            low, high = self._of_devices(*self.devices(numbers))
            if measure == PER_MILLION:
                low, high = per_million(low, high, tokens, tokens)
        else:
            low, high = self._of_tokens(measure, requests, reads, writes, tokens)
        return (low, low if measure == MONTHLY_LOW else high)

    def _of_devices(self, low: int, high: int | None) -> Sides:
        """A month of this many devices, and people."""
        cheap = int(month(low, self.device[0], self.people[0])) * MICRO
        if high is None or self.device[1] is None or self.people[1] is None:
            return cheap, None
        return cheap, int(month(high, self.device[1], self.people[1])) * MICRO

    def _of_tokens(
        self, measure: str, requests: int, reads: int, writes: int, tokens: int
    ) -> tuple[int, int | None]:
        found: list[int | None] = []
        for a, b, c in zip(self.reads, self.writes, self.people, strict=True):
            if a is None or b is None or c is None:
                found.append(None)
                continue
            twelfths = requests * (reads * a + writes * b) * 365 + 12 * c
            if measure == PER_MILLION:
                found.append(twelfths * MILLION // (tokens * 365))
            else:
                found.append(twelfths // 12)
        low, high = found
        return low or 0, high

    def over(self, measure: str, corners: Sequence[Numbers]) -> Spread | None:
        """A cost measure all over a cell of the traffic, whose ``corners`` run from the least
        to the most of everything; None where nothing is known of it, or nothing is asked.

        Every bound of a bill by the token lies at a corner; of devices, see ``Sizes``.
        """
        least, most = (n[0] * (n[1] + n[2]) for n in (corners[0], corners[-1]))
        if not self.known or (measure == PER_MILLION and not least):
            return None
        if self.least:
            few, many = self._devices_over(corners[0], corners[-1], measure == PER_MILLION)
            low, high = self._months(few)[0], self._months(many)[1]
            if measure == PER_MILLION:
                low, high = (_tokens_over(side, most, least) for side in (low, high))
            return Spread(low, low if measure == MONTHLY_LOW else high)
        found = [self._of_tokens(measure, *n[:3], n[0] * (n[1] + n[2])) for n in corners]
        lows = [low for low, _ in found]
        highs = [high for _, high in found if high is not None]
        low = min(lows), max(lows)
        top = max(highs) if len(highs) == len(found) else None
        high = (min(highs) if highs else None), top
        return Spread(low, low if measure == MONTHLY_LOW else high)

    def never_dearer(self, other: Profile, corners: Sequence[Numbers]) -> bool:
        """Whether both bounds of a bill by the token stay at or below those of another one all
        over a cell: their difference is least at a corner, as each number enters it once."""
        if not (self.priced and other.priced) or self.least or other.least:
            return False
        for side in (0, 1):
            ours = self.reads[side], self.writes[side], self.people[side]
            theirs = other.reads[side], other.writes[side], other.people[side]
            saved = [
                b - a for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None
            ]
            if len(saved) < len(ours):
                return False
            reads, writes, people = saved
            if any(n[0] * (n[1] * reads + n[2] * writes) * 365 + 12 * people < 0 for n in corners):
                return False
        return True

    def _devices_over(
        self, first: Numbers, last: Numbers, per_request: bool
    ) -> tuple[Sides, Bounds]:
        """Where the fewest and where the most devices lie over a cell."""
        if self.sizes is None:
            return (self.least, self.least), (self.most, self.most)
        return self.sizes.over(first, last, per_request=per_request)

    def _months(self, devices: Bounds) -> tuple[Bounds, Bounds]:
        """The low and the high bound of a month, at both ends of a number of devices."""
        low, high = zip(
            *(
                (None, None)
                if count is None
                else (
                    self._of_devices(count, None)[0],
                    self._of_devices(count, count)[1],
                )
                for count in devices
            ),
            strict=True,
        )
        return (low[0], low[1]), (high[0], high[1])


def cost_over(name: str, profile: Profile, at_corners: Sequence[Numbers]) -> Interval | None:
    """A cost measure in USD anywhere in a cell of the traffic; None without a price."""
    found = profile.over(name, at_corners) if profile.priced else None
    if found is None:
        return None
    low, high = found.low[0], found.high[1]
    return Interval(
        None if low is None else Fraction(low, SCALE),
        None if high is None else Fraction(high, SCALE),
    )


def _tokens_over(side: Bounds, most: int, least: int) -> Bounds:
    low, high = side
    cheap = None if low is None else per_million(low, None, most, least)[0]
    return cheap, per_million(0, high, most, least)[1]


def month(devices: Any, device: int, people: int) -> Any:
    """A month in 10^-6 USD, of a number of devices or of a column of numbers."""
    return devices * float(device // MICRO) + float(people // MICRO)


def per_million(low: int, high: int | None, most: int, least: int) -> Sides:
    """USD per million tokens of a month that costs ``low`` to ``high``, at ``most`` and at
    ``least`` tokens a day."""
    cheap = int(low // MICRO * PER_DAY / most) * MICRO
    return cheap, None if high is None else int(high // MICRO * PER_DAY / least) * MICRO
