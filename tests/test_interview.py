from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.errors import DataError
from advisor.interview import Interview, best_first, guidance
from advisor.knowledge.model import Inputs, Knowledge, Option, Place, Question
from advisor.knowledge.syntax import ALWAYS, Atom, Condition, NotTest, OneOf
from advisor.knowledge.values import (
    ChoiceType,
    Flags,
    FlagsType,
    Interval,
    NumberType,
    Options,
    Type,
)
from advisor.typed_answers import option_ids, parse_answer
from tests.decision.bases import DAY
from tests.decision.fixed import base

NOT_CLOSED = Atom("frontier", NotTest(OneOf(frozenset({"best-closed"}))))


def question(
    name: str,
    order: int,
    of: Type,
    ask_when: Condition = ALWAYS,
    aliases: dict[str, str] | None = None,
) -> Question:
    options = () if isinstance(of, NumberType) else of.options
    return Question(
        id=name,
        order=order,
        group="group",
        ask=f"{name}?",
        why="because",
        type=of,
        options=tuple(Option(o, o, f"means {o}", 1) for o in options),
        prior=(),
        unknown_means=None,
        ask_when=ask_when,
        changeable=True,
        effort=1,
        aliases=aliases or {},
        place=Place("questions.yaml"),
    )


FRONTIER = question("frontier", 10, ChoiceType(("not-needed", "large-open", "best-closed")))
SIZE = question("size", 20, NumberType("parameters", 0, 20000), NOT_CLOSED)
REGIONS = question("regions", 30, FlagsType(("us", "uk", "europe", "middle-east")))
MODELS = question(
    "models", 40, FlagsType(("llama-3.3-70b", "gpt-oss-120b")), aliases={"gpt-oss": "gpt-oss-120b"}
)
QUESTIONS = (FRONTIER, SIZE, REGIONS, MODELS)
CLOSED = Options(frozenset({"best-closed"}))
OPEN = Options(frozenset({"large-open"}))
US = Flags(frozenset({"us"}), frozenset({"us"}))


@pytest.fixture
def known(knowledge: Knowledge) -> Knowledge:
    """The shipped rule base with four questions that the tests can reason about."""
    return replace(knowledge, questions={q.id: q for q in reversed(QUESTIONS)})


def current(interview: Interview) -> str | None:
    return None if interview.current is None else interview.current.id


def test_asks_in_the_declared_order_and_ends(known):
    interview = Interview.start(known)
    assert current(interview) == "frontier"
    interview = interview.answer("frontier", OPEN).unknown("size").skip("regions")
    assert current(interview) == "models"
    interview = interview.skip("models")
    assert interview.finished
    assert interview.inputs == Inputs(answers={"frontier": OPEN})
    statuses = [interview.status(q.id) for q in QUESTIONS]
    assert statuses == ["answered", "unknown", "skipped", "skipped"]


def test_what_depends_on_an_unknown_is_asked(known):
    interview = Interview.start(known)
    assert interview.relevant("size")
    assert Interview.start(known).unknown("frontier").relevant("size")
    unsure = Options(frozenset({"best-closed", "large-open"}))
    assert interview.answer("frontier", unsure).relevant("size")


def test_an_irrelevant_question_is_passed_over(known):
    interview = Interview.start(known).answer("frontier", CLOSED)
    assert current(interview) == "regions"
    assert interview.status("size") == "irrelevant"
    assert [q.id for q in interview.questions] == ["frontier", "regions", "models"]


def test_an_answer_that_became_irrelevant_still_counts_and_is_shown(known):
    interview = Interview.start(known).answer("frontier", OPEN)
    interview = interview.answer("size", Interval.point(70)).answer("frontier", CLOSED)
    assert interview.status("size") == "answered"
    assert "size" in interview.inputs.answers
    assert "size" in [q.id for q in interview.questions]


def test_back_restores_exactly(known):
    before = Interview.start(known).answer("frontier", OPEN)
    for after in (
        before.answer("size", Interval.point(70)),
        before.unknown("size"),
        before.skip("size"),
        before.goto("models"),
        before.goto("frontier").unknown("frontier").back(),
    ):
        if after.past == before.past:
            assert after == before
        else:
            while after.past != before.past:
                after = after.back()
            assert after == before


def test_back_at_the_beginning_does_nothing(known):
    start = Interview.start(known)
    assert start.back() == start
    assert not start.can_go_back


