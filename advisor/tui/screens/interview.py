"""The interview: the outline, one question, and the live ranking."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList

from advisor.interview import Interview
from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import AnswerList
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.outline import Outline
from advisor.tui.widgets.progress import TopLine
from advisor.tui.widgets.question_pane import FindInput, QuestionPane
from advisor.tui.widgets.ranking import RankingList, RankingPane, RankingStrip


class InterviewScreen(AdvisorScreen):
    """Answers go to the interview at once; the ranking follows when it is computed."""

    CSS_PATH = "interview.tcss"
    HEADING = "Interview"
    ABOUT = (
        "Answer what you know. A choice is answered by its number, by enter or by a click; "
        "space keeps several options open where you are unsure. Where several may apply, "
        "space ticks and enter goes on. A number may be a range, such as 50 to 200. "
        "Don't know is an answer too: it never blocks a recommendation. "
        "The ranking follows each answer: ▲ and ▼ say how many places an offer moved."
    )
    ACTIONS = keys.INTERVIEW

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", keys.ANSWER.words, show=False, id=keys.ANSWER.id),
        *(Binding(str(n), f"pick({n})", f"Option {n}", show=False) for n in range(10)),
        keys.MARK.binding(),
        keys.BACK.binding(),
        keys.SKIP.binding(),
        keys.UNKNOWN.binding(),
        keys.PANEL.binding(),
        keys.FIND.binding(),
        keys.NEXT.binding(),
    ]

    def compose(self) -> ComposeResult:
        yield TopLine()
        with Horizontal(id="columns"):
            yield Outline(id="outline")
            yield QuestionPane()
            yield RankingPane(id="ranking-pane")
        yield RankingStrip(id="ranking-strip")
        yield KeyBar(
            "interview.answer", "interview.back", "interview.skip", "interview.unknown",
            "nav.verdict", "app.help",
        )  # fmt: skip

    def show_state(self) -> None:
        state = self.state
        self.query_one(TopLine).show(state)
        self.query_one(QuestionPane).show(state)
        self.query_one(Outline).show(state)
        self.query_one(RankingPane).show(state)
        self.query_one(RankingStrip).show(state)

    @property
    def interview(self) -> Interview | None:
        return self.state.interview

    # -- keys ----------------------------------------------------------------------------------

    def action_answer(self) -> None:
        self.query_one(QuestionPane).confirm()

    def action_pick(self, number: int) -> None:
        self.query_one(AnswerList).pick(number)

    def action_mark(self) -> None:
        self.query_one(AnswerList).tick()

    def action_back(self) -> None:
        interview = self.interview
        if interview is not None and interview.can_go_back:
            self.advisor.apply(interview.back())
        else:
            self.advisor.say("This is the first step")

    def action_skip(self) -> None:
        interview = self.interview
        if interview is not None and interview.current is not None:
            self.advisor.apply(interview.skip(interview.current.id))

    def action_unknown(self) -> None:
        interview = self.interview
        if interview is not None and interview.current is not None:
            self.advisor.apply(interview.unknown(interview.current.id))

    def action_next(self) -> None:
        """Go to the question that the advisor would ask next."""
        interview, following = self.interview, self.state.following
        if interview is None or following is None:
            self.advisor.say("No question stands out; go on in order")
        elif interview.current is None or interview.current.id != following.id:
            self.advisor.apply(interview.goto(following.id))

    def action_to_list(self) -> None:
        self.query_one(QuestionPane).focus_list()

    def action_find(self) -> None:
        field = self.query_one(FindInput)
        if field.display:
            field.focus()

    def action_panel(self) -> None:
        """In a narrow window the ranking takes the place of the question; else it hides."""
        self.toggle_class("-ranking")
        pane = self.query_one(RankingPane)
        if pane.display and self.has_class("-narrow"):
            pane.query_one(RankingList).focus()
        else:
            self.query_one(QuestionPane).focus_answer()

    def action_close(self) -> None:
        """Leave the text field, or the ranking; the interview itself stays."""
        if self.has_class("-ranking"):
            self.action_panel()
        elif getattr(self.focused, "TAKES_TEXT", False):
            self.query_one(AnswerList).focus()
        else:
            self.query_one(QuestionPane).focus_answer()

    def why(self) -> None:
        self.query_one(QuestionPane).toggle_why()

    # -- what the widgets report ---------------------------------------------------------------

    def on_question_pane_answered(self, event: QuestionPane.Answered) -> None:
        interview = self.interview
        if interview is None:
            return
        if event.domain is None:
            self.advisor.apply(interview.unknown(event.question.id))
        else:
            self.advisor.apply(interview.answer(event.question.id, event.domain))

    def on_question_pane_finished(self, event: QuestionPane.Finished) -> None:
        self.advisor.open(event.choice)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is None or self.interview is None:
            return
        if isinstance(event.option_list, Outline):
            self.advisor.apply(self.interview.goto(event.option_id))
            self.query_one(QuestionPane).focus_answer()
        elif isinstance(event.option_list, RankingList):
            self.advisor.explain(event.option_id)

    def on_ranking_strip_opened(self) -> None:
        self.action_panel()
