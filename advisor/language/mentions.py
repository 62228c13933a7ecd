"""What conditions, tests and expressions mention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Arithmetic,
    Atom,
    Call,
    CompareIts,
    Condition,
    Constant,
    Expression,
    Name,
    NotOf,
    NotTest,
    UnaryTest,
    WithinIts,
)


def atoms_in(condition: Condition) -> Iterator[Atom]:
    """All atoms, in their written order."""
    match condition:
        case Atom():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms_in(part)
        case NotOf(part):
            yield from atoms_in(part)
        case unreachable:
            assert_never(unreachable)


def names_in(condition: Condition) -> frozenset[str]:
    """Every name a condition looks at (not what stands after *its*)."""
    return frozenset(atom.name for atom in atoms_in(condition))


def tests_in(test: UnaryTest) -> Iterator[UnaryTest]:
    """The elementary tests inside a test, without *not* and lists."""
    match test:
        case NotTest(inner):
            yield from tests_in(inner)
        case AnyTest(tests):
            for part in tests:
                yield from tests_in(part)
        case _:
            yield test


def its_in(condition: Condition) -> frozenset[str]:
    """The attributes of the offer that a condition compares with."""
    return frozenset(
        test.attribute
        for atom in atoms_in(condition)
        for test in tests_in(atom.test)
        if isinstance(test, CompareIts | WithinIts)
    )


def names_of(expression: Expression) -> tuple[str, ...]:
    """The names that an expression reads, each once, as first written."""
    return tuple(dict.fromkeys(_names(expression)))


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Name(name):
            yield name
        case Arithmetic(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from _names(argument)
        case Constant():
            pass
        case unreachable:
            assert_never(unreachable)
