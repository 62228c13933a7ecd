"""How many questions the weights, and each criterion, rest on.

A proof that nothing left open can change the winner looks at every combination of the
questions that a criterion reads, so there may be few of them.  The questions that together
say which model is served count as one.  The bill behind a measured criterion has its own way
of being proven and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from advisor.authoring import readers
from advisor.authoring.examination import Examination
from advisor.engine.workload import Workload
from advisor.errors import Related
from advisor.knowledge.model import Criterion, Rule
from advisor.language.mentions import its_in, names_in, names_of

MOST_QUESTIONS = 6
MODEL = "the served model"


def check_reads(examination: Examination) -> None:
    """Report criteria, and the weights together, that read too much."""
    knowledge = examination.knowledge
    weighing = [r for r in knowledge.rules.values() if r.effect == "weigh"]
    reads = _Reads(examination)
    reads.of_rules(weighing)
    if len(reads.questions) > MOST_QUESTIONS:
        examination.places.add(
            "too-many-questions",
            "error",
            f"the weights read {reads.listed}; at most {MOST_QUESTIONS} are allowed",
            reads.most.place,
            hint="let the weights rest on fewer questions",
            related=reads.related(),
        )
    for criterion in knowledge.criteria.values():
        _check(examination, criterion)


def _check(examination: Examination, criterion: Criterion) -> None:
    reads = _Reads(examination)
    if criterion.measure is None:
        rules = examination.knowledge.rules.values()
        reads.of_rules(r for r in rules if r.effect == "score" and r.criterion == criterion.id)
    else:
        workload = Workload(examination.knowledge)
        for anchor, _ in criterion.measure.anchors:
            for name in names_of(anchor):
                reads.questions.update(workload.questions_of(name))
    if len(reads.questions) > MOST_QUESTIONS:
        examination.places.add(
            "too-many-questions",
            "error",
            f"the criterion '{criterion.id}' reads {reads.listed}; "
            f"at most {MOST_QUESTIONS} are allowed",
            criterion.place,
            hint="let its rules rest on fewer questions",
            related=reads.related(),
        )


class _Reads(Struct):
    """The questions that rules rest on, and which rule rests on which."""

    examination: Examination
    questions: set[str] = field(default_factory=set)
    by_rule: list[tuple[Rule, tuple[str, ...]]] = field(default_factory=list)

    def of_rules(self, rules: Iterable[Rule]) -> None:
        """Add what some rules read."""
        workload = Workload(self.examination.knowledge)
        offering = self.examination.bench.offering
        for rule in rules:
            names = set(workload.questions_in(rule.when))
            about_offer = names_in(rule.offers) | its_in(rule.when)
            if any(offering.depends_on_model(name) for name in about_offer):
                names.add(MODEL)
            read = {MODEL if name in readers.SERVED_MODEL else name for name in names}
            self.questions |= read
            self.by_rule.append((rule, tuple(sorted(read))))

    @property
    def listed(self) -> str:
        names = sorted(self.questions)
        return f"{len(names)} questions ({', '.join(names)})"

    @property
    def most(self) -> Rule:
        """The rule that reads the most questions."""
        return max(self.by_rule, key=lambda pair: (len(pair[1]), pair[0].id))[0]

    def related(self) -> tuple[Related, ...]:
        """Rules that between them read all of it, those that read the most first."""
        found: list[Related] = []
        left = set(self.questions)
        for rule, read in sorted(self.by_rule, key=lambda pair: (-len(pair[1]), pair[0].id)):
            if left & set(read):
                left -= set(read)
                words = f"'{rule.id}' reads {', '.join(read)}"
                found.append(self.examination.places.related(words, rule.place))
        return tuple(found)
