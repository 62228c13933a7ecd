"""Bytes to text: encoding and characters, each fault with its line and column.

libyaml names only a byte offset for these, accepts UTF-16, and cannot go on after the first
one; so they are found here, before it sees the text.
"""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_right

from advisor.errors import Problem, Span
from advisor.knowledge.document import Findings
from advisor.knowledge.forbidden_text import CONTROL, INVISIBLE, UNUSUAL_BREAK, described

_START = Span(1, 1, 1, 1)
# The line breaks of YAML 1.1, as libyaml counts them.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

# How files begin that people hand over by mistake.
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive (a spreadsheet or a document of an office suite is one too)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "a document of an old office suite"),
)
_MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAMPLE = 4096
_LISTED = 5


def lines_of(text: str) -> tuple[str, ...]:
    """Split as libyaml counts lines: CRLF, LF, CR, NEL, U+2028 and U+2029 end a line."""
    return tuple(_BREAK.split(text))


def text_of(data: bytes, findings: Findings, max_bytes: int) -> str | None:
    """Decode UTF-8 and set ``findings.lines``; None where the bytes are no readable text.

    A mark at the beginning is dropped.  Forbidden characters are reported; the text that
    comes back has U+FFFD in place of what libyaml would not take, so that reading can go on and
    every column stays right.
    """
    if len(data) > max_bytes:
        findings.problems.append(
            _whole_file(
                findings,
                "too-large",
                f"the file is larger than {max_bytes:,} bytes, the most that is read",
                "split it into several files",
            )
        )
        return None
    foreign = _foreign(data)
    if foreign is not None:
        check, message, hint = foreign
        findings.problems.append(_whole_file(findings, check, message, hint))
        return None
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _report_undecodable(data, error, findings)
        return None
    findings.lines = lines_of(text)
    return _checked(text, findings)


def _whole_file(findings: Findings, check: str, message: str, hint: str | None) -> Problem:
    return Problem(check, message, findings.file, _START, hint)


def _foreign(data: bytes) -> tuple[str, str, str] | None:
    """Check, message and hint for data that is no UTF-8 text at all."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return "not-text", f"this is {what}, not a text file", "give a YAML text file"
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (
                "wrong-encoding",
                f"the file is encoded in {encoding}",
                "save it as UTF-8",
            )
    sample = data[:_SAMPLE]
    zeros = sample.count(0)
    if zeros:
        even = sample[::2].count(0)
        odd = zeros - even
        often, seldom = max(even, odd), min(even, odd)
        if often > 1 and 4 * often >= len(sample) and 20 * seldom <= len(sample):
            return (
                "wrong-encoding",
                "the file looks like UTF-16 (every second byte is zero)",
                "save it as UTF-8",
            )
    # Tab, line feed, form feed, carriage return and escape occur in text; the rest hardly.
    odd_bytes = sum(sample.count(code) for code in range(32) if code not in (9, 10, 12, 13, 27))
    if 10 * odd_bytes > len(sample) and odd_bytes > 3:
        return (
            "not-text",
            "this is not a text file: it is full of control characters",
            "give a YAML text file",
        )
    return None


def _report_undecodable(data: bytes, error: UnicodeDecodeError, findings: Findings) -> None:
    """Name the first byte that is not UTF-8, at its line and column."""
    offset = error.start
    text = data.decode("utf-8", errors="replace")
    findings.lines = lines_of(text)
    before = lines_of(data[:offset].decode("utf-8"))
    line, column = len(before), len(before[-1]) + 1
    # A CRLF is never cut here: the byte after the CR would be valid.
    at = Span(line, column, line, column + 1)
    byte = data[offset]
    if byte == 0xED and b"\xa0" <= data[offset + 1 : offset + 2] < b"\xc0":
        findings.add(
            "unpaired-surrogate",
            "the bytes here encode half of a surrogate pair, which is no character",
            at,
            hint="write the character itself, in UTF-8",
        )
        return
    if error.end == len(data) and error.reason == "unexpected end of data":
        hint = "the file ends in the middle of a character: it may be cut off"
    else:
        guess = bytes([byte]).decode("cp1252", errors="ignore")
        meant = f"; in Windows-1252 it would be '{guess}'" if guess and guess.isprintable() else ""
        hint = f"save the file as UTF-8{meant}"
    findings.add("not-utf8", f"byte 0x{byte:02X} is not valid UTF-8", at, hint=hint)


class _Places:
    """Offset in the text -> line and column, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = array("I", [0])
        self._starts.extend(found.end() for found in _BREAK.finditer(text))

    def span(self, offset: int) -> Span:
        line = bisect_right(self._starts, offset)
        column = offset - self._starts[line - 1] + 1
        return Span(line, column, line, column + 1)


def _checked(text: str, findings: Findings) -> str:
    """Report characters that no file may hold; replace those that libyaml cannot read."""
    # A text has few different characters: looking at each of them once is quick.
    alphabet = "".join(set(text))
    places: _Places | None = None
    for pattern, check, what, hint in _FORBIDDEN:
        if pattern.search(alphabet) is None:
            continue
        places = places or _Places(text)
        found = [match.start() for match in pattern.finditer(text)]
        for number, offset in enumerate(found[:_LISTED], start=1):
            more = len(found) - _LISTED if number == _LISTED else 0
            findings.add(
                check,
                f"{what} {described(text[offset])} in the file",
                places.span(offset),
                hint=f"{hint}; {more:,} more follow" if more else hint,
            )
    if places is None:
        return text
    # libyaml skips a byte order mark at the beginning of a line, but counts its column.
    return CONTROL.sub("\ufffd", text).replace("\ufeff", "\ufffd")


_FORBIDDEN = (
    (CONTROL, "control-character", "control character", "delete it"),
    (INVISIBLE, "invisible-character", "invisible character", "delete it"),
    (UNUSUAL_BREAK, "unusual-break", "line break", "write an ordinary line break"),
)
