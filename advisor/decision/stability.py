"""In which interval the weight of each criterion may move, and the winner stays.

Where one set of weights holds in all that is left, the scores of two offers are level at one
factor, an exact fraction: with gap g of the criterion and gap r of the rest (in points), the
leader leads while r + t x g > 0.  Where the weights hang on what is open, factors of two are
decided between 1/64 and 64, 0 included, and the stretch in which the winner changes is
halved; each factor is decided exactly, with weights that are whole numbers.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from advisor.decision.explanations import WeightInterval
from advisor.decision.weighting import Vector
from advisor.engine.looks import Part

if TYPE_CHECKING:
    from advisor.decision.ranking import Scored, Scoring
    from advisor.decision.recommend import Decision
    from advisor.decision.weighting import Weights

HALVINGS = 10
"""After a factor of two, the end of an interval is known to a thousandth of it."""
GRID = tuple(Fraction(2) ** e for e in range(1, 7))


def weight_intervals(decision: Decision) -> tuple[WeightInterval, ...]:
    """One interval per criterion that has any weight, in criterion order.  Empty where nobody
    leads, and where scores come from a sample of the worlds."""
    if not decision.order or not decision.scoring.exact:
        return ()
    vectors = _vectors(decision.scoring)
    criteria = decision.situation.knowledge.criteria.values()
    found = []
    for k, criterion in enumerate(criteria):
        share = decision.scored[decision.order[0]].terms[k].weight
        if not share:
            continue
        if len(vectors) == 1:
            low, below, high, above = _exact(decision, k)
        else:
            start, below = _searched(decision, k, down=True)
            high, above = _searched(decision, k, down=False)
            low = start or Fraction(0)
        vector = vectors[0] if len(vectors) == 1 else None
        found.append(
            WeightInterval(
                criterion=criterion.id,
                label=criterion.label,
                share=share,
                low=low,
                high=high,
                below=below,
                above=above,
                low_share=_share(vector, k, low) if vector else None,
                high_share=_share(vector, k, high) if vector and high is not None else None,
                exact=vector is not None,
            )
        )
    return tuple(found)


def _vectors(scoring: Scoring) -> list[Vector]:
    """The weights that occur."""
    masses = scoring.worlds.grouped([scoring.weights.part])
    return sorted({scoring.weights.vectors[number] for (number,) in masses})


def _share(vector: Sequence[int], k: int, factor: Fraction) -> Fraction:
    own = vector[k] * factor
    return own / (sum(vector) - vector[k] + own) if own else Fraction(0)


def contenders(decision: Decision) -> list[str]:
    """The offers that could lead by their score: as safe as the leader, as much unproven."""
    first = decision.standings[decision.order[0]]
    return [
        offer
        for offer in decision.order
        if decision.standings[offer].lane == first.lane
        and len(decision.standings[offer].to_confirm) == len(first.to_confirm)
    ]


def _exact(decision: Decision, k: int) -> tuple[Fraction, str | None, Fraction | None, str | None]:
    """(lowest factor, who leads below, highest, who leads above)."""
    leader, *rivals = contenders(decision)
    low, high = Fraction(0), None
    ends: dict[str, Fraction] = {}
    for rival in rivals:
        own, rest = _gaps(decision.scored[leader], decision.scored[rival], k)
        if own == 0:
            continue
        level = -rest / own
        ends[rival] = level
        if own > 0 and level > low:
            low = level
        if own < 0 and (high is None or level < high):
            high = level
    # Just outside, the steepest of those that are level there leads.
    below = _steepest(decision, k, leader, [r for r, at in ends.items() if at == low and low])
    above = _steepest(decision, k, leader, [r for r, at in ends.items() if at == high])
    return low, below, high, above


def _gaps(leader: Scored, rival: Scored, k: int) -> tuple[Fraction, Fraction]:
    """What the leader gains on the rival by criterion ``k``, and by the rest."""
    gaps = [a.exact - b.exact for a, b in zip(leader.terms, rival.terms, strict=True)]
    return gaps[k], sum(gaps, Fraction(0)) - gaps[k]


def _steepest(decision: Decision, k: int, leader: str, level: Sequence[str]) -> str | None:
    if not level:
        return None
    return max(
        level,
        key=lambda rival: (
            abs(_gaps(decision.scored[leader], decision.scored[rival], k)[0]),
            -decision.order.index(rival),
        ),
    )


def _searched(decision: Decision, k: int, *, down: bool) -> tuple[Fraction | None, str | None]:
    """The factor up to which the leader leads, and who leads beyond; None: none was found."""
    leader = decision.order[0]
    stays = Fraction(1)
    factors = [1 / f for f in GRID] + [Fraction(0)] if down else list(GRID)
    for factor in factors:
        winner = leader_at(decision, k, factor)
        if winner == leader:
            stays = factor
            continue
        leads, at = factor, winner
        for _ in range(HALVINGS):
            middle = (stays + leads) / 2
            winner = leader_at(decision, k, middle)
            if winner == leader:
                stays = middle
            else:
                leads, at = middle, winner
        return stays, at
    return None, None


def leader_at(decision: Decision, k: int, factor: Fraction) -> str:
    """Who leads when the weight of criterion ``k`` is multiplied everywhere."""
    scored = scaled(decision.scoring, k, factor).scores
    return min(
        contenders(decision), key=lambda offer: (-scored[offer].score, decision.order.index(offer))
    )


def scaled(scoring: Scoring, k: int, factor: Fraction) -> Scoring:
    """The same scoring with the weight of criterion ``k`` times ``factor``, all weights times
    its denominator so that they stay whole."""
    other = copy.copy(scoring)
    # What was worked out with the weights as they are.
    for name in ("scores", "_whole"):
        other.__dict__.pop(name, None)
    other.weights = _scaled(scoring.weights, k, factor)
    return other


def _scaled(weights: Weights, k: int, factor: Fraction) -> Weights:
    other = copy.copy(weights)
    # A part of its own, so that nothing kept by the part of the real weights is taken for it.
    other.part = Part(weights.part.looks, weights.part.combined)
    other.vectors = _Scaled(weights.vectors, k, factor)
    return other


class _Scaled(list[Vector]):
    """Vectors as they are made, one weight scaled."""

    def __init__(self, vectors: Sequence[Vector], k: int, factor: Fraction) -> None:
        super().__init__()
        self._vectors, self._k, self._factor = vectors, k, factor

    def __getitem__(self, number: int) -> Vector:  # type: ignore[override]
        vector = self._vectors[number]
        own = vector[self._k] * self._factor.numerator
        whole = [weight * self._factor.denominator for weight in vector]
        whole[self._k] = own
        return tuple(whole)
