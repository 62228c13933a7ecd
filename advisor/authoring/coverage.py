"""What the examples of a rule show of each of its clauses.

Modified condition/decision coverage, as in the testing of avionics: a clause is covered when
in one example it held, in another it failed, and in both the outcome hung on it alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec import Struct

from advisor.authoring.clauses import (
    Clause,
    Form,
    clauses_of,
    decides_alone,
    form_of,
    truth_with,
)
from advisor.authoring.examples import Bench, Seen, Setting, newest_day, setting_of
from advisor.decision.costs import MEASURES
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Knowledge, Rule
from advisor.knowledge.syntax import Atom, CompareIts
from advisor.knowledge.values import Truth
from advisor.language.mentions import tests_in


class ClauseCoverage(Struct, frozen=True):
    """Numbers of the examples (from 1) in which the clause held, failed, and decided alone
    while it held or failed."""

    clause: Clause
    held: tuple[int, ...]
    failed: tuple[int, ...]
    decided_held: tuple[int, ...]
    decided_failed: tuple[int, ...]

    @property
    def covered(self) -> bool:
        """Seen both ways, and decisive alone both ways."""
        return bool(self.decided_held and self.decided_failed)


class RuleCoverage(Struct, frozen=True):
    """Which conditions of a rule its examples prove."""

    rule: str
    file: str
    line: int | None
    examples: int
    clauses: tuple[ClauseCoverage, ...]

    @property
    def covered(self) -> bool:
        """Whether they prove all of them, both ways."""
        return all(clause.covered for clause in self.clauses)


class Coverage(Struct, frozen=True):
    """Every rule that was looked at; ``as_of`` is the day on which facts were judged."""

    as_of: str
    rules: tuple[RuleCoverage, ...]

    def count(self) -> Mapping[str, int]:
        """How many clauses there are, were seen true, seen false, decided alone."""
        clauses = [clause for rule in self.rules for clause in rule.clauses]
        return {
            "clauses": len(clauses),
            "seen_true": sum(1 for c in clauses if c.held),
            "seen_false": sum(1 for c in clauses if c.failed),
            "decisive_alone": sum(1 for c in clauses if c.covered),
        }


class RuleForm:
    """A rule in normal form, ready to be judged on settings."""

    def __init__(self, bench: Bench, rule: Rule) -> None:
        self.bench = bench
        self.rule = rule
        self.form: Form = form_of(rule, bench.vocabulary)
        self.clauses = clauses_of(self.form)
        self._measured = {c for c in self.clauses if _reads_measure(c)}

    def truths(self, setting: Setting) -> Mapping[Clause, Truth] | None:
        """The truth of every clause; None where they do not say what the rule does (a
        comparison with a price that nobody knows)."""
        seen = self.bench.see(self.rule, setting)
        found = {clause: self._truth(clause, seen) for clause in self.clauses}
        return found if truth_with(self.form, found) is seen.truth else None

    def _truth(self, clause: Clause, seen: Seen) -> Truth:
        if clause in self._measured and not _measures(clause) <= seen.its.keys():
            return False
        env = seen.env if clause.side == "when" else seen.its
        return truth_of(Atom(clause.name, clause.test), env, seen.its)

    def coverage(self) -> RuleCoverage:
        """What the rule's own examples show."""
        settings = [setting_of(example) for example in self.rule.examples]
        truths = [self.truths(setting) for setting in settings]
        place = self.rule.place
        return RuleCoverage(
            self.rule.id,
            place.file,
            None if place.span is None else place.span.line,
            len(settings),
            tuple(self._clause(clause, truths) for clause in self.clauses),
        )

    def _clause(
        self, clause: Clause, truths: list[Mapping[Clause, Truth] | None]
    ) -> ClauseCoverage:
        seen: dict[tuple[Truth, bool], list[int]] = {}
        for number, of in enumerate(truths, 1):
            if of is not None:
                decides = decides_alone(self.form, of, clause)
                seen.setdefault((of[clause], decides), []).append(number)

        def numbers(truth: bool, *decides: bool) -> tuple[int, ...]:
            return tuple(sorted(n for d in decides for n in seen.get((truth, d), ())))

        return ClauseCoverage(
            clause,
            numbers(True, True, False),
            numbers(False, True, False),
            numbers(True, True),
            numbers(False, True),
        )


def cover(
    knowledge: Knowledge, names: frozenset[str] | None = None, as_of: datetime.date | None = None
) -> Coverage:
    """The coverage of every rule, or of those named.  Without a day: the newest one in the
    rule base."""
    bench = Bench(knowledge, as_of or newest_day(knowledge))
    return Coverage(
        bench.as_of.isoformat(),
        tuple(
            RuleForm(bench, rule).coverage()
            for rule in knowledge.rules.values()
            if names is None or rule.id in names
        ),
    )


def _measures(clause: Clause) -> frozenset[str]:
    return frozenset(
        test.attribute
        for test in tests_in(clause.test)
        if isinstance(test, CompareIts) and test.attribute in MEASURES
    )


def _reads_measure(clause: Clause) -> bool:
    return bool(_measures(clause))
