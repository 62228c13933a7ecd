"""What one replica serves at a target: its operating point, for each number of devices.

A replica takes as many requests at once as keep the target: tokens per second for each user,
time to the first token, and room in the cache, so that requests run instead of waiting.  Times
rise with the requests at once; between the loads of ``LOADS`` they are straight on logarithmic
scales.  Decoding and the prompts of others share the replica, so that

    requests per second = requests running / (time per token x tokens written)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, log2
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.capacity import (
    GB,
    LARGEST_TENSOR_GROUP,
    beside_adapters,
    room_beside,
)
from advisor.estimate.courses import Course, Frame, Times, Worker
from advisor.estimate.speed import WIDEST
from advisor.knowledge.fitted import Bands, Calibration
from advisor.knowledge.physical import Device, ModelShape

WAITING = 0.9
"""Share of the requests at once that must run, not wait for room in the cache."""
LOADS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
SIZES = (1, 2, 4, LARGEST_TENSOR_GROUP)
LARGE_SIZES = (16, 32, 64)
"""Replicas beyond a board of eight."""
PROMPT_SIZES = (4, 8, *LARGE_SIZES)
"""Devices that process prompts alone, where they are processed apart: the fewest that hold
the weights."""
NETWORK = 50.0
"""GB/s one way that a device reaches others at beyond its linked group: a port of 400 Gbit/s
for each, as clusters for language models are built."""

POINTS_KEPT = 4_096
"""Operating points of one replica that are remembered."""


class Target(Struct, frozen=True):
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


class Operating(NamedTuple):
    """A replica of ``devices`` (those for its prompts included) at its target: ``concurrency``
    requests at once, ``rate`` requests per second, ms per token."""

    devices: int
    concurrency: int
    rate: float
    token_ms: float


class Replica:
    """One model on one kind of device at one precision; ``adapters_gb`` lie beside the
    weights."""

    def __init__(
        self,
        model: ModelShape,
        device: Device,
        precision: str,
        calibration: Calibration,
        adapters_gb: float = 0.0,
    ) -> None:
        self.model = model
        self.device = device
        self.precision = precision
        self.adapters_gb = adapters_gb
        self._calibration = calibration
        self._rooms = {
            size: room_beside(model, device, size, precision, adapters_gb)
            for size in (*SIZES, *LARGE_SIZES)
        }
        self._frames: dict[Worker, Frame] = {}
        self._workers: dict[tuple[int, ...], tuple[Worker, ...]] = {}
        self._points: dict[tuple[object, ...], Operating | None] = {}

    @property
    def is_known(self) -> bool:
        """Whether anything is measured on devices like this one."""
        return self.device.family in self._calibration.families

    def band(self, size: int) -> Bands:
        """How far times per token of ``size`` devices may lie from the model's."""
        if size > max(self.device.domain, LARGEST_TENSOR_GROUP):
            # Nothing is measured across a network.
            return WIDEST
        known = (self.model.name, self.device.name) in self._calibration.levels
        return self._calibration.bands.get("model" if known else "model-new", WIDEST)

    def workers(self, context: float) -> tuple[Worker, ...]:
        """What holds the weights and one request of ``context`` tokens: up to a board; beyond
        that the smallest, only where no board does.  Where more than a board are linked, and
        where no board suffices, prompts may also be processed apart."""
        needed = self.model.cache_bytes(context, self.precision) / GB
        holding = tuple([size for size, room in self._rooms.items() if room >= needed])
        found = self._workers.get(holding)
        if found is None:
            found = self._workers[holding] = tuple(self._workers_of(holding))
        return found

    def _workers_of(self, holding: tuple[int, ...]) -> list[Worker]:
        boards = [size for size in holding if size in SIZES]
        large = [size for size in holding if size in LARGE_SIZES]
        apart = [
            size
            for size in holding
            if size >= LARGEST_TENSOR_GROUP and (size <= self.device.domain or not boards)
        ]
        if self.device.domain <= LARGEST_TENSOR_GROUP and boards:
            apart = []
        return [*map(Worker, boards or large[:1]), *(Worker(size, True) for size in apart)]

    def course(self, worker: Worker, lengths: tuple[float, float]) -> Course:
        """The times of ``worker`` by load; ``lengths`` (input and output tokens) may be
        arrays."""
        return Course(self._frame(worker), lengths)

    def _frame(self, worker: Worker) -> Frame:
        found = self._frames.get(worker)
        if found is None:
            found = self._frames[worker] = Frame(
                self.model,
                beside_adapters(self._linked(worker.size), worker.size, self.adapters_gb),
                self.precision,
                worker,
                self._calibration,
            )
        return found

    def prompt_seconds(self, read: float) -> float:
        """Seconds of one device that a prompt of so many tokens (or an array of them) takes
        where prompts are processed apart."""
        one = self.model.cache_bytes(1.0, self.precision) / GB
        size = next((size for size in PROMPT_SIZES if self._rooms[size] >= one), PROMPT_SIZES[-1])
        frame = self._frame(Worker(size))
        return frame.prompt_ms(read) * frame.level * size / 1000

    def _linked(self, size: int) -> Device:
        if size <= max(self.device.domain, LARGEST_TENSOR_GROUP):
            return self.device
        return replace(self.device, link=min(self.device.link, NETWORK))

    def operating_points(
        self,
        worker: Worker,
        lengths: tuple[float, float],
        target: Target,
        factors: Sequence[float],
    ) -> list[Operating | None]:
        """The replica at its target, by factor: times per token that many times the model's;
        ``None`` where a single request misses it."""
        found: list[Operating | None] = []
        seen: Seen | None = None
        for factor in factors:
            place = worker, lengths, target.user_rate, target.first_ms, factor
            if place not in self._points:
                if len(self._points) >= POINTS_KEPT:
                    self._points.clear()
                seen = seen or Seen(self.course(worker, lengths))
                self._points[place] = self._operating(seen, worker, lengths, target, factor)
            found.append(self._points[place])
        return found

    def _operating(
        self,
        seen: Seen,
        worker: Worker,
        lengths: tuple[float, float],
        target: Target,
        factor: float,
    ) -> Operating | None:
        load = seen.largest_load(target, factor)
        if load is None:
            return None
        token, running = seen.between(load)
        token *= factor
        rate = running * 1000 / (token * lengths[1])
        prompt = self.prompt_seconds(lengths[0]) if worker.separate else 0.0
        devices = worker.size + ceil(rate * prompt * factor)
        return Operating(devices, load, rate, token)


