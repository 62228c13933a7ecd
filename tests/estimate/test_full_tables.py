"""The estimates against the full public tables, where somebody has put them.

``ADVISOR_SNAPSHOTS`` names a directory with ``aiconfigurator/silicon_sample.csv``,
``mlperf-inference/llm_datacenter_closed.csv``, ``tensorrt-llm/perf_overview.csv`` and
``dstack-benchmarks/llama405b_h100_vs_mi300x_throughput.csv``.  Without it these tests are skipped.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from advisor.estimate.accuracy import judge
from advisor.estimate.cases import Case
from advisor.estimate.evidence import Evidence

ROOT = os.environ.get("ADVISOR_SNAPSHOTS", "")
pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not Path(ROOT, "aiconfigurator").is_dir(), reason="no public tables here"),
]


def table(*parts: str) -> Iterator[dict[str, str]]:
    path = Path(ROOT, *parts)
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def served() -> Iterator[Case]:
    """Shared replicas of the measured sample, each measurement once, as the columns say."""
    seen = set()
    for index, row in enumerate(table("aiconfigurator", "silicon_sample.csv")):
        told = re.search(r"silicon_concurrency=(\d+)", row["silicon_data_source"])
        key = row["silicon_tpot_ms"], row["silicon_ttft_ms"]
        if row["mode"] != "agg" or told is None or key in seen:
            continue
        seen.add(key)
        devices = 1
        for column in ("tp_size", "pp_size", "attention_dp_size"):
            devices *= max(1, int(float(row[column] or 1)))
        yield Case(
            case_id=str(index),
            accelerator=row["system"],
            accelerator_count=devices,
            model=row["model_path"],
            precision=row["precision"] or None,
            scenario="concurrency",
            concurrency=float(told.group(1)),
            isl=float(row["isl"]),
            osl=float(row["osl"]),
            tpot_ms=float(row["silicon_tpot_ms"]),
            ttft_ms=float(row["silicon_ttft_ms"]),
        )


def loaded() -> Iterator[Case]:
    for index, row in enumerate(table("mlperf-inference", "llm_datacenter_closed.csv")):
        if row["units"].startswith("Samples") or float(row["accelerators_total"] or 0) < 1:
            continue
        yield Case(
            case_id=str(index),
            accelerator=row["accelerator"],
            accelerator_count=int(float(row["accelerators_total"])),
            model=row["model"],
            precision=row["weight_data_types"],
            scenario=row["scenario"].lower(),
            measured_output_tokens_per_s=float(row["result"]),
        )


def factors(cases: Iterator[Case], evidence: Evidence) -> list[float]:
    predictions, _ = judge(cases, evidence)
    return [max(p.ratio, 1 / p.ratio) for p in predictions if p.ratio is not None]


def test_the_measured_sample(evidence: Evidence) -> None:
    found = factors(served(), evidence)
    assert len(found) > 2700
    assert median(found) <= 1.05
    assert sum(f <= 1.35 for f in found) / len(found) >= 0.87


def test_offline_throughput(evidence: Evidence) -> None:
    cases = [case for case in loaded() if case.scenario == "offline"]
    found = factors(iter(cases), evidence)
    assert len(found) > 200
    assert median(found) <= 1.1
    amd = factors(iter([c for c in cases if c.accelerator.startswith("AMD")]), evidence)
    assert len(amd) > 30 and median(amd) <= 1.2


def test_scenarios_with_latency_limits(evidence: Evidence) -> None:
    cases = [case for case in loaded() if case.scenario != "offline"]
    found = factors(iter(cases), evidence)
    assert len(found) > 250
    assert median(found) <= 1.1


def test_maximum_load(evidence: Evidence) -> None:
    cases = [
        Case(
            case_id=str(index),
            accelerator=row["gpu"],
            accelerator_count=int(row["gpus"]),
            model=row["model"],
            precision=row["weight_precision"],
            scenario="offline",
            isl=float(row["isl"]),
            osl=float(row["osl"]),
            measured_output_tokens_per_s=float(row["output_tokens_per_s_per_gpu"])
            * int(row["gpus"]),
        )
        for index, row in enumerate(table("tensorrt-llm", "perf_overview.csv"))
    ]
    found = factors(iter(cases), evidence)
    assert len(found) > 130
    assert median(found) <= 1.1


def test_amd_against_nvidia_at_equal_software_age(evidence: Evidence) -> None:
    cases = [
        Case(
            case_id=str(index),
            accelerator=row["accelerator"],
            accelerator_count=int(row["accelerator_count"]),
            model=row["model"],
            precision="fp8",
            scenario="concurrency",
            concurrency=float(row["num_requests"]),
            isl=float(row["isl"]),
            osl=float(row["osl"]),
            measured_output_tokens_per_s=float(row["output_tokens_per_s"]),
        )
        for index, row in enumerate(
            table("dstack-benchmarks", "llama405b_h100_vs_mi300x_throughput.csv")
        )
        if row["accelerator"] == "MI300X"
    ]
    found = factors(iter(cases), evidence)
    assert len(found) > 30
    assert median(found) <= 1.5
