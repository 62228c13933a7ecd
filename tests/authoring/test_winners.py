"""Looking for answers with which offers win: what is found is so, and what is not is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.authoring.check import check
from advisor.authoring.cover import Allowed
from advisor.authoring.winners import MOST_SHEETS, MOST_STEPS, find_winners
from advisor.decision.recommend import decide
from advisor.knowledge.model import Knowledge
from advisor.knowledge.syntax import AllOf, Atom, OneOf
from advisor.language.rulebase import load_rule_base
from tests.authoring.conftest import SMALL
from tests.authoring.test_dominance import beside, cloned
from tests.decision.bases import bases, examples

DAY = date(2026, 11, 22)


def quiet(done: int, total: int) -> None:
    assert 0 <= done < total


def notes(knowledge: Knowledge, *, deep: bool) -> list[tuple[str, str | None]]:
    """What is said of offers of which nobody knows whether they can win."""
    problems = check(knowledge, DAY, lambda _: None, quiet if deep else None)
    return [(p.message, p.hint) for p in problems if "can ever win" in p.message]


@examples(12)
@given(bases())
def test_every_win_that_is_claimed_is_one(knowledge: Knowledge) -> None:
    offers = list(knowledge.offers)
    tried = find_winners(knowledge, DAY, offers, quiet)
    for offer, inputs in tried.won.items():
        assert decide(knowledge, inputs, DAY).order[0] == offer
        assert inputs.prices == {} and Allowed((knowledge,))(inputs.answers)
    assert tried.sheets <= MOST_SHEETS + len(offers) * MOST_STEPS
    assert tried == find_winners(knowledge, DAY, offers, quiet)


@examples(12)
@given(bases(), st.integers(0, 3))
def test_nobody_is_said_to_win_who_is_always_excluded(knowledge: Knowledge, number: int) -> None:
    offer = sorted(knowledge.offers)[number % len(knowledge.offers)]
    out = replace(
        next(iter(knowledge.rules.values())),
        id="out",
        effect="exclude",
        criterion=None,
        when=AllOf(()),
        offers=Atom("offer", OneOf(frozenset({offer}))),
        negotiable=False,
    )
    changed = replace(knowledge, rules={**knowledge.rules, "out": out})
    assert offer not in find_winners(changed, DAY, [offer], quiet).won


@pytest.mark.full
def test_an_offer_that_wins_nowhere_in_the_cover_is_led_to_where_it_does(
    knowledge: Knowledge, as_of: date
) -> None:
    offer = "aws-trainium2"
    tried = find_winners(knowledge, as_of, [offer], quiet)
    common = MOST_SHEETS + len(knowledge.cases)
    assert common < tried.sheets < common + MOST_STEPS
    assert decide(knowledge, tried.won[offer], as_of).order[0] == offer


def test_own_prices_of_a_case_are_no_reason_to_win() -> None:
    """An offer that only wins at a user's own price is not said to win."""
    small = load_rule_base(SMALL)
    (case,) = small.cases.values()
    dear = cloned(small.offers["budget-shared"], "z-dear")
    rows = tuple(
        replace(
            row,
            claims=tuple(
                replace(c, value=replace(c.value, low=900, high=900))
                if c.attribute.endswith("-price")
                else c
                for c in row.claims
            ),
        )
        for row in dear.serves
    )
    cheap = replace(case, prices={"z-dear": {"input": "0", "output": "0"}})
    knowledge = replace(beside(small, replace(dear, serves=rows)), cases={case.id: cheap})
    assert find_winners(knowledge, DAY, ["z-dear"], quiet).won == {}


def test_what_is_said_without_a_search_and_after_one() -> None:
    small = load_rule_base(SMALL)
    assert notes(small, deep=False) == [
        (
            "not decided: whether 'wafer-shared', 'gpu-cluster', 'closed-lab' or 'budget-shared' "
            "can ever win: no answers were tried",
            "'advisor rules check --deep' looks for answers with which each of them wins",
        )
    ]
    assert notes(small, deep=True) == []


def test_many_offers_are_counted(knowledge: Knowledge) -> None:
    ((message, _),) = notes(knowledge, deep=False)
    assert message.startswith(f"not decided: whether {len(knowledge.offers)} offers can ever win:")


def test_who_wins_nowhere_is_named() -> None:
    """An offer that takes many people and proves no residency: others are better elsewhere, and
    none of them everywhere."""
    small = load_rule_base(SMALL)
    heavy = cloned(small.offers["closed-lab"], "z-heavy")
    claims = tuple(
        replace(c, value=small.offers["gpu-cluster"].claims[-1].value)
        if c.attribute == "operations-burden"
        else c
        for c in heavy.claims
        if c.attribute != "residency"
    )
    made = beside(small, replace(heavy, claims=claims))
    found = notes(made, deep=True)
    assert len(found) == 1
    message, hint = found[0]
    assert message.startswith("not decided: whether 'z-heavy' can ever win: none of the ")
    assert message.endswith(" sheets of answers that were tried makes it win")
    assert hint == "if no workload needs it, it may go; else show one in a case"


@pytest.mark.full
def test_of_the_shipped_offers_nearly_all_can_win(knowledge: Knowledge, as_of: date) -> None:
    offers = list(knowledge.offers)
    tried = find_winners(knowledge, as_of, offers, quiet)
    for offer, inputs in tried.won.items():
        assert decide(knowledge, inputs, as_of).order[0] == offer
    assert len(tried.won) >= len(offers) - 3, sorted(set(offers) - set(tried.won))


def test_the_command_looks_for_answers_where_it_is_asked_to(call) -> None:
    code, out, err = call("rules", "check", SMALL)
    assert (code, err) == (0, "")
    assert "info[not-decided]: not decided: whether 'wafer-shared', " in out
    code, out, err = call("rules", "check", SMALL, "--deep")
    assert (code, err) == (0, "")
    assert "can ever win" not in out


def test_notes_alone_are_counted_as_notes(call, rules_root) -> None:
    code, out, _ = call("rules", "check", rules_root)
    assert code == 0 and "\n1 note in 1 file\nno problems: " in out
