"""Rules as bits: from typed conditions to terms over distinct predicates.

A *predicate* is a test of one name, a *term* an and of predicates, and a rule holds where
one of its terms does.  Distributing and over or keeps strong Kleene truth (it is a lattice),
and so does dropping a term that contains another; nothing else is simplified.

What a rule says about offers is folded in beforehand.  ``for`` becomes two sets of offers,
those of which it surely and possibly speaks.  A test that compares with the offer is replaced
by what the offer claims; offers that claim the same share a *slot*, offers that differ get
slots of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from msgspec import Struct

from advisor.engine.truth import Environment, truth_of
from advisor.engine.workload import inputs_of
from advisor.errors import Problem, RuleBaseError
from advisor.knowledge.model import Derived, Rule
from advisor.knowledge.syntax import (
    AllOf,
    AnyTest,
    Atom,
    Between,
    Compare,
    CompareIts,
    Condition,
    Equals,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import Flags, Interval, Type
from advisor.language.mentions import atoms_in, its_in
from advisor.language.rulebase import MOST_OFFERS, MOST_RULES

_ABSORBED = 64
"""Terms up to which each pair is looked at."""


class Limits(Struct, frozen=True):
    """What a program may grow to; reaching one is an error with the place of its cause.

    ``alternatives``: terms of one rule for one offer; ``terms``: of all rules together.
    """

    rules: int = MOST_RULES
    offers: int = MOST_OFFERS
    alternatives: int = 512
    terms: int = 200_000


LIMITS = Limits()


class Listed(Struct, frozen=True):
    """The answer is within a list: ``must`` is surely in it, ``may`` possibly; ``may`` None
    is a list of which nothing is known."""

    must: frozenset[str]
    may: frozenset[str] | None


Elementary: TypeAlias = OneOf | Equals | Compare | Between | IsKnown | Listed


class Is(Struct, frozen=True):
    """A test comes out as ``wanted``; ``test`` None can never be told."""

    test: Elementary | None
    wanted: bool = True


class Every(Struct, frozen=True):
    """All of the parts come out."""

    parts: tuple[Form, ...]


class Some(Struct, frozen=True):
    """One of the parts comes out."""

    parts: tuple[Form, ...]


Form: TypeAlias = Is | Every | Some


class Predicate(Struct, frozen=True):
    """What is asked of one name."""

    name: str
    form: Form


Term: TypeAlias = tuple[Predicate, ...]


class Slot(Struct, frozen=True):
    """``rules[rule]`` for offers that it looks at alike.  ``surely`` and ``possibly`` are
    sets of offers: bit i stands for the i-th."""

    rule: int
    terms: tuple[Term, ...]
    surely: int
    possibly: int


class Program(Struct, frozen=True):
    """Compiled rules.  ``types``: every name that they may read; ``derived``: what follows
    from other names, each after those that it reads; ``slots`` by rule, then offer."""

    types: Mapping[str, Type]
    derived: tuple[Derived, ...]
    offers: tuple[str, ...]
    rules: tuple[Rule, ...]
    slots: tuple[Slot, ...]

    def predicates(self) -> tuple[Predicate, ...]:
        """Every distinct predicate, in the order of the rules."""
        return tuple(dict.fromkeys(p for s in self.slots for term in s.terms for p in term))


def compile_rules(
    rules: Iterable[Rule],
    types: Mapping[str, Type],
    offers: Mapping[str, Environment],
    derived: Iterable[Derived] = (),
    limits: Limits = LIMITS,
) -> Program:
    """Compile rules for offers, given what is known of each.

    ``types`` holds the questions and derived values; ``offers`` an environment for each offer
    (or offer and model), in the order that breaks ties.  Raises RuleBaseError with every
    problem: a limit reached, a cycle of derived values, a name without a type.
    """
    chosen = tuple(rules)
    problems = [*_too_large(chosen, offers, limits)]
    if problems:
        raise RuleBaseError(problems)
    slots: list[Slot] = []
    room = limits.terms
    for index, rule in enumerate(chosen):
        problems += _unknown_names(rule, types)
        try:
            found = list(_slots_of(index, rule, offers, limits.alternatives))
        except _TooManyError:
            message = f"the rule '{rule.id}' has more than {limits.alternatives} alternatives"
            problems.append(_located(rule, message, "write it as several rules"))
            continue
        room -= sum(len(slot.terms) for slot in found)
        if room < 0:
            message = f"the rules have more than {limits.terms} alternatives together"
            problems.append(_located(rule, message, "this rule is the first one too many"))
            break
        slots += found
    read = {p.name for s in slots for term in s.terms for p in term}
    order = _in_order({d.id: d for d in derived}, read, problems)
    if problems:
        raise RuleBaseError(problems)
    return Program(dict(types), order, tuple(offers), chosen, tuple(slots))


# Offers


def _slots_of(
    index: int, rule: Rule, offers: Mapping[str, Environment], most: int
) -> Iterator[Slot]:
    """One slot for every group of offers that the rule looks at alike."""
    if not offers:
        yield Slot(index, _terms(rule.when, {}, most), 0, 0)
        return
    suits = {name: truth_of(rule.offers, its) for name, its in offers.items()}
    bits = {name: 1 << i for i, name in enumerate(offers) if suits[name] is not False}
    compared = sorted(its_in(rule.when))
    groups: dict[object, list[str]] = {}
    for name in bits:
        key = tuple(offers[name].get(attribute) for attribute in compared)
        groups.setdefault(key, []).append(name)
    merged: dict[tuple[Term, ...], list[str]] = {}
    for members in groups.values():
        merged.setdefault(_terms(rule.when, offers[members[0]], most), []).extend(members)
    for terms, members in merged.items():
        surely = sum(bits[name] for name in members if suits[name])
        yield Slot(index, terms, surely, sum(bits[name] for name in members))


# Conditions


class _TooManyError(Exception):
    """Spread out, a condition has too many terms."""


class _Join(Struct, frozen=True):
    """An and (``every``) or an or of nodes."""

    every: bool
    parts: tuple[_Node, ...]


_Node: TypeAlias = Predicate | _Join


def _terms(condition: Condition, its: Environment, most: int) -> tuple[Term, ...]:
    found = _spread(_node(condition, True, its), most)
    if len(found) <= _ABSORBED:
        sets = [frozenset(term) for term in found]
        found = [t for t, s in zip(found, sets, strict=True) if not any(o < s for o in sets)]
    return tuple(found)


def _spread(node: _Node, most: int) -> list[Term]:
    """The node as an or of ands, each term once."""
    if isinstance(node, Predicate):
        return [(node,)]
    sides = [_spread(part, most) for part in node.parts]
    if not node.every:
        found = dict.fromkeys(term for side in sides for term in side)
    else:
        size = 1
        for side in sides:
            size *= len(side)
            if size > most:
                raise _TooManyError
        found = dict.fromkeys(
            tuple(dict.fromkeys(p for term in choice for p in term)) for choice in product(*sides)
        )
    if len(found) > most:
        raise _TooManyError
    return list(found)


def _node(condition: Condition, wanted: bool, its: Environment) -> _Node:
    """The condition, or its negation, with *not* moved down into the tests."""
    if isinstance(condition, Atom):
        return Predicate(condition.name, _form(condition.test, wanted, its))
    if isinstance(condition, NotOf):
        return _node(condition.part, not wanted, its)
    every = isinstance(condition, AllOf) is wanted
    parts = [_node(part, wanted, its) for part in condition.parts]
    return _Join(True, tuple(parts)) if every else _either(parts)


def _either(parts: Sequence[_Node]) -> _Node:
    """An or; what it asks of the same name is asked at once, so that it stays one term."""
    by_name: dict[str, list[Form]] = {}
    rest: list[_Node] = []
    for part in parts:
        alone = _about_one_name(part)
        if alone is None:
            rest.append(part)
        else:
            by_name.setdefault(alone.name, []).append(alone.form)
    merged: list[_Node] = [
        Predicate(name, forms[0] if len(forms) == 1 else Some(tuple(forms)))
        for name, forms in by_name.items()
    ]
    merged += rest
    return merged[0] if len(merged) == 1 else _Join(False, tuple(merged))


def _about_one_name(node: _Node) -> Predicate | None:
    if isinstance(node, Predicate):
        return node
    if not node.every or not node.parts:
        return None
    parts = [p for p in node.parts if isinstance(p, Predicate) and p.name == _name(node.parts[0])]
    if len(parts) != len(node.parts):
        return None
    return Predicate(parts[0].name, Every(tuple(part.form for part in parts)))


def _name(node: _Node) -> str | None:
    return node.name if isinstance(node, Predicate) else None


def _form(test: UnaryTest, wanted: bool, its: Environment) -> Form:
    match test:
        case NotTest(inner):
            return _form(inner, not wanted, its)
        case AnyTest(tests):
            parts = tuple(_form(part, wanted, its) for part in tests)
            return Some(parts) if wanted else Every(parts)
        case CompareIts():
            return _against(test, its, wanted)
        case WithinIts(attribute):
            theirs = its.get(attribute)
            if isinstance(theirs, Flags):
                return Is(Listed(theirs.must, theirs.may), wanted)
            return Is(Listed(frozenset(), None), wanted)
        case _:
            return Is(test, wanted)


def _against(test: CompareIts, its: Environment, wanted: bool) -> Form:
    """Sure only where both ends of the offer's number agree."""
    theirs = its.get(test.attribute)
    if not isinstance(theirs, Interval) or theirs.low is None or theirs.high is None:
        return Is(None)
    low = Is(Compare(test.op, theirs.low), wanted)
    if theirs.is_point:
        return low
    high = Is(Compare(test.op, theirs.high), wanted)
    return Some((Every((low, high)), Every((Is(None), Some((low, high))))))


