"""The facts that a recommendation rests on, and where each stands apart from buying by volume.

``grounds_of`` lists what gates in force, fired rules and prices read of the leader, each with
its source, grade and dates; a fact whose claims disagree shows them side by side.
``break_evens_of`` compares every ranked offer that is paid by the hour with the cheapest one
that is paid by the token, on the same bills that the ranking shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from advisor.decision.caps import in_force
from advisor.decision.costs import Charges
from advisor.decision.estimates_even import Side, even
from advisor.decision.gates import Gate
from advisor.decision.loads import corners_of, precision_of
from advisor.decision.price_claims import claims_read
from advisor.decision.result import BreakEven, Claimed, Estimate, Ground, Ranked
from advisor.decision.situation import Situation
from advisor.estimate.breakeven import cost_only
from advisor.estimate.cost import DEVICE_ITEMS
from advisor.estimate.ranges import Range
from advisor.knowledge.ledger import Evidence, is_stale
from advisor.knowledge.model import Attribute
from advisor.knowledge.periods import DAYS_PER_MONTH
from advisor.knowledge.values import Interval
from advisor.language.mentions import its_in, names_in
from advisor.language.wording import domain_words

WORKED_OUT = 3
"""Hourly offers whose break-even is worked out with capacity: the best ones."""
STRETCHES = 5
TOKENS = ("input tokens", "output tokens", "cached input tokens", "batch tokens")


def grounds_of(situation: Situation, gates: Sequence[Gate], leader: Ranked) -> tuple[Ground, ...]:
    """The leader's facts, by label."""
    names = set(claims_read(situation.inputs.prices.get(leader.offer, {})))
    rules = situation.knowledge.rules
    fired = {r.rule for part in leader.contributions for r in part.because} & rules.keys()
    read = [rules[name] for name in fired]
    read += [g.rule for g in gates if g.rule is not None and in_force(situation, g)]
    for rule in read:
        names |= names_in(rule.offers) | its_in(rule.when)
    known = situation.base.offering.of(leader.offer, leader.model)
    found = []
    for name in sorted(names & known.keys()):
        attribute = situation.knowledge.attributes.get(name.rpartition(".")[2])
        if attribute is not None and known[name].claims:
            found.append(_ground(situation, name, attribute, known[name]))
    return tuple(sorted(found, key=lambda g: (g.label, g.attribute)))


def _ground(situation: Situation, name: str, attribute: Attribute, evidence: Evidence) -> Ground:
    method, as_of = situation.knowledge.method, situation.base.ledger.as_of
    value = "not published"
    if evidence.value is not None:
        value = domain_words(evidence.value, attribute.type)
    return Ground(
        attribute=name,
        label=attribute.label,
        value=value,
        stale=evidence.stale,
        conflict=evidence.conflict,
        claims=tuple(
            Claimed(
                value="looked for, not found"
                if claim.value is None
                else domain_words(claim.value, attribute.type),
                source=claim.source,
                grade=claim.grade,
                date=claim.date,
                checked=claim.checked.isoformat(),
                stale=is_stale(claim, attribute, method, as_of),
            )
            for claim in evidence.claims
        ),
    )


def break_evens_of(situation: Situation, ranking: Sequence[Ranked]) -> tuple[BreakEven, ...]:
    """Each hourly offer of the ranking against the cheapest one by the token, in rank order."""
    requests = situation.inputs.answers.get("requests-per-day")
    output = situation.inputs.answers.get("output-tokens")
    if not isinstance(requests, Interval) or not requests.low:
        return ()
    priced = []
    for entry in ranking:
        tokens = _lines(entry.estimate, TOKENS)
        if tokens is None or _devices(entry.estimate) is not None:
            continue
        per_request = _per_request(tokens, requests)
        if per_request is not None and per_request.low and per_request.high is not None:
            priced.append((per_request.high, entry.rank, entry, per_request))
    if not priced:
        return ()
    _, _, cheapest, per_request = min(priced, key=lambda p: (p[0], p[1]))
    written = Range.of(output) if isinstance(output, Interval) else Range(None, None)
    found: list[BreakEven] = []
    for entry in ranking:
        fixed = _devices(entry.estimate)
        if fixed is None or not fixed.low:
            continue
        flat = cost_only(per_request, fixed * (1 / DAYS_PER_MONTH), written)
        found.append(
            BreakEven(
                offer=entry.offer,
                title=entry.title,
                against=cheapest.offer,
                against_title=cheapest.title,
                requests_low=_whole(flat.whole.low),
                requests_high=_whole(flat.whole.high),
                rate_low=_exact(flat.output_rate.low),
                rate_high=_exact(flat.output_rate.high),
                formula=flat.formula,
                label=flat.label,
                stretches=_carried(situation, entry, cheapest, per_request, flat.whole)
                if len(found) < WORKED_OUT
                else (),
            )
        )
    return tuple(found)


def _carried(
    situation: Situation, entry: Ranked, cheapest: Ranked, per_request: Range, flat: Range
) -> tuple[str, ...]:
    """Who is cheaper from which volume to which, with what devices carry and people counted."""
    costs, env = situation.costs, situation.inputs.answers
    charges = costs.charges(entry.offer, entry.model, precision_of(env))
    tokens = costs.charges(cheapest.offer, cheapest.model, precision_of(env))
    numbers = corners_of(env)
    if charges.sizes is None or charges.capacity is None or numbers is None:
        return ()
    volume, reads, writes, peak = numbers[-1]
    found = even(
        Side(cheapest.title, per_request, Range(0, 0), _people(tokens)),
        Side(entry.title, Range(0, 0), charges.capacity.device_hour, _people(charges)),
        charges.sizes,
        (reads, writes),
        peak,
        volume,
        max(2 * volume, 2 * (flat.high or flat.low or 0)),
        None,
    )
    words = found.words
    if len(words) > STRETCHES:
        return (*words[:STRETCHES], f"and {len(words) - STRETCHES} more stretches")
    return words


def _people(charges: Charges) -> Range:
    """USD per day for people."""
    if charges.people is None:
        return Range(0, 0)
    monthly = charges.people.hours_per_month * charges.people.rate
    return monthly * (1 / DAYS_PER_MONTH)


def _lines(estimate: Estimate | None, items: Sequence[str]) -> Range | None:
    """What these items cost a month together; None where the bill has none of them."""
    found = [line for line in estimate.lines if line.item in items] if estimate else []
    if not found:
        return None
    amount = Range(0, 0)
    for line in found:
        amount += Range(line.low, line.high)
    return amount


def _devices(estimate: Estimate | None) -> Range | None:
    """What devices cost a month, rented or bought: the bill without its other items, as owning
    may cost more than what is listed of it; None where none are paid for."""
    if estimate is None or not any(line.item in DEVICE_ITEMS for line in estimate.lines):
        return None
    low, high = estimate.monthly.low, estimate.monthly.high
    for line in estimate.lines:
        if line.item not in DEVICE_ITEMS:
            low = None if low is None else low - (line.low or 0)
            high = None if high is None or line.high is None else high - line.high
    return Range(low, high)


def _per_request(monthly: Range, requests: Interval) -> Range | None:
    """USD per request, where the volume is one number."""
    if not requests.is_point or not requests.low:
        return None
    return monthly * (1 / (Fraction(requests.low) * DAYS_PER_MONTH))


def _whole(value: int | Fraction | None) -> int | None:
    return None if value is None else int(value)


def _exact(value: int | Fraction | None) -> Fraction | None:
    return None if value is None else Fraction(value)
