"""Why an offer is not the answer: what excludes it, what would open it, where it is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.decision.explanations import WhyNot
from advisor.decision.relaxations import relaxations
from advisor.decision.variations import Decide
from advisor.decision.versus import versus

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision


def why_not(decision: Decision, decide: Decide, offer: str, most: int) -> WhyNot:
    """Of an excluded offer every failed gate and the smallest relaxations of at most ``most``
    answers, with the rank that it would then take; of a ranked one what decides against it."""
    title = decision.situation.knowledge.offers[offer].title
    standing = decision.standings[offer]
    if standing.excluded_by:
        found, search = relaxations(decision, decide, most, offer)
        failed = decision.entries.excluded(standing).failed
        return WhyNot(offer, title, None, failed, (), found, search, None)
    entries = decision.entries
    rank = decision.order.index(offer) + 1
    ranked = entries.ranked(rank, decision.scored[offer], standing)
    against = versus(decision, decision.order[0], offer) if rank > 1 else None
    return WhyNot(offer, title, rank, (), ranked.to_confirm, (), None, against)
