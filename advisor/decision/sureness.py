"""How sure: three figures, and the word they earn.

p           share of worlds x weight samples in which the leader beats the runner-up (a tie
            counts half); in a sample each weight is halved, kept or doubled
r           square root of (sum of advantages / sum of disadvantages): the factor by which
            every weight would have to be wrong
weak share  part of the leader's score that rests on weak evidence
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from advisor.decision.ranking import Scored, Scoring
from advisor.decision.result import Confidence, Sureness
from advisor.engine.looks import Part
from advisor.engine.worlds import EXACT_LIMIT
from advisor.knowledge.model import Method

if TYPE_CHECKING:
    from advisor.decision.situation import Situation

SAMPLES = 64
DRAWN = 8_192
"""Fixed worlds, each with all the samples of weights, that stand for more than are looked at
one by one."""
SEED = 1
WORDS: tuple[Confidence, ...] = ("firm", "likely", "leaning", "toss-up")
FACTORS = (1, 2, 2, 4)
"""Halved, kept (twice as often), doubled; all times two, so that they are whole."""
FEW = 256
"""Combinations up to which plain Python is quicker than loading numpy."""
MICRO = 1_000_000


@lru_cache(maxsize=8)
def weight_samples(criteria: tuple[str, ...]) -> list[tuple[int, ...]]:
    """One factor per criterion and sample, from a hash of the criterion's id, so that adding
    a criterion leaves the others' factors alone."""
    return [
        tuple(
            FACTORS[hashlib.sha256(f"{SEED}/{sample}/{criterion}".encode()).digest()[0] % 4]
            for criterion in criteria
        )
        for sample in range(SAMPLES)
    ]


class Duel(Struct, frozen=True):
    """The leader against a rival: ``share`` (p) of the worlds x weight samples that it wins;
    ``always``: it scores more in every world that was looked at."""

    share: Fraction
    always: bool


def duel(scoring: Scoring, leader: str, rival: str) -> Duel:
    """How the leader fares against the rival, by the worlds that both rest on."""
    first, second = scoring.place[leader], scoring.place[rival]
    criteria = tuple(scoring.utilities)
    differing = [
        k
        for k, own in enumerate(scoring.utilities.values())
        if any(own.points_of(row)[first] != own.points_of(row)[second] for row in scoring.rows(own))
    ]
    both = (first, second)
    failing = [
        f
        for f in scoring.failures
        if any(fails >> i & 1 for fails in f.anywhere(scoring.worlds) for i in both)
    ]
    lost = scoring.failing_part(failing)
    parts = [
        scoring.weights.part,
        lost,
        *(scoring.utilities[criteria[k]].part for k in differing),
    ]
    samples = [(*(sample[k] for k in differing), 2) for sample in weight_samples(criteria)]
    if scoring.worlds.told_apart(parts) > EXACT_LIMIT:
        return _sampled(scoring, parts, differing, both, samples)
    rows: dict[tuple[int, ...], int] = {}
    for (vector, failed, *numbers), mass in scoring.worlds.grouped(parts).items():
        weights = scoring.weights.vectors[vector]
        mask = scoring.failing_masks[failed]
        here = [not mask >> i & 1 for i in both]
        row = []
        for k, number in zip(differing, numbers, strict=True):
            own = scoring.utilities[criteria[k]]
            points = [
                own.utility(number, i).point * passes for i, passes in zip(both, here, strict=True)
            ]
            row.append(weights[k] * (points[0] - points[1]))
        # Where only one of the two is worth anything, what they have in common counts too.
        row.append((here[0] - here[1]) * any(weights))
        key = tuple(row)
        rows[key] = rows.get(key, 0) + mass
    total = sum(rows.values()) * len(samples) * 2
    if not total:
        return Duel(Fraction(1, 2), False)
    return Duel(Fraction(_halves(rows, samples), total), all(sum(row) > 0 for row in rows))


