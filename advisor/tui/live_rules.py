"""The rules while somebody edits them: read again when they are saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.screen import Screen

from advisor.errors import AdvisorError
from advisor.tui.navigation import Navigation
from advisor.tui.ranker import Done, Ranker
from advisor.tui.settings import Settings
from advisor.tui.watching import Watch

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge
    from advisor.tui.rereading import Effect, Reread


class LiveRules(Navigation):
    """``load`` reads the rule base; every ``watch`` seconds it is looked whether its files were
    saved (None: never).  Rules with mistakes are not taken: the last good ones stay."""

    class Saved(Message):
        """The files of the rule base have changed."""

    class Read(Message):
        """The rule base was read again, or judged."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    as_of: date

    def __init__(
        self, settings: Settings, load: Callable[[], Knowledge], watch: float | None
    ) -> None:
        super().__init__(settings)
        self._load = load
        self._watch_every = watch
        self._watch: Watch | None = None
        self._reader = Ranker(lambda done: self.post_message(self.Read(done)))
        self._mistakes: Screen[None] | None = None

    def stop_watching(self) -> None:
        self._reader.stop()
        if self._watch is not None:
            self._watch.stop()

    def watch_rules(self, root: Path) -> None:
        if self._watch_every is not None and self._watch is None and root.is_dir():
            self._watch = Watch(root, lambda: self.post_message(self.Saved()), self._watch_every)
            self._watch.start()

    def on_live_rules_saved(self) -> None:
        self.reload_rules()

    def reload_rules(self) -> None:
        """Read the rule base again and rank the same answers by it."""
        from advisor.tui.rereading import Reread

        self._reader.submit(0, lambda: Reread(self._load()))

    def on_live_rules_read(self, event: Read) -> None:
        from advisor.tui.rereading import Effect

        done = event.done
        if isinstance(done.error, AdvisorError):
            self._show_mistakes(done.error)
        elif done.error is not None:
            self.say(f"The rules cannot be compared: {done.error}")
        elif isinstance(done.value, Effect):
            self._show_effect(done.value)
        else:
            self._take_rules(cast("Reread", done.value).knowledge)

    def _show_mistakes(self, error: AdvisorError) -> None:
        """Mistakes in rules that were read again are shown; the old rules stay."""
        from advisor.reports.problems import render_all
        from advisor.tui.screens.notice import NoticeScreen

        self._drop_mistakes()
        title = "The rules have mistakes; the old ones stay until they are mended"
        self._mistakes = NoticeScreen(title, render_all(error.problems))
        self.push_screen(self._mistakes)

    def _drop_mistakes(self) -> None:
        """The notice of mistakes goes by itself, if nothing lies in front of it."""
        if self._mistakes is not None and self.screen is self._mistakes:
            self.pop_screen()
        self._mistakes = None

    def _take_rules(self, knowledge: Knowledge) -> None:
        from advisor.sessions import restore, session_of

        old, before = self.state.knowledge, self.state.interview
        mended = self._mistakes is not None
        self._drop_mistakes()
        if old is None or knowledge.digest == old.digest:
            if mended:
                self.say("The rules are as they were before")
            return
        self.state.knowledge = knowledge
        if before is not None:
            restored = restore(session_of(before, "session", ""), knowledge)
            self.state.interview = None
            self.apply(restored.interview, stay=True)
            for line in restored.lost:
                self.say(f"Not taken over: {line}")
        else:
            self.show_state()
        self.say("The rules were read again; what that changes is being looked at")
        as_of, title = self.as_of, self.state.title

        def judge() -> Effect:
            from advisor.tui.rereading import effect

            return effect(old, knowledge, as_of, title)

        self._reader.submit(0, judge)

    def _show_effect(self, found: Effect) -> None:
        from advisor.tui.screens.rules import RulesScreen

        self.effect = found
        self.say(f"The rules were read again: {found.summary}")
        if found.details and isinstance(self.screen, RulesScreen):
            self.show_effect()

    def show_effect(self) -> None:
        """What the last change of the rules did to recommendations."""
        from advisor.tui.screens.notice import NoticeScreen

        if self.effect is not None:
            words = "\n".join(f"· {line}" for line in self.effect.details) or "Nothing else."
            self.push_screen(NoticeScreen(f"Rules read again: {self.effect.summary}", words))