def test_the_answer_that_back_took_is_remembered(known):
    back = Interview.start(known).answer("frontier", OPEN).back()
    assert "frontier" not in back.answers
    assert back.remembered("frontier") == OPEN
    assert back.remembered("size") is None


def test_changing_an_answer_goes_on_from_there(known):
    interview = Interview.start(known).skip("frontier").skip("size").goto("frontier")
    assert current(interview) == "frontier"
    assert current(interview.answer("frontier", OPEN)) == "regions"


def test_jumping_ahead_comes_round_to_what_is_open(known):
    interview = Interview.start(known).goto("models").skip("models")
    assert current(interview) == "frontier"


def test_dont_know_takes_an_answer_away(known):
    interview = Interview.start(known).answer("frontier", OPEN).unknown("frontier")
    assert interview.inputs.answers == {}
    assert interview.status("frontier") == "unknown"
    again = interview.answer("frontier", OPEN)
    assert again.status("frontier") == "answered"
    assert again.marks == {}


def test_starts_from_given_answers(known):
    given = Inputs(answers={"frontier": OPEN}, weights={"cost": "more"}, prices={"x": {"input": 1}})
    interview = Interview.start(known, given)
    assert current(interview) == "size"
    assert interview.inputs == given
    assert interview.weigh("cost", None).inputs.weights == {}
    assert interview.weigh("latency", "ignore").inputs.weights == {
        "cost": "more",
        "latency": "ignore",
    }


def test_progress_counts_what_is_left(known):
    interview = Interview.start(known).answer("frontier", CLOSED).unknown("regions")
    progress = interview.progress
    assert (progress.answered, progress.unknown, progress.skipped) == (1, 1, 0)
    assert progress.remaining == 1


def test_a_chooser_decides_and_may_end(known):
    last = Interview.start(known, chooser=lambda _, waiting: waiting[-1].id)
    assert current(last) == "models"
    assert current(last.skip("models")) == "regions"
    assert Interview.start(known, chooser=lambda *_: None).finished


def test_unknown_names_are_refused(known):
    interview = Interview.start(known)
    for step in (interview.status, interview.skip, interview.unknown, interview.goto):
        with pytest.raises(KeyError):
            step("sise")


steps = st.lists(
    st.tuples(
        st.sampled_from(["answer", "closed", "unknown", "skip", "goto", "back"]),
        st.sampled_from([q.id for q in QUESTIONS]),
    ),
    max_size=12,
)
VALUES = {
    "frontier": OPEN,
    "size": Interval.point(8),
    "regions": US,
    "models": Flags(frozenset(), frozenset()),
}


@given(steps)
def test_any_walk_can_be_taken_back_step_by_step(walk):
    catalogue = {q.id: q for q in QUESTIONS}
    bare = Knowledge(*([None] * 14))  # only questions and criteria are looked at
    known = replace(bare, questions=catalogue, criteria={})
    interview = Interview.start(known)
    trail = [interview]
    for kind, name in walk:
        if kind == "back":
            interview = interview.back()
            trail = trail[:-1] if len(trail) > 1 else trail
            assert interview == trail[-1]
            continue
        if kind == "answer":
            interview = interview.answer(name, VALUES[name])
        elif kind == "closed":
            interview = interview.answer("frontier", CLOSED)
        else:
            interview = getattr(interview, kind)(name)
        trail.append(interview)
        asked = interview.current
        assert asked is None or kind == "goto" or interview.status(asked.id) == "open"
        assert interview.finished == (interview.current is None)
    while interview.can_go_back:
        interview = interview.back()
    assert interview == Interview.start(known)


# -- typed answers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", {"large-open"}),
        ("large-open", {"large-open"}),
        ("Large Open", {"large-open"}),
        ("lar", {"large-open"}),
        ("1, 3", {"not-needed", "best-closed"}),
        ("[not-needed, best-closed]", {"not-needed", "best-closed"}),
        (" best , large-open, ", {"best-closed", "large-open"}),
    ],
)
def test_a_choice_is_read_from_numbers_names_and_beginnings(text, expected):
    assert parse_answer(FRONTIER, text) == Options(frozenset(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("us, europe", {"us", "europe"}),
        ("1,3", {"us", "europe"}),
        ("m", {"middle-east"}),
        ("[]", set()),
        ("none", set()),
        ("[us]", {"us"}),
    ],
)
def test_several_choices_are_all_required(text, expected):
    assert parse_answer(REGIONS, text) == Flags(frozenset(expected), frozenset(expected))


