"""Which two conditions exclude each other."""

from __future__ import annotations

from itertools import combinations

from msgspec import Struct

from advisor.authoring.boxes import BoundReached, meet
from advisor.authoring.regions import Side, Space
from advisor.errors import Span
from advisor.knowledge.model import Place
from advisor.knowledge.syntax import AllOf, Condition
from advisor.language.mentions import atoms_in
from advisor.language.vocabulary import Scope
from advisor.language.wording import condition_words


class Conflict(Struct, frozen=True):
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


def where_empty(
    space: Space, condition: Condition, place: Place, key: str = "when"
) -> tuple[Place, tuple[str, ...], str]:
    """Why a condition holds nowhere, and its place: that of the part that excludes an earlier
    one, or else the keys that lead to the condition from its declaration."""
    conflict = first_conflict(space, "for" if key == "for" else "when", condition)
    if conflict is None:
        return place, (key,), f"nothing satisfies all of '{key}'"
    if conflict.span is None:
        return place, (key,), conflict.message
    return Place(place.file, conflict.span), (), conflict.message


def _conjuncts(condition: Condition) -> list[Condition]:
    if isinstance(condition, AllOf):
        return [inner for part in condition.parts for inner in _conjuncts(part)]
    return [condition]


def _span(condition: Condition) -> Span | None:
    return next((atom.span for atom in atoms_in(condition)), None)
