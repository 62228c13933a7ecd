"""Change one answer, in front of another screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from advisor.knowledge.model import Question
from advisor.knowledge.values import Domain
from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import AnswerList
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.question_pane import FindInput, QuestionPane


class ChangeScreen(AdvisorScreen):
    """``take`` is called with the new answer; None is "don't know"."""

    CSS_PATH = "change.tcss"
    HEADING = "Change an answer"
    ABOUT = "Answer the question anew; escape leaves it as it was."
    ACTIONS = (keys.ANSWER, keys.PICK, keys.MARK, keys.UNKNOWN, keys.FIND)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", keys.ANSWER.words, show=False, id=keys.ANSWER.id),
        *(Binding(str(n), f"pick({n})", f"Option {n}", show=False) for n in range(10)),
        keys.MARK.binding(),
        keys.UNKNOWN.binding(),
        keys.FIND.binding(),
        keys.CLOSE.binding(),
    ]

    def __init__(self, question: Question, take: Callable[[Domain | None], object]) -> None:
        super().__init__()
        self._question = question
        self._take = take

    def compose(self) -> ComposeResult:
        yield QuestionPane()
        yield KeyBar("interview.answer", "interview.unknown", "nav.close", "app.help")

    def on_mount(self) -> None:
        interview = self.state.interview
        if interview is not None:
            asked = replace(self.state, interview=interview.goto(self._question.id))
            self.query_one(QuestionPane).show(asked)

    def action_answer(self) -> None:
        self.query_one(QuestionPane).confirm()

    def action_pick(self, number: int) -> None:
        self.query_one(AnswerList).pick(number)

    def action_mark(self) -> None:
        self.query_one(AnswerList).tick()

    def action_to_list(self) -> None:
        self.query_one(QuestionPane).focus_list()

    def action_find(self) -> None:
        field = self.query_one(FindInput)
        if field.display:
            field.focus()

    def action_unknown(self) -> None:
        self._done(None)

    def action_close(self) -> None:
        if getattr(self.focused, "TAKES_TEXT", False) and self.query_one(AnswerList).option_count:
            self.query_one(AnswerList).focus()
        else:
            self.dismiss(None)

    def on_question_pane_answered(self, event: QuestionPane.Answered) -> None:
        event.stop()
        self._done(event.domain)

    def _done(self, domain: Domain | None) -> None:
        self.dismiss(None)
        self._take(domain)
