"""Random walks over the whole application: nothing raises, state and screen agree."""

from __future__ import annotations

import random

import pytest
import tui_sample
from tui_play import Player, play

from advisor.tui.widgets.outline import Outline

KEYS = [
    *"0123456789bsuwrcxvefgladkn/?t.-",
    "enter", "enter", "enter", "space", "tab", "shift+tab", "up", "down", "down", "left", "right",
    "escape", "escape", "home", "end", "pageup", "pagedown", "backspace",
    "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
]  # fmt: skip
SIZES = [(60, 20), (80, 24), (120, 40), (45, 12), (200, 50)]


def agrees(player: Player) -> None:
    """What the screen shows is what the state says."""
    state = player.app.state
    interview = state.interview
    assert interview is not None
    if player.screen == "InterviewScreen":
        pane = player.find("#question-pane")
        assert (pane.question.id if pane.question else None) == player.current
        outline = player.find(Outline)
        ids = [option.id for option in outline.options if option.id is not None]
        assert sorted(ids) == sorted(question.id for question in interview.questions)
    result = state.recommendation
    if result is not None and not state.pending:
        assert result == tui_sample.recommend(
            interview.knowledge, interview.inputs, tui_sample.AS_OF
        )


async def walk(seed: int, steps: int, resizes: bool) -> None:
    chance = random.Random(seed)
    async with play("1", size=(80, 24)) as player:
        for step in range(steps):
            if resizes and step % 40 == 39:
                await player.resize(*chance.choice(SIZES))
            key = chance.choice(KEYS)
            await player.pilot.press(key)
            assert player.app.is_running, key
            if step % 20 == 19:
                await player.rest()
                agrees(player)
        await player.resize(120, 40)
        agrees(player)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports land in a directory of their own; no editor is opened."""
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)


@pytest.mark.parametrize("seed", range(2))
async def test_a_short_walk(seed: int) -> None:
    await walk(seed, 40, resizes=False)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(50))
async def test_a_long_walk(seed: int) -> None:
    await walk(1000 + seed, 200, resizes=True)
