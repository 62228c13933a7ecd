"""The typed form that the parser makes and the engine compiles.

A **unary test** looks at one value; an **atom** puts it on a name; conditions combine
atoms with and, or, not.  Expressions are arithmetic over names and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from advisor.errors import Span
from advisor.knowledge.values import Number

Comparison: TypeAlias = Literal["below", "at most", "above", "at least"]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice is one of ``options``; several choices hold at least one of them."""

    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Equals:
    """A number is exactly ``value``."""

    value: Number


@dataclass(frozen=True, slots=True)
class Compare:
    """A number is below, at most, above, at least ``value``."""

    op: Comparison
    value: Number


@dataclass(frozen=True, slots=True)
class Between:
    """A number is from ``low`` (included) to ``high`` (excluded)."""

    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class IsKnown:
    """``known`` or, with ``negated``, ``unknown``."""

    negated: bool = False


@dataclass(frozen=True, slots=True)
class CompareIts:
    """A number against an attribute of the offer: ``above its context-limit``."""

    op: Comparison
    attribute: str


@dataclass(frozen=True, slots=True)
class WithinIts:
    """A choice or several choices against a list attribute: ``all in its regions``.

    True when every required flag (or the chosen option) is in the attribute's list.
    """

    attribute: str


@dataclass(frozen=True, slots=True)
class NotTest:
    test: UnaryTest


@dataclass(frozen=True, slots=True)
class AnyTest:
    """A list in a cell: any of these tests."""

    tests: tuple[UnaryTest, ...]


UnaryTest: TypeAlias = (
    OneOf | Equals | Compare | Between | IsKnown | CompareIts | WithinIts | NotTest | AnyTest
)


@dataclass(frozen=True, slots=True)
class Atom:
    """``test`` on the value of ``name``; ``span`` is the test's place in its file."""

    name: str
    test: UnaryTest
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """And; the empty one is always true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Or; the empty one is always false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    part: Condition


Condition: TypeAlias = Atom | AllOf | AnyOf | NotOf

ALWAYS = AllOf(())


@dataclass(frozen=True, slots=True)
class Constant:
    value: Number


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``op`` is one of + - * /; both sides are expressions."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """``min(a, b, ...)``, ``max(a, b, ...)`` or ``ceiling(a)``."""

    function: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Constant | Name | Arithmetic | Call
