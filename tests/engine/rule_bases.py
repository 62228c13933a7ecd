"""Random typed rule bases and answers, drawn from a source of randomness."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from advisor.knowledge.model import Citation, Derived, Place, Rule, TableRow
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyOf,
    AnyTest,
    Arithmetic,
    Atom,
    Between,
    Call,
    Compare,
    CompareIts,
    Constant,
    Equals,
    IsKnown,
    Name,
    NotOf,
    NotTest,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options

HERE = Place("rules.yaml")
CITED = Citation("book", "press", datetime.date(2026, 1, 1))
OPTIONS = ("a", "b", "c", "d")
FLAGS = ("p", "q", "r", "s")
COMPARISONS = ("below", "at most", "above", "at least")
TYPES = {
    "colour": ChoiceType(OPTIONS),
    "agreed": ChoiceType(("no", "yes")),
    "needs": FlagsType(FLAGS),
    "size": NumberType("count", 0, 12),
    "share": NumberType("factor", 0, 12),
    "speed": NumberType("factor", 0, 12),
    "sum": NumberType("factor"),
    "class": ChoiceType(("small", "large")),
}
ASKED = ("colour", "agreed", "needs", "size", "share", "speed")
DERIVED = (
    Derived(
        "sum", TYPES["sum"],
        Arithmetic("+", Name("size"), Call("max", (Name("share"), Constant(Fraction(1, 2))))),
        (), None, "", HERE,
    ),
    Derived(
        "class", TYPES["class"], None,
        (
            TableRow(Atom("sum", Compare("below", 9)), "small", HERE),
            TableRow(Atom("sum", Compare("at least", 9)), "large", HERE),
        ),
        None, "", HERE,
    ),
)  # fmt: skip


@dataclass
class Base:
    """Rules, and what is known of each offer."""

    rules: list[Rule]
    offers: dict[str, dict[str, object]]


def rule(
    name, when=ALWAYS, *, effect="score", steps=1, offers=ALWAYS, evidence=None, negotiable=False
):
    """A rule with what matters to an engine."""
    criterion = "c" if effect in ("score", "weigh") else None
    return Rule(
        name, effect, criterion, when, offers, steps, negotiable, "", CITED,
        evidence or name, "", (), HERE,
    )  # fmt: skip


def random_base(rnd: Random, rules: int = 8, offers: int = 3, presence: bool = True) -> Base:
    """A rule base with every kind of test, offers of which little or much is known."""
    return Base(
        [random_rule(rnd, f"r{i}", presence) for i in range(rnd.randint(1, rules))],
        {f"o{i}": _offer(rnd) for i in range(rnd.randint(1, offers))},
    )


def random_rule(rnd: Random, name: str, presence: bool) -> Rule:
    effect = rnd.choice(("score", "score", "score", "exclude", "warn", "weigh"))
    offers = ALWAYS
    if effect != "weigh" and rnd.random() < 0.5:
        offers = Atom("tier", OneOf(_some(rnd, ("x", "y", "z"))))
        offers = NotOf(offers) if rnd.random() < 0.3 else offers
    return rule(
        name,
        _condition(rnd, 2, presence, effect != "weigh"),
        effect=effect,
        steps=rnd.choice((-5, -3, -2, -1, 1, 2, 4)),
        offers=offers,
        evidence=f"e{rnd.randint(0, 4)}",
        negotiable=effect == "exclude" and rnd.random() < 0.3,
    )


def _condition(rnd: Random, depth: int, presence: bool, its: bool):
    roll = rnd.random()
    if depth == 0 or roll < 0.35:
        name = rnd.choice(tuple(TYPES))
        return Atom(name, _test(rnd, name, 1, presence, its))
    if roll < 0.45:
        return NotOf(_condition(rnd, depth - 1, presence, its))
    join = AllOf if roll < 0.75 else AnyOf
    parts = rnd.randint(0 if rnd.random() < 0.05 else 1, 3)
    return join(tuple(_condition(rnd, depth - 1, presence, its) for _ in range(parts)))


def _test(rnd: Random, name: str, depth: int, presence: bool, its: bool):
    roll = rnd.random()
    if depth and roll < 0.12:
        return NotTest(_test(rnd, name, depth - 1, presence, its))
    if depth and roll < 0.24:
        tests = tuple(_test(rnd, name, depth - 1, presence, its) for _ in range(rnd.randint(1, 2)))
        return AnyTest(tests)
    if presence and roll < 0.32:
        return IsKnown(rnd.random() < 0.5)
    of = TYPES[name]
    if isinstance(of, NumberType):
        if its and roll < 0.45:
            return CompareIts(rnd.choice(COMPARISONS), "limit")
        if roll < 0.6:
            return Equals(_number(rnd, name))
        if roll < 0.7:
            low, high = sorted((_number(rnd, name), _number(rnd, name)))
            return Between(low, high + 1)
        op = rnd.choice(("below", "at least") if name == "size" else COMPARISONS)
        return Compare(op, _number(rnd, name))
    if its and name in ("needs", "colour") and roll < 0.5:
        return WithinIts("has" if name == "needs" else "paints")
    return OneOf(_some(rnd, of.options))


def _number(rnd: Random, name: str):
    if name == "size":
        return rnd.randint(0, 12)
    return Fraction(rnd.randint(0, 36), rnd.choice((1, 1, 2, 3)))


def _some(rnd: Random, options) -> frozenset[str]:
    return frozenset(rnd.sample(options, rnd.randint(1, len(options) - 1)))


def _flags(rnd: Random, options) -> Flags:
    may = frozenset(o for o in options if rnd.random() < 0.6)
    return Flags(frozenset(o for o in sorted(may) if rnd.random() < 0.6), may)


def _interval(rnd: Random, name: str) -> Interval:
    low, high = sorted((_number(rnd, name), _number(rnd, name)))
    if rnd.random() < 0.3 or low == high:
        return Interval.point(low)
    ends = [None if rnd.random() < 0.15 else end for end in (low, high)]
    return Interval(*ends, rnd.random() < 0.4, rnd.random() < 0.4)


def _offer(rnd: Random) -> dict[str, object]:
    known = {
        "tier": Options(_some(rnd, ("x", "y", "z"))),
        "limit": _interval(rnd, "share"),
        "has": _flags(rnd, FLAGS),
        "paints": _flags(rnd, OPTIONS),
    }
    return {name: value for name, value in known.items() if rnd.random() < 0.8}


def random_sets(rnd: Random) -> dict[str, object]:
    """What is known of the answers: sets, single values, nothing."""
    return {name: random_set(rnd, name) for name in ASKED if rnd.random() < 0.8}


def random_set(rnd: Random, name: str):
    of = TYPES[name]
    if isinstance(of, ChoiceType):
        size = 1 if rnd.random() < 0.5 else rnd.randint(1, len(of.options))
        return Options(frozenset(rnd.sample(of.options, size)))
    return _flags(rnd, FLAGS) if isinstance(of, FlagsType) else _interval(rnd, name)


def random_values(rnd: Random) -> dict[str, object]:
    """One value for every question."""
    return {name: random_value(rnd, name) for name in ASKED}


def random_value(rnd: Random, name: str):
    of = TYPES[name]
    if isinstance(of, ChoiceType):
        return rnd.choice(of.options)
    if isinstance(of, FlagsType):
        return tuple(f for f in FLAGS if rnd.random() < 0.5)
    return _number(rnd, name)


def as_sets(values) -> dict[str, object]:
    """Single values as sets of one."""
    made = {}
    for name, value in values.items():
        of = TYPES[name]
        if isinstance(of, ChoiceType):
            made[name] = Options(frozenset({value}))
        elif isinstance(of, FlagsType):
            made[name] = Flags(frozenset(value), frozenset(value))
        else:
            made[name] = Interval.point(value)
    return made


sources = st.integers(0, 2**40).map(Random)
"""Each case is one number: a failing one is found again by it."""
