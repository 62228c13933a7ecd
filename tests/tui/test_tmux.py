"""The program in a real terminal: keys, sizes, crashes, disks that take nothing more."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve()
SMALL = HERE.parent.parent / "rulebases" / "small"
AS_OF = "2026-11-22"
MANDATORY = os.environ.get("CI_TERMINAL") == "1"


class Terminal:
    """A terminal of tmux with the program in it, and a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._socket = home / "tmux"
        self._started = 0
        self.sessions = home / "state" / "inference-advisor"

    def start(
        self, *arguments: str, size: tuple[int, int] = (80, 24), before: str = "", **env: str
    ) -> None:
        self._started += 1
        self._socket = self.home / f"tmux{self._started}"
        names = {
            "XDG_STATE_HOME": str(self.home / "state"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHONPATH": str(HERE.parents[2]),
            "LANG": "C.UTF-8",
            **env,
        }
        command = shlex.join(
            [sys.executable, "-m", "advisor", "--rules", str(SMALL), "--as-of", AS_OF, *arguments]
        )
        given = " ".join(f"{name}={shlex.quote(value)}" for name, value in names.items())
        line = f"cd {shlex.quote(str(self.home))}; {before} env -u COLUMNS -u LINES {given} {command}; echo left with $?; cat"
        self.tmux("-f", os.devnull, "new-session", "-d", "-s", "a",
                  "-x", str(size[0]), "-y", str(size[1]), line)  # fmt: skip

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *arguments],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        return done.stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tmux("send-keys", "-t", "a", key)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "a", "-l", text)

    @property
    def screen(self) -> str:
        return self.tmux("capture-pane", "-J", "-p", "-t", "a")

    def wait_for(self, words: str, seconds: float = 45) -> str:
        end = time.monotonic() + seconds
        while words not in (screen := self.screen):
            assert time.monotonic() < end, screen
            time.sleep(0.05)
        return screen

    @property
    def program(self) -> int:
        """The process id of the program."""
        pane = self.tmux("display-message", "-p", "-t", "a", "#{pane_pid}").strip()
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", pane], capture_output=True, text=True, check=True
        )
        return int(found.stdout.split()[0])

    def kept(self, answers: int, seconds: float = 30) -> dict[str, Any]:
        """The session, once it holds so many answers."""
        end = time.monotonic() + seconds
        while True:
            for path in self.sessions.glob("*.session.json"):
                found: dict[str, Any] = json.loads(path.read_text())
                if len(found["answers"]) == answers:
                    return found
            assert time.monotonic() < end
            time.sleep(0.05)

    def end(self) -> None:
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        if MANDATORY:
            pytest.fail("tmux is not installed, and CI_TERMINAL=1 demands it", pytrace=False)
        pytest.skip("tmux is not installed")
    found = Terminal(tmp_path)
    yield found
    found.end()


def recommended(answers: str, tmp_path: Path) -> Any:
    """What the command says."""
    file = tmp_path / "same.yaml"
    file.write_text(answers, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "--rules", SMALL, "--as-of", AS_OF, "recommend", file,
         "--format", "json"],
        capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
    )  # fmt: skip
    return json.loads(done.stdout)


