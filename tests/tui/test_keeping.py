"""Every answer is saved; a session is gone on with; nothing that fails stops the program."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import tui_sample
from msgspec.structs import replace
from tui_play import Player, answered, make_app, play

from advisor.knowledge.model import Knowledge
from advisor.sessions import Restored, SessionStore, restore
from advisor.tui.keeping import Keeper
from advisor.tui.widgets.answer_list import Menu

pytestmark = pytest.mark.usefixtures("unpainted")

NOON = datetime(2026, 11, 22, 12, 0)
NAME = "2026-11-22-1200"


def keeping(directory: Path) -> dict[str, object]:
    return {"sessions": directory, "now": lambda: NOON}


def saved(directory: Path, name: str = NAME) -> dict[str, object]:
    found: dict[str, object] = json.loads((directory / f"{name}.session.json").read_text())
    return found


async def wait_until_saved(player: Player, directory: Path, answers: int) -> None:
    for _ in range(200):
        path = directory / f"{NAME}.session.json"
        if path.exists() and len(json.loads(path.read_text())["answers"]) == answers:
            return
        await player.pilot.pause(0.02)
    raise AssertionError("nothing was saved")


async def test_every_answer_is_saved_at_once(tmp_path: Path) -> None:
    async with play("1", **keeping(tmp_path)) as player:
        assert list(tmp_path.iterdir()) == []
        await player.press("1")
        await wait_until_saved(player, tmp_path, 1)
        await player.press("2")
        await wait_until_saved(player, tmp_path, 2)
    assert saved(tmp_path)["answers"] == {"use-case": "chat", "frontier-models": "large-open"}


async def test_leaving_saves_what_is_not_saved_yet(tmp_path: Path) -> None:
    app = make_app(**keeping(tmp_path))
    async with app.run_test() as pilot:
        await app.settled()
        await pilot.press("1", "2", "q")
    assert saved(tmp_path)["answers"] == {"use-case": "voice"}
    assert app.keeper.farewell() == f"Every answer is kept. Go on with: advisor --resume {NAME}\n"


async def test_going_on_restores_the_question_and_the_name(tmp_path: Path) -> None:
    async with play("1", "1", "2", **keeping(tmp_path)):
        pass

    def begin(knowledge: Knowledge) -> Restored:
        return restore(SessionStore(tmp_path).load(), knowledge)

    async with play(begin=begin, **keeping(tmp_path)) as player:
        assert player.current == "model-size"
        assert len(player.answers) == 2
        await player.press("=8B", "enter")
    assert [p.name for p in tmp_path.iterdir()] == [f"{NAME}.session.json"]
    assert len(saved(tmp_path)["answers"]) == 3


async def test_the_first_screen_offers_the_latest(tmp_path: Path) -> None:
    async with play("1", "2", **keeping(tmp_path)):
        pass
    async with play(**keeping(tmp_path)) as player:
        assert f"The latest session: {NAME}, 1 answer" in player.text
        await player.click_row("#menu", "resume")
        assert player.screen == "InterviewScreen"
        assert player.current == "frontier-models"


async def test_starting_again_begins_another_session(tmp_path: Path) -> None:
    async with play("1", "2", **keeping(tmp_path)) as player:
        player.app.pop_screen()
        await player.rest()
        await player.click_row("#menu", "again")
        assert player.answers == {}
        await player.press("3")
    assert saved(tmp_path)["answers"] == {"use-case": "voice"}
    assert saved(tmp_path, f"{NAME}-2")["answers"] == {"use-case": "coding-agent"}


async def test_what_other_rules_cannot_take_over_is_named(tmp_path: Path) -> None:
    async with play("1", "2", "2", **keeping(tmp_path)):
        pass

    def changed() -> Knowledge:
        base = tui_sample.knowledge()
        questions = {n: q for n, q in base.questions.items() if n != "use-case"}
        return replace(base, questions=questions, digest="1" * 64)

    def begin(knowledge: Knowledge) -> Restored:
        return restore(SessionStore(tmp_path).load(), knowledge)

    async with play(load=changed, begin=begin, **keeping(tmp_path)) as player:
        assert player.screen == "NoticeScreen"
        assert "use-case" in player.text
        await player.press("escape")
        assert player.screen == "InterviewScreen"
        assert list(player.answers) == ["frontier-models"]


async def test_a_directory_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    async with play("1", "2", "2", **keeping(blocked / "sessions")) as player:
        await player.pilot.pause(0.2)
        assert len(player.answers) == 2
        told = [n.message for n in player.app._notifications if "Not saved" in n.message]
        assert len(told) == 1
        farewell = player.app.keeper.farewell()
        assert "could not be saved" in farewell


async def test_sessions_are_renamed_deleted_and_gone_on_with(tmp_path: Path) -> None:
    async with play("1", "2", **keeping(tmp_path)):
        pass
    async with play(**keeping(tmp_path)) as player:
        await player.click_row("#menu", "sessions")
        assert player.screen == "SessionsScreen"
        await player.press("down", "n")
        player.find("#name").value = "board"
        await player.press("enter")
        assert player.find(Menu).options[0].id == "board"
        await player.press("home", "enter")
        assert player.screen == "InterviewScreen"
        assert player.app.keeper.name == "board"
    async with play(**keeping(tmp_path)) as player:
        await player.click_row("#menu", "sessions")
        await player.press("down", "d")
        assert (tmp_path / "board.session.json").exists()
        await player.press("d")
        assert not (tmp_path / "board.session.json").exists()
        assert "No session is kept yet" in player.text


async def test_loading_shows_every_mistake_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("format: 1\nanswers:\n  use-cas: chat\n  model-size: 70 GB\n")
    async with play(size=(100, 40)) as player:
        await player.click_row("#menu", "load")
        player.find("#file").value = str(path)
        await player.press("enter")
        text = " ".join(player.text.split())
        assert "use-cas" in text and ":3:3" in text
        assert "did you mean 'use-case'" in text
        assert ":4:" in text
        path.write_text("format: 1\nanswers: {use-case: voice}\n")
        await player.press("enter")
        assert player.screen == "InterviewScreen"
        assert "voice" in str(player.answers["use-case"])


def test_nothing_is_kept_before_the_first_answer(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, lambda: NOON, lambda _: None)
    keeper.flush()
    assert keeper.farewell() == ""
    assert keeper.kept() == ()
    assert list(tmp_path.iterdir()) == []


def test_damaged_sessions_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.session.json").write_text("{")
    assert Keeper(tmp_path, lambda: NOON, lambda _: None).kept() == ()


async def test_examples_start_an_interview(tmp_path: Path) -> None:
    from advisor.knowledge.model import Case

    def load() -> Knowledge:
        base = tui_sample.knowledge()
        case = Case(
            "one", "A voice assistant", {"use-case": "voice", "regions": ["us"]}, {}, {},
            tui_sample.AS_OF, {}, "Because of the panel.", tui_sample.HERE,
        )  # fmt: skip
        return replace(base, cases={"one": case})

    async with play(load=load) as player:
        await player.click_row("#menu", "examples")
        await player.press("down")
        assert "Because of the panel." in player.text
        await player.press("enter")
        assert player.screen == "InterviewScreen"
        assert set(player.answers) == {"use-case", "regions"}


@pytest.mark.parametrize("begin", [None, answered(use_case="chat")], ids=["empty", "answers"])
async def test_without_a_place_nothing_is_saved(begin: object) -> None:
    async with play(begin=begin) as player:
        assert player.app.keeper.kept() == ()
        assert player.app.keeper.farewell() == ""
