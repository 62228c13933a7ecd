"""Keeping the interview of a terminal after every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from advisor.interview import Interview


class Diary:
    """``directory`` None keeps nothing.  What cannot be kept is told once; the talk goes on."""

    def __init__(self, directory: Path | None, tell: Callable[[str], object]) -> None:
        self.name: str | None = None
        self._directory = directory
        self._tell = tell
        self._failure: str | None = None

    def keep(self, interview: Interview) -> None:
        if self._directory is None:
            return
        from advisor.sessions import SessionStore, session_of

        now, store = datetime.now(), SessionStore(self._directory)
        name = self.name or store.free_name(now.strftime("%Y-%m-%d-%H%M"))
        try:
            store.save(session_of(interview, name, now.isoformat(" ", "seconds")))
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != self._failure:
                self._failure = reason
                self._tell(f"Not saved: {reason}. The answers stay in memory; leaving loses them.")
            return
        self.name, self._failure = name, None

    def farewell(self) -> str:
        """How to go on later; empty where nothing was kept."""
        if self.name is None or self._failure is not None:
            return ""
        quoted = f"'{self.name}'" if " " in self.name else self.name
        return f"Every answer is kept. Go on with: advisor --resume {quoted}\n"
