"""Which question comes next, against looking at every world by itself."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.next_question import Gain, proved, why
from advisor.decision.outlook import outlook
from advisor.decision.pivots import pivots
from advisor.decision.proof import Proof
from advisor.decision.recommend import decide
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import Atom, OneOf
from advisor.knowledge.values import ChoiceType, Flags, Options
from tests.decision import naive
from tests.decision.bases import DAY, bases, examples

SMALL = examples(25)
MANY = examples(80)


@st.composite
def choice_sheets(draw: st.DrawFn):
    """Bases whose questions are choices and flags alone, with some of them answered: there a
    cell is a value, and enumeration is the whole truth."""
    knowledge = draw(bases())
    used = {"color", "shape", "place", "needs"}
    asked = {name: q for name, q in knowledge.questions.items() if name in used}
    kept = {
        name: rule
        for name, rule in knowledge.rules.items()
        if not any(
            atom.name == "load" or hasattr(atom.test, "attribute")
            for atom in naive.atoms(rule.when)
        )
    }
    knowledge = replace(knowledge, questions=asked, rules=kept)
    answers = {}
    for name, question in asked.items():
        if draw(st.booleans()):
            continue
        if isinstance(question.type, ChoiceType):
            answers[name] = Options(frozenset({draw(st.sampled_from(question.type.options))}))
        else:
            must = frozenset(draw(st.sets(st.sampled_from(question.type.options))))
            answers[name] = Flags(must, must)
    return knowledge, Inputs(answers)


def every_answer(question):
    if isinstance(question.type, ChoiceType):
        return [Options(frozenset({o})) for o in question.type.options]
    options = question.type.options
    return [
        Flags(must, must)
        for chosen in product([False, True], repeat=len(options))
        for must in [frozenset(o for o, on in zip(options, chosen, strict=True) if on)]
    ]


def prior(question, answer):
    weights = {o.id: o.weight for o in question.options}
    if isinstance(question.type, ChoiceType):
        (value,) = answer.values
        return weights[value] / sum(weights.values())
    return math.prod(
        weights[o] / 100 if o in answer.must else 1 - weights[o] / 100 for o in weights
    )


def worlds(knowledge, inputs):
    """(complete answers, prior share) of everything that is left."""
    open_ = [q for q in knowledge.questions.values() if q.id not in inputs.answers]
    for chosen in product(*(every_answer(q) for q in open_)):
        given = dict(zip([q.id for q in open_], chosen, strict=True))
        share = math.prod(prior(q, given[q.id]) for q in open_)
        yield {**inputs.answers, **given}, share


def looked_at(knowledge, inputs):
    """Per world: answers, share, who leads when that is answered, what each offer is worth."""
    found = []
    for answers, share in worlds(knowledge, inputs):
        verdicts = naive.decide(knowledge, Inputs(answers, inputs.weights, {}))
        here = {o: v for o, v in verdicts.items() if v[0] != "excluded"}
        level = {o: (len(v[1]), -v[2]) for o, v in here.items()}
        best = [o for o in level if level[o] == min(level.values())]
        worth = {o: float(here[o][2]) if o in here else 0.0 for o in verdicts}
        found.append((answers, share, tuple(sorted(best)), worth))
    return found


def entropy(shares):
    total = sum(shares)
    return -sum(s / total * math.log2(s / total) for s in shares if s > 0)


def check(knowledge, inputs):
    """A step against the whole truth: settled or not, what matters, every figure, the choice."""
    decision = decide(knowledge, inputs, DAY)
    step = decision.next_step()
    seen = looked_at(knowledge, inputs)
    sets = {best for *_, best, _ in seen}
    level = any(len(best) > 1 for best in sets)
    event(f"settled {step.settled}, level {level}, asks {step.question is not None}")
    if step.settled:
        if decision.order:
            assert sets == {(decision.order[0],)}
        else:
            assert sets == {()}
        assert step.question is None
        return
    if level:
        return
    # A safe offer that wins every world is proved to; of a conditional one facts may be found.
    assert len(sets) > 1 or decision.standings[decision.order[0]].lane == "conditional"
    prospects = decision.prospects()
    assert prospects.exhaustive
    found = {gain.question: gain for gain in prospects.gains}
    matter = {
        question.id
        for question in knowledge.questions.values()
        if question.id not in inputs.answers and changes(seen, question.id)
    }
    if matter:
        assert set(found) == matter
    for name, gain in found.items():
        if name in matter:
            expect = figures(decision, seen, name)
            assert abs(gain.entropy - expect[0]) <= 2
            assert abs(gain.evoi - expect[1]) <= 40  # values are kept in 1/64 points
    if found:
        assert step.question == min(found.values(), key=lambda g: g.rank).question


def changes(seen, question):
    """Whether the winner hangs on the question in some combination of the others."""
    by_rest = {}
    for answers, _, best, _ in seen:
        rest = tuple((q, a) for q, a in sorted(answers.items()) if q != question)
        by_rest.setdefault(rest, set()).add(best)
    return any(len(found) > 1 for found in by_rest.values())


def hanging(seen, question):
    """The share of worlds, in millionths, in which another answer to the question alone has
    another winner; level offers are one winner, whichever they are."""
    by_rest = {}
    for answers, share, first, _ in seen:
        best = first if len(first) < 2 else "level"
        rest = tuple((q, a) for q, a in sorted(answers.items()) if q != question)
        by_rest.setdefault(rest, []).append((share, best))
    hangs = [found for found in by_rest.values() if len({best for _, best in found}) > 1]
    share = sum(share for found in hangs for share, _ in found)
    total = sum(share for _, share, *_ in seen)
    return round(share / total * 1e6) if total else 0


def figures(decision, seen, question):
    """Drop of the winner's entropy and EVOI, in millionths."""
    whole, parts = {}, {}
    winners = {best[0] for _, share, best, _ in seen if best and share}
    winners.add(decision.order[0])
    mean, means = dict.fromkeys(winners, 0.0), {}
    for answers, share, best, worth in seen:
        answer = answers[question]
        whole[best] = whole.get(best, 0) + share
        part = parts.setdefault(answer, {})
        part[best] = part.get(best, 0) + share
        here = means.setdefault(answer, dict.fromkeys(winners, 0.0))
        for offer in winners:
            mean[offer] += share * worth[offer]
            here[offer] += share * worth[offer]
    rest = sum(entropy(p.values()) * sum(p.values()) for p in parts.values())
    drop = entropy(whole.values()) - rest
    gain = sum(max(here.values()) for here in means.values()) - max(mean.values())
    return round(drop * 1e6), round(gain / 10_000 * 1e6)


