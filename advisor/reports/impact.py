"""Which shipped cases are recommended something else by another state of the rule base."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from msgspec import Struct

from advisor.decision.recommend import recommend
from advisor.knowledge.model import Case, Knowledge
from advisor.language.answers import read_answers
from advisor.reports.answers_file import case_file


class Verdict(Struct, frozen=True):
    """What a case is recommended, as far as a reader would notice a change."""

    offer: str | None
    model: str | None
    lane: str | None
    confidence: str
    settled: bool


class Effect(Struct, frozen=True):
    """A case whose recommendation differs."""

    case: str
    before: Verdict
    after: Verdict


def effects(
    before: Knowledge,
    after: Knowledge,
    as_of: datetime.date,
    told: Callable[[str], None] = lambda case: None,
) -> Iterator[Effect]:
    """The cases whose recommendation differs, all judged as of one day; ``told`` hears of
    each case before it is judged."""
    for case in before.cases.values():
        told(case.id)
        old, new = _verdict(case, before, as_of), _verdict(case, after, as_of)
        if old != new:
            yield Effect(case.id, old, new)


def _verdict(case: Case, knowledge: Knowledge, as_of: datetime.date) -> Verdict:
    inputs = read_answers(case_file(case).encode(), case.id, knowledge)
    found = recommend(knowledge, inputs, as_of, thorough=False).verdict
    return Verdict(found.offer, found.model, found.lane, found.confidence, found.settled)
