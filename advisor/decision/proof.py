"""Whether anything that is still open can change the winner.

Per rival: the leader's worst against the rival's best, first with every criterion at its
worst cell for each cell of the weights (cheap, sound), then over all joint cells of the
criteria in which the two differ.  A cell counts with all the values inside it, not only with
the one that stands for it in a mean.  Two offers that a criterion sees as one and the same are
level on it, however wide the cell.  A proof never comes from a sample.

Answers are what is open here.  A rival with more requirements that are unproven whatever is
answered stays behind until the facts are known; it is named elsewhere.  So a conditional
leader may be past all answers too, without being settled: facts may still unseat it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from advisor.decision.doubts import Doubts
from advisor.decision.gates import Standing
from advisor.decision.pairs import Pairs
from advisor.decision.ranking import Scoring
from advisor.decision.situation import Situation


class Proof(Struct, frozen=True):
    """``by``: bound (per criterion), enumeration (of ``checked`` combinations, the most that
    one rival took), or None where nothing was shown.  ``level``: nobody can be ahead, but these
    may draw level: on no criterion is the leader ever behind them, and it comes first by its
    id.  ``facts``: no answer can change the winner, but what is unproven of it may."""

    settled: bool
    by: Literal["bound", "enumeration"] | None
    checked: int
    level: tuple[str, ...] = ()
    facts: bool = False

    @property
    def ends(self) -> bool:
        """Whether no answer can put another offer ahead."""
        return self.settled or self.facts or bool(self.level)


def prove(
    situation: Situation, scoring: Scoring, standings: Mapping[str, Standing], leader: str
) -> Proof:
    """The first rival that cannot be ruled out ends the search."""
    doubts = Doubts(situation, scoring, standings[leader])
    rivals = [standings[o] for o in scoring.offers if o != leader]
    found = [(rival.offer, doubts.compared(rival)) for rival in rivals]
    if not doubts.stays or any(how == "open" for _, how in found):
        return Proof(False, None, 0)
    # The strongest rivals first: one that cannot be ruled out decides.
    found.sort(key=lambda pair: (-scoring.scores[pair[0]].score, pair[0]))
    level: list[str] = []
    checked = 0
    pairs = Pairs(scoring, leader)
    for rival in [rival for rival, how in found if how == "by score"]:
        shown, combinations = pairs.beats(rival)
        within = None if shown else doubts.where_it_counts(standings[rival])
        if within is not None:
            shown, more = Pairs(scoring, leader, within).beats(rival)
            combinations = max(combinations, more)
        checked = max(checked, combinations)
        # Level scores go by the scores at base weights, the lowest utilities, then the id.
        if not shown and leader < rival and pairs.never_behind(rival):
            level.append(rival)
        elif not shown:
            return Proof(False, None, checked)
    if level:
        return Proof(False, None, checked, tuple(level))
    by: Literal["bound", "enumeration"] = "enumeration" if checked else "bound"
    safe = standings[leader].lane == "safe"
    return Proof(safe, by, checked, facts=not safe)
