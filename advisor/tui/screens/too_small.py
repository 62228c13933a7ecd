"""Shown while the window is too small to work in; nothing behind it is lost."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from advisor.tui import keys


class TooSmallScreen(ModalScreen[None]):
    """Goes away by itself when there is room again."""

    DEFAULT_CSS = """
    TooSmallScreen {
        align: center middle;
        background: $background;
        & > Static { width: auto; max-width: 100%; text-align: center; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [keys.QUIT.binding()]

    def compose(self) -> ComposeResult:
        yield Static(
            "The window is too small.\nInference Advisor needs\n50 columns and 16 rows.\n\n"
            "Your answers are kept.\nq leaves.",
            markup=False,
        )
