"""Offers that fail one requirement or another in all that is left, though none everywhere.

A closed model where a size is asked for, too dear where the best closed models are: each
answer puts such an offer out by another gate.  Each gate is a table over the axes that it
reads, 1 where the offer surely fails; where the least sum over all joint cells is 1 or more,
no case is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from advisor.decision.gates import Failures, Gate, Standing
from advisor.engine.worlds import Worlds

if TYPE_CHECKING:
    from advisor.engine.elimination import Table

CELLS_AT_MOST = 1 << 16
"""Joint cells that are put together at once; beyond, an offer may stand that should not."""
BARRED = 1 << 20


def out_together(
    worlds: Worlds,
    standings: Mapping[str, Standing],
    failures: Mapping[str, Failures],
    suspects: Iterable[str],
) -> dict[str, Standing]:
    """The standings of those ``suspects`` that are out by several gates together: of these a
    smallest choice, none of which could be spared."""
    place = {offer: i for i, offer in enumerate(standings)}
    found = {}
    for offer in suspects:
        standing = standings[offer]
        gates = [
            gate
            for gate in (*standing.depends_on, *standing.to_confirm)
            if gate.id in failures
            and any(o.fails >> place[offer] & 1 for o in failures[gate.id].outcomes)
        ]
        needed = _needed(worlds, [failures[gate.id] for gate in gates], place[offer])
        if needed:
            found[offer] = replace(
                standing,
                excluded_by=needed,
                to_confirm=tuple(g for g in standing.to_confirm if g not in needed),
                depends_on=tuple(g for g in standing.depends_on if g not in needed),
                together=True,
            )
    return found


def _needed(worlds: Worlds, failures: list[Failures], place: int) -> tuple[Gate, ...]:
    """The gates of which the offer fails one in every case; none where a case is left."""
    if len(failures) < 2:
        return ()
    import numpy as np

    from advisor.engine.elimination import Table, least_sum

    tables, bars = worlds.tables([failing.part for failing in failures])
    barred = [Table(bar.keys, bar.values * BARRED) for bar in bars]
    fails = [
        Table(
            table.keys,
            np.array([o.fails >> place & 1 for o in failing.outcomes], dtype=np.int64)[
                table.values
            ],
        )
        for failing, table in zip(failures, tables, strict=True)
    ]

    def leaves_no_case(chosen: Iterable[Table]) -> bool:
        return least_sum([*chosen, *barred], CELLS_AT_MOST) > 0

    if not leaves_no_case(fails):
        return ()
    kept = dict(enumerate(fails))
    for i in range(len(fails)):
        rest = [table for j, table in kept.items() if j != i]
        if leaves_no_case(rest):
            del kept[i]
    return tuple(failures[i].gate for i in kept)
