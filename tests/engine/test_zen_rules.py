"""What zen-engine can express, it decides as we do: single values, and, or, not."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import zen
from hypothesis import HealthCheck, given, settings

from advisor.knowledge.syntax import (
    AllOf,
    AnyTest,
    Atom,
    Between,
    Compare,
    Equals,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
)
from advisor.knowledge.values import FlagsType
from tests.engine.rule_bases import TYPES, random_base, random_values, sources
from tests.engine.test_bits import compiled

CASES = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
SIGNS = {"below": "<", "at most": "<=", "above": ">", "at least": ">="}


class Inexpressible(Exception):
    """A comparison with the offer, or a value that follows from others."""


def expression(condition) -> str:
    if isinstance(condition, Atom):
        if condition.name in ("sum", "class"):
            raise Inexpressible
        return test_expression(condition.name, condition.test)
    if isinstance(condition, NotOf):
        return f"not ({expression(condition.part)})"
    word = "and" if isinstance(condition, AllOf) else "or"
    empty = "true" if word == "and" else "false"
    return f" {word} ".join(f"({expression(part)})" for part in condition.parts) or empty


def test_expression(name, test) -> str:
    match test:
        case NotTest(inner):
            return f"not ({test_expression(name, inner)})"
        case AnyTest(tests):
            return " or ".join(f"({test_expression(name, part)})" for part in tests)
        case IsKnown(negated):
            return "false" if negated else "true"
        case OneOf(options) if isinstance(TYPES[name], FlagsType):
            return " or ".join(f"contains({name}, '{o}')" for o in sorted(options))
        case OneOf(options):
            return f"{name} in [{', '.join(repr(o) for o in sorted(options))}]"
        case Compare(op, value):
            return f"{name} {SIGNS[op]} {number(value)}"
        case Equals(value):
            return f"{name} == {number(value)}"
        case Between(low, high):
            return f"{name} >= {number(low)} and {name} < {number(high)}"
    raise Inexpressible


test_expression.__test__ = False


def number(value) -> str:
    """In sixths, so that every number is whole on both sides."""
    return str(int(Fraction(value) * 6))


@CASES
@given(sources)
def test_rules_fire_as_zen_says(rnd: Random):
    base = random_base(rnd)
    expressible = []
    for r in base.rules:
        try:
            expressible.append((r, zen.compile_expression(f"[{expression(r.when)}]")))
        except Inexpressible:
            continue
    base.rules = [r for r, _ in expressible]
    base.offers = {"o": {}}
    engine = compiled(base)
    for _ in range(3):
        values = random_values(rnd)
        given_values = {
            name: int(Fraction(v) * 6) if not isinstance(v, str | tuple) else v
            for name, v in values.items()
        }
        given_values["needs"] = list(values["needs"])
        verdict = engine.decide(values)
        for r, compiled_expression in expressible:
            (wanted,) = compiled_expression.evaluate(given_values)
            places = [
                place
                for place, slot in enumerate(engine.layout.slots)
                if engine.layout.program.rules[slot.rule] is r
            ]
            assert all(bool(verdict.surely >> place & 1) is wanted for place in places)
