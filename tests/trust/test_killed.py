"""Killed without warning while it writes: a file is the old one or the new one, never between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.trust.conftest import AS_OF, SMALL

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
TIMES = 50


def killed_during(work: Callable[[int], None], chance: random.Random, longest: float) -> None:
    """Let a process of its own do the work over and over, and kill it at a random moment."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            os.write(writer, b"x")
            number = 0
            while True:
                work(number)
                number += 1
        finally:
            os._exit(99)
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    time.sleep(chance.random() * longest)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the work failed by itself"


def no_debris_is_taken_for_a_file(folder: Path, known: set[str]) -> None:
    """What a kill leaves behind is hidden, so that nothing reads it."""
    assert {p.name for p in folder.iterdir() if not p.name.startswith(".")} <= known


def try_sessions(folder: Path, times: int) -> None:
    from advisor.api import load
    from advisor.interview import Interview
    from advisor.language.answers import inputs_from_mapping
    from advisor.sessions import SessionStore, restore, session_of

    knowledge = load(SMALL)
    store = SessionStore(folder)
    states = [
        session_of(
            Interview.start(knowledge, inputs_from_mapping({"answers": answers}, knowledge)),
            "mine",
            "2026-11-22",
        )
        for answers in ({"use-case": "chat"}, {"use-case": "batch", "model-size": "70B"})
    ]
    store.save(states[0])
    chance = random.Random(1)
    for _ in range(times):
        killed_during(lambda n: store.save(states[n % 2]) and None, chance, 0.02)
        found = store.load("mine")
        assert found in states
        assert not restore(found, knowledge).lost
        no_debris_is_taken_for_a_file(folder, {"mine.session.json"})
        assert store.names() == ("mine",)


def try_exports(folder: Path, times: int) -> None:
    from advisor.cli.output import emit

    target = folder / "report.html"
    texts = ["a" * 300_000, "b" * 200_001]
    target.write_text(texts[0])
    chance = random.Random(2)
    for _ in range(times):
        killed_during(lambda n: emit(texts[n % 2], target), chance, 0.02)
        assert target.read_text() in texts
        no_debris_is_taken_for_a_file(folder, {"report.html"})


def try_imports(folder: Path, times: int) -> None:
    from advisor.authoring.importing import write
    from advisor.language.rulebase import load_rule_base

    root = folder / "rules"
    shutil.copytree(SMALL, root)
    knowledge = load_rule_base(root)
    names = ["offers/gpu-cluster.yaml", "models/catalogue.yaml", "sources.yaml"]
    old = {name: (root / name).read_bytes() for name in names}
    new = {name: data + b"# imported\n" for name, data in old.items()}
    chance = random.Random(3)
    for number in range(times):
        killed_during(lambda n: write(knowledge, (new, old)[n % 2]), chance, 0.04)
        for name in names:
            assert (root / name).read_bytes() in (old[name], new[name])
        if number % 10 == 0:
            load_rule_base(root)


def try_batches(folder: Path, times: int) -> None:
    """Killed anywhere, started again: the same result as without."""
    from advisor.cli.main import run

    table = folder / "fleet.csv"
    rows = [f"w{n},{('chat', 'batch')[n % 2]},{n % 7 * 10 + 1}" for n in range(3_000)]
    table.write_text("id,use-case,requests-per-day\n" + "\n".join(rows) + "\n")
    output = folder / "out.csv"
    words = ["batch", str(table), "--output", str(output), "--rules", str(SMALL), "--as-of", AS_OF,
             "--force", "--quiet"]  # fmt: skip
    assert run(words) == 0
    whole = output.read_bytes()
    chance = random.Random(4)

    def once(_: int) -> None:
        if run(words) != 0:
            raise RuntimeError

    output.write_bytes(b"the old one\n")
    for number in range(times):
        killed_during(once, chance, 0.2)
        assert output.read_bytes() in (b"the old one\n", whole)
        if number % 10 == 9:
            assert run(words) == 0
            assert output.read_bytes() == whole
            assert not (folder / ".out.csv.parts").exists()
            output.write_bytes(b"the old one\n")


KINDS = {
    "save": try_sessions,
    "export": try_exports,
    "import": try_imports,
    "batch": try_batches,
}


@pytest.fixture
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_kills(kind: str, own_places: Path) -> None:
    KINDS[kind](own_places, TIMES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_kills(kind: str, own_places: Path) -> None:
    KINDS[kind](own_places, 4)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_no_temporary_file(number: signal.Signals, tmp_path: Path) -> None:
    import subprocess

    from tests.trust.conftest import CHECKOUT

    code = """
import sys, time
from pathlib import Path
from advisor.cli import main as module
from advisor.saving import replacing
def work(arguments):
    with replacing(Path("report.html")) as stream:
        stream.write(b"half")
        stream.flush()
        print("writing", flush=True)
        time.sleep(60)
module._run = work
from advisor.__main__ import main
sys.exit(main())
"""
    (tmp_path / "report.html").write_text("old")
    process = subprocess.Popen(
        [sys.executable, "-c", code, "x"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        # Under nohup a hang-up is ignored, and children inherit that.
        preexec_fn=partial(signal.signal, number, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert err == b""
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"
