"""Running what stands beside the rules: their examples, and the shipped cases.

An example passes when the rule surely does what it says.  A case passes when the winner is
among the offers that the panel calls right or debatable, and everything else that it expects
comes out so.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.authoring.cases import NOBODY, expected
from advisor.authoring.examples import Bench, Step, newest_day, setting_of, wanted
from advisor.decision.recommend import recommend
from advisor.knowledge.model import Case, Example, Knowledge, Rule
from advisor.knowledge.values import Domain, Truth
from advisor.language.answers import case_inputs
from advisor.language.vocabulary import did_you_mean
from advisor.language.wording import domain_words

Judgement: TypeAlias = Literal["right", "debatable", "wrong", "unlisted"]
Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many are done, of how many."""

PANEL_ORDER: tuple[Judgement, ...] = ("right", "debatable", "wrong")
LANE = "lane"


class ExampleResult(Struct, frozen=True):
    """``number`` counts the examples of the rule from 1; ``steps`` is the trace of an example
    that failed, and empty else."""

    rule: str
    number: int
    file: str
    line: int | None
    given: tuple[tuple[str, str], ...]
    expect: str
    truth: Truth
    passed: bool
    steps: tuple[Step, ...]

    @property
    def outcome(self) -> str:
        """What the rule does, in the words of ``expect``."""
        return outcome_words(self.truth)


class CaseResult(Struct, frozen=True):
    """``judgement`` is what the panel says of the winner; ``failures`` are sentences;
    ``agreement`` is Kendall's tau between the panel's order and the whole ranking (None where
    the panel puts no offer before another)."""

    case: str
    title: str
    file: str
    as_of: str
    offer: str
    lane: str
    confidence: str
    settled: bool
    judgement: Judgement
    decides: str
    failures: tuple[str, ...]
    agreement: Fraction | None = None

    @property
    def passed(self) -> bool:
        """Whether the case came out as its panel expects."""
        return not self.failures


class Results(Struct, frozen=True):
    """Everything that was run; ``as_of`` is the day of the examples."""

    as_of: str
    examples: tuple[ExampleResult, ...]
    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """Whether everything did."""
        return all(e.passed for e in self.examples) and all(c.passed for c in self.cases)

    @property
    def agreement(self) -> Fraction | None:
        """Kendall's tau, on average over the cases that have one."""
        found = [case.agreement for case in self.cases if case.agreement is not None]
        return sum(found, Fraction(0)) / len(found) if found else None

    def judged(self, judgement: Judgement) -> int:
        """How many cases came out so."""
        return sum(1 for case in self.cases if case.judgement == judgement)


def outcome_words(truth: Truth) -> str:
    """``applies``, ``does not apply``, or that it depends on what is not known."""
    if truth is None:
        return "cannot be told"
    return "applies" if truth else "does not apply"


def run_tests(
    knowledge: Knowledge,
    *,
    as_of: datetime.date | None = None,
    only: Collection[str] | None = None,
    examples: bool = True,
    cases: bool = True,
    progress: Progress | None = None,
) -> Results:
    """Run examples and cases, or only those of the rules and cases named in ``only``.

    Without ``as_of``, examples are judged on the newest day in the rule base and each case
    on its own day.
    """
    day = as_of or newest_day(knowledge)
    rules = [r for r in knowledge.rules.values() if only is None or r.id in only]
    chosen = [c for c in knowledge.cases.values() if only is None or c.id in only]
    if not examples:
        rules = []
    if not cases:
        chosen = []
    bench = Bench(knowledge, day)
    results: list[CaseResult] = []
    for done, case in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        results.append(run_case(knowledge, case, as_of))
    return Results(
        day.isoformat(),
        tuple(result for rule in rules for result in run_examples(bench, rule)),
        tuple(results),
    )


