"""Values worth trying in an example of a rule: one for each way its tests can come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, product

from msgspec import Struct

from advisor.authoring.coverage import RuleForm
from advisor.authoring.examples import Setting
from advisor.decision.costs import MEASURES, TRAFFIC
from advisor.engine.truth import truth_of
from advisor.engine.workload import inputs_of
from advisor.knowledge.model import Question
from advisor.knowledge.syntax import (
    ALWAYS,
    Atom,
    CompareIts,
    Equals,
    IsKnown,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.kleene import thresholds
from advisor.language.mentions import tests_in
from advisor.language.wording import test_source

_PAIRS_UP_TO = 12
"""Options of several choices up to which pairs of them are tried too."""
_SOME = 1_000_000
"""How far up a number goes that nothing bounds."""


class Subject(Struct, frozen=True):
    """An offer, and the model where something hangs on it."""

    offer: str | None
    model: str | None


class Candidates:
    """The settings that matter for one rule."""

    def __init__(self, form: RuleForm) -> None:
        self._form = form
        self._bench = form.bench
        self._knowledge = form.bench.knowledge
        self._types = form.bench.vocabulary.workload
        self._tests: dict[str, list[UnaryTest]] = {}
        for clause in form.clauses:
            if clause.side == "when":
                self._tests.setdefault(clause.name, []).extend(tests_in(clause.test))
        self._its = {
            test.attribute
            for clause in form.clauses
            for test in tests_in(clause.test)
            if isinstance(test, CompareIts | WithinIts)
        }
        self._names = self._given_names()

    @property
    def names(self) -> tuple[str, ...]:
        """What an example of the rule gives besides the offer."""
        return self._names

    def settings(self, *, gaps: bool) -> Iterator[Setting]:
        """Every combination; with ``gaps`` also those that leave names out."""
        for subject in self._subjects():
            columns: list[list[Domain | None]] = []
            for name in self._names:
                values: list[Domain | None] = list(self._values(name, subject))
                if gaps or any(isinstance(t, IsKnown) for t in self._tests.get(name, ())):
                    values.append(None)
                columns.append(values)
            for row in product(*columns):
                answers = {n: v for n, v in zip(self._names, row, strict=True) if v is not None}
                yield Setting(answers, subject.offer, subject.model)

    def _given_names(self) -> tuple[str, ...]:
        """The names of the rule; a derived value that shares a question with another name
        gives way to what it follows from, so that no example contradicts itself."""
        names = sorted(self._tests)
        workload = self._bench.workload
        while True:
            clash = next(
                (
                    name
                    for name in names
                    if name in self._knowledge.derived
                    and any(
                        workload.questions_of(name) & workload.questions_of(other)
                        for other in names
                        if other != name
                    )
                ),
                None,
            )
            if clash is None:
                break
            names.remove(clash)
            names = sorted({*names, *inputs_of(self._knowledge.derived[clash])})
        if self._its & set(MEASURES):
            names = sorted({*names, *(n for n in TRAFFIC if n in self._knowledge.questions)})
        return tuple(names)

    def _subjects(self) -> Iterator[Subject]:
        """Offers, one for each way in which the rule can see them."""
        rule = self._form.rule
        if rule.offers == ALWAYS and not self._its:
            yield Subject(None, None)
            return
        names = {c.name for c in self._form.clauses if c.side == "for"} | self._its
        measured = bool(names & set(MEASURES))
        models = measured or any(self._bench.offering.depends_on_model(n) for n in names)
        seen: set[tuple[object, ...]] = set()
        for offer in self._knowledge.offers.values():
            served: Sequence[str | None] = (None,)
            if models:
                served = tuple(dict.fromkeys(row.model for row in offer.serves)) or (None,)
            for model in served:
                env = self._bench.offering.environment(offer.id, model)
                look: tuple[object, ...] = tuple(env.get(name) for name in sorted(names))
                if measured:
                    look = (*look, offer.id)
                if look not in seen:
                    seen.add(look)
                    yield Subject(offer.id, model)

    def _values(self, name: str, subject: Subject) -> Iterable[Domain]:
        of = self._types[name]
        tests = self._tests.get(name, [])
        if isinstance(of, NumberType):
            return self._numbers(name, of, tests, subject)
        return self._distinct(self._choices(of, tests), name, tests)

    def _choices(self, of: ChoiceType | FlagsType, tests: Sequence[UnaryTest]) -> list[Domain]:
        if isinstance(of, ChoiceType):
            return [Options(frozenset({option})) for option in of.options]
        sets: list[tuple[str, ...]] = [(), *((option,) for option in of.options)]
        if len(of.options) <= _PAIRS_UP_TO:
            sets += combinations(of.options, 2)
        return [Flags(frozenset(s), frozenset(s)) for s in sets]

    def _distinct(
        self, values: Iterable[Domain], name: str, tests: Sequence[UnaryTest]
    ) -> Iterable[Domain]:
        """One value for each outcome of the tests; all where the offer is compared with, and
        where a derived value is behind a name."""
        if not tests or any(isinstance(test, WithinIts) for test in tests):
            yield from values
            return
        seen: set[tuple[object, ...]] = set()
        for value in values:
            look = tuple(truth_of(Atom(name, test), {name: value}) for test in tests)
            if look not in seen:
                seen.add(look)
                yield value

    def _numbers(
        self, name: str, of: NumberType, tests: Sequence[UnaryTest], subject: Subject
    ) -> Iterable[Domain]:
        marks: set[Number] = set()
        for test in tests:
            marks |= set(thresholds(test))
            if isinstance(test, CompareIts):
                marks |= self._ends(test.attribute, subject)
        question = self._knowledge.questions.get(name)
        if not marks and question is not None:
            marks |= _typical(question)
            if name in TRAFFIC and self._its & set(MEASURES):
                # The bill needs some traffic; what matters is what it is compared with.
                return [Interval.point(min(marks))]
        return [Interval.point(value) for value in representatives(sorted(marks), of)]

    def _ends(self, attribute: str, subject: Subject) -> set[Number]:
        """Where the offer's own figure begins and ends."""
        if subject.offer is None:
            return set()
        if attribute in MEASURES:
            answers: dict[str, Domain] = {}
            for name in TRAFFIC:
                question = self._knowledge.questions.get(name)
                if question is not None:
                    answers[name] = Interval.point(min(_typical(question)))
            seen = self._bench.see(self._form.rule, Setting(answers, subject.offer, subject.model))
            value = seen.its.get(attribute)
        else:
            env = self._bench.offering.environment(subject.offer, subject.model)
            value = env.get(attribute)
        if not isinstance(value, Interval):
            return set()
        return {end for end in (value.low, value.high) if end is not None}


