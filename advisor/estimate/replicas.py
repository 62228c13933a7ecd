"""What one replica serves at a target: its operating point, for each number of devices.

A replica takes as many requests at once as keep the target: tokens per second for each user,
time to the first token, and room in the cache, so that requests run instead of waiting.  Times
rise with the requests at once; between the loads of ``LOADS`` they are straight on logarithmic
scales.  Decoding and the prompts of others share the replica, so that

    requests per second = requests running / (time per token x tokens written)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from math import ceil, log2
from typing import NamedTuple

from advisor.estimate.capacity import GB, LARGEST_TENSOR_GROUP, memory, room_beside
from advisor.estimate.physics import Load, prefill_time, terms, token_parts
from advisor.estimate.speed import RANKS_ALONE, WIDEST
from advisor.knowledge.fitted import Bands, Calibration, Factors
from advisor.knowledge.physical import Device, ModelShape, at_least

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


class Times(NamedTuple):
    """At one load: ms per token, of which ``pace_ms`` are not for the request's own prompt
    (what a user sees once the text runs), ms to the first token, requests running."""

    token_ms: float
    pace_ms: float
    first_ms: float
    running: float


class Worker(NamedTuple):
    """``size`` devices that share the weights; ``separate``: prompts are processed on others."""

    size: int
    separate: bool = False


class Operating(NamedTuple):
    """A replica of ``devices`` (those for its prompts included) at its target: ``concurrency``
    requests at once, ``rate`` requests per second, ms per token."""

    devices: int
    concurrency: int
    rate: float
    token_ms: float


class Replica:
    """One model on one kind of device at one precision."""

    def __init__(
        self, model: ModelShape, device: Device, precision: str, calibration: Calibration
    ) -> None:
        self.model = model
        self.device = device
        self.precision = precision
        self._calibration = calibration
        self._level = calibration.levels.get((model.name, device.name), 1.0)
        self._factors = calibration.families.get(device.family, Factors())
        self._rooms = {
            size: room_beside(model, device, size, precision) for size in (*SIZES, *LARGE_SIZES)
        }
        self._seen: dict[tuple[Worker, int, tuple[float, float]], Times] = {}

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

    def workers(self, context: float) -> list[Worker]:
        """What holds the weights and one request of ``context`` tokens: up to a board; beyond
        that the smallest, only where no board does.  Where more than a board are linked, and
        where no board suffices, prompts may also be processed apart."""

        needed = self.model.cache_bytes(context, self.precision) / GB

        def hold(sizes: tuple[int, ...]) -> list[int]:
            return [size for size in sizes if self._rooms[size] >= needed]

        boards, large = hold(SIZES), hold(LARGE_SIZES)
        apart = [
            size
            for size in (*boards, *large)
            if size >= LARGEST_TENSOR_GROUP and (size <= self.device.domain or not boards)
        ]
        if self.device.domain <= LARGEST_TENSOR_GROUP and boards:
            apart = []
        return [*map(Worker, boards or large[:1]), *(Worker(size, True) for size in apart)]

    def times(self, worker: Worker, load: float, lengths: tuple[float, float]) -> Times:
        """Times of ``worker`` with ``load`` requests at once; ``load`` and ``lengths`` (input
        and output tokens) may be arrays."""
        found = terms(
            self.model,
            self._linked(worker.size),
            self.precision,
            worker.size,
            Load(load, *lengths, separate=worker.separate),
            factors=self._factors,
        )
        serving = self._calibration.serving
        fixed, prompt, queue = self._calibration.first_token
        parts = token_parts(found, serving)
        token = sum(parts) * self._level
        return Times(
            token,
            token - parts.prompts / at_least(found.batch, 1.0) * self._level,
            fixed + prompt * prefill_time(found, serving) * load**queue,
            found.batch,
        )

    def prompt_seconds(self, lengths: tuple[float, float]) -> float:
        """Seconds of one device that a prompt takes where prompts are processed apart."""
        size = next(
            (
                size
                for size in PROMPT_SIZES
                if memory(self.model, self.device, size, self.precision, 1.0).fits
            ),
            PROMPT_SIZES[-1],
        )
        alone = terms(
            self.model,
            self._linked(size),
            self.precision,
            size,
            Load(RANKS_ALONE, *lengths),
            factors=self._factors,
        )
        return prefill_time(alone, self._calibration.serving) * self._level * size / 1000

    def _linked(self, size: int) -> Device:
        if size <= max(self.device.domain, LARGEST_TENSOR_GROUP):
            return self.device
        return replace(self.device, link=min(self.device.link, NETWORK))

    def operating(
        self, worker: Worker, lengths: tuple[float, float], target: Target, factor: float
    ) -> Operating | None:
        """The replica at its target, times per token ``factor`` times the model's; ``None``
        where a single request misses it."""
        load = self._largest_load(worker, lengths, target, factor)
        if load is None:
            return None
        times = self._between(worker, load, lengths)
        token = times.token_ms * factor
        rate = times.running * 1000 / (token * lengths[1])
        devices = worker.size
        if worker.separate:
            devices += ceil(rate * self.prompt_seconds(lengths) * factor)
        return Operating(devices, load, rate, token)

    def _largest_load(
        self, worker: Worker, lengths: tuple[float, float], target: Target, factor: float
    ) -> int | None:
        kept_limits = limits(target, factor)

        def beyond(index: int) -> float:
            here = self._seen_times(worker, LOADS[index], lengths)
            return max(_far(here, LOADS[index], limit) for limit in kept_limits)

        if beyond(0) > 0:
            return None
        kept = bisect_left(range(1, len(LOADS)), True, key=lambda index: beyond(index) > 0)
        best = LOADS[kept]
        if kept == len(LOADS) - 1:
            return best
        low = self._seen_times(worker, best, lengths)
        high = self._seen_times(worker, LOADS[kept + 1], lengths)
        share = 1.0
        for limit in kept_limits:
            before, after = _far(low, best, limit), _far(high, LOADS[kept + 1], limit)
            if after > 0:
                share = min(share, before / (before - after))
        return max(best, int(best * 2**share))

    def _between(self, worker: Worker, load: int, lengths: tuple[float, float]) -> Times:
        """Times at any load, straight between those of ``LOADS``."""
        index = bisect_right(LOADS, load) - 1
        low = self._seen_times(worker, LOADS[index], lengths)
        if LOADS[index] == load:
            return low
        high = self._seen_times(worker, LOADS[index + 1], lengths)
        share = log2(load / LOADS[index])
        return Times(*(a * (b / a) ** share for a, b in zip(low, high, strict=True)))

    def _seen_times(self, worker: Worker, load: int, lengths: tuple[float, float]) -> Times:
        place = worker, load, lengths
        found = self._seen.get(place)
        if found is None:
            found = self._seen[place] = self.times(worker, load, lengths)
        return found


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


def _far(times: Times, load: int, limit: tuple[str, float]) -> float:
    """How far beyond a limit, as a logarithm; at most 0 where it is kept.  Requests that only
    wait for room in the cache are beyond theirs."""
    what, most = limit
    if what == "running":
        return 0.0 if load == 1 else log2(load / times.running / most)
    return log2((times.pace_ms if what == "token" else times.first_ms) / most)
