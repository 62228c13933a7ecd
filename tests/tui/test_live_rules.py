"""A rule base that is edited while the program runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tui_play import Player, answered, play

from advisor.decision.recommend import recommend
from advisor.language.rulebase import load_rule_base
from advisor.tui.watching import Watch, stamp

pytestmark = pytest.mark.usefixtures("unpainted")

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"
QUESTIONS = Path("questions") / "workload.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the small rule base."""
    return Path(shutil.copytree(SMALL, tmp_path / "rules"))


def over(rules: Path) -> dict[str, Any]:
    return {
        "load": lambda: load_rule_base(rules),
        "recommend": recommend,
        "watch": 0.05,
        "begin": answered(use_case="chat", requests_per_day=20000),
    }


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


async def until(player: Player, holds: Callable[[], object]) -> None:
    for _ in range(600):
        await player.pilot.pause(0.02)
        if holds():
            await player.rest()
            return
    raise AssertionError(player.screen)


def told(player: Player) -> str:
    return "\n".join(n.message for n in player.app._notifications)


async def test_a_saved_question_is_shown_at_once(rules: Path) -> None:
    async with play(**over(rules)) as player:
        replace_in(rules / QUESTIONS, "Which models must be served?", "Which models, then?")
        await until(player, lambda: "looked at)" in told(player))
        assert "no recommendation changed" in told(player)
        question = player.app.state.question("models")
        assert question is not None
        assert question.ask == "Which models, then?"
        assert "Which models, then?" in player.says("#ask")
        assert len(player.answers) == 2


async def test_a_changed_gate_says_whose_recommendation_changed(rules: Path) -> None:
    async with play("escape", "v", "g", **over(rules)) as player:
        state = player.app.state
        before = state.recommendation
        assert before is not None
        winner = str(before.verdict.offer)
        (rules / "gates" / "extra.yaml").write_text(
            "- id: nobody-likes-it\n"
            "  when: {use-case: chat}\n"
            f"  for: {{offer: {winner}}}\n"
            "  exclude: yes\n"
            '  because: "Nobody likes {offer}."\n'
            "  source: {ref: panel, grade: expert judgement, checked: 2026-11-01}\n"
            "  owner: tests\n"
            "  examples:\n"
            f"    - {{given: {{use-case: chat, offer: {winner}}}, expect: applies}}\n"
            f"    - {{given: {{use-case: batch, offer: {winner}}}, expect: does not apply}}\n"
        )
        await until(player, lambda: player.screen == "NoticeScreen")
        assert "recommendations changed" in player.text
        title = state.title(winner)
        assert any(f": {title} →" in line for line in player.text.splitlines())
        after = state.recommendation
        assert after is not None
        assert after.verdict.offer != winner
        await player.press("escape")
        assert "recommendations changed" in told(player)


async def test_a_mistake_keeps_the_last_good_rules_and_goes_when_it_is_mended(rules: Path) -> None:
    async with play(**over(rules)) as player:
        good = (rules / QUESTIONS).read_text()
        replace_in(rules / QUESTIONS, "ask: Which models must be served?", "aks: Which models?")
        await until(player, lambda: player.screen == "NoticeScreen")
        assert "questions/workload.yaml:15:3" in player.text
        assert "the old ones stay" in player.text
        question = player.app.state.question("models")
        assert question is not None
        assert question.ask == "Which models must be served?"
        (rules / QUESTIONS).write_text(good)
        await until(player, lambda: player.screen == "InterviewScreen")
        assert "as they were before" in told(player)


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("x")
    saved: list[int] = []
    watch = Watch(tmp_path, lambda: saved.append(len(file.read_text())), 0.2)
    watch.start()
    time.sleep(0.3)
    for size in range(2, 8):
        file.write_text("x" * size)
        time.sleep(0.1)
    end = time.monotonic() + 20
    while not saved and time.monotonic() < end:
        time.sleep(0.05)
    watch.stop()
    assert saved[-1] == 7
    assert len(saved) <= 2


def test_only_rule_files_count(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x")
    before = stamp(tmp_path)
    (tmp_path / ".a.yaml.swp").write_text("y")
    (tmp_path / "notes.txt").write_text("y")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.yaml").write_text("y")
    assert stamp(tmp_path) == before
    (tmp_path / "b.yml").write_text("x")
    assert stamp(tmp_path) != before
