"""Words with two meanings are stated as read; the other reading is a flip where it matters."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor import api
from advisor.decision.readings import frontier_reading, reading_flips
from advisor.decision.recommend import decide
from advisor.decision.variations import winner_of
from advisor.knowledge.values import Interval, Options

DAY = datetime.date(2026, 11, 22)
TRAFFIC = {
    "use-case": "coding-agent",
    "requests-per-day": 100_000,
    "input-tokens": 2000,
    "output-tokens": 300,
    "operations-team": "none",
    "usage-pattern": "daily-peaks",
    "latency-consistency": "nice",
    "model-diversity": "one",
    "research-needs": "none",
}


@pytest.fixture(scope="module")
def knowledge():
    return api.load()


@pytest.mark.parametrize(
    ("read", "other"), [("large-open", "best-closed"), ("best-closed", "large-open")]
)
def test_frontier_is_stated_as_read_and_flipped(knowledge, read, other):
    inputs = api.inputs({**TRAFFIC, "frontier-models": read}, knowledge)
    (told,) = frontier_reading(inputs)
    assert told.subject == "frontier-models"
    decision = decide(knowledge, inputs, DAY)
    leader = winner_of(decision)
    flips = reading_flips(knowledge, inputs, leader, decision.again)
    answers = {**inputs.answers, "frontier-models": Options(frozenset({other}))}
    then = decide(knowledge, replace(inputs, answers=answers), DAY)
    after = winner_of(then)
    assert after is not None and after != leader
    (entry,) = (e for e in then.recommendation(thorough=False).ranking if e.offer == after)
    found = [f for f in flips if "frontier-models" in f.change]
    assert [(f.winner, f.title, f.model) for f in found] == [(after, entry.title, entry.model)]
    assert entry.model is not None
    assert all(f.change == {"frontier-models": other} and f.reading for f in found)
    assert told in decision.recommendation(thorough=False).inputs.readings


@pytest.mark.parametrize("size", [70, 175])
def test_a_size_on_the_boundary_of_two_classes(knowledge, size):
    """70B and 175B end one class and begin the next; just below is the other reading."""
    for team in ("none", "large"):
        answers = {**TRAFFIC, "model-size": f"{size}B", "operations-team": team}
        inputs = api.inputs(answers, knowledge)
        decision = decide(knowledge, inputs, DAY)
        readings = decision.recommendation(thorough=False).inputs.readings
        assert any(r.subject == "size-class" for r in readings)
        leader = winner_of(decision)
        flips = reading_flips(knowledge, inputs, leader, decision.again)
        below = Interval.point(size - Fraction(size, 1_000_000))
        other = {**inputs.answers, "model-size": below}
        after = winner_of(decide(knowledge, replace(inputs, answers=other), DAY))
        assert [f.winner for f in flips] == ([after] if after != leader else [])
        assert all(f.change == {"model-size": f"just below {size}B"} for f in flips)


def test_what_has_one_meaning_is_not_read_twice(knowledge):
    answers = {**TRAFFIC, "model-size": "120B", "frontier-models": "not-needed"}
    inputs = api.inputs(answers, knowledge)
    assert frontier_reading(inputs) == ()
    decision = decide(knowledge, inputs, DAY)
    assert reading_flips(knowledge, inputs, winner_of(decision), decision.again) == ()


def test_what_is_not_asked_is_read_as_declared_and_what_is_said_stands(knowledge):
    closed = {**TRAFFIC, "frontier-models": "best-closed"}
    idle = decide(knowledge, api.inputs(closed, knowledge), DAY)
    said = [reading.text for reading in idle.readings]
    assert "own-weights is read as no: with these answers it is not asked." in said
    held = idle.situation.inputs.answers
    assert held["own-weights"] == Options(frozenset({"no"}))
    assert held["model-size"] == knowledge.questions["model-size"].unasked_means
    for other in ({**closed, "own-weights": "full"}, {**TRAFFIC, "frontier-models": "large-open"}):
        decision = decide(knowledge, api.inputs(other, knowledge), DAY)
        assert not any(r.subject == "own-weights" for r in decision.readings)
