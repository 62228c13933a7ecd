"""Why one offer stands before another: the fewest advantages that outweigh what it gives up."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from advisor.decision.entries import largest_remainder, rounded
from advisor.decision.explanations import Gap, Versus

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

By = Literal["lane", "requirements", "score", "tie-break"]


def versus(decision: Decision, offer: str, rival: str) -> Versus:
    """``offer`` against ``rival``, both ranked; the gap is that of ``offer`` over ``rival``."""
    titles = decision.situation.knowledge.offers
    mine, theirs = decision.scored[offer], decision.scored[rival]
    exact = [a.exact - b.exact for a, b in zip(mine.terms, theirs.terms, strict=True)]
    gap = rounded(mine.score) - rounded(theirs.score)
    # Both scores are rounded halves up, so the gap lies within what rounding the parts can give.
    shown = largest_remainder(exact, gap)
    criteria = decision.situation.knowledge.criteria
    gaps = [
        Gap(term.criterion, criteria[term.criterion].label, points, value)
        for term, points, value in zip(mine.terms, shown, exact, strict=True)
    ]
    gains = sorted((g for g in gaps if g.exact > 0), key=lambda g: -g.exact)
    losses = sorted((g for g in gaps if g.exact < 0), key=lambda g: g.exact)
    enough, reached = 0, Fraction(0)
    loss = -sum((g.exact for g in losses), Fraction(0))
    # The greatest first: no fewer could be enough.
    while enough < len(gains) and reached <= loss:
        reached += gains[enough].exact
        enough += 1
    outweigh = reached > loss
    return Versus(
        offer=offer,
        title=titles[offer].title,
        rival=rival,
        rival_title=titles[rival].title,
        by=_decided_by(decision, offer, rival),
        gap=gap,
        exact=mine.score - theirs.score,
        outweigh=outweigh,
        enough=tuple(gains[:enough]) if outweigh else (),
        further=tuple(gains[enough:] if outweigh else gains),
        disadvantages=tuple(losses),
    )


def _decided_by(decision: Decision, offer: str, rival: str) -> By:
    mine, theirs = decision.standings[offer], decision.standings[rival]
    if mine.lane != theirs.lane:
        return "lane"
    if len(mine.to_confirm) != len(theirs.to_confirm):
        return "requirements"
    if decision.scored[offer].score != decision.scored[rival].score:
        return "score"
    return "tie-break"
