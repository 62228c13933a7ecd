"""Sessions: what is saved comes back the same, or it is said what does not."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest
import tui_sample
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.errors import DataError
from advisor.interview import Interview
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    NumberType,
    Options,
)
from advisor.sessions import (
    FORMAT,
    Session,
    SessionStore,
    plain_answer,
    read_session,
    restore,
    session_of,
    valid_name,
)

KNOWLEDGE = tui_sample.knowledge()
QUESTIONS = list(KNOWLEDGE.questions.values())


def interview(*steps: tuple[str, Domain | str]) -> Interview:
    """An interview after answers, ``skip`` and ``unknown``."""
    now = Interview.start(KNOWLEDGE)
    for name, answer in steps:
        if answer == "skip":
            now = now.skip(name)
        elif answer == "unknown":
            now = now.unknown(name)
        else:
            assert not isinstance(answer, str)
            now = now.answer(name, answer)
    return now


SOME = interview(
    ("use-case", Options(frozenset({"chat", "voice"}))),
    ("model-size", Interval(70, 175)),
    ("regions", Flags(frozenset({"us", "europe"}), frozenset({"us", "europe"}))),
    ("residency", "skip"),
    ("requests-per-day", "unknown"),
).weigh("cost", "more")


@st.composite
def domains(draw: st.DrawFn) -> tuple[str, Domain]:
    question = draw(st.sampled_from(QUESTIONS))
    of = question.type
    if isinstance(of, NumberType):
        low, high = of.minimum, of.maximum
        assert isinstance(low, int) and isinstance(high, int)
        thousandths = st.integers(low * 1000, high * 1000)
        ends = sorted([Fraction(draw(thousandths), 1000), Fraction(draw(thousandths), 1000)])
        ends = [int(e) if e.denominator == 1 else e for e in ends]
        return question.id, Interval(ends[0], ends[1])
    chosen = frozenset(draw(st.sets(st.sampled_from(of.options), min_size=1)))
    if isinstance(of, FlagsType):
        return question.id, Flags(chosen, chosen)
    assert isinstance(of, ChoiceType)
    return question.id, Options(chosen)


@given(domains())
def test_every_answer_is_read_back_the_same(answer: tuple[str, Domain]) -> None:
    name, domain = answer
    session = session_of(interview(answer), "s", "now")
    back = restore(session, KNOWLEDGE)
    assert back.lost == ()
    assert back.interview.answers[name] == domain


def test_an_interview_comes_back_with_marks_weights_and_place() -> None:
    session = session_of(SOME.goto("first-token"), "s", "now")
    back = restore(session, KNOWLEDGE)
    assert back.interview.inputs == SOME.inputs
    assert back.interview.marks == SOME.marks
    assert back.interview.current is not None
    assert back.interview.current.id == "first-token"
    assert not back.other_rules


def test_prices_come_back() -> None:
    prices = {"rack-72": {"gpu-hour": Fraction(785, 100)}}
    now = Interview.start(KNOWLEDGE, Inputs(answers={}, prices=prices))
    assert restore(session_of(now, "s", "now"), KNOWLEDGE).interview.inputs.prices == prices


def test_another_rule_base_is_told_and_what_does_not_fit_is_named() -> None:
    session = session_of(SOME, "s", "now")
    questions = dict(KNOWLEDGE.questions)
    del questions["regions"]
    questions["use-case"] = replace(questions["use-case"], type=ChoiceType(("chat", "research")))
    other = replace(KNOWLEDGE, questions=questions, criteria={}, digest="1" * 64)
    back = restore(session, other)
    assert back.other_rules
    assert set(back.interview.answers) == {"model-size"}
    assert [line.split(":")[0] for line in back.lost] == ["use-case", "regions", "cost"]
    assert "voice" in back.lost[0]


def test_files_are_saved_listed_renamed_and_deleted(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "new" / "place")
    assert store.names() == ()
    for name in ("one", "two"):
        store.save(session_of(SOME, name, "now"))
    assert set(store.names()) == {"one", "two"}
    assert store.load("one").name == "one"
    store.rename("one", "first try")
    assert store.load("first try").name == "first try"
    with pytest.raises(ValueError, match="already"):
        store.rename("two", "first try")
    store.delete("two")
    assert store.names() == ("first try",)
    assert store.load() == store.load("first try")
    assert store.free_name("first try") == "first try-2"
    assert store.free_name("third") == "third"


def test_the_file_is_readable_json(tmp_path: Path) -> None:
    path = SessionStore(tmp_path).save(session_of(SOME, "s", str(datetime(2026, 11, 22))))
    data = json.loads(path.read_text())
    assert data["format"] == FORMAT
    assert data["answers"]["model-size"] == "70B to 175B"
    assert data["answers"]["use-case"] == ["chat", "voice"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", ".hidden", "x" * 65, "a\n", "a "])
def test_names_that_are_no_file_names_are_refused(name: str, tmp_path: Path) -> None:
    assert not valid_name(name)
    with pytest.raises(DataError):
        SessionStore(tmp_path).load(name)
    with pytest.raises(ValueError, match="no name"):
        SessionStore(tmp_path).delete(name)


def test_nothing_saved_is_an_error_with_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no saved session"):
        SessionStore(tmp_path).load()
    SessionStore(tmp_path).save(session_of(SOME, "here", "now"))
    with pytest.raises(DataError) as caught:
        SessionStore(tmp_path).load("there")
    assert caught.value.problems[0].hint == "saved sessions: here"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": "advisor-session-1"}',
     '{"format":"advisor-session-1","name":"s","saved":"","digest":"","answers":[],"marks":{},'
     '"weights":{},"prices":{},"current":null}',
     '{"format":"advisor-session-1","name":"s","saved":"","digest":"","answers":{"a":1},'
     '"marks":{},"weights":{},"prices":{},"current":null}'],
)  # fmt: skip
def test_damaged_files_are_refused(text: str) -> None:
    with pytest.raises(DataError):
        read_session(text, "s")


def test_flags_that_say_none_stay_none() -> None:
    question = KNOWLEDGE.questions["regions"]
    assert plain_answer(question, Flags(frozenset(), frozenset())) == []
    session = Session("s", "now", KNOWLEDGE.digest, {"regions": []})
    back = restore(session, KNOWLEDGE)
    assert back.interview.answers["regions"] == Flags(frozenset(), frozenset())
