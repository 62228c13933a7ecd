"""Deciding under changed answers: by pieces where they tell, afresh where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from advisor.decision.changes import Change, alternatives, changed
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs

if TYPE_CHECKING:
    from advisor.decision.pieces import Pieces
    from advisor.decision.recommend import Decision

Decide = Callable[[Inputs], "Decision"]

NOBODY = -1
"""In place of an offer's place: all are excluded."""
UNDECIDED = -2
"""In place of an offer's place: only a whole decision tells."""


class Untold(Enum):
    """In place of a winner: it was not looked for."""

    UNTOLD = "untold"


UNTOLD = Untold.UNTOLD


class LimitReached(Exception):
    """The declared bound on decisions is reached."""


def winner_of(decision: Decision) -> str | None:
    """The offer that leads; None where nobody qualifies."""
    return decision.order[0] if decision.order else None


def answered(base: RuleBase, inputs: Inputs, *, changeable: bool) -> tuple[str, ...]:
    """The answered questions that the rules read, in their order; ``changeable``: only those
    whose answer is declared the asker's to change."""
    return tuple(
        question.id
        for question in sorted(base.knowledge.questions.values(), key=lambda q: (q.order, q.id))
        if question.id in inputs.answers
        and question.id in base.relevant
        and (question.changeable or not changeable)
    )


class Variations(Struct, dict=True):
    """``limit`` bounds how many whole decisions are made, ``decided`` counts them; ``dear``
    bounds the sets of one size whose changes bear on costs together, ``cells`` the joint
    cells that are looked at for the sets of one size."""

    decision: Decision
    decide: Decide
    limit: int
    candidates: tuple[Change, ...]
    dear: int
    cells: int
    decided: int = 0
    _known: dict[object, str | None] = field(default_factory=dict)
    _pieces: Pieces | None = None

    @classmethod
    def on(
        cls, decision: Decision, decide: Decide, *, limit: int, dear: int, cells: int
    ) -> Variations:
        """Every change of the answered, changeable questions."""
        base = decision.situation.base
        candidates = [
            change
            for question in answered(base, decision.stated, changeable=True)
            for change in alternatives(base, decision.stated, base.knowledge.questions[question])
        ]
        return cls(decision, decide, limit, tuple(candidates), dear, cells)

    @property
    def room(self) -> int:
        """How many sets of one size may be tried."""
        return self.cells // max(self._each, 1)

    @cached_property
    def _each(self) -> int:
        """The joint cells that one decision looks at."""
        scoring = self.decision.scoring
        parts = [scoring.weights.part, *(own.part for own in scoring.utilities.values())]
        return sum(scoring.worlds.told_apart([part]) for part in parts)

    @property
    def pieces(self) -> Pieces:
        """The pieces behind the candidates."""
        if self._pieces is None:
            # With numpy, which a plain ranking does without.
            from advisor.decision.pieces import Pieces

            self._pieces = Pieces(
                self.decision.situation.base, self.decision.stated, self.candidates
            )
        return self._pieces

    def winner(self, changes: Iterable[Change]) -> str | None:
        """Who leads under the changes, decided afresh.  Raises LimitReached."""
        inputs = changed(self.decision.stated, changes)
        key = tuple(sorted(inputs.answers.items(), key=lambda item: item[0]))
        if key not in self._known:
            if self.decided >= min(self.limit, self.room + 1):
                raise LimitReached
            self.decided += 1
            self._known[key] = winner_of(self.decide(inputs))
        return self._known[key]

    def winners(self, sets: Sequence[tuple[int, ...]]) -> Iterator[str | Untold | None]:
        """Who leads under each set of candidates (by place), all of one size; ``UNTOLD``
        where that takes a whole decision and no more are allowed."""
        if not sets:
            return
        told: list[int] = [UNDECIDED] * len(sets)
        if self.decision.scoring.exact:
            import numpy as np

            told = self.pieces.winners(np.array(sets, dtype=np.int64)).tolist()
        offers = tuple(self.decision.situation.knowledge.offers)
        for chosen, place in zip(sets, told, strict=True):
            if place == UNDECIDED:
                try:
                    yield self.winner([self.candidates[i] for i in chosen])
                except LimitReached:
                    yield UNTOLD
            else:
                yield None if place == NOBODY else offers[place]
