"""Offers that several requirements put out together, none of them everywhere."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.decision import exclusion, relaxations
from advisor.decision.entries import NO_CASE_LEFT, NO_CASE_WORDS
from advisor.decision.recommend import decide, recommend
from advisor.decision.whynot import why_not
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, AllOf, AnyOf, Atom, Compare, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import DAY, HERE
from tests.decision.wide import Y, asks, gate, score, wide

NOTHING = Inputs({})
WITH = gate("with", asks(0), Y)
WITHOUT = gate("without", NotOf(asks(0)), Y)
AHEAD = score("ahead", "speed", ALWAYS, Y, 3)


def standing(knowledge, offer="y-one", inputs=NOTHING):
    return decide(knowledge, inputs, DAY).standings[offer]


def ids(gates):
    return [gate.id for gate in gates]


def test_an_offer_that_one_gate_or_another_excludes_in_every_case_is_out():
    knowledge = wide([AHEAD, WITH, WITHOUT], 1)
    decision = decide(knowledge, NOTHING, DAY)
    assert decision.order == ["x-one"]
    assert list(decision.scored) == ["x-one"]
    found = decision.standings["y-one"]
    assert (found.lane, found.together) == ("excluded", True)
    assert ids(found.excluded_by) == ["with", "without"]
    assert found.depends_on == found.to_confirm == ()
    told = decision.recommendation()
    (gone,) = told.excluded
    assert [f.rule for f in gone.failed] == [NO_CASE_LEFT, "with", "without"]
    assert gone.failed[0].text == NO_CASE_WORDS
    assert [entry.offer for entry in told.ranking] == ["x-one"]


def test_each_gate_alone_leaves_a_case():
    for rule in (WITH, WITHOUT):
        found = standing(wide([AHEAD, rule], 1))
        assert (found.lane, found.together) == ("safe", False)
        assert ids(found.depends_on) == [rule.id]


def test_where_everybody_is_out_nobody_is_recommended():
    rules = [gate("with", asks(0), ALWAYS), gate("without", NotOf(asks(0)), ALWAYS)]
    told = recommend(wide(rules, 1), NOTHING, DAY)
    assert (told.verdict.offer, told.verdict.confidence, told.ranking) == (None, "none", ())
    assert {gone.offer for gone in told.excluded} == {"x-one", "y-one"}


def test_only_gates_that_are_needed_are_named_and_the_rest_still_count():
    first = gate("first", asks(1), Y)
    told = standing(wide([AHEAD, first, WITH, WITHOUT], 2))
    assert ids(told.excluded_by) == ["with", "without"]
    assert ids(told.depends_on) == ["first"]


def test_cases_that_cannot_be_are_none():
    """With the second flag alone nothing excludes y; but there is no such workload."""
    rules = [AHEAD, WITH, gate("neither", NotOf(AnyOf((asks(0), asks(1)))), Y)]
    knowledge = wide(rules, 2)
    assert standing(knowledge).lane == "safe"
    barred = Impossible("alone", AllOf((asks(1), NotOf(asks(0)))), "", HERE)
    found = standing(replace(knowledge, impossible=(barred,)))
    assert (found.lane, found.together) == ("excluded", True)


def test_a_case_that_nobody_expects_is_one():
    """No workload is expected to want the flag; one that does leaves y in."""
    rules = [AHEAD, WITHOUT, gate("both", AllOf((asks(0), asks(1))), Y)]
    decision = decide(wide(rules, 2, percent=0), NOTHING, DAY)
    assert decision.scored["y-one"].score == 0
    assert decision.order == ["x-one", "y-one"]


def test_a_gate_that_may_fail_is_none_that_does():
    """What y has is not known: with the flag it may pass."""
    unsure = gate("unsure", asks(0), Atom("room", Compare("below", 50)))
    knowledge = wide([AHEAD, WITHOUT, unsure], 1)
    found = standing(knowledge)
    assert (found.lane, found.together) == ("safe", False)


def test_a_gate_that_is_to_be_negotiated_excludes_nobody():
    soft = gate("soft", asks(0), Y, negotiable=True)
    assert standing(wide([AHEAD, WITHOUT, soft], 1)).lane == "safe"


def test_numbers_count_as_cells_and_answers_narrow_them():
    low, high = (gate(op, Atom("load", Compare(op, 40)), Y) for op in ("below", "at least"))
    knowledge = wide([AHEAD, low, high], 1)
    assert standing(knowledge).together
    single = standing(knowledge, inputs=Inputs({"load": Interval(50, 60)}))
    assert ids(single.excluded_by) == ["at least"]
    assert not single.together


def test_what_is_too_much_to_put_together_is_not_claimed(monkeypatch):
    """y is out with all flags, and where one is lacking; that is seen over all at once only."""
    flags = [asks(i) for i in range(6)]
    rules = [
        AHEAD,
        gate("all", AllOf(tuple(flags)), Y),
        gate("some", NotOf(AllOf(tuple(flags))), Y),
    ]
    assert standing(wide(rules, 6)).together
    monkeypatch.setattr(exclusion, "CELLS_AT_MOST", 2)
    assert not standing(wide(rules, 6)).together


# -- what would open it --------------------------------------------------------------------------


def shut():
    """y is out for a colour or another, and with the flag whatever the colour."""
    red = Atom("color", OneOf(frozenset({"a"})))
    return wide(
        [
            AHEAD,
            gate("red", AllOf((red, asks(0))), Y),
            gate("else", AllOf((NotOf(red), asks(0))), Y),
        ],
        1,
    )


WANTED = Flags(frozenset({"f0"}), frozenset({"f0"}))


def test_one_of_the_gates_is_enough_to_open_it():
    knowledge = shut()
    decision = decide(knowledge, Inputs({"wide": WANTED}), DAY)
    assert decision.standings["y-one"].together
    told = why_not(decision, decision.again, "y-one", 2)
    assert told.rank is None
    assert [dict(way.change) for way in told.relaxations] == [{"wide": "none"}]
    assert told.search.complete


def test_a_change_that_leaves_no_case_opens_nothing():
    """Any other colour is out by the other gate; two colours by both together."""
    decision = decide(shut(), Inputs({"wide": WANTED, "color": Options(frozenset({"a"}))}), DAY)
    assert not decision.standings["y-one"].together
    told = why_not(decision, decision.again, "y-one", 2)
    assert [dict(way.change) for way in told.relaxations] == [{"wide": "none"}]


def test_how_often_that_is_looked_at_is_bounded(monkeypatch):
    monkeypatch.setattr(relaxations, "TOGETHER_AT_MOST", 0)
    red = gate("red", Atom("color", OneOf(frozenset({"a"}))), Y)
    other = gate("other", Atom("color", OneOf(frozenset({"b", "c"}))), Y)
    full = gate("full", Atom("load", Compare("above", 40)), Y)
    decision = decide(wide([AHEAD, red, other, full], 1), Inputs({"load": Interval.point(70)}), DAY)
    told = why_not(decision, decision.again, "y-one", 2)
    assert told.relaxations == ()
    assert (told.search.completed, told.search.complete, told.search.limit) == (0, False, 0)
