"""Measured, interpolated, modelled, unknown: which it is, and what is then said."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.estimate.evidence import Evidence
from advisor.estimate.physics import Load, prefill_time, terms, token_time
from advisor.estimate.speed import Question, Speeds
from advisor.knowledge.physical import Device


def question(evidence: Evidence, **changed: object) -> Question:
    given = {
        "model": evidence.models["deepseek-r1"],
        "device": evidence.devices["nvidia-h200-sxm"],
        "devices": 8,
        "precision": "8-bit",
        "concurrency": 16,
        "input": 1024,
        "output": 1024,
    }
    return Question(**{**given, **changed})


def test_a_measured_configuration_is_told_as_measured(evidence: Evidence, speeds: Speeds) -> None:
    series = next(
        s
        for s in evidence.series
        if s.model == "minimax-m2.5" and s.device == "nvidia-b300-sxm" and len(s.points) > 3
    )
    point = series.points[1]
    found = speeds.speed(
        question(
            evidence,
            model=evidence.models[series.model],
            device=evidence.devices[series.device],
            devices=series.devices,
            precision=series.precision,
            concurrency=point.concurrency,
            input=series.input,
            output=series.output,
        )
    )
    assert found.method == "measured"
    assert found.token_ms is not None
    assert found.token_ms.value == pytest.approx(point.token_ms, rel=0.15)
    assert found.sources == ("aiconfigurator",)


def test_between_measured_loads_the_answer_lies_between(evidence: Evidence, speeds: Speeds) -> None:
    few, middle, many = (speeds.speed(question(evidence, concurrency=c)) for c in (16, 22, 32))
    assert (few.method, middle.method, many.method) == ("measured", "interpolated", "measured")
    assert few.token_ms.value < middle.token_ms.value < many.token_ms.value


def test_far_from_everything_measured_the_model_answers(evidence: Evidence, speeds: Speeds) -> None:
    found = speeds.speed(question(evidence, input=300, output=77, devices=8))
    assert found.method == "model"
    assert found.token_ms.low < found.token_ms.value < found.token_ms.high


def test_a_model_that_was_never_measured_there_says_so(evidence: Evidence, speeds: Speeds) -> None:
    found = speeds.speed(question(evidence, model=evidence.models["llama-3.1-405b"]))
    assert found.method == "model"
    assert "no row of this model" in found.why


def test_a_device_of_a_kind_that_nobody_measured_is_unknown(
    evidence: Evidence, speeds: Speeds
) -> None:
    wafer = Device("wafer", memory=44, bandwidth=21_000_000, bf16=1000, family="wafer-scale")
    found = speeds.speed(question(evidence, device=wafer, devices=40))
    assert found.method == "unknown"
    assert (found.token_ms, found.rate, found.first_ms) == (None, None, None)
    assert "nothing is measured on devices like wafer" in found.why


def test_weights_that_do_not_fit_are_unknown_and_say_where(
    evidence: Evidence, speeds: Speeds
) -> None:
    found = speeds.speed(question(evidence, devices=2))
    assert found.method == "unknown"
    assert "does not fit on 2 x nvidia-h200-sxm" in found.why


def test_rates_and_times_agree(evidence: Evidence, speeds: Speeds) -> None:
    found = speeds.speed(question(evidence))
    assert found.user_rate.value == pytest.approx(1000 / found.token_ms.value)
    assert found.user_rate.low == pytest.approx(1000 / found.token_ms.high)
    per_request = (found.first_ms.value + 1023 * found.token_ms.value) / 1000
    assert found.rate.value == pytest.approx(16 * 1024 / per_request)


def test_the_first_token_has_a_wide_band(evidence: Evidence, speeds: Speeds) -> None:
    found = speeds.speed(question(evidence)).first_ms
    assert found.high / found.low > 3


def test_drafted_tokens_make_each_faster(evidence: Evidence, speeds: Speeds) -> None:
    plain = speeds.speed(question(evidence)).token_ms.value
    drafted = speeds.speed(question(evidence, speculative=True)).token_ms.value
    assert 0.5 * plain < drafted < 0.9 * plain


def test_a_rack_keeps_prompts_apart_where_that_is_faster(
    evidence: Evidence, speeds: Speeds
) -> None:
    rack = evidence.devices["nvidia-gb200"]
    found = speeds.speed(
        question(evidence, device=rack, devices=40, precision="fp4", concurrency=900, input=8192)
    )
    assert "decoding workers" in found.formula
    assert 15 < found.token_ms.value < 35


def test_many_small_servers_are_replicas(evidence: Evidence, speeds: Speeds) -> None:
    found = speeds.speed(question(evidence, devices=64, concurrency=64, prompts="shared"))
    alone = speeds.speed(question(evidence, devices=8, concurrency=8, prompts="shared"))
    assert "replicas" in found.formula
    assert found.token_ms.value == pytest.approx(alone.token_ms.value, rel=0.25)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"input": 0}, "input must be between 1"),
        ({"output": 10**9}, "output must be between 1"),
        ({"precision": "9-bit"}, "no precision"),
        ({"devices": 0, "concurrency": 0}, "one device is needed; requests at once"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    evidence: Evidence, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        question(evidence, **changed)


def test_a_token_costs_what_its_parts_cost(evidence: Evidence) -> None:
    """One request on one device: reading all dense weights once, and little else."""
    k = evidence.calibration.serving
    model, device = evidence.models["llama-3.1-8b"], evidence.devices["nvidia-h100-sxm"]
    alone = Load(1, 16, 4096)
    found = terms(model, device, "16-bit", 1, alone, engine="vllm")
    reading = model.dense * 2 / 3350 * 1000
    assert found.read_dense == pytest.approx(reading)
    time = token_time(found, k)
    assert k.read * reading < time < k.read * reading + 3
    assert prefill_time(found, k) > found.prefill * k.prefill / 3


def test_an_engine_that_is_not_told_lies_between_the_engines(evidence: Evidence) -> None:
    k = evidence.calibration.serving
    model, device = evidence.models["llama-3.1-70b"], evidence.devices["nvidia-h100-sxm"]
    load = Load(16, 1024, 512)
    times = {
        engine: token_time(terms(model, device, "8-bit", 8, load, engine=engine), k)
        for engine in ("tensorrt-llm", "vllm", "sglang", None)
    }
    named = [times["tensorrt-llm"], times["vllm"], times["sglang"]]
    assert min(named) <= times[None] <= max(named)


def test_separate_prompts_do_not_hold_up_decoding(evidence: Evidence) -> None:
    k = evidence.calibration.serving
    model, device = evidence.models["deepseek-r1"], evidence.devices["nvidia-gb200"]
    shared = terms(model, device, "fp4", 8, Load(64, 8192, 1024))
    apart = terms(model, device, "fp4", 8, Load(64, 8192, 1024, separate=True))
    assert token_time(apart, k) < token_time(shared, k)
    assert apart._replace(prefills=shared.prefills, separate=0.0) == shared


def test_a_question_is_a_value(evidence: Evidence) -> None:
    assert question(evidence) == replace(question(evidence))


def test_the_parts_add_up_to_the_time(evidence: Evidence, modelled: Speeds) -> None:
    asked = question(evidence, input=300, output=77)
    parts = modelled.parts(asked)
    assert sum(parts) == pytest.approx(modelled.token_ms(asked))
    assert min(parts) > 0
    assert modelled.parts(question(evidence, devices=2)) is None