def _sampled(
    scoring: Scoring,
    parts: Sequence[Part],
    differing: Sequence[int],
    both: tuple[int, int],
    samples: Sequence[tuple[int, ...]],
) -> Duel:
    """The same over the fixed worlds, as columns."""
    import numpy as np

    vector, failed, *numbers = scoring.worlds.drawn(parts, DRAWN)
    vectors = np.array(scoring.weights.vectors, dtype=np.int64)
    masks = np.array([[m >> i & 1 for i in both] for m in scoring.failing_masks], dtype=np.int64)
    here = 1 - masks[failed]
    only_one = here[:, 0] - here[:, 1]
    gaps = np.zeros((len(vector), len(differing) + 1))
    criteria = tuple(scoring.utilities.values())
    for column, (k, number) in enumerate(zip(differing, numbers, strict=True)):
        own = criteria[k]
        points = np.array(
            [[own.utility(row, i).point for i in both] for row in range(len(own.rows))],
            dtype=np.int64,
        )
        first, second = (points[number, side] * here[:, side] for side in (0, 1))
        gaps[:, column] = vectors[:, k][vector] * (first - second)
    gaps[:, -1] = only_one * vectors.max(axis=1).astype(bool)[vector]
    # Whole numbers far below 2^53: exact in doubles, whatever the order of the sums.
    outcome = np.sign(gaps @ np.array(samples, dtype=np.float64).T)
    halves = int(outcome.sum()) + outcome.size
    return Duel(Fraction(halves, 2 * outcome.size), bool(np.all(gaps.sum(axis=1) > 0)))


def _halves(rows: Mapping[tuple[int, ...], int], samples: list[tuple[int, ...]]) -> int:
    """Twice the mass of wins plus the mass of ties."""
    if len(rows) <= FEW:
        return sum(
            mass * _sign(sum([a * b for a, b in zip(row, sample, strict=True)]))
            for row, mass in rows.items()
            for sample in samples
        )
    import numpy as np

    differences = np.array(list(rows), dtype=np.float64)
    outcome = np.sign(differences @ np.array(samples, dtype=np.float64).T) + 1
    per_row = outcome.sum(axis=1).astype(np.int64).tolist()
    return sum(mass * int(halves) for mass, halves in zip(rows.values(), per_row, strict=True))


def _sign(value: int) -> int:
    return 2 if value > 0 else int(value == 0)


def robustness(leader: Scored, rival: Scored) -> Fraction | None:
    """r: None when the leader has no disadvantage at all; rounded down to a millionth."""
    gaps = [a.exact - b.exact for a, b in zip(leader.terms, rival.terms, strict=True)]
    gains = sum((g for g in gaps if g > 0), Fraction(0))
    losses = -sum((g for g in gaps if g < 0), Fraction(0))
    if not losses:
        return None
    return robust(gains / losses)


def robust(ratio: Fraction) -> Fraction:
    """The square root of gains to losses, rounded down to a millionth."""
    return Fraction(math.isqrt(int(ratio * MICRO * MICRO)), MICRO)


def word_for(
    method: Method,
    figures: Sureness,
    *,
    settled: bool,
    dominates: bool,
    caps: Mapping[str, str],
) -> tuple[Confidence, tuple[str, ...]]:
    """The best word whose thresholds are all met, lowered to the caps that apply.

    ``caps``: reason -> the best word it allows.  ``dominates``: the leader has no
    disadvantage, so that any weights would do.
    """
    earned = next(w for w in WORDS if _meets(method.confidence[w], figures, settled, dominates))
    lowered = max([earned, *(caps.values())], key=lambda w: WORDS.index(_word(w)))
    reasons = tuple(
        sorted(r for r, w in caps.items() if WORDS.index(_word(w)) > WORDS.index(earned))
    )
    return _word(lowered), reasons


def _word(text: str) -> Confidence:
    return next(w for w in WORDS if w == text)


def _meets(
    limits: Mapping[str, Fraction], figures: Sureness, settled: bool, dominates: bool
) -> bool:
    if limits.get("settled") and not settled:
        return False
    if "p" in limits and (figures.p is None or figures.p < limits["p"]):
        return False
    if "r" in limits and not dominates and (figures.r is None or figures.r < limits["r"]):
        return False
    return not (
        "weak" in limits and figures.weak_share is not None and figures.weak_share > limits["weak"]
    )


def relevant_answers(situation: Situation, keys: frozenset[str]) -> int:
    """How many of the questions that the decision reads were answered."""
    return sum(1 for question in keys if question in situation.inputs.answers)
