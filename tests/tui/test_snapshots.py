"""Pictures of every screen at three sizes, and of the main ones in every kind of theme.

After a wanted change: ``pytest tests/tui/test_snapshots.py --snapshot-update``, and look at
the pictures in ``__snapshots__``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from tui_play import answered, make_app

SIZES = [(60, 20), (80, 24), (120, 40)]
THEMES = ["advisor-light", "advisor-contrast", "ansi-dark", "ansi-light"]
BEGIN = answered(
    use_case="chat", frontier_models="large-open", model_size="200B", requests_per_day="50 to 2000"
)
Before = Callable[[Pilot[None]], Awaitable[None]]


def pressing(*keys: str) -> Before:
    """Settle, press keys, settle."""

    async def before(pilot: Pilot[None]) -> None:
        app: Any = pilot.app
        await app.settled()
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await app.settled()
            await pilot.pause()

    return before


def by_size(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_interview(snap_compare: Any, size: tuple[int, int]) -> None:
    app = make_app(begin=BEGIN)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "down", "space"))


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_number_question(snap_compare: Any, size: tuple[int, int]) -> None:
    app = make_app(begin=answered(use_case="voice", frontier_models="large-open"))
    keys = ("7", "0", "G", "B", "enter")
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_verdict(snap_compare: Any, size: tuple[int, int]) -> None:
    app = make_app(begin=BEGIN)
    assert snap_compare(app, terminal_size=size, run_before=pressing("v"))


@pytest.mark.parametrize("theme", THEMES)
def test_themes(snap_compare: Any, theme: str) -> None:
    app = make_app(begin=BEGIN)

    async def before(pilot: Pilot[None]) -> None:
        pilot.app.theme = theme
        await pressing("1", "down", "space")(pilot)

    assert snap_compare(app, terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("screen", ["interview", "verdict"])
def test_no_color(snap_compare: Any, screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(begin=BEGIN)
    assert app.no_color
    keys = ("v",) if screen == "verdict" else ("1", "down", "space")
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing(*keys))


@pytest.mark.parametrize(
    "key", ["2", "3", "4", "5", "w"], ids=["ranking", "cost", "open", "out", "explain"]
)
def test_pages(snap_compare: Any, key: str) -> None:
    app = make_app(begin=BEGIN)
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("v", key))


def test_nobody_qualifies(snap_compare: Any) -> None:
    app = make_app(begin=answered(frontier_models="best-closed", residency="eu"))
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("v"))


SCREENS = {
    "welcome": [],
    "compare": ["f7"],
    "whatif": ["f8"],
    "whatif-changed": ["f8", "right", "right"],
    "evidence": ["f10", "f"],
    "rules": ["f10", "g", "down"],
    "review": ["f6"],
    "export": ["f9"],
    "help": ["f1"],
    "stable": ["f10", "6"],
    "explain-excluded": ["f10", "5"],
}


def every_screen(size: tuple[int, int]) -> list[Any]:
    """One size is looked at every time, the others in the long battery."""
    marks = [] if size == (80, 24) else [pytest.mark.full]
    return [pytest.param(name, size, id=f"{name}-{by_size(size)}", marks=marks) for name in SCREENS]


@pytest.mark.parametrize(
    ("screen", "size"), [param for size in SIZES for param in every_screen(size)]
)
def test_screens(snap_compare: Any, screen: str, size: tuple[int, int]) -> None:
    app = make_app() if screen == "welcome" else make_app(begin=BEGIN)
    assert snap_compare(app, terminal_size=size, run_before=pressing(*SCREENS[screen]))


def test_too_small(snap_compare: Any) -> None:
    app = make_app(begin=BEGIN)
    assert snap_compare(app, terminal_size=(44, 12), run_before=pressing())
