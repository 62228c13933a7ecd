"""Which claims on prices a bill rests on, beside the user's own figures."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.tariffs import COMMITTED_HOUR, DEVICE, DEVICE_HOUR, GPU_HOUR

PRICES = (
    "input-price",
    "cached-input-price",
    "output-price",
    DEVICE_HOUR,
    COMMITTED_HOUR,
)
_STANDS_FOR: Mapping[str, tuple[str, ...]] = {
    "input": ("input-price",),
    "cached-input": ("cached-input-price",),
    "output": ("output-price",),
    # Whoever pays by the device pays nothing by the token.
    GPU_HOUR: PRICES,
    DEVICE: (DEVICE_HOUR, COMMITTED_HOUR),
}


def claims_read(own: Mapping[str, object]) -> frozenset[str]:
    """The claims that are left to rest on where these prices are the user's own."""
    replaced = {claim for name in own for claim in _STANDS_FOR.get(name, ())}
    return frozenset(PRICES) - replaced
