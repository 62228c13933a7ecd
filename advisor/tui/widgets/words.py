"""A piece of text that is laid out and painted only when it really changes."""

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
