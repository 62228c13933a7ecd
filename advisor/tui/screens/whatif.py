"""What if: change any answer or weight, see what would win; keep it or leave it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList

from advisor.decision.result import Recommendation
from advisor.interview import Interview, Weight
from advisor.knowledge.values import Domain
from advisor.tui import keys, phrases
from advisor.tui.pages.whatif import changes, moves_page, untouched_page
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.screens.change import ChangeScreen
from advisor.tui.widgets.answer_list import Menu
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.page import Page
from advisor.tui.widgets.words import Words

RUNGS: tuple[Weight | None, ...] = ("ignore", "less", None, "more")
_WORDS: dict[Weight | None, str] = {
    "ignore": "□□□ ignore",
    "less": "■□□ less",
    None: "■■□ as it is",
    "more": "■■■ more",
}


class WhatIfScreen(AdvisorScreen):
    """What is changed here counts at once; leaving with escape takes it all back."""

    CSS_PATH = "whatif.tcss"
    HEADING = "What if"
    ABOUT = (
        "Enter on an answer changes it; left and right (or enter) change a weight. The right "
        "side says first whether another offer would win, then what stood before and what stands "
        "now. b takes the last change back, k keeps the changes, m saves them as a scenario "
        "among the sessions, escape leaves everything as it was."
    )
    ACTIONS = (keys.OPEN, keys.LESS, keys.MORE, keys.BACK, keys.KEEP, keys.SCENARIO)

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.CLOSE.binding(),
        keys.LESS.binding(),
        keys.MORE.binding(),
        keys.BACK.binding(),
        keys.KEEP.binding(),
        keys.SCENARIO.binding(),
        Binding("enter", "select", "Change", show=False, id=keys.OPEN.id),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._before: Interview | None = None
        self._was: Recommendation | None = None
        self._steps: list[Interview] = []

    def compose(self) -> ComposeResult:
        yield Words(id="title")
        with Horizontal(id="sides"):
            yield Menu(id="knobs")
            yield Page(id="moves")
        yield KeyBar("nav.open=change", "interview.back=undo", "whatif.keep", "whatif.save",
                     "nav.close=leave", "app.help")  # fmt: skip

    def on_mount(self) -> None:
        self._before = self.state.interview
        self.advisor.keeper.held = True
        self.query_one(Menu).focus()
        self.call_after_refresh(self.show_state)  # by then the widths are known

    def show_state(self) -> None:
        state, before, now = self.state, self._before, self.state.interview
        if before is None or now is None or state.knowledge is None:
            return
        self._show_knobs(now)
        if self._was is None and not state.pending:
            self._was = state.recommendation
        was, after = self._was, state.recommendation
        waiting = "  updating…" if state.slow else ""
        self.query_one("#title", Words).say(
            Content.assemble(("What if", "bold $primary"), (waiting, "$accent"))
        )
        if was is None or after is None:
            words = state.failure or "The ranking is being computed…"
            self.query_one(Page).show(lambda _: Content.styled(words, "$accent"))
            return
        if not self._steps:
            self.advisor.deepen()  # what is known to change the winner is shown first
            self._was = was = after
        changed = changes(before.inputs, now.inputs, state.knowledge)
        self.query_one(Page).show(
            lambda width: (
                moves_page(was, after, changed, state.title, width)
                if changed
                else untouched_page(was, state.title, width)
            )
        )

    def _show_knobs(self, now: Interview) -> None:
        menu = self.query_one(Menu)
        rows: list[tuple[str | None, Content]] = [(None, Content.styled("Weights", "bold $quiet"))]
        for criterion in now.knowledge.criteria.values():
            word = _WORDS[now.inputs.weights.get(criterion.id)]
            rows.append((f"weight/{criterion.id}", _knob(criterion.label, word, menu.room)))
        rows.append((None, Content.styled("\nAnswers", "bold $quiet")))
        for question in now.questions:
            domain = now.answers.get(question.id)
            word = phrases.answer_words(question, domain) if domain is not None else "·"
            name = phrases.name_words(question.id)
            rows.append((f"answer/{question.id}", _knob(name, word, menu.room)))
        menu.show_rows(rows)

    def on_resize(self) -> None:
        self.show_state()

    # -- changing ------------------------------------------------------------------------------

    def _try(self, interview: Interview) -> None:
        if self._was is None or self.state.interview is None:
            self.advisor.say("One moment: the ranking before the change is being computed")
            return
        self._steps.append(self.state.interview)
        self.advisor.apply(interview, stay=True)

    def _turn(self, by: int) -> None:
        """Move the weight of the highlighted criterion; without one, the first is highlighted."""
        if self.query_one(Menu).highlighted is None:
            self.query_one(Menu).action_first()
            return
        now, option = self.state.interview, self.query_one(Menu).highlighted_option
        if now is None or option is None or option.id is None:
            return
        kind, _, name = option.id.partition("/")
        if kind != "weight":
            return
        here = RUNGS.index(now.inputs.weights.get(name))
        there = min(max(here + by, 0), len(RUNGS) - 1)
        if there != here:
            self._try(now.weigh(name, RUNGS[there]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        now = self.state.interview
        if event.option_id is None or now is None:
            return
        kind, _, name = event.option_id.partition("/")
        if kind == "weight":
            here = RUNGS.index(now.inputs.weights.get(name))
            self._try(now.weigh(name, RUNGS[(here + 1) % len(RUNGS)]))
            return

        def take(domain: Domain | None) -> None:
            current = self.state.interview
            if current is not None:
                changed = current.unknown(name) if domain is None else current.answer(name, domain)
                self._try(changed)

        self.app.push_screen(ChangeScreen(now.knowledge.questions[name], take))

    def action_select(self) -> None:
        self.query_one(Menu).action_select()

    def action_less(self) -> None:
        self._turn(-1)

    def action_more(self) -> None:
        self._turn(1)

    def action_back(self) -> None:
        if self._steps:
            self.advisor.apply(self._steps.pop(), stay=True)
        else:
            self.advisor.say("Nothing is changed")

    def action_keep(self) -> None:
        """Go on with the changes."""
        self.advisor.keeper.held = False
        self._before = None
        if self.state.interview is not None:
            self.advisor.keeper.keep(self.state.interview)
        self.dismiss(None)

    def action_save(self) -> None:
        """Save what is tried as a session of its own; the trial goes on."""
        if self.state.interview is None or not self._steps:
            self.advisor.say("Nothing is changed")
            return
        try:
            name = self.advisor.keeper.keep_scenario(self.state.interview)
        except OSError as error:
            self.advisor.say(f"Not saved: {error.strerror or error}")
            return
        self.advisor.say(f"Saved as '{name}'" if name else "Nothing is kept here")

    def action_close(self) -> None:
        self.dismiss(None)

    def on_unmount(self) -> None:
        """However the screen is left, what was not kept is taken back."""
        self.advisor.keeper.held = False
        if self._before is not None and self._steps:
            self.advisor.call_later(self.advisor.apply, self._before, stay=True)


def _knob(name: str, word: str, room: int) -> Content:
    """A name and its setting at the right edge."""
    setting = Content.styled(word, "$quiet").truncate(max(room // 2, 10), ellipsis=True)
    space = max(room - setting.cell_length - 1, 4)
    label = Content(name).truncate(space, ellipsis=True)
    return Content.assemble(label, " " * (space - label.cell_length + 1), setting)
