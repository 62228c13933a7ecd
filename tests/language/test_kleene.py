"""Truth over what is still possible, against going through every value."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import chain, combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.syntax import (
    ALWAYS,
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
from advisor.language import kleene

LETTERS = ("a", "b", "c", "d")
Value = str | frozenset[str] | Number


def holds(test: UnaryTest, value: Value) -> bool:
    """The plain meaning of a test on one value."""
    match test:
        case OneOf(options):
            return bool(options & (value if isinstance(value, frozenset) else {value}))
        case IsKnown(negated):
            return not negated
        case NotTest(inner):
            return not holds(inner, value)
        case AnyTest(tests):
            return any(holds(part, value) for part in tests)
        case _:
            assert isinstance(value, int | Fraction)
            return number_holds(test, value)


def number_holds(test: UnaryTest, value: Number) -> bool:
    match test:
        case Equals(wanted):
            return value == wanted
        case Compare("below", limit):
            return value < limit
        case Compare("at most", limit):
            return not value > limit
        case Compare("above", limit):
            return value > limit
        case Compare(_, limit):
            return not value < limit
        case Between(low, high):
            return low <= value < high
    raise AssertionError(test)


def subsets(options: frozenset[str]) -> list[frozenset[str]]:
    ordered = sorted(options)
    picks = chain.from_iterable(combinations(ordered, n) for n in range(len(ordered) + 1))
    return [frozenset(pick) for pick in picks]


def values_of(domain: Domain) -> list[Value]:
    """Every value; of numbers, quarter steps, which are finer than the thresholds here."""
    match domain:
        case Options(values):
            return sorted(values)
        case Flags(must, may):
            return [must | extra for extra in subsets(may - must)]
        case Interval():
            grid = [Fraction(step, 4) for step in range(-8, 41)]
            return [value for value in grid if inside(domain, value)]


def inside(interval: Interval, value: Number) -> bool:
    above = interval.low is None or value > interval.low
    below = interval.high is None or value < interval.high
    at_low = value == interval.low and not interval.low_open
    at_high = value == interval.high and not interval.high_open
    return (above or at_low) and (below or at_high)


def expected(test: UnaryTest, domain: Domain) -> Truth:
    outcomes = {holds(test, value) for value in values_of(domain)}
    return None if len(outcomes) == 2 else outcomes.pop()


def nested(base: st.SearchStrategy[UnaryTest]) -> st.SearchStrategy[UnaryTest]:
    leaf = base | st.sampled_from([IsKnown(), IsKnown(negated=True)])
    return st.recursive(
        leaf,
        lambda inner: (
            inner.map(NotTest)
            | st.lists(inner, min_size=1, max_size=3).map(lambda tests: AnyTest(tuple(tests)))
        ),
        max_leaves=5,
    )


option_tests = nested(st.frozensets(st.sampled_from(LETTERS), min_size=1).map(OneOf))
whole = st.integers(0, 8)
number_tests = nested(
    st.one_of(
        whole.map(Equals),
        st.builds(Compare, st.sampled_from(("below", "at most", "above", "at least")), whole),
        st.tuples(whole, whole).filter(lambda ends: ends[0] < ends[1]).map(lambda e: Between(*e)),
    )
)
choices = st.frozensets(st.sampled_from(LETTERS), min_size=1).map(Options)
flags = st.frozensets(st.sampled_from(LETTERS)).flatmap(
    lambda may: st.sampled_from(subsets(may)).map(lambda must: Flags(must, may))
)
ends = st.none() | st.integers(-2, 20).map(lambda n: Fraction(n, 2))
intervals = st.builds(Interval, ends, ends, st.booleans(), st.booleans()).filter(
    lambda domain: bool(values_of(domain))
)


@given(option_tests, choices)
def test_a_choice_is_judged_as_by_trying_every_option(test: UnaryTest, domain: Options) -> None:
    assert kleene.test_truth(test, domain) is expected(test, domain)


@given(option_tests, flags)
def test_several_choices_are_judged_as_by_trying_every_set(test: UnaryTest, domain: Flags) -> None:
    assert kleene.test_truth(test, domain) is expected(test, domain)


@given(number_tests, intervals)
def test_a_number_is_judged_as_by_trying_every_quarter(test: UnaryTest, domain: Interval) -> None:
    assert kleene.test_truth(test, domain) is expected(test, domain)


A, B = OneOf(frozenset("a")), OneOf(frozenset("b"))


@pytest.mark.parametrize(
    ("test", "domain", "truth"),
    [
        (Between(2, 5), Interval(2, 5), None),
        (Between(2, 5), Interval(2, 5, high_open=True), True),
        (Between(2, 5), Interval.point(5), False),
        (Between(2, 5), Interval.point(2), True),
        (AnyTest((Equals(0), Equals(9))), Interval(0, 9), None),
        (AnyTest((Equals(0), Equals(9))), Interval(0, 9, True, True), False),
        (Compare("above", 3), Interval(3, None, low_open=True), True),
        (Compare("above", 3), Interval(3, None), None),
        (Compare("below", 3), Interval(None, 3), None),
        (Compare("at most", 3), Interval(None, 3), True),
        (Equals(3), Interval(None, None), None),
        (A, Flags(frozenset("a"), frozenset("ab")), True),
        (A, Flags(frozenset(), frozenset("ab")), None),
        (A, Flags(frozenset("b"), frozenset("b")), False),
        (OneOf(frozenset("ab")), Flags(frozenset("b"), frozenset("bc")), True),
        (AnyTest((A, NotTest(A))), Flags(frozenset(), frozenset("ab")), True),
        (AnyTest((A, NotTest(B))), Flags(frozenset("b"), frozenset("ab")), None),
        (AnyTest((A, NotTest(B))), Flags(frozenset("b"), frozenset("b")), False),
        (NotTest(AnyTest((A, B))), Flags(frozenset(), frozenset("c")), True),
        (AnyTest((A, B)), Options(frozenset("ab")), True),
    ],
)
def test_of_one_test_the_truth_is_exact(test: UnaryTest, domain: Domain, truth: Truth) -> None:
    assert kleene.test_truth(test, domain) is truth
    assert kleene.test_truth(NotTest(test), domain) is kleene.negation(truth)


@given(option_tests | number_tests)
def test_the_unknown_passes_only_tests_of_presence(test: UnaryTest) -> None:
    truth = kleene.test_truth(test, None)
    if truth is not None:
        assert "IsKnown" in repr(test)
    assert kleene.test_truth(IsKnown(negated=True), None) is True
    assert kleene.test_truth(IsKnown(), None) is False


@given(option_tests, flags, st.data())
def test_narrowing_never_turns_a_sure_outcome(
    test: UnaryTest, domain: Flags, data: st.DataObject
) -> None:
    wide = kleene.test_truth(test, domain)
    more = data.draw(st.sampled_from(subsets(domain.may - domain.must)))
    fewer = data.draw(st.sampled_from(subsets(domain.may - domain.must - more)))
    narrow = kleene.test_truth(test, Flags(domain.must | more, domain.may - fewer))
    assert wide is None or narrow is wide


def test_two_tests_that_share_the_line_between_them_are_exact() -> None:
    either = AnyTest((Compare("below", 5), Compare("at least", 5)))
    assert kleene.test_truth(either, Interval(None, None)) is True
    gap = AnyTest((Compare("below", 5), Compare("above", 5)))
    assert kleene.test_truth(gap, Interval(0, 9)) is None
    assert kleene.test_truth(gap, Interval(5, 9, low_open=True)) is True
    assert kleene.test_truth(NotTest(gap), Interval.point(5)) is True


def test_what_compares_with_the_offer_is_open_until_the_offer_is_known() -> None:
    for test in (CompareIts("above", "limit"), NotTest(CompareIts("above", "limit"))):
        assert kleene.test_truth(test, Interval.point(1)) is None
    assert kleene.test_truth(WithinIts("regions"), Options(frozenset("a"))) is None
    mixed = AnyTest((CompareIts("above", "limit"), Compare("below", 5)))
    assert kleene.test_truth(mixed, Interval.point(1)) is True
    assert kleene.test_truth(mixed, Interval.point(7)) is None


def test_a_test_of_another_type_is_a_fault_of_the_caller() -> None:
    for domain in (Options(frozenset("a")), Flags(frozenset(), frozenset("a"))):
        with pytest.raises(TypeError, match="Compare"):
            kleene.test_truth(Compare("below", 3), domain)
    with pytest.raises(TypeError, match="OneOf"):
        kleene.test_truth(OneOf(frozenset("a")), Interval(0, 1))


def test_the_full_domain_is_every_value() -> None:
    assert kleene.full_domain(ChoiceType(("a", "b"))) == Options(frozenset("ab"))
    assert kleene.full_domain(FlagsType(("a",))) == Flags(frozenset(), frozenset("a"))
    assert kleene.full_domain(NumberType("GB", 0, 8)) == Interval(0, 8)


def test_a_test_without_effect_is_told_from_one_that_varies() -> None:
    number = NumberType("users", 1, 10, integer=True)
    assert kleene.constant_outcome(Compare("at least", 1), number) is True
    assert kleene.constant_outcome(Compare("above", 10), number) is False
    assert kleene.constant_outcome(Compare("below", 2), number) is None
    assert kleene.constant_outcome(Between(Fraction(6, 5), Fraction(9, 5)), number) is False
    assert kleene.constant_outcome(IsKnown(), number) is None
    assert kleene.constant_outcome(AnyTest((IsKnown(), IsKnown(True))), number) is True
    assert kleene.constant_outcome(OneOf(frozenset("ab")), ChoiceType(("a", "b"))) is None


@given(number_tests)
def test_thresholds_are_where_a_test_may_change(test: UnaryTest) -> None:
    marks = kleene.thresholds(test)
    assert list(marks) == sorted(set(marks))
    for left, right in pairwise(marks):
        between = Interval(left, right, low_open=True, high_open=True)
        assert kleene.test_truth(test, between) is not None


atoms = st.one_of(
    st.builds(Atom, st.just("choice"), option_tests),
    st.builds(Atom, st.just("several"), option_tests),
    st.builds(Atom, st.just("number"), number_tests),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(NotOf),
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=5,
)


def condition_holds(condition: Condition, world: Mapping[str, Value]) -> bool:
    match condition:
        case Atom(name, test):
            return holds(test, world[name])
        case AllOf(parts):
            return all(condition_holds(part, world) for part in parts)
        case AnyOf(parts):
            return any(condition_holds(part, world) for part in parts)
        case NotOf(part):
            return not condition_holds(part, world)


@given(conditions, choices, flags, intervals)
def test_a_sure_condition_is_so_in_every_world(
    condition: Condition, choice: Options, several: Flags, number: Interval
) -> None:
    env: dict[str, Domain] = {"choice": choice, "several": several, "number": number}
    truth = kleene.condition_truth(condition, env)
    if truth is None:
        return
    numbers = values_of(number)[:: max(1, len(values_of(number)) // 8)]
    for picked in product(values_of(choice), values_of(several), numbers):
        world = dict(zip(env, picked, strict=True))
        assert condition_holds(condition, world) is truth


@given(conditions, st.sampled_from(LETTERS), st.sampled_from(subsets(frozenset(LETTERS))), whole)
def test_in_one_world_every_condition_is_sure_and_right(
    condition: Condition, choice: str, several: frozenset[str], number: int
) -> None:
    env: dict[str, Domain] = {
        "choice": Options(frozenset({choice})),
        "several": Flags(several, several),
        "number": Interval.point(number),
    }
    world: dict[str, Value] = {"choice": choice, "several": several, "number": number}
    assert kleene.condition_truth(condition, env) is condition_holds(condition, world)


@given(conditions)
def test_names_that_are_not_given_are_unknown(condition: Condition) -> None:
    truth = kleene.condition_truth(condition, {})
    assert kleene.condition_truth(NotOf(condition), {}) is kleene.negation(truth)
    assert kleene.condition_truth(AnyOf((condition, ALWAYS)), {}) is True
    assert kleene.condition_truth(AllOf((condition, AnyOf(()))), {}) is False


def test_what_is_unknown_is_neither_known_nor_compared() -> None:
    assert kleene.test_truth(IsKnown(), None) is False
    assert kleene.test_truth(NotTest(IsKnown()), None) is True
    assert kleene.test_truth(NotTest(IsKnown(negated=True)), None) is False
    assert kleene.test_truth(NotTest(OneOf(frozenset("a"))), None) is None
    either = AnyTest((IsKnown(negated=True), OneOf(frozenset("a"))))
    assert kleene.test_truth(either, None) is True
    assert kleene.test_truth(NotTest(either), None) is False


def test_a_comparison_with_an_offer_decides_nothing_beside_what_is_sure() -> None:
    either = AnyTest((WithinIts("has"), OneOf(frozenset("a"))))
    a, b = Options(frozenset("a")), Options(frozenset("b"))
    assert [kleene.test_truth(either, domain) for domain in (a, b)] == [True, None]
    assert [kleene.test_truth(NotTest(either), domain) for domain in (a, b)] == [False, None]


COUNT = NumberType("count", 0, integer=True)


@pytest.mark.parametrize(
    ("test", "of", "outcome"),
    [
        # How many options there are is the catalogue's business.
        (OneOf(frozenset("ab")), ChoiceType(("a", "b")), None),
        (NotTest(OneOf(frozenset("ab"))), ChoiceType(("a", "b")), None),
        (IsKnown(), COUNT, None),
        (Compare("at least", 0), COUNT, True),
        (Compare("below", 0), COUNT, False),
        (AnyTest((IsKnown(), Compare("at least", 0))), COUNT, None),
        (AnyTest((IsKnown(negated=True), Compare("at least", 0))), COUNT, True),
        # Between whole numbers there is nothing.
        (Between(Fraction(5, 2), 3), COUNT, False),
        (NotTest(Between(Fraction(5, 2), 3)), COUNT, True),
        (Between(Fraction(5, 2), Fraction(7, 2)), COUNT, None),
        (Between(2, 3), COUNT, None),
        (Between(Fraction(5, 2), 3), NumberType("factor", 0), None),
    ],
)
def test_a_test_that_says_nothing_has_one_outcome(
    test: UnaryTest, of: Type, outcome: bool | None
) -> None:
    assert kleene.constant_outcome(test, of) is outcome


def test_a_test_changes_its_mind_at_its_thresholds() -> None:
    inner = AnyTest((Equals(7), Between(3, 5), Compare("above", 5), OneOf(frozenset("a"))))
    assert kleene.thresholds(NotTest(inner)) == (3, 5, 7)
    assert kleene.thresholds(IsKnown()) == ()
