"""Every key of the program, by the id of its action.

A keymap maps ids to keys (several, separated by commas); ``KEYMAPS`` holds the presets.
While a text field has the focus, letters go into it: so each action of the interview also
has a function key, which always works.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from textual.binding import Binding


class Action(Struct, frozen=True):
    """``id`` names the binding; ``run`` is the Textual action with its namespace; ``hint``
    is the short word in the key bar, ``words`` the sentence in the help."""

    id: str
    keys: str
    run: str
    hint: str
    words: str

    def binding(self, *, priority: bool = False) -> Binding:
        return Binding(self.keys, self.run, self.words, id=self.id, show=False, priority=priority)


ANSWER: Final = Action("interview.answer", "enter", "screen.answer", "answer", "Answer and go on")
PICK: Final = Action(
    "interview.pick", "1,2,3,4,5,6,7,8,9,0", "screen.pick", "pick", "Pick or tick that option"
)
MARK: Final = Action(
    "interview.mark", "space", "screen.mark", "tick", "Tick an option; in a choice: one of several"
)
BACK: Final = Action("interview.back", "b,f2", "screen.back", "back", "Undo the last step")
SKIP: Final = Action("interview.skip", "s,f3", "screen.skip", "skip", "Leave the question out")
UNKNOWN: Final = Action(
    "interview.unknown", "u,f4", "screen.unknown", "don't know", "Say that you do not know"
)
PANEL: Final = Action(
    "interview.panel", "l,f12", "screen.panel", "ranking", "Show or hide the live ranking"
)
TAB: Final = Action("verdict.tab", "1,2,3,4,5,6,7", "screen.tab", "page", "Turn to that page")
NEXT: Final = Action(
    "interview.next", "n", "screen.next", "next", "Go to the question that matters most now"
)
FIND: Final = Action("interview.find", "slash", "screen.find", "find", "Find in a long list")
CHOOSE: Final = Action("compare.choose", "a", "screen.choose", "offers", "Choose the offers")
DIFFERENCES: Final = Action(
    "compare.differences", "d", "screen.differences", "differences", "Only what differs, or all"
)
LESS: Final = Action("whatif.less", "left", "screen.less", "less", "Less weight")
MORE: Final = Action("whatif.more", "right", "screen.more", "more", "More weight")
KEEP: Final = Action("whatif.keep", "k", "screen.keep", "keep", "Keep the changes")
SCENARIO: Final = Action(
    "whatif.save", "m", "screen.save", "save", "Save the changes as a scenario of their own"
)
RENAME: Final = Action("session.rename", "n", "screen.rename", "rename", "Give another name")
DELETE: Final = Action("session.delete", "d", "screen.delete", "delete", "Delete; asks once more")
OPEN: Final = Action("nav.open", "enter", "screen.select", "open", "Open what is highlighted")
WHY: Final = Action("nav.why", "w,f5", "app.why", "why", "Why we ask; why this result")
REVIEW: Final = Action("nav.review", "r,f6", "app.review", "review", "See and change any answer")
COMPARE: Final = Action("nav.compare", "c,f7", "app.compare", "compare", "Offers side by side")
WHATIF: Final = Action("nav.whatif", "x,f8", "app.whatif", "what if", "Change answers or weights")
EXPORT: Final = Action("nav.export", "e,f9", "app.export", "export", "Write the result to a file")
VERDICT: Final = Action("nav.verdict", "v,f10", "app.verdict", "verdict", "The verdict so far")
EVIDENCE: Final = Action("nav.evidence", "f", "app.evidence", "facts", "Facts and their sources")
RULES: Final = Action("nav.rules", "g", "app.rules", "rules", "The rules as they are written")
COPY: Final = Action("nav.copy", "y", "app.copy", "copy", "Send the verdict to the clipboard")
CLOSE: Final = Action("nav.close", "escape", "screen.close", "close", "Leave a field or a screen")
HELP: Final = Action("app.help", "question_mark,f1", "app.help", "more", "Keys of this screen")
THEME: Final = Action("app.theme", "t,f11", "app.next_theme", "theme", "Next colour theme")
QUIT: Final = Action("app.quit", "q", "app.leave", "quit", "Leave the advisor")
QUIT_ALWAYS: Final = Action(
    "app.quit-always", "ctrl+q", "app.leave", "quit", "Leave, even while typing"
)

NAVIGATION: Final = (VERDICT, WHY, REVIEW, COMPARE, WHATIF, EXPORT, EVIDENCE, RULES, COPY)
INTERVIEW: Final = (ANSWER, PICK, MARK, BACK, SKIP, UNKNOWN, NEXT, FIND, PANEL)
OTHERS: Final = (OPEN, CLOSE, RENAME, DELETE, CHOOSE, DIFFERENCES, LESS, MORE, KEEP, SCENARIO, TAB)
ANYWHERE: Final = (HELP, THEME, QUIT, QUIT_ALWAYS)

BY_ID: Final[Mapping[str, Action]] = {
    action.id: action for action in (*INTERVIEW, *NAVIGATION, *OTHERS, *ANYWHERE)
}

KEYMAPS: Final[Mapping[str, Mapping[str, str]]] = {
    "default": {},
    "vim": {
        "list.down": "down,j",
        "list.up": "up,k",
        "list.first": "home",
        "list.last": "end,G",
        "page.down": "down,j",
        "page.up": "up,k",
        "page.first": "home",
        "page.last": "end,G",
        "page.next": "pagedown,ctrl+d",
        "page.previous": "pageup,ctrl+u",
        "whatif.keep": "K",
    },
}
"""The presets: what each changes against the keys above."""

MOVING: Final = frozenset(
    {f"list.{way}" for way in ("down", "up", "first", "last")}
    | {f"page.{way}" for way in ("down", "up", "first", "last", "next", "previous")}
    | {"field.down"}
)
"""Ids of the keys that move within lists, trees, tables and pages."""

SCROLLING: Final = tuple(
    Binding(key, action, show=False, id=f"page.{way}")
    for way, key, action in (
        ("down", "down", "scroll_down"),
        ("up", "up", "scroll_up"),
        ("first", "home", "scroll_home"),
        ("last", "end", "scroll_end"),
        ("next", "pagedown", "page_down"),
        ("previous", "pageup", "page_up"),
    )
)
"""The keys of a scrolling page."""

STEPPING: Final = (
    Binding("down", "cursor_down", "Down", show=False, id="list.down"),
    Binding("up", "cursor_up", "Up", show=False, id="list.up"),
)
"""The keys of a tree or a table."""

_NAMES: Final[Mapping[str, str]] = {"question_mark": "?", "escape": "esc", "slash": "/"}


def key_name(key: str) -> str:
    """How a key is written on the screen: ``f2`` is F2, ``question_mark`` is ?."""
    if key in _NAMES:
        return _NAMES[key]
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key


def types_text(key: str) -> bool:
    """Whether a text field would take the key as a character."""
    return len(key) == 1 or key in {"space", "question_mark", "slash"}
