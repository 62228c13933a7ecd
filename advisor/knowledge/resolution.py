"""Which of several claims for one attribute count, by the rules that the method declares.

Tried in this order, over the claims in force that state a value:

* ``first-hand`` (numbers): where a claim has one of its grades, the others step aside;
* ``newer`` (numbers and choices, for the declared kinds of facts): a claim steps aside for
  one at least as close to the fact that is newer by more than such a fact keeps;
* what is left counts, and where it differs the value widens to all of it (``conflict``).

Lists add up instead of stepping aside: one source says what another leaves out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from msgspec import Struct

from advisor.knowledge.model import Attribute, Claim, Method
from advisor.knowledge.values import FlagsType, NumberType

GRADE_ORDER = (
    "measured",
    "vendor spec",
    "derived",
    "press",
    "vendor claim",
    "expert judgement",
)
"""From closest to the fact to furthest."""

FIRST_HAND = "first-hand"
NEWER = "newer"
CONFLICT = "conflict"

_FIRST_DAY = datetime.date(1, 1, 1)


class SetAside(Struct, frozen=True):
    """A claim that does not count, the rule that says so, and the claim it steps aside for."""

    claim: Claim
    rule: str
    by: Claim


def standing(
    stated: tuple[Claim, ...], attribute: Attribute, method: Method
) -> tuple[tuple[Claim, ...], tuple[SetAside, ...]]:
    """The claims that count and those set aside, of claims in force that state a value."""
    if len(stated) < 2 or isinstance(attribute.type, FlagsType):
        return stated, ()
    counting, aside = list(stated), list[SetAside]()
    rule = method.resolution.get(FIRST_HAND)
    if rule is not None and isinstance(attribute.type, NumberType):
        first = [c for c in counting if c.grade in rule.among]
        if first and len(first) < len(counting):
            best = _newest(first)
            aside += [SetAside(c, FIRST_HAND, best) for c in counting if c.grade not in rule.among]
            counting = first
    rule = method.resolution.get(NEWER)
    days = method.expiry_days.get(attribute.expiry)
    if rule is not None and days is not None and attribute.expiry in rule.among:
        by = {i: _successor(c, counting, days) for i, c in enumerate(counting)}
        aside += [SetAside(counting[i], NEWER, c) for i, c in by.items() if c is not None]
        counting = [c for i, c in enumerate(counting) if by[i] is None]
    return tuple(counting), tuple(aside)


def dated(claim: Claim) -> tuple[datetime.date, datetime.date]:
    """The first and the last day on which the claim may have been made: ``2026-10`` is some
    day of October 2026, an undated one any day until it was read."""
    return days_of(claim.date, claim.checked)


def days_of(date: str, checked: datetime.date) -> tuple[datetime.date, datetime.date]:
    """As ``dated``, for a date as a source gives it and the day on which it was read."""
    parts = date.split("-")
    if not parts[0].isdigit():
        return _FIRST_DAY, checked
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else 0
    if len(parts) > 2:
        day = datetime.date(year, month, int(parts[2]))
        return day, day
    first = datetime.date(year, month or 1, 1)
    ends_december = month in (0, 12)
    beyond = datetime.date(year + 1, 1, 1) if ends_december else datetime.date(year, month + 1, 1)
    return first, min(beyond - datetime.timedelta(days=1), max(first, checked))


def _successor(claim: Claim, others: Iterable[Claim], days: int) -> Claim | None:
    """The newest claim that the claim steps aside for, if there is one."""
    last = dated(claim)[1]
    rank = GRADE_ORDER.index(claim.grade)
    found = [
        other
        for other in others
        if GRADE_ORDER.index(other.grade) <= rank and (dated(other)[0] - last).days > days
    ]
    return _newest(found) if found else None


def _newest(claims: list[Claim]) -> Claim:
    return max(claims, key=lambda c: (dated(c)[0], c.checked, c.source))
