"""What is kept is bounded and changes no result; where a search ends early it says so."""

from __future__ import annotations

import datetime

import pytest
from msgspec.structs import replace

from advisor import api
from advisor.decision import flips, measured, outcomes, relaxations, sizing
from advisor.decision.explain import FULL, Explainer
from advisor.decision.recommend import decide
from tests.decision.bases import DAY
from tests.decision.fixed import base, sheets

AS_OF = datetime.date(2026, 11, 22)
ASKED = {
    "use-case": "chat",
    "models": ["gpt-oss-120b"],
    "requests-per-day": "50k to 200k",
    "input-tokens": "500 to 2k",
    "output-tokens": "100 to 600",
    "budget-per-month": "20k to 200k",
}


def fresh():
    """The shipped rule base, of which nothing is kept yet."""
    return replace(api.load())


@pytest.mark.parametrize(
    ("module", "bound"),
    [(outcomes, "COSTS_KEPT"), (measured, "UTILITIES_KEPT"), (sizing, "LENGTHS_KEPT")],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_forgetting_changes_no_result(module, bound, monkeypatch):
    knowledge = fresh()
    inputs = api.inputs(ASKED, knowledge)
    wanted = decide(knowledge, inputs, AS_OF)
    monkeypatch.setattr(module, bound, 1)
    found = decide(fresh(), inputs, AS_OF)
    assert found.order == wanted.order
    assert {o: s.score for o, s in found.scored.items()} == {
        o: s.score for o, s in wanted.scored.items()
    }
    assert [s.lane for s in found.standings.values()] == [s.lane for s in wanted.standings.values()]


def test_a_search_for_flips_says_how_far_it_looked(monkeypatch):
    decision = decide(base(), sheets()[3], DAY)
    _, whole = Explainer(decision, decision.again, FULL).flips(2)
    monkeypatch.setattr(flips, "SETS_AT_MOST", 1)
    _, cut = Explainer(decision, decision.again, FULL).flips(2)
    assert (whole.completed, cut.completed) == (2, 1)


def test_a_search_for_relaxations_says_how_far_it_looked(nobody, monkeypatch):
    _, whole = relaxations.relaxations(nobody, nobody.again, 2)
    monkeypatch.setattr(relaxations, "SETS_AT_MOST", 0)
    found, cut = relaxations.relaxations(nobody, nobody.again, 2)
    assert found == ()
    assert (whole.completed, cut.completed) == (2, 0)
