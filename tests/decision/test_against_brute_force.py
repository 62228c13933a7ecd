"""Lanes, exact scores and contributions against enumerating every world."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision import bases as kept
from advisor.decision import means, pairs, sureness
from advisor.decision.recommend import decide as decided
from advisor.decision.recommend import recommend as recommend_in_full
from advisor.knowledge.model import Impossible, Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import DAY, HERE, answers, barred, bases, examples, make_rule
from tests.decision.fixed import base
from tests.decision.naive import decide, weights, worlds

recommend = partial(recommend_in_full, thorough=False)
SMALL = examples(30)
FEWER = examples(15)


def check(knowledge, inputs):
    expected = decide(knowledge, inputs)
    result = recommend(knowledge, inputs, DAY)
    assert {e.offer for e in result.excluded} == {
        o for o, (lane, _, _) in expected.items() if lane == "excluded"
    }
    for entry in result.ranking:
        lane, unproven, score = expected[entry.offer]
        assert entry.lane == lane
        assert sorted(d.rule for d in entry.to_confirm) == unproven
        assert entry.score.exact == score


@given(bases(), answers())
@SMALL
def test_lanes_and_scores_are_those_of_every_world_looked_at(knowledge, inputs):
    check(knowledge, inputs)


@given(bases(), barred(), answers())
@SMALL
def test_worlds_that_cannot_be_count_for_nothing(knowledge, impossible, inputs):
    knowledge = replace(knowledge, impossible=impossible)
    check(knowledge, inputs)


def test_what_cannot_be_is_no_share_of_what_a_gate_lets_pass():
    """The gate alone reads the place, one of which no workload has."""
    never, shut = (Atom("place", OneOf(frozenset(options))) for options in ("a", "ab"))
    gate = make_rule("shut", "exclude", None, shut, ALWAYS, 0, "measured", "shut")
    whole = base()
    knowledge = replace(
        whole,
        rules={"shut": gate},
        impossible=(Impossible("never", never, "", HERE),),
        questions={name: whole.questions[name] for name in ("color", "place")},
        derived={},
    )
    check(knowledge, Inputs({}))


@pytest.mark.parametrize("answered", [{}, {"color": Options(frozenset({"a", "b"}))}])
def test_of_combinations_that_leave_no_world_the_last_is_set_aside(answered):
    """Each leaves some; what is answered may contradict all of them together."""
    whole = base()
    bars = [
        Impossible(f"no-{options}", Atom("color", OneOf(frozenset(options))), "", HERE)
        for options in ("a", "bc")
    ]
    first = replace(whole, impossible=tuple(bars[:1]))
    both = replace(whole, impossible=tuple(bars))
    told = [recommend(k, Inputs(answered), DAY) for k in (first, both)]
    assert told[0].ranking and told[0].ranking == told[1].ranking


def test_answers_of_which_each_may_be_but_not_with_the_others(knowledge):
    """Nobody embeds with long answers, or speaks in batches; it is one of the two."""
    said = {
        "use-case": Options(frozenset({"embedding", "voice"})),
        "output-tokens": Interval.point(3000),
        "batch-share": Interval.point(80),
    }
    result = recommend(knowledge, Inputs(said), DAY)
    assert result.ranking and sum(c.exact for c in result.ranking[0].contributions)


@given(bases(), answers(), st.data())
@SMALL
def test_a_question_that_is_idle_to_ask_holds_what_it_declares(knowledge, inputs, data):
    color = Options(frozenset({data.draw(st.sampled_from("abc"))}))
    idle = Atom("color", OneOf(frozenset({data.draw(st.sampled_from("abc"))})))
    held = {
        "shape": Options(frozenset({data.draw(st.sampled_from("ab"))})),
        "needs": Flags(frozenset({"f1"}), frozenset({"f1"})),
        "load": Interval(20, 60),
    }
    changed = {
        name: replace(knowledge.questions[name], ask_when=NotOf(idle), unasked_means=value)
        for name, value in held.items()
    }
    knowledge = replace(knowledge, questions={**knowledge.questions, **changed})
    given_ = {**inputs.answers, **({"color": color} if data.draw(st.booleans()) else {})}
    inputs = replace(inputs, answers=given_)
    event(f"idle {decided(knowledge, inputs, DAY).situation.inputs.answers != given_}")
    check(knowledge, inputs)


@given(bases(derived=True), answers(all_of_them=True))
@FEWER
def test_derived_values_are_taken_at_the_point_of_each_cell(knowledge, inputs):
    check_scores = decide(knowledge, inputs)
    for entry in recommend(knowledge, inputs, DAY).ranking:
        assert entry.score.exact == check_scores[entry.offer][2]


@given(bases(), answers())
@SMALL
def test_contributions_add_up_exactly_and_as_shown(knowledge, inputs):
    for entry in recommend(knowledge, inputs, DAY).ranking:
        assert sum(c.exact for c in entry.contributions) == entry.score.exact
        assert sum(c.points for c in entry.contributions) == entry.score.points


@given(bases(), answers())
@SMALL
def test_the_weight_of_a_criterion_is_its_mean_share_of_all_weights(knowledge, inputs):
    everything = list(worlds(knowledge, inputs))
    whole = sum(mass for _, mass in everything)
    shares = dict.fromkeys(knowledge.criteria, Fraction(0))
    for world, mass in everything:
        by = weights(knowledge, inputs, world)
        for criterion, weight in by.items():
            shares[criterion] += mass * Fraction(weight, sum(by.values()) or 1)
    for scored in decided(knowledge, inputs, DAY).scored.values():
        assert {t.criterion: t.weight * whole for t in scored.terms} == shares


@given(bases(), answers())
@FEWER
def test_columns_find_what_one_by_one_finds(knowledge, inputs):
    """From a few combinations on, numpy takes over: the result is the same to the byte."""
    from advisor.decision import measured, stepped, utilities
    from advisor.engine import worlds

    plain = recommend(knowledge, inputs, DAY).to_json()
    # What was worked out once would be found again.
    kept._rule_base.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "FEW", 2)
        patch.setattr(pairs, "FEW", 2)
        patch.setattr(means, "FEW", 0)
        for module in (utilities, stepped, measured):
            patch.setattr(module, "FEW_ROWS", 0)
        patch.setattr(sureness, "FEW", 0)
        assert recommend(knowledge, inputs, DAY).to_json() == plain


@given(bases(), answers())
@FEWER
def test_every_world_is_looked_at_where_there_are_few_enough(knowledge, inputs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(means, "CELLS_AT_MOST", 24)
        worlds = recommend(knowledge, inputs, DAY).verdict.worlds
    assert worlds.method == "exhaustive" or worlds.total > 24


@given(bases(), answers())
@FEWER
def test_a_sample_is_near_the_exact_mean(knowledge, inputs):
    exact = {e.offer: e.score.exact for e in recommend(knowledge, inputs, DAY).ranking}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(means, "CELLS_AT_MOST", 0)
        patch.setattr(sureness, "EXACT_LIMIT", 0)
        sampled = recommend(knowledge, inputs, DAY)
    assert sampled.verdict.worlds.method == "sample" or not exact
    for entry in sampled.ranking:
        assert abs(entry.score.exact - exact[entry.offer]) < 60
