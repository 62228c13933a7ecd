"""One background thread that loads the rules and computes recommendations.

The newest request wins: while a computation runs, only the latest request waits for its
turn, and the receiver drops a result whose generation is outdated.  The thread is a daemon,
so that leaving the program never waits for a computation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What came of the request of ``generation``: a value, or the exception."""

    generation: int
    value: object
    error: Exception | None


Deliver = Callable[[Done], object]


class Ranker:
    """Runs callables off the event loop, one at a time.

    ``deliver`` is called on the ranker's own thread, so it must be safe to call from there
    (``post_message`` of a Textual application is).
    """

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._wake = threading.Condition()
        self._waiting: tuple[int, Callable[[], object]] | None = None
        self._stopped = False

    def start(self) -> None:
        threading.Thread(target=self._run, name="ranker", daemon=True).start()

    def stop(self) -> None:
        """Take no more requests; a running computation is left to itself."""
        with self._wake:
            self._stopped = True
            self._waiting = None
            self._wake.notify()

    def submit(self, generation: int, compute: Callable[[], object]) -> None:
        """Ask for ``compute()``; a request that still waits is replaced."""
        with self._wake:
            self._waiting = (generation, compute)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._waiting is None and not self._stopped:
                    self._wake.wait()
                if self._waiting is None:
                    return
                generation, compute = self._waiting
                self._waiting = None
            try:
                done = Done(generation, compute(), None)
            except Exception as error:  # shown to the user by the receiver
                done = Done(generation, None, error)
            if self._stopped:
                return
            self._deliver(done)
