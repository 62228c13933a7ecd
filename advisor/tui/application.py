"""The application: loads the rules, keeps the answers, ranks in the background.

Nothing of the rules, the engine or the decision is imported before the first paint: the
screens that need them are imported when they are opened, and loading and ranking are
callables that run on a thread of their own.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from advisor.errors import AdvisorError
from advisor.tui import keys, themes
from advisor.tui.keeping import Keeper, Kept
from advisor.tui.ranker import Done, Ranker
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.screens.too_small import TooSmallScreen
from advisor.tui.screens.welcome import WelcomeScreen
from advisor.tui.state import Consultation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.decision.result import Recommendation
    from advisor.interview import Interview
    from advisor.knowledge.model import Inputs, Knowledge
    from advisor.sessions import Restored

    Load = Callable[[], Knowledge]
    Recommend = Callable[[Knowledge, Inputs, date], Recommendation]
    Begin = Callable[[Knowledge], Inputs | Restored]

SCREENS: Final = {
    "interview": "advisor.tui.screens.interview:InterviewScreen",
    "verdict": "advisor.tui.screens.verdict:VerdictScreen",
    "explain": "advisor.tui.screens.explain:ExplainScreen",
    "review": "advisor.tui.screens.review:ReviewScreen",
    "export": "advisor.tui.screens.export:ExportScreen",
    "examples": "advisor.tui.screens.examples:ExamplesScreen",
    "sessions": "advisor.tui.screens.sessions:SessionsScreen",
    "load": "advisor.tui.screens.load:LoadScreen",
    "help": "advisor.tui.screens.help:HelpScreen",
}
"""Where each screen is found; imported when it is first opened."""

# Textual does not read the style sheet of the first screen by itself.
STYLES: Final[list[str | PurePath]] = ["app.tcss", "screens/welcome.tcss"]
SMALLEST: Final = (50, 16)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is read before the first question."""

    knowledge: Knowledge
    begin: Inputs | Restored | None
    kept: tuple[Kept, ...]


