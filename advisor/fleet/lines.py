"""Lines of a text file of any size: bounded in length, whatever ends them, none lost."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from advisor.errors import DataError, Problem

LONGEST = 1 << 20
"""Characters of a line; what is longer is no row of a table."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Lines:
    """Iterates over the lines of a stream in UTF-8, with their ends.

    ``number`` is that of the line read last, from 1.  A line that is too long is cut, passed
    on as an empty one, and its number noted in ``too_long``.  Bytes that are not UTF-8 come
    as lone surrogates, for whoever reads the row to refuse.  ``digest`` is that of everything
    read since it was taken last.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.number = 0
        self.too_long: set[int] = set()
        start = stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""
        if start[:2] in _WIDE_MARKS:
            message = "this is UTF-16 or UTF-32, not UTF-8"
            raise DataError([Problem("not-utf-8", message, name, hint="save it as UTF-8")])
        self._text = io.TextIOWrapper(
            stream, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST)
        if not line:
            raise StopIteration
        self.number += 1
        self._hash.update(line.encode("utf-8", "surrogateescape"))
        if len(line) < LONGEST or line[-1] in "\r\n":
            return line
        self.too_long.add(self.number)
        while line and line[-1] not in "\r\n":
            line = self._text.readline(LONGEST)
            self._hash.update(line.encode("utf-8", "surrogateescape"))
        return "\n"

    def digest(self) -> str:
        """Of what was read since this was asked for last."""
        found = self._hash.hexdigest()
        self._hash = hashlib.sha256()
        return found
