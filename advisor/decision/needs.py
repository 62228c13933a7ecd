"""Stated needs that one offer may leave unmet: regions, peaks, availability, many models.

A need is stated where a rule of a criterion that is not to be ignored says so: it compares the
answer with what the offer has, and the rest of its condition holds for the answers.  It is met
where what is known of the offer proves it; a quota is met where its gate is passed, and a
catalogue where no rule about its size speaks against the offer.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from advisor.decision.explanations import Need
from advisor.engine.truth import truth_of
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.model import Rule
from advisor.knowledge.syntax import CompareIts, WithinIts
from advisor.knowledge.values import Domain, Flags, Interval
from advisor.language.mentions import atoms_in, its_in, names_in, tests_in

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

REGIONS = "regions"
AVAILABILITY = "availability"
PROMISE = "availability-sla"
DIVERSITY = "model-diversity"
CATALOGUE = "catalogue-size"
RATES = ("requests-per-minute-peak", "tokens-per-minute-peak", "tokens-per-day")


def unmet_needs(decision: Decision, offer: str) -> tuple[Need, ...]:
    """What the answers ask for and the offer is not known to give."""
    found = (
        regions_need(decision, offer),
        availability_need(decision, offer),
        peaks_need(decision, offer),
        catalogue_need(decision, offer),
    )
    return tuple(need for need in found if need is not None)


def stated_regions(decision: Decision) -> frozenset[str]:
    """Where the users are, if a rule asks for an offer that runs there."""
    answer = decision.stated.answers.get(REGIONS)
    if not isinstance(answer, Flags) or not answer.must:
        return frozenset()
    full = Flags(answer.may, answer.may)
    return answer.must if _is_asked_for(decision, REGIONS, REGIONS, full) else frozenset()


def covered_regions(decision: Decision, offer: str) -> frozenset[str]:
    """The regions in which an offer is known to run."""
    value = _known(decision, offer, REGIONS)
    return value.must if isinstance(value, Flags) else frozenset()


def regions_need(decision: Decision, offer: str) -> Need | None:
    """Regions of users that the offer is not known to serve from there."""
    missing = stated_regions(decision) - covered_regions(decision, offer)
    if not missing:
        return None
    title = decision.situation.knowledge.offers[offer].title
    return Need(
        "regions",
        f"{title} is not known to run in {_listed(missing)}, where users wait for its answers.",
        (f"{REGIONS}: {decision.words.answer(REGIONS)}",),
        (_fact(decision, offer, REGIONS),),
    )


def stated_availability(decision: Decision) -> Fraction | None:
    """The availability that is asked for, in percent, if a rule compares it with a promise."""
    answer = decision.stated.answers.get(AVAILABILITY)
    if not isinstance(answer, Interval) or answer.low is None:
        return None
    asked = _is_asked_for(decision, AVAILABILITY, PROMISE, Interval.point(100))
    return Fraction(answer.low) if asked else None


def promised(decision: Decision, offer: str) -> Fraction | None:
    """The availability that an offer promises at least, in percent."""
    value = _known(decision, offer, PROMISE)
    low = value.low if isinstance(value, Interval) else None
    return None if low is None else Fraction(low)


def availability_need(decision: Decision, offer: str) -> Need | None:
    """An availability that the offer does not promise: one vendor is one risk."""
    asked, promise = stated_availability(decision), promised(decision, offer)
    if asked is None or (promise is not None and promise >= asked):
        return None
    title = decision.situation.knowledge.offers[offer].title
    words = decision.words.answer(AVAILABILITY)
    return Need(
        "availability",
        f"{words} is asked for; {title} alone is not known to promise it.",
        (f"{AVAILABILITY}: {words}",),
        (_fact(decision, offer, PROMISE),),
    )


def peaks_need(decision: Decision, offer: str) -> Need | None:
    """A quota that the busiest minute or day exceeds, or that nobody has confirmed."""
    knowledge = decision.situation.knowledge
    for gate in decision.standings[offer].to_confirm:
        rule = gate.rule
        if rule is None or not gate.negotiable:
            continue
        if any(atom.name in RATES for atom in atoms_in(rule.when)):
            model = decision.entries.model(offer)
            return Need(
                "peaks",
                decision.words.of_rule(rule, offer, model),
                decision.words.answers_read(rule),
                decision.words.facts_read(rule, offer, model),
            )
    assert offer in knowledge.offers
    return None


def quota_share(decision: Decision, offer: str) -> Fraction | None:
    """The part of the busiest minute that the published quotas of an offer let through, where
    they and the traffic are known."""
    known: list[Fraction] = []
    workload = decision.situation.base.workload
    env = workload.extend(decision.stated.answers, frozenset(RATES))
    for gate in decision.standings[offer].to_confirm:
        if gate.rule is None or not gate.negotiable:
            continue
        for atom in atoms_in(gate.rule.when):
            for test in tests_in(atom.test):
                asked = env.get(atom.name)
                if not isinstance(test, CompareIts) or not isinstance(asked, Interval):
                    continue
                limit = _known(decision, offer, test.attribute)
                if isinstance(limit, Interval) and limit.low is not None and asked.high:
                    known.append(Fraction(limit.low) / Fraction(asked.high))
    return min(known) if known else None


def catalogue_need(decision: Decision, offer: str) -> Need | None:
    """More models than the offer lists, none of which need be named."""
    rule = next((r for r in _catalogue_rules(decision, offer) if r.steps < 0), None)
    if rule is None:
        return None
    model = decision.entries.model(offer)
    return Need(
        "models",
        decision.words.of_rule(rule, offer, model),
        decision.words.answers_read(rule),
        (_fact(decision, offer, CATALOGUE),),
    )


def lists_enough(decision: Decision, offer: str) -> bool:
    """Whether the size of the offer's catalogue speaks for it, and nothing of it against."""
    steps = [rule.steps for rule in _catalogue_rules(decision, offer)]
    return bool(steps) and min(steps) > 0


