"""The rule base read again while the program runs, and what that changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from advisor.reports.figures import counted

if TYPE_CHECKING:
    from advisor.authoring.diff import Difference
    from advisor.knowledge.model import Knowledge

MOST_SHEETS = 40
"""Answer sheets judged beside the shipped cases: enough to notice, few enough to be quick."""


class Reread(Struct, frozen=True):
    """``knowledge`` is the rule base as it is now."""

    knowledge: Knowledge


class Effect(Struct, frozen=True):
    """What a change of the rules did: ``summary`` in one line, ``details`` flip by flip."""

    summary: str
    details: tuple[str, ...]


def effect(
    before: Knowledge, after: Knowledge, as_of: date, title: Callable[[str | None], str]
) -> Effect:
    """Which recommendations differ, over the shipped cases and some answer sheets."""
    from advisor.authoring.diff import compare

    found = compare(
        before, after, as_of=as_of, most_sheets=MOST_SHEETS, touched_only=True, witnesses="none"
    )
    return Effect(_summary(found), tuple(_details(found, title)))


def _summary(found: Difference) -> str:
    judged = found.compared + (found.untouched if found.touched_only else 0)
    if not found.flips:
        return f"no recommendation changed ({counted(judged, 'workload')} looked at)"
    return f"{len(found.flips)} of {counted(judged, 'recommendation')} changed"


def _details(found: Difference, title: Callable[[str | None], str]) -> list[str]:
    lines = []
    for flip in found.flips:
        kind = "case" if flip.case else "sheet"
        lane = ""
        if flip.before.offer == flip.after.offer:
            lane = f" ({flip.before.lane} → {flip.after.lane})"
        lines.append(
            f"{kind} {flip.where}: {_name(flip.before.offer, title)} → "
            f"{_name(flip.after.offer, title)}{lane}"
        )
    return lines


def _name(offer: str, title: Callable[[str | None], str]) -> str:
    from advisor.authoring.cases import NOBODY

    return "nobody" if offer == NOBODY else title(offer)
