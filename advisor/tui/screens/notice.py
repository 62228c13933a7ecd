"""Something longer to tell, in front of the present screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar


class NoticeScreen(AdvisorScreen):
    """``text`` is shown as it is."""

    CSS_PATH = "notice.tcss"
    HEADING = "Notice"

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="notice"):
            yield Static(
                Content.assemble((self._title, "bold $primary"), "\n\n", self._text), markup=False
            )
        yield KeyBar("nav.close", "app.quit")

    def on_mount(self) -> None:
        self.query_one("#notice").focus()
