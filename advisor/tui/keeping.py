"""Saving the interview after every answer, on a thread of its own.

What cannot be saved (a full disk, a read-only home) is told once and tried again with the
next answer; the program goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from advisor.tui.ranker import Done, Ranker

if TYPE_CHECKING:
    from advisor.interview import Interview
    from advisor.sessions import Session


class Kept(Struct, frozen=True):
    """A saved session, as lists show it."""

    name: str
    saved: str
    answers: int


class Keeper:
    """``directory`` None keeps nothing.  ``tell`` is called with what went wrong, on the
    saving thread."""

    def __init__(
        self,
        directory: Path | None,
        now: Callable[[], datetime],
        tell: Callable[[str], object],
    ) -> None:
        self.name: str | None = None
        self.failure: str | None = None
        self.held = False
        self._directory = directory
        self._now = now
        self._tell = tell
        self._written: dict[str, Session] = {}
        self._moved: dict[str, str] = {}
        self._latest: Session | None = None
        self._saved: Session | None = None
        self._saver = Ranker(self._done)
        # Whoever leaves may save while the saving thread still does.
        self._one_at_a_time = Lock()

    def go_on(self, session: Session | None) -> None:
        """Keep under the name of a session that is taken up again, or under a new one."""
        self.name = None if session is None else session.name
        if session is not None:
            self._written[session.name] = session
            self._moved.pop(session.name, None)

    def keep(self, interview: Interview) -> None:
        """Save this state soon; nothing is saved before the first answer, nor while ``held``
        (a trial that may be taken back)."""
        if self.held or self._directory is None or not (interview.answers or interview.marks):
            return
        from advisor.sessions import SessionStore, session_of

        now = self._now()
        if self.name is None:
            self.name = SessionStore(self._directory).free_name(now.strftime("%Y-%m-%d-%H%M"))
        session = session_of(interview, self.name, now.isoformat(" ", "seconds"))
        self._latest = session
        self._saver.submit(0, lambda: self._save(session))

    def keep_scenario(self, interview: Interview) -> str | None:
        """Save a trial beside the interview that it belongs to; the name, None where nothing is
        kept.  Raises OSError."""
        if self._directory is None:
            return None
        from advisor.sessions import SessionStore, session_of

        now, store = self._now(), SessionStore(self._directory)
        begun = self.name or now.strftime("%Y-%m-%d-%H%M")
        name = store.free_name(f"{begun[:48]} what if")
        store.save(session_of(interview, name, now.isoformat(" ", "seconds")))
        return name

    def flush(self) -> None:
        """Save now what is not saved yet, and stop."""
        self._saver.stop()
        if self._latest is not None and self._saved is not self._latest:
            try:
                self._save(self._latest)
            except OSError as error:
                self.failure = error.strerror or str(error)

    def kept(self) -> tuple[Kept, ...]:
        """The saved sessions, the latest first; damaged ones are left out."""
        if self._directory is None:
            return ()
        from advisor.errors import DataError
        from advisor.sessions import SessionStore

        store = SessionStore(self._directory)
        found = []
        for name in store.names():
            try:
                session = store.load(name)
            except DataError:
                continue
            found.append(Kept(name, session.saved, len(session.answers)))
        return tuple(found)

    def load(self, name: str | None) -> Session:
        """A session by name, or the latest.  Raises DataError."""
        from advisor.errors import DataError, Problem
        from advisor.sessions import SessionStore

        if self._directory is None:
            raise DataError([Problem("no-session", "no session is kept here", name or "session")])
        return SessionStore(self._directory).load(name)

    def delete(self, name: str) -> None:
        """Raises OSError."""
        from advisor.sessions import SessionStore

        if self._directory is not None:
            SessionStore(self._directory).delete(name)

    def rename(self, old: str, new: str) -> None:
        """Raises ValueError, OSError."""
        from advisor.sessions import SessionStore

        if self._directory is not None:
            SessionStore(self._directory).rename(old, new)
            if old in self._written:
                self._written[new] = replace(self._written.pop(old), name=new)
            if self.name == old:
                self.name = new

    def farewell(self) -> str:
        """What to print on leaving; empty where there is nothing to go on with."""
        if self.failure is not None:
            return f"The answers could not be saved: {self.failure}\n"
        if self.name is None or self._saved is None:
            return ""
        quoted = f"'{self.name}'" if " " in self.name else self.name
        return f"Every answer is kept. Go on with: advisor --resume {quoted}\n"

    def _save(self, session: Session) -> None:
        with self._one_at_a_time:
            if self._directory is not None and self._saved is not session:
                self._write(session, self._directory)

    def _write(self, session: Session, directory: Path) -> None:
        from advisor.sessions import SessionStore, moved

        # One that waited its turn may still have the name from before.
        name = self._moved.get(session.name, session.name)
        store = SessionStore(directory)
        written = store.save_after(replace(session, name=name), self._written.get(name))
        self._written[written.name] = written
        self._saved = session
        self.failure = None
        if written.name != name:
            self._moved[session.name] = self._moved[name] = written.name
            if self.name == session.name:
                self.name = written.name
            self._tell(moved(name, written.name))

    def _done(self, done: Done) -> None:
        if done.error is None:
            return
        reason = getattr(done.error, "strerror", None) or str(done.error)
        if reason != self.failure:
            self.failure = reason
            self._tell(f"Not saved: {reason}. The answers stay in memory; leaving loses them.")
