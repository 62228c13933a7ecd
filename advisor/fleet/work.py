"""The work on one chunk: read its rows, decide them, put them into the output's format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from advisor.fleet import rows
from advisor.fleet.columns import Meaning, Vocabulary
from advisor.fleet.deciding import Decider
from advisor.fleet.sheets import Reader, Reject, Sheet
from advisor.fleet.sources import Chunk
from advisor.fleet.tallies import Tally
from advisor.knowledge.model import Inputs, Knowledge


class Order(Struct, frozen=True):
    """Everything that says how rows are to be worked on; the same in every process.

    ``rules`` and ``before`` are the directories of the rule base and of the one that it is
    compared with, ``digests`` what is to be found there; ``asked`` is how many unsettled rows
    of a chunk are asked which unknown would decide most.
    """

    rules: Path | None
    before: Path | None
    digests: tuple[str, ...]
    as_of: date
    columns: tuple[tuple[str, Meaning], ...] | None
    mapping: Mapping[str, str]
    kept: tuple[str, ...]
    common: Inputs
    layout: rows.Layout
    plain_text: bool
    asked: int = 0


class Part(Struct, frozen=True):
    """A chunk worked on: output rows and rejected rows as bytes, how many there are of each,
    and what adds up."""

    index: int
    digest: str
    rows: bytes
    rejects: bytes
    decided: int
    rejected: int
    tally: Mapping[str, Mapping[str, int]]
    ignored: tuple[str, ...] = ()


Load = Callable[[Path | None], Knowledge]


class RulesChangedError(Exception):
    """The rule base is not the one that the run began with."""

    def __str__(self) -> str:
        return "the rule base was edited while the run went on; start it again"


class Work:
    """Works on chunks, one after the other; what was read or decided once is not again."""

    def __init__(self, order: Order, load: Load) -> None:
        self.order = order
        knowledge = load(order.rules)
        before = load(order.before) if order.before is not None else None
        if tuple(k.digest for k in (knowledge, before) if k is not None) != order.digests:
            raise RulesChangedError
        vocabulary = Vocabulary(knowledge, order.mapping, frozenset(order.kept))
        self.reader = Reader(
            knowledge, vocabulary, order.columns, order.common, order.kept, order.plain_text
        )
        self.decider = Decider(knowledge, order.as_of)
        self.before = None if before is None else Decider(before, order.as_of)

    def part(self, chunk: Chunk) -> Part:
        """The part of the output that a chunk makes."""
        sheets: list[tuple[int, Sheet]] = []
        rejects: list[tuple[int, int | None, Reject]] = []
        wrong = 0
        for place, row in enumerate(chunk.rows):
            found = self.reader.sheet(row)
            number = chunk.first + place
            if isinstance(found, Sheet):
                sheets.append((number, found))
                continue
            wrong += 1
            line = chunk.lines[place] if chunk.lines else None
            rejects += [(number, line, reject) for reject in found]
        return Part(
            chunk.index,
            chunk.digest,
            *self._decided(sheets, rejects),
            len(sheets),
            wrong,
            self._tally.to_data(),
            tuple(sorted(self.reader.ignored)),
        )

    def _decided(
        self,
        sheets: Sequence[tuple[int, Sheet]],
        rejects: Sequence[tuple[int, int | None, Reject]],
    ) -> tuple[bytes, bytes]:
        inputs = [sheet.inputs for _, sheet in sheets]
        outcomes = self.decider.outcomes(inputs)
        before = self.before.outcomes(inputs) if self.before is not None else [None] * len(inputs)
        self._tally = tally = Tally()
        records = []
        for (number, sheet), outcome, was in zip(sheets, outcomes, before, strict=True):
            records.append(rows.record(number, sheet, outcome, was))
            tally.add(sheet, outcome, was)
        if self.order.asked:
            open_ = [
                sheet
                for sheet, outcome in zip(inputs, outcomes, strict=True)
                if not outcome.settled
            ]
            self._ask(open_[: self.order.asked], tally.counts)
        return rows.encoded(self.order.layout, records), rows.rejected(rejects)

    def _ask(self, sheets: Sequence[Inputs], counts: Counter[tuple[str, str]]) -> None:
        """Which unknown would decide most, asked of a few."""
        for inputs in sheets:
            counts["asked", ""] += 1
            question = self.decider.next_question(inputs)
            if question is not None:
                counts["decides-most", question] += 1
