"""A decision in a few figures, without words: what a row of many workloads says."""

from __future__ import annotations

from msgspec import Struct

from advisor.decision.result import Confidence, Money

UNKNOWN_COST = Money(None, None)

Exclusions = tuple[tuple[str, tuple[str, ...]], ...]
"""Per offer that is no answer, the gates that say so."""


class Lead(Struct, frozen=True):
    """A place at the head of the ranking; ``points`` of 10,000."""

    offer: str
    model: str | None
    lane: str
    points: int


class Brief(Struct, frozen=True):
    """``first``: the leader and the runner-up, as far as there are; ``rules``: what is named
    as reasons of the leader's score; ``monthly``: what it would cost; ``today``: what the
    offer that is said to serve now is estimated to cost, where one is."""

    first: tuple[Lead, ...]
    confidence: Confidence
    settled: bool
    rules: tuple[str, ...]
    monthly: Money
    today: Money
    excluded: Exclusions
