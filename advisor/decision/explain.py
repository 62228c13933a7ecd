"""Everything that is said beside a ranking, from one decision.

``QUICK`` is for a recommendation, ``FULL`` for somebody who asks what would change it; both
bound the work by numbers that hang on the answers alone, and say where they stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.acceptability import DRAWS, SEED, acceptabilities
from advisor.decision.explanations import (
    Flip,
    Portfolio,
    Relaxation,
    Search,
    Sensitivity,
    Versus,
    WhyNot,
)
from advisor.decision.flips import search_flips
from advisor.decision.portfolio import portfolio
from advisor.decision.readings import reading_flips
from advisor.decision.relaxations import relaxations
from advisor.decision.result import Excluded, Ranked, Recommendation
from advisor.decision.stability import weight_intervals
from advisor.decision.variations import Decide, Variations, winner_of
from advisor.decision.versus import versus
from advisor.decision.whynot import why_not

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision


class Thoroughness(Struct, frozen=True):
    """``flips`` and ``relaxations``: sizes of sets of changes; ``decisions`` made afresh at
    most; ``dear`` sets of one size that need costs of their own; ``cells`` looked at for the
    sets of one size; ``fine``: exact thresholds in sets of several changes too."""

    flips: int
    relaxations: int
    decisions: int
    dear: int
    cells: int
    fine: bool


QUICK = Thoroughness(2, 2, decisions=40, dear=50, cells=300_000, fine=False)
FULL = Thoroughness(3, 3, decisions=1_500, dear=20_000, cells=20_000_000, fine=True)


class Explanation(Struct, frozen=True):
    """What was asked about a recommendation.

    ``result`` holds the flips and the sensitivity that were asked for.  ``versus``: the
    leader against the runner-up; ``why_not``: an offer that is not the answer.
    """

    result: Recommendation
    why: str | None
    versus: Versus | None
    why_not: WhyNot | None


class Comparison(Struct, frozen=True):
    """Offers side by side: as they are ranked, then those that are excluded; ``versus``: the
    first of them against each of the other ranked ones."""

    result: Recommendation
    ranked: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    versus: tuple[Versus, ...]


def explanation(
    decision: Decision,
    *,
    why: str | None = None,
    why_not: str | None = None,
    flips: bool = False,
    sensitivity: bool = False,
) -> Explanation:
    """What is asked of a decision; without a question why the leader leads, or what would
    open an offer where nobody qualifies."""
    explainer = Explainer(decision, decision.again, FULL)
    result = decision.recommendation(thorough=False)
    leader = winner_of(decision)
    if why is None and why_not is None and not flips and not sensitivity:
        why = leader
    against = None
    if why is not None and why == leader and len(decision.order) > 1:
        against = explainer.versus(why, decision.order[1])
    if leader is None:
        relaxed, search = explainer.relaxations()
        result = replace(result, relaxations=relaxed, relaxation_search=search)
    if flips:
        found, search = explainer.flips()
        result = replace(result, flips=found, flip_search=search)
    if sensitivity:
        result = replace(result, sensitivity=explainer.sensitivity())
    other = explainer.why_not(why_not) if why_not is not None else None
    return Explanation(result, why, against, other)


def comparison(decision: Decision, offers: Sequence[str]) -> Comparison:
    """Offers of the rule base side by side."""
    result = decision.recommendation(thorough=False)
    ranked = tuple(r for r in result.ranking if r.offer in offers)
    return Comparison(
        result,
        ranked,
        tuple(e for e in result.excluded if e.offer in offers),
        tuple(versus(decision, ranked[0].offer, r.offer) for r in ranked[1:]),
    )


class Explainer:
    """Explains one decision; ``decide`` decides other answers on the same rule base."""

    def __init__(self, decision: Decision, decide: Decide, how: Thoroughness) -> None:
        self._decision = decision
        self._decide = decide
        self._how = how

    def flips(self, most: int | None = None) -> tuple[tuple[Flip, ...], Search]:
        """What would change the winner, and how far it was looked for; what a word read the
        other way would change comes first."""
        decision, how = self._decision, self._how
        variations = Variations.on(
            decision,
            self._decide,
            limit=how.decisions if decision.scoring.exact else how.decisions // 40,
            dear=how.dear,
            cells=how.cells,
        )
        found, search = search_flips(variations, most or how.flips, fine=how.fine)
        readings = reading_flips(
            decision.situation.knowledge, decision.stated, winner_of(decision), self._decide
        )
        read = {tuple(flip.change.items()) for flip in readings}
        return (*readings, *(f for f in found if tuple(f.change.items()) not in read)), search

    def relaxations(self) -> tuple[tuple[Relaxation, ...], Search]:
        """What to relax so that anybody qualifies."""
        return relaxations(self._decision, self._decide, self._how.relaxations)

    def sensitivity(self) -> Sensitivity | None:
        """How stable the order is; None where nobody is ranked."""
        decision = self._decision
        if not decision.order:
            return None
        exact = decision.scoring.exact
        return Sensitivity(
            weights=weight_intervals(decision),
            acceptability=acceptabilities(decision),
            samples=DRAWS,
            seed=SEED,
            method=(
                "Weights: one criterion at a time, the others kept"
                + ("." if exact else "; not told, because scores come from a sample of worlds.")
                + f" Ranks: {DRAWS:,} draws of open answers by their priors, weights halved, kept"
                " or doubled, and utilities anywhere within what their evidence leaves open."
            ),
        )

    def portfolio(self) -> Portfolio | None:
        """Several offers, where one leaves a stated need unmet."""
        return portfolio(self._decision, self._decide)

    def why_not(self, offer: str) -> WhyNot:
        """Why this offer is not the answer."""
        return why_not(self._decision, self._decide, offer, self._how.relaxations)

    def versus(self, offer: str, rival: str) -> Versus:
        """Why one ranked offer stands before another."""
        return versus(self._decision, offer, rival)
