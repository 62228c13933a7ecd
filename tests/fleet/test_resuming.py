"""An interrupted run goes on where it was; what was half done is never trusted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.fleet.parts import Parts
from advisor.fleet.work import Part
from tests.fleet.conftest import AS_OF, SMALL, TABLE

PART = Part(0, "rows", b"a,b\n1,2\n", b"r\n", 1, 1, {"workloads": {"x": 1}})


def many_rows(path: Path, times: int) -> Path:
    header, *rows = TABLE.splitlines()
    path.write_text("\n".join([header, *(rows * times)]) + "\nbad,x\n", encoding="utf-8")
    return path


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    words = ["batch", "fleet.csv", "--output", "out.csv", "--rules", str(SMALL), "--as-of", AS_OF]
    environment = {
        **os.environ,
        "PYTHONPATH": str(SMALL.parents[2]),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "advisor", *words, *more],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_parts(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    parts = folder / ".out.csv.parts"
    until = time.monotonic() + 60
    while len(list(parts.glob("*-????????"))) < count and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)


def whole_run(folder: Path) -> tuple[bytes, bytes]:
    process = start(folder)
    assert process.wait(120) == 0
    return (folder / "out.csv").read_bytes(), (folder / "out.csv.rejects.csv").read_bytes()


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    many_rows(tmp_path / "whole" / "fleet.csv", 8_000)
    many_rows(tmp_path / "cut" / "fleet.csv", 8_000)
    expected = whole_run(tmp_path / "whole")
    process = start(tmp_path / "cut")
    wait_for_parts(tmp_path / "cut", 2, process)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut" / "out.csv").exists()
    again = start(tmp_path / "cut")
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0
    assert b"taken over from an earlier run" in err
    found = (tmp_path / "cut" / "out.csv").read_bytes()
    assert (found, (tmp_path / "cut" / "out.csv.rejects.csv").read_bytes()) == expected
    assert not (tmp_path / "cut" / ".out.csv.parts").exists()


def test_an_interrupt_says_how_to_go_on(tmp_path):
    many_rows(tmp_path / "fleet.csv", 20_000)
    process = start(tmp_path, "--jobs", "2")
    wait_for_parts(tmp_path, 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"the same command goes on from there" in err
    assert b"Traceback" not in err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.full
def test_killed_again_and_again_it_ends_the_same(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    many_rows(tmp_path / "whole" / "fleet.csv", 8_000)
    many_rows(tmp_path / "cut" / "fleet.csv", 8_000)
    expected = whole_run(tmp_path / "whole")
    choose = random.Random(7)
    for _ in range(20):
        process = start(tmp_path / "cut")
        try:
            process.wait(choose.uniform(0.3, 2.0))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        out = tmp_path / "cut" / "out.csv"
        if out.exists():
            assert out.read_bytes() == expected[0]
            out.unlink()
            (tmp_path / "cut" / "out.csv.rejects.csv").unlink(missing_ok=True)
    (tmp_path / "cut" / "out.csv").unlink(missing_ok=True)
    (tmp_path / "cut" / "out.csv.rejects.csv").unlink(missing_ok=True)
    assert whole_run(tmp_path / "cut") == expected


def test_a_part_is_found_again(tmp_path):
    parts = Parts(tmp_path / "parts", "0" * 16)
    parts.open()
    parts.keep(PART)
    assert parts.load(0) == PART
    known = parts.finished(0, "rows")
    assert known is not None
    assert (known.decided, known.rejected, known.tally) == (1, 1, PART.tally)


def test_a_part_of_other_rows_or_other_work_does_not_count(tmp_path):
    parts = Parts(tmp_path / "parts", "0" * 16)
    parts.open()
    parts.keep(PART)
    assert parts.finished(0, "other rows") is None
    assert parts.finished(1, "rows") is None
    assert Parts(tmp_path / "parts", "1" * 16).finished(0, "rows") is None


@pytest.mark.parametrize("cut", range(0, 320, 7))
def test_a_part_that_was_cut_or_changed_does_not_count(tmp_path, cut):
    parts = Parts(tmp_path / "parts", "0" * 16)
    parts.open()
    parts.keep(PART)
    (path,) = (tmp_path / "parts").iterdir()
    data = path.read_bytes()
    if cut >= len(data):
        path.write_bytes(data + b"x")
    else:
        path.write_bytes(data[:cut])
    assert parts.finished(0, "rows") is None
    with pytest.raises(OSError, match="changed or removed"):
        parts.load(0)
    flipped = bytearray(data)
    flipped[min(cut, len(data) - 1)] ^= 1
    path.write_bytes(flipped)
    assert parts.finished(0, "rows") is None


def test_other_answers_for_all_begin_anew(program, tmp_path):
    many_rows(tmp_path / "fleet.csv", 10)
    program("batch", "fleet.csv", "--output", "a.csv")
    Path("common.yaml").write_text("format: 1\nanswers: {residency: eu}\n")
    left = Path(".b.csv.parts")
    left.mkdir()
    (left / f"{'0' * 16}-00000000").write_bytes(b"{}\n")
    program("batch", "fleet.csv", "--output", "b.csv", "--answers", "common.yaml")
    assert Path("b.csv").exists()
    assert not left.exists()
