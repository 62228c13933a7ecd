"""JSON read strictly, with exact numbers, and the place of any value when it is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from json.decoder import JSONDecodeError
from typing import Any, TypeAlias

from advisor.errors import Problem, Span

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the root to a value."""

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')


# All that is left of a file that was cut: blanks, or the beginning of a number or word.
_CUT = re.compile(r"\s*[A-Za-z0-9.+-]*\s*")


MOST_VALUES = 2_000_000
"""Values in a file; each takes some hundred bytes of memory."""


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def read(data: bytes, file: str) -> tuple[Any, str, list[Problem]]:
    """The value, the text it was read from, and what is wrong; the value is None then.

    Numbers are ``int`` or ``Decimal``.
    """
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        message = f"there are more than {MOST_VALUES:,} values in it"
        return None, "", [Problem("too-large", message, file)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text: byte {error.start + 1} cannot be read"
        return None, "", [Problem("bad-json", message, file)]
    repeated = False

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        made = dict(pairs)
        # Told only where the rest is JSON, or its places could not be found.
        repeated |= len(made) != len(pairs)
        return made

    try:
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=unique
        )
    except JSONDecodeError as error:
        return None, text, [_unread(error, text, file)]
    except RecursionError:
        return None, text, [Problem("too-deep", "lists and maps are nested too deeply", file)]
    except ValueError as error:
        return None, text, [Problem("bad-json", f"this is not JSON: {error}", file)]
    if repeated:
        return None, text, [*_repeated(text, file)]
    return value, text, []


def place_of(text: str, path: Path) -> Span | None:
    """Where the value at ``path`` stands in JSON text that was read."""
    return places_of(text, [path]).get(path)


def places_of(text: str, paths: Iterable[Path]) -> Mapping[Path, Span]:
    """Where values stand; one pass over the text for all of them."""
    wanted = set(paths)
    starts = {path: (begin, end) for path, begin, end in _values(text) if path in wanted}
    return {path: span_at(text, begin, end) for path, (begin, end) in starts.items()}


def span_at(text: str, begin: int, end: int) -> Span:
    """The span of characters ``begin`` to ``end`` (excluded), on one line."""
    line = text.count("\n", 0, begin) + 1
    column = begin - (text.rfind("\n", 0, begin) + 1) + 1
    stop = text.find("\n", begin, end)
    return Span(line, column, line, column + max((end if stop < 0 else stop) - begin, 1))


def line_at(text: str, span: Span | None) -> str | None:
    """The text of the line, for snippets."""
    if span is None:
        return None
    lines = text.split("\n", span.line)
    return lines[span.line - 1].rstrip("\r") if span.line <= len(lines) else None


def _unread(error: JSONDecodeError, text: str, file: str) -> Problem:
    begin = min(error.pos, max(len(text.rstrip()) - 1, 0))
    span = span_at(text, begin, begin + 1)
    if not text.strip():
        message, hint = "this file is empty", None
    elif _CUT.fullmatch(text, error.pos) or error.msg.startswith("Unterminated string"):
        message = "this file ends in the middle of a value"
        hint = "it was cut short: fetch it again"
    else:
        message, hint = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", None
    return Problem("bad-json", message, file, span, hint, line_at(text, span))


def _repeated(text: str, file: str) -> Iterable[Problem]:
    seen: set[Path] = set()
    for path, begin, end in _values(text):
        if path in seen:
            span = span_at(text, begin, end)
            name = path[-1] if path else ""
            message = f"'{name}' stands twice in the same map"
            yield Problem("duplicate-id", message, file, span, None, line_at(text, span))
        seen.add(path)


def _values(text: str) -> Iterable[tuple[Path, int, int]]:
    """Every value of sound JSON text: its path, and where its first piece begins and ends."""
    path: list[str | int] = []
    maps: list[bool] = []
    key_next = False
    for match in _TOKEN.finditer(text):
        piece = match.group(1)
        if piece == ":":
            continue
        if piece == ",":
            key_next = maps[-1]
            if not maps[-1]:
                path[-1] = int(path[-1]) + 1
            continue
        if piece in ("}", "]"):
            maps.pop()
            path.pop()
            key_next = False
            continue
        if key_next:
            path[-1] = json.loads(piece)
            key_next = False
            continue
        yield tuple(path), match.start(1), match.end(1)
        if piece in ("{", "["):
            maps.append(piece == "{")
            path.append("" if piece == "{" else 0)
            key_next = piece == "{"
