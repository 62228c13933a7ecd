"""Other people's measurements: read, judged, and reported in the promised JSON."""

from __future__ import annotations

import json

import pytest

from advisor.errors import DataError
from advisor.estimate.accuracy import judge
from advisor.estimate.accuracy_data import to_data
from advisor.estimate.cases import Case, read_cases
from advisor.estimate.evidence import Evidence

SERVED = {
    "case_id": "a",
    "accelerator": "NVIDIA H200-SXM-141GB",
    "accelerator_count": 8,
    "model": "deepseek-ai/DeepSeek-R1",
    "precision": "fp8",
    "scenario": "concurrency",
    "concurrency": 16,
    "isl": 1024,
    "osl": 1024,
    "tpot_ms": 20.0,
}
OFFLINE = {
    "case_id": "b",
    "accelerator": "AMD Instinct MI325X 256GB HBM3e",
    "accelerator_count": 8,
    "model": "llama2-70b-99.9",
    "precision": "fp8",
    "scenario": "Offline",
    "measured_output_tokens_per_s": 32_660,
}


def read(*entries: object) -> tuple[Case, ...]:
    return read_cases(json.dumps(list(entries)).encode(), "cases.json")


def mistakes(data: bytes) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_cases(data, "cases.json")
    return [f"{p.place}: {p.message}" for p in caught.value.problems]


def test_every_case_comes_out_with_its_prediction(evidence: Evidence) -> None:
    predictions, report = judge(read(SERVED, OFFLINE), evidence)
    data = to_data(predictions, report)
    served, offline = data["cases"]
    assert (served["case_id"], served["method"]) == ("a", "measured")
    assert served["band"][0] < served["predicted_output_tokens_per_s"] < served["band"][1]
    assert served["ratio"] == pytest.approx(1, abs=0.25)
    assert (offline["method"], offline["predicted_tpot_ms"]) == ("measured", None)
    assert offline["ratio"] == pytest.approx(1, abs=0.05)
    assert data["summary"]["all"]["rows"] == 2
    assert json.loads(json.dumps(data)) == data


def test_a_scenario_is_understood_in_several_spellings() -> None:
    spellings = [
        {**SERVED, "case_id": str(i), "scenario": text, "concurrency": count}
        for i, (text, count) in enumerate(
            [("concurrency", 64), ("concurrency 64", None), ("c64", None), ("64", None), ("", 64)]
        )
    ]
    for case in read(*spellings):
        assert (case.scenario, case.concurrency) == ("concurrency", 64)


def test_other_names_of_fields_are_read() -> None:
    case = read(
        {
            "id": "x",
            "accelerator": "B200",
            "gpus": 8,
            "model": "m",
            "input_tokens": 10,
            "output_tokens": 20,
            "num_requests": 4,
            "backend": "trtllm",
        }
    )[0]
    assert (case.isl, case.osl, case.concurrency, case.engine) == (10, 20, 4, "tensorrt-llm")


def test_a_model_nobody_knows_asks_for_its_shape(evidence: Evidence) -> None:
    unknown = {**SERVED, "model": "Acme-900B"}
    (said,), report = judge(read(unknown), evidence)
    assert (said.method, said.ratio, report) == ("unknown", None, None)
    assert "give its 'shape'" in said.why
    shape = {
        "total": 900,
        "active": 60,
        "layers": 70,
        "hidden": 7168,
        "heads": 64,
        "kv_heads": 8,
        "head_dim": 128,
        "experts": 128,
        "experts_per_token": 6,
    }
    (told,), _ = judge(read({**unknown, "shape": shape}), evidence)
    assert told.method == "model" and told.rate is not None


def test_an_accelerator_nobody_knows_stays_unknown(evidence: Evidence) -> None:
    (said,), _ = judge(read({**SERVED, "accelerator": "Cerebras WSE-3"}), evidence)
    assert (said.method, said.rate) == ("unknown", None)
    assert "Cerebras WSE-3" in said.why


