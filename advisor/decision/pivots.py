"""On which questions the winner hangs by themselves.

A question is *pivotal* in a world where another answer to it alone, all others kept, has
another winner.  Whoever would prove the winner of that world has to ask it, in whatever order,
so the share of such worlds tells how hard a question is to do without.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from advisor.decision.gates import Gate
from advisor.decision.outlook import NOBODY, Columns, Outlook, possible_rows
from advisor.decision.ranking import Scoring
from advisor.decision.situation import Situation
from advisor.engine.looks import Look

WORLDS = 96
"""Fixed worlds that are changed, one answer at a time, where not all are looked at."""
VALUES = 8
"""Cells of an axis that are tried then: the first, the last, and some evenly between."""
MICRO = 1_000_000


def pivots(
    situation: Situation,
    scoring: Scoring,
    order: Sequence[str],
    gates: Sequence[Gate],
    seen: Outlook,
    axes: Collection[str],
) -> dict[str, int]:
    """By question that owns some of the ``axes``, the prior share of the worlds left, in
    millionths, in which it is pivotal: exact where the outlook shows every world, else that
    among a fixed choice of worlds and of other answers."""
    wanted: dict[str, list[str]] = {}
    for key in seen.axes:
        if key in axes:
            wanted.setdefault(situation.axes[key].question, []).append(key)
    found = (
        _among_all(seen, wanted)
        if seen.shape is not None
        else _among_some(situation, scoring, order, gates, seen, wanted)
    )
    mass = seen.mass[: len(next(iter(found.values())))] if found else seen.mass
    total = float(mass.sum())
    return {
        question: round(float(mass[hangs].sum()) / total * MICRO) if total else 0
        for question, hangs in found.items()
    }


def _among_all(seen: Outlook, wanted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """By question, the rows in which moving along its axes alone meets another winner."""
    import numpy as np

    assert seen.shape is not None
    winners = seen.winner.reshape(seen.shape)
    possible = seen.possible.reshape(seen.shape)
    found = {}
    for question, keys in wanted.items():
        places = tuple(seen.axes.index(key) for key in keys)
        high = np.where(possible, winners, NOBODY - 1).max(axis=places, keepdims=True)
        low = np.where(possible, winners, seen.level + 1).min(axis=places, keepdims=True)
        found[question] = np.broadcast_to(high > low, seen.shape).ravel()
    return found


def _among_some(
    situation: Situation,
    scoring: Scoring,
    order: Sequence[str],
    gates: Sequence[Gate],
    seen: Outlook,
    wanted: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """The same for the first of the fixed worlds, all changed worlds as one block of rows; of
    several choices one is changed at a time."""
    import numpy as np

    from advisor.engine.grids import part_numbers

    worlds = scoring.worlds
    columns = Columns(situation, scoring, order, gates)
    looks: list[Look[Any]] = [look for part in columns.parts for look in part.looks]
    looks += worlds.impossible
    start = {key: cells[:WORLDS] for key, cells in seen.cells.items()}
    changes = [
        (question, key, cell)
        for question, keys in wanted.items()
        for key in keys
        for cell in _some_of(worlds.merged(key, looks, expected=False)[0])
    ]
    if not changes:
        return {}
    here = len(seen.winner[:WORLDS])
    rows = here * len(changes)
    changed: dict[str, Any] = {key: np.tile(cells, len(changes)) for key, cells in start.items()}
    for place, (_, key, cell) in enumerate(changes):
        changed[key][place * here : (place + 1) * here] = cell
    winner, _, _ = columns.at(lambda part: part_numbers(changed, part, rows), rows)
    differs = (winner != np.tile(seen.winner[:WORLDS], len(changes))) & possible_rows(
        changed, worlds.bars, rows
    )
    found: dict[str, Any] = {}
    for (question, _, _), hangs in zip(changes, differs.reshape(len(changes), here), strict=True):
        found[question] = found.get(question, False) | hangs
    return found


def _some_of(cells: Sequence[int]) -> list[int]:
    if len(cells) <= VALUES:
        return list(cells)
    return [cells[i * (len(cells) - 1) // (VALUES - 1)] for i in range(VALUES)]
