"""What offers charge, and what traffic they charge it for, by joint cell.

A cost hangs on the traffic and on the terms (which model is served, at which precision and
speed, for which shares of cached and of batched work); the two are looked at apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.decision.costs import COMMITMENT, RATE, Wanted
from advisor.decision.loads import EVEN, SHARES, SIZING, corners_of
from advisor.decision.profiles import Profile
from advisor.decision.situation import Situation
from advisor.decision.sizing import Numbers
from advisor.engine.looks import Cells, Look
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.knowledge.values import Domain

_QUESTIONS = ("precision", *SHARES, *SERVING_QUESTIONS)


def questions_of(situation: Situation) -> tuple[str, ...]:
    """The questions that terms rest on.  A speed per user and a commitment are among them where
    something was answered; else none is asked for."""
    answered = situation.inputs.answers
    return (*_QUESTIONS, *(name for name in (RATE, COMMITMENT) if name in answered))


class Terms(Struct, frozen=True, eq=False):
    """An offer with the model that it serves.  ``point`` is what it charges at the shares
    that stand for a cell, ``inside`` bounds it over all shares in the cell."""

    model: str | None
    point: Profile
    inside: Profile


def terms_look(situation: Situation) -> Look[tuple[Terms, ...]]:
    """The terms of every offer, in their order; equal ones are mostly the same object."""
    questions = questions_of(situation)
    keys = situation.space.open_keys(questions)
    shared = tuple(name for name in questions if name not in SERVING_QUESTIONS)
    offers = tuple(situation.knowledge.offers)
    choices = situation.choices
    made: dict[tuple[object, ...], Terms] = {}
    numbers: dict[tuple[Wanted, ...], int] = {}

    def see(cells: Cells) -> tuple[Terms, ...]:
        at = dict(zip(keys, cells, strict=True))
        point, inside = (situation.environment(shared, at, point=p) for p in (True, False))
        ends = tuple(situation.costs.wanted(env) for env in (point, inside))
        number = numbers.setdefault(ends, len(numbers))
        row = choices.meaning(tuple(at[key] for key in choices.keys))
        found = []
        for offer, choice in zip(offers, row, strict=True):
            place = (offer, choice.model, number)
            terms = made.get(place)
            if terms is None:
                terms = made[place] = terms_at(situation, offer, choice.model, *ends)
            found.append(terms)
        return tuple(found)

    def make() -> Look[tuple[Terms, ...]]:
        return Look(keys, situation.sizes(keys), see)

    if situation.inputs.prices:
        return make()
    return situation.kept(("terms", *situation.slots(questions)), make)


def terms_at(
    situation: Situation,
    offer: str,
    model: str | None,
    point: Wanted,
    inside: Wanted,
) -> Terms:
    """The terms of one offer for one model; the same object for the same charges."""
    profiles = [situation.costs.profile_for(offer, model, wanted) for wanted in (point, inside)]
    return situation.base.aspects.of(
        ("terms", offer, model, *profiles), lambda: Terms(model, *profiles)
    )


def traffic_look(
    situation: Situation,
) -> Look[tuple[tuple[Numbers, ...], tuple[Numbers, ...]]]:
    """The traffic at the point that stands for each joint cell, and the cell's corners."""
    keys = situation.space.open_keys(SIZING)

    def see(cells: Cells) -> tuple[tuple[Numbers, ...], tuple[Numbers, ...]]:
        at = dict(zip(keys, cells, strict=True))
        point, inside = (situation.environment(SIZING, at, point=p) for p in (True, False))
        return corners(point), corners(inside)

    return situation.kept(
        ("traffic", *situation.slots(SIZING)), lambda: Look(keys, situation.sizes(keys), see)
    )


def corners(env: Mapping[str, Domain]) -> tuple[Numbers, ...]:
    """The corners of a cell of the traffic, as whole numbers; one without any traffic where
    some of it is not bounded."""
    return corners_of(env) or ((0, 0, 0, EVEN),)
