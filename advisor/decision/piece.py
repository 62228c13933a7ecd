"""One gate, the weights or one criterion under one set of answers, for ``pieces``."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from advisor.decision.gates import Gate, judged
from advisor.decision.piece_sums import Floats, by_cell, flat
from advisor.decision.ranking import utilities_at
from advisor.decision.situation import Situation
from advisor.decision.weighting import weights_at
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Criterion


class GatePiece(Struct, frozen=True):
    """Sets of offers (bits): excluded; unproven; worth nothing in a part of what is left.
    ``failing``: per offer the mass (0..1) of that part, where there is any."""

    out: int
    unproven: int
    partial: int
    failing: tuple[float, ...] = ()


class Weighed(Struct, frozen=True):
    """Per cell of the open questions behind the weights: its mass (0..1), the weights."""

    rows: tuple[tuple[tuple[int, ...], float, tuple[int, ...]], ...]


class Table(Struct, frozen=True):
    """Mean utilities: per cell of the axes shared with the weights, a row of all offers.
    ``sure``: nothing is open behind them, so that they are whole numbers."""

    rows: Floats
    sure: bool


def judged_by(gate: Gate, reads: frozenset[str], situation: Situation, worlds: Worlds) -> GatePiece:
    """What a gate that reads these questions makes of the offers."""
    if gate.rule is not None and not situation.may_apply(gate.rule):
        return GatePiece(0, 0, 0)
    keys = situation.space.open_keys(reads)
    found = judged(situation, worlds, Gate(gate.id, gate.rule, keys, gate.negotiable))
    stuck = (found.fails | found.doubts) & ~found.passes
    out = 0 if gate.negotiable else stuck & ~found.doubts
    stated = found.failures is not None and situation.is_stated(gate.rule)
    unproven = stuck & ~out if stated else 0
    if gate.negotiable or found.failures is None or not found.at_points:
        return GatePiece(out, unproven, 0)
    masses = worlds.grouped([found.failures.part])
    whole = sum(masses.values())
    failing = [0] * len(situation.knowledge.offers)
    for (number,), mass in masses.items():
        fails = found.failures.outcomes[number].at_point
        for i in range(len(failing)):
            failing[i] += mass * (fails >> i & 1)
    shares = tuple(mass / whole for mass in failing) if whole else ()
    return GatePiece(out, unproven, found.at_points, shares)


def weighed_at(situation: Situation, worlds: Worlds, keys: Sequence[str]) -> Weighed:
    """The weights by joint cell of the axes that are open behind them."""
    own = weights_at(situation)
    return Weighed(
        tuple(
            (cell, mass, own.vectors[next(iter(numbers))])
            for cell, mass, numbers in by_cell(situation, worlds, own.part, keys)
        )
    )


def tabled(
    criterion: Criterion, situation: Situation, worlds: Worlds, keys: Sequence[str]
) -> Table:
    """The mean utilities by joint cell of the axes shared with the weights."""
    own = utilities_at(situation, criterion)
    if not own.part.keys and not keys:
        return Table(np.array([own.points_of(own.part.only)], dtype=float), sure=True)
    sizes = situation.sizes(keys)
    rows = np.zeros((math.prod(sizes), len(situation.knowledge.offers)))
    sure = not keys
    for joint, _, numbers in by_cell(situation, worlds, own.part, keys):
        whole = sum(numbers.values())
        sure = sure and len(numbers) == 1
        line = rows[flat(joint, sizes)]
        for row, mass in numbers.items():
            line += np.array(own.points_of(row), dtype=float) * (mass / whole)
    return Table(rows, sure)
