"""What costs make of many complete workloads: utilities and requirements, charge by charge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from advisor.decision.costgates import CostGate
from advisor.decision.gates import Gate
from advisor.decision.loads import SIZING
from advisor.decision.measured import Charged, Figure, charged_by, figure_at
from advisor.decision.measured_many import Traffic, codes, point_of
from advisor.decision.outcomes import Outcome
from advisor.decision.situation import Situation
from advisor.decision.tables import FULL, Utility
from advisor.decision.terms import Terms, corners, terms_look
from advisor.knowledge.model import Criterion, Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]

FEW = 16
"""Rows of one charge up to which they are worked out one by one."""


class Priced(Struct, frozen=True):
    """A criterion read off a cost.  By row and offer: the point value, the least and the
    greatest that a proof has to count with."""

    points: Whole
    least: Whole
    most: Whole
    charged: Sequence[Sequence[Charged]]
    figures: Sequence[Figure]

    def utility(self, row: int, offer: int) -> Utility:
        """The utility of one offer in one row."""
        figure = self.figures[row]
        return self.charged[row][offer].utility(figure.numbers, figure.anchors)


def terms_of(situation: Situation) -> tuple[Terms, ...]:
    """The terms of every offer, where nothing that they rest on is open."""
    look = terms_look(situation)
    return look.meanings[look.at(0)]


def prepare(situations: Sequence[Situation], terms: Sequence[tuple[Terms, ...]]) -> None:
    """Size the replicas of every charge for all lengths of requests together."""
    lengths: dict[object, list[tuple[int, int]]] = {}
    paces = {}
    for situation, row in zip(situations, terms, strict=True):
        at = corners(situation.environment(SIZING, {}, point=False))
        for offered in row:
            sizes = offered.point.sizes
            if sizes is not None:
                paces[id(sizes.paces)] = sizes.paces
                lengths.setdefault(id(sizes.paces), []).append(at[0][1:3])
    for name, pace in paces.items():
        pace.prepare(lengths[name])


def priced(
    situations: Sequence[Situation],
    terms: Sequence[tuple[Terms, ...]],
    criterion: Criterion,
    measure: Measure,
) -> Priced:
    """The utilities on a criterion that is read off a cost."""
    offers = tuple(situations[0].knowledge.offers)
    figures = [figure_at(s, criterion, measure, {}, {}) for s in situations]
    known: dict[tuple[object, ...], tuple[Charged, ...]] = {}
    charged = []
    for situation, row in zip(situations, terms, strict=True):
        place = (row, situation.prices)
        if place not in known:
            known[place] = tuple(
                charged_by(situation, criterion.id, measure, offer, offered)
                for offer, offered in zip(offers, row, strict=True)
            )
        charged.append(known[place])
    points = np.zeros((len(situations), len(offers)), dtype=np.int64)
    for charge, (rows, places) in _by_charge(charged).items():
        points[rows, places] = _points(charge, measure, [figures[row] for row in rows])
    # Without traffic a cost per token may turn out anything.
    idle = np.array([not f.corners[0][0] * sum(f.corners[0][1:3]) for f in figures])
    none = np.array([not f.corners[0][0] for f in figures])
    counted = np.array([[c.inside.known for c in row] for row in charged], dtype=bool)
    anything = none[:, None] | (idle[:, None] & counted)
    least, most = np.where(anything, 0, points), np.where(anything, FULL, points)
    return Priced(points, least, most, charged, figures)


def _by_charge(
    charged: Sequence[Sequence[Charged]],
) -> dict[Charged, tuple[list[int], list[int]]]:
    """Per charge the rows that have it, and of which offer."""
    found: dict[Charged, tuple[list[int], list[int]]] = {}
    for n, row in enumerate(charged):
        for offer, charge in enumerate(row):
            rows, places = found.setdefault(charge, ([], []))
            rows.append(n)
            places.append(offer)
    return found


def _points(charge: Charged, measure: Measure, figures: Sequence[Figure]) -> Whole:
    coded = None
    anchors = figures[0].anchors
    if len(figures) > FEW and all(figure.anchors is anchors for figure in figures):
        traffic = Traffic([figure.numbers for figure in figures])
        coded = codes(charge.profile, measure, anchors.at, traffic, charge.doubts)
    if coded is None:
        return np.array([charge.utility(f.numbers, f.anchors).point for f in figures])
    distinct, places = coded
    found: Whole = np.array([point_of(code) for code in distinct])[places]
    return found


def cost_outcomes(
    situations: Sequence[Situation], terms: Sequence[tuple[Terms, ...]], gate: Gate
) -> list[Outcome | None]:
    """What a requirement on costs makes of each row; None where it does not apply."""
    assert gate.rule is not None
    judge = CostGate(situations[0], gate.rule)
    found: list[Outcome | None] = []
    for situation, row in zip(situations, terms, strict=True):
        if not situation.may_apply(gate.rule):
            found.append(None)
            continue
        at = corners(situation.environment(SIZING, {}, point=False))
        found.append(judge.outcome(row, at, judge.asked(situation)))
    return found
