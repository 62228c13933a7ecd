"""Several offers where one leaves a stated need unmet.

The leader stays the primary.  Regions that it does not serve go to the best-ranked offers
that do; an availability that it does not promise is backed by the best-ranked offer of
another house; peaks beyond its quota go to the best-ranked one whose own quota has room;
models that it does not list go to the best-ranked one with a catalogue for them.
Where nobody is known to serve all the named models, they are split among the fewest offers.
Nothing is proposed where one offer suffices: the leader, or another of its lane that ranks no
lower than the last of the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from advisor.decision.explanations import Need, Portfolio, PortfolioPart
from advisor.decision.needs import (
    covered_regions,
    lists_enough,
    promised,
    quota_share,
    stated_availability,
    stated_regions,
    unmet_needs,
)
from advisor.decision.portfolio_models import by_model
from advisor.decision.portfolio_parts import (
    PARTS_AT_MOST,
    cost_between,
    part_of,
    serves,
    summed,
)
from advisor.decision.variations import Decide
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.values import Options

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision


def portfolio(decision: Decision, decide: Decide) -> Portfolio | None:
    """Parts that meet together what one offer leaves unmet; None where one suffices, or where
    more offers would not meet anything either."""
    if not any(serves(decision, offer) for offer in decision.order):
        return by_model(decision, decide)
    leader = decision.order[0]
    needs = unmet_needs(decision, leader)
    if not needs:
        return None
    parts = [part_of(decision, leader, "primary", None, "all that is not sent elsewhere", ())]
    notes: list[str] = []
    left: list[Need] = []
    for need in needs:
        found = {
            "regions": _for_regions,
            "availability": _for_availability,
            "peaks": _for_peaks,
            "models": _for_catalogue,
        }[need.kind](decision, leader, notes)
        if found:
            parts += found
        else:
            left.append(need)
    if len(parts) == 1 or _one_suffices(decision, parts):
        return None
    parts = _merged(decision, parts)
    return Portfolio(needs, tuple(parts), summed(parts), tuple(left), tuple(notes))


def _one_suffices(decision: Decision, parts: Sequence[PortfolioPart]) -> bool:
    last = max(decision.order.index(part.offer) for part in parts)
    lane = decision.standings[decision.order[0]].lane
    return any(
        decision.standings[offer].lane == lane and not unmet_needs(decision, offer)
        for offer in decision.order[: last + 1]
    )


def _complements(decision: Decision, leader: str) -> list[str]:
    """The leader and the offers that may stand beside it, by rank: of its lane, and nothing
    that would have to be bought for a part of the traffic."""
    lane = decision.standings[leader].lane
    return [
        offer
        for offer in decision.order
        if decision.standings[offer].lane == lane
        and (offer == leader or not _is_bought(decision, offer))
    ]


def _is_bought(decision: Decision, offer: str) -> bool:
    evidence = decision.situation.base.offering.of(offer, decision.entries.model(offer))
    billing = evidence.get("billing", NOTHING).value
    return isinstance(billing, Options) and billing.values == {"purchase"}


def _for_regions(decision: Decision, leader: str, notes: list[str]) -> list[PortfolioPart]:
    stated = stated_regions(decision)
    missing = set(stated - covered_regions(decision, leader))
    chosen: list[tuple[str, frozenset[str]]] = []
    while missing and len(chosen) < PARTS_AT_MOST:
        best = max(
            _complements(decision, leader),
            key=lambda o: (
                len(missing & covered_regions(decision, o)),
                -decision.order.index(o),
            ),
        )
        here = frozenset(missing & covered_regions(decision, best))
        if not here:
            break
        chosen.append((best, here))
        missing -= here
    if chosen:
        notes.append(
            "Traffic is taken to be spread evenly over the regions: the answers do not say "
            "how it is."
        )
    if chosen and missing:
        notes.append(f"No offer here is known to run in {', '.join(sorted(missing))}.")
    return [
        part_of(
            decision,
            offer,
            "region",
            Fraction(len(here), len(stated)),
            f"the traffic of users in {', '.join(sorted(here))}",
            ("regions",),
            tuple(sorted(here)),
        )
        for offer, here in chosen
    ]


def _for_availability(decision: Decision, leader: str, notes: list[str]) -> list[PortfolioPart]:
    asked = stated_availability(decision)
    assert asked is not None
    knowledge = decision.situation.knowledge.offers
    others = [
        offer
        for offer in _complements(decision, leader)
        if knowledge[offer].platform != knowledge[leader].platform
    ]
    if not others:
        return []
    enough = [
        o for o in others if (together := _together(decision, leader, o)) and together >= asked
    ]
    offer = (enough or others)[0]
    together = _together(decision, leader, offer)
    if together is None:
        notes.append(
            "Two houses fail independently of each other, but not both publish a promise, so "
            "what they reach together is not known."
        )
    else:
        notes.append(
            f"If they fail independently, {knowledge[leader].title} and "
            f"{knowledge[offer].title} together reach {float(together):.6g} %."
        )
    return [
        part_of(
            decision,
            offer,
            "fallback",
            Fraction(0),
            "all traffic while the primary fails; keep it warm with a few percent",
            ("availability",),
        )
    ]


def _together(decision: Decision, one: str, other: str) -> Fraction | None:
    """Percent of the time in which at least one of two is up, if both keep their promises and
    fail independently."""
    first, second = promised(decision, one), promised(decision, other)
    if first is None or second is None:
        return None
    return 100 - (100 - first) * (100 - second) / 100


def _for_peaks(decision: Decision, leader: str, notes: list[str]) -> list[PortfolioPart]:
    knowledge = decision.situation.knowledge.offers
    share = quota_share(decision, leader)
    for offer in _complements(decision, leader)[1:]:
        room = quota_share(decision, offer)
        # Beyond a quota that nobody published there may be anything.
        enough = room is None or room >= 1 - (share or 0)
        other = knowledge[offer].platform != knowledge[leader].platform
        if not (enough and other):
            continue
        if share is None:
            split, beyond = "what the quota of the primary does not take", None
            notes.append("How much that is, is not known: no quota is published.")
        else:
            beyond = max(Fraction(0), 1 - share)
            split = (
                f"the busiest minutes beyond the quota: at most {float(100 * beyond):.3g} % of "
                "their requests"
            )
        part = part_of(decision, offer, "burst", None, split, ("peaks",))
        most = 1 if beyond is None else beyond
        return [replace(part, peak_share=beyond, monthly=cost_between(decision, offer, 0, most))]
    return []


def _for_catalogue(decision: Decision, leader: str, notes: list[str]) -> list[PortfolioPart]:
    found = [o for o in _complements(decision, leader) if lists_enough(decision, o)]
    if not found:
        return []
    notes.append(
        "How much of the traffic goes to models that the primary lacks is not known: the "
        "answers do not name them."
    )
    part = part_of(
        decision,
        found[0],
        "models",
        None,
        "requests to models that the primary does not list",
        ("models",),
    )
    return [replace(part, monthly=cost_between(decision, found[0], 0, 1))]


def _merged(decision: Decision, parts: Sequence[PortfolioPart]) -> list[PortfolioPart]:
    """The primary with what the others leave it, and its cost at that: beside a burst, or
    models that nobody named, it is not known how much of the day that is."""
    primary, *others = parts
    most = 1 - sum((part.share for part in others if part.share is not None), Fraction(0))
    unsure = [part for part in others if part.share is None]
    least = most - sum(1 if p.peak_share is None else p.peak_share for p in unsure)
    regions = tuple(sorted(stated_regions(decision) - {r for part in others for r in part.regions}))
    kept = replace(
        primary,
        share=None if unsure else most,
        regions=regions,
        monthly=cost_between(decision, primary.offer, max(Fraction(0), least), most),
    )
    return [kept, *others]
