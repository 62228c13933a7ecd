"""Load: start from an answers file."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input

from advisor.errors import DataError
from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class PathInput(Input):
    """The name of an answers file."""

    TAKES_TEXT: ClassVar[bool] = True


class LoadScreen(AdvisorScreen):
    """Mistakes in the file are shown here, each at its place."""

    CSS_PATH = "load.tcss"
    HEADING = "Load answers"
    ABOUT = (
        "Type the name of an answers file (YAML or JSON) and press enter. Every mistake in it "
        "is shown with its line and column; export writes such files."
    )
    ACTIONS = (keys.OPEN,)

    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding()]

    def compose(self) -> ComposeResult:
        yield Words("Load answers", id="title")
        yield Words("File", classes="label")
        yield PathInput(id="file", placeholder="answers.yaml")
        with VerticalScroll(id="problems", can_focus=False):
            yield Words(id="problem-text")
        yield KeyBar("nav.open=load", "nav.close", "app.quit-always", "app.help")

    def on_mount(self) -> None:
        self.query_one(PathInput).focus()

    def action_select(self) -> None:
        self._load(self.query_one(PathInput).value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._load(event.value)

    def _load(self, name: str) -> None:
        from pathlib import Path

        from advisor.api import read_answers_file
        from advisor.reports.problems import render_all

        knowledge = self.state.knowledge
        text = self.query_one("#problem-text", Words)
        if knowledge is None or not name.strip():
            text.say(Content.styled("Type the name of a file", "$quiet"))
            return
        try:
            inputs = read_answers_file(Path(name.strip()).expanduser(), knowledge)
        except DataError as error:
            text.say(Content(render_all(error.problems)))
            return
        except RuntimeError as error:  # no home directory for "~"
            text.say(Content.styled(str(error), "$error"))
            return
        self.advisor.start(inputs)
        self.advisor.switch_to("interview")
