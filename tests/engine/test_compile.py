"""What compiling shares, folds and refuses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.engine.compile import LIMITS, Limits, Listed, compile_rules
from advisor.errors import RuleBaseError, Span
from advisor.knowledge.model import Derived, Place
from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    Atom,
    Compare,
    CompareIts,
    Name,
    NotOf,
    NotTest,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import Flags, Interval, Options
from tests.engine.rule_bases import DERIVED, TYPES, rule

RED = Atom("colour", OneOf(frozenset("a")))
BLUE = Atom("colour", OneOf(frozenset("b")))
BIG = Atom("size", Compare("at least", 5))
AGREED = Atom("agreed", OneOf(frozenset({"yes"})))


def compiled(*rules, offers=None, limits=LIMITS):
    return compile_rules(rules, TYPES, {"o": {}} if offers is None else offers, DERIVED, limits)


def refused(*rules, offers=None, limits=LIMITS):
    with pytest.raises(RuleBaseError) as caught:
        compiled(*rules, offers=offers, limits=limits)
    return caught.value.problems


def test_a_test_that_several_rules_make_is_one_predicate():
    program = compiled(rule("r", AllOf((RED, BIG))), rule("s", AllOf((BIG, AGREED))))
    assert [p.name for p in program.predicates()] == ["colour", "size", "agreed"]


def test_or_over_one_name_stays_one_term():
    (slot,) = compiled(rule("r", AllOf((AnyOf((RED, NotOf(BLUE))), BIG)))).slots
    assert len(slot.terms) == 1


def test_or_over_several_names_is_spread_out():
    (slot,) = compiled(rule("r", AllOf((AnyOf((RED, BIG)), AnyOf((AGREED, BIG)))))).slots
    # any of red and big, big and agreed, big alone, red and agreed: what contains big is dropped
    assert sorted(len(term) for term in slot.terms) == [1, 2]


def test_a_rule_that_nothing_can_meet_has_no_term():
    (slot,) = compiled(rule("r", AnyOf(()))).slots
    assert slot.terms == ()


def test_for_becomes_sets_of_offers():
    offers = {
        "sure": {"tier": Options(frozenset("x"))},
        "never": {"tier": Options(frozenset("y"))},
        "perhaps": {"tier": Options(frozenset("xy"))},
        "unknown": {},
    }
    about = rule("r", RED, offers=Atom("tier", OneOf(frozenset("x"))))
    (slot,) = compiled(about, offers=offers).slots
    assert (slot.surely, slot.possibly) == (0b0001, 0b1101)


def test_a_rule_that_speaks_of_no_offer_is_left_out():
    offers = {"o": {"tier": Options(frozenset("y"))}}
    assert (
        compiled(rule("r", offers=Atom("tier", OneOf(frozenset("x")))), offers=offers).slots == ()
    )


def test_offers_with_the_same_limit_share_a_slot():
    offers = {n: {"limit": Interval.point(limit)} for n, limit in (("a", 4), ("b", 6), ("c", 4))}
    slots = compiled(rule("r", Atom("size", CompareIts("above", "limit"))), offers=offers).slots
    assert [slot.surely for slot in slots] == [0b101, 0b010]


def test_a_list_of_the_offer_is_put_into_the_test():
    offers = {"o": {"has": Flags(frozenset("p"), frozenset("pq"))}}
    (slot,) = compiled(rule("r", Atom("needs", NotTest(WithinIts("has")))), offers=offers).slots
    ((predicate,),) = slot.terms
    assert predicate.form.test == Listed(frozenset("p"), frozenset("pq"))
    assert predicate.form.wanted is False


def test_derived_values_come_after_what_they_read():
    program = compiled(rule("r", Atom("class", OneOf(frozenset({"large"})))))
    assert [d.id for d in program.derived] == ["sum", "class"]


def test_derived_values_that_nobody_reads_are_left_out():
    assert compiled(rule("r", RED)).derived == ()


def test_a_ring_of_derived_values_is_refused():
    ring = [
        Derived(
            "sum", TYPES["sum"], Name("share"), (), None, "", Place("d.yaml", Span(1, 1, 1, 4))
        ),
        Derived("share", TYPES["share"], Name("sum"), (), None, "", Place("d.yaml")),
    ]
    with pytest.raises(RuleBaseError) as caught:
        compile_rules([rule("r", Atom("sum", Compare("below", 1)))], TYPES, {}, ring)
    (problem,) = caught.value.problems
    assert (problem.check, problem.place) == ("cycle", "d.yaml:1:1")
    assert "sum -> share -> sum" in problem.message


def test_too_many_alternatives_are_refused_with_their_place():
    pairs = [AnyOf((Atom("size", Compare("at least", n + 1)), AGREED, RED)) for n in range(5)]
    wide = replace(rule("wide", AllOf(tuple(pairs))), place=Place("w.yaml", Span(3, 5, 3, 9)))
    (problem,) = refused(wide, rule("fine", RED), limits=Limits(alternatives=20))
    assert (problem.check, problem.place) == ("too-many", "w.yaml:3:5")
    assert "'wide' has more than 20 alternatives" in problem.message


def test_a_condition_that_would_explode_is_refused_at_once():
    pairs = tuple(
        AnyOf((Atom("size", Compare("at least", n + 1)), Atom("share", Compare("below", n + 1))))
        for n in range(200)
    )
    (problem,) = refused(rule("explosion", AllOf(pairs)))
    assert problem.check == "too-many"


def test_too_many_alternatives_together_are_refused():
    rules = [rule(f"r{i}", AnyOf((RED, BIG))) for i in range(5)]
    (problem,) = refused(*rules, limits=Limits(terms=7))
    assert "more than 7 alternatives together" in problem.message


def test_too_many_rules_and_offers_are_refused():
    rules = [rule(f"r{i}") for i in range(4)]
    problems = refused(*rules, offers={"a": {}, "b": {}}, limits=Limits(rules=3, offers=1))
    assert [p.message for p in problems] == [
        "there are 4 rules; at most 3 are read",
        "there are 2 offers; at most 1 are compared",
    ]


def test_every_name_without_a_type_is_named():
    problems = refused(
        rule("r", Atom("size-x", Compare("below", 1))), rule("s", Atom("y", RED.test))
    )
    assert [p.message for p in problems] == [
        "the rule 'r' reads 'size-x', which is not declared",
        "the rule 's' reads 'y', which is not declared",
    ]


def test_an_or_over_too_many_names_is_refused():
    (problem,) = refused(rule("r", AnyOf((RED, BIG, AGREED))), limits=Limits(alternatives=2))
    assert problem.message == "the rule 'r' has more than 2 alternatives"
    assert problem.hint == "write it as several rules"


def test_many_alternatives_are_kept_as_they_are_spread_out():
    colours = [
        Atom("colour", OneOf(frozenset(c))) for c in ("a", "ab", "abc", "b", "bc", "bcd", "c")
    ]
    pairs = [AnyOf((c, Atom("size", Compare("below", i + 1)))) for i, c in enumerate(colours)]
    (slot,) = compiled(rule("r", AllOf(tuple(pairs)))).slots
    assert len(slot.terms) == 2**7
