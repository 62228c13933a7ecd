"""Review: every question with its answer; choose one to change it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.outline import Outline
from advisor.tui.widgets.progress import TopLine


class ReviewScreen(AdvisorScreen):
    """The outline over the whole width."""

    CSS_PATH = "review.tcss"
    HEADING = "Review"
    ABOUT = "Every question with its answer. Enter or a click goes to a question to change it."
    ACTIONS = (keys.OPEN,)

    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding()]

    def compose(self) -> ComposeResult:
        yield TopLine()
        yield Outline(id="review")
        yield KeyBar("nav.open=change", "nav.close", "nav.verdict", "nav.export", "app.help")

    def on_mount(self) -> None:
        self.query_one(Outline).focus()

    def show_state(self) -> None:
        self.query_one(TopLine).show(self.state)
        self.query_one(Outline).show(self.state)

    def action_select(self) -> None:
        self.query_one(Outline).action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        interview = self.state.interview
        if event.option_id is None or interview is None:
            return
        self.advisor.apply(interview.goto(event.option_id))
        self.advisor.open("interview")
