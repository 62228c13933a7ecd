"""Files far beyond any size: refused within 5 seconds of processor time and 500 MB."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.measuring import launched, used
from tests.trust.conftest import AS_OF, CHECKOUT, SMALL

MOST_BYTES = 500 * 1024 * 1024
MOST_SECONDS = 5
SWOLLEN = 100 * 1024 * 1024


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    seconds: float
    memory: int


def run(folder: Path, *words: str, rules: Path = SMALL) -> Ended:
    """The program in a process of its own, and what that took of processor time and memory."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "HOME": str(folder)}
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        environment[f"XDG_{name}_HOME"] = str(folder / name.lower())
    command = [sys.executable, "-m", "advisor", *words, "--rules", str(rules), "--as-of", AS_OF]
    out, err, note = folder / "stdout", folder / "stderr", folder / "used"
    with out.open("wb") as to_out, err.open("wb") as to_err:
        code = subprocess.call(
            launched(command, note),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=to_out,
            stderr=to_err,
        )
    took = used(note)
    return Ended(code, out.read_text("utf-8"), err.read_text("utf-8"), took.seconds, took.memory)


SHAPES = {
    "one line": b"x",
    "one number": b"9",
    "brackets": b"[",
    "empty lists": b"[],",
    "short lines": b"a\n",
    "cells": b"1,",
    "quotes": b'"',
    "entries": b"- a\n",
    "maps": b'{"a": 1.5},',
}
HEADS = {
    "answers.yaml": b"answers: ",
    "answers.json": b'{"answers": [',
    "fleet.csv": b"id,use-case\n",
    "fleet.jsonl": b'{"id": [',
    "log.jsonl": b'{"model": [',
    "map.yaml": b"columns: [",
    "cases.json": b"[",
    "results.yaml": b"results: [",
    "results.json": b'{"results_of": [',
    "catalogue.json": b'{"a": [',
    "settings.toml": b"theme = [",
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "answers.yaml": ("recommend", "answers.yaml"),
    "answers.json": ("recommend", "answers.json"),
    "fleet.csv": ("batch", "fleet.csv", "--output", "out.csv", "--force", "--quiet"),
    "fleet.jsonl": ("batch", "fleet.jsonl", "--output", "out.csv", "--force", "--quiet"),
    "log.jsonl": ("fleet", "profile", "log.jsonl"),
    "map.yaml": ("batch", "t.csv", "--output", "out.csv", "--force", "--mapping", "map.yaml"),
    "cases.json": ("facts", "accuracy", "--cases", "cases.json"),
    "results.yaml": ("recommend", "good.yaml", "--measured", "results.yaml"),
    "results.json": ("recommend", "good.yaml", "--measured", "gpu-cluster=results.json"),
    "catalogue.json": ("facts", "import", "models.dev", "catalogue.json"),
}


def swell(path: Path, head: bytes, piece: bytes, size: int) -> None:
    block = piece * (1024 * 1024 // len(piece))
    with path.open("wb") as stream:
        stream.write(head)
        for _ in range(size // len(block)):
            stream.write(block)


def check(folder: Path, name: str, size: int, shape: str) -> None:
    (folder / "good.yaml").write_text("answers: {use-case: chat}\n")
    (folder / "t.csv").write_text("id,use-case\na,chat\n")
    path = folder / name
    swell(path, HEADS[name], SHAPES[shape], size)
    rules = CHECKOUT / "rules" if name in ("cases.json", "catalogue.json") else SMALL
    ended = run(folder, *COMMANDS[name], rules=rules)
    path.unlink()
    told = f"{name}, {size} of {shape}: {ended.seconds:.1f} s, {ended.memory >> 20} MB\n"
    told += ended.err[-1500:]
    assert "Traceback" not in ended.err and "internal error" not in ended.err, told
    assert ended.memory < MOST_BYTES, told
    assert ended.seconds < MOST_SECONDS, told
    assert ended.code == 3, f"exit {ended.code}: {told}"
    assert ended.out == "" and name in ended.err, told


def sizes(name: str) -> Iterator[int]:
    """What is refused unread, and nearly the largest that is read."""
    from advisor.cli.fetch import LARGEST as CATALOGUE
    from advisor.cli.inputs import LARGEST as ANSWERS
    from advisor.estimate.results import LARGEST as RESULTS

    yield SWOLLEN
    if name.startswith("results"):
        yield RESULTS - 4096
    elif name.startswith("catalogue"):
        yield CATALOGUE - 4096
    elif not name.startswith(("fleet", "log")):
        yield ANSWERS - 4096


LINEWISE = ("fleet", "log")


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        (name, shape)
        for name in COMMANDS
        for shape, data in SHAPES.items()
        # Many short rows are what a table is; tests/fleet holds its memory.
        if not (name.startswith(LINEWISE) and b"\n" in data)
    ],
)
def test_no_swollen_file_is_too_much(name: str, shape: str, tmp_path: Path) -> None:
    for size in sizes(name):
        check(tmp_path, name, size, shape)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("answers.json", "one line"), ("fleet.csv", "cells"), ("results.json", "empty lists")],
)
def test_few_swollen_files_are_too_much(name: str, shape: str, tmp_path: Path) -> None:
    check(tmp_path, name, SWOLLEN, shape)


@pytest.mark.full
@pytest.mark.parametrize("shape", ["one line", "brackets", "empty lists", "entries", "maps"])
def test_no_swollen_rule_file_is_too_much(shape: str, tmp_path: Path) -> None:
    from advisor.knowledge.layout import LARGEST_FILE

    for size in (SWOLLEN, LARGEST_FILE - 4096):
        root = tmp_path / "rules"
        shutil.copytree(SMALL, root)
        swell(root / "criteria" / "latency.yaml", b"- [", SHAPES[shape], size)
        ended = run(tmp_path, "rules", "check", rules=root)
        told = f"{size} of {shape}: {ended.seconds:.1f} s, {ended.memory >> 20} MB\n"
        told += ended.err[-1500:]
        assert ended.code == 4, told
        assert "internal error" not in ended.err, told
        assert ended.memory < MOST_BYTES, told
        assert ended.seconds < MOST_SECONDS, told
        shutil.rmtree(root)
