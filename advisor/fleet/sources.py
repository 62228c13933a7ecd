"""Workloads on disk as chunks of rows: CSV, JSON lines, Parquet.

A chunk carries raw cells: what they mean is decided by whoever works on the chunk, perhaps in
another process.  Reading holds one chunk at a time.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TypeAlias

from msgspec import Struct

from advisor.errors import DataError, Problem, Span
from advisor.fleet.lines import LONGEST, Lines
from advisor.language.vocabulary import did_you_mean

CSV, JSONL, PARQUET = "csv", "jsonl", "parquet"
FORMATS = (CSV, JSONL, PARQUET)
SUFFIXES = {
    ".csv": CSV,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    ".parquet": PARQUET,
    ".pq": PARQUET,
}
CHUNK = 4_096
"""Rows of a chunk: what is worked on, kept and resumed as one."""

MOST_COLUMNS = 1_000

Row: TypeAlias = "Sequence[object] | str | Broken"
"""The cells of a row of CSV or Parquet, the text of a JSON line, or what is wrong with it."""


class Broken(Struct, frozen=True):
    """A row that cannot be told apart into cells."""

    message: str


class Chunk(Struct, frozen=True):
    """Rows that belong together.  ``first`` is the number of its first row, from 1; ``lines``
    the line that each row ends on (empty where a format has no lines); ``digest`` is that of
    the bytes or cells that were read."""

    index: int
    first: int
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    digest: str


class Source(Struct, frozen=True):
    """``columns`` are the names of the cells; None for JSON lines, where each row names its
    own."""

    form: str
    columns: tuple[str, ...] | None
    chunks: Iterator[Chunk]


def open_source(stream: BinaryIO, form: str, name: str, size: int = CHUNK) -> Source:
    """The rows of an open file.  Raises DataError where it is no table at all."""
    if form == PARQUET:
        return _parquet(stream, name, size)
    lines = Lines(stream, name)
    return _csv(lines, name, size) if form == CSV else _jsonl(lines, size)


def check_columns(columns: Sequence[str], name: str) -> None:
    """Raises DataError where the header cannot be one."""
    problems = []
    if len(columns) > MOST_COLUMNS:
        problems.append(f"the header has {len(columns):,} columns; {MOST_COLUMNS:,} are possible")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    problems += [f"two columns are called '{column}'" for column in twice if column]
    if any(not column for column in columns):
        problems.append("a column has no name")
    if problems:
        place = Span(1, 1, 1, 2)
        raise DataError([Problem("wrong-header", words, name, place) for words in problems])


def form_of(name: str, given: str | None) -> str:
    """The format of a file: by its ending, else as given.  Raises DataError."""
    for suffix, form in SUFFIXES.items():
        if name.lower().endswith(suffix):
            return form
    if given is not None:
        return given
    ending = name[name.rfind(".") :] if "." in name else ""
    known = ", ".join(SUFFIXES)
    near = did_you_mean(ending, list(SUFFIXES)) if ending else None
    hint = near or "say --format csv, jsonl or parquet"
    message = f"the ending of '{name}' is none of {known}"
    raise DataError(
        [
            Problem(
                "unknown-format", message, name, hint=hint or "say --format csv, jsonl or parquet"
            )
        ]
    )


def _csv(lines: Lines, name: str, size: int) -> Source:
    reader = csv.reader(lines)
    csv.field_size_limit(LONGEST)
    try:
        header = next((row for row in reader if row), None)
    except csv.Error as error:
        raise DataError([Problem("wrong-header", str(error), name, Span(1, 1, 1, 2))]) from None
    if header is None:
        raise DataError([Problem("empty-file", "the file is empty: it has no header", name)])
    columns = tuple(cell.strip() for cell in header)
    check_columns(columns, name)
    lines.digest()

    def rows() -> Iterator[tuple[Row, int]]:
        while True:
            start = lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Broken(_csv_words(error, start, lines.number)), lines.number
                continue
            if not row:
                if lines.number in lines.too_long:
                    yield Broken(_too_long()), lines.number
                continue
            if len(row) != len(columns):
                words = f"the row has {len(row)} cells, the header {len(columns)}"
                if lines.number > start:
                    words += f"; a quote opened on line {start} goes on to line {lines.number}"
                yield Broken(words), lines.number
                continue
            yield tuple(row), lines.number

    return Source(CSV, columns, _chunks(rows(), lines, size))


def _csv_words(error: csv.Error, start: int, end: int) -> str:
    if end > start and "field larger" in str(error):
        return f"a quote opened on line {start} is not closed by line {end}"
    return f"this is no row of a CSV file: {error}"


def _too_long() -> str:
    return f"the line is longer than {LONGEST:,} characters"


def _jsonl(lines: Lines, size: int) -> Source:
    def rows() -> Iterator[tuple[Row, int]]:
        for line in lines:
            if lines.number in lines.too_long:
                yield Broken(_too_long()), lines.number
            elif line.strip():
                yield line, lines.number

    return Source(JSONL, None, _chunks(rows(), lines, size))


def _chunks(rows: Iterator[tuple[Row, int]], lines: Lines, size: int) -> Iterator[Chunk]:
    index, first = 0, 1
    held: list[tuple[Row, int]] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield _chunk(index, first, held, lines.digest())
            index, first = index + 1, first + size
            held = []
    if held:
        yield _chunk(index, first, held, lines.digest())


def _chunk(index: int, first: int, held: Sequence[tuple[Row, int]], digest: str) -> Chunk:
    return Chunk(index, first, tuple(r for r, _ in held), tuple(n for _, n in held), digest)


def _parquet(stream: BinaryIO, name: str, size: int) -> Source:
    from advisor.fleet.arrow import arrow

    pa, parquet = arrow()
    try:
        file = parquet.ParquetFile(stream)
    except (pa.ArrowException, OSError, ValueError) as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"this is no Parquet file: {words}"
        raise DataError([Problem("unreadable-file", message, name)]) from None
    columns = tuple(str(column) for column in file.schema_arrow.names)
    check_columns(columns, name)

    def chunks() -> Iterator[Chunk]:
        index, first = 0, 1
        held: list[tuple[object, ...]] = []
        try:
            for batch in file.iter_batches(batch_size=size):
                held += zip(*(column.to_pylist() for column in batch.columns), strict=True)
                while len(held) >= size:
                    yield made(index, first, held[:size])
                    index, first, held = index + 1, first + size, held[size:]
        except (pa.ArrowException, OSError, ValueError) as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            message = f"after {first + len(held) - 1:,} rows the file cannot be read on: {words}"
            raise DataError([Problem("unreadable-file", message, name)]) from None
        if held:
            yield made(index, first, held)

    def made(index: int, first: int, rows: Sequence[tuple[object, ...]]) -> Chunk:
        digest = hashlib.sha256(repr(rows).encode("utf-8", "surrogateescape")).hexdigest()
        return Chunk(index, first, tuple(rows), (), digest)

    return Source(PARQUET, columns, chunks())
