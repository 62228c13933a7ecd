"""Derived values of many rows, exact: each row's own numbers, never floating point."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from advisor.engine.rows_tests import Column
from advisor.engine.truth import truth_of
from advisor.engine.workload import inputs_of
from advisor.knowledge.model import Derived
from advisor.knowledge.syntax import Expression
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    Options,
    Type,
)
from advisor.language.expressions import value_at
from advisor.language.mentions import names_of


def with_derived(
    columns: Mapping[str, Column], derived: tuple[Derived, ...], types: Mapping[str, Type]
) -> dict[str, Column]:
    """``columns`` with those derived values that they lack.

    Equal rows of inputs are worked out once.  Raises ValueError where an input is unknown or
    a divisor zero in some row: give the derived column itself then.
    """
    known = dict(columns)
    for entry in derived:
        if entry.id not in known:
            names = tuple(sorted(inputs_of(entry)))
            for name in names:
                if np.ma.is_masked(known[name]):
                    raise ValueError(f"'{entry.id}' rests on '{name}', which has unknown rows")
            values = [_values(known[name], types[name]) for name in names]
            found: dict[tuple[Any, ...], Number | str] = {}
            result = []
            for row in zip(*values, strict=True):
                if row not in found:
                    found[row] = _value(entry, dict(zip(names, row, strict=True)))
                result.append(found[row])
            known[entry.id] = _column(entry.type, result)
    return known


def _value(derived: Derived, env: Mapping[str, Any]) -> Number | str:
    value: str | Expression | None = derived.expression
    if value is None:
        domains = {name: _domain(single) for name, single in env.items()}
        rows = [row.value for row in derived.rows if truth_of(row.when, domains) is True]
        if not rows:
            raise ValueError(f"no row of '{derived.id}' fits {sorted(env.items())}")
        value = rows[0]
    if isinstance(value, str):
        return value
    try:
        return value_at(value, {name: env[name] for name in names_of(value)})
    except ZeroDivisionError:
        message = f"'{derived.id}' divides by zero for {sorted(env.items())}"
        raise ValueError(message) from None


def _domain(value: Any) -> Domain:
    if isinstance(value, str):
        return Options(frozenset({value}))
    if isinstance(value, frozenset):
        return Flags(value, value)
    return Interval.point(value)


def _values(column: Column, of: Type) -> list[Any]:
    """A column as options, sets of flags or exact numbers."""
    if isinstance(of, ChoiceType):
        return [of.options[int(place)] for place in column.tolist()]
    if isinstance(of, FlagsType):
        if column.ndim == 2:
            return [
                frozenset(o for o, on in zip(of.options, row, strict=True) if on)
                for row in column.T.tolist()
            ]
        return [
            frozenset(o for i, o in enumerate(of.options) if mask >> i & 1)
            for mask in column.tolist()
        ]
    return [Fraction(n) if isinstance(n, float) else n for n in column.tolist()]


def _column(of: Type, values: list[Any]) -> Column:
    if isinstance(of, ChoiceType):
        place = {option: i for i, option in enumerate(of.options)}
        return np.array([place[value] for value in values], np.int32)
    if all(type(value) is int and -(1 << 62) < value < 1 << 62 for value in values):
        return np.array(values, np.int64)
    column = np.empty(len(values), object)
    column[:] = values
    return column