class AdvisorApp(App[None]):
    """``load`` reads the rule base, ``recommend`` judges answers as of a day; both may take
    their time.  ``begin`` gives the answers to start with, or a session to go on with (then
    the interview opens at once); what it cannot read ends the program with the error's exit
    code.  ``sessions`` is where every answer is saved; None saves nothing."""

    TITLE = "Inference Advisor"
    CSS_PATH = STYLES
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in keys.NAVIGATION),
        keys.HELP.binding(),
        keys.THEME.binding(),
        keys.QUIT.binding(),
        keys.QUIT_ALWAYS.binding(priority=True),
    ]

    class Computed(Message):
        """The ranker has done something."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    def __init__(
        self,
        *,
        load: Load,
        recommend: Recommend,
        as_of: date,
        begin: Begin | None = None,
        sessions: Path | None = None,
        now: Callable[[], datetime] = datetime.now,
        keymap: str = "default",
    ) -> None:
        super().__init__()
        self.state = Consultation()
        self.as_of = as_of
        self.load_failure: AdvisorError | None = None
        self.first_theme = themes.DARK.name
        self.keymap_in_use = dict(keys.KEYMAPS[keymap])
        self._load = load
        self._recommend = recommend
        self._begin = begin
        self._open_when_loaded: str | None = "interview" if begin is not None else None
        self._ranker = Ranker(lambda done: self.post_message(self.Computed(done)))
        self.keeper = Keeper(sessions, now, lambda words: self.call_later(self.say, words))
        self.kept: tuple[Kept, ...] = ()
        self._quiet = asyncio.Event()

    # -- beginning and end ---------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return WelcomeScreen()

    def on_load(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        # TEXTUAL_THEME is Textual's own way to choose one.
        if self.theme not in themes.OFFERED:
            self.theme = self.first_theme
        self.set_keymap(self.keymap_in_use)
        self._restore_terminal_on_signals()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#888888"}  # for themes that are not ours

    def on_mount(self) -> None:
        self._ranker.start()
        self.keeper.start()
        self._ranker.submit(0, self._read_everything)

    def on_unmount(self) -> None:
        self._ranker.stop()
        self.keeper.flush()

    def _restore_terminal_on_signals(self) -> None:
        """By default these would end the program without giving the terminal back."""
        if sys.platform == "win32" or self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, 128 + number)

    def _end(self, code: int) -> None:
        self.exit(return_code=code)

    def _read_everything(self) -> Loaded:
        knowledge = self._load()
        begin = self._begin(knowledge) if self._begin is not None else None
        return Loaded(knowledge, begin, self.keeper.kept())

    # -- what the ranker sends -----------------------------------------------------------------

    def on_advisor_app_computed(self, event: Computed) -> None:
        done = event.done
        if self.state.knowledge is None:
            self._loaded(done)
        elif done.error is not None:
            if done.generation == self.state.generation:
                self.state.failure = str(done.error) or type(done.error).__name__
                self.state.computed = done.generation
        else:
            self.state.receive(done.generation, cast("Recommendation", done.value))
        if not self.state.pending:
            self._quiet.set()
        self.show_state()

    def _loaded(self, done: Done) -> None:
        from advisor.knowledge.model import Inputs

        if done.error is not None:
            if isinstance(done.error, AdvisorError):
                self.load_failure = done.error
                self.exit(return_code=done.error.exit_code)
                return
            raise done.error
        loaded = cast("Loaded", done.value)
        self.state.knowledge = loaded.knowledge
        self.kept = loaded.kept
        if loaded.begin is None or isinstance(loaded.begin, Inputs):
            self.start(loaded.begin)
            if self._open_when_loaded is not None:
                self.open(self._open_when_loaded)
        else:
            self.open("interview")
            self._go_on(loaded.begin)

    async def settled(self) -> None:
        """Wait until the ranking belongs to the answers."""
        await self._quiet.wait()

    # -- the interview -------------------------------------------------------------------------

    def start(self, inputs: Inputs | None) -> None:
        """Begin an interview, with the answers that are there already."""
        from advisor.interview import Interview

        if self.state.knowledge is not None:
            self.keeper.name = None
            self._begin_with(Interview.start(self.state.knowledge, inputs))

    def resume(self, name: str) -> None:
        """Go on with a saved session."""
        from advisor.sessions import restore

        if self.state.knowledge is None:
            return
        try:
            session = self.keeper.load(name)
        except AdvisorError as error:
            self.say(error.problems[0].message)
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.open("interview")
        self._go_on(restore(session, self.state.knowledge))

    def _go_on(self, restored: Restored) -> None:
        self.keeper.name = restored.name
        self._begin_with(restored.interview)
        if restored.lost:
            from advisor.tui.screens.notice import NoticeScreen

            words = "\n".join(f"· {line}" for line in restored.lost)
            title = "The rules have changed since; this was not taken over"
            self.push_screen(NoticeScreen(title, words))
        elif restored.other_rules:
            self.say("The rules have changed since this was saved; every answer still holds")

    def _begin_with(self, interview: Interview) -> None:
        self.state.interview = None
        self.state.recommendation = None
        self.state.before = {}
        self.apply(interview)

    def apply(self, interview: Interview) -> None:
        """Take the interview's next state, and rank again if the answers have changed."""
        had_question = self.state.interview is not None and not self.state.interview.finished
        if self.state.step(interview):
            self._quiet.clear()
            self._rank(interview.inputs)
        self.keeper.keep(interview)
        self.show_state()
        if had_question and interview.finished:
            self.open("verdict")

    def _rank(self, inputs: Inputs) -> None:
        knowledge, recommend, as_of = self.state.knowledge, self._recommend, self.as_of
        if knowledge is not None:
            self._ranker.submit(self.state.generation, lambda: recommend(knowledge, inputs, as_of))

    def show_state(self) -> None:
        """Let every open screen show the answers and the recommendation."""
        for screen in self.screen_stack:
            if isinstance(screen, AdvisorScreen) and screen.is_mounted:
                screen.show_state()

    # -- going places --------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Show a screen by name; one that is open already comes back to the front."""
        if self.state.knowledge is None and name != "help":
            self._open_when_loaded = name
            return
        kind = _screen_class(name)
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
        """Without rules there is nothing to show yet."""
        needs_rules = ("verdict", "why", "review", "compare", "whatif", "export", "copy")
        if action in needs_rules:
            return self.state.interview is not None and not isinstance(self.screen, WelcomeScreen)
        return super().check_action(action, parameters)

    def action_verdict(self) -> None:
        self.open("verdict")

    def action_review(self) -> None:
        self.open("review")

    def action_export(self) -> None:
        self.open("export")

    def action_compare(self) -> None:
        self.say("Comparing offers side by side is not part of this version")

    def action_whatif(self) -> None:
        self.open("review")

    def action_why(self) -> None:
        why = getattr(self.screen, "why", None)
        if why is not None:
            why()
        else:
            self.explain(None)

    def action_help(self) -> None:
        if _screen_class("help") is not type(self.screen):
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

    def go_on_latest(self) -> None:
        """Go on with the session that was saved last."""
        if self.kept:
            self.resume(self.kept[0].name)

    def say(self, words: str) -> None:
        """A short notice; never parsed as markup."""
        self.notify(words, markup=False, timeout=4)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action, for the palette."""
        for action in (*keys.NAVIGATION, keys.HELP, keys.THEME, keys.QUIT):
            name = action.run.partition(".")[2]
            if self.check_action(name, ()):
                yield SystemCommand(
                    action.hint.capitalize(), action.words, getattr(self, f"action_{name}")
                )
        for name in themes.OFFERED:
            words = name.replace("advisor-", "").replace("-", " ")
            yield SystemCommand(
                f"Theme: {words}", "Change the colours", lambda name=name: self._set_theme(name)
            )

    def _set_theme(self, name: str) -> None:
        self.theme = name

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


def _screen_class(name: str) -> type[Screen[None]]:
    module, _, kind = SCREENS[name].partition(":")
    return cast("type[Screen[None]]", getattr(import_module(module), kind))
