"""Examples: shipped workloads to start from, with the verdict that is expected of them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList

from advisor.errors import DataError
from advisor.tui import keys
from advisor.tui.pages.layout import hanging
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import Menu
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class ExamplesScreen(AdvisorScreen):
    """Choosing an example takes over its answers and opens the interview."""

    CSS_PATH = "examples.tcss"
    HEADING = "Examples"
    ABOUT = "Each example is a workload with its answers. Enter or a click starts from it."
    ACTIONS = (keys.OPEN,)

    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding()]

    def compose(self) -> ComposeResult:
        yield Words("Examples", id="title")
        yield Menu(id="cases")
        yield Words(id="about")
        yield KeyBar("nav.open=start from it", "nav.close", "app.quit", "app.help")

    def show_state(self) -> None:
        knowledge = self.state.knowledge
        if knowledge is None:
            return
        cases = knowledge.cases.values()
        rows: list[tuple[str | None, Content]] = [(c.id, Content(c.title)) for c in cases]
        menu = self.query_one(Menu)
        menu.show_rows(rows or [(None, Content("This rule base ships no examples."))])
        menu.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        knowledge = self.state.knowledge
        if knowledge is None or event.option_id is None:
            return
        case = knowledge.cases[event.option_id]
        about = self.query_one("#about", Words)
        width = max(about.content_size.width, 20)
        answers = ", ".join(f"{name}: {_plain(value)}" for name, value in case.answers.items())
        about.say(
            Content("\n").join(
                [
                    hanging(Content.styled("Why      ", "$quiet"), case.because, width),
                    hanging(Content.styled("Answers  ", "$quiet"), answers or "none", width),
                ]
            )
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        knowledge = self.state.knowledge
        if knowledge is None or event.option_id is None:
            return
        from advisor.language.answers import inputs_from_mapping

        case = knowledge.cases[event.option_id]
        document = {"answers": case.answers, "weights": case.weights, "prices": case.prices}
        try:
            inputs = inputs_from_mapping(document, knowledge)
        except DataError as error:
            self.advisor.say(f"This example cannot be read: {error.problems[0].message}")
            return
        self.advisor.start(inputs)
        self.advisor.switch_to("interview")


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)
