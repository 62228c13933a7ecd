"""How hard a question is to do without, against deciding after each of its answers."""

from __future__ import annotations

import random

from hypothesis import assume, event, given
from msgspec.structs import replace

from advisor import api
from advisor.decision.closing import RIVALS, closings
from advisor.decision.gains import Gain
from advisor.decision.next_question import why
from advisor.decision.pairs import Pairs
from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Options
from tests.conftest import AS_OF
from tests.decision.bases import DAY, examples
from tests.decision.test_next_question import (
    choice_sheets,
    every_answer,
    looked_at,
    prior,
)
from tests.decision.test_oracles import one_world

SMALL = examples(25)
GAIN = Gain("q", 1, 1, False, 0, 0, 0, 0)


def after(knowledge, inputs, question, answer):
    return decide(knowledge, Inputs({**inputs.answers, question: answer}, inputs.weights, {}), DAY)


def unmet(decision):
    """By offer, how far each gate puts it behind: who is excluded is behind all others."""
    return {
        offer: {gate.id: 1 for gate in standing.to_confirm}
        | {gate.id: 1000 for gate in standing.excluded_by}
        for offer, standing in decision.standings.items()
    }


def challenged(winner, offers, here, everywhere, mine, hanging):
    """Whether by the gates that are not ``mine`` another of the offers that are left is no
    further behind than the winner, and anywhere passes one that the winner hangs on and does
    not pass there."""

    def behind(offer):
        return sum(by for gate, by in here[offer].items() if gate not in mine)

    return any(
        other != winner
        and behind(other) <= behind(winner)
        and any(g in w[winner] and g not in w[other] for w in everywhere for g in hanging)
        for other in offers
    )


@given(choice_sheets())
@SMALL
def test_needed_is_how_often_a_winner_hangs_on_the_answer_and_another_stands_ready(sheet):
    knowledge, inputs = sheet
    decision = decide(knowledge, inputs, DAY)
    gains = {gain.question: gain for gain in decision.prospects().gains}
    assume(gains)
    seen = looked_at(knowledge, inputs)
    everywhere = [
        unmet(decide(knowledge, Inputs(answers, inputs.weights, {}), DAY)) for answers, *_ in seen
    ]
    keys = {gate.id: gate.keys for gate in decision.gates}
    total = sum(share for _, share, *_ in seen)
    for name, gain in gains.items():
        mine = {
            gate
            for gate, read in keys.items()
            if any(decision.situation.axes[key].question == name for key in read)
        }
        found = 0.0
        known = {}
        for (answers, share, best, _), here in zip(seen, everywhere, strict=True):
            answer = answers[name]
            if answer not in known:
                known[answer] = after(knowledge, inputs, name, answer).standings
            if len(best) == 1:
                before, then = decision.standings[best[0]], known[answer][best[0]]
                unsure = {g.id for g in (*then.depends_on, *then.to_confirm, *then.excluded_by)}
                hanging = {g.id for g in before.depends_on} & mine
                settled = bool(hanging - unsure)
                if settled:
                    ready = challenged(best[0], decision.order, here, everywhere, mine, hanging)
                    event(f"another stands ready: {ready}")
                    found += share * ready
            elif not best:
                out = [bool(known[answer][offer].excluded_by) for offer in decision.order]
                found += share * sum(out) / len(out)
        event(f"some {0 < found < total}, none {found == 0}")
        assert abs(gain.needed - found / total * 1e6) <= 2


