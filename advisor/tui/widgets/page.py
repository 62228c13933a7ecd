"""A scrolling page of text that is laid out anew for each width."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from advisor.tui.keys import SCROLLING
from advisor.tui.widgets.words import Words

Write: TypeAlias = Callable[[int], Content]


WIDEST = 110
"""Lines longer than this are hard to read."""


class Page(VerticalScroll):
    """``write`` gives the text for a width in cells."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCROLLING]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._write: Write | None = None
        self._width = 0

    def compose(self) -> ComposeResult:
        yield Words()

    def show(self, write: Write) -> None:
        self._write = write
        self._lay_out()

    def on_resize(self, _: Resize) -> None:
        if self.scrollable_content_region.width != self._width:
            self._lay_out()

    def _lay_out(self) -> None:
        self._width = self.scrollable_content_region.width
        if self._write is not None and self._width > 0:
            self.query_one(Words).say(self._write(min(self._width, WIDEST)))
