"""A leader that fits in few of the cases that are left, and stands before one with more points."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.explanations import Doubt
from advisor.decision.gates import SERVED
from advisor.decision.result import Reason
from advisor.reports import text
from advisor.reports.view import confidence_sentences, model_words
from advisor.tui.pages.hero import hero_text


def said(recommendation):
    """The text report on one line."""
    return " ".join(text.render(recommendation).split())


def fitting(recommendation, fit, r=Fraction(157, 100)):
    verdict = recommendation.verdict
    sureness = replace(verdict.sureness, r=r)
    return replace(recommendation, verdict=replace(verdict, fit=fit, sureness=sureness))


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        (Fraction(1, 10), "; those that are open are all met in 10 % of what is left"),
        (Fraction(999, 1000), "; those that are open are all met in over 99 % of what is left"),
        (Fraction(1), ""),
        (None, ""),
    ],
)
def test_the_report_says_in_how_much_of_what_is_left_it_fits(recommendation, fit, words):
    line = f"Requirements safe: every stated requirement is proven{words} Score"
    assert line in said(fitting(recommendation, fit))


def test_the_interface_says_it_too(recommendation):
    def lines(fit):
        return hero_text(fitting(recommendation, fit), "", 100).plain

    assert "● requirements met in 10 % of cases" in lines(Fraction(1, 10))
    assert "requirements met\n" in lines(Fraction(1))


def test_whoever_is_behind_on_points_is_said_to_be(recommendation):
    """No weight would have to be wrong for that."""
    first, second, *rest = recommendation.ranking
    ahead = replace(second, score=replace(second.score, exact=first.score.exact + 2030))
    behind = replace(
        fitting(recommendation, None, Fraction(27, 100)), ranking=(first, ahead, *rest)
    )
    told = list(confidence_sentences(behind.verdict.sureness))
    assert told[1] == (
        "By points alone the runner-up is ahead; it stands behind because more is to be "
        "confirmed of it."
    )
    assert not any("factor" in sentence for sentence in told)
    shown = hero_text(behind, "", 100).plain
    assert f"20.3 behind {second.title}" in shown
    assert "weights may err" not in shown
    plain = hero_text(recommendation, "", 100).plain
    assert f"ahead of {second.title}" in plain
    assert "weights may err" in plain


def test_no_model_is_named_for_an_offer_that_may_not_serve_what_is_asked(recommendation):
    leader = recommendation.ranking[0]
    served = Doubt(SERVED, "It serves no model of the asked size.", ())
    nothing = replace(leader, model=None, to_confirm=(), depends_on=())
    assert model_words(leader) == leader.model
    assert model_words(nothing) == "any"
    for open_ in ({"to_confirm": (served,)}, {"depends_on": (served,)}):
        assert model_words(replace(nothing, **open_)) == "none known; which is asked for is open"


@pytest.mark.parametrize(
    ("source", "checked", "words"),
    [
        ("s0", "2026-11-22", "measure-cost: press, s0, checked 2026-11-22"),
        ("your price", "", "measure-cost: press, your price"),
    ],
)
def test_a_reason_names_what_is_known_of_its_source(recommendation, source, checked, words):
    reason = Reason("measure", "measure-cost", "2 USD.", source, 0, "press", checked)
    assert words in said(_with(recommendation, reason))
    nobody = replace(reason, source="", grade="", checked="")
    assert "measure-cost: no source" in said(_with(recommendation, nobody))


def _with(recommendation, reason):
    leader, *rest = recommendation.ranking
    first, *others = leader.contributions
    contributions = (replace(first, because=(reason,)), *others)
    return replace(recommendation, ranking=(replace(leader, contributions=contributions), *rest))
