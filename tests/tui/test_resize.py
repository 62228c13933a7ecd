"""Windows of any size, and of sizes that change."""

from __future__ import annotations

import pytest
from tui_play import Player, answered, play

SIZES = [(50, 16), (60, 20), (80, 24), (160, 50)]
BEGIN = answered(use_case="chat", frontier_models="large-open", model_size="200B")


def everything_fits(player: Player) -> bool:
    """No line is wider than the window, and the key bar is in the last one."""
    lines = player.text.splitlines()
    width, height = player.app.size
    return len(lines) == height and all(len(line) <= width for line in lines)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_screen_at_every_size(size: tuple[int, int]) -> None:
    async with play(size=size, begin=BEGIN) as player:
        for keys in ((), ("v",), ("2",), ("3",), ("4",), ("5",), ("w",), ("escape", "e"),
                     ("escape", "escape", "escape", "r"), ("question_mark",)):  # fmt: skip
            await player.press(*keys)
            assert everything_fits(player)
            assert player.text.splitlines()[-1].strip()


async def test_state_survives_any_resize() -> None:
    async with play("1", "1", "2") as player:
        await player.press("=12B")
        for size in ((60, 20), (80, 24), (200, 60), (50, 16), (120, 40)):
            await player.resize(*size)
            assert everything_fits(player)
            assert player.find("#number").value == "12B"
            assert player.app.focused is player.find("#number")
        await player.press("enter")
        assert player.current == "requests-per-day"


async def test_too_small_says_so_and_keeps_everything() -> None:
    async with play("1", "1", "2", "=12B") as player:
        await player.resize(49, 16)
        assert player.screen == "TooSmallScreen"
        assert "50 columns and 16 rows" in " ".join(player.text.split())
        await player.press("b", "1", "enter", "f3")
        await player.resize(40, 10)
        assert player.screen == "TooSmallScreen"
        await player.resize(80, 15)
        assert player.screen == "TooSmallScreen"
        await player.resize(80, 24)
        assert player.screen == "InterviewScreen"
        assert player.current == "model-size"
        assert player.find("#number").value == "12B"
        assert player.app.focused is player.find("#number")


async def test_a_window_that_starts_too_small() -> None:
    async with play(size=(40, 12)) as player:
        assert player.screen == "TooSmallScreen"
        await player.resize(80, 24)
        assert player.screen == "WelcomeScreen"
        await player.press("1")
        assert player.screen == "InterviewScreen"


async def test_narrow_and_wide_show_different_parts() -> None:
    async with play("1", size=(120, 40)) as player:
        shown = [player.find(x).display for x in ("#outline", "#ranking-pane", "#ranking-strip")]
        assert shown == [True, True, False]
        await player.resize(80, 24)
        shown = [player.find(x).display for x in ("#outline", "#ranking-pane", "#ranking-strip")]
        assert shown == [False, True, False]
        await player.resize(60, 20)
        shown = [player.find(x).display for x in ("#outline", "#ranking-pane", "#ranking-strip")]
        assert shown == [False, False, True]
