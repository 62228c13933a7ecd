"""What the checks find by subtracting boxes is what Z3 proves, on random rule bases."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.authoring.boxes import EVERYTHING, Cover
from advisor.authoring.check import check
from advisor.authoring.check_rules import check_group, groups_of
from advisor.authoring.check_shadows import check_shadows
from advisor.authoring.examination import Examination
from advisor.authoring.places import Places
from advisor.authoring.regions import Space
from advisor.authoring.witness import realise
from advisor.engine.workload import Workload
from advisor.knowledge.model import Knowledge, Rule
from advisor.knowledge.syntax import AllOf, Condition, NotOf
from advisor.knowledge.values import Flags, Interval, Options
from advisor.language.kleene import condition_truth
from tests.authoring.random_bases import (
    CHOICES,
    DERIVED,
    MARKS,
    PLATFORMS,
    TOTAL,
    Oracle,
    base,
    conditions,
    derived_class,
    derived_total,
    gate,
    score_rule,
    table,
)

DAY = date(2026, 11, 22)

# Answers to fill in where a box allows all of them.
ANYTHING = {
    "colour": Options(frozenset({"b"})),
    "taste": Options(frozenset({"sour"})),
    "marks": Flags(frozenset({"q"}), frozenset({"q"})),
    "count": Interval.point(3),
    "size": Interval.point(5),
}

few = settings(max_examples=settings().max_examples * 2 // 5)
"""Fewer than usual: a solver and a whole check for each example."""

cuts = st.tuples(st.integers(2, 5), st.integers(6, 8))


def examined(knowledge: Knowledge) -> Examination:
    return Examination(knowledge, DAY, Places(knowledge, lambda _: None))


def said(problems: object, check_id: str) -> set[str]:
    """The ids in quotes that problems of one check begin with."""
    return {problem.message.split("'")[1] for problem in problems if problem.check == check_id}


@given(cuts, conditions())
def test_a_region_is_where_the_condition_holds(at: tuple[int, int], condition: Condition) -> None:
    derived = derived_class(at)
    knowledge = base(derived=[derived])
    space = Space(knowledge, examined(knowledge).types, [("when", condition)])
    region = space.region("when", condition)
    oracle = Oracle(derived)
    assert oracle.same(oracle.of(condition), oracle.region(space, region))


@given(cuts, conditions())
def test_answers_of_a_region_make_the_condition_hold(
    at: tuple[int, int], condition: Condition
) -> None:
    knowledge = base(derived=[derived_class(at)])
    space = Space(knowledge, examined(knowledge).types, [("when", condition)])
    for box in space.region("when", condition):
        answers = realise(space, box)
        assert answers is not None
        env = Workload(knowledge).extend({**ANYTHING, **answers}, frozenset({DERIVED}))
        assert condition_truth(condition, env) is True


@few
@given(st.lists(conditions(with_class=False), min_size=1, max_size=5), conditions(with_class=False))
def test_what_boxes_leave_of_a_region(others: list[Condition], condition: Condition) -> None:
    knowledge = base()
    space = Space(knowledge, examined(knowledge).types, [("when", c) for c in (*others, condition)])
    region = space.region("when", condition)
    boxes = [box for other in others for box in space.region("when", other)]
    cover = Cover(boxes, space.whole)
    left = [piece for box in region for piece in cover.remainders(box)]
    oracle = Oracle()
    wanted = z3.And(oracle.of(condition), z3.Not(z3.Or(*map(oracle.of, others))))
    assert oracle.same(oracle.region(space, tuple(left)), wanted)
    for piece in left:
        assert oracle.possible(oracle.box(space, piece))


@few
@given(cuts, st.lists(conditions(), min_size=1, max_size=4))
def test_rules_that_never_fire_are_those_that_cannot(
    at: tuple[int, int], whens: list[Condition]
) -> None:
    derived = derived_class(at)
    rules = [score_rule(i, when, 1) for i, when in enumerate(whens)]
    found = said(check(base(rules, [derived]), DAY, lambda _: None), "never-fires")
    oracle = Oracle(derived)
    assert found == {rule.id for rule in rules if not oracle.possible(oracle.of(rule.when))}


@few
@given(
    st.lists(conditions(names=("count", "size", TOTAL, TOTAL)), min_size=1, max_size=3),
    st.lists(conditions(names=("count", TOTAL, TOTAL)), min_size=1, max_size=4),
)
def test_of_derived_numbers_only_what_is_true_is_said_and_the_rest_is_listed(
    whens: list[Condition], rows: list[Condition]
) -> None:
    rules = [score_rule(i, when, 1) for i, when in enumerate(whens)]
    problems = check(base(rules, [derived_total(), table(DERIVED, rows)]), DAY, lambda _: None)
    oracle = Oracle()
    never = {rule.id for rule in rules if not oracle.possible(oracle.of(rule.when))}
    found = said(problems, "never-fires")
    open_ = {w for p in problems if p.check == "not-decided" for w in p.message.split("'")[1::2]}
    assert found & {rule.id for rule in rules} <= never
    assert never <= found | open_
    formulas = [oracle.of(when) for when in rows]
    gap = oracle.possible(z3.Not(z3.Or(*formulas)))
    assert gap or not said(problems, "table-gap")
    assert not gap or said(problems, "table-gap") or DERIVED in open_


@few
@given(st.lists(conditions(with_class=False), min_size=1, max_size=5))
def test_gaps_and_overlaps_of_tables(whens: list[Condition]) -> None:
    derived = table(DERIVED, whens)
    problems = check(base(derived=[derived]), DAY, lambda _: None)
    oracle = Oracle()
    formulas = [oracle.of(when) for when in whens]
    gap = oracle.possible(z3.Not(z3.Or(*formulas)))
    assert bool(said(problems, "table-gap")) is gap
    overlapping = sum(
        any(oracle.possible(formulas[i], later) for i in range(index))
        for index, later in enumerate(formulas)
    )
    assert sum(p.check == "table-overlap" for p in problems) == overlapping
    never = sum(not oracle.possible(formula) for formula in formulas)
    assert sum(p.check == "never-fires" for p in problems) == never


@few
@given(
    cuts,
    st.lists(conditions(), min_size=1, max_size=3),
    st.lists(conditions(), min_size=1, max_size=3),
)
def test_rules_for_what_is_impossible(
    at: tuple[int, int], whens: list[Condition], impossible: list[Condition]
) -> None:
    derived = derived_class(at)
    rules = [score_rule(i, when, 1) for i, when in enumerate(whens)]
    problems = check(base(rules, [derived], impossible), DAY, lambda _: None)
    oracle = Oracle(derived)
    never = z3.Or(*map(oracle.of, impossible))
    if not oracle.possible(z3.Not(never)):
        assert any(p.check == "everything-impossible" for p in problems)
        return
    idle = {
        f"never-{i}" for i, when in enumerate(impossible) if not oracle.possible(oracle.of(when))
    }
    idle |= {r.id for r in rules if not oracle.possible(oracle.of(r.when), z3.Not(never))}
    assert said(problems, "never-fires") == idle


@few
@given(cuts, st.lists(conditions(), min_size=1, max_size=4))
def test_rules_that_always_hold(at: tuple[int, int], whens: list[Condition]) -> None:
    derived = derived_class(at)
    rules = [score_rule(i, when, 1) for i, when in enumerate(whens)]
    problems = check(base(rules, [derived]), DAY, lambda _: None)
    found = {p.message.split("'")[3] for p in problems if p.check == "always-holds"}
    oracle = Oracle(derived)
    assert found == {r.id for r in rules if not oracle.possible(z3.Not(oracle.of(r.when)))}


@few
@given(cuts, conditions(), conditions(), st.booleans())
def test_steps_against_each_other(
    at: tuple[int, int], one: Condition, other: Condition, rewritten: bool
) -> None:
    """The same region is found however it is written: here by De Morgan, and by a part of it."""
    derived = derived_class(at)
    if rewritten:
        other = NotOf(AllOf((NotOf(one), NotOf(AllOf((one, other))))))
    rules = [score_rule(0, one, 2), score_rule(1, other, -1)]
    problems = check(base(rules, [derived]), DAY, lambda _: None)
    oracle = Oracle(derived)
    left, right = oracle.of(one), oracle.of(other)
    against = oracle.same(left, right) and oracle.possible(left)
    assert bool(said(problems, "contradictory-rules")) is against
    assert against or not rewritten or not oracle.possible(left)


gates = st.lists(
    st.tuples(
        conditions(with_class=False),
        st.sets(st.sampled_from(sorted(PLATFORMS.values())), min_size=1),
    ),
    min_size=1,
    max_size=6,
)


@few
@given(gates)
def test_offers_that_never_win_and_answers_that_leave_nobody(
    drawn: list[tuple[Condition, set[str]]],
) -> None:
    rules = [gate(i, when, platforms=platforms) for i, (when, platforms) in enumerate(drawn)]
    problems = check(base(rules), DAY, lambda _: None)
    oracle = Oracle()
    out = {
        offer: z3.Or(z3.BoolVal(False), *(oracle.of(w) for w, names in drawn if platform in names))
        for offer, platform in PLATFORMS.items()
    }
    never = {offer for offer, formula in out.items() if not oracle.possible(z3.Not(formula))}
    assert said(problems, "offer-never-wins") == never
    nobody = z3.And(*out.values())

    def dead(answers: list[z3.BoolRef]) -> bool:
        """Whether the answers leave nobody, whatever else is answered."""
        return not oracle.possible(*answers, z3.Not(nobody))

    answers = {f"colour is {o}": oracle.colour == i for i, o in enumerate(CHOICES)}
    answers |= {f"taste is {o}": oracle.taste == i for i, o in enumerate(("sweet", "sour"))}
    for mark in MARKS:
        alone = [oracle.marks[m] == z3.BoolVal(m == mark) for m in MARKS]
        answers[f"marks include {mark}"] = z3.And(*alone)
    expected = {(words,) for words, formula in answers.items() if dead([formula])}
    expected |= {
        (a, b)
        for (a, one), (b, other) in combinations(answers.items(), 2)
        if a.split()[0] != b.split()[0] and dead([one, other]) and not {(a,), (b,)} & expected
    }
    if len(never) == len(out):
        # Said once of every offer, not once more of every answer.
        expected = set()
    found = set()
    for problem in problems:
        if problem.check == "dead-end":
            where = problem.message.split("where ")[1].removesuffix(", every offer is excluded")
            words = tuple(where.split(" and "))
            if all(word in answers for word in words):
                found.add(words)
    assert found == expected


def shadowed(knowledge: Knowledge) -> set[str]:
    """The rules that are said to change nothing, as duplicates or in the shadow of others."""
    examination = examined(knowledge)
    for group in groups_of(examination):
        check_group(examination, group)
        check_shadows(examination, group)
    assert examination.undecided == {}
    problems = examination.places.problems
    return said(problems, "shadowed-rule") | said(problems, "duplicate-rule")


def check_against(oracle: Oracle, rules: list[Rule], found: set[str]) -> None:
    """What is found could be removed without a change, and nothing else could."""
    live = [rule for rule in rules if oracle.possible(oracle.of(rule.when))]
    assert found <= {rule.id for rule in live}
    kept = [rule for rule in live if rule.id not in found]
    for rule in live:
        others = [
            oracle.of(other.when)
            for other in kept
            if other is not rule
            and other.steps * rule.steps >= 0
            and abs(other.steps) >= abs(rule.steps)
            and not other.negotiable
        ]
        alone = oracle.possible(oracle.of(rule.when), z3.Not(z3.Or(*others, z3.BoolVal(False))))
        assert alone is (rule.id not in found), rule


steps = st.sampled_from((-2, -1, 1, 2, 3))


@few
@given(cuts, st.lists(st.tuples(conditions(), steps), min_size=2, max_size=6))
def test_steps_in_the_shadow_of_a_union(
    at: tuple[int, int], drawn: list[tuple[Condition, int]]
) -> None:
    derived = derived_class(at)
    rules = [score_rule(i, when, size) for i, (when, size) in enumerate(drawn)]
    check_against(Oracle(derived), rules, shadowed(base(rules, [derived])))


@few
@given(cuts, st.lists(st.tuples(conditions(), st.booleans()), min_size=2, max_size=6))
def test_exclusions_in_the_shadow_of_a_union(
    at: tuple[int, int], drawn: list[tuple[Condition, bool]]
) -> None:
    derived = derived_class(at)
    rules = [gate(i, when, negotiable) for i, (when, negotiable) in enumerate(drawn)]
    check_against(Oracle(derived), rules, shadowed(base(rules, [derived])))


@few
@given(st.lists(conditions(with_class=False), min_size=1, max_size=6))
def test_boxes_that_cover_everything(whens: list[Condition]) -> None:
    knowledge = base()
    space = Space(knowledge, examined(knowledge).types, [("when", when) for when in whens])
    boxes = [box for when in whens for box in space.region("when", when)]
    oracle = Oracle()
    covered = not oracle.possible(z3.Not(z3.Or(*map(oracle.of, whens))))
    cover = Cover(boxes, space.whole)
    assert cover.holds(EVERYTHING) is covered
    if covered:
        needed = cover.needed(EVERYTHING, cover.all)
        assert cover.holds(EVERYTHING, needed)
        for number in range(len(boxes)):
            if needed >> number & 1:
                assert not cover.holds(EVERYTHING, needed & ~(1 << number))
