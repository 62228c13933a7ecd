"""What all screens share: breakpoints, a top line, a key bar, being told of a new state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType
from textual.screen import Screen

from advisor.tui import keys

if TYPE_CHECKING:
    from advisor.tui.application import AdvisorApp
    from advisor.tui.state import Consultation

WIDTHS = [(0, "-narrow"), (80, "-medium"), (120, "-wide")]
HEIGHTS = [(0, "-short"), (24, "-tall"), (36, "-high")]
"""From so many columns or rows on, a screen has that class."""


class AdvisorScreen(Screen[None]):
    """A screen of the advisor.

    ``HEADING`` and ``ABOUT`` say in the help what the screen is for; ``ACTIONS`` are the keys
    that work here.  ``show_state`` is called after mounting and whenever the answers or the
    recommendation have changed.
    """

    HEADING: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    ACTIONS: ClassVar[tuple[keys.Action, ...]] = ()

    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding()]

    # Each screen puts the focus where it belongs: a key typed ahead must not land in the
    # first field by chance.
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    @property
    def advisor(self) -> AdvisorApp:
        """The application, with its own type."""
        return cast("AdvisorApp", self.app)

    @property
    def state(self) -> Consultation:
        return self.advisor.state

    def show_state(self) -> None:
        """Show the present answers and recommendation."""

    def commands(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        """What this screen adds to the command palette: title, words, what to do."""
        for action in self.ACTIONS:
            does = getattr(self, f"action_{action.run.partition('.')[2]}", None)
            if does is not None and action not in (keys.PICK, keys.TAB):
                yield action.hint.capitalize(), action.words, does

    def on_mount(self) -> None:
        if self.app.return_code is None:  # else it has ended before it was composed
            self.show_state()

    def action_close(self) -> None:
        """Leave this screen for the one below."""
        self.dismiss(None)
