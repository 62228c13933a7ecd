"""Utilities and weights by cell: what a decision reads instead of the rules.

Utility is a whole number 0..10000.  Of a measured criterion it is linear between declared
anchors; of the others it is 5000 + 1250 x steps of the rules that hold.  Rules on the same
evidence do not add up: in each group only the strongest step up and the strongest step down
count.  What the evidence leaves open makes an interval; the point value is
min(evidenced utility, low + (high - low) / 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from msgspec import Struct

from advisor.decision.costs import SCALE
from advisor.decision.price_claims import claims_read
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.tariffs import DEVICE_HOUR
from advisor.knowledge.ledger import NOTHING, Evidence
from advisor.knowledge.model import Criterion, GradePolicy, Knowledge, Measure, Method, Rule
from advisor.knowledge.values import Domain, Interval
from advisor.language.expressions import value_at
from advisor.language.mentions import its_in, names_in

FULL = 10_000
NEUTRAL = 5_000
STEP = 1_250
RUNG = 3


class Utility(Struct, frozen=True):
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
    grades: Mapping[str, GradePolicy],
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
    weak = sum(abs(r.steps) for r in counted if grades[r.source.grade].weak)
    return Utility(
        point=min(evidenced, low + (high - low) // 3),
        low=low,
        high=high,
        fired=counted,
        clamped=raw - evidenced,
        weak=Fraction(weak, moved) if moved else Fraction(0),
    )


def widening_of(base: RuleBase, rule: Rule, offer: str, model: str | None) -> int:
    """Utility points by which a rule is widened: its own grade, or the worst grade of what it
    reads of the offer, times the stale factor where it is old."""
    method = base.knowledge.method
    own = method.grades[rule.source.grade].widening
    days = method.expiry_days.get("judgement")
    if days is not None and (base.ledger.as_of - rule.source.checked).days > days:
        own *= method.stale_factor
    evidence = base.offering.of(offer, model)
    read = [evidence.get(n, NOTHING) for n in sorted(names_in(rule.offers) | its_in(rule.when))]
    return max([own, *(grade_widening(method, e) for e in read)])


def grade_widening(method: Method, evidence: Evidence) -> int:
    """Utility points by which one piece of evidence widens."""
    if evidence.grade is None:
        return 0
    width = method.grades[evidence.grade].widening
    return width * method.stale_factor if evidence.stale else width


WIDENING = frozenset({"input-price", "output-price", DEVICE_HOUR})
"""Claims whose grade widens what is read off a cost."""


class Doubts(Struct, frozen=True):
    """What the evidence behind a price does to it: points of widening, weak or not."""

    width: int
    weak: bool


def price_doubts(situation: Situation, offer: str, model: str | None) -> Doubts:
    """The doubts about an offer's prices; those that the user gave leave none."""
    read = claims_read(situation.inputs.prices.get(offer, {})) & WIDENING
    return situation.base.aspects.of(
        ("price doubts", offer, model, read),
        lambda: _price_doubts(situation.base, offer, model, read),
    )


def _price_doubts(base: RuleBase, offer: str, model: str | None, read: frozenset[str]) -> Doubts:
    evidence = base.offering.of(offer, model)
    prices = [evidence[name] for name in read if name in evidence]
    method = base.knowledge.method
    return Doubts(
        max((grade_widening(method, e) for e in prices), default=0),
        any(e.grade is not None and method.grades[e.grade].weak for e in prices),
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
    point, low, high = cautious_point(first, last, doubts.width)
    return Utility(point=point, low=low, high=high, weak=Fraction(int(doubts.weak)))


def cautious_point(first: int, last: int, width: int) -> tuple[int, int, int]:
    """Point value, least and greatest utility of a figure whose bounds have these utilities
    and whose evidence widens by ``width``.  None of the three falls when an utility rises."""
    low = clamp(min(first, last) - width)
    high = clamp(max(first, last) + width)
    return min((first + last) // 2, low + (high - low) // 3), low, high


def utilities_over(
    anchors: Sequence[tuple[int, int]], low: int | None, high: int | None
) -> tuple[int, int]:
    """The least and the greatest utility of any number from ``low`` to ``high`` (None: of a
    number that is not known, which counts as past the last anchor)."""
    last = anchors[-1][1]
    found = [
        last if low is None else utility_at(anchors, low),
        last if high is None else utility_at(anchors, high),
    ]
    if low is not None:
        found += [u for at, u in anchors if low < at and (high is None or at < high)]
    return min(found), max(found)


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


def weights_of(
    knowledge: Knowledge, wishes: Mapping[str, str], held: Iterable[Rule]
) -> tuple[int, ...]:
    """Weights 2^(e+3) of all criteria, in criterion order, when these weigh rules hold;
    ``wishes`` are the user's own, by criterion."""
    by_criterion: dict[str | None, list[Rule]] = {}
    for rule in held:
        by_criterion.setdefault(rule.criterion, []).append(rule)
    result = []
    for criterion in knowledge.criteria.values():
        counted = strongest(by_criterion.get(criterion.id, ()))
        steps = sum(rule.steps for rule in counted)
        result.append(weight(criterion, steps, wishes.get(criterion.id)))
    return tuple(result)


def weight(criterion: Criterion, steps: int, wish: str | None) -> int:
    """The weight after ``steps`` and the user's wish: 1..64, or 0 when ignored."""
    rung = max(-RUNG, min(RUNG, criterion.base + steps))
    if wish == "ignore":
        return 0
    if wish == "more":
        rung = min(RUNG, rung + 2)
    elif wish == "less":
        rung = max(-RUNG, rung - 2)
    return 1 << (rung + RUNG)
