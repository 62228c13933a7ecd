"""Whether anything that is still open can change the winner.

Per rival: the leader's worst against the rival's best, first with every criterion at its
worst cell for each cell of the weights (cheap, sound), then over all joint cells of the
criteria in which the two differ.  A proof never comes from a sample.
"""

from __future__ import annotations

from advisor.decision.gates import Standing
from advisor.decision.ranking import Scoring
from advisor.engine.worlds import EXACT_LIMIT, Part


def settled(scoring: Scoring, leader: str, standing: Standing) -> bool:
    """True only when the leader is shown to win in every world that is left."""
    rivals = [offer for offer in scoring.offers if offer != leader]
    if not rivals:
        return True
    if standing.lane != "safe" or standing.depends_on:
        return False
    return all(_beats(scoring, leader, rival) for rival in rivals)


def _beats(scoring: Scoring, leader: str, rival: str) -> bool:
    criteria = list(scoring.situation.knowledge.criteria.values())
    gaps: list[dict[tuple[int, ...], int]] = []
    for criterion in criteria:
        part = scoring.parts[criterion.id]
        gaps.append(
            {
                cells: scoring.span(criterion, leader, dict(zip(part.keys, cells, strict=True)))[0]
                - scoring.span(criterion, rival, dict(zip(part.keys, cells, strict=True)))[1]
                for cells in scoring.worlds.cells(part.keys)
            }
        )
    worst = [min(gap.values()) for gap in gaps]
    vectors = {
        cells: scoring.weight_vectors[scoring.weights.of(cells)]
        for cells in scoring.worlds.cells(scoring.weights.keys)
    }
    doubtful = [
        cells
        for cells, vector in vectors.items()
        if sum(w * g for w, g in zip(vector, worst, strict=True)) <= 0
    ]
    if not doubtful:
        return True
    varying = [i for i, gap in enumerate(gaps) if len(set(gap.values())) > 1]
    parts = [scoring.weights, *(scoring.parts[criteria[i].id] for i in varying)]
    if scoring.worlds.size(parts) > EXACT_LIMIT:
        return False
    fixed = {i: worst[i] for i in range(len(gaps)) if i not in varying}
    keys = tuple(dict.fromkeys(key for part in parts for key in part.keys))
    return all(
        sum(w * g for w, g in zip(vector, row, strict=True)) > 0
        for vector, row in _joint(scoring, keys, parts, vectors, gaps, varying, fixed)
    )


def _joint(
    scoring: Scoring,
    keys: tuple[str, ...],
    parts: list[Part],
    vectors: dict[tuple[int, ...], tuple[int, ...]],
    gaps: list[dict[tuple[int, ...], int]],
    varying: list[int],
    fixed: dict[int, int],
) -> list[tuple[tuple[int, ...], list[int]]]:
    position = {key: i for i, key in enumerate(keys)}
    picks = [tuple(position[key] for key in part.keys) for part in parts]
    rows: list[tuple[tuple[int, ...], list[int]]] = []
    for cells in scoring.worlds.cells(keys):
        chosen = [tuple(cells[i] for i in pick) for pick in picks]
        row = [0] * len(gaps)
        for i, value in fixed.items():
            row[i] = value
        for i, own in zip(varying, chosen[1:], strict=True):
            row[i] = gaps[i][own]
        rows.append((vectors[chosen[0]], row))
    return rows
