"""Going from screen to screen: what every key, the palette and the window's size do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen

from advisor.tui import keys, themes
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.screens.too_small import TooSmallScreen
from advisor.tui.screens.welcome import WelcomeScreen
from advisor.tui.settings import Settings
from advisor.tui.state import Consultation
from advisor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from advisor.interview import Interview
    from advisor.tui.rereading import Effect

SCREENS: Final = {
    "interview": "advisor.tui.screens.interview:InterviewScreen",
    "verdict": "advisor.tui.screens.verdict:VerdictScreen",
    "explain": "advisor.tui.screens.explain:ExplainScreen",
    "review": "advisor.tui.screens.review:ReviewScreen",
    "compare": "advisor.tui.screens.compare:CompareScreen",
    "whatif": "advisor.tui.screens.whatif:WhatIfScreen",
    "export": "advisor.tui.screens.export:ExportScreen",
    "evidence": "advisor.tui.screens.evidence:EvidenceScreen",
    "rules": "advisor.tui.screens.rules:RulesScreen",
    "examples": "advisor.tui.screens.examples:ExamplesScreen",
    "sessions": "advisor.tui.screens.sessions:SessionsScreen",
    "load": "advisor.tui.screens.load:LoadScreen",
    "help": "advisor.tui.screens.help:HelpScreen",
}
"""Where each screen is found; imported when it is first opened."""

_PLACES: Final = {
    "sessions": "Every interview that was kept",
    "load": "Start from an answers file",
    "examples": "Start from a shipped workload",
}
"""Screens without a key of their own."""

# Textual does not read the style sheet of the first screen by itself.
STYLES: Final[list[str | PurePath]] = ["app.tcss", "screens/welcome.tcss"]
SMALLEST: Final = (50, 16)


class Navigation(App[None]):
    """The application's way about; ``state`` is what the screens show."""

    CSS_PATH = STYLES
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in keys.NAVIGATION),
        keys.HELP.binding(),
        keys.THEME.binding(),
        keys.QUIT.binding(),
        keys.QUIT_ALWAYS.binding(priority=True),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.state = Consultation()
        self.settings = settings
        self.first_theme = settings.theme or themes.DARK.name
        self.keymap_in_use = dict(settings.keymap)
        self.open_when_loaded: str | None = None
        self.effect: Effect | None = None

    def get_default_screen(self) -> Screen[None]:
        return WelcomeScreen()

    def on_load(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        # TEXTUAL_THEME is Textual's own way to choose one.
        if self.theme not in themes.OFFERED:
            self.theme = self.first_theme
        self.set_keymap(self.keymap_in_use)

    def on_ready(self) -> None:
        for problem in self.settings.problems:
            self.notify(problem, title="Settings", severity="warning", markup=False, timeout=12)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#888888"}  # for themes that are not ours

    def show_state(self) -> None:
        """Let every open screen show the answers and the recommendation."""
        for screen in self.screen_stack:
            if isinstance(screen, AdvisorScreen) and screen.is_mounted and screen.children:
                screen.show_state()

    # -- going places --------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Show a screen by name; one that is open already comes back to the front."""
        if self.state.knowledge is None and name != "help":
            self.open_when_loaded = name
            return
        kind = screen_class(name)
        open_already = next((s for s in self.screen_stack if type(s) is kind), None)
        if open_already is None:
            self.push_screen(kind())
            return
        while self.screen is not open_already:
            self.pop_screen()

    def switch_to(self, name: str) -> None:
        """Leave the present screen for another one."""
        self.pop_screen()
        self.open(name)

    def explain(self, offer: str | None) -> None:
        """Show why an offer stands where it stands; None is the headline's."""
        from advisor.tui.screens.explain import ExplainScreen

        if isinstance(self.screen, ExplainScreen):
            self.pop_screen()
        self.push_screen(ExplainScreen(offer))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without rules, or before an interview has begun, there is nothing to show."""
        needs_answers = ("verdict", "why", "review", "compare", "whatif", "export", "copy")
        if action in needs_answers:
            return self.state.interview is not None and not isinstance(self.screen, WelcomeScreen)
        if action in ("evidence", "rules"):
            return self.state.knowledge is not None
        return super().check_action(action, parameters)

    def action_verdict(self) -> None:
        self.open("verdict")

    def action_review(self) -> None:
        self.open("review")

    def action_export(self) -> None:
        self.open("export")

    def action_compare(self) -> None:
        self.open("compare")

    def action_whatif(self) -> None:
        self.open("whatif")

    def action_evidence(self) -> None:
        self.open("evidence")

    def action_rules(self) -> None:
        self.open("rules")

    def action_why(self) -> None:
        why = getattr(self.screen, "why", None)
        if why is not None:
            why()
        else:
            self.explain(None)

    def action_help(self) -> None:
        if isinstance(self.screen, screen_class("help")):
            self.pop_screen()
        else:
            self.open("help")

    def action_copy(self) -> None:
        """Send the headline to the terminal's clipboard.  Whether it arrives cannot be known."""
        result = self.state.recommendation
        if result is not None:
            self.copy_to_clipboard(result.verdict.headline)
            self.say("Verdict sent to the terminal's clipboard; e writes it to a file")

    def action_next_theme(self) -> None:
        offered = themes.OFFERED
        here = offered.index(self.theme) if self.theme in offered else -1
        self.theme = offered[(here + 1) % len(offered)]

    def action_leave(self) -> None:
        self.exit()

    def say(self, words: str) -> None:
        """A short notice; never parsed as markup."""
        self.notify(words, markup=False, timeout=4)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action, every theme, every question and every offer, for the palette."""
        if isinstance(screen, AdvisorScreen):
            for title, words, run in screen.commands():
                yield SystemCommand(title, words, run)
        for action in (*keys.NAVIGATION, keys.HELP, keys.THEME, keys.QUIT):
            name = action.run.partition(".")[2]
            if self.check_action(name, ()):
                yield SystemCommand(
                    action.hint.capitalize(), action.words, getattr(self, f"action_{name}")
                )
        if self.state.knowledge is not None:
            for name, words in _PLACES.items():
                if name != "load" or not self.is_web:
                    yield SystemCommand(name.capitalize(), words, partial(self.open, name))
        if self.effect is not None:
            yield SystemCommand(
                "Rules read again", "What the last change of the rules did", self.show_effect
            )
        for name in themes.OFFERED:
            words = name.replace("advisor-", "").replace("-", " ")
            yield SystemCommand(
                f"Theme: {words}", "Change the colours", partial(setattr, self, "theme", name)
            )
        for name in keys.KEYMAPS:
            yield SystemCommand(
                f"Keys: {name}", "Use these keys", partial(self.use_keys, keys.KEYMAPS[name])
            )
        yield from self._places()

    def _places(self) -> Iterable[SystemCommand]:
        interview = self.state.interview
        if interview is None:
            return
        from advisor.tui import phrases

        for question in interview.questions:
            name = phrases.name_words(question.id)
            yield SystemCommand(f"Question: {name}", question.ask, partial(self._ask, question.id))
        for offer in interview.knowledge.offers.values():
            yield SystemCommand(
                f"Explain: {offer.title}", offer.summary, partial(self.explain, offer.id)
            )

    def use_keys(self, keymap: Mapping[str, str]) -> None:
        """Take other keys at once."""
        self.keymap_in_use = dict(keymap)
        self.set_keymap(self.keymap_in_use)
        for bar in self.screen.query(KeyBar):
            bar.refresh_keys()

    def show_effect(self) -> None:
        """What the last change of the rules did to recommendations."""
        raise NotImplementedError

    def apply(self, interview: Interview, *, stay: bool = False) -> None:
        """Take the interview's next state."""
        raise NotImplementedError

    def _ask(self, question_id: str) -> None:
        """Go to a question of the interview."""
        if self.state.interview is not None:
            self.apply(self.state.interview.goto(question_id))
            self.open("interview")

    # -- the size of the window ----------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        self.call_later(self._fit)

    def _fit(self) -> None:
        """Put a message in front while the window is too small to work in."""
        small = self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]
        shown = isinstance(self.screen, TooSmallScreen)
        if small and not shown:
            self.push_screen(TooSmallScreen())
        elif shown and not small:
            self.pop_screen()


def screen_class(name: str) -> type[Screen[None]]:
    module, _, kind = SCREENS[name].partition(":")
    return cast("type[Screen[None]]", getattr(import_module(module), kind))
