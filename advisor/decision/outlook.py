"""The worlds that are left as columns: who wins in each, and what each offer is worth there.

All joint cells of what the decision reads where they are few enough, cells that nothing tells
apart taken once; else a fixed choice of worlds.  An offer wins a world as it would lead if
that world were answered: not excluded, fewest unproven requirements, then value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from advisor.decision.gates import Failures, Gate, Standing, judged
from advisor.decision.ranking import Scoring
from advisor.decision.situation import Situation
from advisor.engine.looks import Look, Part
from advisor.knowledge.values import Interval

if TYPE_CHECKING:
    from advisor.engine.grids import Column

EXHAUSTIVE = 1_000_000
"""Worlds up to which all of them are looked at."""
QUICK = 1 << 16
"""Joint cells, of those that are told apart, up to which all are looked at anyway."""
SAMPLED = 1 << 13
"""Fixed worlds that are looked at where there are more."""
CHUNK = 1 << 12
"""Worlds at a time: their values stay in the processor's cache."""
STEPS = 64
"""Parts of a point in which values are kept."""
UNPROVEN = 1 << 24
"""More than any value: one unproven requirement outweighs every score."""
OUT = -(1 << 40)

NOBODY = -1
DOUBTED = 1
FAILS = 2


class Outlook(Struct, frozen=True, eq=False):
    """``offers`` in the order of the decision.  Per world (row): its prior ``mass`` (0 where
    it cannot be or is not expected), the ``winner`` (a place in ``offers``; NOBODY; or
    ``level``, one past the last place, where several are level), the
    ``values`` of all offers in 1/64 points (0 where a gate fails), the ``cells`` by axis.

    ``shape``: the rows are a whole grid of the axes, in this order and these sizes; None for
    a choice of worlds.  ``possible`` is False for rows that cannot be.  ``unmet``: by gate,
    not 0 for the offers that fail it there or may.
    """

    offers: tuple[str, ...]
    axes: tuple[str, ...]
    mass: Any
    winner: Any
    values: Any
    cells: Mapping[str, Any]
    shape: tuple[int, ...] | None
    possible: Any
    unmet: Mapping[str, Any]

    @property
    def level(self) -> int:
        """The winner where several offers are level."""
        return len(self.offers)

    @property
    def exhaustive(self) -> bool:
        """Whether every world was looked at."""
        return self.shape is not None


def always_first(
    situation: Situation,
    scoring: Scoring,
    order: Sequence[str],
    gates: Sequence[Gate],
    standing: Standing,
    look: Callable[[], Outlook],
) -> int:
    """In how many worlds the first offer of the ``order`` wins, if that is shown to be all
    that are left; else 0.  ``standing`` is that offer's; ``look`` gives the outlook, which is
    asked for only where a few worlds do not speak against it.

    Cells are judged by one value in them, so this shows nothing where something that counts
    moves inside them, nor where a gate rests on too much to be looked at cell by cell.
    """
    hanging = {key for gate in standing.depends_on for key in gate.keys}
    if _moves(situation, {*scoring.open_keys, *hanging}):
        return 0
    if any(judged(situation, scoring.worlds, g).failures is None for g in standing.depends_on):
        return 0
    few = outlook(situation, scoring, order, gates, glance=True)
    if (few.winner[few.possible] != 0).any():
        return 0
    seen = look()
    if not seen.exhaustive or (seen.winner[seen.possible] != 0).any():
        return 0
    return int(seen.possible.sum())


def _moves(situation: Situation, keys: Collection[str]) -> bool:
    """Whether a derived value or a cost that counts may change inside a cell of the axes."""
    base = situation.base
    moving: set[str] = set()
    for rule in situation.knowledge.rules.values():
        if rule.effect in ("exclude", "score", "weigh") and base.reads(rule).moves:
            moving |= base.reads(rule).questions
    for questions in base.measure_questions.values():
        moving |= questions
    return any(
        isinstance(cell.domain, Interval) and not cell.domain.is_point
        for key in keys
        if situation.axes[key].question in moving
        for cell in situation.axes[key].cells
    )


def outlook(
    situation: Situation,
    scoring: Scoring,
    order: Sequence[str],
    gates: Sequence[Gate],
    *,
    glance: bool = False,
) -> Outlook:
    """The outlook of a decision whose offers rank in this ``order``; at a ``glance`` only
    fixed worlds are looked at."""
    import numpy as np

    from advisor.engine.grids import grid_rows, part_numbers, sample_column

    worlds = scoring.worlds
    columns = Columns(situation, scoring, order, gates)
    looks: list[Look[Any]] = [look for part in columns.parts for look in part.looks]
    axes = tuple(sorted(worlds.bound([key for part in columns.parts for key in part.keys])))
    cells = {key: worlds.merged(key, [*looks, *worlds.impossible], expected=False) for key in axes}
    sizes = tuple(len(listed) for listed, _ in cells.values())
    bars = worlds.bars
    if glance or (math.prod(sizes) > QUICK and worlds.joint(axes) > EXHAUSTIVE):
        drawn = {
            key: sample_column(key, tuple(c.weight for c in situation.axes[key].cells))[:SAMPLED]
            for key in axes
        }
        possible = worlds.possible_worlds()[:SAMPLED]
        winner, values, unmet = columns.at(lambda part: worlds.over_sample(part)[:SAMPLED], SAMPLED)
        winner[~possible] = NOBODY
        return Outlook(
            tuple(order),
            axes,
            possible.astype(np.float64),
            winner,
            values,
            drawn,
            None,
            possible,
            columns.named(unmet),
        )
    rows = math.prod(sizes)
    listed = {key: found for key, (found, _) in cells.items()}
    mass = np.ones(1)
    for _, masses in cells.values():
        share = np.array([m / (sum(masses) or 1) for m in masses])
        mass = np.multiply.outer(mass, share).ravel()
    pieces = []
    for start in range(0, rows, CHUNK):
        stop = min(start + CHUNK, rows)
        at = grid_rows(listed, start, stop)
        count = stop - start

        def number(part: Part, at: Mapping[str, Column] = at, count: int = count) -> Column:
            return part_numbers(at, part, count)

        pieces.append((possible_rows(at, bars, count), *columns.at(number, count)))
    possible, winner, values = (np.concatenate([piece[i] for piece in pieces]) for i in range(3))
    unmet = [np.concatenate(listed) for listed in zip(*(p[3] for p in pieces), strict=True)]
    mass[~possible] = 0
    winner[~possible] = NOBODY
    every = grid_rows(listed, 0, rows)
    named = columns.named(unmet)
    return Outlook(tuple(order), axes, mass, winner, values, every, sizes, possible, named)


