"""What rules mean for the offers at hand: rules for nobody, offers that are always excluded or
rank behind another, and exclusions of everybody.

An offer is judged with every model that it may serve.  Only what is sure of it counts: where
something is not known of an offer, an exclusion is not sure, and nothing is reported.
"""

from __future__ import annotations

from advisor.authoring.boxes import EVERYTHING, BoundReached
from advisor.authoring.check_dead_ends import check_dead_ends
from advisor.authoring.check_winners import check_winners
from advisor.authoring.examination import Examination
from advisor.authoring.exclusions import Exclusions, Market
from advisor.authoring.grounding import grounded
from advisor.authoring.witness import example_words
from advisor.decision.costs import MEASURES
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import ALWAYS
from advisor.knowledge.values import Domain
from advisor.language.mentions import its_in


def check_offers(examination: Examination) -> None:
    """All that depends on the offers."""
    market = Market(examination)
    for rule in examination.knowledge.rules.values():
        _check_spoken_of(examination, market, rule)
        if rule.effect == "exclude" and not rule.negotiable:
            _check_everything(examination, market, rule)
    _check_measured(examination)
    exclusions = Exclusions(market)
    out = [
        offer
        for offer in examination.knowledge.offers
        if _check_offer(examination, market, exclusions, offer)
    ]
    check_winners(examination, market, out)
    check_dead_ends(examination, exclusions)
    _check_silence(examination)


def _check_spoken_of(examination: Examination, market: Market, rule: Rule) -> None:
    if rule.offers == ALWAYS and not its_in(rule.when):
        return
    spoken = market.speaks_of(rule)
    first = next(spoken, None)
    if first is None and rule.offers != ALWAYS:
        examination.places.add(
            "no-offer",
            "warning",
            f"the rule '{rule.id}' speaks of no offer: none is as 'for' says",
            rule.place,
            at=("for",),
        )
        return
    names = its_in(rule.when)
    if not names or first is None or names & set(MEASURES):
        return
    kinds: dict[tuple[tuple[str, Domain], ...], dict[str, Domain]] = {}
    for offer, model in (first, *spoken):
        its = market.its(rule, offer, model)
        kinds[tuple(its.items())] = its
    types = examination.types["when"]
    conditions = [grounded(rule.when, its, types) for its in kinds.values()]
    space = examination.space([("when", condition) for condition in conditions])
    try:
        if any(space.region("when", condition) for condition in conditions):
            return
    except BoundReached:
        examination.leave_open(f"whether the rule '{rule.id}' holds for an offer", rule.place)
        return
    examination.places.add(
        "no-offer",
        "warning",
        f"the rule '{rule.id}' never holds for an offer: of those it speaks of, none has a "
        f"{' or '.join(repr(name) for name in sorted(names))} with which it does",
        rule.place,
        at=("when",),
    )


def _check_everything(examination: Examination, market: Market, rule: Rule) -> None:
    if its_in(rule.when) or not examination.knowledge.offers:
        return
    for offer in examination.knowledge.offers:
        models: tuple[str | None, ...] = (None,)
        if market.reads_model(rule) and market.models[offer]:
            models = market.models[offer]
        if any(market.suits(rule, offer, model) is not True for model in models):
            return
    space = examination.space([("when", rule.when)])
    try:
        region = space.region("when", rule.when)
    except BoundReached:
        examination.leave_open(f"whether '{rule.id}' excludes every offer", rule.place)
        return
    if region:
        examination.places.add(
            "excludes-everything",
            "error",
            f"the exclusion '{rule.id}' leaves nobody: where it holds, it excludes every offer",
            rule.place,
            hint=f"for example at {example_words(space, region[0])}",
        )


def _check_measured(examination: Examination) -> None:
    criteria = examination.knowledge.criteria
    for rule in examination.knowledge.rules.values():
        criterion = criteria.get(rule.criterion or "")
        if rule.effect == "score" and criterion is not None and criterion.measure is not None:
            examination.places.add(
                "score-on-measure",
                "error",
                f"the rule '{rule.id}' changes nothing: '{criterion.id}' is read off "
                f"'{criterion.measure.name}'",
                rule.place,
                at=("score",),
                hint="weigh, warn and advise may speak of it",
                related=(examination.places.related("the criterion", criterion.place),),
            )


def _check_offer(
    examination: Examination, market: Market, exclusions: Exclusions, offer: str
) -> bool:
    """Whether the offer is excluded, whatever is answered."""
    listed = market.models[offer]
    closed_list = examination.bench.offering.is_yes(offer, "catalogue-complete")
    if not listed and closed_list and examination.knowledge.method.reference_models:
        why = f"its list of models is complete, and empty on {examination.as_of}"
    elif all(exclusions.hold(offer, model, EVERYTHING) for model in (None, *listed)):
        why = "whatever is answered, an exclusion holds"
    else:
        return False
    examination.places.add(
        "offer-never-wins",
        "warning",
        f"the offer '{offer}' can never win: {why}",
        examination.knowledge.offers[offer].place,
    )
    return True


def _check_silence(examination: Examination) -> None:
    """What exclusions ask of every offer, and an offer says nothing about."""
    knowledge = examination.knowledge
    asked: dict[str, Rule] = {}
    for rule in knowledge.rules.values():
        if rule.effect == "exclude" and not rule.negotiable and rule.offers == ALWAYS:
            for name in sorted(its_in(rule.when)):
                attribute = knowledge.attributes.get(name)
                if attribute is not None and attribute.of == "offer":
                    asked.setdefault(name, rule)
    for offer in knowledge.offers.values():
        said = {claim.attribute for claim in offer.claims}
        for name, rule in asked.items():
            if name not in said:
                examination.places.add(
                    "missing-claim",
                    "info",
                    f"nothing is claimed of '{name}' of the offer '{offer.id}', so it can be "
                    "confirmed at best, never proven",
                    offer.place,
                    at=("id",),
                    hint="claim it, or say 'value: unknown' with the source that was read",
                    related=(examination.places.related(f"'{rule.id}' reads it", rule.place),),
                )
