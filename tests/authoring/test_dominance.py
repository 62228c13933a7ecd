"""Offers that another is always at least as good as: what is found is so, however it is put."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice, product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.authoring.check import check
from advisor.authoring.cover import Allowed, levels_of
from advisor.authoring.dominance import Dominance
from advisor.authoring.examination import Examination
from advisor.authoring.exclusions import Market
from advisor.authoring.places import Places
from advisor.decision.recommend import Decision, decide
from advisor.knowledge.model import Inputs, Knowledge, Served
from advisor.knowledge.syntax import (
    AllOf,
)
from tests.authoring.copies import DAY, beside, cloned, dearer, scaled, small
from tests.decision import naive
from tests.decision.bases import GRADES, answers, bases, examples

RISING = {False: 0, None: 1, True: 2}


def dominance(knowledge: Knowledge) -> Dominance:
    return Dominance(Market(Examination(knowledge, DAY, Places(knowledge, lambda _: None))))


def pairs(knowledge: Knowledge) -> list[tuple[str, str]]:
    """(at least as good, the other one)."""
    found = dominance(knowledge)
    return [(a, b) for a, b in product(knowledge.offers, repeat=2) if a != b and found.holds(a, b)]


def never_behind(decision: Decision, one: str, other: str) -> bool:
    """Whether the one stands before the other, or ties with it and comes later by id alone."""
    if other not in decision.order:
        return True
    if one not in decision.order:
        return False
    if decision.order.index(one) < decision.order.index(other):
        return True
    scoring = decision.scoring
    left, right = (
        (
            decision.standings[o].lane,
            len(decision.standings[o].to_confirm),
            decision.scored[o].score,
            scoring.at_base_weights(o),
            scoring.worst(o),
        )
        for o in (one, other)
    )
    return left == right and one > other


# Random rule bases


@st.composite
def with_clones(draw: st.DrawFn) -> Knowledge:
    """A random rule base, and offers that differ little from one of it."""
    knowledge = draw(bases())
    source = draw(st.sampled_from(sorted(knowledge.offers)))
    made = []
    for name in draw(st.sampled_from([("a-clone",), ("z-clone",), ("a-clone", "z-clone")])):
        claims = [
            replace(claim, grade=draw(st.sampled_from(GRADES)))
            if draw(st.integers(0, 4)) == 0
            else claim
            for claim in knowledge.offers[source].claims
            if draw(st.integers(0, 3))
        ]
        made.append(cloned(knowledge.offers[source], name, tuple(claims)))
    return beside(knowledge, *made)


def hold_in(knowledge: Knowledge, worlds: Iterable[dict[str, object]]) -> None:
    """What is found, against every gate and every utility of an oracle of its own."""
    found = pairs(knowledge)
    event(f"pairs: {len(found)}")
    gates = [rule for rule in knowledge.rules.values() if rule.effect == "exclude"]
    for world in worlds if found else ():
        for one, other in found:
            left, right = knowledge.offers[one], knowledge.offers[other]
            for gate in gates:
                both = AllOf((gate.when, gate.offers))
                fails = [RISING[naive.true(both, world, offer)] for offer in (left, right)]
                assert fails[0] <= fails[1]
            for criterion in knowledge.criteria:
                assert naive.utility(knowledge, criterion, world, left) >= naive.utility(
                    knowledge, criterion, world, right
                )


@examples(60)
@given(with_clones(), st.integers(0, 96))
def test_it_holds_in_worlds_by_brute_force(knowledge: Knowledge, first: int) -> None:
    hold_in(knowledge, (w for w, _ in islice(naive.worlds(knowledge, Inputs({})), first, None, 97)))


@pytest.mark.full
@examples(20)
@given(with_clones())
def test_it_holds_in_every_world_by_brute_force(knowledge: Knowledge) -> None:
    hold_in(knowledge, (world for world, _ in naive.worlds(knowledge, Inputs({}))))


@examples(60)
@given(with_clones(), st.lists(answers(), min_size=2, max_size=6))
def test_the_one_never_ranks_behind_whatever_is_left_open(
    knowledge: Knowledge, sheets: list[Inputs]
) -> None:
    found = pairs(knowledge)
    for inputs in (Inputs({}), *sheets):
        decision = decide(knowledge, inputs, DAY)
        assert all(never_behind(decision, one, other) for one, other in found)


@examples(60)
@given(with_clones(), st.lists(answers(), min_size=2, max_size=6))
def test_what_is_said_to_never_win_never_does(knowledge: Knowledge, sheets: list[Inputs]) -> None:
    said = {
        problem.message.split("'")[1]
        for problem in check(knowledge, DAY, lambda _: None)
        if problem.check == "offer-never-wins" and problem.severity == "warning"
    }
    for inputs in (Inputs({}), *sheets):
        assert decide(knowledge, inputs, DAY).order[:1] not in [[offer] for offer in said]


# Models and bills


@st.composite
def with_worse_and_better(draw: st.DrawFn) -> Knowledge:
    """The small rule base with copies of an offer whose claims, models and prices differ."""
    source = small().offers[draw(st.sampled_from(sorted(small().offers)))]
    factors = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(1), Fraction(1), Fraction(2)])
    seldom = st.integers(0, 5).map(lambda n: n == 0)
    made = []
    for name in draw(st.sampled_from([("a-copy",), ("z-copy",), ("a-copy", "z-copy")])):
        claims = [
            replace(scaled(c, draw(factors)), grade="measured" if draw(seldom) else c.grade)
            for c in source.claims
            if not draw(seldom)
        ]
        rows: list[Served] = [
            replace(
                row,
                claims=tuple(
                    replace(scaled(c, draw(factors)), grade="measured" if draw(seldom) else c.grade)
                    for c in row.claims
                ),
            )
            for row in source.serves
            if not draw(seldom)
        ]
        copy = replace(cloned(source, name, tuple(claims)), serves=tuple(rows))
        if draw(seldom):
            copy = replace(copy, deployment="shared-api")
        made.append(copy)
    return beside(small(), *made)


@st.composite
def small_sheets(draw: st.DrawFn) -> Inputs:
    given_: dict[str, object] = {}
    for question in small().questions.values():
        listed = levels_of(question, small(), set())
        if listed and draw(st.integers(0, 3)):
            given_[question.id] = draw(st.sampled_from(listed))
    weights = draw(
        st.dictionaries(
            st.sampled_from(sorted(small().criteria)),
            st.sampled_from(["more", "less", "ignore"]),
            max_size=2,
        )
    )
    return Inputs(given_, weights)


@examples(40)
@given(with_worse_and_better(), st.lists(small_sheets(), min_size=2, max_size=5))
def test_models_and_bills_count(knowledge: Knowledge, sheets: list[Inputs]) -> None:
    found = [pair for pair in pairs(knowledge) if "copy" in pair[0] + pair[1]]
    event(f"pairs: {len(found)}")
    for inputs in sheets:
        if Allowed((knowledge,))(inputs.answers):
            decision = decide(knowledge, inputs, DAY)
            assert all(never_behind(decision, one, other) for one, other in found)


@pytest.mark.parametrize("name", ["wafer-shared", "budget-shared", "closed-lab"])
def test_a_copy_that_costs_more_never_wins(name: str) -> None:
    source = small().offers[name]
    copy = cloned(source, "z-copy")
    for changed in (copy, dearer(copy)):
        found = dominance(beside(small(), changed))
        assert found.over("z-copy", sorted(small().offers)) == name
        assert found.over(name, ["z-copy"]) is None
    cheaper = dominance(beside(small(), copy, dearer(source)))
    assert cheaper.over(name, ["z-copy"]) == "z-copy"
    assert cheaper.over("z-copy", [name]) is None


@pytest.mark.parametrize("name", ["h200-cluster", "own-gpu-servers", "openai-api"])
def test_so_does_one_of_the_shipped_offers(knowledge: Knowledge, name: str) -> None:
    """Copies alone are compared: rules speak of some offers by name."""
    copies = beside(knowledge, cloned(knowledge.offers[name], "z-copy"))
    copies = beside(copies, dearer(cloned(knowledge.offers[name], "y-copy")))
    found = dominance(copies)
    assert found.holds("z-copy", "y-copy")
    assert not found.holds("y-copy", "z-copy")


@pytest.mark.parametrize(
    ("attribute", "tells"),
    [("residency", True), ("certifications", True), ("operations-burden", True)],
)
def test_a_copy_that_claims_less_is_told_apart(attribute: str, tells: bool) -> None:
    """Of the small rule base, rules read all of these."""
    source = small().offers["closed-lab"]
    silent = cloned(source, "z-copy", tuple(c for c in source.claims if c.attribute != attribute))
    found = dominance(beside(small(), silent))
    assert (found.over("closed-lab", ["z-copy"]) is None) is tells


def test_one_that_serves_less_is_not_better() -> None:
    """It may still win where the other is excluded for what it serves: nothing is said."""
    source = small().offers["wafer-shared"]
    only_large = replace(cloned(source, "z-copy"), serves=source.serves[:1])
    assert pairs(beside(small(), only_large)) == []


def test_prices_of_another_grade_are_not_compared() -> None:
    """Weaker evidence widens a price to both sides, which may help where utility is cut off."""
    source = small().offers["wafer-shared"]
    copy = cloned(source, "z-copy")
    rows = tuple(
        replace(r, claims=tuple(replace(c, grade="vendor claim") for c in r.claims))
        for r in copy.serves
    )
    assert pairs(beside(small(), replace(copy, serves=rows))) == []


def test_a_model_that_no_reference_names_counts_where_it_is_asked_for(knowledge: Knowledge) -> None:
    source = knowledge.offers["groq-shared"]
    references = {m for listed in knowledge.method.reference_models.values() for m in listed}
    has = {row.model for row in source.serves}
    model = next(m for m in knowledge.models if m not in references | has)
    one, other = cloned(source, "y-copy"), cloned(source, "z-copy")
    more = replace(other, serves=(*other.serves, replace(other.serves[0], model=model, claims=())))
    assert dominance(beside(knowledge, one, other)).holds("y-copy", "z-copy")
    assert not dominance(beside(knowledge, one, more)).holds("y-copy", "z-copy")


def test_one_that_wins_ties_as_well_is_named_first() -> None:
    source = small().offers["wafer-shared"]
    knowledge = beside(small(), cloned(source, "a-copy"), cloned(source, "z-copy"))
    found = dominance(knowledge)
    assert found.over("wafer-shared", ["z-copy", "a-copy"]) == "a-copy"
    assert found.over("z-copy", ["wafer-shared", "a-copy"]) == "a-copy"
    assert found.over("a-copy", ["z-copy", "wafer-shared"]) is None


def said(knowledge: Knowledge) -> dict[str, tuple[str, str]]:
    return {
        p.message.split("'")[1]: (p.severity, p.message)
        for p in check(knowledge, DAY, lambda _: None)
        if p.check == "offer-never-wins"
    }


def test_how_it_is_said() -> None:
    copy = dearer(cloned(small().offers["wafer-shared"], "z-copy"))
    assert said(beside(small(), copy)) == {
        "z-copy": (
            "warning",
            "the offer 'z-copy' can never win: whatever is answered, 'wafer-shared' is at least as "
            "good in all that rules and bills look at",
        )
    }
    copy = dearer(cloned(small().offers["wafer-shared"], "a-copy"))
    assert said(beside(small(), copy)) == {
        "a-copy": (
            "info",
            "the offer 'a-copy' can win nothing but ties: whatever is answered, 'wafer-shared' is at "
            "least as good in all that rules and bills look at, and only the order of the ids puts "
            "it first",
        )
    }


def test_what_is_not_compared_any_more_stays_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge = beside(small(), cloned(small().offers["wafer-shared"], "z-copy"))
    monkeypatch.setattr("advisor.authoring.dominance.MOST_STEPS", -1)
    assert said(knowledge) == {}
    notes = [
        p.message for p in check(knowledge, DAY, lambda _: None) if "can ever win" in p.message
    ]
    assert len(notes) == 1 and "'z-copy'" in notes[0]


def test_of_the_shipped_offers_none_ranks_behind_another(knowledge: Knowledge) -> None:
    assert pairs(knowledge) == []
