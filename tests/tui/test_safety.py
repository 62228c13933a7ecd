"""Text from rules and answers is shown as it is: nothing in it is formatting or an action."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import tui_sample
from msgspec import Struct
from msgspec.structs import replace
from textual.widgets._toast import Toast
from tui_play import Player, answered, play
from tui_sample import HOSTILE

from advisor.decision.result import Recommendation
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import ChoiceType, FlagsType

KEPT = {"lane", "confidence", "method", "effect", "grade", "model", "offer", "criterion"}
"""Fields that are ids or words of a closed list."""


def hostile(value: Any) -> Any:
    """The same value with hostile text added to every text that is for people."""
    if isinstance(value, str):
        return f"{value}{HOSTILE}"
    if isinstance(value, Struct):
        changes = {
            name: hostile(getattr(value, name))
            for name in value.__struct_fields__
            if name not in KEPT and not isinstance(getattr(value, name), Fraction | bool | int)
        }
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(hostile(item) for item in value)
    if isinstance(value, dict):
        return {hostile(key): hostile(item) for key, item in value.items()}
    return value


def hostile_knowledge() -> Knowledge:
    base = tui_sample.knowledge()
    questions = {
        name: replace(
            q,
            group=q.group + HOSTILE,
            ask=q.ask + HOSTILE,
            why=q.why + HOSTILE,
            options=tuple(
                replace(o, label=o.label + HOSTILE, means=o.means + HOSTILE) for o in q.options
            ),
        )
        for name, q in base.questions.items()
    }
    offers = {name: replace(o, title=o.title + HOSTILE) for name, o in base.offers.items()}
    assert all(isinstance(q.type, ChoiceType | FlagsType) or q.prior for q in questions.values())
    return replace(base, questions=questions, offers=offers)


def hostile_recommend(base: Knowledge, inputs: Inputs, as_of: Any) -> Recommendation:
    result: Recommendation = hostile(tui_sample.recommend(base, inputs, as_of))
    return result


BEGIN = answered(use_case="chat", frontier_models="large-open", residency="eu")


def literally(player: Player) -> bool:
    """Whether the hostile text is there as typed, and the program still runs."""
    assert player.app.is_running
    return "[bold]x[/]" in player.text and "@click=app.quit" in player.text


@pytest.mark.parametrize(
    "keys",
    [(), ("l",), ("v",), ("v", "2"), ("v", "3"), ("v", "4"), ("v", "5"), ("v", "w"), ("r",)],
    ids=lambda keys: "-".join(keys) or "interview",
)
async def test_markup_appears_literally(keys: tuple[str, ...]) -> None:
    async with play(
        "escape",
        *keys,
        size=(140, 50),
        load=hostile_knowledge,
        recommend=hostile_recommend,
        begin=BEGIN,
    ) as player:
        assert literally(player)


async def test_a_notice_is_not_parsed() -> None:
    async with play() as player:
        player.app.say(HOSTILE)
        await player.rest()
        (notice,) = player.app._notifications
        assert str(Toast(notice).render()) == HOSTILE


async def test_typed_markup_is_refused_literally() -> None:
    async with play("1", "1", "2", size=(140, 50)) as player:
        player.find("#number").value = HOSTILE
        await player.press("enter")
        assert player.current == "model-size"
        assert "[bold]x" in player.says("#note")


async def test_a_click_on_hostile_text_does_nothing_but_choose() -> None:
    async with play(size=(140, 50), load=hostile_knowledge, recommend=hostile_recommend) as player:
        await player.press("1")
        await player.click("#ask", column=32)
        assert player.app.is_running
        assert player.screen == "InterviewScreen"
