"""The interview by keys and by mouse."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import tui_sample
from msgspec.structs import replace
from tui_play import Player, answered, play
from tui_sample import QUESTIONS

from advisor.decision.next_question import NextStep
from advisor.decision.result import Worlds
from advisor.knowledge.values import Flags, Interval, Options
from advisor.tui.widgets.answer_list import AnswerList
from advisor.tui.widgets.key_bar import KeyHint
from advisor.tui.widgets.outline import Outline
from advisor.tui.widgets.question_pane import NumberInput, QuestionPane
from advisor.tui.widgets.ranking import RankingList, RankingPane

pytestmark = pytest.mark.usefixtures("unpainted")

TO_SIZE = ("1", "1", "2")
"""Start, a chat, large open models: the next question is the number model-size."""
AT_SIZE = answered(use_case="chat", frontier_models="large-open")
AT_REGIONS = answered(
    use_case="chat", frontier_models="large-open", model_size="8B", requests_per_day="1M"
)


def options(*ids: str) -> Options:
    return Options(frozenset(ids))


async def test_a_number_key_answers_a_choice_and_goes_on() -> None:
    async with play("1", "2") as player:
        assert player.answers == {"use-case": options("voice")}
        assert player.current == "frontier-models"


async def test_enter_alone_begins() -> None:
    async with play("enter") as player:
        assert player.current == "use-case"


async def test_enter_on_nothing_highlighted_does_nothing() -> None:
    async with play("1") as player:
        assert player.find(AnswerList).highlighted is None
        await player.press("enter", "enter")
        assert player.answers == {}
        assert player.current == "use-case"
        assert "Nothing is highlighted" in player.says("#note")


async def test_arrows_and_enter_answer_a_choice() -> None:
    async with play("1", "down", "down", "enter") as player:
        assert player.answers == {"use-case": options("voice")}


async def test_space_keeps_several_options_open() -> None:
    async with play("1", "down", "space", "down", "space") as player:
        assert "One of these: Chat or assistant or Voice" in player.says("#note")
        assert player.answers == {}
        await player.press("enter")
        assert player.answers == {"use-case": options("chat", "voice")}


async def test_unticking_the_last_one_makes_it_a_plain_choice_again() -> None:
    async with play("1", "down", "space", "space", "2") as player:
        assert player.answers == {"use-case": options("voice")}


async def test_a_click_answers_a_choice() -> None:
    async with play("1") as player:
        await player.click(AnswerList, row=2)
        assert "use-case" in player.answers
        assert player.current == "frontier-models"


async def test_numbers_are_read_as_in_the_answers_file() -> None:
    async with play("=70B to 175B", "enter", begin=AT_SIZE) as player:
        assert player.answers["model-size"] == Interval(70, 175)
        assert player.current == "requests-per-day"


async def test_a_wrong_number_is_explained_and_stays() -> None:
    async with play("=70 GB", "enter", begin=AT_SIZE) as player:
        assert player.current == "model-size"
        assert player.find(NumberInput).value == "70 GB"
        assert "GB" in player.says("#note")


async def test_a_question_mark_in_the_field_is_dont_know() -> None:
    async with play("question_mark", "enter", begin=AT_SIZE) as player:
        interview = player.app.state.interview
        assert interview is not None
        assert interview.status("model-size") == "unknown"
        assert player.current == "requests-per-day"


async def test_an_empty_field_answers_nothing() -> None:
    async with play("enter", begin=AT_SIZE) as player:
        assert player.current == "model-size"
        assert "model-size" not in player.answers


async def test_a_range_can_be_picked_instead_of_typed() -> None:
    async with play("down", "down", "down", "enter", begin=AT_SIZE) as player:
        assert player.answers["model-size"] == Interval(70, 175)


async def test_escape_leaves_the_field_so_that_letters_work() -> None:
    async with play(*TO_SIZE) as player:
        await player.press("b")
        assert player.current == "model-size"
        assert player.find(NumberInput).value == "b"
        await player.press("escape", "b")
        assert player.current == "frontier-models"


@pytest.mark.parametrize(
    ("key", "status"), [("f3", "skipped"), ("f4", "unknown")], ids=["skip", "dont-know"]
)
async def test_function_keys_work_inside_the_field(key: str, status: str) -> None:
    async with play("=12", key, begin=AT_SIZE) as player:
        interview = player.app.state.interview
        assert interview is not None
        assert interview.status("model-size") == status
        assert player.current == "requests-per-day"


async def test_the_key_bar_shows_keys_that_work_where_the_focus_is() -> None:
    def shown() -> str:
        hints = player.app.screen.query(KeyHint)
        return " ".join(str(hint.render()) for hint in hints if hint.display)

    async with play(begin=AT_SIZE) as player:
        assert "F2 back" in shown()
        assert "F1 more" in shown()
        await player.press("escape")
        assert "b back" in shown()
        assert "? more" in shown()


async def test_the_key_bar_can_be_clicked() -> None:
    async with play("1") as player:
        await player.click(
            next(h for h in player.app.screen.query(KeyHint) if h.does.hint == "skip")
        )
        assert player.current == "frontier-models"
        interview = player.app.state.interview
        assert interview is not None
        assert interview.status("use-case") == "skipped"


async def test_flags_are_ticked_with_space_and_enter_goes_on() -> None:
    async with play("1", "down", "space", begin=AT_REGIONS) as player:
        assert player.current == "regions"
        assert player.text.count("[x]") == 2
        await player.press("enter")
        flags = frozenset({"us", "europe"})
        assert player.answers["regions"] == Flags(flags, flags)
        assert player.current == "residency"


async def test_no_flag_is_an_answer_only_when_it_is_said() -> None:
    async with play("down", "enter", begin=AT_REGIONS) as player:
        assert player.current == "regions"
        assert "Nothing is ticked" in player.says("#note")
        await player.press("0", "enter")
        assert player.answers["regions"] == Flags(frozenset(), frozenset())


async def test_none_of_these_and_a_flag_exclude_each_other() -> None:
    async with play("1", "0", begin=AT_REGIONS) as player:
        assert player.find(AnswerList).ticked == {"none of these"}
        await player.press("2")
        assert player.find(AnswerList).ticked == {"europe"}


async def test_back_restores_exactly() -> None:
    async with play("1", "1", "2") as player:
        before = player.app.state.interview
        await player.press("=8B", "enter", "f2")
        assert player.app.state.interview == before
        assert player.find(NumberInput).value == "8B"
        await player.press("escape", "b")
        assert player.current == "frontier-models"
        assert player.find(AnswerList).ticked == {"large-open"}


async def test_back_at_the_beginning_says_so() -> None:
    async with play("1", "b") as player:
        assert player.current == "use-case"
        assert [n.message for n in player.app._notifications] == ["This is the first step"]


async def test_skip_and_dont_know_show_in_the_outline() -> None:
    async with play("1", "s", "u") as player:
        outline = player.find(Outline)
        rows = [str(option.prompt) for option in outline.options]
        assert any("– Use case" in row and "skipped" in row for row in rows)
        assert any("? Frontier models" in row and "don't know" in row for row in rows)
        assert any(row.startswith("▶") and "Model size" in row for row in rows)


async def test_a_click_in_the_outline_goes_to_the_question() -> None:
    async with play("1", "1") as player:
        outline = player.find(Outline)
        row = [str(option.prompt) for option in outline.options].index(
            next(str(o.prompt) for o in outline.options if o.id == "residency")
        )
        await player.click(outline, row=row + 1)
        assert player.current == "residency"
        await player.press("1")
        assert player.answers["residency"] == options("none")


async def test_irrelevant_questions_are_not_shown() -> None:
    async with play("1", "4") as player:
        ids = [option.id for option in player.find(Outline).options]
        assert "first-token" not in ids
        assert "residency" in ids


async def test_why_is_hidden_and_shown_again() -> None:
    async with play("1") as player:
        why = player.find("#why")
        assert why.display
        assert QUESTIONS[0].why in player.says("#why")
        await player.press("w")
        assert not why.display
        await player.press("w")
        assert why.display


async def test_the_ranking_moves_with_the_answers() -> None:
    async with play("1") as player:
        rows = player.find(RankingList)
        first = rows.options[0].id
        await player.press("1")
        assert rows.options[0].id == "fast-wafer" != first
        assert "▲1" in str(rows.options[0].prompt)
        assert "▼1" in str(rows.options[1].prompt)


async def test_excluded_offers_are_listed_with_their_reason() -> None:
    async with play("1", "1", "2") as player:
        rows = [str(option.prompt) for option in player.find(RankingList).options]
        assert any("excluded (1)" in row for row in rows)
        assert any("Closed model API" in row and "Serves no open weights" in row for row in rows)


async def test_enter_on_an_offer_explains_it() -> None:
    async with play("1", "1") as player:
        player.find(RankingList).focus()
        await player.press("down", "enter")
        assert player.screen == "ExplainScreen"
        assert "rank 1" in player.text
        await player.press("escape")
        assert player.screen == "InterviewScreen"


async def test_progress_counts_and_says_whether_it_still_matters() -> None:
    async with play(begin=AT_REGIONS) as player:
        assert "4 answered, about 3 left; the winner can still change: yes" in player.text
        await player.press("1", "enter")
        assert "the winner can still change: no" in player.text
        assert "Nothing left to answer can change the winner" in player.says("#note")
        assert "5,184 combinations" in player.says("#note")


async def test_the_next_question_that_matters_says_why_now() -> None:
    async with play("1", "n") as player:
        assert player.current == "residency"
        assert player.says("#note") == "Why now  It could exclude the leader."


async def test_the_question_that_matters_more_is_named_and_one_key_away() -> None:
    async with play("1") as player:
        assert player.current == "use-case"
        assert "Residency: It could exclude the leader." in player.says("#note")
        await player.press("n")
        assert player.current == "residency"
        await player.press("1", "n")
        assert "No question stands out" in [n.message for n in player.app._notifications][-1]


async def test_after_the_last_question_the_verdict_opens() -> None:
    async with play("1", "enter", "1", "1", begin=AT_REGIONS) as player:
        assert player.screen == "VerdictScreen"
        await player.press("escape")
        assert player.screen == "InterviewScreen"
        assert "Every question is dealt with" in player.says("#ask")
        await player.press("1")
        assert player.screen == "VerdictScreen"


async def test_narrow_windows_show_the_ranking_on_demand() -> None:
    async with play("1", "1", size=(60, 20)) as player:
        pane = player.find(RankingPane)
        assert not pane.display
        assert "1 " in player.text.splitlines()[-2]
        await player.press("l")
        assert pane.display
        assert not player.find(QuestionPane).display
        await player.press("escape")
        assert not pane.display
        await player.click("#ranking-strip")
        assert pane.display


async def test_picking_a_number_without_an_option_does_nothing() -> None:
    async with play("1", "9", "0") as player:
        assert player.answers == {}
        assert player.current == "use-case"


class Held:
    """A guide that says nothing until it may."""

    def __init__(self, step: NextStep) -> None:
        self.step = step
        self.may = threading.Event()

    def __call__(self, *_: object) -> NextStep:
        assert self.may.wait(20)
        return self.step


def without_next(*given: Any) -> Any:
    """The sample's recommendation, which leaves what to ask next to the guide."""
    return replace(tui_sample.recommend(*given), next_question=None)


