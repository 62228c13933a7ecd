"""Time of one output token on one replica, from sizes and rates and a few fitted numbers.

    token = weights + cache + overhead + sequences + exchange + share of prefill

* weights: reading the weights that a step touches, or multiplying with them, whichever is
  longer (joined as the root of the sum of squares); of routed experts a step reads the share
  ``1 - (1 - k/E)^(gamma c)``;
* cache: reading the keys and values of all running requests, and attending to them;
* overhead: per layer and step, more with many devices, many experts, latent attention;
* sequences: what each running request costs beside its cache;
* exchange: activations between devices;
* prefill: while ``c`` requests decode, ``c / output`` prompts are processed per step, and
  decoding waits for them (not where prompts have devices of their own).

``terms`` holds the sizes and rates, in milliseconds at the device's peak; ``Coefficients``
say how far from the peak reality is.  All is arithmetic alone, so that loads and terms are
numbers and arrays alike: calibration runs ``token_time`` over all measured rows at once, a
decision sizes replicas for all lengths at once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from msgspec import Struct

from advisor.knowledge.fitted import Coefficients, Factors
from advisor.knowledge.physical import (
    CACHE_BYTES,
    LATENT_HEAD,
    WEIGHT_BYTES,
    Device,
    ModelShape,
    at_least,
    at_most,
)

RANK_LOAD = 128
"""Requests that one data-parallel rank of a replica takes before another rank is used."""
USABLE_MEMORY = 0.9
"""Share of a device's memory that weights and cache may fill."""


NEUTRAL = Factors()


class Load(Struct, frozen=True):
    """What one replica is asked: ``concurrency`` requests at once of ``input`` and ``output``
    tokens each.  ``separate``: prompts are processed on other devices.  ``saturated``: as many
    requests as fit are queued, every device is a rank of its own."""

    concurrency: float
    input: float
    output: float
    separate: bool = False
    saturated: bool = False


class Terms(NamedTuple):
    """Sizes and rates of one configuration; times in ms at peak, per device of the replica."""

    read_dense: float
    read_routed: float
    untouched: float
    batch: float
    cache: float
    attend: float
    multiply: float
    exchange: float
    sequences: float
    prefills: float
    prefill: float
    prefill_attend: float
    prefill_exchange: float
    layers: float
    doublings: float
    routing: float
    latent: float
    is_routed: float
    native_8bit: float
    native_fp4: float
    packed: float
    blackwell: float
    separate: float
    tensorrt: float
    sglang: float
    read_factor: float
    multiply_factor: float
    overhead_factor: float


def cache_room(model: ModelShape, device: Device, precision: str, devices: float) -> float:
    """Bytes for the cache beside the weights; a little where they leave none."""
    room = USABLE_MEMORY * device.memory * 1e9 * devices - model.weight_bytes(precision)
    return max(room, 0.02 * device.memory * 1e9 * devices)


def runnable(
    model: ModelShape, device: Device, precision: str, devices: float, load: Load
) -> float:
    """How many requests run at once: those asked for, softly limited by the cache that fits
    beside the weights."""
    room = cache_room(model, device, precision, devices)
    each = model.cache_bytes(load.input + load.output / 2, precision)
    limit = at_least(room / each, 1.0)
    wanted: float = load.concurrency
    running: float = wanted / ((1 + (wanted / limit) ** 4) ** 0.5) ** 0.5
    return running


def terms(
    model: ModelShape,
    device: Device,
    precision: str,
    devices: float,
    load: Load,
    *,
    engine: str | None = None,
    factors: Factors = NEUTRAL,
    engine_mix: tuple[float, float] = (0.4, 0.24),
) -> Terms:
    """The terms of ``load`` on one replica of ``devices`` devices.

    ``engine`` None stands for the mix of engines that was measured (shares of TensorRT-LLM
    and SGLang; the rest is vLLM).
    """
    kind = model.stored or precision
    batch = runnable(model, device, precision, devices, load)
    running = batch / load.concurrency
    ranks = devices
    if not load.saturated:
        ranks = at_most(at_least(load.concurrency / RANK_LOAD, 1.0), devices)
    shards = at_least(ranks, min(devices, model.cache_shards))
    context = load.input + load.output / 2
    layer_tokens = model.layer_tokens(context)
    bytes_per_ms = device.bandwidth * 1e6
    flops_per_ms = device.bf16 * 1e9
    link_per_ms = device.link * 1e6
    each = WEIGHT_BYTES[kind] * 1e9 / (devices * bytes_per_ms)
    if model.is_latent:
        attend_flops = 2 * model.heads * (2 * model.latent + model.head_dim)
        prompt_head = LATENT_HEAD + model.head_dim
    else:
        attend_flops = 4 * model.heads * model.head_dim
        prompt_head = model.head_dim
    per_token = 2 * model.active * 1e9 / (devices * flops_per_ms)
    moved = model.hidden * 2 * model.layers * 2 * (1 - 1 / devices) / link_per_ms
    arithmetic = device.computes(kind)
    share = model.experts_per_token / model.experts if model.experts else 1.0
    mix = engine_mix if engine is None else (0.0, 0.0)
    return Terms(
        read_dense=model.dense * each,
        read_routed=model.routed * each,
        untouched=1 - share,
        batch=batch,
        cache=batch
        * layer_tokens
        * model.cache_width
        * CACHE_BYTES[precision]
        / (bytes_per_ms * shards),
        attend=batch * layer_tokens * attend_flops / (flops_per_ms * devices),
        multiply=per_token * batch,
        exchange=moved * batch / ranks,
        sequences=batch / ranks,
        prefills=0.0 if load.separate else load.concurrency / load.output * running,
        prefill=per_token * load.input,
        prefill_attend=4
        * model.heads
        * prompt_head
        * load.input
        * model.layer_tokens(load.input / 2)
        / (flops_per_ms * devices),
        prefill_exchange=moved * load.input / (ranks if load.saturated else 1.0),
        layers=float(model.layers),
        doublings=math.log2(devices),
        routing=model.experts_per_token / 8,
        latent=1.0 if model.is_latent else 0.0,
        is_routed=1.0 if model.experts else 0.0,
        native_8bit=1.0 if arithmetic == "8-bit" else 0.0,
        native_fp4=1.0 if arithmetic == "fp4" else 0.0,
        packed=1.0 if kind in {"int4", "fp4"} and arithmetic == "16-bit" else 0.0,
        blackwell=1.0 if device.family == "blackwell" else 0.0,
        separate=1.0 if load.separate else 0.0,
        tensorrt=1.0 if engine == "tensorrt-llm" else mix[0],
        sglang=1.0 if engine == "sglang" else mix[1],
        read_factor=factors.read,
        multiply_factor=factors.multiply,
        overhead_factor=factors.overhead,
    )


