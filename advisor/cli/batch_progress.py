"""How far a run has come: a line on standard error, on terminals only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import BinaryIO

from advisor.cli.output import is_terminal, say

_EVERY = 0.2


class Progress:
    """Called with the rows done so far.  ``size`` and ``position`` (bytes of the input, all
    and read) tell the time left; without a size only the rate is shown."""

    def __init__(
        self,
        size: int | None,
        position: Callable[[], int],
        *,
        quiet: bool,
        what: str = "workloads",
    ) -> None:
        self.rows = 0
        self._what = what
        self._size = size
        self._position = position
        self._shown = not quiet and is_terminal(sys.stderr)
        self._began = self._last = time.monotonic()

    def __call__(self, rows: int) -> None:
        self.rows = rows
        now = time.monotonic()
        if not self._shown or now - self._last < _EVERY:
            return
        self._last = now
        say(f"\r{progress_words(rows, now - self._began, self._share(), self._what)}\x1b[K")

    def _share(self) -> float | None:
        return min(self._position() / self._size, 1.0) if self._size else None

    def end(self) -> None:
        """Wipe the line out."""
        if self._shown:
            say("\r\x1b[K")


def position_of(stream: BinaryIO) -> Callable[[], int]:
    """Tells how many bytes of a stream were read; 0 for one that does not know."""

    def position() -> int:
        try:
            return stream.tell()
        except (OSError, ValueError):
            return 0

    return position


def progress_words(rows: int, seconds: float, share: float | None, what: str) -> str:
    """Rows, rate and, where the ``share`` of the input that is done is known, a bar and the
    time left."""
    rate = rows / seconds if seconds else 0.0
    words = f"{rows:,} {what}, {rate:,.0f} a second"
    if not share:
        return words
    filled = round(share * 20)
    left = seconds * (1 - share) / share
    return f"[{'#' * filled}{'.' * (20 - filled)}] {words}, {_time(left)} left"


def _time(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
