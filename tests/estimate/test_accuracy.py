"""The published error: rows judged without themselves, against a plain roofline, and gated.

A gate is a little above what was reached when it was set; it fails when an error grows.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from textwrap import dedent

import pytest
from msgspec.structs import replace

from advisor.estimate.accuracy import cross_validate, roofline_ms
from advisor.estimate.accuracy_report import Checked, report, spread
from advisor.estimate.evidence import Evidence
from advisor.estimate.measured import load_evidence

RULES = Path(__file__).parents[2] / "rules"
TOKENS = ("serving", "prompts apart", "rack", "drafted tokens")


def of(checked: tuple[Checked, ...], *scenarios: str) -> list[Checked]:
    return [c for c in checked if c.scenario in scenarios]


def factor(checked: list[Checked]) -> float:
    """By how much half of the rows are off at most."""
    return median(max(c.ratio, 1 / c.ratio) for c in checked)


@pytest.fixture(scope="module")
def thinned(evidence: Evidence) -> Evidence:
    """Every third series: a quick look at the same gates."""
    return replace(evidence, series=evidence.series[::3])


@pytest.mark.parametrize("by", ["model", "device"])
def test_a_third_of_the_rows_keeps_the_gates(thinned: Evidence, by: str) -> None:
    checked = cross_validate(thinned, by)
    tokens = spread(of(checked, *TOKENS))
    assert tokens.rows > 700
    assert tokens.error <= 0.155
    assert tokens.within["x1.35"] >= 0.78
    assert 0.7 <= tokens.covered <= 0.9
    assert tokens.roofline > 3 * tokens.error
    assert factor(of(checked, "offline")) <= 1.36


@pytest.mark.full
@pytest.mark.parametrize(
    ("by", "error", "within"), [("model", 0.142, 0.835), ("device", 0.142, 0.815)]
)
def test_all_rows_reach_the_targets(
    evidence: Evidence, by: str, error: float, within: float
) -> None:
    checked = cross_validate(evidence, by)
    tokens = spread(of(checked, *TOKENS))
    assert tokens.rows > 2700
    assert tokens.error <= error <= 0.15
    assert tokens.within["x1.35"] >= within >= 0.8
    assert 0.76 <= tokens.covered <= 0.84
    racks = [c for c in of(checked, *TOKENS) if "gb" in c.device]
    assert spread(racks).error <= 0.18
    assert factor(of(checked, "offline")) <= 1.3
    assert factor([c for c in checked if c.device.startswith("amd")]) <= 1.3
    assert factor(of(checked, "saturated")) <= 1.25


@pytest.mark.full
def test_the_command_that_is_documented_makes_the_shipped_coefficients(
    evidence: Evidence, tmp_path: Path
) -> None:
    page = (RULES / "measured" / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r'^ +python -c "\n.*?^ +"$', page, re.MULTILINE | re.DOTALL)
    command = dedent(written).replace("YYYY-MM-DD", "2026-11-22")
    shutil.copytree(RULES / "measured", tmp_path / "rules" / "measured")
    subprocess.run(
        ["sh", "-c", command.replace("python", shlex.quote(sys.executable), 1)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(RULES.parent)},
        check=True,
    )
    again = load_evidence(tmp_path / "rules").calibration
    assert again.fitted == "2026-11-22"
    for name in again.serving.__struct_fields__:
        for part in ("serving", "saturated", "tuned"):
            shipped = getattr(getattr(evidence.calibration, part), name)
            assert getattr(getattr(again, part), name) == pytest.approx(shipped, rel=0.02), name
    assert again.levels == pytest.approx(evidence.calibration.levels, rel=0.02)
    assert again.rows == evidence.calibration.rows
    for name, band in evidence.calibration.bands.items():
        assert again.bands[name].low == pytest.approx(band.low, rel=0.03), name
        assert again.bands[name].high == pytest.approx(band.high, rel=0.03), name


def checked(ratio: float, *, inside: bool | None = True, device: str = "d") -> Checked:
    return Checked(
        f"{device}{ratio}", device, "m", "dense", "8-bit", "serving", "model",
        ratio, abs(ratio - 1), 0.5, inside,
    )  # fmt: skip


def test_a_report_counts_what_it_says() -> None:
    rows = [checked(1.0), checked(1.2), checked(0.7, inside=False), checked(3.0, inside=None)]
    found = report([*rows, checked(1.0, device="e")])
    assert found.all.rows == 5
    assert found.all.error == pytest.approx(0.2)
    assert found.all.within == {"x1.25": 0.6, "x1.35": 0.6, "x1.5": 0.8, "x2": 0.8}
    assert found.all.covered == 0.75
    assert found.groups["device"]["e"].rows == 1
    assert found.worst[0].ratio == 3.0


def test_nothing_to_compare_is_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        spread([])


def test_the_plain_roofline_is_bytes_over_bandwidth(evidence: Evidence) -> None:
    model, device = evidence.models["llama-3.1-8b"], evidence.devices["nvidia-h100-sxm"]
    alone = roofline_ms(model, device, "16-bit", 1, 1, 0.001)
    assert alone == pytest.approx(model.dense * 2 / 3350 * 1000, rel=1e-4)
    busy = roofline_ms(model, device, "8-bit", 1, 4096, 0.001)
    assert busy == pytest.approx(2 * model.active * 4096 / 1979)


def test_held_back_rows_are_not_their_own_judges(thinned: Evidence) -> None:
    """Spoiling the rows of one model changes nothing of what is predicted for them."""
    spoilt = replace(
        thinned,
        series=tuple(
            replace(s, points=tuple(replace(p, token_ms=p.token_ms * 5) for p in s.points))
            if s.model == "kimi-k2.5"
            else s
            for s in thinned.series
        ),
        throughput=(),
    )
    honest = replace(thinned, throughput=())

    def predicted(evidence: Evidence) -> list[float]:
        by_series = {id(s): s for s in evidence.series}
        assert by_series
        return [c.error for c in cross_validate(evidence, "model") if c.model == "kimi-k2.5"]

    before, after = predicted(honest), predicted(spoilt)
    # Five times the measured time, the same prediction: p/(5m) = (p/m)/5.
    for was, now in zip(before, after, strict=True):
        assert any(abs(now - abs((1 + sign * was) / 5 - 1)) < 1e-9 for sign in (1, -1))
