"""Rules: browse and search the rule base; open a file in the editor, and see what changes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.content import Content

from advisor.reports.figures import counted
from advisor.tui import keys
from advisor.tui.editing import editor_command
from advisor.tui.pages.rules import Declaration, declaration_page, declarations
from advisor.tui.screens.browse import BrowseScreen, Entry


class RulesScreen(BrowseScreen):
    """Enter opens the highlighted declaration in $EDITOR; afterwards the rules are read again."""

    HEADING = "Rules"
    ABOUT = (
        "Everything that the advice rests on, as it is written. Slash searches ids, reasons and "
        "owners. Enter opens the file in $EDITOR at the line; when the editor is left, the "
        "rules are read again and the ranking follows. Without an editor the place is shown."
    )
    ACTIONS = (keys.FIND, keys.OPEN)
    HINTS = ("nav.open=edit", "interview.find", "nav.close", "app.quit", "app.help")
    BINDINGS: ClassVar[list[BindingType]] = []

    def read_entries(self) -> Sequence[Entry]:
        knowledge = self.state.knowledge
        if knowledge is None:
            return ()
        found = list(declarations(knowledge))
        files = len({declaration.place.file for declaration in found})
        self.show_title(
            f"{counted(len(found), 'declaration')} in {counted(files, 'file')}, {knowledge.root}"
        )
        return [self._entry(declaration) for declaration in sorted(found, key=_place)]

    def _entry(self, found: Declaration) -> Entry:
        def write(width: int) -> Content:
            knowledge = self.state.knowledge
            return declaration_page(found, knowledge, width) if knowledge else Content("")

        words = f"{found.kind} {found.place.file} {found.words}"
        return Entry(
            f"{found.kind}/{found.id}", found.place.file, Content(found.title), words, write
        )

    def open_entry(self, entry_id: str) -> None:
        knowledge = self.state.knowledge
        if self.has_class("-narrow") and not self.has_class("-entry"):
            super().open_entry(entry_id)
            return
        if knowledge is None:
            return
        kind, _, name = entry_id.partition("/")
        found = next(d for d in declarations(knowledge) if (d.kind, d.id) == (kind, name))
        line = found.place.span.line if found.place.span is not None else 1
        path = Path(knowledge.root) / found.place.file
        command = editor_command(os.environ, path, line)
        if command is None:
            self.advisor.say(f"Set EDITOR to open it; it stands in {path}:{line}")
            return
        try:
            with self.app.suspend():
                subprocess.run(command, check=False)
        except SuspendNotSupported:
            self.advisor.say(f"No editor can be opened here; it stands in {path}:{line}")
            return
        except OSError as error:
            self.advisor.say(f"{command[0]}: {error.strerror}; it stands in {path}:{line}")
            return
        self.advisor.reload_rules()

    def show_state(self) -> None:
        if self.is_mounted and self.entries and self.state.knowledge is not None:
            self.reload()


def _place(found: Declaration) -> tuple[bool, str, int]:
    """Rules before facts (an offer has a file of its own), then as they stand in the files."""
    line = found.place.span.line if found.place.span is not None else 0
    return found.kind == "offer", found.place.file, line
