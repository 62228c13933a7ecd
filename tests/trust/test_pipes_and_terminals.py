"""Pipes that close, input that is none, terminals of any size and kind."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.trust.conftest import AS_OF, CHECKOUT, SMALL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
LEFT = b"\x1b[?1049l"
ENTERED = b"\x1b[?1049h"


def environment(folder: Path, **more: str) -> dict[str, str]:
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "CACHE", "STATE")}
    base = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color"}
    return {**base, **own, **more}


def words(*command: object) -> list[str]:
    options = ["--rules", str(SMALL), "--as-of", AS_OF]
    return [sys.executable, "-m", "advisor", *map(str, command), *options]


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {use-case: chat}\n")
    return path


@pytest.mark.parametrize(
    "command", [["recommend", "answers.yaml"], ["questions"], ["rules", "list"], ["--help"]]
)
def test_a_reader_that_has_seen_enough(command, answers, tmp_path):
    """As ``advisor ... | head -c 1``: no message, and the exit code of what was asked."""
    process = subprocess.Popen(
        words(*command),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()  # before the program has written anything
    err = process.stderr.read()
    assert process.wait(60) == 0
    assert err == b""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed, answers, tmp_path):
    line = " ".join(words("recommend", "answers.yaml")) + " " + closed
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60
    )
    assert b"Traceback" not in done.stderr
    if ">&-" in closed.replace("2>&-", ""):
        assert done.returncode == 1
    else:
        assert done.returncode == 0
        assert done.stdout
        assert done.stderr == b""


def test_a_closed_standard_input_is_no_hang(tmp_path):
    line = " ".join(words("recommend", "-")) + " <&-"
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"standard input is closed" in done.stderr


class Screen:
    """The program in a pseudo-terminal of its own."""

    def __init__(self, folder: Path, size: tuple[int, int], more: Mapping[str, str] = {}) -> None:
        import pty
        import termios
        from fcntl import ioctl

        self.leader, follower = pty.openpty()
        columns, rows = size
        ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(follower)
        self.follower = follower
        self.output = b""
        self.process = subprocess.Popen(
            words(),
            cwd=folder,
            env=environment(folder, **more),
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )

    def read(self, seconds: float = 0.2) -> bool:
        import select

        if not select.select([self.leader], [], [], seconds)[0]:
            return False
        data = os.read(self.leader, 65536)
        self.output += data
        return bool(data)

    def wait_for(self, text: bytes) -> None:
        until = time.monotonic() + 60
        while text not in self.output:
            assert time.monotonic() < until, self.output[-1000:]
            assert self.process.poll() is None, self.output[-1000:]
            self.read()

    def end(self) -> int:
        until = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < until, self.output[-1000:]
            self.read()
        while self.read(0.1):
            pass
        return self.process.returncode

    def is_as_before(self) -> bool:
        import termios

        return termios.tcgetattr(self.follower) == self.before


@pytest.mark.parametrize("size", [(1, 1), (500, 200)], ids=lambda size: "x".join(map(str, size)))
def test_terminals_of_any_size_are_given_back(size, tmp_path):
    screen = Screen(tmp_path, size)
    screen.wait_for(ENTERED)
    screen.wait_for(b"\x1b[?25l")
    time.sleep(0.5)
    screen.process.send_signal(signal.SIGTERM)
    assert screen.end() == 143
    assert LEFT in screen.output
    assert b"Traceback" not in screen.output
    assert screen.is_as_before()


def test_an_interrupt_from_outside_gives_the_terminal_back(tmp_path):
    screen = Screen(tmp_path, (80, 24))
    screen.wait_for(ENTERED)
    screen.wait_for(b"\x1b[?25l")
    time.sleep(1)
    screen.process.send_signal(signal.SIGINT)
    assert screen.end() == 130
    assert LEFT in screen.output
    assert b"Traceback" not in screen.output
    assert screen.is_as_before()


@pytest.mark.parametrize(
    "more", [{"TERM": "dumb"}, {"ACCESSIBLE": "1"}], ids=["dumb", "accessible"]
)
def test_simple_terminals_get_plain_lines(more, tmp_path):
    screen = Screen(tmp_path, (80, 24), more)
    screen.wait_for(b"line by line")
    os.write(screen.leader, b"quit\n")
    assert screen.end() == 0
    # Colour may be: the cursor is never moved.
    assert set(re.findall(rb"\x1b\[[0-9;?]*([^0-9;?])", screen.output)) <= {b"m"}
    if "TERM" in more:
        assert b"\x1b" not in screen.output
    assert screen.is_as_before()
