"""Measured configurations and the numbers fitted to them, as values.

Read from YAML by ``advisor.estimate.measured``; nothing here knows files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.knowledge.fitted import Fitted

Method: TypeAlias = Literal["measured", "interpolated", "model", "unknown"]


class Point(Struct, frozen=True):
    """One measurement: requests at once, ms per output token, ms to the first token."""

    concurrency: float
    token_ms: float
    first_ms: float | None = None


class Series(Struct, frozen=True):
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


class Throughput(Struct, frozen=True):
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


class Workload(Struct, frozen=True):
    """A benchmark's requests: mean lengths, and what share of its offline throughput its
    scenarios with latency limits reach (median of submissions that measured both)."""

    id: str
    model: str
    input: float
    output: float
    shares: Mapping[str, float]
    names: tuple[str, ...]
    note: str


class Evidence(Fitted, frozen=True):
    """The ledger of measured configurations."""

    series: tuple[Series, ...] = ()
    throughput: tuple[Throughput, ...] = ()
    workloads: Mapping[str, Workload] = field(default_factory=dict)
