"""What is no file: directories, pipes, links in a circle, files without permission, files that
grow while they are read.  Nothing waits for ever; each is refused by name."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from tests.trust.conftest import CHECKOUT, SMALL
from tests.trust.readers import RESULTS, SETTINGS
from tests.trust.test_hostile_files import ANSWERS, MAPPING, MEASUREMENTS, TABLE, session_file

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")

COMMANDS: dict[str, tuple[tuple[str, ...], bytes]] = {
    "answers": (("recommend", "FILE"), ANSWERS),
    "answers of next": (("next", "FILE"), ANSWERS),
    "workloads": (("batch", "FILE.csv", "--output", "out.csv", "--quiet"), TABLE),
    "a mapping": (("batch", "t.csv", "--output", "out.csv", "--mapping", "FILE"), MAPPING),
    "a usage log": (("fleet", "profile", "FILE"), b'{"model": "atlas"}\n'),
    "cases": (("facts", "accuracy", "--cases", "FILE"), MEASUREMENTS),
    "results": (("recommend", "good.yaml", "--measured", "FILE"), RESULTS),
    "a catalogue": (("facts", "import", "models.dev", "FILE"), b"{}"),
}


def a_directory(path: Path, good: bytes) -> None:
    path.mkdir()


def a_pipe(path: Path, good: bytes) -> None:
    os.mkfifo(path)


def a_circle(path: Path, good: bytes) -> None:
    beside = path.with_name("other")
    beside.symlink_to(path)
    path.symlink_to(beside)


def a_dangling_link(path: Path, good: bytes) -> None:
    path.symlink_to("nowhere")


def a_socket(path: Path, good: bytes) -> None:
    import socket

    # The name of a socket may be short only.
    here = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


def without_permission(path: Path, good: bytes) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything: run the tests as somebody else")
    path.write_bytes(good)
    path.chmod(0)


def below_a_file(path: Path, good: bytes) -> None:
    path.parent.joinpath("file").write_bytes(good)
    path.symlink_to("file/below")


WAYS = (
    a_directory, a_pipe, a_circle, a_dangling_link, a_socket, without_permission, below_a_file,
)  # fmt: skip


@pytest.mark.parametrize("make", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("kind", COMMANDS)
def test_what_is_no_file_is_refused(kind, make, program, tmp_path):
    words, good = COMMANDS[kind]
    (tmp_path / "good.yaml").write_bytes(ANSWERS)
    (tmp_path / "t.csv").write_bytes(TABLE)
    name = "given.csv" if "FILE.csv" in words else "given"
    make(tmp_path / name, good)
    rules = CHECKOUT / "rules" if kind == "cases" else SMALL
    told = program(*(name if word.startswith("FILE") else word for word in words), rules=rules)
    assert told.code == 3, told.err
    assert told.out == ""
    assert "error[" in told.err and name in told.err
    assert "Traceback" not in told.err and "internal error" not in told.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("make", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("place", ["criteria/latency.yaml", "method.yaml", "offers"])
def test_what_is_no_rule_file_is_refused(place, make, program, tmp_path):
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    path = root / place
    good = path.read_bytes() if path.is_file() else b""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    make(path, good)
    (tmp_path / "good.yaml").write_bytes(ANSWERS)
    told = program("recommend", "good.yaml", rules=root)
    assert told.code == 4, told.err
    assert told.out == ""
    assert "error[" in told.err
    assert "Traceback" not in told.err and "internal error" not in told.err


@pytest.mark.parametrize("make", WAYS, ids=lambda way: way.__name__)
def test_what_is_no_session_is_refused(make, tmp_path):
    from advisor.errors import DataError
    from advisor.sessions import SessionStore

    make(tmp_path / "mine.session.json", session_file())
    with pytest.raises(DataError) as caught:
        SessionStore(tmp_path).load("mine")
    assert "cannot be read" in caught.value.problems[0].message


@pytest.mark.parametrize("make", WAYS, ids=lambda way: way.__name__)
def test_what_are_no_settings_is_named(make, tmp_path):
    from advisor.tui.settings import FILE, read_settings

    make(tmp_path / FILE, SETTINGS)
    found = read_settings(tmp_path)
    # A link to nothing is as no settings at all.
    assert found.problems or make in (a_dangling_link,)
    assert found.theme is None


@pytest.mark.parametrize("make", WAYS, ids=lambda way: way.__name__)
def test_what_is_no_cache_is_passed_over(make, tmp_path, monkeypatch):
    from advisor import rules_cache
    from tests.trust.readers import knowledge

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known = knowledge()
    rules_cache.keep(known)
    assert rules_cache.kept(known.digest, known.root) == known
    (kept,) = (tmp_path / "inference-advisor").glob("*.knowledge")
    good = kept.read_bytes()
    kept.unlink()
    make(kept, good)
    assert rules_cache.kept(known.digest, known.root) is None
    rules_cache.keep(known)


def test_a_shells_pipe_is_read_like_a_file(program, tmp_path):
    path = tmp_path / "given"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(ANSWERS))
    # Both ends are opened at once by a shell; here the writing end waits for the reading one.
    holder = os.open(path, os.O_RDWR)
    writer.start()
    writer.join()
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.close(holder)
    told = program("recommend", f"/dev/fd/{reader}")
    os.close(reader)
    assert told.code == 0, told.err


def test_a_file_that_changes_while_it_is_read(program, tmp_path):
    path = tmp_path / "given.yaml"
    path.write_bytes(ANSWERS)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path.write_bytes(ANSWERS[: number % len(ANSWERS)])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(25):
            told = program("recommend", "given.yaml", "--format", "json")
            assert told.code in (0, 3), told.err
            assert "Traceback" not in told.err and "internal error" not in told.err
            assert (told.out == "") == (told.code == 3)
    finally:
        stop.set()
        writer.join()