def possible_rows(columns: Mapping[str, Column], bars: Sequence[Part], rows: int) -> Any:
    """Which rows are no impossible combination."""
    import numpy as np

    from advisor.engine.grids import part_numbers

    keep = np.ones(rows, dtype=bool)
    for part in bars:
        if set(part.keys) <= set(columns):
            keep &= part_numbers(columns, part, rows) == 0
    return keep


class Columns:
    """The parts that a decision is made of, and what they make of many worlds."""

    def __init__(
        self, situation: Situation, scoring: Scoring, order: Sequence[str], gates: Sequence[Gate]
    ) -> None:
        self._scoring = scoring
        self._places = [scoring.place[offer] for offer in order]
        self._utilities = list(scoring.utilities.values())
        self._known: dict[int, Any] = {}
        self._judged: dict[str, Any] = {}
        found: list[tuple[Gate, Failures]] = []
        here = sum(1 << place for place in self._places)
        for gate in gates:
            if gate.rule is not None and not situation.may_apply(gate.rule):
                continue
            outcome = judged(situation, scoring.worlds, gate)
            if outcome.failures is not None and (outcome.fails | outcome.doubts) & here:
                found.append((gate, outcome.failures))
        self._gates = found
        self.parts = [
            scoring.weights.part,
            *(own.part for own in self._utilities),
            *(failures.part for _, failures in found),
        ]

    def named(self, unmet: Sequence[Any]) -> dict[str, Any]:
        """What ``at`` says of the gates, by gate."""
        return {gate.id: found for (gate, _), found in zip(self._gates, unmet, strict=True)}

    def at(self, number: Callable[[Part], Column], rows: int) -> tuple[Any, Any, list[Any]]:
        """The winner and the values in each of some worlds, by the parts' numbers there, and
        per gate who does not surely pass."""
        import numpy as np

        scoring, places = self._scoring, self._places
        chosen = number(scoring.weights.part)
        vectors = np.array(scoring.weights.vectors, dtype=np.int32)[chosen]
        sums = vectors.sum(axis=1)
        worth = np.zeros((rows, len(places)), dtype=np.int32)
        for k, own in enumerate(self._utilities):
            numbers = number(own.part)
            worth += np.take(self._points(k), numbers, axis=0) * vectors[:, k, None]
        worth *= STEPS
        worth //= np.maximum(sums, 1)[:, None]
        out = np.zeros((rows, len(places)), dtype=bool)
        unproven = np.zeros((rows, len(places)), dtype=np.int8)
        unmet = []
        for gate, failures in self._gates:
            # Numbering first: cells that cannot be are looked at here for the first time.
            numbers = number(failures.part)
            found = np.take(self._tables(gate, failures), numbers, axis=0)
            unmet.append(found)
            out |= found == FAILS
            unproven += found == DOUBTED
        worth[out] = 0
        key = worth.astype(np.int64)
        if unproven.any():
            key -= unproven * np.int64(UNPROVEN)
        key[out] = OUT
        winner = np.argmax(key, axis=1).astype(np.int16)
        level = (key == key.max(axis=1)[:, None]).sum(axis=1) > 1
        winner[level] = len(places)
        winner[out.all(axis=1)] = NOBODY
        return winner, worth, unmet

    def _points(self, criterion: int) -> Any:
        """The points of the offers in the rows that are known so far."""
        import numpy as np

        own = self._utilities[criterion]
        known = self._known.get(criterion)
        if known is None or len(known) < len(own.rows):
            known = self._known[criterion] = np.ascontiguousarray(
                own.points()[:, self._places], dtype=np.int32
            )
        return known

    def _tables(self, gate: Gate, failures: Failures) -> Any:
        """By outcome and offer: FAILS, DOUBTED or 0."""
        import numpy as np

        known = self._judged.get(gate.id)
        if known is not None and len(known) == len(failures.outcomes):
            return known
        fails, doubts = [], []
        for outcome in list(failures.outcomes):
            failing = 0 if gate.negotiable else outcome.at_point
            open_ = ~outcome.passes & ~failing
            fails.append([failing >> i & 1 for i in self._places])
            doubts.append([open_ >> i & 1 for i in self._places])
        made = np.array(fails, dtype=np.int8) * FAILS + np.array(doubts, dtype=np.int8) * DOUBTED
        self._judged[gate.id] = made
        return made