def _typical(question: Question) -> set[Number]:
    """A number from each bin of the prior."""
    of = question.type
    assert isinstance(of, NumberType)
    found = {between(b.low, b.high, integer=of.integer) for b in question.prior}
    return {n for n in found if n is not None} or {1 if of.minimum is None else of.minimum}


def representatives(marks: Sequence[Number], of: NumberType) -> list[Number]:
    """Each mark, and the plainest number on each side of it, within the type's range."""
    low = of.minimum if of.minimum is not None else 0
    edges = sorted({m for m in marks if _within(m, of)})
    top = of.maximum
    if top is None:
        top = max(edges) * 4 + 4 if edges else low + _SOME
    found: set[Number] = {m for m in edges if not of.integer or m == int(m)}
    for left, right in pairwise(sorted({low, *edges, top})):
        middle = between(left, right, integer=of.integer)
        if middle is not None:
            found.add(middle)
    return sorted(found) or [low]


def between(low: Number, high: Number, *, integer: bool) -> Number | None:
    """The plainest number strictly between: the one with the fewest digits, nearest to the
    middle; None where there is none."""
    if low >= high:
        return None
    middle = Fraction(low + high) / 2
    for power in range(30, -13, -1):
        if integer and power < 0:
            return None
        step = Fraction(10) ** power
        below = middle // step * step
        fits = [n for n in (below, below + step) if low < n < high]
        if fits:
            nearest = min(fits, key=lambda n: (abs(n - middle), n))
            return int(nearest) if nearest.denominator == 1 else nearest
    return None


def _within(value: Number, of: NumberType) -> bool:
    return (of.minimum is None or value >= of.minimum) and (
        of.maximum is None or value <= of.maximum
    )


def written_value(value: Domain, of: Type) -> str:
    """A value as an example writes it, fit for a flow map."""
    if isinstance(value, Flags):
        declared = of.options if isinstance(of, FlagsType) else ()
        names = [o for o in declared if o in value.must]
        return f"[{', '.join(test_source(OneOf(frozenset({n})), of) for n in names)}]"
    if isinstance(value, Options):
        (only,) = value.values
        return test_source(OneOf(frozenset({only})), of)
    assert value.low is not None
    return test_source(Equals(value.low), of)