def _catalogue_rules(decision: Decision, offer: str) -> Iterator[Rule]:
    """The score rules that hold the size of the offer's catalogue against how many models are
    needed."""
    base, model = decision.situation.base, decision.entries.model(offer)
    for rule in _score_rules(decision):
        if CATALOGUE not in names_in(rule.offers) | its_in(rule.when):
            continue
        if not any(atom.name == DIVERSITY for atom in atoms_in(rule.when)):
            continue
        env = base.workload.extend(decision.stated.answers, base.workload.derived_in(rule.when))
        its = base.offering.environment(offer, model)
        if truth_of(rule.when, env, its) is True and base.suits(rule, offer, model) is True:
            yield rule


def _is_asked_for(decision: Decision, question: str, attribute: str, best: Domain) -> bool:
    """Whether a score rule would speak for an offer that has the best of the attribute."""
    situation = decision.situation
    for rule in _score_rules(decision):
        if rule.steps > 0 and _compares(rule, question, attribute):
            env = situation.base.workload.extend(
                decision.stated.answers, situation.base.workload.derived_in(rule.when)
            )
            if truth_of(rule.when, env, {attribute: best}) is True:
                return True
    return False


def _score_rules(decision: Decision) -> Iterator[Rule]:
    """The rules that score a criterion which counts."""
    wishes = decision.stated.weights
    for rule in decision.situation.knowledge.rules.values():
        if rule.effect == "score" and wishes.get(rule.criterion or "") != "ignore":
            yield rule


def _compares(rule: Rule, question: str, attribute: str) -> bool:
    return any(
        isinstance(test, CompareIts | WithinIts) and test.attribute == attribute
        for atom in atoms_in(rule.when)
        if atom.name == question
        for test in tests_in(atom.test)
    )


def _known(decision: Decision, offer: str, attribute: str) -> Domain | None:
    evidence = decision.situation.base.offering.of(offer, decision.entries.model(offer))
    return evidence.get(attribute, NOTHING).value


def _fact(decision: Decision, offer: str, attribute: str) -> str:
    knowledge = decision.situation.knowledge
    evidence = decision.situation.base.offering.of(offer, decision.entries.model(offer))
    kind = knowledge.attributes[attribute].type
    return decision.words.fact(attribute, kind, evidence.get(attribute, NOTHING))


def _listed(names: frozenset[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last
