"""Numbers fitted to measured configurations, and the models and devices that were measured.

A rule base carries them, so that a decision sizes devices as an estimate does; what they mean
is arithmetic in ``advisor.estimate``.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.physical import Device, ModelShape

ENGINES = ("tensorrt-llm", "vllm", "sglang")


class Coefficients(Struct, frozen=True):
    """Fitted numbers, all positive.  Times are ms, the rest are factors on the time at peak."""

    read: float
    cache: float
    attend: float
    multiply: float
    routed_multiply: float
    gain_8bit: float
    gain_fp4: float
    packed_read: float
    overhead: float
    overhead_devices: float
    overhead_routing: float
    overhead_latent: float
    overhead_fp4: float
    overhead_blackwell: float
    sequence: float
    exchange: float
    spread: float
    prefill: float
    prefill_attend: float
    prefill_layer: float
    prefill_read: float
    separate: float
    engine_tensorrt: float
    engine_sglang: float


class Factors(Struct, frozen=True):
    """How a family of devices differs from those that the coefficients were fitted on."""

    read: float = 1.0
    multiply: float = 1.0
    overhead: float = 1.0


class Bands(Struct, frozen=True):
    """Ends of an 80 % band as factors on the estimate, by kind of estimate."""

    low: float
    high: float


class Calibration(Struct, frozen=True):
    """What was fitted: coefficients under latency (``serving``), with all requests queued
    (``saturated``), and as tuned for a benchmark (``tuned``); factors by device family; level
    by model and device; bands by method and quantity."""

    serving: Coefficients
    saturated: Coefficients
    tuned: Coefficients
    families: Mapping[str, Factors]
    levels: Mapping[tuple[str, str], float]
    bands: Mapping[str, Bands]
    first_token: tuple[float, float, float]
    speculation: float
    scenario_shares: Mapping[str, float]
    fitted: str
    rows: int


class Fitted(Struct, frozen=True):
    """What sizing rests on.  ``models`` and ``devices`` describe what was measured, by id;
    the names map what benchmarks call them to ids (``model_key``, ``device_key`` of a name)."""

    calibration: Calibration
    models: Mapping[str, ModelShape]
    devices: Mapping[str, Device]
    model_names: Mapping[str, str]
    device_names: Mapping[str, str]
