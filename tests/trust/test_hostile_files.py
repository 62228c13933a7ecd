"""Whatever a file holds: no traceback, the promised exit code, a message that says where.

Each kind of file that the program reads is given as some 260 hostile variants of a good one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.trust.conftest import CHECKOUT, CONTROL, SMALL
from tests.trust.hostile import variants

ANSWERS = b"""\
format: 1
answers:
  use-case: chat
  model-size: 70B
  requests-per-day: 20000
  certifications: [soc2]
  residency: us
weights: {cost: more}
prices:
  gpu-cluster: {gpu-hour: 2.5}
"""

JSON_ANSWERS = b"""\
{"format": 1, "answers": {"use-case": "chat", "model-size": "70B", "requests-per-day": 20000,
"certifications": ["soc2"], "residency": "us"}, "weights": {"cost": "more"},
"prices": {"gpu-cluster": {"gpu-hour": 2.5}}}
"""

TABLE = b"""\
id,use-case,model-size,requests-per-day,output-tokens,certifications
a,chat,8B,1000,200,[]
b,batch,400B,2000000,900,soc2;hipaa-baa
c,"[chat, batch]",,50 to 90000,,
"""

LINES = b"""\
{"id": "a", "use-case": "chat", "model-size": "8B", "requests-per-day": 1000}
{"id": "b", "use-case": ["chat", "batch"], "certifications": ["soc2"]}
{"id": "c", "requests-per-day": "50 to 90000", "residency": "eu"}
"""

LOG = b"""\
{"team_id": "t", "api_key": "k", "model": "atlas", "startTime": "2026-11-01T10:30:00Z", \
"prompt_tokens": 100, "completion_tokens": 20, "spend": 0.01}
{"team_id": "t", "api_key": "k", "model": "atlas", "startTime": "2026-11-02T10:30:00Z", \
"prompt_tokens": 100, "completion_tokens": 20, "spend": 0.01}
"""

MEASUREMENTS = json.dumps(
    [
        {
            "case_id": "one",
            "accelerator": "H100",
            "accelerator_count": 8,
            "model": "llama-3.1-70b",
            "precision": "fp8",
            "scenario": "concurrency",
            "concurrency": 32,
            "isl": 1000,
            "osl": 500,
            "measured_output_tokens_per_s": 2500,
            "tpot_ms": 12.5,
        }
    ],
    indent=1,
).encode()

MAPPING = b"""\
format: 1
columns:
  id: keep
  use-case: use-case
  model-size: model-size
"""


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, a good one, the command that reads it, the exit codes that a
    wrong one may lead to."""

    name: str
    good: bytes
    command: tuple[str, ...]
    codes: frozenset[int]
    shipped: bool = False


KINDS = {
    "answers": Kind("answers.yaml", ANSWERS, ("recommend", "FILE"), frozenset({0, 3, 5})),
    "answers in JSON": Kind(
        "answers.json", JSON_ANSWERS, ("recommend", "FILE"), frozenset({0, 3, 5})
    ),
    "answers of an interview": Kind(
        "start.yaml", ANSWERS, ("next", "FILE", "--format", "json"), frozenset({0, 3})
    ),
    "workloads": Kind(
        "fleet.csv",
        TABLE,
        ("batch", "FILE", "--output", "out.csv", "--force", "--quiet"),
        frozenset({0, 3}),
    ),
    "workloads as lines": Kind(
        "fleet.jsonl",
        LINES,
        ("batch", "FILE", "--output", "out.csv", "--force", "--quiet"),
        frozenset({0, 3}),
    ),
    "a mapping of columns": Kind(
        "map.yaml",
        MAPPING,
        ("batch", "fleet.csv", "--output", "out.csv", "--force", "--quiet", "--mapping", "FILE"),
        frozenset({0, 3}),
    ),
    "a usage log": Kind("log.jsonl", LOG, ("fleet", "profile", "FILE"), frozenset({0, 3})),
    "measurements": Kind(
        "cases.json",
        MEASUREMENTS,
        ("facts", "accuracy", "--cases", "FILE"),
        frozenset({0, 3}),
        shipped=True,
    ),
}


def check(told, codes: frozenset[int], name: str, variant: str) -> None:
    """What holds for every answer of the program."""
    assert told.code in codes, f"{variant}: exit {told.code}\n{told.err[-2000:]}"
    assert "Traceback" not in told.err, variant
    assert "internal error" not in told.err, f"{variant}: {told.err[-2000:]}"
    for text in (told.out, told.err):
        found = CONTROL.search(text)
        assert found is None, f"{variant}: {found.group()!r} reaches the terminal"
    assert len(told.err) < 200_000, f"{variant}: {len(told.err)} characters of messages"
    if told.code in (3, 4):
        assert told.out == "", variant
        assert "error[" in told.err, variant
        # A mapping may be right in itself and wrong for the table beside it.
        named = name in told.err or "--> fleet.csv" in told.err
        assert named, f"{variant}: the file is not named\n{told.err[-500:]}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_few_files_break_the_program(program: Callable[..., object], kind: Kind, tmp_path: Path):
    _try_files(program, kind, tmp_path, step=80 if kind.shipped else 12)


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_no_file_breaks_the_program(program: Callable[..., object], kind: Kind, tmp_path: Path):
    _try_files(program, kind, tmp_path, step=8 if kind.shipped else 1)


