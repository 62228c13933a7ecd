"""Which two conditions exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from advisor.authoring.boxes import BoundReached, meet
from advisor.authoring.regions import Side, Space
from advisor.errors import Span
from advisor.knowledge.syntax import AllOf, Atom, Condition
from advisor.language.vocabulary import Scope
from advisor.language.wording import condition_words


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two parts that cannot hold together; ``span`` is the place of the second one."""

    message: str
    span: Span | None


def first_conflict(space: Space, side: Side, condition: Condition) -> Conflict | None:
    """The first two parts of a conjunction that exclude each other, or a part that excludes
    itself; None where three or more are needed."""
    scope = Scope(space.types[side])
    parts = _conjuncts(condition)
    try:
        regions = [(part, space.region(side, part)) for part in parts]
    except BoundReached:
        return None
    for part, region in regions:
        if not region:
            words = condition_words(part, scope)
            return Conflict(f"'{words}' holds nowhere", _span(part))
    for (a, left), (b, right) in combinations(regions, 2):
        if all(meet(x, y) is None for x in left for y in right):
            one, other = condition_words(a, scope), condition_words(b, scope)
            return Conflict(f"'{one}' and '{other}' exclude each other", _span(b))
    return None


def _conjuncts(condition: Condition) -> list[Condition]:
    if isinstance(condition, AllOf):
        return [inner for part in condition.parts for inner in _conjuncts(part)]
    return [condition]


def _span(condition: Condition) -> Span | None:
    return condition.span if isinstance(condition, Atom) else None
