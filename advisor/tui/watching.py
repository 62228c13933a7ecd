"""Noticing that the rule base was saved."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

Stamp = frozenset[tuple[str, int, int]]


def stamp(root: Path) -> Stamp:
    """Name, time and size of every file that belongs to the rule base."""
    found = []
    for directory, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in files:
            if not name.endswith((".yaml", ".yml")) or name.startswith("."):
                continue
            path = os.path.join(directory, name)  # noqa: PTH118  (twice as fast as pathlib)
            try:
                status = os.stat(path)  # noqa: PTH116  (likewise)
            except OSError:
                continue
            found.append((path, status.st_mtime_ns, status.st_size))
    return frozenset(found)


class Watch:
    """Calls ``saved`` (on a thread of its own) when files have changed and then stayed the
    same for one look: an editor that writes several files, or one in pieces, is waited for.

    It looks every ``seconds``; file systems that tell of changes differ too much, and some
    (network drives, containers) never tell.
    """

    def __init__(self, root: Path, saved: Callable[[], object], seconds: float) -> None:
        self._root = root
        self._saved = saved
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        told = seen = stamp(self._root)
        while not self._stopped.wait(self._seconds):
            now = stamp(self._root)
            if now == seen and now != told:
                told = now
                self._saved()
            seen = now
