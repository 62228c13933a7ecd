"""Sizes that follow from an architecture, against figures that anybody can count."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.estimate.evidence import Evidence
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.spellings import device_key, model_key, precision_in, precision_named


def test_grouped_heads_keep_keys_and_values_of_the_groups_only(evidence: Evidence) -> None:
    model = evidence.models["llama-3.1-70b"]
    # 2 (key, value) x 8 heads x 128 wide x 80 layers x 2 bytes.
    assert model.cache_bytes(1, "16-bit") == 2 * 8 * 128 * 80 * 2
    assert model.cache_bytes(1000, "8-bit") == 2 * 8 * 128 * 80 * 1000


def test_all_heads_keep_eight_times_as_much_as_groups_of_eight(evidence: Evidence) -> None:
    grouped = evidence.models["llama-3.1-70b"]
    every = replace(grouped, attention="mha", kv_heads=64)
    assert every.cache_bytes(1, "16-bit") == 8 * grouped.cache_bytes(1, "16-bit")


def test_latent_attention_keeps_one_vector_per_layer(evidence: Evidence) -> None:
    model = evidence.models["deepseek-r1"]
    assert model.cache_bytes(1, "16-bit") == (512 + 64) * 61 * 2
    assert model.cache_shards == 1


def test_a_window_bounds_the_cache_of_its_layers(evidence: Evidence) -> None:
    model = evidence.models["gpt-oss-120b"]
    assert model.attending_layers == 18
    assert model.layer_tokens(10_000) == 18 * 10_000 + 18 * 128
    assert model.layer_tokens(100) == 36 * 100


def test_linear_layers_keep_no_cache_that_grows(evidence: Evidence) -> None:
    model = evidence.models["qwen3.5-397b-a17b"]
    assert model.layer_tokens(1000) == 15 * 1000
    assert replace(model, full_layers=None).attending_layers == 15


def test_routed_weights_follow_from_total_and_active(evidence: Evidence) -> None:
    model = evidence.models["deepseek-r1"]
    # 58 layers x 256 experts x 3 matrices x 7168 x 2048.
    assert model.routed == pytest.approx(58 * 256 * 3 * 7168 * 2048 / 1e9, rel=0.005)
    assert model.dense + model.routed + model.table == pytest.approx(model.total)
    assert evidence.models["llama-3.1-70b"].routed == 0


def test_a_step_touches_the_stated_share_of_the_experts(evidence: Evidence) -> None:
    model = evidence.models["deepseek-r1"]
    assert model.touched_share(1) == pytest.approx(8 / 256)
    assert model.touched_share(64) == pytest.approx(1 - (1 - 8 / 256) ** 64)
    assert evidence.models["llama-3.1-8b"].touched_share(64) == 0


def test_four_bit_weights_carry_their_scales(evidence: Evidence) -> None:
    model = evidence.models["llama-3.1-70b"]
    assert model.weight_bytes("8-bit") == pytest.approx(70.6e9)
    assert model.weight_bytes("fp4") == pytest.approx(70.6e9 * (4 + 8 / 16) / 8)


def test_weights_that_exist_in_four_bits_only_are_never_wider(evidence: Evidence) -> None:
    model = evidence.models["gpt-oss-120b"]
    assert model.weight_bytes("16-bit") == model.weight_bytes("fp4")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"total": 0}, "parameters must be above zero"),
        ({"active": 900.0}, "more parameters are active"),
        ({"experts_per_token": 500}, "between one and all experts"),
        ({"latent": 0}, "kv-lora-rank"),
        ({"layers": -1, "heads": 0}, "layers must be above zero; the number of attention heads"),
    ],
)
def test_an_impossible_shape_says_what_is_wrong(
    evidence: Evidence, changed: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        replace(evidence.models["deepseek-r1"], **changed)


def test_a_device_without_arithmetic_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Device("x", memory=80, bandwidth=0, bf16=1)


def test_weights_below_native_arithmetic_are_widened(evidence: Evidence) -> None:
    assert evidence.devices["nvidia-h100-sxm"].computes("fp4") == "16-bit"
    assert evidence.devices["nvidia-b200-sxm"].computes("fp4") == "fp4"
    assert evidence.devices["nvidia-h100-sxm"].computes("8-bit") == "8-bit"
    assert evidence.devices["nvidia-b200-sxm"].computes("int4") == "16-bit"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fp8", "8-bit"),
        ("BF16", "16-bit"),
        ("nvfp4", "fp4"),
        ("INT4", "int4"),
        ("fp3", None),
        ("FP8 (E4M3)", "8-bit"),
        ("w8a8", "8-bit"),
        ("MXFP4", "fp4"),
        ("W4A16", "int4"),
        ("bfloat16", "16-bit"),
        ("fp8-block", "8-bit"),
        ("BF16/F8_E4M3", None),
        ("", None),
    ],
)
def test_precisions_have_many_names(written: str, meant: str | None) -> None:
    assert precision_named(written) == meant


@pytest.mark.parametrize(
    ("written", "device"),
    [
        ("b200_sxm", "nvidia-b200-sxm"),
        ("NVIDIA B200-SXM-180GB", "nvidia-b200-sxm"),
        ("NVIDIA H200-NVL-141GB", "nvidia-h200-nvl"),
        ("NVIDIA H200-SXM-141GB", "nvidia-h200-sxm"),
        ("AMD Instinct MI325X 256GB HBM3e", "amd-mi325x"),
        ("GB200 NVL72", "nvidia-gb200"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "nvidia-rtx-pro-6000"),
        ("nvidia-gb300", "nvidia-gb300"),
        ("8xH100", "nvidia-h100-sxm"),
        ("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm"),
        ("h100-sxm5-80gb", "nvidia-h100-sxm"),
        ("NVIDIA DGX B200", "nvidia-b200-sxm"),
        ("gb200 NVL 72", "nvidia-gb200"),
        ("mi300x_192gb", "amd-mi300x"),
        ("AMD Instinct MI355X 288GB HBM3e (x87)", "amd-mi355x"),
    ],
)
def test_benchmarks_call_a_device_many_names(evidence: Evidence, written: str, device: str) -> None:
    assert evidence.device_names[device_key(written)] == device


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("deepseek-ai/DeepSeek-R1", "deepseek-r1"),
        ("nvidia/DeepSeek-R1-NVFP4", "deepseek-r1"),
        ("llama2-70b-99.9", "llama-2-70b"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("Llama-3.1-405B FP8", "llama-3.1-405b"),
        ("Qwen/Qwen3-235B-A22B-FP8", "qwen3-235b-a22b"),
        ("openai/gpt-oss-120b", "gpt-oss-120b"),
        ("deepseek-ai/DeepSeek-R1-0528-FP4", "deepseek-r1"),
        ("nvidia/DeepSeek-R1-0528-NVFP4-v2", "deepseek-r1"),
        ("Qwen/Qwen3-235B-A22B-Instruct-2507-FP8", "qwen3-235b-a22b"),
        ("RedHatAI/Meta-Llama-3.1-405B-Instruct-FP8-dynamic", "llama-3.1-405b"),
        ("accounts/fireworks/models/llama-v3p1-70b-instruct", "llama-3.1-70b"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mixtral-8x7b"),
        ("meta-llama/Llama-4-Maverick-17B-128E-Instruct", "llama-4-maverick"),
    ],
)
def test_benchmarks_call_a_model_many_names(evidence: Evidence, written: str, model: str) -> None:
    assert evidence.model_names[model_key(written)] == model


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("H100", "H100 PCIe"),
        ("H200", "H200 NVL"),
        ("MI300X", "MI300X (x32), MI325X (x16)"),
        ("RTX PRO 6000", "RTX PRO 4500"),
        ("L40S", "L40"),
    ],
)
def test_other_cards_and_mixtures_are_other_devices(one: str, other: str) -> None:
    assert device_key(one) != device_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("deepseek-v2", "deepseek-v3"),
        ("llama-3.1-8b", "llama-3.1-70b"),
        ("gpt-oss-20b", "gpt-oss-120b"),
        ("qwen3-vl-235b-a22b", "qwen3-235b-a22b"),
    ],
)
def test_other_models_keep_other_names(one: str, other: str) -> None:
    assert model_key(one) != model_key(other)


def test_a_name_may_say_its_precision() -> None:
    assert precision_in("nvidia/Llama-3.3-70B-Instruct-FP8") == "8-bit"
    assert precision_in("nvidia/DeepSeek-R1-NVFP4") == "fp4"
    assert precision_in("openai/gpt-oss-120b") is None


def test_a_shape_is_a_value() -> None:
    shape = ModelShape("x", 8, 8, 32, 4096, 32, 8, 128)
    assert shape == ModelShape("x", 8, 8, 32, 4096, 32, 8, 128)
