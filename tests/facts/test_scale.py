"""The budgets of the ledger's benchmark hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.full
def test_the_benchmark_stays_within_its_budgets(checkout: Path) -> None:
    script = checkout / "tests" / "benchmarks" / "bench_ledger.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, cwd=checkout, timeout=300, check=False,
        env={"PYTHONPATH": str(checkout), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"100,000 facts" in done.stdout
