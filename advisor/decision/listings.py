"""What the sources say of an offer that may not serve a model: those for it and those against."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from advisor.knowledge.ledger import resolve, standing_rows
from advisor.knowledge.model import Claim, Knowledge, Offer
from advisor.knowledge.values import Options

COMPLETE = "catalogue-complete"
CLOSED_COMPLETE = "closed-catalogue-complete"
_YES = Options(frozenset({"yes"}))


def listing_facts(
    knowledge: Knowledge, offer: Offer, models: Iterable[str], as_of: datetime.date
) -> tuple[str, ...]:
    """One line for each source that lists a model, marks it as withdrawn, or has a complete
    list without it; nothing for a model that no source speaks of."""
    return tuple(line for model in models for line in _of_model(knowledge, offer, model, as_of))


def _of_model(
    knowledge: Knowledge, offer: Offer, model: str, as_of: datetime.date
) -> Iterator[str]:
    now = standing_rows((row for row in offer.serves if row.model == model), as_of)
    for row in (*now.listed, *now.outdated):
        yield f"{model}: served ({row.grade}; {row.source}, {row.date})"
    for row in now.ended:
        yield f"{model}: withdrawn on {row.until} ({row.grade}; {row.source}, {row.date})"
    if now.ended and not now.listed:
        return  # Withdrawn is said already; that a list lacks it adds nothing.
    names = {COMPLETE} if knowledge.models[model].open else {COMPLETE, CLOSED_COMPLETE}
    for name in sorted(names):
        for claim in _complete(knowledge, offer, name, as_of):
            words = "not in a complete list of models"
            yield f"{model}: {words} ({claim.grade}; {claim.source}, {claim.date})"


def _complete(
    knowledge: Knowledge, offer: Offer, name: str, as_of: datetime.date
) -> tuple[Claim, ...]:
    """The claims that the offer's list is complete; none where that is not sure."""
    claims = [claim for claim in offer.claims if claim.attribute == name]
    if not claims:
        return ()
    evidence = resolve(claims, knowledge.attributes[name], knowledge.method, as_of)
    return evidence.claims if evidence.value == _YES else ()
