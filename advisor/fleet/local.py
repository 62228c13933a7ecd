"""Chunks worked on here: in this process, or in several beside it."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from advisor.errors import RuleBaseError
from advisor.fleet.sources import Chunk
from advisor.fleet.work import Order, Part, RulesChangedError, Work

_AHEAD = 2
"""Chunks handed to each process before the first is waited for: what bounds the memory."""

_work: Work | None = None


class WorkerLostError(Exception):
    """A process beside this one died; what it had finished is kept."""

    def __str__(self) -> str:
        return "a worker process died, perhaps for want of memory; the same command goes on"


def alone(order: Order, chunks: Iterator[Chunk]) -> Iterator[Part]:
    """The parts of the chunks, in order, worked on in this process."""
    work = _made(order)
    for chunk in chunks:
        yield work.part(chunk)


def beside(order: Order, chunks: Iterator[Chunk], jobs: int) -> Iterator[Part]:
    """The same by ``jobs`` processes.  Raises WorkerLostError."""
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(order,),
    )
    waiting: deque[Future[Part]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_part, chunk))
            if len(waiting) > jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise WorkerLostError from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _made(order: Order) -> Work:
    from advisor.api import load

    made = Work(order, load)
    # What was loaded stays: nothing in it needs looking through again.
    gc.freeze()
    return made


def _begin(order: Order) -> None:
    """What each process does first.  Interrupts are for the one that waits."""
    global _work  # noqa: PLW0603  the one thing that a worker process keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is raised here would be printed by the pool, and told as a lost process.
    with contextlib.suppress(RulesChangedError, RuleBaseError):
        _work = _made(order)


def _part(chunk: Chunk) -> Part:
    if _work is None:
        raise RulesChangedError
    return _work.part(chunk)
