"""How many questions the weights, and each criterion, rest on.

A proof that nothing left open can change the winner looks at every combination of the
questions that a criterion reads, so there may be few of them.  The questions that together
say which model is served count as one.  The bill behind a measured criterion has its own way
of being proven and is not counted.
"""

from __future__ import annotations

from advisor.authoring import readers
from advisor.authoring.examination import Examination
from advisor.engine.truth import its_in, names_in
from advisor.engine.workload import Workload, names_of
from advisor.errors import Related
from advisor.knowledge.model import Criterion, Rule

MOST_QUESTIONS = 6
MODEL = "the served model"
_MOST_SHOWN = 8


def check_reads(examination: Examination) -> None:
    """Report criteria, and the weights together, that read too much."""
    knowledge = examination.knowledge
    weighing = [r for r in knowledge.rules.values() if r.effect == "weigh"]
    reads = _questions(examination, weighing)
    if len(reads) > MOST_QUESTIONS:
        last = weighing[-1]
        examination.places.add(
            "too-many-questions",
            "error",
            f"the weights read {_listed(reads)}; at most {MOST_QUESTIONS} are allowed",
            last.place,
            hint="let the weights rest on fewer questions",
            related=_related(examination, reads),
        )
    for criterion in knowledge.criteria.values():
        _check(examination, criterion)


def _check(examination: Examination, criterion: Criterion) -> None:
    rules = [
        r
        for r in examination.knowledge.rules.values()
        if r.effect == "score" and r.criterion == criterion.id
    ]
    reads = _questions(examination, [] if criterion.measure is not None else rules)
    if criterion.measure is not None:
        workload = Workload(examination.knowledge)
        for anchor, _ in criterion.measure.anchors:
            for name in names_of(anchor):
                for question in workload.questions_of(name):
                    reads.setdefault(question, None)
    if len(reads) > MOST_QUESTIONS:
        examination.places.add(
            "too-many-questions",
            "error",
            f"the criterion '{criterion.id}' reads {_listed(reads)}; "
            f"at most {MOST_QUESTIONS} are allowed",
            criterion.place,
            hint="let its rules rest on fewer questions",
            related=_related(examination, reads),
        )


def _questions(examination: Examination, rules: list[Rule]) -> dict[str, Rule | None]:
    """The questions that rules rest on, each with the first rule that reads it."""
    workload = Workload(examination.knowledge)
    offering = examination.bench.offering
    found: dict[str, Rule | None] = {}
    for rule in rules:
        names = set(workload.questions_in(rule.when))
        about_offer = names_in(rule.offers) | its_in(rule.when)
        if any(offering.depends_on_model(name) for name in about_offer):
            names.add(MODEL)
        for name in sorted(names):
            found.setdefault(MODEL if name in readers.SERVED_MODEL else name, rule)
    return found


def _listed(reads: dict[str, Rule | None]) -> str:
    names = sorted(reads)
    return f"{len(names)} questions ({', '.join(names)})"


def _related(examination: Examination, reads: dict[str, Rule | None]) -> tuple[Related, ...]:
    return tuple(
        examination.places.related(f"'{name}' is read here", rule.place)
        for name, rule in sorted(reads.items())[:_MOST_SHOWN]
        if rule is not None
    )
