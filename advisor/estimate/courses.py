"""Times of one replica as the requests at once rise: the arithmetic of ``physics``, with all
that does not hang on the load, or not on the lengths of a request, worked out beforehand.

A decision asks for the times of the same replicas at thousands of lengths and loads.
"""

from __future__ import annotations

from typing import NamedTuple

from advisor.estimate.physics import (
    RANK_LOAD,
    Load,
    cache_room,
    prompt_factors,
    step_factors,
    terms,
)
from advisor.knowledge.fitted import Calibration, Factors
from advisor.knowledge.physical import Device, ModelShape, at_least, at_most

ALONE = Load(1.0, 1.0, 1.0)
APART = Load(1.0, 1.0, 1.0, separate=True)


class Worker(NamedTuple):
    """``size`` devices that share the weights; ``separate``: prompts are processed on others."""

    size: int
    separate: bool = False


class Times(NamedTuple):
    """At one load: ms per token, of which ``pace_ms`` are not for the request's own prompt
    (what a user sees once the text runs), ms to the first token, requests running."""

    token_ms: float
    pace_ms: float
    first_ms: float
    running: float


class Frame:
    """One model on the devices of one worker, whatever the lengths of a request: milliseconds
    for each request that runs, for each token read, and so on."""

    def __init__(
        self,
        model: ModelShape,
        device: Device,
        precision: str,
        worker: Worker,
        calibration: Calibration,
    ) -> None:
        coefficients = calibration.serving
        one = terms(
            model,
            device,
            precision,
            worker.size,
            APART if worker.separate else ALONE,
            factors=calibration.families.get(device.family, Factors()),
        )
        step, prompt = step_factors(one, coefficients), prompt_factors(one, coefficients)
        level = calibration.levels.get((model.name, device.name), 1.0)
        setting = step.setting * level
        context = ALONE.input + ALONE.output / 2
        tokens = model.layer_tokens(context)
        self.devices = worker.size
        self.separate = worker.separate
        self.level = level
        self.setting = setting
        self.first_token = calibration.first_token
        self.layer_tokens = model.layer_tokens
        self.cache_bytes = model.cache_bytes(context, precision) / tokens
        self.room = cache_room(model, device, precision, worker.size)
        self.shards = min(worker.size, model.cache_shards)
        self.reads_dense = setting * step.reading * one.read_dense
        self.reads_routed = setting * step.reading * one.read_routed
        self.untouched = one.untouched
        self.spread = coefficients.spread
        self.multiplies = setting * step.multiplying * one.multiply / step.gain / one.batch
        self.cache = setting * step.cache * one.cache / one.batch / tokens
        self.attend = setting * step.attend * one.attend / one.batch / tokens
        self.overhead = setting * step.overhead
        self.each = setting * (step.sequence * one.sequences + step.exchange * one.exchange)
        self.each /= one.batch
        self.prompt_reads = prompt.reading * (one.read_dense + one.read_routed)
        self.prompt_multiplies = prompt.multiplying * one.prefill / prompt.gain
        self.prompt_attends = (
            prompt.attend * one.prefill_attend / model.layer_tokens(ALONE.input / 2)
        )
        self.prompt_layers = prompt.layers
        self.prompt_exchanges = prompt.exchange * one.prefill_exchange

    def prompt_ms(self, read: float) -> float:
        """As ``physics.prefill_time``, of a prompt of so many tokens."""
        found: float = (
            (self.prompt_reads**2 + (self.prompt_multiplies * read) ** 2) ** 0.5
            + self.prompt_attends * read * self.layer_tokens(read / 2)
            + self.prompt_layers
            + self.prompt_exchanges * read
        )
        return found


class Course:
    """A worker with requests of some lengths (input and output tokens, numbers or arrays)."""

    def __init__(self, frame: Frame, lengths: tuple[float, float]) -> None:
        read, written = lengths
        tokens = frame.layer_tokens(read + written / 2)
        self._frame = frame
        self._limit = at_least(frame.room / (tokens * frame.cache_bytes), 1.0)
        self._cache = frame.cache * tokens
        self._attend = frame.attend * tokens
        self._prompt = frame.prompt_ms(read)
        self._prompts = 0.0 if frame.separate else frame.setting * self._prompt / written

    def at(self, load: float) -> Times:
        """Times with ``load`` requests at once (a number or an array)."""
        f = self._frame
        running = load / ((1 + (load / self._limit) ** 4) ** 0.5) ** 0.5
        ranks = at_most(at_least(load / RANK_LOAD, 1.0), f.devices)
        reading = f.reads_dense
        if f.reads_routed:
            reading += f.reads_routed * (1 - f.untouched ** (running * f.spread))
        prompts = self._prompts * running
        token = (
            (reading**2 + (f.multiplies * running) ** 2) ** 0.5
            + (self._cache * f.shards / at_least(ranks, f.shards) + self._attend + f.each / ranks)
            * running
            + f.overhead
            + prompts
        )
        fixed, prompt, queue = f.first_token
        return Times(
            token,
            token - prompts / at_least(running, 1.0),
            fixed + prompt * self._prompt * load**queue,
            running,
        )
