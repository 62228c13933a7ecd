"""Where more is open than is looked at world by world: what is shown, what is not claimed, and
how near the fixed worlds come."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision import pairs
from advisor.decision.closing import closings
from advisor.decision.proof import Proof, prove
from advisor.decision.recommend import decide
from advisor.decision.stability import weight_intervals
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, AllOf, AnyOf, Atom, Compare, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision import naive
from tests.decision.bases import DAY
from tests.decision.wide import X, Y, asks, gate, score, weigh, wide


def shown(decision):
    """What the pairs alone show of the leader."""
    leader = decision.order[0]
    return prove(decision.situation, decision.scoring, decision.standings, leader)


OTHERWISE = {
    **{name: Options(frozenset({"a"})) for name in ("color", "shape", "place")},
    "needs": Flags(frozenset(), frozenset()),
    "load": Interval.point(1),
    "pace": Interval.point(2),
}
"""Answers to what does not count here."""


def winners(knowledge, draws=20, **flags):
    """Who leads by enumeration in some worlds of one value each, drawn by a fixed seed."""
    draw = random.Random(7)
    found = set()
    for _ in range(draws):
        answers = dict(OTHERWISE)
        for name, count in flags.items():
            must = frozenset(f"f{i}" for i in range(count) if draw.random() < 0.5)
            answers[name] = Flags(must, must)
        scores = {o: s for o, (_, _, s) in naive.decide(knowledge, Inputs(answers)).items()}
        found.add(max(scores, key=lambda offer: (scores[offer], offer)))
    return found


# -- proofs ------------------------------------------------------------------------------------


def hand_in_hand(calm):
    """What x gains on speed by a flag it loses on price by the same; ``calm`` it has for good."""
    rules = [score("calm", "calm", ALWAYS, X, calm)]
    for i in range(11):
        rules.append(score(f"up-{i}", "speed", asks(i), X, 1))
        rules.append(score(f"down-{i}", "price", asks(i), X, -1))
    return wide(rules, 11)


def test_what_moves_hand_in_hand_is_shown_over_all_joint_cells():
    """At its worst on speed and on price at once x would be behind; there is no such world."""
    decision = decide(hand_in_hand(3), Inputs({}), DAY)
    assert decision.order[0] == "x-one"
    assert shown(decision) == Proof(True, "enumeration", 2**11)
    assert decision.proof.settled


def test_one_world_in_which_both_are_level_is_enough_against_it():
    knowledge = hand_in_hand(2)
    level = score("level", "calm", asks(4), X, -2)
    knowledge = wide([*knowledge.rules.values(), level], 11)
    decision = decide(knowledge, Inputs({}), DAY)
    assert decision.order[0] == "x-one"
    assert shown(decision) == Proof(False, None, 2**11)
    assert not decision.proof.settled


def many_cells(side):
    """Price hangs on 14 flags, for the offers on one ``side``; x is ahead for good."""
    rules = [score("calm", "calm", ALWAYS, X, 3), score("fast", "speed", ALWAYS, X, 3)]
    rules += [score(f"dear-{i}", "price", asks(i), side, -1, "dear") for i in range(14)]
    return wide(rules, 14)


def test_a_criterion_of_too_many_cells_may_be_anything_where_offers_differ():
    """Nothing is shown by pairs; that x leads by more is seen where every world is looked at."""
    decision = decide(many_cells(X), Inputs({}), DAY)
    assert shown(decision) == Proof(False, None, 0)
    assert decision.proof == Proof(True, "enumeration", 2**14)


def test_a_criterion_of_too_many_cells_on_which_two_are_alike_is_level():
    assert shown(decide(many_cells(ALWAYS), Inputs({}), DAY)) == Proof(True, "bound", 0)


def beyond():
    """By one flag x has its lead on speed or on price, never on neither.  Of two dozen more
    each moves both offers alike."""
    rules = [
        score("fast", "speed", asks(0), X, 3),
        score("cheap", "price", NotOf(asks(0)), X, 3),
        score("loss-1", "speed", NotOf(asks(0)), X, -1),
        score("loss-2", "price", asks(0), X, -1),
    ]
    rules += [score(f"s{i}", "speed", asks(i), ALWAYS, -1, "slow") for i in range(1, 12)]
    rules += [score(f"p{i}", "price", asks(i, "more"), ALWAYS, -1, "dear") for i in range(12)]
    return wide(rules, 12, more=12)


def test_what_moves_alike_is_shown_over_more_joint_cells_than_could_be_listed():
    knowledge = beyond()
    assert winners(knowledge, wide=12, more=12) == {"x-one"}
    decision = decide(knowledge, Inputs({}), DAY)
    assert decision.order[0] == "x-one"
    assert shown(decision) == Proof(True, "enumeration", 2**24)
    assert not decision.outlook.exhaustive
    assert decision.proof.settled
    none = Flags(frozenset(), frozenset())
    some = decide(knowledge, Inputs({"wide": Flags(none.must, frozenset({"f0", "f1"}))}), DAY)
    assert shown(some) == Proof(True, "enumeration", 2**14)
    few = decide(knowledge, Inputs({**some.stated.answers, "more": none}), DAY)
    assert shown(few) == Proof(True, "enumeration", 4)


def many_weights(*rules):
    """What counts how much hangs on 14 flags; one gives weight where there was none."""
    criteria = ("speed", "price", "calm")
    turned = [weigh(f"w{i}", criteria[i % 3], asks(i), (1, -1)[i % 2]) for i in range(14)]
    return wide([*rules, *turned], 14)


def test_weights_of_too_many_cells_are_bounded():
    """Ahead on one criterion and behind on none x leads whatever counts; behind on one it may not."""
    ahead = [score("calm", "calm", ALWAYS, X, 3), score("fast", "speed", ALWAYS, X, 3)]
    ahead.append(score("cheap", "price", ALWAYS, X, 1))
    decision = decide(many_weights(*ahead), Inputs({}), DAY)
    assert shown(decision) == Proof(True, "bound", 0)
    behind = [*ahead[:2], score("dear", "price", asks(0), X, -1)]
    decision = decide(many_weights(*behind), Inputs({}), DAY)
    assert decision.order[0] == "x-one"
    assert shown(decision) == Proof(False, None, 0)
    keys = {"wide": [key for key in decision.situation.axes if key.startswith("wide")][:4]}
    args = decision.situation, decision.scoring, "x-one", decision.order[1:], keys
    assert closings(*args) == {}


@pytest.mark.parametrize("steps", [(1,), (-1,), (1, -1, 2)])
def test_weights_over_all_hold_those_of_every_cell(steps):
    rules = [weigh(f"w{i}", "speed", asks(i), by) for i, by in enumerate(steps)]
    rules.append(weigh("sure", "price", ALWAYS, 1))
    rules.append(weigh("never", "calm", AllOf((asks(0), NotOf(asks(0)))), 1))
    decision = decide(wide(rules, len(steps)), Inputs({}), DAY)
    shown(decision)
    weights = decision.scoring.weights
    (least, most), seen = weights.over_all, weights.ranges
    assert least == tuple(min(column) for column in zip(*(low for low, _ in seen), strict=True))
    assert most == tuple(max(column) for column in zip(*(high for _, high in seen), strict=True))
    calm = list(decision.situation.knowledge.criteria).index("calm")
    assert least[calm] == most[calm]


def test_a_criterion_too_wide_to_be_put_together_with_its_weights_counts_at_its_worst(monkeypatch):
    decision = decide(hand_in_hand(3), Inputs({}), DAY)
    assert shown(decision).settled
    monkeypatch.setattr(pairs, "CELLS_TOGETHER", 8)
    assert shown(decision) == Proof(False, None, 2**11)


# -- means -------------------------------------------------------------------------------------


def sums(flags, percent=50, steps=1):
    """Speed of x rises by each of four flags, the others matter to nobody's lead but are read."""
    rules = [score("fast", "speed", ALWAYS, Y, 1)]
    rules += [score(f"up-{i}", "speed", asks(i), X, steps) for i in range(4)]
    rules += [score(f"all-{i}", "speed", asks(i), ALWAYS, -1, "all") for i in range(4, flags)]
    return wide(rules, flags, percent=percent)


