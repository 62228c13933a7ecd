"""The charts: figures of the estimates, a table for every picture, nothing made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from textual.content import Content
from tui_play import answered, play

from advisor.decision.recommend import recommend
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Flags, Interval
from advisor.tui.figures import BreakEven, Cost, Curve, Figures, Spot, estimator, figures, models_of
from advisor.tui.pages.charts import cost_table, spot_table
from advisor.tui.widgets.chart import Chart

FOUND = Figures(
    missing=(),
    now=(1000, 1000),
    curves=(
        Curve(
            "a", "Alpha [b]API[/b]", tuple(Cost(v, v * 1.0, v * 2.0) for v in (100, 1000, 10000))
        ),
        Curve("b", "Beta rack", tuple(Cost(v, 9000.0, None) for v in (100, 1000, 10000))),
    ),
    break_even=(BreakEven("Beta rack", "Alpha [b]API[/b]", 4500.0, None),),
    spots=(
        Spot("a", "Alpha [b]API[/b]", 1500.0, False, 40.0, 50.0, 60.0, "measured"),
        Spot("b", "Beta rack", 9000.0, True, 100.0, 100.0, 100.0, "estimated"),
    ),
    unplaced=(("Gamma", "speed not known"), ("Delta", "speed not known")),
    assumptions=("even load",),
)


def test_the_table_says_what_the_chart_shows() -> None:
    text = cost_table(FOUND, 79).plain
    assert "A  Alpha [b]API[/b]" in text
    assert "$1,000 to $2,000" in text
    assert "at least $9,000" in text
    assert "Beta rack costs no more than Alpha [b]API[/b] from at least 4,500 requests" in text
    spots = spot_table(FOUND, 100).plain
    assert (
        "A  Alpha [b]API[/b]: about $1,500 a month, 50 tokens/s each (40 to 60), measured" in spots
    )
    assert "B  Beta rack: at least $9,000 a month, 100 tokens/s each, estimated" in spots
    assert "? speed not known: Gamma, Delta" in spots


@pytest.mark.parametrize("width", [44, 60, 79, 110])
def test_the_tables_fit(width: int) -> None:
    for page in (cost_table(FOUND, width), spot_table(FOUND, width)):
        assert [line.plain for line in page.split("\n") if line.cell_length > width] == []


def test_what_is_missing_is_named() -> None:
    nothing = Figures(("requests-per-day", "input-tokens"), None, (), (), (), (), ())
    assert "Requests per day and Input tokens" in cost_table(nothing, 79).plain
    assert "No offer can be placed" in spot_table(nothing, 79).plain


def test_each_offer_is_estimated_with_the_model_that_the_ranking_serves() -> None:
    asked: list[tuple[object, tuple[str, ...]]] = []

    def estimate(inputs: Inputs, offers: Sequence[str]) -> Any:
        asked.append((inputs.answers.get("models"), tuple(offers)))
        raise StopIteration

    inputs = Inputs(answers={"requests-per-day": Interval(10, 10)})
    with pytest.raises(StopIteration):
        figures(estimate, inputs, ["x", "y"], str, {"x": "m"})
    one = frozenset({"m"})
    assert asked == [(Flags(one, one), ("x",))]
    asked.clear()
    own = Flags(frozenset({"n"}), frozenset({"n"}))
    with pytest.raises(StopIteration):
        figures(estimate, replace(inputs, answers={"models": own}), ["x"], str, {"x": "m"})
    assert asked == [(own, ("x",))]


@pytest.mark.full
def test_over_the_shipped_rules_the_curves_are_those_of_the_estimates(
    knowledge: Knowledge, as_of: date
) -> None:
    begin = answered(use_case="chat", models=["deepseek-v4-pro"], requests_per_day=100000,
                     input_tokens=2000, output_tokens=500)  # fmt: skip
    inputs = begin(knowledge)
    result = recommend(knowledge, inputs, as_of, thorough=False)
    estimate = estimator(knowledge, as_of)
    offers = [row.offer for row in result.ranking]
    found = figures(estimate, inputs, offers, str, models_of(knowledge, result))
    assert found.missing == ()
    assert len(found.curves) == 4
    for curve in found.curves:
        for cost in (curve.costs[0], curve.costs[-1]):
            volume = {"requests-per-day": Interval(cost.volume, cost.volume)}
            asked = replace(inputs, answers={**inputs.answers, **volume})
            (row,) = estimate(asked, (curve.offer,)).offers
            low, high = row.bill.monthly.low, row.bill.monthly.high
            assert (cost.low, cost.high) == (
                None if low is None else float(low), None if high is None else float(high)
            )  # fmt: skip
    assert {spot.title for spot in found.spots} | {title for title, _ in found.unplaced} == {
        row.title for row in result.ranking
    }


def made(found: Figures | Exception) -> Callable[[Knowledge, date], Any]:
    """An estimator whose estimates become ``found`` without more ado."""

    def make(_: Knowledge, __: date) -> Any:
        if isinstance(found, Exception):
            raise found
        return lambda inputs, offers: None

    return make


async def test_charts_and_tables_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import advisor.tui.figures

    monkeypatch.setattr(advisor.tui.figures, "figures", lambda *_: FOUND)
    for theme in ("advisor-dark", "ansi-light"):
        async with play(
            "f10", "7", begin=answered(use_case="chat"), estimator=made(FOUND), size=(100, 50)
        ) as player:
            player.app.theme = theme
            while player.app.state.figures is None:
                await player.pilot.pause(0.01)
            await player.rest()
            charts = list(player.app.screen.query(Chart))
            assert [chart.display for chart in charts] == [True, True]
            text = player.text
            assert "Cost a month against requests a day" in text
            assert "Alpha [b]API[/b]" in text
            page = player.find("#charts-page")
            page.scroll_end(animate=False)
            await player.rest()
            assert "speed not known: Gamma, Delta" in player.text
            await player.resize(60, 20)
            await player.resize(120, 40)


async def test_why_there_is_no_chart_is_said() -> None:
    error = advisor_error()
    async with play("f10", "7", begin=answered(use_case="chat"), estimator=made(error)) as player:
        while not player.app.state.figures_failure:
            await player.pilot.pause(0.01)
        await player.rest()
        assert "no hardware was measured [b]here[/b]" in player.text


def advisor_error() -> Exception:
    from advisor.tui.figures import NoFigures

    return NoFigures("no hardware was measured [b]here[/b]")


def test_nothing_in_a_table_is_markup() -> None:
    assert isinstance(cost_table(FOUND, 60), Content)
