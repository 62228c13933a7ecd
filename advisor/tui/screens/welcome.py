"""The first screen, painted before the rules are read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import AnswerList, Choice
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words

_SCREENS = {"start": "interview", "again": "interview"}


class WelcomeScreen(AdvisorScreen):
    """Start, go on, load answers, look at examples."""

    HEADING = "Welcome"
    ABOUT = (
        "The advisor asks about the model, the traffic and the constraints, ranks the offers "
        "while you answer, and says why, what it costs and what would change the result."
    )
    ACTIONS = (keys.ANSWER, keys.PICK)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", keys.ANSWER.words, show=False, id=keys.ANSWER.id),
        *(Binding(str(n), f"pick({n})", f"Option {n}", show=False) for n in range(1, 10)),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome"):
            yield Words("Inference Advisor", id="name")
            yield Static(
                "Where and how should this model and this traffic be served, and why?",
                id="tagline",
                markup=False,
            )
            yield Static(
                "Answer what you know. Don't know is an answer too: the advisor says what still "
                "matters, and stops asking when nothing left can change the winner.",
                id="promise",
                markup=False,
            )
            yield AnswerList(id="menu")
            yield Words(id="loaded")
        yield KeyBar("interview.answer=choose", "app.theme", "app.quit", "app.help")

    def on_screen_resume(self) -> None:
        if self.state.knowledge is not None:
            self.advisor.kept = self.advisor.keeper.kept()
            self.show_state()

    def show_state(self) -> None:
        state = self.state
        going_on = state.answered > 0
        choices = [
            Choice("start", "Go on" if going_on else "Start", "The interview, about three minutes"),
        ]
        if going_on:
            choices.append(Choice("again", "Start again", "With no answers; these are kept"))
        kept = self.advisor.kept
        if kept and not going_on:
            from advisor.reports.figures import counted

            latest = f"{kept[0].name}, {counted(kept[0].answers, 'answer')}"
            choices.append(Choice("resume", "Resume", f"The latest session: {latest}"))
        if kept:
            choices.append(Choice("sessions", "Sessions", "Every interview that was kept"))
        if not self.app.is_web:  # whoever looks at a page has no business with files here
            choices.append(Choice("load", "Load", "Start from an answers file"))
        choices += [
            Choice("evidence", "Facts", "The offers, with sources, grades and dates"),
            Choice("rules", "Rules", "What the advice rests on, as it is written"),
            Choice("examples", "Examples", "Start from a shipped workload, and see its verdict"),
        ]
        menu = self.query_one(AnswerList)
        if [c.id for c in menu.choices] != [c.id for c in choices] or not menu.choices:
            menu.show_choices(choices, "one", set())
            menu.focus()
        self.query_one("#loaded", Words).say(self._loaded())

    def _loaded(self) -> Content:
        knowledge = self.state.knowledge
        if knowledge is None:
            return Content.styled("Reading the rules…", "$accent")
        counts = (
            f"{len(knowledge.questions)} questions, {len(knowledge.rules)} rules, "
            f"{len(knowledge.offers)} offers, as of {self.advisor.as_of.isoformat()}"
        )
        return Content.assemble(("✓ ", "$success"), (counts, "$quiet"))

    def action_answer(self) -> None:
        self.query_one(AnswerList).action_confirm()

    def action_pick(self, number: int) -> None:
        self.query_one(AnswerList).pick(number)

    def action_close(self) -> None:
        """There is nothing below the first screen."""

    def on_answer_list_answered(self, event: AnswerList.Answered) -> None:
        event.stop()
        choice = event.values[0]
        menu = self.query_one(AnswerList)
        menu.ticked = set()
        menu.refresh_rows()
        if choice == "again":
            self.advisor.start(None)
        if choice == "resume":
            self.advisor.go_on_latest()
        else:
            self.advisor.open(_SCREENS.get(choice, choice))

    def on_answer_list_nothing(self, event: AnswerList.Nothing) -> None:
        event.stop()
        # Enter alone begins: the first entry is what most people came for.
        self.query_one(AnswerList).pick(1)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
