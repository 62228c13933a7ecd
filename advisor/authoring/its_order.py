"""For which of two offers a condition holds no less: what each claims decides, whatever the
answers are.

Kleene truth is ordered false, unknown, true.  Of one test the order follows from what the two
offers claim; *and* and *or* keep it, *not* turns it round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from advisor.decision.costs import MEASURES
from advisor.knowledge.syntax import (
    AnyTest,
    Atom,
    CompareIts,
    Condition,
    NotOf,
    NotTest,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import Domain, Flags, Interval, Number

BillOrder: TypeAlias = Literal["same", "less", "unlike"]
"""What the one offer charges beside the other, at any traffic."""


class Order(NamedTuple):
    """Whether a truth about the one offer is surely at most, and at least, that about the
    other."""

    at_most: bool
    at_least: bool


SAME = Order(True, True)
UNLIKE = Order(False, False)


def order_of(
    condition: Condition,
    one: Mapping[str, Domain],
    other: Mapping[str, Domain],
    bills: BillOrder = "same",
) -> Order:
    """The order of a condition's truths beside what the two offers claim."""
    if isinstance(condition, Atom):
        return _of_test(condition.test, one, other, bills)
    if isinstance(condition, NotOf):
        return _turned(order_of(condition.part, one, other, bills))
    return _together(order_of(part, one, other, bills) for part in condition.parts)


def _of_test(
    test: UnaryTest, one: Mapping[str, Domain], other: Mapping[str, Domain], bills: BillOrder
) -> Order:
    if isinstance(test, NotTest):
        return _turned(_of_test(test.test, one, other, bills))
    if isinstance(test, AnyTest):
        return _together(_of_test(part, one, other, bills) for part in test.tests)
    if isinstance(test, WithinIts):
        return _within(one.get(test.attribute), other.get(test.attribute))
    if not isinstance(test, CompareIts):
        return SAME
    if test.attribute in MEASURES:
        found = SAME if bills == "same" else Order(bills == "less", False)
    else:
        found = _compared(one.get(test.attribute), other.get(test.attribute))
    return found if test.op in ("below", "at most") else _turned(found)


def _compared(one: Domain | None, other: Domain | None) -> Order:
    """Of ``below``: a number is below the lesser of two limits only if below the other."""
    left, right = _ends(one), _ends(other)
    if left is None or right is None:
        # Beside a limit that is not known nothing is sure.
        return SAME if left is right else UNLIKE
    return Order(
        left[0] <= right[0] and left[1] <= right[1], left[0] >= right[0] and left[1] >= right[1]
    )


def _ends(its: Domain | None) -> tuple[Number, Number] | None:
    if not isinstance(its, Interval) or its.low is None or its.high is None:
        return None
    return its.low, its.high


def _within(one: Domain | None, other: Domain | None) -> Order:
    """What lies in a list lies in every longer one; of a list that is not known, nothing is
    sure and all may be in it."""
    left = one if isinstance(one, Flags) else None
    right = other if isinstance(other, Flags) else None
    return Order(_no_longer(left, right), _no_longer(right, left))


def _no_longer(one: Flags | None, other: Flags | None) -> bool:
    surely = one is None or not one.must or (other is not None and one.must <= other.must)
    perhaps = other is None or (one is not None and one.may <= other.may)
    return surely and perhaps


def _together(orders: Iterable[Order]) -> Order:
    found = SAME
    for order in orders:
        found = Order(found.at_most and order.at_most, found.at_least and order.at_least)
    return found


def _turned(order: Order) -> Order:
    return Order(order.at_least, order.at_most)