def test_a_precision_that_is_left_out_is_that_of_the_weights(evidence: Evidence) -> None:
    case = {**SERVED, "model": "openai/gpt-oss-120b", "precision": None, "accelerator_count": 1}
    (said,), _ = judge(read(case), evidence)
    assert said.rate is not None
    (wrong,), _ = judge(read({**SERVED, "precision": "3.5-bit"}), evidence)
    assert "no precision" in wrong.why


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[", "cases.json:1:2: this is not JSON"),
        (b'[{"case_id": "a"},]', "this is not JSON"),
        (b'[{"case_id": "a"}] x', "cases.json:1:20: this is not JSON: Extra data"),
        (b"\xff", "cases.json: this is not UTF-8"),
        (b'{"a": 1}', "must be a JSON list"),
        (b"[\n 1]", "cases.json:2:2: case 1 must be an object"),
        (b'[\n  {"case_id": "a"}]', "cases.json:2:3: case a: 'accelerator' is missing"),
        (b'[{"case_id": "a",\n  "isl": -1}]', "cases.json:2:3: case a: 'isl' must be a number"),
        (b'{"cases": [{"case_id": "a",\n "tp_size": 0}]}', "cases.json:2:2: case a: 'tp' must be"),
        (json.dumps([SERVED, SERVED]).encode(), "two cases are called 'a'"),
        (json.dumps([{**SERVED, "isl": -1}]).encode(), "'isl' must be a number above zero"),
        (json.dumps([{**SERVED, "isl": "many"}]).encode(), "'isl' must be a number"),
        (json.dumps([{**SERVED, "accelerator_count": 1.5}]).encode(), "must be whole"),
        (json.dumps([{**SERVED, "shape": {"totl": 1}}]).encode(), "a shape has no 'totl'"),
        (json.dumps([{**SERVED, "shape": {"total": 1}}]).encode(), "missing"),
    ],
)
def test_a_broken_file_says_where(data: bytes, words: str) -> None:
    assert any(words in text for text in mistakes(data))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"scenario": "offlin"}, "'offlin' is no known scenario"),
        ({"scenario": "concurrency"}, "no number of requests at once is given"),
        ({"scenario": "c8"}, "need isl and osl"),
        ({"precision": "fp6"}, "'fp6' is no precision"),
        ({"accelerator": "Gaudi 9"}, "nothing is known of the accelerator 'Gaudi 9'"),
        ({"accelerator": "MI300X and MI325X"}, "nothing is known of the accelerator"),
        ({"model": "acme-9b"}, "the model 'acme-9b' is not known"),
    ],
)
def test_what_is_not_known_is_said_of_that_case_alone(
    evidence: Evidence, changed: dict[str, object], why: str
) -> None:
    (known, unknown), report = judge(
        read(OFFLINE, {**OFFLINE, "case_id": "c", **changed}), evidence
    )
    assert known.method == "measured" and report is not None and report.all.rows == 1
    assert (unknown.method, unknown.rate, unknown.ratio) == ("unknown", None, None)
    assert why in unknown.why


def test_without_a_precision_the_widest_that_fits_is_meant(evidence: Evidence) -> None:
    """DeepSeek-R1 at 16 bit needs 1,342 GB; eight H200 hold it at 8 bit."""
    unsaid, said = ({**SERVED, "case_id": str(p), "precision": p} for p in (None, "fp8"))
    (one, other), _ = judge(read(unsaid, said), evidence)
    assert one.token_ms == other.token_ms
    small = {**unsaid, "model": "meta-llama/Llama-3.1-8B-Instruct"}
    (narrow, wide), _ = judge(read(small, {**small, "case_id": "b", "precision": "bf16"}), evidence)
    assert narrow.token_ms == wide.token_ms


def test_replicas_share_the_requests(evidence: Evidence) -> None:
    """Eight devices in replicas of four answer as one of them does with half of the requests."""
    half = {**SERVED, "accelerator": "B200", "precision": "fp4", "accelerator_count": 4}
    pair = {**half, "case_id": "b", "accelerator_count": 8, "tp": 4, "concurrency": 32}
    (one, two), _ = judge(read(half, pair), evidence)
    assert two.token_ms == one.token_ms
    assert two.rate.value == pytest.approx(2 * one.rate.value)


def test_the_devices_of_one_replica_are_all_where_no_number_is_given() -> None:
    case = {key: value for key, value in SERVED.items() if key != "accelerator_count"}
    assert read({**case, "tp": 4})[0].accelerator_count == 4


def test_a_benchmark_is_known_by_its_lengths_too(evidence: Evidence) -> None:
    """Its published means may be rounded; requests twice as long are others."""
    (mean, longer), _ = judge(
        read(
            {**OFFLINE, "isl": 300, "osl": 300},
            {**OFFLINE, "case_id": "long", "isl": 2000, "osl": 2000},
        ),
        evidence,
    )
    assert mean.method == "measured"
    assert longer.method != "measured"


def test_all_mistakes_come_at_once() -> None:
    found = mistakes(json.dumps([{**SERVED, "isl": 0, "osl": "x"}, {"case_id": "c"}]).encode())
    assert len(found) >= 5


def test_a_scenario_may_hold_its_figures() -> None:
    flat = {"scenario": "concurrency", "concurrency": 32, "isl": 1000, "osl": 500}
    nested = {"scenario": {"concurrency": 32, "isl": 1000, "osl": 500}}
    base = {
        "case_id": "a",
        "accelerator": "H100",
        "accelerator_count": 8,
        "model": "llama-3.1-70b",
        "precision": "fp8",
        "tpot_ms": 12.5,
    }
    assert read({**base, **flat}) == read({**base, **nested})
