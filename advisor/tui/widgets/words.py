"""Pieces of text that are laid out and painted only when they really change."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """Never parsed as markup."""

    def __init__(
        self, text: str = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(Content(text), id=id, classes=classes, markup=False)
        self._said = Content(text)

    def say(self, content: Content) -> None:
        """Show another text; the layout is touched only where it depends on the text."""
        if content.is_same(self._said):
            return
        self._said = content
        self.update(content, layout=self.styles.auto_dimensions)


class Clipped(Words):
    """In a place of a fixed size: what has no room there ends with "…"."""

    def render(self) -> Content:
        width, height = self.content_size
        lines = self._said.wrap(width) if width and height else []
        if len(lines) <= height:
            return self._said
        last = Content.assemble(lines[height - 1].rstrip(), " …")
        if last.cell_length > width:
            last = lines[height - 1].truncate(width - 1) + "…"
        return Content("\n").join([*lines[: height - 1], last])
