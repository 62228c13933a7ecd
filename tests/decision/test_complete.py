"""Many complete workloads at once: to the figure what deciding each by itself gives."""

from __future__ import annotations

import datetime
import random
from fractions import Fraction

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision import complete, recommend
from advisor.decision.complete import decide_many, is_complete
from advisor.decision.confidence import confidence
from advisor.decision.inference import inferred
from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, AnyOf, Atom, OneOf
from advisor.knowledge.values import Interval, Options
from tests.conftest import AS_OF
from tests.decision.bases import (
    DAY,
    answers,
    bases,
    choice_question,
    examples,
    make_rule,
    points,
)
from tests.decision.fixed import base
from tests.decision.test_oracles import one_world


@st.composite
def sheets(draw):
    """A rule base and some sheets on it, most of them complete."""
    knowledge = draw(bases(derived=True))
    found = []
    for _ in range(draw(st.integers(1, 5))):
        inputs = draw(answers())
        found.append(points(draw, inputs, knowledge) if draw(st.integers(0, 4)) else inputs)
    return knowledge, found


@examples(60)
@given(sheets())
def test_each_is_decided_as_by_itself(drawn):
    knowledge, asked = drawn
    found = decide_many(knowledge, asked, DAY)
    base = RuleBase.on(knowledge, DAY)
    for inputs, brief in zip(asked, found, strict=True):
        decision = decide(knowledge, inputs, DAY)
        read = inferred(knowledge, base.ledger, inputs)
        event(f"complete: {is_complete(Situation(base, read.inputs))}")
        event(f"lane: {brief.first[0].lane if brief.first else None}, settled: {brief.settled}")
        assert brief == decision.brief()


def shipped_sheets(knowledge, number):
    """Complete sheets, some with wishes, own prices, an offer of today, no traffic at all."""
    base = RuleBase.on(knowledge, AS_OF)
    draw = random.Random(11)
    nothing = {"requests-per-day": Interval.point(1), "output-tokens": Interval.point(0)}
    found = []
    for i in range(number):
        given = dict(one_world(draw, base).answers)
        given["current-offer"] = Options(frozenset({draw.choice(sorted(knowledge.offers))}))
        if i % 5 == 0:
            given |= nothing if i % 2 else {**nothing, "input-tokens": Interval.point(0)}
        weights = {"latency": "more", "cost": "less"} if i % 3 == 0 else {}
        if i % 7 == 0:
            weights = dict.fromkeys(knowledge.criteria, "ignore")
        weights = {name: wish for name, wish in weights.items() if name in knowledge.criteria}
        price = Interval.point(Fraction(7, 2))
        prices = {"gmi-gb200-nvl72": {"gpu-hour": price}} if i % 4 == 0 else {}
        found.append(Inputs(given, weights, prices))
    return found


def test_on_the_shipped_rules_too(knowledge, monkeypatch):
    # Columns of a few rows, and the last of fewer.
    monkeypatch.setattr(complete, "CHUNK", 32)
    asked = shipped_sheets(knowledge, 70)
    base = RuleBase.on(knowledge, AS_OF)
    reads = [Situation(base, inferred(knowledge, base.ledger, a).inputs) for a in asked]
    assert all(map(is_complete, reads))
    found = decide_many(knowledge, asked, AS_OF)
    for inputs, brief in zip(asked, found, strict=True):
        assert brief == decide(knowledge, inputs, AS_OF).brief()
    assert len({brief.confidence for brief in found}) > 2
    assert any(not brief.settled for brief in found) and any(brief.settled for brief in found)


def grounds(monkeypatch, module, judge):
    """What the confidence of each verdict rests on: figures, caps, age of what is known."""
    told = []

    def listen(method, figures, ground):
        told.append((figures, ground))
        return confidence(method, figures, ground)

    with monkeypatch.context() as patch:
        patch.setattr(module, "confidence", listen)
        judge()
    return told


@pytest.mark.parametrize("offers", [1, 2, 3, None])
@pytest.mark.parametrize("later", [0, 900], ids=["today", "when claims are old"])
def test_confidence_rests_on_the_same_figures(knowledge, monkeypatch, offers, later):
    """With own prices of whoever leads, every criterion ignored, and few or many offers."""
    kept = sorted(knowledge.offers)[:offers] if offers else sorted(knowledge.offers)
    market = replace(knowledge, offers={name: knowledge.offers[name] for name in kept})
    day = AS_OF + datetime.timedelta(days=later)
    own = {"output": Interval.point(Fraction(1, 2)), "gpu-hour": Interval.point(2)}
    asked = []
    for i, sheet in enumerate(shipped_sheets(knowledge, 28)):
        answers = {q: a for q, a in sheet.answers.items() if q != "current-offer"}
        prices = dict.fromkeys(kept, own) if i % 2 else {}
        asked.append(replace(sheet, answers=answers, prices=prices))
    columns = grounds(monkeypatch, complete, lambda: decide_many(market, asked, day))
    alone = grounds(
        monkeypatch, recommend, lambda: [decide(market, sheet, day).brief() for sheet in asked]
    )
    assert columns == alone
    assert alone
    if offers is None:
        assert any(ground.old for _, ground in alone) == bool(later)
        assert {bool(figures.weak_share) for figures, _ in alone} == {True, False}


@pytest.mark.parametrize("gone", ["use-case", "requests-per-day", "residency"])
def test_a_sheet_with_an_open_answer_is_not_complete(knowledge, gone):
    base = RuleBase.on(knowledge, AS_OF)
    given = dict(one_world(random.Random(2), base).answers)
    assert is_complete(Situation(base, Inputs(given)))
    assert not is_complete(
        Situation(base, Inputs({name: at for name, at in given.items() if name != gone}))
    )
    several = {**given, "use-case": Options(frozenset({"chat", "voice"}))}
    assert not is_complete(Situation(base, Inputs(several)))


def test_nothing_is_asked_of_nobody(knowledge):
    assert decide_many(knowledge, [], AS_OF) == []
    nobody = replace(knowledge, offers={})
    asked = shipped_sheets(knowledge, 3)
    assert decide_many(nobody, [replace(a, prices={}) for a in asked], AS_OF) == [
        decide(nobody, replace(a, prices={}), AS_OF).brief() for a in asked
    ]


def test_rows_that_differ_in_very_many_answers_are_told_apart():
    """Two answers to each of 42 questions are more combinations than fit into a code."""
    knowledge = base()
    asked = {f"q{i}": choice_question(f"q{i}", 2, [1, 1], i) for i in range(42)}
    picked = [Atom(name, OneOf(frozenset({"b"}))) for name in asked]
    rules = [
        make_rule("any", "score", "speed", AnyOf(tuple(picked)), ALWAYS, 2, "measured", "any"),
        make_rule("odd", "score", "price", AnyOf(tuple(picked[1::2])), ALWAYS, 1, "measured", "o"),
    ]
    knowledge = replace(
        knowledge, questions=asked, derived={}, rules={rule.id: rule for rule in rules}
    )
    draw = random.Random(3)
    sheets = [dict.fromkeys(asked, "a")]
    sheets += [{**sheets[0], name: "b"} for name in asked]
    sheets += [{name: draw.choice("ab") for name in asked} for _ in range(20)]
    given_ = [Inputs({q: Options(frozenset({a})) for q, a in s.items()}) for s in sheets]
    found = decide_many(knowledge, given_, DAY)
    assert found == [decide(knowledge, one, DAY).brief() for one in given_]
    assert len({brief.first[0].points for brief in found}) == 3
