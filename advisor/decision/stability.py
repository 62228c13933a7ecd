"""In which interval the weight of each criterion may move, and the winner stays.

Where one set of weights holds in all that is left, the scores of two offers are level at one
factor, an exact fraction: with gap g of the criterion and gap r of the rest (in points), the
leader leads while r + t x g > 0.  Where the weights hang on what is open, factors of two are
decided between 1/64 and 64, 0 included, and the stretch in which the winner changes is
halved; each factor is decided exactly, from what every offer is worth under each set of
weights that occurs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING, TypeAlias

from advisor.decision.explanations import WeightInterval
from advisor.decision.weighting import Vector

if TYPE_CHECKING:
    from advisor.decision.ranking import Scored, Scoring
    from advisor.decision.recommend import Decision

HALVINGS = 10
"""After a factor of two, the end of an interval is known to a thousandth of it."""
Sums: TypeAlias = dict[tuple[int, int], tuple[list[int], list[int]]]
"""By the weight of one criterion and the sum of all others: per offer what the one is worth
under the weights of which that holds, and what the others are."""

GRID = tuple(Fraction(2) ** e for e in range(1, 7))


def weight_intervals(decision: Decision) -> tuple[WeightInterval, ...]:
    """One interval per criterion that has any weight, in criterion order.  Empty where nobody
    leads, and where scores come from a sample of the worlds."""
    if not decision.order or not decision.scoring.exact:
        return ()
    vectors = _vectors(decision.scoring)
    scaling = _Scaling(decision) if len(vectors) > 1 else None
    criteria = decision.situation.knowledge.criteria.values()
    found = []
    for k, criterion in enumerate(criteria):
        share = decision.scored[decision.order[0]].terms[k].weight
        if not share:
            continue
        if scaling is None:
            low, below, high, above = _exact(decision, k)
        else:
            start, below = _searched(scaling, k, down=True)
            high, above = _searched(scaling, k, down=False)
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


class _Scaling:
    """Who leads when the weight of one criterion is multiplied in all that is left."""

    def __init__(self, decision: Decision) -> None:
        scoring = decision.scoring
        # In the order of the ranking, which decides where scores are level.
        self.offers = contenders(decision)
        places = [scoring.place[offer] for offer in self.offers]
        sums = scoring.by_weights()
        common = math.lcm(*(whole for _, whole in sums if whole))
        numbers = sorted({number for lines, _ in sums for number in lines})
        nothing = (0,) * len(scoring.place)
        self._vectors = [scoring.weights.vectors[number] for number in numbers]
        self._worth = [
            [
                [lines.get(number, nothing)[place] * (common // whole) for place in places]
                if whole
                else [0] * len(places)
                for number in numbers
            ]
            for lines, whole in sums
        ]
        self._whole = [
            [sum(map(mul, vector, worths)) for worths in zip(*lines, strict=True)]
            for vector, lines in zip(self._vectors, zip(*self._worth, strict=True), strict=True)
        ]
        self._grouped: dict[int, Sums] = {}

    def leader(self, k: int, factor: Fraction) -> str:
        """Who leads with the weight of criterion ``k`` times ``factor``."""
        up, down = factor.numerator, factor.denominator
        sums = self._sums(k)
        wholes = [own * up + others * down for own, others in sums]
        multiple = math.lcm(*(whole for whole in wholes if whole))
        scores = [0] * len(self.offers)
        for whole, (gained, beside) in zip(wholes, sums.values(), strict=True):
            if whole:
                by_own, by_others = up * (multiple // whole), down * (multiple // whole)
                for i, value in enumerate(gained):
                    scores[i] += by_own * value + by_others * beside[i]
        return self.offers[scores.index(max(scores))]

    def _sums(self, k: int) -> Sums:
        if k not in self._grouped:
            found: Sums = {}
            for v, vector in enumerate(self._vectors):
                place = vector[k], sum(vector) - vector[k]
                gained, beside = found.setdefault(
                    place, ([0] * len(self.offers), [0] * len(self.offers))
                )
                for i, (worth, whole) in enumerate(
                    zip(self._worth[k][v], self._whole[v], strict=True)
                ):
                    own = vector[k] * worth
                    gained[i] += own
                    beside[i] += whole - own
            self._grouped[k] = found
        return self._grouped[k]


def _searched(scaling: _Scaling, k: int, *, down: bool) -> tuple[Fraction | None, str | None]:
    """The factor up to which the leader leads, and who leads beyond; None: none was found."""
    leader = scaling.offers[0]
    stays = Fraction(1)
    factors = [1 / f for f in GRID] + [Fraction(0)] if down else list(GRID)
    for factor in factors:
        winner = scaling.leader(k, factor)
        if winner == leader:
            stays = factor
            continue
        leads, at = factor, winner
        for _ in range(HALVINGS):
            middle = (stays + leads) / 2
            winner = scaling.leader(k, middle)
            if winner == leader:
                stays = middle
            else:
                leads, at = middle, winner
        return stays, at
    return None, None
