"""Utilities and weights by cell: what a decision reads instead of the rules.

Utility is a whole number 0..10000.  Of a measured criterion it is linear between declared
anchors; of the others it is 5000 + 1250 x steps of the rules that hold.  Rules on the same
evidence do not add up: in each group only the strongest step up and the strongest step down
count.  What the evidence leaves open makes an interval; the point value is
min(evidenced utility, low + (high - low) / 3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from advisor.decision.costs import SCALE
from advisor.decision.situation import Situation
from advisor.engine.truth import its_in, names_in
from advisor.engine.workload import names_of
from advisor.knowledge.ledger import NOTHING, Evidence
from advisor.knowledge.model import Criterion, Measure, Rule
from advisor.knowledge.values import Domain, Interval
from advisor.language.expressions import value_at

FULL = 10_000
NEUTRAL = 5_000
STEP = 1_250
RUNG = 3


@dataclass(frozen=True, slots=True)
class Utility:
    """``point`` is what counts.  ``fired`` are the rules behind it with their steps;
    ``clamped`` is what cutting at 0 and 10000 lost; ``weak`` the share of it (0..1) that
    rests on weak evidence."""

    point: int
    low: int
    high: int
    fired: tuple[Rule, ...] = ()
    clamped: int = 0
    weak: Fraction = Fraction(0)
    note: str = ""


def clamp(value: int) -> int:
    """Within 0..10000."""
    return max(0, min(FULL, value))


def strongest(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that count: per evidence group the strongest up and the strongest down."""
    best: dict[tuple[str, bool], Rule] = {}
    for rule in sorted(rules, key=lambda r: (-abs(r.steps), r.id)):
        best.setdefault((rule.evidence, rule.steps > 0), rule)
    return tuple(sorted(best.values(), key=lambda r: (-abs(r.steps), r.id)))


