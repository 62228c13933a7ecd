"""Conditions in a normal form: what a rule tests, however its file is laid out.

A clause is one name with everything that one place of the condition asks of it.  Maps and
``all``, lists in a cell and ``any``, double negations and the order of keys make no
difference: negations are moved to the tests, nested groups of one kind are joined, and
alternatives about one name are one clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.authoring.vocabulary import Vocabulary
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyTest,
    Atom,
    Compare,
    CompareIts,
    Comparison,
    Condition,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
)
from advisor.knowledge.values import Truth
from advisor.language.kleene import conjunction, disjunction

Side: TypeAlias = Literal["when", "for"]

_OPPOSITE: dict[Comparison, Comparison] = {
    "below": "at least",
    "at least": "below",
    "above": "at most",
    "at most": "above",
}


class Clause(Struct, frozen=True):
    """``test`` on ``name``, under ``when`` or ``for``; ``text`` is the test as written."""

    side: Side
    name: str
    test: UnaryTest
    text: str

    @property
    def key(self) -> tuple[int, str, str]:
        """What clauses are sorted by."""
        return (0 if self.side == "when" else 1, self.name, self.text)


class Group(Struct, frozen=True):
    """And (``every``) or or of clauses and groups, in a fixed order."""

    every: bool
    parts: tuple[Clause | Group, ...]


Form: TypeAlias = Clause | Group


def form_of(rule: Rule, vocabulary: Vocabulary) -> Form:
    """The whole rule, both sides, in normal form."""
    sides: list[Form] = []
    if rule.when != ALWAYS:
        sides.append(_Normal("when", vocabulary).form(rule.when))
    if rule.offers != ALWAYS:
        sides.append(_Normal("for", vocabulary).form(rule.offers))
    return _joined(True, sides)


def clauses_of(form: Form) -> tuple[Clause, ...]:
    """Every clause once, in order of side, name and text."""
    return tuple(sorted(set(_clauses(form)), key=lambda clause: clause.key))


def truth_with(form: Form, of: Mapping[Clause, Truth]) -> Truth:
    """The truth of the form from those of its clauses."""
    if isinstance(form, Clause):
        return of[form]
    truths = (truth_with(part, of) for part in form.parts)
    return conjunction(truths) if form.every else disjunction(truths)


def decides_alone(form: Form, of: Mapping[Clause, Truth], clause: Clause) -> bool:
    """Whether the outcome would be the other one if this clause alone came out otherwise."""
    held = truth_with(form, {**of, clause: True})
    failed = truth_with(form, {**of, clause: False})
    return held is not None and failed is not None and held is not failed


def has_alternatives(form: Form) -> bool:
    """Whether the form holds an or: then an example may leave something out."""
    return isinstance(form, Group) and (
        not form.every or any(has_alternatives(part) for part in form.parts)
    )


def _clauses(form: Form) -> Iterable[Clause]:
    if isinstance(form, Clause):
        yield form
        return
    for part in form.parts:
        yield from _clauses(part)


class _Normal(Struct, frozen=True):
    side: Side
    vocabulary: Vocabulary

    def form(self, condition: Condition, negated: bool = False) -> Form:
        if isinstance(condition, NotOf):
            return self.form(condition.part, not negated)
        if isinstance(condition, Atom):
            test = canonical(NotTest(condition.test) if negated else condition.test)
            return self.clause(condition.name, test)
        every = isinstance(condition, AllOf) is not negated
        joined = _joined(every, [self.form(part, negated) for part in condition.parts])
        return self.merged(joined)

    def clause(self, name: str, test: UnaryTest) -> Clause:
        return Clause(self.side, name, test, self.vocabulary.test(self.side, name, test))

    def merged(self, form: Form) -> Form:
        """Alternatives about one name become one clause; so do several exclusions of it."""
        if isinstance(form, Clause):
            return form
        by_name: dict[str, list[UnaryTest]] = {}
        rest: list[Form] = []
        for part in form.parts:
            if not isinstance(part, Clause):
                rest.append(part)
            elif not form.every:
                by_name.setdefault(part.name, []).append(part.test)
            elif isinstance(part.test, NotTest):
                by_name.setdefault(part.name, []).append(part.test.test)
            else:
                rest.append(part)
        for name, tests in by_name.items():
            joined = canonical(AnyTest(tuple(tests)))
            rest.append(self.clause(name, canonical(NotTest(joined)) if form.every else joined))
        return _joined(form.every, rest)


def canonical(test: UnaryTest) -> UnaryTest:
    """One spelling of a test that can be written in several ways."""
    if isinstance(test, NotTest):
        return _negated(canonical(test.test))
    if not isinstance(test, AnyTest):
        return test
    options: frozenset[str] = frozenset()
    others: dict[UnaryTest, None] = {}
    for part in _alternatives(test):
        if isinstance(part, OneOf):
            options |= part.options
        else:
            others[part] = None
    found = sorted(others, key=_spelling)
    if options:
        found.insert(0, OneOf(options))
    return found[0] if len(found) == 1 else AnyTest(tuple(found))


def _alternatives(test: AnyTest) -> Iterable[UnaryTest]:
    for part in test.tests:
        inner = canonical(part)
        if isinstance(inner, AnyTest):
            yield from inner.tests
        else:
            yield inner


def _negated(test: UnaryTest) -> UnaryTest:
    match test:
        case NotTest(inner):
            return inner
        case Compare(op, value):
            return Compare(_OPPOSITE[op], value)
        case CompareIts(op, attribute):
            return CompareIts(_OPPOSITE[op], attribute)
        case IsKnown(negated):
            return IsKnown(not negated)
        case _:
            return NotTest(test)


def _spelling(test: UnaryTest) -> str:
    """A text that is the same in every run, unlike that of a set."""
    if isinstance(test, OneOf):
        return f"OneOf {sorted(test.options)}"
    if isinstance(test, NotTest):
        return f"Not {_spelling(test.test)}"
    if isinstance(test, AnyTest):
        return f"Any {[_spelling(part) for part in test.tests]}"
    return repr(test)


def _joined(every: bool, parts: Sequence[Form]) -> Form:
    """Groups of the same kind are taken apart; the order is that of the clauses inside."""
    flat: list[Form] = []
    for part in parts:
        if isinstance(part, Group) and part.every is every:
            flat += part.parts
        else:
            flat.append(part)
    unique = sorted(dict.fromkeys(flat), key=_place)
    return unique[0] if len(unique) == 1 else Group(every, tuple(unique))


def _place(form: Form) -> tuple[object, ...]:
    clauses = sorted(clause.key for clause in _clauses(form))
    return (isinstance(form, Group), clauses)
