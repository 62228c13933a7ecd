"""Opening a file that somebody named, so that no file makes the program wait for ever."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

_WITHOUT_WAITING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_input(path: Path) -> io.BufferedReader:
    """A file, or a pipe that something writes to (a shell's ``<(command)``), for reading.

    Raises OSError, also for a directory and for a pipe that nothing writes to; ValueError for
    a name that holds a NUL.
    """
    descriptor, mode = _opened(path)
    try:
        begun = b""
        if stat.S_ISFIFO(mode):
            begun = _beginning(descriptor)
        if not stat.S_ISREG(mode) and hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    stream = os.fdopen(descriptor, "rb")
    return io.BufferedReader(_Begun(begun, stream)) if begun else stream


def open_regular(path: Path) -> io.BufferedReader:
    """A regular file for reading; for the program's own files, which are nothing else.

    Raises OSError for anything else, too; ValueError for a name that holds a NUL.
    """
    descriptor, mode = _opened(path)
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def _opened(path: Path) -> tuple[int, int]:
    """Descriptor and mode; without waiting for whoever writes to a pipe."""
    # Windows opens no directory: it would say that permission is denied.
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    descriptor = os.open(path, _WITHOUT_WAITING)
    return descriptor, os.fstat(descriptor).st_mode


def _beginning(pipe: int) -> bytes:
    """What is in a pipe by now.  Raises OSError where it is empty and nothing writes to it."""
    try:
        begun = os.read(pipe, 65_536)
    except BlockingIOError:
        return b""
    if not begun:
        raise OSError(errno.EPIPE, "It is a pipe that nothing writes to")
    return begun


class _Begun(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, begun: bytes, rest: io.BufferedReader) -> None:
        self._begun = begun
        self._rest = rest

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._rest.fileno()

    # What a BufferedReader hands over; any buffer could not be written by slices.
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._begun[: len(buffer)] or self._rest.read(len(buffer))
        self._begun = self._begun[len(data) :]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._rest.close()
        super().close()