def step_utility(
    situation: Situation,
    certain: Sequence[Rule],
    possible: Sequence[Rule],
    widening: Mapping[str, int],
) -> Utility:
    """``certain`` rules hold; ``possible`` ones might, for all that is known of the offer."""
    counted = strongest(certain)
    raw = NEUTRAL + STEP * sum(rule.steps for rule in counted)
    width = sum(widening[rule.id] for rule in counted)
    best = strongest([*certain, *(r for r in possible if r.steps > 0)])
    worst = strongest([*certain, *(r for r in possible if r.steps < 0)])
    evidenced = clamp(raw)
    low = clamp(NEUTRAL + STEP * sum(r.steps for r in worst) - width)
    high = clamp(NEUTRAL + STEP * sum(r.steps for r in best) + width)
    moved = sum(abs(rule.steps) for rule in counted)
    grades = situation.knowledge.method.grades
    weak = sum(abs(r.steps) for r in counted if grades[r.source.grade].weak)
    return Utility(
        point=min(evidenced, low + (high - low) // 3),
        low=low,
        high=high,
        fired=counted,
        clamped=raw - evidenced,
        weak=Fraction(weak, moved) if moved else Fraction(0),
    )


def widening_of(situation: Situation, rule: Rule, offer: str, model: str | None) -> int:
    """Utility points by which a rule is widened: its own grade, or the worst grade of what it
    reads of the offer, times the stale factor where it is old."""
    method = situation.knowledge.method
    own = method.grades[rule.source.grade].widening
    days = method.expiry_days.get("judgement")
    if days is not None and (situation.base.ledger.as_of - rule.source.checked).days > days:
        own *= method.stale_factor
    evidence = situation.base.offering.of(offer, model)
    read = [evidence.get(n, NOTHING) for n in sorted(names_in(rule.offers) | its_in(rule.when))]
    return max([own, *(grade_widening(situation, e) for e in read)])


def grade_widening(situation: Situation, evidence: Evidence) -> int:
    """Utility points by which one piece of evidence widens."""
    if evidence.grade is None:
        return 0
    method = situation.knowledge.method
    width = method.grades[evidence.grade].widening
    return width * method.stale_factor if evidence.stale else width


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the evidence behind a price does to it: points of widening, weak or not."""

    width: int
    weak: bool


def price_doubts(situation: Situation, offer: str, model: str | None) -> Doubts:
    """The doubts about an offer's prices; the user's own prices leave none."""
    if situation.inputs.prices.get(offer):
        return Doubts(0, False)
    evidence = situation.base.offering.of(offer, model)
    prices = [
        evidence[name]
        for name in ("input-price", "output-price", "device-hour-price")
        if name in evidence
    ]
    grades = situation.knowledge.method.grades
    return Doubts(
        max((grade_widening(situation, e) for e in prices), default=0),
        any(e.grade is not None and grades[e.grade].weak for e in prices),
    )


def measured_utility(
    measure: Measure,
    anchors: Sequence[tuple[int, int]],
    bounds: tuple[int, int | None] | None,
    doubts: Doubts,
) -> Utility:
    """The utility of a measured figure that lies within ``bounds`` (None: no claim at all).

    ``anchors`` and ``bounds`` are in the same unit (10^-15 USD).
    """
    if bounds is None:
        return Utility(measure.cautious, 0, FULL, note="no price is known", weak=Fraction(1))
    first = utility_at(anchors, bounds[0])
    last = anchors[-1][1] if bounds[1] is None else utility_at(anchors, bounds[1])
    low = clamp(min(first, last) - doubts.width)
    high = clamp(max(first, last) + doubts.width)
    return Utility(
        point=min((first + last) // 2, low + (high - low) // 3),
        low=low,
        high=high,
        weak=Fraction(int(doubts.weak)),
    )


def measured_span(
    situation: Situation,
    criterion: Criterion,
    offer: str,
    model: str | None,
    env: Mapping[str, Domain],
) -> tuple[int, int]:
    """Bounds of the point value over all traffic in ``env``.

    The measure rises with each traffic figure or falls with it, so the cell's own bounds
    contain every point's; where an anchor moves with an open answer, all is possible.
    """
    measure = criterion.measure
    assert measure is not None
    if any(
        isinstance(env.get(name), Interval) and not _is_point(env[name])
        for at, _ in measure.anchors
        for name in names_of(at)
    ):
        return 0, FULL
    value = situation.costs.measure(measure.name, offer, model, env)
    bounds = None
    if value is not None and value.low is not None:
        high = None if value.high is None else math.ceil(value.high * SCALE)
        bounds = (math.floor(value.low * SCALE), high)
    doubts = price_doubts(situation, offer, model)
    found = measured_utility(measure, anchors_at(measure, env), bounds, doubts)
    return found.low, max(found.point, found.high)


def _is_point(domain: Domain) -> bool:
    return isinstance(domain, Interval) and domain.is_point


def anchors_at(measure: Measure, env: Mapping[str, Domain]) -> list[tuple[int, int]]:
    """The anchors for this workload in 10^-15 of their unit, by rising number."""
    numbers = {
        name: domain.low
        for name, domain in env.items()
        if isinstance(domain, Interval) and domain.is_point and domain.low is not None
    }
    return sorted((int(value_at(at, numbers) * SCALE), utility) for at, utility in measure.anchors)


def utility_at(anchors: Sequence[tuple[int, int]], value: int) -> int:
    """Piecewise linear between anchors, flat beyond them, rounded down."""
    if value <= anchors[0][0]:
        return anchors[0][1]
    for (left, low), (right, high) in pairwise(anchors):
        if value <= right:
            return (low * (right - value) + high * (value - left)) // (right - left)
    return anchors[-1][1]


def weights_of(situation: Situation, held: Sequence[Rule]) -> tuple[int, ...]:
    """Weights 2^(e+3) of all criteria, in criterion order, when these weigh rules hold."""
    result = []
    for criterion in situation.knowledge.criteria.values():
        counted = strongest(rule for rule in held if rule.criterion == criterion.id)
        result.append(weight(situation, criterion, sum(rule.steps for rule in counted)))
    return tuple(result)


def weight(situation: Situation, criterion: Criterion, steps: int) -> int:
    """The weight after ``steps`` and the user's wish: 1..64, or 0 when ignored."""
    rung = max(-RUNG, min(RUNG, criterion.base + steps))
    wish = situation.inputs.weights.get(criterion.id)
    if wish == "ignore":
        return 0
    if wish == "more":
        rung = min(RUNG, rung + 2)
    elif wish == "less":
        rung = max(-RUNG, rung - 2)
    return 1 << (rung + RUNG)
