"""The bottom line: at most five keys that do something here, each also a button."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click

from advisor.tui.keys import BY_ID, Action, key_name, types_text
from advisor.tui.widgets.words import Words


class KeyHint(Words):
    """One key and what it does; a click does it."""

    def __init__(self, action: Action, words: str) -> None:
        super().__init__(classes="key-hint")
        self.does = action
        self._words = words
        self._shown = ""

    def cells(self, key: str) -> int:
        return len(key_name(key)) + len(self._words) + 3

    def show_key(self, key: str) -> None:
        if key == self._shown:
            return
        self._shown = key
        self.say(Content.assemble((f" {key_name(key)}", "bold $accent"), f" {self._words} "))

    async def on_click(self, event: Click) -> None:
        event.stop()
        await self.run_action(self.does.run)


class KeyBar(Horizontal):
    """Shows for each action the key that works with the present focus: while a text field
    takes the letters, that is the function key.

    A hint is the id of an action, or ``id=words`` to call it otherwise here.
    """

    LIMIT = 6
    """Five keys and the one for more."""

    def __init__(self, *hints: str) -> None:
        super().__init__()
        self._hints = [hint.partition("=") for hint in hints[: self.LIMIT]]

    def compose(self) -> ComposeResult:
        for name, _, words in self._hints:
            action = BY_ID[name]
            yield KeyHint(action, words or action.hint)

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self.refresh_keys)

    def on_resize(self) -> None:
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """Look up the keys again: the focus, the keymap or the width has changed.  Where they
        do not all fit, the last ones before "more" go."""
        typing = bool(getattr(self.screen.focused, "TAKES_TEXT", False))
        shown: list[tuple[KeyHint, str]] = []
        for hint in self.query(KeyHint):
            usable = [key for key in self._keys(hint.does) if not (typing and types_text(key))]
            hint.display = bool(usable)
            if usable:
                shown.append((hint, usable[0]))
        while len(shown) > 2 and sum(h.cells(key) for h, key in shown) > self.size.width > 0:
            shown.pop(-2)[0].display = False
        for hint, key in shown:
            hint.show_key(key)

    def _keys(self, action: Action) -> list[str]:
        keymap = getattr(self.app, "keymap_in_use", {})
        return [key.strip() for key in keymap.get(action.id, action.keys).split(",")]
