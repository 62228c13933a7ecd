"""The word for how sure a decision is: what the three figures earn, lowered to what the
evidence, the margin and the answers allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.decision.caps import margin_caps
from advisor.decision.result import Confidence, Sureness
from advisor.decision.staleness import Old, stale_cap
from advisor.decision.sureness import word_for
from advisor.knowledge.model import Method


class Ground(Struct, frozen=True):
    """What the word rests on, beside the three figures.

    ``margin``: points before a runner-up in the same lane, if there is one; ``evidence``: what
    the proofs of requirements allow at best, by reason; ``answered``: how many answers the
    decision reads; ``level``: every criterion is ignored, and there is a choice; ``old``: what
    was last read too long ago.
    """

    lane: str
    settled: bool
    margin: int | None
    evidence: Mapping[str, str]
    answered: int
    level: bool
    old: Sequence[Old]


def confidence(method: Method, figures: Sureness, ground: Ground) -> tuple[Confidence, Sureness]:
    """The word, and the figures with what lowered it.  Without r the leader has no
    disadvantage at all."""
    caps = {**margin_caps(method, ground.margin), **ground.evidence}
    if ground.lane == "conditional":
        caps["a requirement is unproven"] = "leaning"
    if ground.answered < method.minimum_answers:
        caps[f"only {ground.answered} relevant answers"] = "toss-up"
    word, reasons = word_for(
        method, figures, settled=ground.settled, dominates=figures.r is None, caps=caps
    )
    if ground.level:
        word = "toss-up"
    lowered = Sureness(figures.p, figures.r, figures.weak_share, reasons)
    return stale_cap(word, lowered, ground.old)
