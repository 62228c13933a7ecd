"""Where the results go: data on standard output or into a file, the rest on standard error."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from advisor.reports.text import Style


class OutputError(Exception):
    """The result cannot be written.  ``exit_code`` is 2 where another name would help."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def say(text: str) -> None:
    """Write to standard error, in whatever it can show; a closed one is no reason to fail."""
    stream = sys.stderr
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    with contextlib.suppress(OSError, ValueError):
        stream.write(shown)
        stream.flush()


def emit(text: str, output: Path | None) -> None:
    """Write a result: into the file in one step, or to standard output.

    Always UTF-8 (what cannot be shown has been replaced by then), with plain line feeds, so
    that the same result is the same bytes everywhere.  Raises OutputError.
    """
    data = text.encode("utf-8", "backslashreplace")
    if output is None or str(output) == "-":
        _to_stdout(data)
        return
    from advisor.saving import save

    try:
        save(output, data)
    except OSError as error:
        raise OutputError(f"cannot write '{output}': {_reason(error)}", _code(error)) from None


def text_style(output: Path | None) -> Style:
    """How text may look where it goes."""
    from advisor.reports.text import Style

    colour, unicode = shown(output)
    return Style(colour=colour, unicode=unicode)


def shown(output: Path | None) -> tuple[bool, bool]:
    """Whether colour, and whether Unicode, is shown where text goes."""
    if output is not None and str(output) != "-":
        return False, True
    unicode = _is_unicode(getattr(sys.stdout, "encoding", None))
    return wants_colour(sys.stdout, os.environ), unicode


def wants_colour(stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """NO_COLOR wins, then FORCE_COLOR; else colour is for terminals that can show it."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def discard_stdout() -> None:
    """Let the interpreter's last flush go nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _to_stdout(data: bytes) -> None:
    if sys.stdout is None:
        raise OutputError("cannot write the result: standard output is closed", 1)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader has seen enough; the exit code is still that of the result.
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise OutputError(f"cannot write standard output: {_reason(error)}", 1) from None


def _is_unicode(encoding: str | None) -> bool:
    try:
        return codecs.lookup(encoding or "ascii").name.startswith("utf")
    except LookupError:
        return False


def _reason(error: OSError) -> str:
    if error.errno == errno.EISDIR:
        return "it is a directory"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "its directory does not exist"
    words = (error.strerror or type(error).__name__).lower()
    return words


def _code(error: OSError) -> int:
    full = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
    return 1 if error.errno in full else 2
