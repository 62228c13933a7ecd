"""Strong Kleene truth of tests and conditions over what is still possible.

Of one test on one domain the truth is exact: True when every possible value passes, False
when none does, None otherwise.  Conditions combine these values by strong Kleene logic,
which is sound and forgets how the parts depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise, product
from typing import assert_never

from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Between,
    Compare,
    CompareIts,
    Condition,
    Equals,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Truth,
    Type,
)
from advisor.language.mentions import tests_in


def test_truth(test: UnaryTest, domain: Domain | None) -> Truth:
    """Whether the test holds for every value of the domain, for none, or for some.

    ``domain`` None is an unknown value: only ``known`` and ``unknown`` say anything then.
    Comparisons with the offer (``CompareIts``, ``WithinIts``) have no truth of their own;
    they count as None until they are replaced by what the offer claims.
    Raises TypeError for a test of another type than the domain's.
    """
    if domain is None:
        return _unknown(test)
    if _compares_with_offer(test):
        return _by_parts(test, domain)
    match domain:
        case Options(values):
            return _settle(_option_passes(test, value) for value in sorted(values))
        case Flags(must, may):
            can = _flags_can(test, True, must, may)
            cannot = _flags_can(test, False, must, may)
            return None if can and cannot else can
        case Interval():
            return _settle(_number_passes(test, v) for v in _samples(test, domain))
        case unreachable:
            assert_never(unreachable)


def condition_truth(condition: Condition, env: Mapping[str, Domain]) -> Truth:
    """Strong Kleene truth of a condition; a name that ``env`` lacks is unknown."""
    match condition:
        case Atom(name, test):
            return test_truth(test, env.get(name))
        case AllOf(parts):
            return conjunction(condition_truth(part, env) for part in parts)
        case AnyOf(parts):
            return disjunction(condition_truth(part, env) for part in parts)
        case NotOf(part):
            return negation(condition_truth(part, env))
        case unreachable:
            assert_never(unreachable)


def negation(truth: Truth) -> Truth:
    """Kleene not."""
    return None if truth is None else not truth


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene and: false wins over unknown."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene or: true wins over unknown."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def full_domain(of: Type) -> Domain:
    """Every value of the type."""
    match of:
        case ChoiceType(options):
            return Options(frozenset(options))
        case FlagsType(options):
            return Flags(frozenset(), frozenset(options))
        case NumberType(_, minimum, maximum):
            return Interval(minimum, maximum)
        case unreachable:
            assert_never(unreachable)


def constant_outcome(test: UnaryTest, of: Type) -> Truth:
    """The one outcome that the test has for every value of the type, or None.

    Lone options count as varying: how many options there are is the catalogue's business.
    """
    bare = test.test if isinstance(test, NotTest) else test
    if isinstance(bare, OneOf | IsKnown):
        return None
    if isinstance(bare, Between) and isinstance(of, NumberType) and of.integer:
        first_whole = -(-bare.low // 1)
        if first_whole >= bare.high:
            return isinstance(test, NotTest)
    truth = test_truth(test, full_domain(of))
    if _asks_presence(test) and test_truth(test, None) is not truth:
        return None
    return truth


def contains(interval: Interval, value: Number) -> bool:
    """Whether the number lies in the interval."""
    low, high = interval.low, interval.high
    if low is not None and (value < low or (interval.low_open and value == low)):
        return False
    return high is None or value < high or (not interval.high_open and value == high)


def thresholds(test: UnaryTest) -> tuple[Number, ...]:
    """The numbers at which the test may change its mind, in order, each once."""
    return tuple(sorted(set(_thresholds(test))))


def _thresholds(test: UnaryTest) -> Iterator[Number]:
    match test:
        case Equals(value) | Compare(_, value):
            yield value
        case Between(low, high):
            yield low
            yield high
        case NotTest(inner):
            yield from _thresholds(inner)
        case AnyTest(tests):
            for part in tests:
                yield from _thresholds(part)
        case _:
            pass


def _settle(passes: Iterable[bool]) -> Truth:
    seen = set(passes)
    if len(seen) == 2:
        return None
    return True in seen


def _unknown(test: UnaryTest) -> Truth:
    match test:
        case IsKnown(negated):
            return negated
        case NotTest(inner):
            return negation(_unknown(inner))
        case AnyTest(tests):
            return disjunction(_unknown(part) for part in tests)
        case _:
            return None


def _compares_with_offer(test: UnaryTest) -> bool:
    match test:
        case CompareIts() | WithinIts():
            return True
        case NotTest(inner):
            return _compares_with_offer(inner)
        case AnyTest(tests):
            return any(_compares_with_offer(part) for part in tests)
        case _:
            return False


def _asks_presence(test: UnaryTest) -> bool:
    return any(isinstance(part, IsKnown) for part in tests_in(test))


def _by_parts(test: UnaryTest, domain: Domain) -> Truth:
    match test:
        case CompareIts() | WithinIts():
            return None
        case NotTest(inner):
            return negation(_by_parts(inner, domain))
        case AnyTest(tests):
            return disjunction(_by_parts(part, domain) for part in tests)
        case _:
            return test_truth(test, domain)


def _option_passes(test: UnaryTest, value: str) -> bool:
    match test:
        case OneOf(options):
            return value in options
        case IsKnown(negated):
            return not negated
        case NotTest(inner):
            return not _option_passes(inner, value)
        case AnyTest(tests):
            return any(_option_passes(part, value) for part in tests)
        case _:
            raise TypeError(f"{type(test).__name__} does not test a choice")


def _number_passes(test: UnaryTest, value: Number) -> bool:
    match test:
        case Equals(wanted):
            return value == wanted
        case Compare("below", limit):
            return value < limit
        case Compare("at most", limit):
            return value <= limit
        case Compare("above", limit):
            return value > limit
        case Compare("at least", limit):
            return value >= limit
        case Between(low, high):
            return low <= value < high
        case IsKnown(negated):
            return not negated
        case NotTest(inner):
            return not _number_passes(inner, value)
        case AnyTest(tests):
            return any(_number_passes(part, value) for part in tests)
        case _:
            raise TypeError(f"{type(test).__name__} does not test a number")


def _samples(test: UnaryTest, domain: Interval) -> Iterator[Number]:
    """A number of the domain from every stretch on which the test is constant.

    Between two neighbouring thresholds nothing changes, so each threshold and one number
    from each gap, and beyond the outermost, stand for all.
    """
    marks = set(_thresholds(test))
    marks |= {end for end in (domain.low, domain.high) if end is not None}
    ordered = sorted(marks) or [0]
    candidates: list[Number] = [ordered[0] - 1, *ordered, ordered[-1] + 1]
    for left, right in pairwise(ordered):
        candidates.append(Fraction(left + right) / 2)
    return (value for value in candidates if contains(domain, value))


_Cube = tuple[frozenset[str], tuple[frozenset[str], ...]]
"""None of the first set is required; of each further set at least one is."""


def _flags_can(test: UnaryTest, want: bool, must: frozenset[str], may: frozenset[str]) -> bool:
    """Whether the test can come out as wanted for some set from ``must`` to ``may``."""
    for absent, present in _cubes(test, want):
        if absent & must:
            continue
        if all((wanted & may) - absent for wanted in present):
            return True
    return False


def _cubes(test: UnaryTest, want: bool) -> list[_Cube]:
    """The sets of flags for which the test comes out as wanted, as a union of cubes."""
    match test:
        case OneOf(options):
            return [(frozenset(), (options,))] if want else [(options, ())]
        case IsKnown(negated):
            return [(frozenset(), ())] if want != negated else []
        case NotTest(inner):
            return _cubes(inner, not want)
        case AnyTest(tests):
            parts = [_cubes(part, want) for part in tests]
            if want:
                return [cube for part in parts for cube in part]
            return [_both(cubes) for cubes in product(*parts)]
        case _:
            raise TypeError(f"{type(test).__name__} does not test several choices")


def _both(cubes: tuple[_Cube, ...]) -> _Cube:
    absent = frozenset().union(*(cube[0] for cube in cubes))
    return absent, tuple(wanted for cube in cubes for wanted in cube[1])
