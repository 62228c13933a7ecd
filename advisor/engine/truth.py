"""Strong Kleene truth of a condition about a workload and, where it says *its*, an offer."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Compare,
    CompareIts,
    Comparison,
    Condition,
    NotTest,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import Domain, Flags, Interval, Number, Options, Truth
from advisor.language.kleene import conjunction, disjunction, negation, test_truth

Environment = Mapping[str, Domain]


def truth_of(condition: Condition, env: Environment, its: Environment | None = None) -> Truth:
    """``env`` holds what is known of each name (absent: nothing), ``its`` the offer's side."""
    if isinstance(condition, Atom):
        return test_of(condition.test, env.get(condition.name), its or {})
    if isinstance(condition, AllOf):
        return conjunction(truth_of(part, env, its) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return disjunction(truth_of(part, env, its) for part in condition.parts)
    return negation(truth_of(condition.part, env, its))


def test_of(test: UnaryTest, domain: Domain | None, its: Environment) -> Truth:
    """Truth of one test on what is known of a value (None: nothing), beside an offer."""
    if isinstance(test, NotTest):
        return negation(test_of(test.test, domain, its))
    if isinstance(test, AnyTest):
        return disjunction(test_of(part, domain, its) for part in test.tests)
    if isinstance(test, CompareIts):
        return _compare_its(test, domain, its.get(test.attribute))
    if isinstance(test, WithinIts):
        return _within_its(domain, its.get(test.attribute))
    return test_truth(test, domain)


def _compare_its(test: CompareIts, domain: Domain | None, its: Domain | None) -> Truth:
    """Against an interval the answer is sure only where both of its ends agree."""
    if not isinstance(its, Interval) or domain is None:
        return None
    ends: list[Truth] = []
    for end in (its.low, its.high):
        if end is None:
            # An unbounded side decides nothing by itself.
            ends.append(None)
        else:
            ends.append(_compared(test.op, domain, end))
    return ends[0] if ends[0] == ends[1] else None


def _compared(op: Comparison, domain: Domain, end: Number) -> Truth:
    """``test_truth`` of one comparison, which decisions ask for thousands of times."""
    if not isinstance(domain, Interval):
        return test_truth(Compare(op, end), domain)
    low, high = domain.low, domain.high
    if op in ("below", "at least"):
        all_below = high is not None and (high < end or (high == end and domain.high_open))
        none_below = low is not None and low >= end
    else:
        all_below = high is not None and high <= end
        none_below = low is not None and (low > end or (low == end and domain.low_open))
    below: Truth = True if all_below else False if none_below else None
    return below if op in ("below", "at most") else negation(below)


def _within_its(domain: Domain | None, its: Domain | None) -> Truth:
    if isinstance(domain, Flags) and not domain.may:
        # Nothing is required: any list has it all.
        return True
    if not isinstance(its, Flags) or domain is None:
        return None
    if isinstance(domain, Flags):
        if domain.may <= its.must:
            return True
        return None if domain.must <= its.may else False
    if isinstance(domain, Options):
        if domain.values <= its.must:
            return True
        return None if domain.values & its.may else False
    raise TypeError("WithinIts does not test a number")
