"""Help: what the screen below is for, and its keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from advisor.tui import keys, phrases
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class HelpScreen(AdvisorScreen):
    """Describes the screen that it was opened from."""

    CSS_PATH = "help.tcss"
    HEADING = "Help"

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Words(id="help-text")
        yield KeyBar("nav.close", "app.theme", "app.quit")

    def on_mount(self) -> None:
        self.query_one("#help-text", Words).say(self._text())
        self.query_one("#help").focus()

    def _text(self) -> Content:
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        parts: list[Content] = []
        if isinstance(below, AdvisorScreen):
            parts += [Content.styled(below.HEADING, "bold $primary"), Content(below.ABOUT)]
            if below.ACTIONS:
                parts += [_heading("Keys here"), self._keys(below.ACTIONS)]
        parts += [
            _heading("Keys everywhere"),
            self._keys((*keys.NAVIGATION, keys.CLOSE, *keys.ANYWHERE)),
            Content("  ctrl+p      Every action by name (the command palette)"),
            _heading("Signs"),
            _signs(),
        ]
        return Content("\n").join(parts)

    def _keys(self, actions: tuple[keys.Action, ...]) -> Content:
        lines: list[Content] = []
        for action in actions:
            given = self.advisor.keymap_in_use.get(action.id, action.keys).split(",")
            names = [keys.key_name(key) for key in given]
            if len(names) > 3:
                names = [f"{names[0]}-{names[-2]}", names[-1]]
            lines.append(
                Content.assemble((f"  {'  '.join(names):<12}", "bold $accent"), action.words)
            )
        return Content("\n").join(lines)


def _heading(words: str) -> Content:
    return Content.styled(f"\n{words}", "bold")


def _signs() -> Content:
    lines = [f"  {glyph}  {word}" for glyph, word in phrases.STATUS.values() if glyph.strip()]
    lines += [f"  {glyph}  {word}" for glyph, word in phrases.LANE.values()]
    lines += ["  ✗  excluded: a requirement cannot be met", "  ▲2 ▼1  places won and lost"]
    return Content("\n".join(lines))