@pytest.mark.parametrize("flags", [8, 15])
def test_a_mean_is_that_of_independent_flags(flags):
    """Steps of 1250 add up, an eighth of which is lost where a sixteenth of the worlds has four
    flags; the others are asked for in all but one of 2^(n-4) worlds."""
    decision = decide(sums(flags), Inputs({}), DAY)
    assert decision.scoring.exact == (flags == 8)
    own = decision.scored["x-one"].terms[0]
    none = Fraction(1, 2 ** (flags - 4))
    expect = (5000 + 1250 * 2 - 1250 * (1 - none)) * Fraction(1, 3)
    assert own.weight == Fraction(1, 3)
    if flags == 8:
        assert own.exact == expect
    else:
        # 16,384 worlds; one flag spreads utilities by 625, four by 1250.
        assert abs(own.exact - expect) < 4 * 1250 / Fraction(3 * 128)
        assert weight_intervals(decision) == ()


def test_where_nothing_counts_a_sample_is_worth_nothing():
    knowledge = sums(15)
    inputs = Inputs({}, dict.fromkeys(knowledge.criteria, "ignore"))
    decision = decide(knowledge, inputs, DAY)
    assert not decision.scoring.exact
    assert {scored.score for scored in decision.scored.values()} == {0}
    assert [term.weight for term in decision.scored["x-one"].terms] == [0, 0, 0]


