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
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct
from textual.message import Message

from advisor.errors import AdvisorError
from advisor.tui.keeping import Keeper, Kept
from advisor.tui.live_rules import LiveRules
from advisor.tui.ranker import Done, Ranker
from advisor.tui.settings import Settings
from advisor.tui.vanishing import is_gone, watched_terminal

if TYPE_CHECKING:
    from advisor.decision.next_question import NextStep
    from advisor.decision.result import Recommendation
    from advisor.interview import Interview
    from advisor.knowledge.model import Inputs, Knowledge
    from advisor.sessions import Restored
    from advisor.tui.figures import Estimator, Figures

    Load = Callable[[], Knowledge]
    Recommend = Callable[[Knowledge, Inputs, date], Recommendation]
    Begin = Callable[[Knowledge], Inputs | Restored]
    Guide = Callable[[Interview, date], NextStep]
    MakeEstimator = Callable[[Knowledge, date], Estimator]


TOLD_AFTER: Final = 0.2
"""Seconds until a computation is spoken of: what is faster would only flicker."""


class Loaded(Struct, frozen=True):
    """What is read before the first question."""

    knowledge: Knowledge
    begin: Inputs | Restored | None
    kept: tuple[Kept, ...]


class _Quick(Struct, frozen=True):
    """The ranking alone."""

    ranking: Recommendation