class Seen:
    """The times of a course at ``LOADS``, each worked out when it is asked for."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._times: list[Times | None] = [None] * len(LOADS)

    def at(self, index: int) -> Times:
        """Times at one of ``LOADS``."""
        found = self._times[index]
        if found is None:
            found = self._times[index] = self._course.at(LOADS[index])
        return found

    def largest_load(self, target: Target, factor: float) -> int | None:
        """The most requests at once that keep the target; ``None`` where one misses it."""
        kept_limits = limits(target, factor)
        if not self._keeps(0, kept_limits):
            return None
        kept, over = 0, len(LOADS) - 1
        while kept < over:
            middle = (kept + over) // 2
            if self._keeps(middle + 1, kept_limits):
                kept = middle + 1
            else:
                over = middle
        best = LOADS[kept]
        if kept == len(LOADS) - 1:
            return best
        low, high = self.at(kept), self.at(kept + 1)
        share = 1.0
        for limit in kept_limits:
            after = _beyond(high, LOADS[kept + 1], limit)
            if after > 1:
                before, over_by = log2(_beyond(low, best, limit)), log2(after)
                share = min(share, before / (before - over_by))
        return max(best, int(best * 2**share))

    def _keeps(self, index: int, kept_limits: tuple[tuple[str, float], ...]) -> bool:
        here = self.at(index)
        for limit in kept_limits:  # noqa: SIM110  (a generator costs twice as much)
            if _beyond(here, LOADS[index], limit) > 1:
                return False
        return True

    def between(self, load: int) -> tuple[float, float]:
        """ms per token and requests running at any load, straight between those of ``LOADS``."""
        index = bisect_right(LOADS, load) - 1
        low = self.at(index)
        if LOADS[index] == load:
            return low.token_ms, low.running
        high = self.at(index + 1)
        share = log2(load / LOADS[index])
        return (
            low.token_ms * (high.token_ms / low.token_ms) ** share,
            low.running * (high.running / low.running) ** share,
        )


def limits(target: Target, factor: float) -> tuple[tuple[str, float], ...]:
    """What a load must keep, at times ``factor`` times the model's: requests running, ms per
    token, ms to the first token; with the most that is allowed."""
    wanted, patience = target.user_rate, target.first_ms
    found = [("running", 1 / WAITING)]
    if wanted is not None:
        found.append(("token", 1000 / wanted / factor))
    if patience is not None:
        found.append(("first", patience))
    return tuple(found)


def _beyond(times: Times, load: int, limit: tuple[str, float]) -> float:
    """Which part of a limit is taken; at most 1 where it is kept.  Requests that only wait for
    room in the cache are beyond theirs."""
    what, most = limit
    if what == "running":
        return 1.0 if load == 1 else load / times.running / most
    return (times.pace_ms if what == "token" else times.first_ms) / most
