"""The word for how sure a decision is, and what lowers it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.confidence import Ground, confidence
from advisor.decision.result import Sureness
from advisor.decision.staleness import Old

BEST = Sureness(Fraction(95, 100), Fraction(2), Fraction(2, 5), ())
GROUND = Ground(
    lane="safe", settled=True, margin=None, evidence={}, answered=5, level=False, old=()
)
OLD = Old("price", "s0", date(2020, 1, 1), 30, "measured")


def said(knowledge, figures=BEST, **changed):
    word, after = confidence(knowledge.method, figures, replace(GROUND, **changed))
    assert (after.p, after.r, after.weak_share) == (figures.p, figures.r, figures.weak_share)
    return word, after.caps


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("firm", ())),
        ({"settled": False}, ("likely", ())),
        ({"margin": 150}, ("firm", ())),
        ({"margin": 149}, ("likely", ("the lead is only 149 points",))),
        ({"margin": 40}, ("likely", ("the lead is only 40 points",))),
        ({"margin": 39}, ("leaning", ("the lead is only 39 points",))),
        ({"margin": 0}, ("leaning", ("the lead is only 0 points",))),
        ({"evidence": {"uptime rests on press": "likely"}}, ("likely", ("uptime rests on press",))),
        ({"lane": "conditional"}, ("leaning", ("a requirement is unproven",))),
        ({"answered": 4}, ("toss-up", ("only 4 relevant answers",))),
        ({"level": True}, ("toss-up", ())),
        ({"old": (OLD,)}, ("likely", ("stale evidence: price",))),
    ],
)
def test_each_ground_alone_allows_its_word(knowledge, changed, expected):
    """By the shipped thresholds: a firm lead is 150 points, a likely one 40; five answers."""
    word, caps = said(knowledge, **changed)
    assert (word, len(caps)) == (expected[0], len(expected[1]))
    assert all(cap.startswith(start) for cap, start in zip(caps, expected[1], strict=True))


def test_age_takes_one_word_off_what_else_is_left(knowledge):
    assert said(knowledge, lane="conditional", old=(OLD,))[0] == "toss-up"
    assert said(knowledge, answered=0, old=(OLD,))[0] == "toss-up"


def test_without_a_disadvantage_no_ratio_is_asked_for(knowledge):
    without = replace(BEST, r=None)
    assert said(knowledge, without) == ("firm", ())
    assert said(knowledge, replace(BEST, r=Fraction(1)))[0] == "leaning"
