"""The typed form that the parser makes and the engine compiles.

A **unary test** looks at one value; an **atom** puts it on a name; conditions combine
atoms with and, or, not.  Expressions are arithmetic over names and numbers.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.errors import Span
from advisor.knowledge.values import Number

Comparison: TypeAlias = Literal["below", "at most", "above", "at least"]


class OneOf(Struct, frozen=True):
    """A choice is one of ``options``; several choices hold at least one of them."""

    options: frozenset[str]


class Equals(Struct, frozen=True):
    """A number is exactly ``value``."""

    value: Number


class Compare(Struct, frozen=True):
    """A number is below, at most, above, at least ``value``."""

    op: Comparison
    value: Number


class Between(Struct, frozen=True):
    """A number is from ``low`` (included) to ``high`` (excluded)."""

    low: Number
    high: Number


class IsKnown(Struct, frozen=True):
    """``known`` or, with ``negated``, ``unknown``."""

    negated: bool = False


class CompareIts(Struct, frozen=True):
    """A number against an attribute of the offer: ``above its context-limit``."""

    op: Comparison
    attribute: str


class WithinIts(Struct, frozen=True):
    """A choice or several choices against a list attribute: ``all in its regions``.

    True when every required flag (or the chosen option) is in the attribute's list.
    """

    attribute: str


class NotTest(Struct, frozen=True):
    test: UnaryTest


class AnyTest(Struct, frozen=True):
    """A list in a cell: any of these tests."""

    tests: tuple[UnaryTest, ...]


UnaryTest: TypeAlias = (
    OneOf | Equals | Compare | Between | IsKnown | CompareIts | WithinIts | NotTest | AnyTest
)


class Atom(Struct, frozen=True):
    """``test`` on the value of ``name``; ``span`` is the test's place in its file."""

    name: str
    test: UnaryTest
    span: Span | None = None


class AllOf(Struct, frozen=True):
    """And; the empty one is always true."""

    parts: tuple[Condition, ...]


class AnyOf(Struct, frozen=True):
    """Or; the empty one is always false."""

    parts: tuple[Condition, ...]


class NotOf(Struct, frozen=True):
    part: Condition


Condition: TypeAlias = Atom | AllOf | AnyOf | NotOf

ALWAYS = AllOf(())


class Constant(Struct, frozen=True):
    value: Number


class Name(Struct, frozen=True):
    name: str
    span: Span | None = None


class Arithmetic(Struct, frozen=True):
    """``op`` is one of + - * /; both sides are expressions."""

    op: str
    left: Expression
    right: Expression


class Call(Struct, frozen=True):
    """``min(a, b, ...)``, ``max(a, b, ...)`` or ``ceiling(a)``."""

    function: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Constant | Name | Arithmetic | Call
