"""Processor time and memory of one process.

A child's peak memory counts from before it becomes another program: that of whoever started
it is in it.  So a small process starts the one that is measured, and notes what it used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(process, 0)
with open(sys.argv[1], "w") as note:
    note.write(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Used:
    """Seconds of processor time, and the most memory in bytes."""

    seconds: float
    memory: int


def launched(command: list[str], note: Path) -> list[str]:
    """The command, started so that ``used`` can read from ``note`` what it took."""
    return [sys.executable, "-S", "-c", _LAUNCHER, str(note), *command]


def used(note: Path) -> Used:
    """What a command took that has ended."""
    seconds, memory = note.read_text().split()
    return Used(float(seconds), int(memory) * (1 if sys.platform == "darwin" else 1024))
