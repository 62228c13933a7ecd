"""The workload side: which questions a name rests on, and derived values over sets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from advisor.engine.truth import truth_of
from advisor.knowledge.model import Derived, Knowledge
from advisor.knowledge.syntax import Condition, Expression
from advisor.knowledge.values import Domain, Interval, Options
from advisor.language.bounds import value_bounds
from advisor.language.expressions import value_at
from advisor.language.mentions import names_in, names_of


class Workload:
    """Reads the questions and derived values of one rule base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._derived = knowledge.derived
        self._questions = knowledge.questions
        self.questions_of = lru_cache(maxsize=None)(self._questions_of)

    def _questions_of(self, name: str) -> frozenset[str]:
        """The questions that a name rests on; empty for a name that is neither."""
        if name in self._questions:
            return frozenset({name})
        derived = self._derived.get(name)
        if derived is None:
            return frozenset()
        return frozenset().union(*(self.questions_of(n) for n in inputs_of(derived)))

    def questions_in(self, condition: Condition) -> frozenset[str]:
        """The questions that a condition rests on, through derived values too."""
        return frozenset().union(*(self.questions_of(n) for n in names_in(condition)))

    def derived_in(self, condition: Condition) -> frozenset[str]:
        """The derived values that a condition names."""
        return frozenset(n for n in names_in(condition) if n in self._derived)

    def extend(self, env: Mapping[str, Domain], names: frozenset[str]) -> dict[str, Domain]:
        """``env`` with the derived values among ``names``: each a set that contains every
        value that the sets in ``env`` allow.  A derived value of an absent input is absent."""
        result = dict(env)
        for name in sorted(names):
            self.derive_into(name, result)
        return result

    def derive_into(self, name: str, env: dict[str, Domain]) -> None:
        """Put a derived value into ``env``, and those that it rests on."""
        derived = self._derived.get(name)
        if derived is None or name in env:
            return
        for needed in sorted(inputs_of(derived)):
            self.derive_into(needed, env)
        value = derive(derived, env)
        if value is not None:
            env[name] = value


def inputs_of(derived: Derived) -> frozenset[str]:
    """The names that a derived value reads directly."""
    if derived.expression is not None:
        return frozenset(names_of(derived.expression))
    names = set[str]()
    for row in derived.rows:
        names |= names_in(row.when)
        if not isinstance(row.value, str):
            names.update(names_of(row.value))
    return frozenset(names)


def derive(derived: Derived, env: Mapping[str, Domain]) -> Domain | None:
    """The set of values a derived value may have, or None when an input is absent."""
    if derived.expression is not None:
        return _bounds(derived.expression, env)
    possible: list[Domain] = []
    for row in derived.rows:
        truth = truth_of(row.when, env)
        if truth is False:
            continue
        if isinstance(row.value, str):
            value: Domain | None = Options(frozenset({row.value}))
        else:
            value = _bounds(row.value, env)
        if value is None:
            return None
        if truth is True:
            # Rows are unique: where one surely holds, no other can.
            return value
        possible.append(value)
    return _union(possible)


def _bounds(expression: Expression, env: Mapping[str, Domain]) -> Interval | None:
    numbers: dict[str, Interval] = {}
    for name in names_of(expression):
        domain = env.get(name)
        if not isinstance(domain, Interval):
            return None
        numbers[name] = domain
    points = {name: domain.low for name, domain in numbers.items() if domain.low is not None}
    if len(points) == len(numbers) and all(domain.is_point for domain in numbers.values()):
        try:
            return Interval.point(value_at(expression, points))
        except ZeroDivisionError:
            pass
    return value_bounds(expression, numbers)


def _union(domains: list[Domain]) -> Domain | None:
    if not domains:
        return None
    if all(isinstance(d, Options) for d in domains):
        return Options(frozenset().union(*(d.values for d in domains if isinstance(d, Options))))
    spans = [d for d in domains if isinstance(d, Interval)]
    lows = [s.low for s in spans]
    highs = [s.high for s in spans]
    return Interval(
        None if None in lows else min(x for x in lows if x is not None),
        None if None in highs else max(x for x in highs if x is not None),
    )
