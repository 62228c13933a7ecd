"""From the verdict to its reasons and to files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import TabbedContent, Tree
from tui_play import Player, answered, play
from tui_sample import AS_OF, recommend

from advisor.tui.exporting import FORMATS, target
from advisor.tui.screens.explain import ExplainTree
from advisor.tui.screens.export import FileInput
from advisor.tui.widgets.key_bar import KeyHint
from advisor.tui.widgets.outline import Outline
from advisor.tui.widgets.ranking import RankingList

pytestmark = pytest.mark.usefixtures("unpainted")

BEGIN = answered(
    use_case="chat",
    frontier_models="large-open",
    model_size="200B",
    requests_per_day=1000000,
    regions=["us"],
    residency="none",
    first_token="fast",
)
"""Every question answered."""
NOBODY = answered(frontier_models="best-closed", residency="eu")
"""The best closed models, held in the European Union: nobody is left."""


def shown(player: Player, *words: str) -> bool:
    text = " ".join(player.text.split())
    return all(word in text for word in words)


async def test_the_verdict_says_who_wins_and_how_sure_that_is() -> None:
    async with play("v", begin=BEGIN) as player:
        assert shown(player, "★ 72-GPU rack, reserved with deepseek-v4-pro", "■■■□ likely")
        assert shown(player, "wins 92 % of cases", "weights may err ×1.8", "22 % weak evidence")
        assert shown(player, "$414,720 to $432,000 a month", "● requirements met")
        assert shown(player, "nothing left can change the winner")


async def test_the_first_page_shows_points_and_both_sides() -> None:
    async with play("v", size=(120, 40), begin=BEGIN) as player:
        assert shown(player, "Where the points come from", "What speaks for it", "against it")
        result = player.app.state.recommendation
        assert result is not None
        leader = result.ranking[0]
        assert sum(c.points for c in leader.contributions) == leader.score.points
        for contribution in leader.contributions:
            assert contribution.because[0].text in " ".join(player.text.split())


@pytest.mark.parametrize(
    ("key", "page", "words"),
    [
        ("2", "ranks", "Serverless token API"),
        ("3", "cost", "busy or idle"),
        ("4", "open", "The rack is paid while it idles."),
        ("5", "out", "Serves no open weights."),
        ("1", "why", "Where the points come from"),
    ],
)
async def test_pages_turn_by_number(key: str, page: str, words: str) -> None:
    async with play("v", key, begin=BEGIN) as player:
        assert player.find(TabbedContent).active == page
        assert shown(player, words)


async def test_pages_turn_by_click() -> None:
    async with play("v", begin=BEGIN) as player:
        await player.click("#--content-tab-cost", column=2)
        assert player.find(TabbedContent).active == "cost"


async def test_the_open_page_lists_flips_readings_and_next_steps() -> None:
    async with play("v", "4", size=(120, 50), begin=BEGIN) as player:
        assert shown(player, "Requests per day: 100,000 → Serverless token API")
        assert shown(player, "175B is read as the frontier class.")
        assert shown(player, "Measure the first token at your own prompt length.")


async def test_unanswered_questions_are_named_as_weighed() -> None:
    async with play("1", "s", "v", "4", size=(120, 60)) as player:
        assert shown(
            player, "Not answered, so weighed by what is usual", "Use case, Frontier models"
        )


async def test_nobody_left_says_what_to_relax() -> None:
    async with play("v", begin=NOBODY) as player:
        assert shown(player, "✗ No offer qualifies")
        await player.press("5")
        assert shown(
            player, "What to relax", "Residency: eu → Residency: none", "72-GPU rack, reserved"
        )
        for tab in "1234":
            await player.press(tab)


async def test_a_click_on_the_ranking_explains_an_excluded_offer() -> None:
    async with play("v", "2", begin=BEGIN) as player:
        ranking = player.find(RankingList)
        ranking.highlighted = ranking.get_option_index("closed-api")
        await player.press("enter")
        assert player.screen == "ExplainScreen"
        assert shown(player, "Closed model API ✗ excluded", "Serves no open weights.")


async def test_the_tree_goes_from_criterion_to_source() -> None:
    async with play("v", "w", begin=BEGIN) as player:
        tree = player.find(ExplainTree)
        assert player.app.focused is tree
        criterion = tree.root.children[0]
        assert "Cost" in str(criterion.label)
        await player.press("enter", "down", "enter")
        reason = criterion.children[0]
        assert reason.is_expanded
        source = reason.children[0]
        assert "source: Panel notes (expert judgement, read 2026-11-22)" in str(source.label)
        await player.press("down")
        assert shown(player, "published 2026 by Panel")


async def test_the_detail_names_weight_and_utility() -> None:
    async with play("v", "w", begin=BEGIN) as player:
        assert isinstance(player.find(ExplainTree), Tree)
        assert shown(player, "weight", "utility", "points")


async def test_back_from_the_verdict_continues_the_interview() -> None:
    async with play("1", "1", "v") as player:
        assert player.screen == "VerdictScreen"
        await player.press("escape")
        assert player.screen == "InterviewScreen"
        assert player.current == "frontier-models"


async def test_review_changes_any_answer() -> None:
    async with play("v", "r", begin=BEGIN) as player:
        assert player.screen == "ReviewScreen"
        outline = player.find(Outline)
        outline.highlighted = outline.get_option_index("use-case")
        await player.press("enter")
        assert player.screen == "InterviewScreen"
        assert player.current == "use-case"
        await player.press("2")
        assert "voice" in str(player.answers["use-case"])
        assert player.screen == "VerdictScreen"


@pytest.mark.parametrize(
    ("key", "form"),
    [("1", "markdown"), ("2", "json"), ("3", "html"), ("4", "adr"), ("5", "answers")],
)
async def test_export_writes_a_file_and_names_it(
    key: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with play("v", "e", key, begin=BEGIN) as player:
        path = target("advisor-2026-11-22-rack-72", FORMATS[form])
        assert path.parent == tmp_path
        assert [p.name for p in tmp_path.iterdir()] == [path.name]
        assert shown(player, "✓ Written:", path.name)
        state = player.app.state
        assert state.knowledge and state.interview and state.recommendation
        expected = recommend(state.knowledge, state.interview.inputs, AS_OF)
        text = path.read_text()
        if form == "json":
            assert json.loads(text) == json.loads(expected.to_json())
        elif form == "answers":
            from advisor.language.answers import read_answers

            assert read_answers(text.encode(), "x", state.knowledge) == state.interview.inputs
        else:
            assert "72-GPU rack, reserved" in text
        await player.press(key)
        assert shown(player, "✓ Replaced:")


async def test_export_takes_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with play("v", "e", begin=BEGIN) as player:
        player.find(FileInput).value = str(tmp_path / "for the board")
        await player.press("2")
        assert (tmp_path / "for the board.json").exists()


async def test_export_says_why_a_file_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with play("v", "e", begin=BEGIN) as player:
        player.find(FileInput).value = str(tmp_path / "missing" / "x")
        await player.press("1")
        assert shown(player, "✗ Not written: No such file or directory")
        player.find(FileInput).value = "  "
        await player.press("1")
        assert shown(player, "✗ The file needs a name")
    assert list(tmp_path.iterdir()) == []


async def test_copy_is_said_to_be_sent_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async with play("v", "y", begin=BEGIN) as player:
        assert player.app.clipboard == "72-GPU rack, reserved leads, likely."
        (notice,) = player.app._notifications
        assert "sent" in notice.message
        assert "copied" not in notice.message


async def test_the_whole_path_by_mouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with play() as player:
        await player.click_row("#menu", "start")
        await player.click_row("#answers", "chat")
        await player.click_row("#answers", "large-open")
        await player.click_row("#answers", "175B to 2T")
        await player.click_row("#answers", "1 to 1,000")
        await player.click_row("#answers", "europe")
        await click_hint(player, "answer")
        await player.click_row("#answers", "none")
        await player.click_row("#answers", "fast")
        assert player.screen == "VerdictScreen"
        assert len(player.answers) == 7
        await click_hint(player, "export")
        assert player.screen == "ExportScreen"
        await player.click_row("#formats", "json")
        assert [p.suffix for p in tmp_path.iterdir()] == [".json"]


async def click_hint(player: Player, words: str) -> None:
    """Click the key bar."""
    hints = player.app.screen.query(KeyHint)
    await player.click(next(hint for hint in hints if hint.does.hint == words))
