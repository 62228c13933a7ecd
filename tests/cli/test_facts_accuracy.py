"""``advisor facts accuracy``: cases in, predictions, bands and a summary out."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from advisor.cli.facts_accuracy import command

CASES = [
    {
        "case_id": "known",
        "accelerator": "b200_sxm",
        "accelerator_count": 8,
        "model": "deepseek-ai/DeepSeek-R1",
        "precision": "fp4",
        "scenario": "concurrency",
        "concurrency": 32,
        "isl": 1024,
        "osl": 1024,
        "tpot_ms": 15.0,
    },
    {
        "case_id": "nobody-knows",
        "accelerator": "b200_sxm",
        "accelerator_count": 8,
        "model": "no-such-model-9b",
        "precision": "fp8",
        "scenario": "offline",
        "measured_output_tokens_per_s": 1000,
    },
]


@pytest.fixture
def run(tmp_path):
    def call(cases: object, *options: str):
        path = tmp_path / "cases.json"
        path.write_text(cases if isinstance(cases, str) else json.dumps(cases), encoding="utf-8")
        return CliRunner().invoke(command, ["--cases", str(path), *options])

    return call


def test_every_case_comes_out_by_its_id_with_prediction_band_method_and_ratio(run):
    result = run(CASES, "--format", "json")
    data = json.loads(result.stdout)
    assert data["format"] == "advisor-accuracy-1"
    known, unknown = data["cases"]
    assert known["case_id"] == "known"
    low, high = known["band"]
    assert low < known["predicted_output_tokens_per_s"] < high
    assert known["method"] in {"measured", "interpolated", "model"}
    assert known["ratio"] == pytest.approx(15.0 / known["predicted_tpot_ms"], rel=1e-4)
    assert unknown["method"] == "unknown"
    assert unknown["predicted_output_tokens_per_s"] is None and unknown["ratio"] is None
    assert data["summary"]["all"]["rows"] == 1


def test_the_text_names_what_was_not_compared_and_what_to_give_instead(run):
    result = run(CASES)
    assert "nobody-knows" in result.stdout
    assert "layers" in " ".join(result.stdout.split())


def test_nothing_to_compare_is_said(run):
    result = run(CASES[1:])
    assert "Nothing here can be compared" in result.stdout


@pytest.mark.parametrize("content", ["", "[", '{"cases": 3}', '[{"case_id": "x"}]', "[1]"])
def test_a_broken_file_is_a_data_error_and_prints_nothing(run, content):
    from advisor.errors import DataError

    result = run(content)
    assert isinstance(result.exception, DataError)
    assert result.stdout == ""