UNGUIDED = {"recommend": without_next, "quick": without_next}


async def guided(player: Player) -> None:
    """Wait until what to ask next is known and shown."""
    for _ in range(1000):
        if player.app.state.advice is not None:
            break
        await player.pilot.pause(0.01)
    await player.rest()


def places(player: Player) -> list[tuple[str, int, int, int]]:
    """What can be clicked to answer: id, column, first line and height of every option."""
    answers = player.find(AnswerList)
    region = answers.scrollable_content_region
    lines = answers._index_to_line
    ends = [*list(lines.values())[1:], answers.virtual_size.height]
    return [
        (option.id, region.x, region.y + lines[index] - round(answers.scroll_y), end - lines[index])
        for index, (option, end) in enumerate(zip(answers.options, ends, strict=True))
    ]


WORLDS = Worlds(12, 12, "exhaustive")
LONG = "It could exclude the leader, and it could lift three other offers above it. " * 2
STEPS = {
    "another": (NextStep(False, "residency", LONG, WORLDS, None), "Matters more"),
    "this": (NextStep(False, "use-case", LONG, WORLDS, None), "Why now"),
    "settled": (NextStep(True, None, LONG, WORLDS, None), "Nothing left to answer"),
}
SIZES = [(60, 20), (80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("kind", STEPS)
async def test_no_option_moves_when_guidance_arrives(kind: str, size: tuple[int, int]) -> None:
    step, words = STEPS[kind]
    guide = Held(step)
    async with play("1", size=size, guide=guide, **UNGUIDED) as player:
        before = places(player)
        assert player.current == "use-case"
        assert len(before) > 2
        assert player.says("#note") == ""
        guide.may.set()
        await guided(player)
        assert words in player.says("#note")
        assert places(player) == before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_no_option_moves_by_what_is_said_of_an_answer(size: tuple[int, int]) -> None:
    async with play("1", size=size) as player:
        before = places(player)
        for key, words in [
            ("enter", "Nothing is highlighted"),
            ("down", ""),
            ("space", "One of these"),
            ("space", ""),
        ]:
            await player.press(key)
            assert words in player.says("#note")
            assert places(player) == before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_no_range_moves_by_what_is_wrong_with_a_number(size: tuple[int, int]) -> None:
    async with play(begin=AT_SIZE, size=size) as player:
        before = places(player)
        await player.press("=70 GB", "enter")
        assert "GB" in player.says("#note")
        assert places(player) == before


async def test_what_has_no_room_ends_with_dots() -> None:
    step = NextStep(False, "residency", LONG * 3, WORLDS, None)
    guide = Held(step)
    guide.may.set()
    async with play("1", size=(60, 20), guide=guide, **UNGUIDED) as player:
        await guided(player)
        assert player.says("#note").startswith("Matters more  Residency")
        assert player.says("#note").endswith("…")


async def test_guidance_leaves_the_meanings_beside_options_that_just_fit() -> None:
    guide = Held(STEPS["another"][0])
    async with play("1", size=(80, 40), guide=guide, **UNGUIDED) as player:
        answers, height = player.find(AnswerList), 40
        while not answers.compact_rows:
            height -= 1
            await player.resize(80, height)
        await player.resize(80, height + 1)
        before = places(player)
        assert not answers.compact_rows
        guide.may.set()
        await guided(player)
        assert "Matters more" in player.says("#note")
        assert places(player) == before
        assert not answers.compact_rows
