"""How many devices an offer needs in any cell of the traffic.

The plan of ``advisor.estimate.traffic`` as whole numbers: what a replica serves is rounded once,
to thousandths of a thousandth of a thousandth of a request per second, and everything after it
is exact.  A decision asks thousands of times, so rates are kept by the lengths of a request;
they do not hang on how many requests there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from advisor.estimate.courses import Worker
from advisor.estimate.replicas import Replica, Target

Numbers: TypeAlias = tuple[int, int, int, int]
"""Requests a day, tokens read and tokens written per request, thousandths of the peak factor."""
Rate: TypeAlias = tuple[int, int]
"""Devices of a replica, and what it serves in 10^-9 requests per second."""
Served: TypeAlias = tuple[Rate | None, ...]
"""By kind of replica; None where it cannot serve at the speed that is asked."""


class Rates(NamedTuple):
    """What replicas serve at the fast end of the band, and at the slow end (None: not known);
    ``reached``: the speed that was asked."""

    fast: Served
    slow: Served | None
    reached: bool


NANO = 10**9
MILLI_DAY = 86_400_000
PACE = 20.0
"""Tokens per second that each user gets at least, about as fast as people read: a replica is
loaded no deeper, whatever was asked, as little throughput would be gained."""
EASE = 16
"""One part in so many by which longer requests may need fewer devices than shorter ones, where
one kind of replica gives way to another."""
FEW = 4
"""Lengths up to which they are worked out one by one, without numpy."""

LENGTHS_KEPT = 1 << 16
"""Lengths of requests whose rates are remembered: a fleet brings others without end."""


class Paces:
    """What replicas of one model on one kind of device serve, by the lengths of a request:
    the same for all offers of them.

    ``pace`` is the slowest and the fastest speed per user that may have been asked for.  Where
    a replica cannot reach it, the fast end is that of replicas without one, the slow end
    unknown.
    """

    def __init__(self, replica: Replica, pace: tuple[float, float] = (PACE, PACE)) -> None:
        self.replica = replica
        self.pace = pace
        self._rates: dict[tuple[int, int], Rates] = {}
        self._free: dict[tuple[int, int], Served] = {}

    def rates(self, reads: int, writes: int) -> Rates:
        """What replicas serve of requests of these lengths."""
        if (reads, writes) not in self._rates:
            self.prepare([(reads, writes)])
        return self._rates[reads, writes]

    def prepare(self, lengths: Iterable[tuple[int, int]]) -> None:
        """Work out the rates for these lengths together."""
        if len(self._rates) > LENGTHS_KEPT:
            self._rates.clear()
            self._free.clear()
        missing = [pair for pair in dict.fromkeys(lengths) if pair not in self._rates]
        by_workers: dict[tuple[Worker, ...], list[tuple[int, int]]] = {}
        for pair in missing:
            workers = self.replica.workers(float(max(1, sum(pair))))
            by_workers.setdefault(workers, []).append(pair)
        for workers, pairs in by_workers.items():
            self._rates.update(zip(pairs, self._rates_of(workers, pairs), strict=True))

    def _rates_of(self, workers: tuple[Worker, ...], pairs: list[tuple[int, int]]) -> list[Rates]:
        if not workers:
            return [Rates(self.free(pair), None, reached=False) for pair in pairs]
        band = self.replica.band(workers[0].size)
        slowest, fastest = self.pace
        factors = band.low, 1.0, band.high
        fast, reached, slow = self._served(workers, pairs, slowest, factors)
        likely = reached
        if slowest != fastest:
            likely, slow = self._served(workers, pairs, fastest, (1.0, band.high))
        found: list[Rates] = []
        for i, pair in enumerate(pairs):
            if not any(reached[i]) or not any(likely[i]):
                found.append(Rates(self.free(pair), None, reached=False))
                continue
            # What keeps its speed on average but not at the slow end of the band serves as
            # many at once there, each more slowly.
            most = [
                at_slow or (at_likely and (at_likely[0], max(1, int(at_likely[1] / band.high))))
                for at_slow, at_likely in zip(slow[i], likely[i], strict=True)
            ]
            found.append(Rates(fast[i], tuple(most), reached=True))
        return found

    def free(self, pair: tuple[int, int]) -> Served:
        """What replicas serve at the fast end of the band if no speed is asked."""
        if pair not in self._free:
            workers = self.replica.workers(1.0)
            band = self.replica.band(workers[0].size)
            self._free[pair] = self._served(workers, [pair], None, (band.low,))[0][0]
        return self._free[pair]

    def _served(
        self,
        workers: tuple[Worker, ...],
        pairs: list[tuple[int, int]],
        pace: float | None,
        factors: tuple[float, ...],
    ) -> list[list[Served]]:
        """By factor on the time per token, by lengths and by worker, what replicas serve."""
        lengths = [(float(max(reads, 1)), float(max(writes, 1))) for reads, writes in pairs]
        target = Target(user_rate=pace)
        points = self._points(workers, lengths, target, factors)
        # At the fast end the peak is carried, and no more.
        usable = [NANO if f < 1 else (1 - target.headroom) * NANO for f in factors]
        return [
            [
                tuple(
                    (devices, int(rate * share) or 1) if rate > 0 else None
                    for devices, rate in by_worker
                )
                for by_worker in zip(*rows, strict=True)
            ]
            for rows, share in zip(points, usable, strict=True)
        ]

    def _points(
        self,
        workers: tuple[Worker, ...],
        lengths: list[tuple[float, float]],
        target: Target,
        factors: tuple[float, ...],
    ) -> list[list[list[tuple[int, float]]]]:
        if len(lengths) > FEW:
            from advisor.estimate.replicas_many import operating_points

            return operating_points(self.replica, workers, lengths, target, factors)

        found: list[list[list[tuple[int, float]]]] = [[[] for _ in workers] for _ in factors]
        for i, worker in enumerate(workers):
            for pair in lengths:
                points = self.replica.operating_points(worker, pair, target, factors)
                for rows, one in zip(found, points, strict=True):
                    rows[i].append((worker.size, 0.0) if one is None else (one.devices, one.rate))
        return found


class Sizes(Struct, eq=False):
    """Devices of one offer with one model: the fewest that carry the peak at the fast end of
    the band, and as many as carry it with headroom and ``spare`` replicas at the slow end.
    ``unit`` devices are rented at a time, ``least`` at least."""

    paces: Paces
    unit: int
    least: int
    spare: int = 1

    def devices(self, numbers: Numbers) -> tuple[int, int | None]:
        """The fewest devices, and the most (None: not known), that carry this traffic."""
        found = self.paces.rates(numbers[1], numbers[2])
        need = needed(numbers)
        low = self._least_of(need, found.fast)
        return low, self._most_of(need, found.slow, low)

    def _fewest(self, need: int, rates: Served, spare: int) -> int:
        return min(
            (self.whole((-(-need // rate) + spare) * size) for size, rate in filter(None, rates)),
            default=self.unit,
        )

    def carried(self, few: int, many: int | None, lengths: tuple[int, int]) -> int:
        """The most requests, in 10^-9 a second at the peak, at which no more devices than these
        are needed at either end of the band."""
        found = self.paces.rates(*lengths)
        ends = [_most(few, found.fast, 0)]
        if many is not None and found.slow is not None:
            ends.append(_most(many, found.slow, self.spare))
        return min(ends)

    def whole(self, devices: int) -> int:
        """As many as can be rented."""
        return -(-devices // self.unit) * self.unit

    def over(
        self, first: Numbers, last: Numbers, *, per_request: bool = False
    ) -> tuple[tuple[int, int | None], tuple[int | None, int | None]]:
        """Where the fewest and where the most devices lie anywhere from ``first`` to ``last``
        (the least and the most of everything; None: not known).

        Devices never fall when there are more requests or a higher peak, nor with longer
        requests but for ``EASE``.  ``per_request``: the ends are to be divided by the most and
        by the fewest requests.  There a step of devices costs less for each request the more
        there are, and all steps lie between two straight lines: so at the most requests no
        fewer than the line below the steps, at the fewest no more than the line above them.
        """
        here, there = self.paces.rates(*first[1:3]), self.paces.rates(*last[1:3])
        same_length = first[1:3] == last[1:3]

        def fewer(numbers: Numbers) -> int:
            return needed(numbers) if same_length else needed(numbers) * EASE // (EASE + 1)

        def more(numbers: Numbers) -> int:
            return needed(numbers) if same_length else needed(numbers) * (EASE + 1) // EASE + 1

        settled = here.reached == there.reached
        shortest = here.fast if there.reached else self.paces.free(first[1:3])
        few = self._least_of(fewer(first), shortest)
        few_top = self._least_of(more(last), there.fast) if settled else None
        many = self._most_of(fewer(first), here.slow, few)
        many_top = None
        if few_top is not None:
            many_top = self._most_of(more(last), there.slow, few_top)
        if not per_request:
            return (few, few_top), (many, many_top)
        busy, idle = fewer((last[0], *first[1:])) - 1, more((first[0], *last[1:]))
        few = max(few, _below(busy, shortest))
        if few_top is not None:
            few_top = min(few_top, self._above(idle, there.fast))
        if many is not None:
            many = max(many, few, _below(busy, here.slow or ()))
        if many_top is not None and few_top is not None:
            many_top = min(many_top, max(few_top, self._above(idle, there.slow or ())))
        return (few, few_top), (many, many_top)

    def _above(self, need: int, rates: Served) -> int:
        line = min(
            (
                -(-need * size // rate) + size * (1 + self.spare)
                for size, rate in filter(None, rates)
            ),
            default=0,
        )
        return max(line + self.unit, self.least)

    def _most_of(self, need: int, rates: Served | None, low: int) -> int | None:
        return None if rates is None else max(self._fewest(need, rates, self.spare), low)

    def _least_of(self, need: int, rates: Served) -> int:
        return max(self._fewest(need, rates, 0), self.least)


def _below(need: int, rates: Served) -> int:
    return min((need * size // rate for size, rate in filter(None, rates)), default=0)


def _most(devices: int, rates: Served, spare: int) -> int:
    return max(((devices // size - spare) * rate for size, rate in filter(None, rates)), default=0)


def needed(numbers: Numbers) -> int:
    """Requests at the peak, in 10^-9 a second, rounded up."""
    return max(1, -(-numbers[0] * numbers[3] * NANO // MILLI_DAY))
