"""Measured configurations and the numbers fitted to them, as values.

Read from YAML by ``advisor.estimate.measured``; nothing here knows files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from advisor.estimate.physics import Coefficients, Factors
from advisor.estimate.shapes import Device, ModelShape

Method: TypeAlias = Literal["measured", "interpolated", "model", "unknown"]


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: requests at once, ms per output token, ms to the first token."""

    concurrency: float
    token_ms: float
    first_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Measurements of one configuration that differ in concurrency alone (rising).

    ``devices`` are those of one replica; with ``separate`` (prompts processed elsewhere) those
    of one decoding worker, and concurrency is per worker.  ``pooled``: all devices of a
    deployment whose split between prompts and decoding is not known.
    """

    model: str
    device: str
    precision: str
    devices: int
    input: float
    output: float
    points: tuple[Point, ...]
    engine: str
    version: str
    source: str
    date: str
    separate: bool = False
    pooled: bool = False
    speculative: bool = False


@dataclass(frozen=True, slots=True)
class Throughput:
    """Output tokens per second and device of a loaded system.

    ``scenario``: offline, server, interactive (MLPerf), saturated (all requests queued), batch
    (``concurrency`` requests started together).  ``low``, ``median``, ``high`` over ``entries``
    submissions.
    """

    benchmark: str
    scenario: str
    round: str
    model: str
    workload: str
    device: str
    precision: str
    devices: int
    low: float
    median: float
    high: float
    entries: int
    source: str
    date: str
    input: float | None = None
    output: float | None = None
    concurrency: float | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """A benchmark's requests: mean lengths, and what share of its offline throughput its
    scenarios with latency limits reach (median of submissions that measured both)."""

    id: str
    model: str
    input: float
    output: float
    shares: Mapping[str, float]
    names: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Bands:
    """Ends of an 80 % band as factors on the estimate, by kind of estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ledger of measured configurations.

    ``models`` and ``devices`` describe what was measured, by id; ``names`` maps what
    benchmarks call them to ids (``name_key`` of a name).
    """

    calibration: Calibration
    models: Mapping[str, ModelShape]
    devices: Mapping[str, Device]
    model_names: Mapping[str, str]
    device_names: Mapping[str, str]
    series: tuple[Series, ...] = ()
    throughput: tuple[Throughput, ...] = ()
    workloads: Mapping[str, Workload] = field(default_factory=dict)


_DEVICE_NOISE = re.compile(
    r"^(nvidia|amd|instinct|google|aws|gpu|gpus|sxm\d?|hbm\w*|\d+gb|nvl72|server|edition|"
    r"blackwell|se|virtualized|aarch64|\d+x|x\d+|power|cap|\d+w|custom|cluster)$"
)
_MODEL_NOISE = re.compile(
    r"^(instruct|chat|hf|it|99|bf16|fp16|fp8|fp4|int4|int8|nvfp4|mxfp4|awq|gptq|kv|block|"
    r"static|pertensor|nvidia|dynamic|quark)$"
)


def device_key(name: str) -> str:
    """``NVIDIA B200-SXM-180GB`` and ``b200_sxm`` as ``b200``."""
    return _key(name, _DEVICE_NOISE)


def model_key(name: str) -> str:
    """``meta-llama/Llama-3.1-8B-Instruct-FP8`` as ``llama318b``: the part behind the last
    slash without punctuation, precision and tuning words."""
    return _key(name.rsplit("/", 1)[-1].replace("99.9", "99"), _MODEL_NOISE)


def _key(name: str, noise: re.Pattern[str]) -> str:
    words = re.split(r"[^a-z0-9.]+", name.lower())
    kept = [word for word in words if word and not noise.match(word)]
    return "".join(kept or words).replace(".", "")
