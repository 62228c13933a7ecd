"""The ranking is computed off the event loop; outdated results are dropped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import tui_sample
from msgspec.structs import replace
from textual.widgets import Input
from tui_play import make_app, play

from advisor.decision.result import Recommendation
from advisor.errors import DataError, Problem
from advisor.knowledge.model import Inputs, Knowledge

pytestmark = pytest.mark.usefixtures("unpainted")


class Slow:
    """A recommender that waits until it is let go; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        self.asked.append(len(inputs.answers))
        self.gate.wait(timeout=30)
        return tui_sample.recommend(base, inputs, as_of)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While it computes for ever."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()


async def test_typing_goes_on_while_it_computes() -> None:
    slow = Slow()
    async with play("1", recommend=slow) as player:
        with slow.held():
            await player.pilot.press("1")
            await player.pilot.press("2")
            assert player.app.state.pending
            assert player.current == "model-size"
            await player.pilot.press("7", "0", "B")
            assert player.app.screen.query_one("#number", Input).value == "70B"
            await player.pilot.pause(0.4)
            assert "updating" in player.says("#ranking-head")
        await player.rest()
        assert not player.app.state.pending
        assert "updating" not in player.says("#ranking-head")


async def test_the_newest_answers_are_what_is_ranked() -> None:
    slow = Slow()
    async with play("1", recommend=slow) as player:
        with slow.held():
            for key in ("1", "2", "f3", "escape", "f3"):
                await player.pilot.press(key)
            await player.pilot.press("1", "enter")
            await player.pilot.press("2")
        await player.rest()
        assert slow.asked[-1] == len(player.answers)
        result = player.app.state.recommendation
        assert result is not None
        assert len(result.inputs.answers) == len(player.answers)


async def test_an_outdated_result_is_dropped() -> None:
    async with play("1", "1") as player:
        state = player.app.state
        shown = state.recommendation
        assert shown is not None
        assert not state.receive(state.generation - 1, tui_sample.recommend(
            tui_sample.knowledge(), Inputs(answers={}), tui_sample.AS_OF
        ))  # fmt: skip
        assert state.recommendation is shown


async def test_a_failure_is_shown_and_the_next_answer_recovers() -> None:
    def fails_on_voice(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        if "voice" in str(inputs.answers.get("use-case")):
            raise RuntimeError("[b]no[/b] engine")
        return tui_sample.recommend(base, inputs, as_of)

    async with play("1", "2", recommend=fails_on_voice) as player:
        assert "not computed" in player.says("#ranking-head")
        assert "[b]no[/b] engine" in player.says("#ranking-head")
        await player.press("b", "1")
        assert "not computed" not in player.says("#ranking-head")
        assert player.app.state.ranks["fast-wafer"] == 1


async def test_skipping_computes_nothing_again() -> None:
    slow = Slow()
    async with play("1", recommend=slow) as player:
        before = len(slow.asked)
        await player.press("s", "u", "f3")
        assert len(slow.asked) == before


async def test_the_first_screen_is_painted_before_the_rules_are_read() -> None:
    gate = threading.Event()

    def load() -> Knowledge:
        gate.wait(timeout=30)
        return tui_sample.knowledge()

    app = make_app(load=load)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        loaded = app.screen.query_one("#loaded")
        assert "Reading the rules" in str(loaded.render())
        await pilot.press("1")
        assert type(app.screen).__name__ == "WelcomeScreen"
        gate.set()
        await app.settled()
        await pilot.pause()
        assert type(app.screen).__name__ == "InterviewScreen"


async def test_a_broken_rule_base_ends_with_its_exit_code() -> None:
    problem = Problem("unreadable-file", "there is no such file", "answers.yaml")

    def begin(_: Knowledge) -> Inputs:
        raise DataError([problem])

    app = make_app(begin=begin)
    async with app.run_test() as pilot:
        await pilot.pause()
    assert app.return_code == 3
    assert app.load_failure is not None
    assert app.load_failure.problems == (problem,)


async def test_a_first_computation_is_never_given_up_a_later_one_is() -> None:
    """The first one imports what it needs; an interrupted import leaves half a module."""
    ended: list[str] = []
    endless = threading.Event()
    started = threading.Event()

    def recommend(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        try:
            started.set()
            while endless.is_set():
                sum(range(100))
        except BaseException:
            ended.append("given up")
            raise
        ended.append("finished")
        return tui_sample.recommend(base, inputs, as_of)

    async with play("1", recommend=recommend) as player:
        assert ended == ["finished"]
        endless.set()
        started.clear()
        await player.pilot.press("1")
        while not started.is_set():
            await player.pilot.pause(0.01)
        endless.clear()
        await player.pilot.press("2")
        await player.rest()
        # Whether the one between was given up or had just ended is a matter of moments.
        assert ended.count("finished") >= 2
        result = player.app.state.recommendation
        assert result is not None
        assert len(result.inputs.answers) == 2


async def test_half_an_import_is_tried_again_undisturbed() -> None:
    failing = [ImportError("cannot import name 'x' from partially initialized module 'y'")]

    def recommend(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        if inputs.answers and failing:
            raise failing.pop()
        return tui_sample.recommend(base, inputs, as_of)

    async with play("1", "1", recommend=recommend) as player:
        assert failing == []
        assert player.app.state.failure is None
        assert not player.app.state.pending


async def test_the_ranking_comes_before_what_would_change_it() -> None:
    gate = threading.Event()

    def recommend(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        gate.wait(timeout=30)
        return tui_sample.recommend(base, inputs, as_of)

    def quick(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
        return replace(tui_sample.recommend(base, inputs, as_of), sensitivity=None, flips=())

    app = make_app(recommend=recommend, quick=quick)
    async with app.run_test(size=(120, 30)) as pilot:
        while app.state.knowledge is None:
            await pilot.pause(0.01)
        await pilot.press("1", "1")
        while app.state.pending or app.state.answered < 1:
            await pilot.pause(0.01)
        assert not app.state.whole
        assert app.state.ranks["fast-wafer"] == 1
        app.open("verdict")
        await pilot.pause()
        await pilot.press("6")
        await pilot.pause()
        assert "is being computed" in str(app.screen.query_one("#stable-page Static").render())
        gate.set()
        await app.deepened()
        await pilot.pause()
        assert "How far a weight may move" in str(
            app.screen.query_one("#stable-page Static").render()
        )
