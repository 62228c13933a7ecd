"""What rules mean, written as plainly as possible: no bits, no tables, no sharing.

A test on a set of values is tried on every value of the set (for numbers: on every threshold
and between them); conditions join such truths by strong Kleene logic.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, pairwise

from advisor.knowledge.syntax import (
    AllOf,
    AnyTest,
    Atom,
    Between,
    Compare,
    CompareIts,
    Equals,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import Flags, Interval, Options


def both(truths):
    """Kleene and: the least of false < unknown < true."""
    return min(truths, key=_RANK.get, default=True)


def either(truths):
    return max(truths, key=_RANK.get, default=False)


def opposite(truth):
    return None if truth is None else not truth


_RANK = {False: 0, None: 1, True: 2}


def holds(condition, env, its):
    """The truth of a condition for what is known of the answers and of the offer."""
    if isinstance(condition, Atom):
        return test_holds(condition.test, env.get(condition.name), its)
    if isinstance(condition, NotOf):
        return opposite(holds(condition.part, env, its))
    truths = [holds(part, env, its) for part in condition.parts]
    return both(truths) if isinstance(condition, AllOf) else either(truths)


def test_holds(test, domain, its):
    if isinstance(test, NotTest):
        return opposite(test_holds(test.test, domain, its))
    if isinstance(test, AnyTest):
        return either([test_holds(part, domain, its) for part in test.tests])
    if isinstance(test, IsKnown):
        return (domain is None) == test.negated
    if domain is None:
        return None
    if isinstance(test, CompareIts):
        theirs = its.get(test.attribute)
        ends = (theirs.low, theirs.high) if isinstance(theirs, Interval) else (None, None)
        truths = {None if e is None else test_holds(Compare(test.op, e), domain, its) for e in ends}
        return truths.pop() if len(truths) == 1 else None
    if isinstance(test, WithinIts):
        return within(domain, its.get(test.attribute))
    outcomes = {passes(test, value) for value in values_of(domain, test)}
    return outcomes.pop() if len(outcomes) == 1 else None


def within(domain, theirs):
    """Whether all that is required is in the offer's list."""
    needed = [domain.may] if isinstance(domain, Flags) else [{v} for v in domain.values]
    required = [domain.must] if isinstance(domain, Flags) else needed
    if not isinstance(theirs, Flags):
        return None if any(needed) else True
    if all(flags <= theirs.must for flags in needed):
        return True
    return None if any(flags <= theirs.may for flags in required) else False


def passes(test, value):
    """Whether one value passes an elementary test."""
    match test:
        case OneOf(options):
            return bool(options & value) if isinstance(value, frozenset) else value in options
        case Equals(wanted):
            return value == wanted
        case Between(low, high):
            return low <= value < high
        case Compare(op, limit):
            return {
                "below": value < limit,
                "at most": value <= limit,
                "above": value > limit,
                "at least": value >= limit,
            }[op]
    raise TypeError(test)


def values_of(domain, test) -> Iterator[object]:
    """Values that stand for every value of the set."""
    if isinstance(domain, Options):
        return iter(sorted(domain.values))
    if isinstance(domain, Flags):
        unsure = sorted(domain.may - domain.must)
        sizes = range(len(unsure) + 1)
        return (domain.must | set(c) for c in chain(*(combinations(unsure, n) for n in sizes)))
    ends = {getattr(test, n, None) for n in ("value", "low", "high")} | {domain.low, domain.high}
    marks = sorted(end for end in ends if end is not None)
    between = [Fraction(a + b) / 2 for a, b in pairwise(marks)]
    return (v for v in [marks[0] - 1, *marks, *between, marks[-1] + 1] if inside(domain, v))


def inside(domain, value):
    if value in (domain.low, domain.high):
        return not (domain.low_open if value == domain.low else domain.high_open)
    return (domain.low is None or domain.low < value) and (
        domain.high is None or value < domain.high
    )


Outcome = namedtuple("Outcome", "truths scores excluded ranking")
"""``truths``: by rule, then offer; ``excluded`` and ``ranking``: places of offers."""


def decide(rules, env, offers) -> Outcome:
    """Every rule on every offer; ``offers`` maps an id to what is known of it."""
    truths, excluded = {}, set()
    best = [{} for _ in offers]
    for rule in rules:
        truths[rule.id] = row = []
        for place, its in enumerate(offers.values()):
            truth = both([holds(rule.offers, its, its), holds(rule.when, env, its)])
            row.append(truth)
            if truth and rule.effect == "score":
                key = (rule.criterion, rule.evidence, rule.steps > 0)
                best[place][key] = max(best[place].get(key, 0), rule.steps, key=abs)
            elif truth and rule.effect == "exclude" and not rule.negotiable:
                excluded.add(place)
    scores = [sum(steps.values()) for steps in best]
    live = [place for place in range(len(offers)) if place not in excluded]
    ranking = sorted(live, key=lambda place: (-scores[place], place))
    return Outcome(truths, scores, sorted(excluded), ranking)
