"""Measured configurations near the one that is asked for, as bounds on its time per token.

A measured series bounds what it dominates: with the same model and device, no longer input,
no more requests at once, no fewer devices and no wider weights, a token takes no longer.  The
largest of the times that must not be undercut and the smallest of those that must not be
exceeded hold the model's own figure between them: the *median of the three* is the estimate.
Where exactly this configuration is measured the two meet in the measurement; between two
measured concurrencies they meet in its interpolation.  Because each of the three rises with
concurrency and input and falls with devices, so does their median.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import exp, inf, log
from typing import TypeAlias

from msgspec import Struct

from advisor.estimate.evidence import Method, Series
from advisor.knowledge.physical import WEIGHT_BYTES

SAME_LENGTH = 1.05
"""Lengths within this factor are the same."""
SAME_LOAD = 1.01


Waits: TypeAlias = Callable[[Series, float], float]


class Asked(Struct, frozen=True):
    """The configuration that is asked for; lengths in tokens.  ``engine`` None: any."""

    model: str
    device: str
    precision: str
    devices: float
    concurrency: float
    input: float
    output: float
    separate: bool = False
    pooled: bool = False
    engine: str | None = None


class Held(Struct, frozen=True):
    """The estimate between its neighbours, how it came about, and the series that held it."""

    token_ms: float
    method: Method
    series: tuple[Series, ...]


class Curve:
    """Time per token over concurrency of one series, made to rise, straight between points on
    logarithmic scales."""

    def __init__(self, series: Series, waits: Waits | None = None) -> None:
        self.series = series
        times = rising(
            [
                point.token_ms * (waits(series, point.concurrency) if waits else 1.0)
                for point in series.points
            ]
        )
        self.loads = [log(point.concurrency) for point in series.points]
        self.times = [log(time) for time in times]
        self.bytes = WEIGHT_BYTES[series.precision]

    def at(self, load: float) -> float:
        """Logarithm of the time at the logarithm of a concurrency within the points."""
        index = bisect_right(self.loads, load)
        if index == 0:
            return self.times[0]
        if index == len(self.loads):
            return self.times[-1]
        x0, x1 = self.loads[index - 1], self.loads[index]
        y0, y1 = self.times[index - 1], self.times[index]
        return y0 + (y1 - y0) * (load - x0) / (x1 - x0)


class Neighbours:
    """Series by model and device.

    ``waits(series, concurrency)`` is how many requests there are for each that runs: times are
    multiplied by it, because only a time that counts waiting for room rises with the load.
    """

    def __init__(self, series: Sequence[Series], waits: Waits | None = None) -> None:
        self._curves: dict[tuple[str, str], list[Curve]] = defaultdict(list)
        for one in series:
            if not one.speculative and one.points:
                self._curves[one.model, one.device].append(Curve(one, waits))

    def hold(self, asked: Asked, modelled_ms: float, *, without: Series | None = None) -> Held:
        """``modelled_ms`` held between what was measured nearby; ``without`` one series, to see
        what would be said of it had it not been measured."""
        lower, upper, exact = self._bounds(asked, without)
        if lower is None and upper is None:
            return Held(modelled_ms, "model", ())
        value = log(modelled_ms)
        low = -inf if lower is None else lower[0]
        high = inf if upper is None else upper[0]
        held = sorted((low, value, high))[1]
        used = tuple(
            bound[1].series for bound in (lower, upper) if bound is not None and bound[0] == held
        )
        method: Method = "model"
        if exact:
            load = log(asked.concurrency)
            near = any(
                abs(load - point) <= log(SAME_LOAD) for curve in exact for point in curve.loads
            )
            inside = any(curve.loads[0] <= load <= curve.loads[-1] for curve in exact)
            method = "measured" if near else "interpolated" if inside else "model"
            used = used or tuple(curve.series for curve in exact)
        if method == "model" and lower is not None and upper is not None:
            method = "interpolated"
        return Held(exp(held), method, tuple(dict.fromkeys(used)))

    def _bounds(
        self, asked: Asked, without: Series | None
    ) -> tuple[tuple[float, Curve] | None, tuple[float, Curve] | None, list[Curve]]:
        lower: tuple[float, Curve] | None = None
        upper: tuple[float, Curve] | None = None
        exact: list[Curve] = []
        load = log(asked.concurrency)
        width = WEIGHT_BYTES[asked.precision]
        for curve in self._curves.get((asked.model, asked.device), ()):
            s = curve.series
            if s is without:
                continue
            if s.separate != asked.separate or s.pooled != asked.pooled:
                continue
            if asked.engine is not None and s.engine != asked.engine:
                continue
            if not 1 / SAME_LENGTH <= s.output / asked.output <= SAME_LENGTH:
                continue
            easier = (
                s.input <= asked.input * SAME_LENGTH
                and s.devices >= asked.devices
                and curve.bytes <= width
            )
            harder = (
                s.input >= asked.input / SAME_LENGTH
                and s.devices <= asked.devices
                and curve.bytes >= width
            )
            if easier and load >= curve.loads[0] - log(SAME_LOAD):
                time = curve.at(load)
                if lower is None or time > lower[0]:
                    lower = time, curve
            if harder and load <= curve.loads[-1] + log(SAME_LOAD):
                time = curve.at(load)
                if upper is None or time < upper[0]:
                    upper = time, curve
            if easier and harder:
                exact.append(curve)
        return lower, upper, exact


def rising(values: Sequence[float]) -> list[float]:
    """The mean of the lowest rising line above and the highest below: rising, and equal to
    the values where they rise."""
    above: list[float] = []
    for value in values:
        above.append(max(value, above[-1]) if above else value)
    below: list[float] = []
    for value in reversed(values):
        below.append(min(value, below[-1]) if below else value)
    return [(a + b) / 2 for a, b in zip(above, reversed(below), strict=True)]
