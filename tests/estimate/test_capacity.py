"""Whether a model fits, on how many devices, how laid out, and why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.capacity import layouts, memory
from advisor.estimate.evidence import Evidence


def test_a_70b_model_needs_two_h100_at_8_bits_and_four_at_16(evidence: Evidence) -> None:
    model, device = evidence.models["llama-3.1-70b"], evidence.devices["nvidia-h100-sxm"]
    for precision, least in (("8-bit", 2), ("16-bit", 4)):
        assert memory(model, device, least, precision, 4096, requests=16).fits
        assert not memory(model, device, least // 2, precision, 4096, requests=16).fits


def test_deepseek_at_8_bits_does_not_fit_on_eight_h100_but_on_eight_h200(
    evidence: Evidence,
) -> None:
    model = evidence.models["deepseek-r1"]
    found = memory(model, evidence.devices["nvidia-h100-sxm"], 8, "8-bit", 4096)
    assert not found.fits
    assert found.reason is not None and "670.9 GB at 8-bit" in found.reason
    assert memory(model, evidence.devices["nvidia-h200-sxm"], 8, "8-bit", 4096).fits
    assert memory(model, evidence.devices["nvidia-h100-sxm"], 16, "8-bit", 4096).fits


def test_the_cache_limits_the_requests_at_once(evidence: Evidence) -> None:
    model, device = evidence.models["llama-3.1-70b"], evidence.devices["nvidia-h200-sxm"]
    found = memory(model, device, 1, "8-bit", 100_000, requests=20)
    assert not found.fits and found.requests < 20
    assert found.reason is not None and "of cache" in found.reason
    assert memory(model, device, 1, "8-bit", 100_000, requests=found.requests).fits
    assert not memory(model, device, 1, "8-bit", 100_000, requests=found.requests + 1).fits


def test_adapters_and_the_reserve_take_their_room(evidence: Evidence) -> None:
    model, device = evidence.models["llama-3.1-70b"], evidence.devices["nvidia-h200-sxm"]
    without = memory(model, device, 1, "8-bit", 8192)
    loaded = memory(model, device, 1, "8-bit", 8192, adapters_gb=20)
    assert loaded.requests < without.requests
    full = memory(model, device, 1, "8-bit", 8192, adapters_gb=80)
    assert full.reason is not None and "adapters" in full.reason
    assert memory(model, device, 1, "8-bit", 8192, reserve_gb=60).requests < without.requests


def test_a_dense_model_is_split_by_heads(evidence: Evidence) -> None:
    model, device = evidence.models["llama-3.1-70b"], evidence.devices["nvidia-h100-sxm"]
    (only,) = layouts(model, device, 8, "8-bit", 4096)
    assert (only.tensor, only.stages, only.experts) == (8, 1, "none")


def test_latent_attention_may_be_split_by_requests(evidence: Evidence) -> None:
    model, device = evidence.models["deepseek-r1"], evidence.devices["nvidia-h200-sxm"]
    found = layouts(model, device, 8, "8-bit", 4096)
    assert [layout.attention for layout in found] == ["by heads", "by heads", "by requests"]
    assert "32 whole experts on each device" in found[1].experts
    assert "divides into 1 by heads" in found[2].why


def test_beyond_the_fast_links_layers_follow_in_stages(evidence: Evidence) -> None:
    model, device = evidence.models["deepseek-r1"], evidence.devices["nvidia-h100-sxm"]
    first = layouts(model, device, 16, "8-bit", 4096)[0]
    assert (first.tensor, first.stages) == (8, 2)
    rack = layouts(model, evidence.devices["nvidia-gb200"], 16, "8-bit", 4096)[0]
    assert rack.stages == 1


def test_no_layout_where_the_weights_do_not_fit(evidence: Evidence) -> None:
    model, device = evidence.models["deepseek-r1"], evidence.devices["nvidia-h100-sxm"]
    assert layouts(model, device, 8, "8-bit", 4096) == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("10-bit", 1, 4096), "no precision"),
        (("8-bit", 0, 4096), "one device"),
        (("8-bit", 1, 0), "context"),
        (("8-bit", 1, 10**12), "context"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    evidence: Evidence, arguments: tuple[str, int, float], words: str
) -> None:
    precision, devices, context = arguments
    with pytest.raises(ValueError, match=words):
        memory(
            evidence.models["llama-3.1-8b"],
            evidence.devices["nvidia-h100-sxm"],
            devices,
            precision,
            context,
        )


@given(st.integers(1, 64), st.integers(1, 200_000), st.sampled_from(["16-bit", "8-bit", "fp4"]))
def test_what_fits_fits_on_more_devices_in_less_precision_and_with_fewer_requests(
    evidence: Evidence, requests: int, context: int, precision: str
) -> None:
    model, device = evidence.models["qwen3-32b"], evidence.devices["nvidia-h100-sxm"]
    narrower = {"16-bit": "8-bit", "8-bit": "fp4", "fp4": "fp4"}[precision]

    def fits(devices: int, precision: str, requests: int) -> bool:
        return memory(model, device, devices, precision, context, requests=requests).fits

    for devices in (1, 2, 4, 8, 16):
        if fits(devices, precision, requests):
            assert fits(devices * 2, precision, requests)
            assert fits(devices, narrower, requests)
            assert fits(devices, precision, max(1, requests // 2))
