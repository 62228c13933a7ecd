"""Work off the event loop: loading the rules, computing recommendations, saving.

One piece of work runs at a time and the newest request wins: only the latest one waits for its
turn.  Work that is submitted as ``disposable`` is given up as soon as something newer is asked
for.  The threads are daemons, so that leaving the program never waits for a computation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct


class Done(Struct, frozen=True):
    """What came of the request of ``generation``: a value, or the exception."""

    generation: int
    value: object
    error: Exception | None


Deliver = Callable[[Done], object]


class Outdated(BaseException):
    """Raised inside a computation that nobody waits for any more.  Not an ``Exception``, so
    that nothing on the way takes it for a failure."""


class _Job:
    """A computation on a thread of its own.  Either it finishes or it is given up: whoever
    comes first takes ``_fate``, so that nothing is ever interrupted after it has finished."""

    def __init__(self, generation: int, compute: Callable[[], object], disposable: bool) -> None:
        self.generation = generation
        self.compute = compute
        self.disposable = disposable
        self._fate = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, finished: Callable[[_Job, Done], object]) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(finished,), name="ranker", daemon=True
        )
        self._thread.start()

    def give_up(self) -> bool:
        """End the computation; False where it cannot be ended, or has finished."""
        if not self.disposable or self._thread is None or not self._fate.acquire(blocking=False):
            return False
        _interrupt(self._thread)
        return True

    def _run(self, finished: Callable[[_Job, Done], object]) -> None:
        try:
            try:
                done = Done(self.generation, self.compute(), None)
            except Exception as error:  # shown to the user by the receiver
                done = Done(self.generation, None, error)
            if not self._fate.acquire(blocking=False):
                # Given up at the last moment: the interruption is on its way.
                time.sleep(0.05)
                return
        except Outdated:
            return
        finished(self, done)


def _interrupt(thread: threading.Thread) -> None:
    """Raise ``Outdated`` in a running thread, where this Python can; else it runs to its end
    and its result is dropped."""
    try:
        import ctypes

        raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    except (ImportError, AttributeError):
        return
    if thread.ident is not None:
        raise_in(ctypes.c_ulong(thread.ident), ctypes.py_object(Outdated))


class Ranker:
    """``deliver`` is called on a thread of the ranker's, so it must be safe to call from there
    (``post_message`` of a Textual application is)."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._lock = threading.Lock()
        self._running: _Job | None = None
        self._waiting: _Job | None = None
        self._stopped = False

    def stop(self) -> None:
        """Take no more requests; a running computation is left to itself."""
        with self._lock:
            self._stopped = True
            self._waiting = None
            if self._running is not None:
                self._running.give_up()

    def drop(self) -> None:
        """Give up what runs, if that is possible, and forget what waits."""
        with self._lock:
            self._waiting = None
            if self._running is not None and self._running.give_up():
                self._running = None

    def submit(
        self, generation: int, compute: Callable[[], object], *, disposable: bool = False
    ) -> None:
        """Ask for ``compute()``; a request that still waits is replaced, a running disposable
        one given up."""
        job = _Job(generation, compute, disposable)
        with self._lock:
            if self._stopped:
                return
            if self._running is None or self._running.give_up():
                self._waiting = None
                self._begin(job)
            else:
                self._waiting = job

    def _begin(self, job: _Job) -> None:
        self._running = job
        job.start(self._finished)

    def _finished(self, job: _Job, done: Done) -> None:
        if not self._stopped:
            self._deliver(done)
        with self._lock:
            if self._running is not job:
                return
            self._running = None
            if self._waiting is not None and not self._stopped:
                waiting, self._waiting = self._waiting, None
                self._begin(waiting)
