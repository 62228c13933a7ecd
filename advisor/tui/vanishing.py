"""Whether the terminal is still there.

The system says SIGHUP to whom the terminal belongs; to a program that it does not belong to
(started by another one, without a session) it only ends the input, which then reads as empty
for ever.
"""

from __future__ import annotations

import os
import select
import sys


def watched_terminal() -> int | None:
    """The descriptor of the terminal that is read from; None where there is none, or where
    the system cannot be asked."""
    try:
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ is not None else -1
        return descriptor if os.isatty(descriptor) and hasattr(select, "poll") else None
    except (OSError, ValueError):
        return None


def is_gone(descriptor: int) -> bool:
    """Whether nobody holds the other end any more."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(
        flags & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, flags in poll.poll(0)
    )