class PromptFactors(NamedTuple):
    """How far from the peak reality is while a prompt is processed; ``layers``: milliseconds
    that the layers take whatever the prompt."""

    reading: float
    multiplying: float
    gain: float
    attend: float
    layers: float
    exchange: float


class StepFactors(NamedTuple):
    """How far from the peak reality is while tokens are written, ``setting`` times all of it;
    ``overhead``: milliseconds per step."""

    setting: float
    reading: float
    multiplying: float
    gain: float
    cache: float
    attend: float
    overhead: float
    sequence: float
    exchange: float


def prompt_factors(t: Terms, k: Coefficients) -> PromptFactors:
    """Of one prompt."""
    return PromptFactors(
        reading=k.prefill_read * k.read * k.packed_read**t.packed * t.read_factor,
        multiplying=k.prefill * k.routed_multiply**t.is_routed * t.multiply_factor,
        gain=k.gain_8bit**t.native_8bit * k.gain_fp4**t.native_fp4,
        attend=k.prefill_attend * t.multiply_factor,
        layers=k.prefill_layer * t.layers,
        exchange=k.exchange,
    )


def step_factors(t: Terms, k: Coefficients) -> StepFactors:
    """Of one step of decoding."""
    return StepFactors(
        setting=(
            k.separate**t.separate * k.engine_tensorrt**t.tensorrt * k.engine_sglang**t.sglang
        ),
        reading=k.read * k.packed_read**t.packed * t.read_factor,
        multiplying=k.multiply * k.routed_multiply**t.is_routed * t.multiply_factor,
        gain=k.gain_8bit**t.native_8bit * k.gain_fp4**t.native_fp4,
        cache=k.cache * t.read_factor,
        attend=k.attend * t.multiply_factor,
        overhead=(
            t.layers
            * t.overhead_factor
            * (
                k.overhead
                + k.overhead_devices * t.doublings
                + k.overhead_routing * t.routing
                + k.overhead_latent * t.latent
            )
            * k.overhead_blackwell**t.blackwell
            * k.overhead_fp4**t.native_fp4
        ),
        sequence=k.sequence,
        exchange=k.exchange,
    )


def prefill_time(t: Terms, k: Coefficients) -> float:
    """Milliseconds that one prompt takes on the replica, alone."""
    f = prompt_factors(t, k)
    reading = f.reading * (t.read_dense + t.read_routed)
    multiplying = f.multiplying * t.prefill / f.gain
    time: float = (
        (reading**2 + multiplying**2) ** 0.5
        + f.attend * t.prefill_attend
        + f.layers
        + f.exchange * t.prefill_exchange
    )
    return time


class Parts(NamedTuple):
    """Milliseconds per output token by cause; they add up to the time per token."""

    weights: float
    cache: float
    overhead: float
    sequences: float
    exchange: float
    prompts: float


def token_parts(t: Terms, k: Coefficients) -> Parts:
    """What the time from one output token to the next is made of."""
    f = step_factors(t, k)
    touched = t.read_routed * (1 - t.untouched ** (t.batch * k.spread))
    reading = f.reading * (t.read_dense + touched)
    multiplying = f.multiplying * t.multiply / f.gain
    return Parts(
        weights=f.setting * (reading**2 + multiplying**2) ** 0.5,
        cache=f.setting * (f.cache * t.cache + f.attend * t.attend),
        overhead=f.setting * f.overhead,
        sequences=f.setting * f.sequence * t.sequences,
        exchange=f.setting * f.exchange * t.exchange,
        prompts=f.setting * t.prefills * prefill_time(t, k),
    )


def token_time(t: Terms, k: Coefficients) -> float:
    """Milliseconds from one output token to the next, prompts of others included."""
    parts = token_parts(t, k)
    return (
        parts.weights
        + parts.cache
        + parts.overhead
        + parts.sequences
        + parts.exchange
        + parts.prompts
    )
