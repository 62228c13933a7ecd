"""How the leader and its rivals stand by requirements, whatever is answered.

An offer stands behind another in a world where it is excluded, or has more requirements that
are unproven there.  A gate is *steady* where it says the same all over each cell; one that
reads a derived value or a cost may be passed between the points that it was looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from advisor.decision.gates import Failures, Gate, Standing, judged
from advisor.decision.outcomes import Outcome
from advisor.decision.ranking import Scoring
from advisor.decision.rulebase import is_single
from advisor.decision.situation import Situation
from advisor.engine.looks import Cells, Look
from advisor.engine.worlds import Worlds

CELLS_AT_MOST = 64
"""Joint cells of a gate up to which those in which a rival fails it are left out."""


class Doubts:
    """The leader's requirements against those of its rivals.

    ``stays``: in no world is the leader excluded, and where more is unproven of it than what
    is so everywhere, it is a gate whose cells are known.
    """

    def __init__(self, situation: Situation, scoring: Scoring, leader: Standing) -> None:
        self._situation = situation
        self._scoring = scoring
        self._leader = leader
        self._place = scoring.place[leader.offer]
        self._most = len(leader.to_confirm)
        self._shared = {gate.id: self._outcomes(gate) for gate in leader.depends_on}
        self.stays = all(
            self._is_kept(gate) for gate in (*leader.to_confirm, *leader.depends_on)
        ) and all(outcomes is not None for outcomes in self._shared.values())

    def compared(self, rival: Standing) -> Literal["behind", "by score", "open"]:
        """Whether the rival stands behind in every world, or is never ahead but by score."""
        # Where the rival passes what the leader does not, the leader has one more to prove.
        most = self._most + sum(not self._as_open(gate, rival) for gate in self._shared)
        sure = sum(
            [gate.id not in self._shared and self._steady(gate) for gate in rival.to_confirm]
        )
        if sure > most:
            return "behind"
        return "by score" if sure == most else "open"

    def where_it_counts(self, rival: Standing) -> Worlds | None:
        """The worlds without those in which a gate of the rival alone puts it behind; None
        where no gate is known to."""
        if self._shared:
            return None
        place = self._scoring.place[rival.offer]
        bars = [bar for gate in rival.depends_on if (bar := self._behind(gate, place)) is not None]
        worlds = self._scoring.worlds
        return Worlds(self._situation.axes, [*worlds.impossible, *bars]) if bars else None

    def _behind(self, gate: Gate, place: int) -> Look[bool] | None:
        """Where an offer fails the gate all over a cell; where the leader is proven in full,
        it is enough that the offer is not."""
        failures = judged(self._situation, self._scoring.worlds, gate).failures
        if failures is None or (self._most and gate.negotiable):
            return None
        sizes = self._situation.sizes(failures.part.keys)
        if math.prod(sizes) > CELLS_AT_MOST:
            return None
        steady = self._steady(gate) and not self._most

        def is_behind(cells: Cells) -> bool:
            outcome = _outcome_at(failures, cells)
            gone = ~outcome.passes if steady else outcome.fails
            return bool(gone >> place & 1)

        return Look(failures.part.keys, sizes, is_behind)

    def _is_kept(self, gate: Gate) -> bool:
        """Whether the gate never excludes the leader, and its cells tell where it is proven."""
        if gate.negotiable and gate not in self._leader.depends_on:
            return True
        found = judged(self._situation, self._scoring.worlds, gate)
        fails = (found.fails | found.at_points) >> self._place & 1
        return self._steady(gate) and (gate.negotiable or not fails)

    def _as_open(self, gate: str, rival: Standing) -> bool:
        """Whether wherever the leader is not proven by the gate, the rival is not either."""
        place = self._scoring.place[rival.offer]
        return all(
            outcome.passes >> self._place & 1 or not outcome.passes >> place & 1
            for outcome in self._shared[gate] or ()
        )

    def _outcomes(self, gate: Gate) -> Sequence[Outcome] | None:
        failures = judged(self._situation, self._scoring.worlds, gate).failures
        if failures is None:
            return None
        numbers = self._scoring.worlds.combinations([failures.part])
        return [failures.outcomes[number] for (number,) in numbers]

    def _steady(self, gate: Gate) -> bool:
        situation = self._situation
        if gate.rule is None or not situation.base.reads(gate.rule).moves:
            return True
        questions = situation.base.reads(gate.rule).questions
        return all(is_single(slot.whole) for slot in situation.slots(questions))


def _outcome_at(failures: Failures, cells: Cells) -> Outcome:
    at = dict(zip(failures.part.keys, cells, strict=True))
    seen = tuple([look.of(tuple([at[key] for key in look.keys])) for look in failures.part.looks])
    return failures.outcomes[failures.part.combined(seen)]
