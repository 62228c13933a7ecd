"""How often each offer takes each rank when worlds, weights and facts are drawn.

In a draw every open answer takes a cell by its prior, every weight is halved, kept (twice as
often) or doubled, and every utility lies anywhere between what its evidence leaves open.
Lanes stay as they are: an unproven requirement has no odds.  Random numbers are whole ones
(SplitMix64 from a hash of what is drawn), the same on every machine.
"""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from advisor.decision.explanations import Acceptability
from advisor.engine.axes import Axis
from advisor.engine.grids import part_numbers

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

DRAWS = 2_000
SEED = 1
FACTORS = (1, 2, 2, 4)
MICRO = 1_000_000

Column = NDArray[np.int64]


def acceptabilities(decision: Decision) -> tuple[Acceptability, ...]:
    """Of every ranked offer, in the order of the ranking."""
    if not decision.order:
        return ()
    scores = _scores(decision)
    lanes = np.array(
        [
            (decision.standings[o].lane != "safe") * 1_000 + len(decision.standings[o].to_confirm)
            for o in decision.order
        ]
    )
    # Safer first, then the score; level offers keep the order of the ranking.
    keys = lanes[None, :].astype(np.float64) * 1e9 - scores
    ranks = np.argsort(np.argsort(keys, axis=1, kind="stable"), axis=1, kind="stable")
    draws = len(scores)
    found = []
    for i, offer in enumerate(decision.order):
        counts = np.bincount(ranks[:, i], minlength=len(decision.order)).tolist()
        first = Fraction(counts[0], draws)
        found.append(
            Acceptability(
                offer=offer,
                title=decision.situation.knowledge.offers[offer].title,
                first=first,
                error=_error(first, draws),
                ranks=tuple(Fraction(count, draws) for count in counts),
            )
        )
    return tuple(found)


def _scores(decision: Decision) -> NDArray[np.float64]:
    """A row per draw, a column per ranked offer: whole numbers, so that sums are exact."""
    scoring = decision.scoring
    axes = decision.situation.axes
    columns = {key: _cells(axes[key]) for key in scoring.open_keys}
    places = [scoring.place[offer] for offer in decision.order]
    number = part_numbers(columns, scoring.weights.part, DRAWS)
    vectors = np.array([scoring.weights.vectors[n] for n in range(int(number.max()) + 1)])
    total = np.zeros((DRAWS, len(places)))
    for k, (criterion, own) in enumerate(scoring.utilities.items()):
        factor = np.array(FACTORS)[(_numbers(f"weight/{criterion}") & np.uint64(3)).astype(int)]
        weight = vectors[number, k] * factor
        rows, at = np.unique(part_numbers(columns, own.part, DRAWS), return_inverse=True)
        pairs = [[own.utility(int(row), place) for place in places] for row in rows]
        low = np.array([[u.low for u in line] for line in pairs], dtype=np.int64)[at]
        high = np.array([[u.high for u in line] for line in pairs], dtype=np.int64)[at]
        drawn = np.stack([_numbers(f"fact/{criterion}/{o}") for o in decision.order], axis=1)
        part = (drawn >> np.uint64(48)).astype(np.int64)
        total += weight[:, None] * (low + (high - low) * part // 65_535)
    if scoring.failures:
        failing = scoring.failing_part(scoring.failures)
        numbers = part_numbers(columns, failing, DRAWS)
        masks = scoring.failing_masks
        passes = np.array([[not mask >> p & 1 for p in places] for mask in masks])
        total *= passes[numbers]
    # Every offer of a draw is divided by the same sum, which leaves their order alone.
    return total


def _cells(axis: Axis) -> Column:
    """The axis's cell in each draw."""
    weights = [cell.weight for cell in axis.cells]
    total = sum(weights)
    bounds, reached = [], 0
    for weight in weights:
        reached += weight
        bounds.append((reached << 32) // total)
    drawn = (_numbers(f"cell/{axis.key}") >> np.uint64(32)).astype(np.int64)
    return np.searchsorted(np.array(bounds), drawn, side="right").astype(np.int64)


def _numbers(name: str) -> NDArray[np.uint64]:
    """A stream of 64-bit numbers for a name."""
    start = int.from_bytes(hashlib.sha256(f"{SEED}/{name}".encode()).digest()[:8], "big")
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        state = np.uint64(start) + step * np.arange(1, DRAWS + 1, dtype=np.uint64)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _error(share: Fraction, draws: int) -> Fraction:
    """The standard error of a share, rounded down to a millionth."""
    variance = share * (1 - share) / draws
    return Fraction(math.isqrt(int(variance * MICRO * MICRO)), MICRO)
