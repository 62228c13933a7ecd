"""The ledger reads, agrees with the catalogue, and reports each mistake at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.estimate.evidence import Evidence
from advisor.estimate.measured import read_evidence
from advisor.estimate.refit_text import as_yaml
from advisor.estimate.subjects import device_subject, model_subject
from advisor.knowledge.physical import Device
from advisor.language.rulebase import load_rule_base
from tests.estimate.conftest import RULES

FOLDER = RULES / "measured"
FILES = {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.yaml"))}


def problems(**changed: bytes) -> list[str]:
    files = {f"measured/{name}": data for name, data in FILES.items()}
    files |= {f"measured/{name.replace('__', '-')}.yaml": data for name, data in changed.items()}
    with pytest.raises(RuleBaseError) as caught:
        read_evidence(files)
    return [f"{p.place}: {p.message}" for p in caught.value.problems]


def test_the_shipped_ledger_reads(evidence: Evidence) -> None:
    assert len(evidence.series) > 700
    assert sum(len(series.points) for series in evidence.series) > 2700
    assert {row.scenario for row in evidence.throughput} == {
        "offline",
        "server",
        "interactive",
        "saturated",
        "batch",
    }
    assert set(evidence.calibration.bands) >= {"measured", "interpolated", "model", "model-new"}


def test_every_row_names_its_source_and_date(evidence: Evidence) -> None:
    assert all(series.source and series.date for series in evidence.series)
    assert all(row.source and row.date for row in evidence.throughput)


def test_a_calibration_is_written_as_it_is_read(evidence: Evidence) -> None:
    shipped = RULES / "measured" / "coefficients.yaml"
    assert as_yaml(evidence.calibration) == shipped.read_text(encoding="utf-8")


def test_the_catalogue_agrees_with_what_was_measured(evidence: Evidence) -> None:
    """Both describe the same models and devices; rounding apart they must not differ."""
    knowledge = load_rule_base(RULES)
    compared = 0
    for name, measured in evidence.models.items():
        model = knowledge.models.get(name)
        subject = model_subject(model).shape if model is not None else None
        if subject is None:
            continue
        compared += 1
        assert subject.total == pytest.approx(measured.total, rel=0.06), name
        assert subject.active == pytest.approx(measured.active, rel=0.06), name
        for field in ("layers", "hidden", "heads", "kv_heads", "head_dim", "experts"):
            assert getattr(subject, field) == getattr(measured, field), (name, field)
        assert subject.attention == measured.attention
        assert subject.layer_tokens(5000) == measured.layer_tokens(5000)
    for name, device in evidence.devices.items():
        found = (
            device_subject(knowledge.accelerators[name])
            if name in (knowledge.accelerators)
            else None
        )
        if found is None:
            continue
        compared += 1
        for field in ("memory", "bandwidth", "bf16", "fp8", "link"):
            assert getattr(found, field) == pytest.approx(getattr(device, field), rel=0.06), (
                name,
                field,
            )
    assert compared > 20


def test_a_catalogue_model_without_measurements_gets_its_shape_from_its_claims(
    evidence: Evidence,
) -> None:
    knowledge = load_rule_base(RULES)
    shape = model_subject(knowledge.models["kimi-k2"], evidence).shape
    assert shape is not None and shape.is_latent and shape.experts == 384
    assert (
        model_subject(knowledge.models["deepseek-r1"], evidence).shape
        is (evidence.models["deepseek-r1"])
    )


def test_a_model_without_an_architecture_says_what_to_give() -> None:
    knowledge = load_rule_base(RULES)
    found = model_subject(knowledge.models["claude-opus-4.1"])
    assert found.shape is None
    assert found.words.startswith("give the number of parameters, the number of layers")
    assert found.words.endswith("and the KV heads")


def test_an_accelerator_of_another_kind_belongs_to_no_measured_family(
    evidence: Evidence,
) -> None:
    knowledge = load_rule_base(RULES)
    found = device_subject(knowledge.accelerators["google-tpu-v6e"], evidence)
    assert isinstance(found, Device) and found.family == "other"


def test_mistakes_stand_at_their_place_all_at_once() -> None:
    broken = (
        b"- model: deepseek-r2\n"
        b"  precision: 8-bit\n"
        b"  devices: eight\n"
        b"  input: 1024\n"
        b"  output: 1024\n"
        b"  engin: vllm\n"
        b"  source: aiconfigurator\n"
        b"  date: 2026-01-01\n"
        b"  points: [8 10 20, 4 9 x]\n"
    )
    found = problems(serving__nvidia__h100__sxm=broken)
    name = "measured/serving-nvidia-h100-sxm.yaml"
    assert f"{name}:1:10: 'deepseek-r2' is no model" in found
    assert f"{name}:3:12: 'devices' must be a number above zero" in found
    assert f"{name}:6:3: an entry has no 'engin'" in found
    assert any("needs 'engine'" in text for text in found)
    assert any(":9:" in text and "numbers above zero" in text for text in found)


def test_points_must_rise_and_a_rate_must_be_ordered() -> None:
    series = (
        b"- {model: glm-5, precision: fp4, devices: 8, input: 1, output: 1, engine: vllm,\n"
        b"   source: aiconfigurator, date: 2026-01-01, points: [8 10, 4 9]}\n"
    )
    assert any("must rise" in text for text in problems(serving__nvidia__gb300=series))
    rates = (
        b"- {benchmark: x, scenario: offline, model: glm-5, device: nvidia-gb300, devices: 8,\n"
        b"   precision: fp4, rate: [3, 2, 1], entries: 1, source: aiconfigurator, date: x}\n"
    )
    assert any("[lowest, median, highest]" in text for text in problems(throughput=rates))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("coefficients", b"serving: {read: 1}\n", "serving needs 'cache'"),
        ("coefficients", b"- 1\n", "should be a map"),
        ("subjects", b"models: []\ndevices: []\n", "needs 'sources'"),
        ("throughput", b"a: b\n", "should be a list"),
        ("extra", b"- 1\n", "has no such file"),
        ("serving__unheard__of", b"[]\n", "no device 'unheard-of'"),
    ],
)
def test_a_broken_file_is_reported(name: str, data: bytes, words: str) -> None:
    assert any(words in text for text in problems(**{name: data}))


def test_a_ledger_without_coefficients_is_incomplete() -> None:
    with pytest.raises(RuleBaseError, match=r"needs coefficients\.yaml"):
        read_evidence({"measured/subjects.yaml": FILES["subjects.yaml"]})


def test_the_folder_is_described() -> None:
    text = (FOLDER / "README.md").read_text()
    assert all(Path(name).name.split("-")[0] in text for name in FILES)