@given(choice_sheets())
@SMALL
def test_the_next_question_is_that_of_every_world_looked_at(sheet):
    check(*sheet)


@pytest.mark.full
@given(choice_sheets())
@MANY
def test_the_next_question_is_that_of_every_world_looked_at_in_many_bases(sheet):
    check(*sheet)


@given(choice_sheets())
@SMALL
def test_asking_ends_and_what_was_settled_stays_settled(sheet):
    knowledge, inputs = sheet
    answers = dict(inputs.answers)
    for _ in range(len(knowledge.questions) + 1):
        step = decide(knowledge, Inputs(dict(answers)), DAY).next_step()
        if step.question is None:
            break
        assert step.question not in answers
        answers[step.question] = every_answer(knowledge.questions[step.question])[0]
    assert step.question is None
    leader = decide(knowledge, Inputs(dict(answers)), DAY).order[:1]
    if step.settled:
        for full, _ in list(worlds(knowledge, Inputs(answers)))[:12]:
            after = decide(knowledge, Inputs(full), DAY)
            assert after.order[:1] == leader and after.next_step().question is None


@given(choice_sheets(), st.data())
@SMALL
def test_what_was_passed_over_is_not_asked(sheet, data):
    knowledge, inputs = sheet
    decision = decide(knowledge, inputs, DAY)
    first = decision.next_step().question
    assume(first is not None)
    skipped = data.draw(st.sets(st.sampled_from(sorted(knowledge.questions)))) | {first}
    assert decision.next_step(skipped).question not in skipped


@given(choice_sheets())
@SMALL
def test_a_question_that_does_not_apply_is_not_asked(sheet):
    knowledge, inputs = sheet
    first = decide(knowledge, inputs, DAY).next_step().question
    assume(first is not None and first != "color")
    never = Atom("color", OneOf(frozenset({"a"})))
    question = replace(knowledge.questions[first], ask_when=never)
    changed = replace(knowledge, questions={**knowledge.questions, first: question})
    answered = Inputs({**inputs.answers, "color": Options(frozenset({"b"}))})
    assert decide(changed, answered, DAY).next_step().question != first


