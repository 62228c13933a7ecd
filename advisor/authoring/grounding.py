"""Conditions with what they say of the offer filled in."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Compare,
    CompareIts,
    Comparison,
    Condition,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import Domain, Flags, Interval, Type

NEVER = AnyOf(())

_OPPOSITE: Mapping[Comparison, Comparison] = {
    "below": "at least",
    "at least": "below",
    "above": "at most",
    "at most": "above",
}


def grounded(
    condition: Condition,
    its: Mapping[str, Domain],
    types: Mapping[str, Type],
    want: bool = True,
) -> Condition:
    """A condition about the workload alone that holds exactly where this one surely does (or,
    with ``want`` False, surely does not), for an offer of which ``its`` is believed.

    A comparison with something that is not known is never sure.
    """
    match condition:
        case Atom(name, test):
            return _atom(name, test, its, types, want)
        case NotOf(part):
            return grounded(part, its, types, not want)
        case AllOf(parts) | AnyOf(parts):
            inner = tuple(grounded(part, its, types, want) for part in parts)
            return AllOf(inner) if isinstance(condition, AllOf) is want else AnyOf(inner)


def _atom(
    name: str, test: UnaryTest, its: Mapping[str, Domain], types: Mapping[str, Type], want: bool
) -> Condition:
    match test:
        case NotTest(inner):
            return _atom(name, inner, its, types, not want)
        case AnyTest(tests):
            parts = tuple(_atom(name, part, its, types, want) for part in tests)
            return AnyOf(parts) if want else AllOf(parts)
        case CompareIts(op, attribute):
            return _compared(name, op if want else _OPPOSITE[op], its.get(attribute))
        case WithinIts(attribute):
            return _within(name, types[name], its.get(attribute), want)
        case _:
            return Atom(name, test if want else NotTest(test))


def _compared(name: str, op: Comparison, its: Domain | None) -> Condition:
    """Sure where it holds against both ends of what the offer's number may be."""
    if not isinstance(its, Interval):
        return NEVER
    end = its.high if op in ("above", "at least") else its.low
    return NEVER if end is None else Atom(name, Compare(op, end))


def _within(name: str, of: Type, its: Domain | None, want: bool) -> Condition:
    if not isinstance(its, Flags):
        return NEVER
    options = frozenset(getattr(of, "options", ()))
    if want:
        # Nothing may be asked for that the offer does not surely have.
        lacking = options - its.must
        return NotOf(Atom(name, OneOf(lacking))) if lacking else AllOf(())
    denied = options - its.may
    return Atom(name, OneOf(denied)) if denied else NEVER
