"""A list to search on one side, what is highlighted in full on the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList

from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import Menu
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.page import Page
from advisor.tui.widgets.words import Words


class Entry(Struct, frozen=True):
    """``words`` is what a search looks through; ``write`` gives the page for a width; entries
    of one ``group`` stand under its heading."""

    id: str
    group: str
    label: Content
    words: str
    write: Callable[[int], Content]


class FindEntry(Input):
    """What to search for."""

    TAKES_TEXT: ClassVar[bool] = True


class BrowseScreen(AdvisorScreen):
    """``entries`` is called once, when the screen opens, and again by ``reload``."""

    CSS_PATH = "browse.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("nav.open", "interview.find", "nav.close", "app.help")
    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding(), keys.FIND.binding()]

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()

    def read_entries(self) -> Sequence[Entry]:
        """What there is to browse."""
        return ()

    def compose(self) -> ComposeResult:
        yield Words(self.HEADING, id="title")
        with Horizontal(id="browse"):
            with Vertical(id="index"):
                yield FindEntry(id="find", placeholder="/ to find")
                yield Menu(id="entries")
            yield Page(id="entry")
        yield KeyBar(*self.HINTS)

    def on_mount(self) -> None:
        self.reload()
        self.query_one(Menu).focus()

    def reload(self) -> None:
        """Read the entries again and show those that are searched for."""
        self.entries = self.read_entries()
        self._narrow(self.query_one(FindEntry).value)

    def show_title(self, words: str) -> None:
        self.query_one("#title", Words).say(
            Content.assemble((self.HEADING, "bold $primary"), (f"  {words}", "$quiet"))
        )

    @property
    def chosen(self) -> str | None:
        option = self.query_one(Menu).highlighted_option
        return option.id if option is not None else None

    def open_entry(self, entry_id: str) -> None:
        """Enter on an entry: in a narrow window, show its page."""
        if self.has_class("-narrow"):
            self.add_class("-entry")
            self.query_one(Page).focus()

    def _narrow(self, text: str) -> None:
        wanted = text.lower().split()
        rows: list[tuple[str | None, Content]] = []
        group = None
        for entry in self.entries:
            if not all(word in entry.words.lower() for word in wanted):
                continue
            if entry.group != group:
                group = entry.group
                space = "\n" if rows else ""
                rows.append((None, Content.styled(f"{space}{group}", "bold $quiet")))
            rows.append((entry.id, entry.label))
        menu = self.query_one(Menu)
        menu.show_rows(rows or [(None, Content.styled("Nothing is called so.", "$quiet"))])
        if rows and menu.highlighted is None:
            menu.action_first()

    # -- keys and events -----------------------------------------------------------------------

    def action_find(self) -> None:
        self.query_one(FindEntry).focus()

    def action_select(self) -> None:
        self.query_one(Menu).action_select()

    def action_close(self) -> None:
        field = self.query_one(FindEntry)
        if self.has_class("-entry"):
            self.remove_class("-entry")
            self.query_one(Menu).focus()
        elif field.has_focus:
            self.query_one(Menu).focus()
        else:
            self.dismiss(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Menu).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        entry = next((e for e in self.entries if e.id == event.option_id), None)
        if entry is not None:
            page = self.query_one(Page)
            page.show(entry.write)
            page.scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.open_entry(event.option_id)