def fails(count):
    """x fails where any of ``count`` flags is asked for, which also count for its calm."""
    rules = [score("fast", "speed", ALWAYS, X, 1)]
    for i in range(count):
        rules.append(gate(f"gate-{i}", asks(i), X))
        rules.append(score(f"calm-{i}", "calm", asks(i), ALWAYS, 1, "calm"))
    return wide(rules, count, percent=10)


@pytest.mark.parametrize("count", [4, 12])
def test_an_offer_is_worth_nothing_where_it_fails_however_much_that_rests_on(count):
    """x passes where no flag is asked for, in 0.9^n of the worlds; there calm is neutral."""
    decision = decide(fails(count), Inputs({}), DAY)
    assert decision.scoring.exact == (count == 4)
    passes = Fraction(9, 10) ** count
    expect = passes * Fraction(6250 + 5000 + 5000, 3)
    found = decision.scored["x-one"].score
    if count == 4:
        assert found == expect
    else:
        # A share of 16,384 worlds, four standard errors.
        error = float(passes * (1 - passes) / 16_384) ** 0.5
        assert abs(float(found - expect)) < 4 * error * 5417


# -- gates -------------------------------------------------------------------------------------


def hanging(flags, percent=5):
    """x leads, unless a quarter of a market's rules bar it: one gate on many flags."""
    barred = gate("barred", AnyOf(tuple(asks(i) for i in range(flags))), X)
    return wide([score("fast", "speed", ALWAYS, X, 1), barred], flags, percent=percent)


def test_a_gate_on_too_many_answers_is_judged_over_all_of_them():
    decision = decide(hanging(16), Inputs({}), DAY)
    x, y = (decision.standings[offer] for offer in ("x-one", "y-one"))
    assert ([g.id for g in x.depends_on], y.depends_on) == (["barred"], ())
    assert (x.lane, y.lane) == ("safe", "safe")
    # Where it fails is not known, so that nothing is taken off its score, and nothing is shown.
    assert decision.order[0] == "x-one" and not decision.proof.settled
    none = Inputs({"wide": Flags(frozenset(), frozenset())})
    assert decide(hanging(16), none, DAY).proof.settled
    asked = Inputs({"wide": Flags(frozenset({"f3"}), frozenset({"f3"}))})
    assert [g.id for g in decide(hanging(16), asked, DAY).standings["x-one"].excluded_by] == [
        "barred"
    ]


def test_what_such_a_gate_reads_is_asked_next():
    decision = decide(hanging(16), Inputs({}), DAY)
    step = decision.next_step()
    assert step.question == "wide"
    # How many it excludes was not looked at.
    assert step.why == "could settle a requirement of an offer that may win"


# -- the next question -------------------------------------------------------------------------