# Derived values, limits


def _in_order(
    derived: Mapping[str, Derived], read: Iterable[str], problems: list[Problem]
) -> tuple[Derived, ...]:
    """The derived values behind these names, each after those that it reads."""
    done: dict[str, Derived] = {}
    for start in sorted(set(read) & set(derived)):
        path: list[str] = []
        stack = [(start, False)]
        while stack:
            name, left = stack.pop()
            if left:
                done[name] = derived[path.pop()]
            elif name in path:
                ring = " -> ".join([*path[path.index(name) :], name])
                place = derived[name].place
                message = f"derived values read each other in a ring: {ring}"
                problems.append(Problem("cycle", message, place.file, place.span))
                return ()
            elif name not in done:
                path.append(name)
                stack.append((name, True))
                inner = sorted(inputs_of(derived[name]) & set(derived), reverse=True)
                stack += [(n, False) for n in inner]
    return tuple(done.values())


def _too_large(
    rules: Sequence[Rule], offers: Mapping[str, Environment], limits: Limits
) -> Iterator[Problem]:
    if len(rules) > limits.rules:
        message = f"there are {len(rules)} rules; at most {limits.rules} are read"
        yield _located(rules[limits.rules], message, "this rule is the first one too many")
    if len(offers) > limits.offers:
        message = f"there are {len(offers)} offers; at most {limits.offers} are compared"
        yield Problem("too-many", message, rules[0].place.file if rules else "rules")


def _unknown_names(rule: Rule, types: Mapping[str, Type]) -> Iterator[Problem]:
    for atom in atoms_in(rule.when):
        if atom.name not in types:
            message = f"the rule '{rule.id}' reads '{atom.name}', which is not declared"
            span = atom.span or rule.place.span
            yield Problem("unknown-name", message, rule.place.file, span)


def _located(rule: Rule, message: str, hint: str) -> Problem:
    return Problem("too-many", message, rule.place.file, rule.place.span, hint)
