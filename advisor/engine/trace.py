"""Why a rule holds for an offer, what it was short of, and what would make it hold.

Worked out only for what is shown.  A *way* is one set of conditions that together make the
rule hold; a rule that holds has a way of which all conditions do.
"""

from __future__ import annotations

from itertools import product
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.engine.truth import Environment, truth_of
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import (
    AllOf,
    Atom,
    CompareIts,
    Condition,
    NotOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import Domain, Truth
from advisor.language.kleene import conjunction
from advisor.language.mentions import atoms_in, tests_in

Side: TypeAlias = Literal["when", "for"]

WAYS = 512
"""Ways of one rule that are looked at; beyond it none is, and ``spread`` is False."""


class Seen(Struct, frozen=True):
    """One condition as a rule writes it, and the value it saw.

    ``side`` tells whether it stands under ``when`` or ``for``; ``value`` None is unknown;
    ``its``: what the test compared the value with, by attribute of the offer.
    """

    side: Side
    name: str
    test: UnaryTest
    value: Domain | None
    its: tuple[tuple[str, Domain | None], ...]
    truth: Truth
    line: int | None


class Needed(Struct, frozen=True):
    """A condition of a way: ``seen`` has to hold, or, where ``wanted`` is False, to fail."""

    seen: Seen
    wanted: bool

    @property
    def truth(self) -> Truth:
        """Whether what is needed is so."""
        if self.seen.truth is None:
            return None
        return self.seen.truth is self.wanted


class Trace(Struct, frozen=True):
    """What one rule makes of one offer.

    ``conditions``: each once, in the order of the file.  ``misses``: where the rule does not
    hold, the conditions each of which alone is in the way.  ``completions``: where it cannot
    be told, what is open in each way; once all of one is so, the rule holds.
    """

    rule: Rule
    truth: Truth
    when: Truth
    offers: Truth
    conditions: tuple[Seen, ...]
    misses: tuple[Needed, ...]
    completions: tuple[tuple[Needed, ...], ...]
    spread: bool


def trace_rule(rule: Rule, env: Environment, its: Environment) -> Trace:
    """Trace a rule for what is known of the answers (derived values too) and of an offer."""
    when = truth_of(rule.when, env, its)
    offers = truth_of(rule.offers, its)
    truth = conjunction((when, offers))
    seen: dict[tuple[Side, Atom], Seen] = {}
    sides: tuple[tuple[Side, Condition, Environment], ...] = (
        ("when", rule.when, env),
        ("for", rule.offers, its),
    )
    for side, condition, own in sides:
        for atom in atoms_in(condition):
            seen.setdefault((side, _bare(atom)), _seen(side, atom, own, its))
    misses: dict[Needed, None] = {}
    completions: dict[tuple[Needed, ...], None] = {}
    found = None if truth is True else _ways_of(rule)
    for way in found or ():
        needed = tuple(dict.fromkeys(Needed(seen[side, atom], want) for side, atom, want in way))
        short = [n for n in needed if n.truth is not True]
        if any(n.truth is False for n in short):
            if len(short) == 1:
                misses[short[0]] = None
        else:
            completions[tuple(short)] = None
    smallest = [c for c in completions if not any(set(o) < set(c) for o in completions)]
    return Trace(
        rule,
        truth,
        when,
        offers,
        tuple(dict.fromkeys(seen.values())),
        tuple(misses) if truth is False else (),
        tuple(smallest),
        truth is True or found is not None,
    )


_Literal: TypeAlias = tuple[Side, Atom, bool]
_Way: TypeAlias = tuple[_Literal, ...]


def _ways_of(rule: Rule) -> list[_Way] | None:
    """Every way in which the rule would hold; None where there are too many."""
    sides = (_ways("when", rule.when, True), _ways("for", rule.offers, True))
    return None if sides[0] is None or sides[1] is None else _joined([*sides])


def _ways(side: Side, condition: Condition, wanted: bool) -> list[_Way] | None:
    if isinstance(condition, Atom):
        return [((side, _bare(condition), wanted),)]
    if isinstance(condition, NotOf):
        return _ways(side, condition.part, not wanted)
    parts = [_ways(side, part, wanted) for part in condition.parts]
    if isinstance(condition, AllOf) is wanted:
        return _joined(parts)
    found = [way for part in parts if part is not None for way in part]
    return found if len(found) <= WAYS and None not in parts else None


def _joined(parts: list[list[_Way] | None]) -> list[_Way] | None:
    size = 1
    known: list[list[_Way]] = []
    for part in parts:
        if part is None or (size := size * len(part)) > WAYS:
            return None
        known.append(part)
    return [tuple(literal for way in choice for literal in way) for choice in product(*known)]


def _bare(atom: Atom) -> Atom:
    """The same condition wherever it is written."""
    return Atom(atom.name, atom.test)


def _seen(side: Side, atom: Atom, env: Environment, its: Environment) -> Seen:
    compared = dict.fromkeys(
        test.attribute for test in tests_in(atom.test) if isinstance(test, CompareIts | WithinIts)
    )
    return Seen(
        side,
        atom.name,
        atom.test,
        env.get(atom.name),
        tuple((name, its.get(name)) for name in compared),
        truth_of(atom, env, its if side == "when" else None),
        None if atom.span is None else atom.span.line,
    )