def many_questions():
    """Speed hangs on twenty flags and on a number, the lead on one choice of three."""
    plain = wide([], 20)
    red = Atom("color", OneOf(frozenset({"a"})))
    rules = [
        score("red", "calm", red, X, 3),
        score("other", "calm", NotOf(red), Y, 3),
        *(score(f"slow-{i}", "speed", asks(i), ALWAYS, -1, "slow") for i in range(10)),
        *(score(f"dear-{i}", "price", asks(i), ALWAYS, -1, "dear") for i in range(10, 20)),
    ]
    for i in range(12):
        load = Atom("load", Compare("at least", 5 + 7 * i))
        rules.append(score(f"load-{i}", "price", load, ALWAYS, -1, "dear"))
    return replace(plain, rules={rule.id: rule for rule in rules})


def test_what_the_winner_hangs_on_stands_first_among_fixed_worlds():
    knowledge = many_questions()
    decision = decide(knowledge, Inputs({}), DAY)
    prospects = decision.prospects()
    assert not prospects.exhaustive
    gains = {gain.question: gain for gain in prospects.gains}
    # Everything that is read may matter there; the winner hangs on one of them.
    assert set(gains) == {"color", "wide", "load"}
    assert prospects.gains[0].question == "color"
    # Colours are weighed 3, 5 and 2 of 10.
    assert gains["color"].changes == pytest.approx(300_000, abs=20_000)
    bits = -(0.3 * math.log2(0.3) + 0.7 * math.log2(0.7))
    assert gains["color"].entropy == pytest.approx(bits * 1e6, abs=20_000)
    assert gains["color"].pivotal == 1_000_000
    assert gains["wide"].pivotal == gains["load"].pivotal == 0
    assert gains["load"].entropy < 5_000
    assert decision.next_step().worlds.method == "sample"


def test_worlds_are_looked_at_some_thousands_at_a_time():
    """x leads but where the first flag is asked for: a gate bars it there, in half of them."""
    rules = [score("fast", "speed", ALWAYS, X, 1), gate("barred", asks(0), X)]
    rules += [score(f"all-{i}", "price", asks(i), ALWAYS, -1, "all") for i in range(1, 13)]
    seen = decide(wide(rules, 13), Inputs({}), DAY).outlook
    assert seen.exhaustive and len(seen.mass) == 2**13
    barred = seen.cells["wide:f0"] == 1
    assert [seen.offers[i] for i in set(seen.winner[barred])] == ["y-one"]
    assert [seen.offers[i] for i in set(seen.winner[~barred])] == ["x-one"]
    assert float(seen.mass[barred].sum()) == pytest.approx(0.5)


def test_a_rival_that_fails_one_gate_or_another_everywhere_counts_nowhere():
    """y would be ahead but is barred with the first flag, and is to be confirmed without it."""
    rules = [
        score("better", "speed", ALWAYS, Y, 3),
        weigh("hurry", "speed", asks(0), 1),
        gate("with", asks(0), Y),
        gate("without", NotOf(asks(0)), Y, negotiable=True),
    ]
    decision = decide(wide(rules, 1), Inputs({}), DAY)
    assert decision.order == ["x-one", "y-one"]
    assert decision.standings["y-one"].lane == "safe"
    assert decision.proof.settled


def test_what_a_question_closes_is_not_counted_on_a_criterion_of_too_many_cells():
    """Speed hangs on a dozen flags and a colour: three colours by those cells are too many."""
    red = Atom("color", OneOf(frozenset({"a", "b"})))

    def closed(flags):
        rules = [score("red", "speed", red, X, 3), score("calm", "calm", ALWAYS, X, 1)]
        rules += [score(f"s{i}", "speed", asks(i), Y, 2, "slow") for i in range(flags)]
        decision = decide(wide(rules, flags), Inputs({}), DAY)
        leader, *rivals = decision.order
        parts = decision.situation, decision.scoring, leader, rivals
        return closings(*parts, {"color": ["color"]})

    few, many = closed(2), closed(12)
    assert set(few) == set(many) == {"color"}
    assert few["color"] > 0 and many["color"] == 0