@given(choice_sheets())
@SMALL
def test_closing_is_what_the_least_lead_gains_on_average_by_the_answers(sheet):
    knowledge, inputs = sheet
    decision = decide(knowledge, inputs, DAY)
    assume(len(decision.order) > 1)
    leader, *rivals = decision.order
    open_ = [q for q in knowledge.questions.values() if q.id not in inputs.answers]
    axes = {
        q.id: [k for k, a in decision.situation.axes.items() if a.question == q.id] for q in open_
    }
    found = closings(decision.situation, decision.scoring, leader, rivals, axes)
    start = {rival: least(decision, leader, rival) for rival in rivals}
    pairs = Pairs(decision.scoring, leader)
    lacking = [rival for rival in rivals if start[rival] <= 0 and not pairs.beats(rival)[0]]
    assert bool(found) == bool(lacking and open_)
    for question in open_ if found else ():
        expect, whole = 0.0, 0.0
        for answer in every_answer(question):
            then = after(knowledge, inputs, question.id, answer)
            assume(leader in then.scoring.place)
            made = [
                (min(least(then, leader, rival), 0) - start[rival]) / max(-start[rival], 1)
                for rival in lacking
            ]
            expect += prior(question, answer) * sum(made) / len(made)
            whole += prior(question, answer)
        event(f"some {0 < expect < whole}")
        assert abs(found[question.id] - expect / whole * 1e6) <= 2


def test_closing_of_a_shipped_sheet_is_that_of_its_answers_decided(knowledge):
    full = one_world(random.Random(30), RuleBase.on(knowledge, AS_OF)).answers
    left = ("existing-cloud", "usage-pattern", "latency-consistency")
    half = {name: answer for name, answer in full.items() if name not in left}
    decision = decide(knowledge, Inputs(half), AS_OF)
    leader, *rivals = decision.order
    keys = {name: [name] for name in left}
    found = closings(decision.situation, decision.scoring, leader, rivals, keys)
    pairs = Pairs(decision.scoring, leader)
    lacking = sorted(
        (r for r in rivals if least(decision, leader, r) <= 0 and not pairs.beats(r)[0]),
        key=lambda rival: (-decision.scored[rival].score, rival),
    )[:RIVALS]
    assert lacking and any(0 < share < 1e6 for share in found.values())
    for name in left:
        options = knowledge.questions[name].options
        expect = 0.0
        for option in options:
            answer = Options(frozenset({option.id}))
            then = decision.again(Inputs({**half, name: answer}))
            for rival in lacking:
                start = least(decision, leader, rival)
                made = (min(least(then, leader, rival), 0) - start) / max(-start, 1)
                expect += option.weight * made / len(lacking)
        expect /= sum(option.weight for option in options)
        assert abs(found[name] - expect * 1e6) <= 2


def least(decision, leader, rival):
    pairs = Pairs(decision.scoring, leader)
    return pairs.least([min(gap.values()) for gap in pairs.gaps(rival)])


def test_what_no_proof_can_do_without_comes_first():
    gate = replace(GAIN, question="gate", settles=True, needed=400_000)
    hangs = replace(GAIN, question="hangs", pivotal=300_000, closes=200_000)
    rare = replace(GAIN, question="rare", settles=True, entropy=900_000, pivotal=100_000)
    assert sorted([rare, gate, hangs], key=lambda g: g.rank) == [hangs, gate, rare]


def test_the_reason_names_the_proof_where_the_answer_does_nothing_by_itself():
    assert why(replace(GAIN, closes=230_000)) == "makes up 23 % of what a proof of the leader lacks"
    assert why(replace(GAIN, closes=1)) == "makes up 1 % of what a proof of the leader lacks"
    assert "proof" not in why(replace(GAIN, closes=1, changes=500_000))


def test_where_nobody_qualifies_few_questions_show_it(knowledge):
    """The best closed models are not to be had without a connection, whatever else is asked."""
    full = one_world(random.Random(3), RuleBase.on(knowledge, AS_OF)).answers
    wish = api.inputs({"frontier-models": "best-closed", "hosting": "air-gapped"}, knowledge)
    full = {**full, **wish.answers}
    given_, step = {}, decide(knowledge, Inputs({}), AS_OF).next_step()
    while step.question is not None:
        given_[step.question] = full[step.question]
        step = decide(knowledge, Inputs(dict(given_)), AS_OF).next_step()
    assert step.settled and step.why == "No offer qualifies, whatever is answered."
    assert set(wish.answers) <= set(given_) and len(given_) <= 5
