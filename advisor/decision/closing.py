"""How much of what a proof of the leader lacks an answer makes up.

Against a rival that is not ruled out by the least leads on each criterion, their weighted sum
is at or below zero.  An answer leaves fewer cells, so the least leads grow.  A question *closes*
the share of that sum that its answer makes up on average, over the strongest such rivals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from advisor.decision.pairs import Pairs
from advisor.decision.ranking import Scoring
from advisor.decision.situation import Situation
from advisor.engine.looks import Cells, Look, Part

RIVALS = 6
"""Rivals that are looked at, the strongest first."""
ANSWERS = 256
"""Answers up to which a question is looked at."""
CELLS_AT_MOST = 1 << 13
"""Joint cells of a criterion and a question up to which each is looked at."""
MICRO = 1_000_000


def closings(
    situation: Situation,
    scoring: Scoring,
    leader: str,
    rivals: Sequence[str],
    axes_of: Mapping[str, Sequence[str]],
) -> dict[str, int]:
    """By question, whose axes are given, the share that it closes in millionths; nothing of
    questions that have too many answers, nor where no rival is left or the weights hang on too
    many cells."""
    pairs = Pairs(scoring, leader)
    open_: list[_Lead] = []
    for rival in sorted(rivals, key=lambda offer: (-scoring.scores[offer].score, offer)):
        gaps = pairs.gaps(rival)
        worst = [min(gap.values()) for gap in gaps]
        least = pairs.least(worst)
        if least <= 0 and not pairs.beats(rival)[0]:
            open_.append((gaps, worst, least))
        if len(open_) == RIVALS:
            break
    found = {}
    for question, axes in axes_of.items() if open_ and pairs.weighed_by_cell else ():
        keys = [key for key in axes if len(situation.axes[key].cells) > 1]
        if keys and math.prod(situation.sizes(keys)) <= ANSWERS:
            found[question] = _closed(situation, scoring, pairs, open_, keys)
    return found


_Lead = tuple[list[dict[int, int]], list[int], int]
"""Per criterion the least lead by number of its spans, and over all; their least sum."""


def _closed(
    situation: Situation,
    scoring: Scoring,
    pairs: Pairs,
    open_: Sequence[_Lead],
    keys: Sequence[str],
) -> int:
    import numpy as np

    sizes = situation.sizes(keys)
    answers = math.prod(sizes)
    chosen = _all_of(keys, sizes)
    worst = np.repeat(np.array([worst for _, worst, _ in open_], dtype=float)[None], answers, 0)
    for k, own in enumerate(scoring.utilities.values()):
        parts = [chosen, own.spans]
        if not set(own.spans.keys) & set(keys) or not pairs.known(k):
            continue
        if scoring.worlds.told_apart(parts) > CELLS_AT_MOST:
            continue
        leads: dict[int, list[int]] = {}
        for answer, number in scoring.worlds.combinations(parts):
            here = [gaps[k][number] for gaps, *_ in open_]
            leads[answer] = [min(pair) for pair in zip(leads.get(answer, here), here, strict=True)]
        for answer, here in leads.items():
            worst[answer, :, k] = here
    seen = scoring.worlds.combinations([chosen, scoring.weights.spans])
    ranges = scoring.weights.ranges
    lows, highs = (np.array([pair[side] for pair in ranges], dtype=float) for side in (0, 1))
    allowed = np.zeros((answers, len(ranges)), dtype=bool)
    for answer, number in seen:
        allowed[answer, number] = True
    sums = np.maximum(worst, 0) @ lows.T + np.minimum(worst, 0) @ highs.T
    least = np.where(allowed[:, None, :], sums, np.inf).min(axis=2)
    lacking = np.array([least for *_, least in open_], dtype=float)
    left = np.minimum(np.where(np.isfinite(least), least, 0), 0)
    made = ((left - lacking) / np.maximum(-lacking, 1)).mean(axis=1)
    cells = [[cell.weight for cell in situation.axes[key].cells] for key in keys]
    mass = [math.prod(weights) for weights in product(*cells)]
    total = math.fsum(m * share for m, share in zip(mass, made.tolist(), strict=True))
    return round(total / (sum(mass) or 1) * MICRO)


def _all_of(keys: Sequence[str], sizes: Sequence[int]) -> Part:
    """A part whose number is the place of the joint cell in row-major order."""
    look: Look[Any] = Look(keys, sizes, lambda cells: _flat(cells, sizes))
    return Part([look], lambda seen: look.meanings[seen[0]])


def _flat(cells: Cells, sizes: Sequence[int]) -> int:
    flat = 0
    for cell, size in zip(cells, sizes, strict=True):
        flat = flat * size + cell
    return flat
