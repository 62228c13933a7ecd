"""Keeping the interview of a terminal after every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from advisor.interview import Interview
from advisor.sessions import Session, SessionStore, moved, session_of


class Diary:
    """``directory`` None keeps nothing.  What cannot be kept is told once; the talk goes on."""

    def __init__(self, directory: Path | None, tell: Callable[[str], object]) -> None:
        self._before: Session | None = None
        self._directory = directory
        self._tell = tell
        self._failure: str | None = None

    def go_on(self, session: Session) -> None:
        """Keep under the name of a session that is taken up again."""
        self._before = session

    def keep(self, interview: Interview) -> None:
        if self._directory is None:
            return
        now, store = datetime.now(), SessionStore(self._directory)
        before = self._before
        name = store.free_name(now.strftime("%Y-%m-%d-%H%M")) if before is None else before.name
        session = session_of(interview, name, now.isoformat(" ", "seconds"))
        try:
            self._before = store.save_after(session, before)
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != self._failure:
                self._failure = reason
                self._tell(f"Not saved: {reason}. The answers stay in memory; leaving loses them.")
            return
        self._failure = None
        if self._before.name != name and before is not None:
            self._tell(moved(name, self._before.name))

    def farewell(self) -> str:
        """How to go on later; empty where nothing was kept."""
        if self._before is None or self._failure is not None:
            return ""
        name = self._before.name
        quoted = f"'{name}'" if " " in name else name
        return f"Every answer is kept. Go on with: advisor --resume {quoted}\n"
