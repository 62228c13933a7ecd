"""Sessions: interviews that were kept; go on with one, rename it, delete it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input, OptionList

from advisor.reports.figures import counted
from advisor.tui import keys
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import Menu
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class NameInput(Input):
    """The new name of a session."""

    TAKES_TEXT: ClassVar[bool] = True


class SessionsScreen(AdvisorScreen):
    """The latest first.  Deleting asks for the same key again."""

    CSS_PATH = "sessions.tcss"
    HEADING = "Sessions"
    ABOUT = (
        "Every interview is saved after each answer. Enter or a click goes on with one; "
        "n gives it another name; d, pressed twice, deletes it."
    )
    ACTIONS = (keys.OPEN, keys.RENAME, keys.DELETE)

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.CLOSE.binding(),
        keys.RENAME.binding(),
        keys.DELETE.binding(),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._to_delete: str | None = None

    def compose(self) -> ComposeResult:
        yield Words("Sessions", id="title")
        yield Menu(id="sessions")
        yield NameInput(id="name")
        yield Words(id="note")
        yield KeyBar("nav.open=go on", "session.rename", "session.delete", "nav.close", "app.help")

    def on_mount(self) -> None:
        self.query_one(NameInput).display = False
        self.query_one(Menu).focus()

    def show_state(self) -> None:
        rows: list[tuple[str | None, Content]] = []
        kept = self.advisor.keeper.kept()
        width = max([len(s.name) for s in kept] + [12])
        for session in kept:
            words = f"  {counted(session.answers, 'answer')}, saved {session.saved}"
            rows.append(
                (session.name, Content.assemble(f"{session.name:<{width}}", (words, "$quiet")))
            )
        self.query_one(Menu).show_rows(
            rows or [(None, Content.styled("No session is kept yet.", "$quiet"))]
        )

    @property
    def chosen(self) -> str | None:
        option = self.query_one(Menu).highlighted_option
        return option.id if option is not None else None

    def action_select(self) -> None:
        self.query_one(Menu).action_select()

    def action_close(self) -> None:
        field = self.query_one(NameInput)
        if field.display:
            self._hide(field)
        else:
            self.dismiss(None)

    def action_delete(self) -> None:
        name = self.chosen
        if name is None:
            return
        if self._to_delete != name:
            self._to_delete = name
            self._tell(f"Press again to delete '{name}'", "$warning")
            return
        try:
            self.advisor.keeper.delete(name)
            self._tell(f"Deleted '{name}'")
        except OSError as error:
            self._tell(f"✗ Not deleted: {error.strerror}", "$error")
        self._to_delete = None
        self.show_state()

    def action_rename(self) -> None:
        if self.chosen is not None:
            field = self.query_one(NameInput)
            field.value = self.chosen
            field.display = True
            field.focus()
            self._tell("A new name; enter keeps it, escape leaves it")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        old, new = self.chosen, event.value.strip()
        if old is not None and new != old:
            try:
                self.advisor.keeper.rename(old, new)
                self._tell(f"'{old}' is now '{new}'")
            except (ValueError, OSError) as error:
                self._tell(f"✗ Not renamed: {getattr(error, 'strerror', None) or error}", "$error")
        self._hide(self.query_one(NameInput))
        self.show_state()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_id != self._to_delete:
            self._to_delete = None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.advisor.resume(event.option_id)

    def _hide(self, field: NameInput) -> None:
        field.display = False
        self.query_one(Menu).focus()

    def _tell(self, words: str, style: str = "$quiet") -> None:
        self.query_one("#note", Words).say(Content.styled(words, style))
