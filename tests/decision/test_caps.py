"""How far the evidence behind requirements lets the confidence go."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.caps import evidence_caps
from advisor.decision.gates import gates_of
from advisor.decision.recommend import decide
from advisor.knowledge.model import Attribute, Inputs, Model, Offer, Served
from advisor.knowledge.syntax import Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import ChoiceType, Flags, Interval, Options
from tests.decision.bases import DAY, HERE, METHOD, claim, make_rule
from tests.decision.fixed import base

NEEDED = Flags(frozenset({"f0"}), frozenset({"f0"}))
PRESS = {"has": "press", "kind": "press", "room": "press"}
LACKS = make_rule(
    "lacks",
    "exclude",
    None,
    Atom("needs", OneOf(frozenset({"f0"}))),
    NotOf(Atom("has", OneOf(frozenset({"f0"})))),
    0,
    "measured",
    "lacks",
)
FULL = make_rule(
    "full",
    "exclude",
    None,
    Atom("load", CompareIts("above", "room")),
    Atom("kind", OneOf(frozenset({"y"}))),
    0,
    "measured",
    "full",
)
SMALL = replace(LACKS, id="small", evidence="small", offers=Atom("room", Compare("at most", 10)))


def caps(answers, grades, *rules):
    """Of one offer that has f0, is an x and has room for 40, each known by its grade; of no
    grade is what was looked for and not found."""
    held = frozenset({"f0"})
    facts = {
        "has": Flags(held, held),
        "kind": Options(frozenset({"x"})),
        "room": Interval.point(40),
    }
    claims = tuple(
        claim("one", name, facts[name], grade) if grade else claim("one", name, None, "press")
        for name, grade in grades.items()
    )
    known = {**METHOD.grades, "press": replace(METHOD.grades["press"], cap="leaning")}
    knowledge = replace(
        base(),
        method=replace(METHOD, grades=known),
        rules={rule.id: rule for rule in rules},
        offers={"one": Offer("one", "one", 0, "one", "shared-api", None, "", claims, (), HERE)},
    )
    situation = decide(knowledge, Inputs(answers), DAY).situation
    return evidence_caps(situation, gates_of(situation), "one", None)


@pytest.mark.parametrize(
    ("answers", "grades", "expected"),
    [
        ({"needs": NEEDED}, PRESS, {"has rests on press": "leaning"}),
        ({"needs": NEEDED}, {**PRESS, "has": "measured"}, {}),
        ({"needs": NEEDED}, {}, {}),
        ({"needs": Flags(frozenset(), frozenset())}, PRESS, {}),
        ({}, PRESS, {}),
        ({"load": Interval.point(30)}, PRESS, {"kind rests on press": "leaning"}),
        ({"load": Interval(30, 60)}, PRESS, {"kind rests on press": "leaning"}),
    ],
)
def test_what_requirements_in_force_rest_on_caps_the_word(answers, grades, expected):
    """A requirement that is not asked for, or holds of no answer that is left, proves nothing.
    A limit of the offer asks for something once an answer is compared with it."""
    assert caps(answers, grades, LACKS, FULL) == expected


def test_each_proof_is_looked_at_for_itself():
    both = {"needs": NEEDED, "load": Interval.point(50)}
    assert caps(both, PRESS, LACKS, FULL) == dict.fromkeys(
        ("has rests on press", "kind rests on press"), "leaning"
    )
    mixed = {**PRESS, "has": "measured"}
    assert caps(both, mixed, LACKS, FULL) == {"kind rests on press": "leaning"}


def test_a_number_is_widened_by_its_grade_and_caps_nothing():
    assert caps({"needs": NEEDED}, PRESS, SMALL) == {}


@pytest.mark.parametrize(
    ("fact", "words"), [("model.license", "model license"), ("licensed", "licensed")]
)
def test_what_is_known_of_the_model_that_is_served_caps_the_word(fact, words):
    """Of the model itself, or of it at this offer."""
    free = Options(frozenset({"free"}))
    attributes = {
        name: Attribute(name, of, ChoiceType(("free", "paid")), "", "other", HERE)
        for name, of in (("license", "model"), ("licensed", "served"))
    }
    paid = replace(LACKS, offers=Atom(fact, OneOf(frozenset({"paid"}))))
    known = {**METHOD.grades, "press": replace(METHOD.grades["press"], cap="leaning")}
    said = claim("m", "license", free, "press"), claim("one", "licensed", free, "press")
    row = Served("m", None, None, "s0", "2026", DAY, "measured", "", said[1:], HERE)
    knowledge = replace(
        base(),
        method=replace(METHOD, grades=known),
        rules={"lacks": paid},
        attributes={**base().attributes, **attributes},
        models={"m": Model("m", "m", (), True, "p", "2026", said[:1], HERE)},
        offers={"one": Offer("one", "one", 0, "one", "shared-api", None, "", (), (row,), HERE)},
    )
    situation = decide(knowledge, Inputs({"needs": NEEDED}), DAY).situation
    gates = gates_of(situation)
    capped = {f"{words} rests on press": "leaning"}
    assert evidence_caps(situation, gates, "one", "m") == capped
    assert evidence_caps(situation, gates, "one", None) == {}


def test_a_proof_of_which_nothing_is_known_hides_no_other():
    """It was looked for and not found: of no grade, and first by its name."""
    both = {"needs": NEEDED, "load": Interval.point(50)}
    assert caps(both, {"kind": "press", "has": None}, LACKS, FULL) == {
        "kind rests on press": "leaning"
    }