def _try_files(program, kind: Kind, tmp_path: Path, step: int) -> None:
    (tmp_path / "fleet.csv").write_bytes(TABLE)
    path = tmp_path / kind.name
    command = [str(path) if word == "FILE" else word for word in kind.command]
    rules = CHECKOUT / "rules" if kind.shipped else SMALL
    path.write_bytes(kind.good)
    good = program(*command, rules=rules)
    assert good.code in (0, 5), good.err
    tried = list(variants(kind.good))[::step]
    wrong = 0
    for variant, data in tried:
        path.write_bytes(data)
        told = program(*command, rules=rules)
        check(told, kind.codes, kind.name, variant)
        wrong += told.code != 0 or "could not be read" in told.err
        assert path.read_bytes() == data, f"{variant}: the input was changed"
    assert wrong > len(tried) / 9, "hardly any variant was found wrong: the battery misses its mark"


RULE_FILES = (
    "criteria/latency.yaml",
    "gates/compliance.yaml",
    "questions/workload.yaml",
    "offers/gpu-cluster.yaml",
    "models/catalogue.yaml",
    "derived/size.yaml",
    "method.yaml",
    "sources.yaml",
    "attributes.yaml",
    "cases/chat-startup.yaml",
)


@pytest.mark.full
@pytest.mark.parametrize("name", RULE_FILES)
def test_no_rule_file_breaks_the_program(program, name, tmp_path):
    _rule_file(program, name, tmp_path, step=5)


@pytest.mark.parametrize("name", RULE_FILES[:2])
def test_few_rule_files_break_the_program(program, name, tmp_path):
    _rule_file(program, name, tmp_path, step=24)


def _rule_file(program, name: str, tmp_path: Path, step: int) -> None:
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    path = root / name
    good = path.read_bytes()
    (tmp_path / "answers.yaml").write_bytes(ANSWERS)
    wrong = 0
    for variant, data in list(variants(good))[::step]:
        path.write_bytes(data)
        told = program("rules", "check", rules=root)
        # Warnings go to standard output: only a broken file leaves it empty.
        check_rules(told, path.name, variant)
        wrong += told.code == 4
        told = program("recommend", "answers.yaml", rules=root)
        assert told.code in (0, 3, 4, 5), f"{variant}: {told.err[-2000:]}"
        assert "Traceback" not in told.err, variant
        assert "internal error" not in told.err, f"{variant}: {told.err[-2000:]}"
    assert wrong > 80 / step


def check_rules(told, name: str, variant: str) -> None:
    """The same for ``rules check``, whose findings are its result."""
    assert told.code in (0, 4), f"{variant}: exit {told.code}\n{told.err[-2000:]}"
    assert "Traceback" not in told.err, variant
    assert "internal error" not in told.err, f"{variant}: {told.err[-2000:]}"
    for text in (told.out, told.err):
        assert CONTROL.search(text) is None, variant
    if told.code == 4:
        assert "error[" in told.out + told.err, variant


SESSION = {
    "format": "advisor-session-1",
    "name": "mine",
    "saved": "2026-11-22 10:00",
    "digest": "0" * 64,
    "answers": {"use-case": "chat", "model-size": "70B", "certifications": ["soc2"]},
    "marks": {"residency": "unknown"},
    "weights": {"cost": "more"},
    "prices": {"gpu-cluster": {"gpu-hour": "2.5"}},
    "current": "requests-per-day",
}


def session_file() -> bytes:
    return json.dumps(SESSION, indent=1).encode()


def test_few_session_files_break_the_program(program, tmp_path, monkeypatch):
    _try_sessions(program, tmp_path, monkeypatch, step=12)


@pytest.mark.full
def test_no_session_file_breaks_the_program(program, tmp_path, monkeypatch):
    _try_sessions(program, tmp_path, monkeypatch, step=1)


def _try_sessions(program, tmp_path, monkeypatch, step: int) -> None:
    import io
    import sys

    folder = tmp_path / "state" / "inference-advisor"
    folder.mkdir(parents=True)
    path = folder / "mine.session.json"
    good = session_file()
    ends = set()
    for variant, data in (("good", good), *list(variants(good))[::step]):
        path.write_bytes(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8"))
        told = program("--resume", "mine", "--plain")
        assert told.code in (0, 2, 3, 5), f"{variant}: exit {told.code}\n{told.err[-2000:]}"
        assert "Traceback" not in told.err, variant
        assert "internal error" not in told.err, f"{variant}: {told.err[-2000:]}"
        for text in (told.out, told.err):
            assert CONTROL.search(text) is None, variant
        ends.add(told.code)
        if told.code == 3:
            # What could not be read is left as it is, for whoever can mend it.
            assert path.read_bytes() == data, variant
    assert ends >= {0, 3}
