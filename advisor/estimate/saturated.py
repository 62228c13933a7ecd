"""Throughput with as many requests queued as fit: no latency limit, every device busy."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from advisor.estimate.physics import NEUTRAL, Load, Terms, terms, token_time
from advisor.knowledge.fitted import Coefficients, Factors
from advisor.knowledge.physical import Device, ModelShape

REPLICAS = (1, 2, 4, 8)
WEIGHT_MEMORY = 0.95
"""Share of a device's memory that weights alone may fill."""
BATCHES = (1, 4, 16, 64, 128, 256, 512, 1024, 2048, 4096)


class Saturated(Struct, frozen=True):
    """Output tokens per second and device of the best replica, its devices and requests."""

    rate: float
    devices: int
    concurrency: int


def holds(model: ModelShape, device: Device, precision: str, devices: int) -> bool:
    """Whether the weights fit on the devices, with room left for running."""
    usable = WEIGHT_MEMORY * device.memory * 1e9 * devices
    return model.weight_bytes(precision) < usable


def candidates(
    model: ModelShape,
    device: Device,
    precision: str,
    lengths: tuple[float, float],
    replicas: tuple[int, ...],
    factors: Factors = NEUTRAL,
) -> Iterator[tuple[int, int, Terms]]:
    """Replica sizes and requests at once that the weights allow, with their terms."""
    for devices in replicas:
        if not holds(model, device, precision, devices):
            continue
        for concurrency in BATCHES:
            load = Load(concurrency, lengths[0], lengths[1], saturated=True)
            yield (
                devices,
                concurrency,
                terms(model, device, precision, devices, load, factors=factors),
            )


def saturated(
    model: ModelShape,
    device: Device,
    precision: str,
    lengths: tuple[float, float],
    coefficients: Coefficients,
    *,
    replicas: tuple[int, ...] = REPLICAS,
    factors: Factors = NEUTRAL,
) -> Saturated | None:
    """The best of the replica sizes and batches; ``None`` where the weights fit on none.

    ``lengths``: mean input and output tokens.  Rate = requests running / ms per token x 1000
    / devices of the replica.
    """
    best: Saturated | None = None
    for devices, concurrency, found in candidates(
        model, device, precision, lengths, replicas, factors
    ):
        rate = found.batch / token_time(found, coefficients) * 1000 / devices
        if best is None or rate > best.rate:
            best = Saturated(rate, devices, concurrency)
    return best
