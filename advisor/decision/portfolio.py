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

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec.structs import replace

from advisor.decision.explanations import Money, Need, Portfolio, PortfolioPart, Role
from advisor.decision.gates import SERVED, Standing
from advisor.decision.needs import (
    covered_regions,
    lists_enough,
    promised,
    quota_share,
    stated_availability,
    stated_regions,
    unmet_needs,
)
from advisor.decision.relaxations import standing_of
from advisor.decision.variations import Decide
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.values import Flags, Interval, Options

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

MODELS = "models"
REQUESTS = "requests-per-day"
PARTS_AT_MOST = 4
BILLING = {
    "per-token": "paid by the token: nothing is left to pay when the calls stop",
    "per-hour": "paid by the hour: what is reserved or committed runs on to its end",
    "purchase": "bought: the machines stay on the books when the traffic leaves",
}


def portfolio(decision: Decision, decide: Decide) -> Portfolio | None:
    """Parts that meet together what one offer leaves unmet; None where one suffices, or where
    more offers would not meet anything either."""
    if not any(_serves(decision, offer) for offer in decision.order):
        return _by_model(decision, decide)
    leader = decision.order[0]
    needs = unmet_needs(decision, leader)
    if not needs:
        return None
    parts = [_part(decision, leader, "primary", None, "all that is not sent elsewhere", ())]
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
    return Portfolio(needs, tuple(parts), _sum(parts), tuple(left), tuple(notes))


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
        _part(
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
        _part(
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
        part = _part(decision, offer, "burst", None, split, ("peaks",))
        most = 1 if beyond is None else beyond
        return [replace(part, peak_share=beyond, monthly=_cost(decision, offer, 0, most))]
    return []


def _for_catalogue(decision: Decision, leader: str, notes: list[str]) -> list[PortfolioPart]:
    found = [o for o in _complements(decision, leader) if lists_enough(decision, o)]
    if not found:
        return []
    notes.append(
        "How much of the traffic goes to models that the primary lacks is not known: the "
        "answers do not name them."
    )
    part = _part(
        decision,
        found[0],
        "models",
        None,
        "requests to models that the primary does not list",
        ("models",),
    )
    return [replace(part, monthly=_cost(decision, found[0], 0, 1))]


def _by_model(decision: Decision, decide: Decide) -> Portfolio | None:
    """Named models that nobody serves together, split among the fewest offers."""
    named = decision.stated.answers.get(MODELS)
    if not isinstance(named, Flags) or len(named.must) < 2:
        return None
    refused = [s for s in decision.standings.values() if _fails_to_serve(s)]
    if len(refused) < len(decision.standings):
        # Somebody serves them all and is out for another reason: that is to be relaxed.
        return None
    alone = {model: _leader_for(decision, decide, frozenset({model})) for model in named.must}
    served = {
        model: after
        for model, after in sorted(alone.items())
        if any(_serves(after, offer) for offer in after.order)
    }
    missing = sorted(named.must - set(served))
    if len(served) < 2:
        return None
    groups = _groups(served)
    if groups is None:
        return None
    parts = []
    for number, (offer, models) in enumerate(groups):
        after = _leader_for(decision, decide, models)
        if offer not in after.order or not _serves(after, offer):
            return None
        part = _part(
            after,
            offer,
            "primary" if number == 0 else "models",
            Fraction(len(models), len(served)),
            f"all requests to {', '.join(sorted(models))}",
            ("models",),
        )
        parts.append(part)
    words = ", ".join(sorted(named.must))
    need = Need(
        "models",
        f"No single offer is known to serve all of {words}.",
        (f"{MODELS}: {decision.words.answer(MODELS)}",),
        (),
    )
    left = tuple(
        Need("models", f"No offer that qualifies serves {model}.", (), ()) for model in missing
    )
    notes = ("Traffic is taken to be spread evenly over the models: the answers do not say how.",)
    return Portfolio((need,), tuple(parts), _sum(parts), left, notes)


def _serves(decision: Decision, offer: str) -> bool:
    """Whether a ranked offer is known to serve what is asked for."""
    return not _fails_to_serve(decision.standings[offer])


def _fails_to_serve(standing: Standing) -> bool:
    return SERVED in {gate.id for gate in (*standing.excluded_by, *standing.to_confirm)}


def _leader_for(decision: Decision, decide: Decide, models: frozenset[str]) -> Decision:
    answers = {**decision.stated.answers, MODELS: Flags(models, models)}
    return decide(replace(decision.stated, answers=answers))


def _groups(
    served: Mapping[str, Decision],
) -> list[tuple[str, frozenset[str]]] | None:
    """The fewest offers that have all the models among them, the best-ranked of those; each
    model goes to the first that has it, the offer with most models first."""
    able = {m: [o for o in after.order if _serves(after, o)] for m, after in served.items()}
    offers = sorted({offer for listed in able.values() for offer in listed})
    covers = {o: frozenset(m for m, listed in able.items() if o in listed) for o in offers}
    for size in range(2, PARTS_AT_MOST + 1):
        best: tuple[int, tuple[str, ...]] | None = None
        for chosen in combinations(offers, size):
            if frozenset().union(*(covers[o] for o in chosen)) != frozenset(served):
                continue
            places = sum(
                min(listed.index(o) for o in chosen if o in listed) for listed in able.values()
            )
            if best is None or (places, chosen) < best:
                best = (places, chosen)
        if best is not None:
            taken: dict[str, set[str]] = {}
            for model, listed in sorted(able.items()):
                first = next(o for o in listed if o in best[1])
                taken.setdefault(first, set()).add(model)
            rows = sorted(taken.items(), key=lambda item: (-len(item[1]), item[0]))
            return [(offer, frozenset(models)) for offer, models in rows]
    return None


def _part(
    decision: Decision,
    offer: str,
    role: Role,
    share: Fraction | None,
    split: str,
    meets: tuple[str, ...],
    regions: tuple[str, ...] = (),
) -> PortfolioPart:
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
        monthly=_cost(decision, offer, share, share),
        meets=meets,
        exit=_exit(decision, offer),
    )


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
        monthly=_cost(decision, primary.offer, max(Fraction(0), least), most),
    )
    return [kept, *others]


def _cost(
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


def _sum(parts: Sequence[PortfolioPart]) -> Money:
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
