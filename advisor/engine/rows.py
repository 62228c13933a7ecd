"""Many decisions at once: a rule is a bitmap over rows, never a byte for a rule and a row.

The same truths, scores, exclusions and rankings as one decision at a time, to the bit; rows
are taken in chunks, so that memory depends on the chunk and not on how many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.engine.bits import Bits
from advisor.engine.bits_layout import Layout, bits_of
from advisor.engine.bits_scores import contested
from advisor.engine.compile import Program
from advisor.engine.rows_derived import with_derived
from advisor.engine.rows_ranks import Ranks, narrowest
from advisor.engine.rows_sums import Adder, Plan
from advisor.engine.rows_tests import Bitmap, Column, Rows, joined, words_for

CHUNK = 65_536


class Chunk(Struct, frozen=True, dict=True):
    """Decisions of rows ``start`` and on.

    ``surely`` and ``possibly``: for every slot of the layout, a bitmap over the rows;
    ``scores`` and ``excluded``: one line for each offer, one number or bool for each row.
    """

    layout: Layout
    ranks: Ranks
    start: int
    rows: int
    surely: Sequence[Bitmap]
    possibly: Sequence[Bitmap]
    scores: NDArray[Any]
    excluded: NDArray[np.bool_]

    def winner(self) -> NDArray[np.int16]:
        """The place of every row's best offer; -1 where all are excluded."""
        winner: NDArray[np.int16] = self.top(1)[0]
        return winner

    def top(self, count: int) -> NDArray[np.int16]:
        """The best ``count`` offers of every row: one line for each rank, -1 past the last."""
        return self.ranks.top(self.scores, self.excluded, min(count, self.ranks.offers))

    @cached_property
    def ranking(self) -> NDArray[np.int16]:
        """All offers of every row, one line for each rank; -1 past the last."""
        return self.ranks.ranking(self.scores, self.excluded)

    def fired(self, row: int) -> tuple[str, ...]:
        """Ids of the rules that surely hold in a row for some offer."""
        word, bit = divmod(row, 64)
        slots = 0
        for place, bitmap in enumerate(self.surely):
            slots |= (int(bitmap[word]) >> bit & 1) << place
        return self.layout.rules(slots)


class Columns:
    """A program ready to decide many rows at a time; keeps its working space from chunk to
    chunk, so each thread needs one of its own."""

    def __init__(self, program: Program | Bits, chunk: int = CHUNK) -> None:
        layout = self.layout = program.layout if isinstance(program, Bits) else Layout(program)
        self.program = layout.program
        self.chunk = chunk
        # Each distinct predicate is asked once a chunk; terms are lists of their numbers.
        self._predicates = self.program.predicates()
        number = {predicate: i for i, predicate in enumerate(self._predicates)}
        self._terms = [
            [[number[predicate] for predicate in term] for term in slot.terms]
            for slot in layout.slots
        ]
        steps = [self.program.rules[s.rule].steps for s in layout.slots[: layout.scores]]
        offers = range(len(self.program.offers))
        self._contests = [(members, _offers_of(members)) for members in contested(layout, steps)]
        in_contest = {place for members, _ in self._contests for place, _, _ in members}
        # Behind the slots' own bitmaps stand those of ``_strongest``, in the same order.
        behind = layout.width
        sums: list[list[tuple[int, int]]] = [[] for _ in offers]
        for place, step in enumerate(steps):
            if place not in in_contest:
                for offer in bits_of(layout.slots[place].surely):
                    sums[offer].append((place, step))
        for members, whom in self._contests:
            for offer in whom:
                for _, step, own in members:
                    if own >> offer & 1:
                        sums[offer].append((behind, step))
                        behind += 1
        self._plans = [Plan(parts) for parts in sums]
        gates = range(layout.scores, layout.gates)
        self._gates = [[g for g in gates if layout.slots[g].surely >> o & 1] for o in offers]
        low = min((sum(min(step, 0) for _, step in parts) for parts in sums), default=0)
        high = max((sum(max(step, 0) for _, step in parts) for parts in sums), default=0)
        # Digits of either sign reach beyond what they add up to.
        reach = 2 * max((sum(abs(step) for _, step in parts) for parts in sums), default=0) + 2
        self._kind = narrowest(-reach, reach)
        self._adders: dict[int, Adder] = {}
        self._ranks = Ranks(len(offers), low, high)

    def chunks(self, columns: Mapping[str, Column]) -> Iterator[Chunk]:
        """Decide every row, a chunk at a time.  Raises KeyError for a name without a column,
        ValueError for a column that does not fit its name."""
        columns = with_derived(columns, self.program.derived, self.program.types)
        sizes = {name: column.shape[-1] for name, column in columns.items()}
        rows = max(sizes.values(), default=0)
        for name, size in sizes.items():
            if size != rows:
                raise ValueError(f"'{name}' has {size} rows, not {rows}")
        for start in range(0, rows, self.chunk):
            end = min(start + self.chunk, rows)
            part = {name: column[..., start:end] for name, column in columns.items()}
            words = words_for(end - start)
            adder = self._adders.get(words)
            if adder is None:
                if len(self._adders) > 1:
                    # A full chunk and a last one are what is met again.
                    self._adders.clear()
                adder = self._adders[words] = Adder(words)
            yield self._decide(part, start, end - start, adder)

    def _decide(self, columns: Mapping[str, Column], start: int, rows: int, adder: Adder) -> Chunk:
        chunk = Rows(columns, self.program.types, rows)
        passing = [chunk.form(predicate.name, predicate.form) for predicate in self._predicates]
        certain = all(sure is maybe for sure, maybe in passing)
        surely = self._slots([pair[0] for pair in passing], chunk)
        possibly = surely if certain else self._slots([pair[1] for pair in passing], chunk)
        offers = len(self.program.offers)
        scores = np.empty((offers, rows), self._kind)
        excluded = np.zeros((offers, rows), bool)
        bitmaps = [*surely, *self._strongest(surely)]
        for offer in range(offers):
            adder.add(self._plans[offer], bitmaps, scores[offer])
            if self._gates[offer]:
                out = joined(np.bitwise_or, [surely[g] for g in self._gates[offer]], chunk.nothing)
                excluded[offer] = np.unpackbits(out.view(np.uint8), bitorder="little")[:rows]
        return Chunk(self.layout, self._ranks, start, rows, surely, possibly, scores, excluded)

    def _slots(self, passing: Sequence[Bitmap], rows: Rows) -> list[Bitmap]:
        """The rows in which each slot holds."""
        held = []
        for terms in self._terms:
            parts = [
                joined(np.bitwise_and, [passing[i] for i in term], rows.everything)
                for term in terms
            ]
            held.append(joined(np.bitwise_or, parts, rows.nothing))
        return held

    def _strongest(self, surely: Sequence[Bitmap]) -> list[Bitmap]:
        """Of slots on the same evidence, the rows in which each is an offer's strongest."""
        found: list[Bitmap] = []
        for members, offers in self._contests:
            for offer in offers:
                taken: Bitmap | None = None
                for place, _, whom in members:
                    if whom >> offer & 1:
                        own = surely[place]
                        found.append(own if taken is None else own & ~taken)
                        taken = own if taken is None else taken | own
        return found


def _offers_of(members: Sequence[tuple[int, int, int]]) -> list[int]:
    everyone = 0
    for _, _, offers in members:
        everyone |= offers
    return list(bits_of(everyone))
