"""Starting the application over the small rule base, pressing keys, reading the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import tui_sample
from textual.pilot import Pilot

from advisor.knowledge.model import Inputs, Knowledge
from advisor.tui.app import AdvisorApp


def make_app(**changes: Any) -> AdvisorApp:
    """An application that is not started yet."""
    given: dict[str, Any] = {
        "load": tui_sample.knowledge,
        "recommend": tui_sample.recommend,
        "as_of": tui_sample.AS_OF,
    }
    return AdvisorApp(**(given | changes))


def answered(**answers: object) -> Callable[[Knowledge], Inputs]:
    """What the application begins with: answers by question id (``_`` for ``-``)."""
    from advisor.language.answers import inputs_from_mapping

    named = {name.replace("_", "-"): value for name, value in answers.items()}
    return lambda knowledge: inputs_from_mapping({"answers": named}, knowledge)


class Player:
    """A running application: press keys, click, look."""

    def __init__(self, app: AdvisorApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, each after what the one before caused; ``=text`` types text."""
        for key in keys:
            await self.pilot.press(*(key[1:] if key.startswith("=") else [key]))
            await self.rest()

    async def click(self, target: object, *, row: int = 0, column: int = 4) -> None:
        """Click a row of a widget."""
        await self.pilot.click(target, offset=(column, row))
        await self.rest()

    async def click_row(self, target: Any, row_id: str) -> None:
        """Click a row of a list by its id."""
        rows = self.find(target)
        index = rows.get_option_index(row_id)
        await self.click(rows, row=rows._index_to_line[index] - round(rows.scroll_y))

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is left to do and the ranking belongs to the answers."""
        await self.app.settled()
        await self.pilot.pause()

    def find(self, target: Any) -> Any:
        """A widget of the screen in front, by its type or selector."""
        return self.app.screen.query_one(target)

    def says(self, target: Any) -> str:
        """The text of a widget that is shown; empty when it is hidden."""
        widget = self.find(target)
        return str(widget.render()) if widget.display else ""

    @property
    def screen(self) -> str:
        """The kind of screen in front, such as ``InterviewScreen``."""
        return type(self.app.screen).__name__

    @property
    def text(self) -> str:
        """What the screen shows, as plain lines."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    @property
    def current(self) -> str | None:
        """The id of the current question."""
        interview = self.app.state.interview
        question = interview.current if interview is not None else None
        return question.id if question is not None else None

    @property
    def answers(self) -> dict[str, object]:
        interview = self.app.state.interview
        return dict(interview.answers) if interview is not None else {}


@asynccontextmanager
async def play(
    *keys: str, size: tuple[int, int] = (120, 26), **changes: Any
) -> AsyncIterator[Player]:
    """A started application, after ``keys``."""
    app = make_app(**changes)
    async with app.run_test(size=size) as pilot:
        player = Player(app, pilot)
        await player.rest()
        await player.press(*keys)
        yield player
