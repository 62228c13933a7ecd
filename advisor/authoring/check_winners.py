"""Which offers can win: those that rank behind another are found by structure; of the others
it is looked for answers with which they win, where that is asked for, and what nobody found out
is said in one note."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from advisor.authoring.dominance import Dominance
from advisor.authoring.examination import Examination
from advisor.authoring.exclusions import Market

if TYPE_CHECKING:
    from advisor.authoring.winners import Tried

NAMED = 6
"""Offers up to which a note names them; of more it says how many."""


def check_winners(examination: Examination, market: Market, out: Collection[str]) -> None:
    """``out``: the offers that are excluded whatever is answered."""
    left = [offer for offer in examination.knowledge.offers if offer not in out]
    dominance = Dominance(market)
    open_: list[str] = []
    for offer in left:
        better = dominance.over(offer, left)
        if better is None:
            open_.append(offer)
        else:
            _report(examination, offer, better)
    tried = None
    if examination.deep is not None:
        from advisor.authoring.winners import find_winners

        tried = find_winners(examination.knowledge, examination.as_of, open_, examination.deep)
        open_ = [offer for offer in open_ if offer not in tried.won]
    if open_:
        _leave_open(examination, open_, tried)


def _report(examination: Examination, offer: str, better: str) -> None:
    offers = examination.knowledge.offers
    wins_ties = offer < better
    examination.places.add(
        "offer-never-wins",
        "info" if wins_ties else "warning",
        f"the offer '{offer}' can "
        + ("win nothing but ties" if wins_ties else "never win")
        + f": whatever is answered, '{better}' is at least as good in all that rules and bills "
        "look at" + (", and only the order of the ids puts it first" if wins_ties else ""),
        offers[offer].place,
        hint="claim what sets it apart; own prices and own measurements are not looked at",
        related=(examination.places.related("the other one", offers[better].place),),
    )


def _leave_open(examination: Examination, open_: Sequence[str], tried: Tried | None) -> None:
    if tried is None:
        what = "no answers were tried"
        hint = "'advisor rules check --deep' looks for answers with which each of them wins"
    else:
        what = f"none of the {tried.sheets:,} sheets of answers that were tried makes it win"
        hint = "if no workload needs it, it may go; else show one in a case"
    names = [f"'{offer}'" for offer in open_]
    listed = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
    if len(names) > NAMED:
        listed = f"{len(names)} offers"
    examination.places.add(
        "not-decided",
        "info",
        f"not decided: whether {listed} can ever win: {what}",
        examination.knowledge.offers[open_[0]].place,
        hint=hint,
    )