class AdvisorApp(LiveRules):
    """``load`` reads the rule base, ``recommend`` judges answers as of a day; both may take
    their time.  ``quick`` gives the ranking alone: then the whole recommendation is computed
    only where a screen asks for it.  ``guide`` says what to ask next; ``estimator`` makes what
    estimates the charts' figures.  ``begin`` gives the answers to start with, or a session to
    go on with (then the interview opens at once); what it cannot read ends the program with the
    error's exit code.  ``sessions`` is where every answer is saved; None saves nothing.  Every
    ``watch`` seconds it is looked whether the rules were saved; None never looks."""

    TITLE = "Inference Advisor"

    class Computed(Message):
        """The ranker has done something."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class Guided(Message):
        """It is known what to ask next."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class Drawn(Message):
        """The figures of the charts are computed, or cannot be."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    def __init__(
        self,
        *,
        load: Load,
        recommend: Recommend,
        as_of: date,
        quick: Recommend | None = None,
        guide: Guide | None = None,
        estimator: MakeEstimator | None = None,
        begin: Begin | None = None,
        sessions: Path | None = None,
        now: Callable[[], datetime] = datetime.now,
        watch: float | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(settings or Settings(), load, watch)
        self.as_of = as_of
        self.load_failure: AdvisorError | None = None
        self._recommend = recommend
        self._quick = quick
        self._warm: frozenset[str] = frozenset()
        self._deepening = -1
        self._guide = guide
        self._guiding = Ranker(lambda done: self.post_message(self.Guided(done)))
        self._deep = Ranker(lambda done: self.post_message(self.Computed(done)))
        self._make_estimator = estimator
        self._estimator: tuple[Knowledge, Estimator] | None = None
        self._drawer = Ranker(lambda done: self.post_message(self.Drawn(done)))
        self._begin = begin
        self.open_when_loaded = "interview" if begin is not None else None
        self._ranker = Ranker(lambda done: self.post_message(self.Computed(done)))
        self.keeper = Keeper(sessions, now, lambda words: self.call_later(self.say, words))
        self.kept: tuple[Kept, ...] = ()
        self._quiet = asyncio.Event()

    # -- beginning and end ---------------------------------------------------------------------

    def on_mount(self) -> None:
        self._restore_terminal_on_signals()
        self._ranker.submit(0, self._read_everything)

    def on_unmount(self) -> None:
        self._ranker.stop()
        self._deep.stop()
        self._guiding.stop()
        self._drawer.stop()
        self.stop_watching()
        self.keeper.flush()

    def _restore_terminal_on_signals(self) -> None:
        """By default these would end the program without giving the terminal back."""
        if sys.platform == "win32" or self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, 128 + number)
        terminal = watched_terminal()
        if terminal is not None:
            self.set_interval(1, lambda: self._end_without(terminal))

    def _end(self, code: int) -> None:
        self.exit(return_code=code)

    def _end_without(self, terminal: int) -> None:
        if is_gone(terminal):
            self._end(128 + signal.SIGHUP)

    def _read_everything(self) -> Loaded:
        knowledge = self._load()
        begin = self._begin(knowledge) if self._begin is not None else None
        return Loaded(knowledge, begin, self.keeper.kept())

    # -- what the ranker sends -----------------------------------------------------------------

    def on_advisor_app_computed(self, event: Computed) -> None:
        done = event.done
        if self.state.knowledge is None:
            self._loaded(done)
        elif isinstance(done.error, ImportError) and self._warm:
            # A computation was given up in the middle of an import: once more, undisturbed.
            self._warm = frozenset()
            self._begin_ranking()
        elif done.error is not None:
            if done.generation == self.state.generation:
                self.state.failure = str(done.error) or type(done.error).__name__
                self.state.computed = done.generation
                self.state.whole = True
        elif isinstance(done.value, _Quick):
            self._warm |= {"quick"}
            if self.state.receive(done.generation, done.value.ranking, whole=False):
                self._find_guide()
        else:
            self._warm |= {"whole"}
            self._deepening = -1
            self.state.receive(done.generation, cast("Recommendation", done.value))
        if not self.state.pending:
            self.state.slow = False
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
        self.watch_rules(Path(loaded.knowledge.root))
        self.kept = loaded.kept
        if loaded.begin is None or isinstance(loaded.begin, Inputs):
            self.start(loaded.begin)
            if self.open_when_loaded is not None:
                self.open(self.open_when_loaded)
        else:
            self.open("interview")
            self._go_on(loaded.begin)

    def _fatal_error(self) -> None:
        """Give the terminal back without printing: whoever started the program reports it."""
        if self.is_headless:
            super()._fatal_error()
        else:
            self._close_messages_no_wait()

    def _tell_slow(self) -> None:
        """Say that the ranking is being computed, if it still is."""
        if self.state.pending and not self.state.slow:
            self.state.slow = True
            self.show_state()

    async def settled(self) -> None:
        """Wait until the ranking belongs to the answers."""
        await self._quiet.wait()

    async def deepened(self) -> None:
        """Wait until the whole recommendation belongs to the answers."""
        self.deepen()
        while self.state.pending or not self.state.whole:
            await asyncio.sleep(0.01)

    # -- the interview -------------------------------------------------------------------------

    def start(self, inputs: Inputs | None) -> None:
        """Begin an interview, with the answers that are there already."""
        from advisor.interview import Interview

        if self.state.knowledge is not None:
            self.keeper.go_on(None)
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

    def go_on_latest(self) -> None:
        """Go on with the session that was saved last."""
        if self.kept:
            self.resume(self.kept[0].name)

    def _go_on(self, restored: Restored) -> None:
        self.keeper.go_on(restored.session)
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

    def apply(self, interview: Interview, *, stay: bool = False) -> None:
        """Take the interview's next state, and rank again if the answers have changed.

        After the last question the verdict opens, unless ``stay``.
        """
        had_question = self.state.interview is not None and not self.state.interview.finished
        if not self.state.step(interview):
            self._find_guide()  # what was skipped is not asked again
        else:
            self._quiet.clear()
            self._begin_ranking()
            self.set_timer(TOLD_AFTER, self._tell_slow)
        self.keeper.keep(interview)
        self.show_state()
        if had_question and interview.finished and not stay:
            self.open("verdict")

    # -- the charts ----------------------------------------------------------------------------

    def draw(self) -> None:
        """Compute the figures of the charts for the present ranking, unless they are there."""
        state, make, as_of = self.state, self._make_estimator, self.as_of
        result, knowledge, interview = state.recommendation, state.knowledge, state.interview
        if state.pending or state.drawn == state.generation:
            return
        if result is None or knowledge is None or interview is None or make is None:
            return
        state.drawn, state.figures, state.figures_failure = state.generation, None, ""
        inputs, ranked = interview.inputs, [row.offer for row in result.ranking]

        def compute() -> Figures:
            from advisor.tui.figures import figures, models_of

            if self._estimator is None or self._estimator[0] is not knowledge:
                self._estimator = (knowledge, make(knowledge, as_of))
            models = models_of(knowledge, result)
            return figures(self._estimator[1], inputs, ranked, state.title, models)

        disposable = "figures" in self._warm
        self._drawer.submit(state.generation, compute, disposable=disposable)

    def on_advisor_app_drawn(self, event: Drawn) -> None:
        done, state = event.done, self.state
        if done.generation != state.drawn:
            return
        if done.error is None:
            self._warm |= {"figures"}
            state.figures = cast("Figures", done.value)
        else:
            state.figures_failure = f"The figures cannot be computed: {done.error}"
        self.show_state()

    def _begin_ranking(self) -> None:
        """The ranking alone, where that can be had; what would change it is computed on a
        thread of its own, and only where it is looked at."""
        quick = self._quick
        self._deep.drop()
        self._deepening = -1
        if quick is None:
            self._rank("whole", self._recommend)
        else:
            self._rank("quick", lambda *given: _Quick(quick(*given)))

    def deepen(self) -> None:
        """Compute the whole recommendation for the present answers, unless it is there."""
        state = self.state
        if state.pending or state.whole or self._deepening == state.generation:
            return
        self._deepening = state.generation
        self._rank("whole", self._recommend)

    def _find_guide(self) -> None:
        """Ask in the background what to ask next."""
        guide, interview, as_of = self._guide, self.state.interview, self.as_of
        if guide is None or interview is None or self.state.pending:
            return
        self._guiding.submit(
            self.state.steps, lambda: guide(interview, as_of), disposable="guide" in self._warm
        )

    def on_advisor_app_guided(self, event: Guided) -> None:
        done, state = event.done, self.state
        if done.error is None:
            self._warm |= {"guide"}
            if done.generation == state.steps:
                state.guide, state.guided = cast("NextStep", done.value), done.generation
                self.show_state()
        elif isinstance(done.error, ImportError) and "guide" in self._warm:
            self._warm -= {"guide"}
            self._find_guide()
        elif done.generation == state.steps:
            self.log.error(f"what to ask next is not known: {done.error!r}")

    def _rank(self, kind: str, judge: Callable[[Knowledge, Inputs, date], object]) -> None:
        """Judge the present answers; whatever is still being computed is given up.  The first
        computation of each kind imports what it needs, which must not be interrupted."""
        knowledge, interview, as_of = self.state.knowledge, self.state.interview, self.as_of
        if knowledge is not None and interview is not None:
            inputs = interview.inputs
            lane = self._ranker if kind == "quick" else self._deep
            lane.submit(
                self.state.generation,
                lambda: judge(knowledge, inputs, as_of),
                disposable=kind in self._warm,
            )