GAIN = Gain("q", 1, 1, True, 2, 0, 0, 340_000)


@pytest.mark.parametrize(
    ("proof", "total", "text"),
    [
        (Proof(False, None, 12), 2, ""),
        (
            Proof(True, "bound", 0),
            1,
            "All that counts is answered: nothing left can change the winner.",
        ),
        (
            Proof(True, "enumeration", 2048),
            4096,
            "Checked 2,048 combinations: nothing left can change the winner.",
        ),
        (
            Proof(True, "bound", 0),
            4096,
            "Shown for all 4,096 combinations that are left, by the least lead on each "
            "criterion: nothing left can change the winner.",
        ),
    ],
)
def test_what_was_proved_is_said_with_how(proof, total, text):
    assert proved(proof, total) == text


def test_the_reason_says_what_the_answer_may_bring():
    assert why(GAIN) == "could exclude 2 offers and changes the winner in 34 % of what is left"
    one = replace(GAIN, excludes=1, changes=0)
    assert why(one) == "could exclude 1 offer"
    settles = replace(GAIN, excludes=0, changes=1)
    assert why(settles) == (
        "could settle a requirement of an offer that may win and changes the winner in "
        "less than 1 % of what is left"
    )
    neither = replace(GAIN, settles=False, excludes=0, changes=0)
    assert why(neither) == "may change the winner together with other answers"
    for closes, shown in ((255_000, 26), (3_000, 1), (950_000, 95)):
        assert why(replace(neither, closes=closes)) == (
            f"makes up {shown} % of what a proof of the leader lacks"
        )
    assert why(replace(GAIN, changes=999_000)).endswith(
        "changes the winner in 100 % of what is left"
    )


@given(choice_sheets())
@SMALL
def test_pivotal_worlds_are_those_in_which_one_other_answer_has_another_winner(sheet):
    knowledge, inputs = sheet
    decision = decide(knowledge, inputs, DAY)
    assume(decision.order)
    seen = looked_at(knowledge, inputs)
    parts = decision.situation, decision.scoring, decision.order, decision.gates
    found = pivots(*parts, decision.outlook, decision.outlook.axes)
    open_ = [q for q in knowledge.questions if q not in inputs.answers]
    for question in open_:
        expect = hanging(seen, question)
        event(f"some {0 < expect < 1e6}, none {expect == 0}")
        assert abs(found.get(question, 0) - expect) <= 2
    used = [g for g in decision.prospects().gains if g.pivotal]
    assert all(g.pivotal == found[g.question] for g in used)


@given(choice_sheets())
@SMALL
def test_pivots_among_fixed_worlds_agree_with_all_worlds_where_those_are_of_one_mind(sheet):
    decision = decide(*sheet, DAY)
    assume(decision.order)
    parts = decision.situation, decision.scoring, decision.order, decision.gates
    whole = pivots(*parts, decision.outlook, decision.outlook.axes)
    glance = outlook(*parts, glance=True)
    some = pivots(*parts, glance, glance.axes)
    assert decision.outlook.exhaustive and not glance.exhaustive and set(some) == set(whole)
    for question, share in whole.items():
        event(f"all {share == 1e6}, none {share == 0}")
        if share in (0, 1e6):
            assert some[question] == share


def test_once_no_gate_is_left_pivotal_questions_come_first():
    much = replace(GAIN, question="much", settles=False, entropy=900_000, pivotal=100_000)
    hard = replace(GAIN, question="hard", settles=False, effort=3, pivotal=900_000)
    assert min(much, hard, key=lambda g: g.rank) is hard


def test_gates_come_first_then_gain_by_effort_then_order():
    gate = replace(GAIN, question="gate", entropy=1)
    much = replace(GAIN, question="much", settles=False, evoi=50_000, entropy=200_000)
    hard = replace(much, question="hard", effort=2)
    later = replace(much, question="a", order=2)
    assert much.worth == 1_200_000  # 0.05 of EVOI counts as one bit
    assert [g.question for g in sorted([hard, later, much, gate], key=lambda g: g.rank)] == [
        "gate",
        "much",
        "a",
        "hard",
    ]