def run_examples(bench: Bench, rule: Rule) -> Iterable[ExampleResult]:
    """The examples of one rule."""
    for number, example in enumerate(rule.examples, 1):
        setting = setting_of(example)
        truth = bench.see(rule, setting).truth
        passed = truth is wanted(example)
        yield ExampleResult(
            rule=rule.id,
            number=number,
            file=example.place.file,
            line=None if example.place.span is None else example.place.span.line,
            given=tuple(given_words(bench, example)),
            expect=example.expect,
            truth=truth,
            passed=passed,
            steps=() if passed else bench.trace(rule, setting),
        )


def given_words(bench: Bench, example: Example) -> Iterable[tuple[str, str]]:
    """What an example gives: names, and values in words."""
    for name, value in example.given.items():
        if isinstance(value, Domain):
            yield name, domain_words(value, bench.vocabulary.workload[name])
        else:
            yield name, str(value)


def run_case(knowledge: Knowledge, case: Case, as_of: datetime.date | None = None) -> CaseResult:
    """Recommend for a case, and compare with what its panel expects."""
    result = recommend(knowledge, case_inputs(case, knowledge), as_of or case.as_of, thorough=False)
    verdict = result.verdict
    winner = verdict.offer or NOBODY
    judgement = judge(case, winner)
    failures: list[str] = []
    if judgement == "wrong":
        failures.append(f"'{winner}' is a wrong answer; right: {_or_list(expected(case, 'right'))}")
    if judgement == "unlisted":
        allowed = (*expected(case, "right"), *expected(case, "debatable"))
        failures.append(f"'{winner}' wins, but only {_or_list(allowed)} may")
    got = {
        "lane": verdict.lane or NOBODY,
        "confidence": verdict.confidence,
        "settled": "yes" if verdict.settled else "no",
    }
    for key, value in got.items():
        allowed = expected(case, key)
        if allowed and value not in allowed:
            failures.append(f"{key} is '{value}', not {_or_list(allowed)}")
    failures += _unknown_cause(knowledge, case)
    return CaseResult(
        case=case.id,
        title=case.title,
        file=case.place.file,
        as_of=(as_of or case.as_of).isoformat(),
        offer=winner,
        lane=got["lane"],
        confidence=verdict.confidence,
        settled=verdict.settled,
        judgement=judgement,
        decides=str(case.expect.get("decides", "")),
        failures=tuple(failures),
        agreement=rank_agreement(case, [row.offer for row in result.ranking]),
    )


def rank_agreement(case: Case, ranking: Sequence[str]) -> Fraction | None:
    """Kendall's tau of a ranking (best first) against the panel of a case, from -1 to 1.

    The panel puts every right offer before every debatable one, and these before every wrong
    one.  Over the pairs of offers that it puts in an order: those that the ranking puts in the
    same order less those in the opposite one, by all of them (Kendall 1938, "A new measure of
    rank correlation"; pairs that the panel ties are left out, as in Somers' d).  An excluded
    offer comes after every ranked one, and two of them are tied.  None without such a pair.
    """
    place = {offer: number for number, offer in enumerate(ranking)}
    words = [[o for o in expected(case, word) if o != NOBODY] for word in PANEL_ORDER]
    pairs = agreeing = 0
    for better, worse in combinations(words, 2):
        for one, other in product(better, worse):
            ahead, behind = place.get(one, len(ranking)), place.get(other, len(ranking))
            pairs += 1
            agreeing += (ahead < behind) - (ahead > behind)
    return Fraction(agreeing, pairs) if pairs else None


def judge(case: Case, winner: str) -> Judgement:
    """What the case's panel says of a winner (``none`` for nobody)."""
    return next((word for word in PANEL_ORDER if winner in expected(case, word)), "unlisted")


def _unknown_cause(knowledge: Knowledge, case: Case) -> list[str]:
    """A case must say what decides it, by a name that exists."""
    word = str(case.expect.get("decides", ""))
    known = (LANE, *knowledge.criteria, *knowledge.rules, *knowledge.questions)
    if word in known:
        return []
    hint = did_you_mean(word, known)
    message = f"'decides' names no criterion, rule or question: '{word}'"
    return [message + (f"; {hint}" if hint else "")]


def _or_list(words: Collection[str]) -> str:
    return " or ".join(f"'{word}'" for word in words) or "nobody"