def test_from_the_first_key_to_the_verdict_and_back_to_the_shell(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.start()
    terminal.wait_for("questions,")
    terminal.press("1")
    terminal.wait_for("What will the model do?")
    terminal.press("1")
    terminal.wait_for("Which models must be served?")
    terminal.press("1", "Enter")
    terminal.wait_for("How many requests a day?")
    terminal.type("20000")
    terminal.press("Enter")
    terminal.wait_for("How many tokens come out")
    terminal.tmux("resize-window", "-t", "a", "-x", "120", "-y", "40")
    terminal.wait_for("· Residency")  # the outline: there is room for it now
    terminal.press("F10")
    expected = recommended(
        "answers: {use-case: chat, models: [atlas], requests-per-day: 20000}", tmp_path
    )
    screen = terminal.wait_for("7 Charts")
    best = next(row for row in expected["ranking"] if row["rank"] == 1)
    assert f"★ {best['title']}" in screen
    assert expected["verdict"]["confidence"] in screen
    terminal.tmux("resize-window", "-t", "a", "-x", "44", "-y", "12")
    terminal.wait_for("50 columns and 16 rows")
    terminal.tmux("resize-window", "-t", "a", "-x", "60", "-y", "20")
    terminal.wait_for(f"★ {best['title']}")
    terminal.press("e")
    terminal.wait_for("File name")
    terminal.press("2")
    terminal.wait_for("✓ Written")
    (written,) = tmp_path.glob("advisor-*.json")
    assert json.loads(written.read_text()) == expected
    terminal.press("q")
    screen = terminal.wait_for("left with 0")
    found = re.search(r"advisor --resume (\S+)", screen)
    assert found is not None
    assert len(terminal.kept(3)["answers"]) == 3
    assert (terminal.sessions / f"{found.group(1)}.session.json").is_file()


def test_a_killed_program_loses_nothing(terminal: Terminal) -> None:
    terminal.start()
    terminal.wait_for("questions,")
    terminal.press("1")
    terminal.wait_for("What will the model do?")
    terminal.press("2")
    terminal.wait_for("Which models must be served?")
    terminal.kept(1)
    os.kill(terminal.program, 9)
    terminal.wait_for("left with 137")
    terminal.end()
    terminal.start("--resume", size=(120, 30))
    terminal.wait_for("Which models must be served?")
    assert "Batch" in terminal.wait_for("✓ Use case")


def test_a_closed_terminal_loses_nothing(terminal: Terminal) -> None:
    terminal.start()
    terminal.wait_for("questions,")
    terminal.press("1")
    terminal.wait_for("What will the model do?")
    terminal.press("1")
    terminal.wait_for("Which models must be served?")
    terminal.tmux("kill-session", "-t", "a")
    assert terminal.kept(1)["answers"] == {"use-case": "chat"}


@pytest.mark.parametrize(
    ("before", "env", "reason"),
    [
        ("ulimit -f 0;", {}, "File too large"),
        ("", {"XDG_STATE_HOME": "/dev/null/x"}, "Not a directory"),
    ],
    ids=["a disk that takes nothing", "a home without a place"],
)
def test_what_cannot_be_saved_is_said_and_the_program_goes_on(
    terminal: Terminal, before: str, env: dict[str, str], reason: str
) -> None:
    terminal.start(before=before, size=(120, 30), **env)
    terminal.wait_for("questions,")
    terminal.press("1")
    terminal.wait_for("What will the model do?")
    terminal.press("1")
    terminal.wait_for(f"Not saved: {reason}")
    terminal.wait_for("Which models must be served?")
    terminal.press("1", "Enter")
    terminal.wait_for("How many requests a day?")
    terminal.press("C-q")
    screen = terminal.wait_for("left with 0")
    assert f"The answers could not be saved: {reason}" in screen


def test_no_colour_and_no_animation_where_they_are_not_wanted(terminal: Terminal) -> None:
    terminal.start(NO_COLOR="1", TEXTUAL_ANIMATIONS="none")
    terminal.wait_for("questions,")
    terminal.press("1")
    terminal.wait_for("What will the model do?")
    painted = terminal.tmux("capture-pane", "-e", "-p", "-t", "a")
    colours = set(re.findall(r"\x1b\[[0-9;]*m", painted))
    shown = {tuple(code[2:-1].split(";")) for code in colours}
    greys = all(
        len(set(code[2:5])) == 1
        for code in shown
        if code[:1] in (("38",), ("48",)) and len(code) >= 5
    )
    assert greys, shown


@pytest.mark.parametrize("mouse", [True, False])
def test_the_mouse_is_left_alone_on_demand(terminal: Terminal, mouse: bool) -> None:
    terminal.start(*([] if mouse else ["--no-mouse"]))
    terminal.wait_for("questions,")
    flag = terminal.tmux("display-message", "-p", "-t", "a", "#{mouse_any_flag}").strip()
    assert (flag == "1") is mouse
