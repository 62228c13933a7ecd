"""A number on the boundary of two classes: what the other reading comes down to, and what is
told of who leads then."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.explanations import Flip
from advisor.decision.readings import reading_flips
from advisor.decision.recommend import decide
from advisor.decision.variations import winner_of
from advisor.knowledge.model import Derived, Inputs, TableRow
from advisor.knowledge.syntax import ALWAYS, AnyTest, Atom, Between, Compare, NotOf, OneOf
from advisor.knowledge.values import ChoiceType, Interval, NumberType
from tests.decision.bases import DAY, HERE, STRAIN, make_rule, number_question
from tests.decision.fixed import base

SMALL = Atom("load-class", OneOf(frozenset({"small"})))
FIRST, SECOND = (Atom("offer", OneOf(frozenset({f"offer-{i}"}))) for i in (0, 1))


def table(name, about, upper, reading=None):
    """Large where the ``upper`` test holds, else small."""
    rows = (("large", Atom(about, upper)), ("small", NotOf(Atom(about, upper))))
    made = tuple(TableRow(when, value, HERE) for value, when in rows)
    return Derived(name, ChoiceType(("small", "large")), None, made, reading, "", HERE)


FROM_40 = Compare("at least", 40)
QUICK = make_rule("quick", "score", "speed", ALWAYS, FIRST, 1, "measured", "quick")
LIGHT = make_rule("light", "score", "speed", SMALL, SECOND, 3, "measured", "light")
SHUT = make_rule("shut", "exclude", None, SMALL, ALWAYS, 0, "measured", "shut")


def known(*rules, integer=False, upper=FROM_40, derived=()):
    """Offer-0 leads where the load is large; what happens where it is small, ``rules`` say."""
    whole = base()
    load = number_question("load", 4)
    asked = {
        "load": replace(load, type=NumberType("count", 0, 100, integer)),
        "pace": whole.questions["pace"],
    }
    tables = (STRAIN, *derived, table("load-class", "load", upper, "{load-class}"))
    return replace(
        whole,
        questions={**whole.questions, **asked},
        derived={derived.id: derived for derived in tables},
        rules={rule.id: rule for rule in (QUICK, *rules)},
    )


def others(knowledge, load):
    """The flips, and which answers the other readings come down to."""
    inputs = Inputs({"load": load, "pace": Interval.point(2)})
    decision = decide(knowledge, inputs, DAY)
    asked = []

    def again(inputs):
        asked.append(inputs.answers["load"])
        return decision.again(inputs)

    assert winner_of(decision) == "offer-0"
    return reading_flips(knowledge, inputs, "offer-0", again), asked


@pytest.mark.parametrize(("integer", "below"), [(True, 39), (False, 40 - Fraction(40, 1_000_000))])
def test_just_below_is_the_next_number_that_can_be(integer, below):
    flips, asked = others(known(LIGHT, integer=integer), Interval.point(40))
    assert asked == [Interval.point(below)]
    assert flips == (
        Flip(
            change={"load": "just below 40"},
            winner="offer-1",
            title="offer-1",
            plausibility=Fraction(1, 2),
            reading="40 read as the load class below, which touches it",
        ),
    )


def test_where_nobody_qualifies_in_the_other_reading_nobody_is_named():
    (flip,), _ = others(known(SHUT), Interval.point(40))
    assert (flip.winner, flip.title, flip.model) == (None, None, None)
    assert flip.change == {"load": "just below 40"}


@pytest.mark.parametrize(
    "upper", [FROM_40, Between(40, 100), AnyTest((FROM_40, Compare("below", 1)))]
)
@pytest.mark.parametrize(
    ("load", "read"), [(Interval.point(40), 1), (Interval.point(41), 0), (Interval(40, 60), 0)]
)
def test_the_lower_end_of_a_class_that_holds_it_has_two_readings(upper, load, read):
    assert len(others(known(upper=upper), load)[1]) == read


def test_the_lower_end_of_a_class_that_does_not_hold_it_has_one_reading():
    assert others(known(upper=Compare("above", 40)), Interval.point(40)) == ((), [])


def test_only_classes_of_the_number_that_are_told_are_read():
    """From 20 one class is told to nobody, and another is one of another number."""
    from_20 = Compare("at least", 20)
    derived = (table("silent", "load", from_20), table("pace-class", "pace", from_20, "{pace}"))
    assert others(known(derived=derived), Interval.point(20)) == ((), [])
    assert len(others(known(derived=derived), Interval.point(40))[1]) == 1


def test_a_reading_that_changes_nothing_hides_no_other():
    """The load comes first, and nothing hangs on its class."""
    slow = replace(LIGHT, when=Atom("pace-class", OneOf(frozenset({"small"}))))
    paced = table("pace-class", "pace", Compare("at least", 2), "{pace}")
    flips, asked = others(known(slow, derived=(paced,)), Interval.point(40))
    assert len(asked) == 2
    assert [flip.change for flip in flips] == [{"pace": "just below 2"}]
