"""A JSON list with the place of each entry, so that a mistake can be pointed at."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate

from msgspec import Struct

from advisor.errors import DataError, Problem, Span

_SPACE = re.compile(r"[ \t\r\n]*")


class Located(Struct, frozen=True):
    """Entry ``number`` (from 1) of the list in ``file``; ``text`` is its source."""

    value: object
    number: int
    file: str
    text: str
    start: int
    lines: tuple[int, ...]

    @property
    def line(self) -> int:
        """The line on which the entry begins, from 1."""
        return bisect_right(self.lines, self.start)

    def span(self, key: str | None) -> Span:
        """Where the entry, or the first key of that name in it, stands."""
        at, width = self.start, 1
        if key is not None:
            found = re.search(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:", self.text)
            if found is not None:
                at, width = self.start + found.start(), len(key) + 2
        line = bisect_right(self.lines, at)
        column = at - self.lines[line - 1] + 1
        return Span(line, column, line, column + width)


def located_list(data: bytes, file: str) -> list[Located]:
    """The entries of a JSON list, or of the list under ``cases`` in an object.  Raises
    ``DataError`` where it is neither."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong("not-utf-8", f"this is not UTF-8: {error.reason}", file) from error
    # Ends of lines as the parser counts them.
    lines = tuple(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    # Every mistake of grammar, and what stands after the list, is for the parser to say.
    _whole(text, file, lines)
    start = _list_start(text)
    if start is None:
        raise _wrong("wrong-shape", "cases must be a JSON list", file)
    decoder = json.JSONDecoder()
    found: list[Located] = []
    at = _after_space(text, start + 1)
    try:
        while text[at : at + 1] != "]":
            value, end = decoder.raw_decode(text, at)
            found.append(Located(value, len(found) + 1, file, text[at:end], at, lines))
            at = _after_space(text, end)
            if text[at : at + 1] == ",":
                at = _after_space(text, at + 1)
    except json.JSONDecodeError as error:
        # The word stood inside a text.
        raise _wrong("wrong-shape", "cases must be a JSON list", file) from error
    return found


def _list_start(text: str) -> int | None:
    at = _after_space(text, 0)
    if text[at : at + 1] == "[":
        return at
    found = re.search(r'"cases"\s*:\s*\[', text) if text[at : at + 1] == "{" else None
    return None if found is None else found.end() - 1


def _whole(text: str, file: str, lines: tuple[int, ...]) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = Span(error.lineno, error.colno, error.lineno, error.colno + 1)
        raise DataError(
            [Problem("not-json", f"this is not JSON: {error.msg}", file, at)]
        ) from error
    except RecursionError as error:
        raise _wrong("too-deep", "this is nested too deeply", file) from error
    except ValueError as error:
        raise _long_number(file) from error


def _after_space(text: str, at: int) -> int:
    if text[at : at + 1] > " ":
        return at
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _long_number(file: str) -> DataError:
    return _wrong("not-json", "a number in it has thousands of digits", file)


def _wrong(check: str, message: str, file: str) -> DataError:
    return DataError([Problem(check, message, file)])
