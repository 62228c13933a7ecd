"""What somebody who asks is told: exactly what was asked, and no more."""

from __future__ import annotations

import pytest

from advisor.decision.explain import FULL, Explainer, comparison, explanation
from advisor.decision.recommend import decide
from advisor.decision.relaxations import relaxations
from advisor.decision.versus import versus
from advisor.decision.whynot import why_not
from tests.decision.bases import DAY
from tests.decision.fixed import base, sheets


@pytest.fixture(scope="module")
def decision():
    """All is answered: offer-1 leads, and nobody is excluded."""
    return decide(base(), sheets()[3], DAY)


def test_without_a_question_the_leader_is_held_against_the_runner_up(decision):
    told = explanation(decision)
    leader, rival = decision.order[:2]
    assert told.why == leader == told.result.verdict.offer
    assert told.versus == versus(decision, leader, rival)
    assert told.why_not is None
    assert (told.result.flips, told.result.sensitivity) == ((), None)


def test_why_of_another_offer_is_no_comparison(decision):
    told = explanation(decision, why=decision.order[1])
    assert (told.why, told.versus) == (decision.order[1], None)


def test_why_not_is_asked_of_one_offer(decision):
    last = decision.order[-1]
    told = explanation(decision, why_not=last)
    assert told.why is None
    assert told.why_not == why_not(decision, decision.again, last, FULL.relaxations)
    assert told.why_not.rank == len(decision.order)


def test_what_would_change_the_winner_is_told_when_it_is_asked(decision):
    told = explanation(decision, flips=True, sensitivity=True)
    flips, search = Explainer(decision, decision.again, FULL).flips()
    assert (told.result.flips, told.result.flip_search) == (flips, search)
    assert told.why is None
    sensitivity = told.result.sensitivity
    assert sensitivity is not None
    assert [entry.criterion for entry in sensitivity.weights] == ["speed", "price", "calm"]
    assert [entry.offer for entry in sensitivity.acceptability] == decision.order


def test_where_nobody_qualifies_it_is_told_what_to_relax(nobody):
    told = explanation(nobody, sensitivity=True)
    assert (told.why, told.versus, told.result.sensitivity) == (None, None, None)
    found, search = relaxations(nobody, nobody.again, FULL.relaxations)
    assert found
    assert (told.result.relaxations, told.result.relaxation_search) == (found, search)
    colours = {change for one in found for change in one.change.items()}
    assert {name for name, _ in colours} == {"color"}


def test_offers_side_by_side_are_those_that_are_named(decision, nobody):
    named = [decision.order[2], decision.order[0]]
    told = comparison(decision, named)
    assert [entry.offer for entry in told.ranked] == [decision.order[0], decision.order[2]]
    assert told.versus == (versus(decision, decision.order[0], decision.order[2]),)
    assert told.excluded == ()
    shut = comparison(nobody, ["offer-1"])
    assert (shut.ranked, shut.versus) == ((), ())
    assert [entry.offer for entry in shut.excluded] == ["offer-1"]
