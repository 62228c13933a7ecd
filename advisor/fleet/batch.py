"""A whole run: from a table of workloads to an output file, resumable, all or nothing.

Chunks of rows become parts, kept beside the output as they are finished; at the end the
parts become the output in one step.  An interrupted run goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from advisor.fleet import rows
from advisor.fleet.parts import Parts
from advisor.fleet.sources import CHUNK, Chunk, Source
from advisor.fleet.tallies import Tally
from advisor.fleet.work import Order, Part
from advisor.knowledge.model import Knowledge
from advisor.saving import replacing

Engine = Callable[[Iterator[Chunk]], Iterator[Part]]


class Done(Struct, frozen=True):
    """How a run ended: rows decided, rows rejected, parts that an earlier run had finished."""

    decided: int
    rejected: int
    resumed: int
    tally: Tally
    ignored: tuple[str, ...]


class StrictError(Exception):
    """A row was rejected where none may be; ``part`` holds the rejected rows."""

    def __init__(self, part: Part) -> None:
        super().__init__("a row was rejected")
        self.part = part


def key_of(order: Order, knowledge: Knowledge, version: str) -> str:
    """Tells one work from another: equal keys and equal rows make equal parts."""
    from advisor.reports.answers_file import answers_file

    columns = None if order.columns is None else [[c, asdict(m)] for c, m in order.columns]
    content = [
        version,
        CHUNK,
        order.digests,
        order.as_of.isoformat(),
        columns,
        sorted(order.mapping.items()),
        order.kept,
        answers_file(knowledge, order.common),
        asdict(order.layout),
        order.plain_text,
        order.asked,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def run(
    source: Source,
    layout: rows.Layout,
    parts: Parts,
    engine: Engine,
    *,
    output: Path,
    rejects: Path,
    strict: bool,
    progress: Callable[[int], None],
) -> Done:
    """Work on every chunk that has no finished part, then put the parts together.

    ``progress`` is told the rows done so far.  Raises OSError where a file cannot be written,
    StrictError at the first part with a rejected row.
    """
    parts.open()
    tally = Tally()
    ignored: set[str] = set()
    with_rejects: set[int] = set()
    decided = rejected = resumed = count = 0

    def note(part: Part) -> None:
        nonlocal decided, rejected, count
        if part.rejected:
            if strict:
                raise StrictError(part)
            with_rejects.add(part.index)
        decided += part.decided
        rejected += part.rejected
        count += 1
        tally.merge(part.tally)
        ignored.update(part.ignored)
        progress(decided + rejected)

    def unfinished() -> Iterator[Chunk]:
        nonlocal resumed
        for chunk in source.chunks:
            known = parts.finished(chunk.index, chunk.digest)
            if known is None or (strict and known.rejected):
                yield chunk
                continue
            resumed += 1
            note(known)

    for part in engine(unfinished()):
        parts.keep(part)
        note(part)
    with replacing(output) as stream:
        rows.joined(layout, (parts.load(index).rows for index in range(count)), stream)
    if rejected:
        with replacing(rejects) as stream:
            stream.write(rows.rejected_header())
            for index in sorted(with_rejects):
                stream.write(parts.load(index).rejects)
    else:
        rejects.unlink(missing_ok=True)
    parts.clear()
    return Done(decided, rejected, resumed, tally, tuple(sorted(ignored)))
