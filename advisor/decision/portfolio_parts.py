"""A part of a portfolio: which offer, how much of the traffic, its cost, what leaving costs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from advisor.decision.explanations import Money, PortfolioPart, Role
from advisor.decision.gates import SERVED, Standing
from advisor.decision.relaxations import standing_of
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.values import Flags, Interval, Options

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

REQUESTS = "requests-per-day"
PARTS_AT_MOST = 4
"""Offers that one need is split among at most."""
BILLING = {
    "per-token": "paid by the token: nothing is left to pay when the calls stop",
    "per-hour": "paid by the hour: what is reserved or committed runs on to its end",
    "purchase": "bought: the machines stay on the books when the traffic leaves",
}


def part_of(
    decision: Decision,
    offer: str,
    role: Role,
    share: Fraction | None,
    split: str,
    meets: tuple[str, ...],
    regions: tuple[str, ...] = (),
) -> PortfolioPart:
    """An offer as a part, with its standing and what its share of the traffic costs."""
    stands = standing_of(decision, offer)
    return PortfolioPart(
        role=role,
        offer=offer,
        title=stands.title,
        model=stands.model,
        lane=stands.lane,
        points=stands.points,
        share=share,
        split=split,
        regions=regions,
        monthly=cost_between(decision, offer, share, share),
        meets=meets,
        exit=_exit(decision, offer),
    )


def cost_between(
    decision: Decision, offer: str, least: Fraction | int | None, most: Fraction | int | None
) -> Money:
    """The monthly bill at shares of the traffic between two, or at all of it (None); at none of
    it, what stands idle costs."""
    traffic = dict(decision.entries.traffic())
    requests = traffic.get(REQUESTS)
    if (
        least is not None
        and most is not None
        and isinstance(requests, Interval)
        and requests.low is not None
    ):
        high = requests.high if requests.high is not None else requests.low
        traffic[REQUESTS] = Interval(round(requests.low * least), round(high * most))
    bill = decision.situation.costs.bill(offer, decision.entries.model(offer), traffic)
    return Money(_fraction(bill.monthly.low), _fraction(bill.monthly.high))


def summed(parts: Sequence[PortfolioPart]) -> Money:
    """What the parts cost together; not known on a side where any is not."""
    lows = [part.monthly.low for part in parts]
    highs = [part.monthly.high for part in parts]
    return Money(
        sum((x for x in lows if x is not None), Fraction(0)) if None not in lows else None,
        sum((x for x in highs if x is not None), Fraction(0)) if None not in highs else None,
    )


def _exit(decision: Decision, offer: str) -> tuple[str, ...]:
    """What leaving costs, by the facts: how it is paid for, how it is called, what is owed."""
    evidence = decision.situation.base.offering.of(offer, decision.entries.model(offer))
    lines = []
    billing = evidence.get("billing", NOTHING).value
    if isinstance(billing, Options) and len(billing.values) == 1:
        lines.append(BILLING[next(iter(billing.values))])
    api = evidence.get("api", NOTHING).value
    if isinstance(api, Flags) and "openai" in api.must:
        lines.append("called as others are (OpenAI's interface): another address and key")
    elif isinstance(api, Flags) and api.must:
        lines.append(f"called through an interface of its own ({', '.join(sorted(api.must))})")
    notice = evidence.get("retirement-notice", NOTHING).value
    if isinstance(notice, Interval) and notice.low is not None:
        lines.append(f"models were withdrawn with {float(notice.low):g} days' notice")
    return tuple(lines)


def _fraction(value: int | Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def serves(decision: Decision, offer: str) -> bool:
    """Whether a ranked offer is known to serve what is asked for."""
    return not fails_to_serve(decision.standings[offer])


def fails_to_serve(standing: Standing) -> bool:
    """Whether it is excluded, or unproven, because of the model that is asked for."""
    return SERVED in {gate.id for gate in (*standing.excluded_by, *standing.to_confirm)}
