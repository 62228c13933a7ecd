"""Does a model fit, on how many devices, and laid out how.

    needed = weights + requests x cache of one request + adapters + reserve per device

Weights carry the scales of their precision; the cache follows the kind of attention: keys and
values of all heads (mha), of the grouped heads (gqa), one compressed vector per token (mla), a
window in some layers (sliding-window), some layers only (linear-hybrid).
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.figures import figure
from advisor.estimate.physics import USABLE_MEMORY
from advisor.knowledge.physical import PRECISIONS, Device, ModelShape

GB = 1e9
RESERVE_GB = 4.0
"""Memory per device that the runtime and its buffers take."""
LARGEST_TENSOR_GROUP = 8
LEAST_MEMORY = 0.02
"""Share of a device's memory that counts where adapters leave less."""


class Memory(Struct, frozen=True):
    """What running takes, in GB over all devices, and the requests that it allows at once.

    ``requests`` is how many fit beside the weights; ``reason`` says why none do.
    """

    fits: bool
    weights: float
    cache_per_request: float
    adapters: float
    reserve: float
    available: float
    requests: int
    reason: str | None


class Layout(Struct, frozen=True):
    """How weights and cache lie on the devices: ``tensor`` devices share each layer, ``experts``
    say how the routed weights lie, ``attention`` whether its cache is split by heads or by
    requests; ``stages`` of layers follow one another."""

    devices: int
    tensor: int
    stages: int
    experts: str
    attention: str
    why: str


def memory(
    model: ModelShape,
    device: Device,
    devices: int,
    precision: str,
    context: float,
    *,
    requests: int = 1,
    adapters_gb: float = 0.0,
    reserve_gb: float = RESERVE_GB,
) -> Memory:
    """Whether ``requests`` of ``context`` tokens each run at once on ``devices`` devices.

    Raises ``ValueError`` for a precision, a length or a number that cannot be meant.
    """
    _check(precision, devices, context, requests, adapters_gb)
    weights = model.weight_bytes(precision) / GB
    each = model.cache_bytes(context, precision) / GB
    reserve = reserve_gb * devices
    available = device.memory * devices
    # A cache that cannot be split by heads lies on every device of a tensor group; it is split
    # by requests instead, so that the sum over the devices is the cache itself.
    room = room_beside(model, device, devices, precision, adapters_gb, reserve_gb)
    possible = int(room / each) if room > 0 else 0
    reason = None
    if room <= 0:
        reason = (
            f"the weights take {figure(weights)} GB at {precision}"
            + (f" and the adapters {figure(adapters_gb)} GB" if adapters_gb else "")
            + f"; {devices} x {device.name} leave {figure(max(0.0, room + weights + adapters_gb))}"
        )
    elif possible < requests:
        reason = (
            f"{figure(requests)} requests of {figure(context)} tokens need "
            f"{figure(requests * each)} GB of cache; {figure(room)} GB are left beside the weights"
        )
    return Memory(
        fits=reason is None,
        weights=weights,
        cache_per_request=each,
        adapters=adapters_gb,
        reserve=reserve,
        available=available,
        requests=possible,
        reason=reason,
    )


def room_beside(
    model: ModelShape,
    device: Device,
    devices: int,
    precision: str,
    adapters_gb: float = 0.0,
    reserve_gb: float = RESERVE_GB,
) -> float:
    """GB left for the cache beside weights, adapters and reserve; below zero where they do not
    fit."""
    available = device.memory * devices
    usable = min(available * USABLE_MEMORY, available - reserve_gb * devices)
    return usable - model.weight_bytes(precision) / GB - adapters_gb


def beside_adapters(device: Device, devices: int, adapters_gb: float) -> Device:
    """The device with the memory that its share of the adapters of a replica leaves; a little
    where they leave none."""
    if not adapters_gb:
        return device
    left = device.memory - adapters_gb / devices
    return replace(device, memory=max(LEAST_MEMORY * device.memory, left))


def layouts(
    model: ModelShape, device: Device, devices: int, precision: str, context: float
) -> tuple[Layout, ...]:
    """Layouts worth trying on one replica of ``devices`` devices, the usual one first; none
    where the weights do not fit."""
    if not memory(model, device, devices, precision, context).fits:
        return ()
    group = min(devices, LARGEST_TENSOR_GROUP, device.domain)
    while group > 1 and (devices % group or model.heads % group):
        group -= 1
    stages = devices // group if devices > device.domain else 1
    tensor = devices // stages
    plain = "none" if not model.experts else "split"
    found = [
        Layout(
            devices,
            tensor,
            stages,
            plain,
            "by heads",
            "every device holds a part of each layer: the lowest time per token at few requests"
            if stages == 1
            else f"a group of {tensor} holds a stage of the layers: no faster link joins more",
        )
    ]
    if model.experts and devices > 1 and model.experts % devices == 0:
        found.append(
            Layout(
                devices,
                tensor,
                1,
                f"{model.experts // devices} whole experts on each device",
                "by heads",
                "whole experts need less exchange than slices of all of them",
            )
        )
    if model.cache_shards < devices:
        found.append(
            Layout(
                devices,
                1,
                1,
                plain if not model.experts else "whole experts, spread",
                "by requests",
                f"the cache divides into {model.cache_shards} by heads; split by requests, it is "
                "not held twice: the highest throughput at many requests",
            )
        )
    return tuple(found)


def _check(precision: str, devices: int, context: float, requests: int, adapters_gb: float) -> None:
    wrong = []
    if precision not in PRECISIONS:
        wrong.append(f"'{precision}' is no precision (one of {', '.join(PRECISIONS)})")
    if devices < 1:
        wrong.append("at least one device is needed")
    if not 0 < context <= 100_000_000:
        wrong.append("the context must be between 1 and 100,000,000 tokens")
    if requests < 1:
        wrong.append("at least one request must run")
    if adapters_gb < 0:
        wrong.append("adapters cannot take less than nothing")
    if wrong:
        raise ValueError("; ".join(wrong))
