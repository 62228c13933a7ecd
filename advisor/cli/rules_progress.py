"""A line on standard error that says how far a long command has come."""

from __future__ import annotations

import sys

from advisor.cli.output import is_terminal, say


class ProgressLine:
    """Shown on terminals only, and wiped out at the end; silent with ``--quiet``."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._shown = not quiet and is_terminal(sys.stderr)

    def __call__(self, done: int, total: int) -> None:
        if self._shown:
            say(f"\r{self._what}: {done + 1:,} of {total:,}\x1b[K")

    def end(self) -> None:
        if self._shown:
            say("\r\x1b[K")
