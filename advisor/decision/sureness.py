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
from typing import TYPE_CHECKING

from advisor.decision.ranking import Scored, Scoring
from advisor.decision.result import Confidence, Sureness
from advisor.engine.worlds import EXACT_LIMIT
from advisor.knowledge.model import Method

if TYPE_CHECKING:
    from advisor.decision.situation import Situation

SAMPLES = 64
SEED = 1
WORDS: tuple[Confidence, ...] = ("firm", "likely", "leaning", "toss-up")
FACTORS = (1, 2, 2, 4)
"""Halved, kept (twice as often), doubled; all times two, so that they are whole."""
FEW = 256
"""Combinations up to which plain Python is quicker than loading numpy."""
MICRO = 1_000_000


def weight_samples(criteria: Sequence[str]) -> list[tuple[int, ...]]:
    """One factor per criterion and sample, from a hash of the criterion's id, so that adding
    a criterion leaves the others' factors alone."""
    return [
        tuple(
            FACTORS[hashlib.sha256(f"{SEED}/{sample}/{criterion}".encode()).digest()[0] % 4]
            for criterion in criteria
        )
        for sample in range(SAMPLES)
    ]


def win_share(scoring: Scoring, leader: str, rival: str) -> Fraction:
    """p: how often the leader beats the rival."""
    first, second = scoring.offers.index(leader), scoring.offers.index(rival)
    criteria = tuple(scoring.situation.knowledge.criteria)
    differing = [
        k
        for k, criterion in enumerate(criteria)
        if any(row[first].point != row[second].point for row in scoring.utilities[criterion])
    ]
    failing = [
        p for p in scoring.failures.values() if any(scoring.fails(p, i) for i in (first, second))
    ]
    parts = [
        scoring.weights,
        *(scoring.parts[criteria[k]] for k in differing),
        scoring.failing_part(failing),
    ]
    exact = scoring.worlds.size(parts) <= EXACT_LIMIT
    masses = scoring.worlds.grouped(parts, exact=exact)
    rows: dict[tuple[int, ...], int] = {}
    for (vector, *numbers), mass in masses.items():
        weights = scoring.weight_vectors[vector]
        lost = scoring.failing_masks[numbers[-1]]
        here = [not lost >> i & 1 for i in (first, second)]
        row = []
        for k, number in zip(differing, numbers, strict=False):
            utilities = scoring.utilities[criteria[k]][number]
            row.append(
                weights[k] * (utilities[first].point * here[0] - utilities[second].point * here[1])
            )
        if here[0] != here[1]:
            # Equal utilities no longer cancel where only one of the two is worth anything.
            same = sum(
                weights[k] * scoring.common(criterion, first)
                for k, criterion in enumerate(criteria)
                if k not in differing
            )
            row.append(same if here[0] else -same)
        else:
            row.append(0)
        key = tuple(row)
        rows[key] = rows.get(key, 0) + mass
    samples = [(*(sample[k] for k in differing), 2) for sample in weight_samples(criteria)]
    total = sum(rows.values()) * len(samples) * 2
    return Fraction(_halves(rows, samples), total) if total else Fraction(1, 2)


def _halves(rows: Mapping[tuple[int, ...], int], samples: list[tuple[int, ...]]) -> int:
    """Twice the mass of wins plus the mass of ties."""
    if len(rows) <= FEW:
        return sum(
            mass * _sign(sum(a * b for a, b in zip(row, sample, strict=True)))
            for row, mass in rows.items()
            for sample in samples
        )
    import numpy as np

    differences = np.array(list(rows), dtype=np.int64)
    outcome = np.sign(differences @ np.array(samples, dtype=np.int64).T) + 1
    per_row = outcome.sum(axis=1).tolist()
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
    ratio = gains / losses
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
