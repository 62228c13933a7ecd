"""Random small rule bases about five questions and a derived choice, and the same for Z3.

Numbers are chosen so that thresholds fall on, between and beside each other often.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import z3
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.authoring.boxes import Box
from advisor.authoring.regions import KNOWN, YES, Region, Space
from advisor.knowledge.model import Derived, Knowledge, Question, Rule, TableRow
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyOf,
    AnyTest,
    Arithmetic,
    Atom,
    Between,
    Compare,
    Condition,
    Equals,
    Name,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
)
from advisor.knowledge.values import ChoiceType, FlagsType, Interval, NumberType, Type
from advisor.language.rulebase import load_rule_base

SMALL = Path(__file__).parent.parent / "rulebases" / "small"

CHOICES = ("a", "b", "c")
MARKS = ("p", "q", "r")
TYPES: dict[str, Type] = {
    "colour": ChoiceType(CHOICES),
    "taste": ChoiceType(("sweet", "sour")),
    "marks": FlagsType(MARKS),
    "count": NumberType("users", 0, 6, integer=True),
    "size": NumberType("parameters", 1, 9),
}
TOTAL = "total"
"""A derived number: ``count`` times ``size``."""
CLASSES = ("low", "middle", "high")
DERIVED = "class"


@cache
def small() -> Knowledge:
    return load_rule_base(SMALL)


def _question(name: str, of: Type, order: int) -> Question:
    template = small().questions["use-case"]
    return replace(
        template, id=name, order=order, type=of, options=(), prior=(), unknown_means=None
    )


def derived_class(cuts: tuple[int, int]) -> Derived:
    """A choice that follows from ``size``, complete and unique."""
    low, high = cuts
    conditions = (
        Atom("size", Compare("below", low)),
        Atom("size", Between(low, high)),
        Atom("size", Compare("at least", high)),
    )
    return table(DERIVED, list(conditions))


def table(name: str, conditions: list[Condition]) -> Derived:
    """A decision table whose rows give its options in turn."""
    template = small().derived["size-class"]
    rows = tuple(
        TableRow(when, CLASSES[i % len(CLASSES)], template.place)
        for i, when in enumerate(conditions)
    )
    return replace(template, id=name, type=ChoiceType(CLASSES), rows=rows, reading=None)


def derived_total() -> Derived:
    """A number that is tied to two answers, which the checks look at as if it were not."""
    template = small().derived["tokens-per-day"]
    product = Arithmetic("*", Name("count"), Name("size"))
    return replace(template, id=TOTAL, type=NumberType("users"), expression=product, reading=None)


def base(
    rules: Iterable[Rule] = (),
    derived: Iterable[Derived] = (),
    impossible: Iterable[Condition] = (),
) -> Knowledge:
    """The small rule base with other questions, derived values, rules and impossible
    combinations."""
    (entry,) = small().impossible
    return replace(
        small(),
        questions={n: _question(n, of, i) for i, (n, of) in enumerate(TYPES.items())},
        derived={d.id: d for d in derived},
        rules={rule.id: rule for rule in rules},
        impossible=tuple(
            replace(entry, id=f"never-{i}", when=when) for i, when in enumerate(impossible)
        ),
        cases={},
    )


def score_rule(number: int, when: Condition, steps: int) -> Rule:
    template = small().rules["wafers-are-fast"]
    place = replace(template.place, file=f"criteria/{number:03}.yaml")
    return replace(
        template, id=f"r{number}", when=when, offers=ALWAYS, steps=steps, examples=(), place=place
    )


PLATFORMS = {
    "budget-shared": "budget",
    "closed-lab": "closed-lab",
    "gpu-cluster": "example-cloud",
    "wafer-shared": "wafer",
}
"""The offers of the small rule base, by platform."""


def gate(
    number: int, when: Condition, negotiable: bool = False, platforms: Iterable[str] | None = None
) -> Rule:
    """An exclusion: of every offer, or of those on some platforms."""
    template = small().rules["certificates-must-be-held"]
    place = replace(template.place, file=f"gates/{number:03}.yaml")
    return replace(
        template,
        id=f"g{number}",
        when=when,
        offers=ALWAYS if platforms is None else Atom("platform", OneOf(frozenset(platforms))),
        negotiable=negotiable,
        examples=(),
        place=place,
    )


# What hypothesis draws


def _some(options: tuple[str, ...]) -> st.SearchStrategy[UnaryTest]:
    return st.sets(st.sampled_from(options), min_size=1, max_size=len(options)).map(
        lambda chosen: OneOf(frozenset(chosen))
    )


def _number_tests(low: int, high: int) -> st.SearchStrategy[UnaryTest]:
    numbers = st.integers(low - 1, high + 1)
    compared = st.builds(
        Compare, st.sampled_from(("below", "at most", "above", "at least")), numbers
    )
    ranges = st.tuples(numbers, numbers).filter(lambda p: p[0] < p[1]).map(lambda p: Between(*p))
    return st.one_of(numbers.map(Equals), compared, ranges)


def tests_of(name: str) -> st.SearchStrategy[UnaryTest]:
    of = ChoiceType(CLASSES) if name == DERIVED else TYPES.get(name, NumberType("users"))
    if name == TOTAL:
        plain = _number_tests(0, 54)
    elif isinstance(of, NumberType):
        plain = _number_tests(int(of.minimum or 0), int(of.maximum or 9))
    else:
        plain = _some(of.options)
    listed = st.lists(plain, min_size=2, max_size=2).map(lambda tests: AnyTest(tuple(tests)))
    either = st.one_of(plain, listed)
    return st.one_of(either, either.map(NotTest))


def conditions(
    with_class: bool = True, most: int = 3, names: tuple[str, ...] = ()
) -> st.SearchStrategy[Condition]:
    names = names or ((*TYPES, DERIVED) if with_class else tuple(TYPES))
    atoms = st.sampled_from(names).flatmap(
        lambda name: tests_of(name).map(lambda test: Atom(name, test))
    )
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=most).map(lambda p: AllOf(tuple(p))),
            st.lists(inner, min_size=2, max_size=most).map(lambda p: AnyOf(tuple(p))),
            inner.map(NotOf),
        ),
        max_leaves=4,
    )


# The same for Z3


class Oracle:
    """Conditions and boxes as formulas over the questions."""

    def __init__(self, derived: Derived | None = None) -> None:
        self.derived = derived
        self.colour, self.taste, self.count = z3.Ints("colour taste count")
        self.size = z3.Real("size")
        # Linear, as there are few counts.
        self.total = z3.Sum(*(z3.If(self.count == n, n * self.size, 0) for n in range(1, 7)))
        self.marks = {mark: z3.Bool(f"mark {mark}") for mark in MARKS}
        self.domain = z3.And(
            self.colour >= 0,
            self.colour < 3,
            self.taste >= 0,
            self.taste < 2,
            self.count >= 0,
            self.count <= 6,
            self.size >= 1,
            self.size <= 9,
        )

    def possible(self, *formulas: z3.BoolRef) -> bool:
        """Whether some answers satisfy all the formulas."""
        solver = z3.Solver()
        solver.add(self.domain, *formulas)
        return solver.check() == z3.sat

    def same(self, a: z3.BoolRef, b: z3.BoolRef) -> bool:
        return not self.possible(a != b)

    def of(self, condition: Condition) -> z3.BoolRef:
        match condition:
            case Atom(name, test):
                return self._test(name, test)
            case AllOf(parts):
                return z3.And(*(self.of(part) for part in parts), z3.BoolVal(True))
            case AnyOf(parts):
                return z3.Or(*(self.of(part) for part in parts), z3.BoolVal(False))
            case NotOf(part):
                return z3.Not(self.of(part))

    def _test(self, name: str, test: UnaryTest) -> z3.BoolRef:
        match test:
            case NotTest(inner):
                return z3.Not(self._test(name, inner))
            case AnyTest(tests):
                return z3.Or(*(self._test(name, part) for part in tests))
            case OneOf(options) if name == "marks":
                return z3.Or(*(self.marks[mark] for mark in options))
            case OneOf(options) if name == DERIVED:
                assert self.derived is not None
                rows = [row for row in self.derived.rows if row.value in options]
                return z3.Or(*(self.of(row.when) for row in rows), z3.BoolVal(False))
            case OneOf(options):
                of = TYPES[name]
                assert isinstance(of, ChoiceType)
                variable = getattr(self, name)
                return z3.Or(*(variable == of.options.index(option) for option in options))
        number = getattr(self, name)
        match test:
            case Equals(value):
                return number == value
            case Compare("below", value):
                return number < value
            case Compare("at most", value):
                return number <= value
            case Compare("above", value):
                return number > value
            case Compare("at least", value):
                return number >= value
            case Between(low, high):
                return z3.And(number >= low, number < high)
        raise TypeError(test)

    def region(self, space: Space, region: Region) -> z3.BoolRef:
        return z3.Or(*(self.box(space, box) for box in region), z3.BoolVal(False))

    def box(self, space: Space, box: Box) -> z3.BoolRef:
        return z3.And(
            *(self._cells(space, axis, cells) for axis, cells in box.items()), z3.BoolVal(True)
        )

    def _cells(self, space: Space, axis: str, cells: int) -> z3.BoolRef:
        part = space.parts[axis]
        if part.kind == "flag":
            flag = self.marks[part.detail]
            return flag if cells == YES else z3.Not(flag)
        if part.kind == "known":
            return z3.BoolVal(cells == KNOWN)
        variable = getattr(self, part.name)
        chosen = [i for i in range(len(part.numbers) or len(part.options)) if cells >> i & 1]
        if part.numbers:
            return z3.Or(*(_within(variable, part.numbers[i]) for i in chosen))
        return z3.Or(*(variable == i for i in chosen))


def _within(variable: z3.ArithRef, interval: Interval) -> z3.BoolRef:
    low, high = interval.low, interval.high
    assert low is not None
    assert high is not None
    return z3.And(
        variable > low if interval.low_open else variable >= low,
        variable < high if interval.high_open else variable <= high,
    )
