"""What is decided of one workload: the figures of a row, and nothing that needs words."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from msgspec import Struct

from advisor.decision.brief import UNKNOWN_COST, Brief
from advisor.decision.result import Money


class Outcome(Struct, frozen=True):
    """A workload's row.  Costs are USD a month, None where that side is unknown; ``margin``
    is in points (of 10,000) against the runner-up; ``excluded`` names the gates that each
    excluded offer fails, ``rules`` what scored the winner; ``current`` is the estimated cost
    of the offer that serves today, where the answers name one."""

    winner: str | None
    model: str | None
    lane: str | None
    confidence: str
    settled: bool
    runner_up: str | None
    margin: int | None
    cost_low: Fraction | None
    cost_high: Fraction | None
    current_low: Fraction | None
    current_high: Fraction | None
    excluded: tuple[tuple[str, tuple[str, ...]], ...]
    rules: tuple[str, ...]


def outcome_of(brief: Brief) -> Outcome:
    """The row of a decision."""
    leader, second = (*brief.first, None, None)[:2]
    return Outcome(
        winner=leader.offer if leader else None,
        model=leader.model if leader else None,
        lane=leader.lane if leader else None,
        confidence=brief.confidence,
        settled=brief.settled,
        runner_up=second.offer if second else None,
        margin=leader.points - second.points if leader and second else None,
        cost_low=brief.monthly.low,
        cost_high=brief.monthly.high,
        current_low=brief.today.low,
        current_high=brief.today.high,
        excluded=brief.excluded,
        rules=brief.rules,
    )


def saving(outcome: Outcome, spend: Fraction | int | None) -> Money:
    """USD a month saved by moving to the winner: from what is said to be spent today, else
    from the estimated cost of the current offer; unknown where either is."""
    low, high = (spend, spend) if spend is not None else (outcome.current_low, outcome.current_high)
    if outcome.winner is None:
        return UNKNOWN_COST
    return Money(
        None if low is None or outcome.cost_high is None else Fraction(low - outcome.cost_high),
        None if high is None or outcome.cost_low is None else Fraction(high - outcome.cost_low),
    )


def cents(value: Fraction | None) -> Decimal | None:
    """USD to the cent, halves to even."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
