"""A real terminal: what a signal leaves behind, and what is imported before the first paint."""

from __future__ import annotations

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
from tui_play import make_app
app = make_app()
app.run()
sys.exit(app.return_code or 0)
"""
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"


class Terminal:
    """A program in a pseudo-terminal of its own."""

    def __init__(self, code: str, columns: int = 80, rows: int = 24) -> None:
        self._leader, follower = pty.openpty()
        ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=environment,
            start_new_session=True,
        )
        os.close(follower)
        self.output = b""

    def read_until(self, words: bytes, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while words not in self.output:
            assert time.monotonic() < end, self.output[-2000:]
            self._read(0.2)

    def vanish(self) -> int:
        """Close the terminal; the exit code of the program."""
        os.close(self._leader)
        return self.process.wait(timeout=30)

    def send(self, data: bytes) -> None:
        os.write(self._leader, data)

    def end(self, seconds: float = 30) -> int:
        """The exit code; everything printed until then is in ``output``."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end
            self._read(0.1)
        while self._read(0.1):
            pass
        os.close(self._leader)
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self._leader], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._leader, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"]
)
def test_signals_give_the_terminal_back(number: signal.Signals, code: int) -> None:
    terminal = Terminal(PROGRAM)
    terminal.read_until(b"7 questions")
    terminal.process.send_signal(number)
    assert terminal.end() == code
    assert LEAVE_ALTERNATE_SCREEN in terminal.output


def test_quitting_gives_the_terminal_back() -> None:
    terminal = Terminal(PROGRAM)
    terminal.read_until(b"7 questions")
    terminal.send(b"q")
    assert terminal.end() == 0
    assert LEAVE_ALTERNATE_SCREEN in terminal.output


def test_nothing_of_the_engine_is_imported_for_the_first_paint() -> None:
    code = (
        "import sys, advisor.tui.app\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in "
        "('yaml', 'pydantic', 'numpy', 'click', 'jinja2') or name.startswith(("
        "'advisor.decision', 'advisor.reports', 'advisor.engine', 'advisor.language', 'advisor.interview',"
        "'advisor.estimate'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


def test_without_its_terminal_the_program_ends() -> None:
    """It belongs to no session of this terminal, so that the system sends no SIGHUP."""
    terminal = Terminal(PROGRAM)
    try:
        terminal.read_until(b"Inference Advisor")
        assert terminal.vanish() == 129
    finally:
        terminal.process.kill()


def test_the_settings_of_the_user_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path))
    folder = tmp_path / "inference-advisor"
    folder.mkdir()
    (folder / "settings.toml").write_text('[keys]\n"app.quit" = "z"\n', encoding="utf-8")
    small = HERE.parent / "rulebases" / "small"
    terminal = Terminal(
        "import sys, pathlib, advisor.tui.app as app\n"
        f"sys.exit(app.run(rules=pathlib.Path({str(small)!r}), keep=False))"
    )
    terminal.read_until(b"8 questions")
    terminal.send(b"z")
    assert terminal.end() == 0
