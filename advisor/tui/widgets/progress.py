"""The top line: how far the interview is, and whether the rest still matters."""

from __future__ import annotations

from textual.content import Content
from textual.events import Resize

from advisor.tui import phrases
from advisor.tui.state import Consultation
from advisor.tui.widgets.words import Words


class TopLine(Words):
    """``Inference Advisor  ━━━━━━────  7 answered, about 5 left; the winner can change: yes``."""

    def __init__(self) -> None:
        super().__init__(id="top-line")
        self._state: Consultation | None = None

    def show(self, state: Consultation) -> None:
        self._state = state
        self.say(self._line(state))

    def on_resize(self, _: Resize) -> None:
        if self._state is not None:
            self.say(self._line(self._state))

    def _line(self, state: Consultation) -> Content:
        interview = state.interview
        if interview is None:
            return Content.styled("Inference Advisor", "bold $primary")
        progress = interview.progress
        dealt = progress.answered + progress.unknown + progress.skipped
        room = self.size.width - 2
        changes = "no" if state.settled else phrases.can_change(state.recommendation)
        left = f"about {progress.remaining} left" if progress.remaining else "none left"
        words = Content.assemble(
            (str(progress.answered), "bold"),
            " answered, ",
            left,
            "; the winner can still change: " if room >= 76 else "; can change: ",
            (changes, "bold $success" if changes == "no" else "bold"),
        )
        name = Content.styled("Inference Advisor", "bold $primary") if room >= 100 else Content("")
        width = room - words.cell_length - name.cell_length - (4 if name else 2)
        parts = [name] if name else []
        if width >= 6:
            share = dealt / max(dealt + progress.remaining, 1)
            done = round(share * width)
            parts.append(
                Content.assemble(("━" * done, "$accent"), ("─" * (width - done), "$quiet"))
            )
        return Content("  ").join([*parts, words])
