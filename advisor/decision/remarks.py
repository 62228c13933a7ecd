"""What has to be said about the input before anything is read into the result: answers that
contradict each other, criteria that tell nothing apart."""

from __future__ import annotations

from advisor.decision.ranking import Scoring
from advisor.decision.result import Reading
from advisor.decision.situation import Situation
from advisor.engine.truth import truth_of


def remarks(situation: Situation, scoring: Scoring) -> tuple[Reading, ...]:
    """The remarks, by what they are about."""
    found = [*_contradictions(situation)]
    if scoring.offers:
        found += _ignored(situation) or _without_facts(situation, scoring)
    return tuple(found)


def _contradictions(situation: Situation) -> list[Reading]:
    """Declared impossible combinations that the answers are an instance of."""
    workload, answers = situation.base.workload, situation.inputs.answers
    found = []
    for combination in situation.knowledge.impossible:
        names = workload.derived_in(combination.when)
        if truth_of(combination.when, workload.extend(answers, names)) is True:
            asked = sorted(q for q in workload.questions_in(combination.when) if q in answers)
            found.append(
                Reading(
                    combination.id,
                    f"The answers to {' and '.join(asked)} contradict each other, and are taken "
                    f"as they are: {combination.because}",
                )
            )
    return found


def all_ignored(situation: Situation) -> bool:
    """Whether no criterion is left to rank by."""
    wishes = situation.inputs.weights
    criteria = situation.knowledge.criteria
    return bool(criteria) and all(wishes.get(criterion) == "ignore" for criterion in criteria)


def _ignored(situation: Situation) -> list[Reading]:
    if not all_ignored(situation):
        return []
    return [
        Reading(
            "weights",
            "Every criterion is to be ignored: nothing tells the offers that qualify apart, and "
            "their order means nothing.",
        )
    ]


def _without_facts(situation: Situation, scoring: Scoring) -> list[Reading]:
    """Criteria read off a figure that nobody has published for any offer."""
    found = []
    for criterion in situation.knowledge.criteria.values():
        if criterion.measure is None or situation.inputs.weights.get(criterion.id) == "ignore":
            continue
        if all(
            utility.note
            for offer in scoring.offers
            for utility, _ in scoring.spread(criterion.id, offer)
        ):
            found.append(
                Reading(
                    criterion.id,
                    f"Nothing is known of any offer on {criterion.label}: all of them count as "
                    "cautiously as the rule base declares.",
                )
            )
    return found