def test_aliases_are_accepted():
    assert parse_answer(MODELS, "gpt-oss") == Flags(
        frozenset({"gpt-oss-120b"}), frozenset({"gpt-oss-120b"})
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70B", Interval.point(70)),
        ("7B to 13B", Interval(7, 13)),
        (" 175 ", Interval.point(175)),
    ],
)
def test_numbers_and_ranges(text, expected):
    assert parse_answer(SIZE, text) == expected


@pytest.mark.parametrize("text", ["?", "unknown", " Don't know "])
def test_dont_know(text):
    assert parse_answer(SIZE, text) is None
    assert parse_answer(FRONTIER, text) is None


@pytest.mark.parametrize(
    ("asked", "text", "column", "words"),
    [
        (FRONTIER, "larg-open", 1, "large-open"),
        (FRONTIER, "not-needed, bets-closed", 13, "best-closed"),
        (FRONTIER, "4", 1, "4"),
        (FRONTIER, "0", 1, "0"),
        (FRONTIER, "9" * 5000, 1, "9"),
        (REGIONS, "us, mars", 5, "mars"),
        (REGIONS, "u", 1, "us"),
        (SIZE, "  -3B", 3, "range"),
        (SIZE, "70 GB", 1, "GB"),
        (SIZE, "many", 1, "many"),
        (SIZE, "13B to 7B", 1, "range"),
        (SIZE, "", 1, "size"),
        (REGIONS, "   ", 4, "regions"),
        (REGIONS, " ,", 2, "','"),
    ],
)
def test_a_wrong_answer_is_named_at_its_place(asked, text, column, words):
    with pytest.raises(DataError) as caught:
        parse_answer(asked, text, file="typed", line=7)
    (problem,) = caught.value.problems
    assert problem.file == "typed"
    assert problem.span is not None
    assert (problem.span.line, problem.source_line) == (7, text)
    assert problem.span.column >= column
    assert words in f"{problem.message} {problem.hint}"


def test_every_mistake_in_a_list_is_named():
    with pytest.raises(DataError) as caught:
        parse_answer(REGIONS, "mars, us, venus")
    assert [p.span.column for p in caught.value.problems] == [1, 11]


@given(st.text(max_size=40))
def test_any_text_is_an_answer_or_a_located_problem(text):
    for asked in QUESTIONS:
        try:
            parse_answer(asked, text)
        except DataError as error:
            assert all(problem.span is not None for problem in error.problems)


def test_options_are_numbered_as_they_are_shown():
    assert option_ids(REGIONS) == ("us", "uk", "europe", "middle-east")
    assert option_ids(SIZE) == ()


# -- what to ask next ----------------------------------------------------------------------


def test_the_best_question_comes_first_and_the_interview_stops_when_settled():
    asked = base()
    chooser = best_first(DAY)
    interview = Interview.start(asked, chooser=chooser)
    seen = []
    while interview.current is not None:
        question = interview.current
        step = guidance(interview, DAY)
        assert step.question == question.id and step.why
        assert question.id not in seen
        seen.append(question.id)
        interview = interview.answer(question.id, first_answer(question))
    last = guidance(interview, DAY)
    assert last.question is None and interview.open_questions
    # Two of the offers are level in every world that is left.
    assert not last.settled
    assert last.why.startswith("No answer can put another offer ahead")


def test_what_was_skipped_or_is_not_known_is_not_asked_again():
    interview = Interview.start(base(), chooser=best_first(DAY))
    first = interview.current.id
    after = interview.skip(first)
    assert current(after) != first
    second = current(after)
    if second is not None:
        assert current(after.unknown(second)) not in (first, second)
    assert current(after.back()) == first


def test_guidance_is_worked_out_once_for_the_same_answers():
    asked = base()
    one, other = (Interview.start(asked) for _ in range(2))
    assert guidance(one, DAY) is guidance(other, DAY)
    first = guidance(one, DAY).question
    assert guidance(one.skip(first), DAY) is not guidance(one, DAY)


def first_answer(question: Question):
    if isinstance(question.type, NumberType):
        return Interval.point(question.type.minimum)
    if isinstance(question.type, FlagsType):
        return Flags(frozenset(), frozenset())
    return Options(frozenset({question.type.options[0]}))
