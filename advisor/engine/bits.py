"""One decision: which rules hold for a set of answers, what that makes of the offers.

Two bitsets, *surely* and *possibly*, are strong Kleene truth: they agree with
``advisor.engine.truth.truth_of`` on every condition.  Single values take a shorter way: one
look-up for each name and one and over all of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_, getitem, itemgetter
from typing import Any, TypeAlias

from msgspec import Struct

from advisor.engine.bits_forms import Pair, Plain
from advisor.engine.bits_layout import Layout
from advisor.engine.bits_scores import Scorer
from advisor.engine.bits_tables import ChoiceTable, FlagsTable, NumberTable
from advisor.engine.compile import Program
from advisor.engine.truth import truth_of
from advisor.engine.workload import derive
from advisor.knowledge.model import Derived
from advisor.knowledge.syntax import Expression
from advisor.knowledge.values import ChoiceType, Domain, Flags, FlagsType, Interval, Options
from advisor.language.expressions import value_at
from advisor.language.mentions import names_of

Values: TypeAlias = Mapping[str, Plain]


class Verdict(Struct, frozen=True, eq=False):
    """What follows from one set of answers.

    ``surely`` and ``possibly``: slots of the layout, as bits; ``scores`` add up what surely
    holds, by offer; ``excluded`` and ``ranking`` are places of offers.
    """

    engine: Bits
    surely: int
    possibly: int
    scores: tuple[int, ...]
    excluded: tuple[int, ...]
    ranking: list[int]

    @property
    def fired(self) -> tuple[str, ...]:
        """Ids of the rules that surely hold for some offer, in the order of the rules."""
        return self.engine.layout.rules(self.surely)

    def offers(self) -> tuple[str, ...]:
        """Ids of the ranking, best first."""
        names = self.engine.layout.program.offers
        return tuple(names[i] for i in self.ranking)


class Bits:
    """A program ready to decide one set of answers at a time."""

    def __init__(self, program: Program) -> None:
        layout = self.layout = Layout(program)
        self.scorer = Scorer(layout)
        tables = layout.tables
        choices = {n: t for n, t in tables.items() if isinstance(t, ChoiceTable)}
        numbers = {n: t for n, t in tables.items() if isinstance(t, NumberTable)}
        flags = {n: t for n, t in tables.items() if isinstance(t, FlagsTable)}
        right = {n: t for n, t in numbers.items() if t.side == "right"}
        left = {n: t for n, t in numbers.items() if t.side == "left"}
        self._both = [(n, t) for n, t in numbers.items() if t.side == "both"]
        # One look at the answers for all names: choices, numbers, flags.
        self._look = _getter([*choices, *right, *left, *flags])
        self._right_from = len(choices)
        self._left_from = self._right_from + len(right)
        self._flags_from = self._left_from + len(left)
        self._right_cuts = [t.cuts for t in right.values()]
        self._left_cuts = [t.cuts for t in left.values()]
        fast = (*right.values(), *left.values())
        self._maybe: list[Any] = [
            *(t.maybe_of for t in choices.values()),
            *(t.maybe for t in fast),
            *(t.maybe_of for t in flags.values()),
        ]
        self._sure: list[Any] = [
            *(t.sure_of for t in choices.values()),
            *(t.sure for t in fast),
            *(t.sure_of for t in flags.values()),
        ]
        self.certain = all(t.certain for t in tables.values())
        self._terms = layout.terms
        self._fold = layout.fold if layout.owners else None
        self._derived = program.derived

    def decide(self, values: Values) -> Verdict:
        """Decide for single values: an option (yes/no also as bool), a number, the flags that
        are required.  Names that are missing are unknown.  Raises KeyError for a value that a
        name cannot have, and TypeError for one of another kind."""
        try:
            possibly, surely = self._plainly(values)
        except KeyError:
            return self.decide_sets(self._domains(values))
        if self._fold is not None:
            same = surely == possibly
            possibly = self._fold(possibly)
            surely = possibly if same else self._fold(surely)
        return Verdict(self, surely, possibly, *self.scorer.settle(surely))

    def decide_sets(self, env: Mapping[str, Domain]) -> Verdict:
        """Decide for what is known of each name; names that are missing are unknown."""
        surely, possibly = self.truths(env)
        return self.settle(surely, possibly)

    def truths(self, env: Mapping[str, Domain]) -> Pair:
        """The slots that surely and that possibly hold, as bits."""
        known = self.extended(env)
        surely = possibly = self._terms
        for name, table in self.layout.tables.items():
            sure, maybe = table.pair(known.get(name))
            surely &= sure
            possibly &= maybe
        return self.layout.fold(surely), self.layout.fold(possibly)

    def settle(self, surely: int, possibly: int) -> Verdict:
        """The verdict for slots that hold."""
        return Verdict(self, surely, possibly, *self.scorer.settle(surely))

    def extended(self, env: Mapping[str, Domain]) -> Mapping[str, Domain]:
        """``env`` with the derived values that follow from it."""
        if not self._derived:
            return env
        known = dict(env)
        for derived in self._derived:
            if derived.id not in known:
                value = derive(derived, known)
                if value is not None:
                    known[derived.id] = value
        return known

    def _plainly(self, values: Values) -> Pair:
        """Terms that possibly and surely hold.  Raises KeyError where a name is missing."""
        if self._derived:
            values = self._with_derived(values)
        seen = self._look(values)
        start, middle, end = self._right_from, self._left_from, self._flags_from
        keys = [
            *seen[:start],
            *map(bisect_right, self._right_cuts, seen[start:middle]),
            *map(bisect_left, self._left_cuts, seen[middle:end]),
            *map(tuple, seen[end:]),
        ]
        possibly = reduce(and_, map(getitem, self._maybe, keys), self._terms)
        surely = possibly
        if not self.certain:
            surely = reduce(and_, map(getitem, self._sure, keys), self._terms)
        for name, table in self._both:
            sure, maybe = table.plain(values[name])
            possibly &= maybe
            surely &= sure
        return possibly, surely

    def _with_derived(self, values: Values) -> Values:
        known = dict(values)
        for derived in self._derived:
            if derived.id not in known:
                known[derived.id] = _derived_value(derived, known, self)
        return known

    def _domains(self, values: Values) -> dict[str, Domain]:
        """The same values as sets of one.  Raises KeyError for a value that cannot be."""
        types = self.layout.program.types
        return {name: domain_of(values[name], types[name]) for name in values if name in types}


def domain_of(value: Plain, of: object) -> Domain:
    """A single value as a set of one.  Raises KeyError for a value that the type lacks."""
    if isinstance(of, ChoiceType):
        if isinstance(value, bool) and of.options == ("no", "yes"):
            value = "yes" if value else "no"
        if value not in of.options:
            raise KeyError(value)
        return Options(frozenset({str(value)}))
    if isinstance(of, FlagsType):
        if isinstance(value, str | int) or not hasattr(value, "__iter__"):
            raise KeyError(value)
        chosen = frozenset(value)
        if not chosen <= set(of.options):
            raise KeyError(sorted(chosen - set(of.options))[0])
        return Flags(chosen, chosen)
    if isinstance(value, str) or hasattr(value, "__iter__"):
        raise KeyError(value)
    return Interval.point(value)


def _derived_value(derived: Derived, known: Mapping[str, Plain], engine: Bits) -> Plain:
    """The one value.  Raises KeyError where there is none."""
    if derived.expression is not None:
        return _value(derived.expression, known)
    types = engine.layout.program.types
    env = {name: domain_of(value, types[name]) for name, value in known.items() if name in types}
    for row in derived.rows:
        if truth_of(row.when, env) is True:
            return row.value if isinstance(row.value, str) else _value(row.value, known)
    raise KeyError(derived.id)


def _value(expression: Expression, known: Mapping[str, Plain]) -> Plain:
    numbers: dict[str, Any] = {name: known[name] for name in names_of(expression)}
    try:
        return value_at(expression, numbers)
    except ZeroDivisionError:
        raise KeyError from None


def _getter(keys: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """The values of these names, in order."""
    if not keys:
        return lambda values: ()
    if len(keys) == 1:
        return lambda values: (values[keys[0]],)
    getter: Callable[[Values], tuple[Any, ...]] = itemgetter(*keys)
    return getter
