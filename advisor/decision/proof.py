"""Whether anything that is still open can change the winner.

Per rival: the leader's worst against the rival's best, first with every criterion at its
worst cell for each cell of the weights (cheap, sound), then over all joint cells of the
criteria in which the two differ.  A cell counts with all the values inside it, not only with
the one that stands for it in a mean.  A proof never comes from a sample.
"""

from __future__ import annotations

from collections.abc import Sequence

from advisor.decision.gates import Standing
from advisor.decision.ranking import Scoring
from advisor.decision.weighting import Vector
from advisor.engine.worlds import EXACT_LIMIT


def settled(scoring: Scoring, leader: str, standing: Standing) -> bool:
    """True only when the leader is shown to win in every world that is left."""
    if standing.lane != "safe" or standing.depends_on:
        return False
    rivals = [offer for offer in scoring.offers if offer != leader]
    # The strongest rivals first: one that cannot be ruled out decides.
    rivals.sort(key=lambda offer: (-scoring.scores[offer].score, offer))
    return all(_beats(scoring, leader, rival) for rival in rivals)


def _beats(scoring: Scoring, leader: str, rival: str) -> bool:
    worlds, weights = scoring.worlds, scoring.weights
    first, second = scoring.place[leader], scoring.place[rival]
    gaps: list[dict[int, int]] = []
    for own in scoring.utilities.values():
        gaps.append(
            {
                number: own.span(number, first)[0] - own.span(number, second)[1]
                for (number,) in worlds.combinations([own.spans])
            }
        )
    worst = [min(gap.values()) for gap in gaps]
    if all(
        _least(*weights.ranges[number], worst) > 0
        for (number,) in worlds.combinations([weights.spans])
    ):
        return True
    varying = [i for i, gap in enumerate(gaps) if len(set(gap.values())) > 1]
    criteria = list(scoring.utilities.values())
    parts = [weights.spans, *(criteria[i].spans for i in varying)]
    if worlds.size(parts) > EXACT_LIMIT:
        return False
    for number, *numbers in worlds.combinations(parts):
        row = list(worst)
        for i, own_number in zip(varying, numbers, strict=True):
            row[i] = gaps[i][own_number]
        if _least(*weights.ranges[number], row) <= 0:
            return False
    return True


def _least(low: Vector, high: Vector, gaps: Sequence[int]) -> int:
    """The least weighted sum of gaps, each weight being anywhere from ``low`` to ``high``."""
    return sum(
        (least if gap > 0 else most) * gap for least, most, gap in zip(low, high, gaps, strict=True)
    )
