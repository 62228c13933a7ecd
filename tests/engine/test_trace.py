"""Why a rule holds, what it is short of, what would make it hold."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from advisor.engine.trace import WAYS, trace_rule
from advisor.engine.truth import truth_of
from advisor.knowledge.syntax import AllOf, AnyOf, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import Interval, Options
from advisor.language.kleene import conjunction
from tests.engine.rule_bases import random_base, random_sets, rule, sources

RED = Atom("colour", OneOf(frozenset("a")))
BLUE = Atom("colour", OneOf(frozenset("b")))
BIG = Atom("size", Compare("at least", 5))
WAFER = Atom("tier", OneOf(frozenset("x")))
CASES = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def known(**values):
    return {
        name: Interval.point(v) if isinstance(v, int) else Options(frozenset(v))
        for name, v in values.items()
    }


def names(needed):
    return [(n.seen.name, n.wanted) for n in needed]


def test_every_condition_tells_what_it_saw():
    trace = trace_rule(
        rule("r", AllOf((RED, BIG)), offers=WAFER), known(colour="a", size=7), known(tier="x")
    )
    assert trace.truth is True
    assert [(s.side, s.name, s.value, s.truth) for s in trace.conditions] == [
        ("when", "colour", Options(frozenset("a")), True),
        ("when", "size", Interval.point(7), True),
        ("for", "tier", Options(frozenset("x")), True),
    ]
    assert (trace.misses, trace.completions) == ((), ())


def test_one_condition_short_is_a_near_miss():
    trace = trace_rule(
        rule("r", AllOf((RED, BIG)), offers=WAFER), known(colour="a", size=3), known(tier="x")
    )
    assert names(trace.misses) == [("size", True)]


def test_two_conditions_short_is_none():
    trace = trace_rule(rule("r", AllOf((RED, BIG))), known(colour="b", size=3), {})
    assert (trace.truth, trace.misses) == (False, ())


def test_a_false_condition_beside_an_open_one_is_no_near_miss():
    trace = trace_rule(rule("r", AllOf((RED, BIG))), known(size=3), {})
    assert (trace.truth, trace.misses, trace.completions) == (False, (), ())


def test_a_negated_condition_may_be_what_is_in_the_way():
    trace = trace_rule(rule("r", AllOf((NotOf(RED), BIG))), known(colour="a", size=7), {})
    assert names(trace.misses) == [("colour", False)]


def test_every_alternative_has_its_own_near_miss():
    trace = trace_rule(
        rule("r", AllOf((AnyOf((RED, BIG)), WAFER))), known(colour="b", size=3, tier="x"), {}
    )
    assert names(trace.misses) == [("colour", True), ("size", True)]


def test_what_is_open_is_listed_by_way():
    trace = trace_rule(rule("r", AllOf((AnyOf((RED, BIG)), BLUE))), known(size=7), {})
    assert trace.truth is None
    assert [names(way) for way in trace.completions] == [[("colour", True)]]


def test_a_comparison_shows_what_the_offer_has():
    trace = trace_rule(
        rule("r", Atom("size", CompareIts("above", "limit"))),
        known(size=7),
        {"limit": Interval(5, 9)},
    )
    (seen,) = trace.conditions
    assert (trace.truth, seen.its) == (None, (("limit", Interval(5, 9)),))


def test_a_condition_that_stands_twice_is_shown_once():
    trace = trace_rule(rule("r", AllOf((RED, AnyOf((RED, BIG))))), known(colour="a"), {})
    assert [s.name for s in trace.conditions] == ["colour", "size"]


def test_a_rule_with_too_many_ways_says_so():
    pairs = tuple(
        AnyOf((Atom("size", Compare("at least", n + 1)), Atom("share", Compare("below", n + 1))))
        for n in range(WAYS.bit_length())
    )
    trace = trace_rule(rule("r", AllOf(pairs)), {}, {})
    assert (trace.truth, trace.spread, trace.completions) == (None, False, ())


@CASES
@given(sources)
def test_what_is_needed_is_enough(rnd):
    """Once all that a completion (or a near miss) needs is so, the rule holds."""
    base = random_base(rnd)
    env = random_sets(rnd)
    for r in base.rules:
        for its in base.offers.values():
            trace = trace_rule(r, env, its)
            assert trace.truth is conjunction((truth_of(r.when, env, its), truth_of(r.offers, its)))
            assert bool(trace.misses) <= (trace.truth is False)
            for way in (*trace.completions, *((miss,) for miss in trace.misses)):
                granted = {(n.seen.side, n.seen.name, n.seen.test): n.wanted for n in way}
                assert _with(r.when, "when", env, its, granted) is True
                assert _with(r.offers, "for", its, its, granted) is True


def _with(condition, side, env, its, granted):
    """The truth of a condition where some of its tests are granted."""
    if isinstance(condition, Atom):
        key = (side, condition.name, condition.test)
        return granted[key] if key in granted else truth_of(condition, env, its)
    if isinstance(condition, NotOf):
        inner = _with(condition.part, side, env, its, granted)
        return None if inner is None else not inner
    truths = [_with(part, side, env, its, granted) for part in condition.parts]
    if isinstance(condition, AllOf):
        return False if False in truths else None if None in truths else True
    return True if True in truths else None if None in truths else False
