"""Bytes from a file or an address: the only place that uses the network."""

from __future__ import annotations

import time
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from advisor.errors import DataError, Problem
from advisor.knowledge.text_safety import shortened
from advisor.reading import open_input

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

LARGEST = 32 * 1024 * 1024
"""Bytes of a catalogue that are read at most."""

PATIENCE = 20.0
"""Seconds without an answer."""

DEADLINE = 120.0
"""Seconds for the whole."""

_CHUNK = 256 * 1024
_LONGEST_NAME = 300
_CUT_SHORT = "the connection ended before the whole file was there"


def is_address(name: str) -> bool:
    """Whether a name is an address rather than a file."""
    return "://" in name


def read_source(name: str) -> bytes:
    """The content of a file, or what an address answers.  Raises DataError."""
    return fetch(name) if is_address(name) else read_file(name)


def read_file(name: str) -> bytes:
    """The content of a file.  Raises DataError."""
    from advisor.cli.inputs import nearest_file

    shown = shortened(name, _LONGEST_NAME)
    path = Path(name)
    try:
        with open_input(path) as stream:
            return _limited(stream, shown)
    except FileNotFoundError:
        hint = nearest_file(name) or "an address begins with https://"
        problem = Problem("missing-file", f"there is no file '{shown}'", shown, hint=hint)
    except IsADirectoryError:
        message = f"'{shown}' is a directory, not a file"
        problem = Problem("unreadable-file", message, shown)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"'{shown}' cannot be read: {reason.lower()}"
        problem = Problem("unreadable-file", message, shown)
    raise DataError([problem]) from None


def fetch(address: str, opener: OpenerDirector | None = None) -> bytes:
    """What an address answers.  https only, also where it leads on; raises DataError."""
    shown = shortened(address, _LONGEST_NAME)
    if urlsplit(address).scheme.lower() != "https":
        message = "only addresses that begin with https:// are fetched"
        raise DataError([Problem("cannot-fetch", message, shown)])
    from urllib.request import Request

    try:
        # https alone, above.
        request = Request(address, headers={"User-Agent": "inference-advisor"})  # noqa: S310
        with (opener or _opener()).open(request, timeout=PATIENCE) as answer:
            length = answer.headers.get("Content-Length", "")
            if length.isdigit() and int(length) > LARGEST:
                raise DataError([_too_large(shown)])
            data = _limited(answer, shown)
            if length.isdigit() and len(data) < int(length):
                raise URLError(_CUT_SHORT)
            return data
    except HTTPError as error:
        message = f"the address answers {error.code} {error.reason}"
        hint = "is the address right?" if error.code in (404, 410) else None
    except (OSError, HTTPException, ValueError) as error:
        message, hint = f"nothing can be fetched: {_reason(error)}", _hint(error)
    raise DataError([Problem("cannot-fetch", message, shown, hint=hint)])


def _opener() -> OpenerDirector:
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class SafeRedirects(HTTPRedirectHandler):
        """Follows only to https."""

        def redirect_request(
            self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
        ) -> Request | None:
            if urlsplit(newurl).scheme.lower() != "https":
                raise URLError("it leads on to an address that is not https")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return build_opener(SafeRedirects)


class _Stream(Protocol):
    """Gives what is there by now, at most as much as asked for; nothing at its end."""

    def read1(self, size: int, /) -> bytes: ...


def _limited(stream: _Stream, shown: str) -> bytes:
    # read1, not read: a sender of single bytes would keep read waiting for a whole chunk,
    # past any deadline.
    parts: list[bytes] = []
    size = 0
    stop = time.monotonic() + DEADLINE
    while chunk := stream.read1(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            raise DataError([_too_large(shown)])
        if time.monotonic() > stop:
            raise TimeoutError
    return b"".join(parts)


def _too_large(shown: str) -> Problem:
    message = f"this is larger than {LARGEST // 1024 // 1024} MB, which no catalogue is"
    return Problem("too-large", message, shown)


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "there was no answer in time"
    if isinstance(inner, IncompleteRead):
        return _CUT_SHORT
    words = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return str(words)[:200].lower()


def _hint(error: Exception) -> str | None:
    inner = getattr(error, "reason", error)
    if isinstance(inner, OSError) and not isinstance(inner, TimeoutError):
        return "without a network, give the path of a file that was fetched before"
    return None
