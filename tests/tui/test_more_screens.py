"""Compare, what if, evidence, rules, help, the palette, themes and keymaps."""

from __future__ import annotations

from pathlib import Path

import pytest
import tui_sample
from msgspec.structs import replace
from textual.widgets import DataTable
from tui_play import Player, answered, play

from advisor.errors import Problem, RuleBaseError, Span
from advisor.knowledge.model import Attribute, Claim, Knowledge, Place
from advisor.knowledge.values import ChoiceType, NumberType, Options
from advisor.tui import keys, themes
from advisor.tui.editing import editor_command
from advisor.tui.keys import KEYMAPS
from advisor.tui.pages.rules import as_written
from advisor.tui.settings import Settings
from advisor.tui.widgets.answer_list import AnswerList, Menu

pytestmark = pytest.mark.usefixtures("unpainted")

BEGIN = answered(use_case="chat", frontier_models="large-open", model_size="200B")
RULES = """\
- id: first-rule
  because: it stands first

- id: residency-gate
  because: "Processing cannot be held there."
  source: {ref: panel}
- id: last
"""


def shown(player: Player, *words: str) -> bool:
    text = " ".join(player.text.split())
    return all(word in text for word in words)


def with_facts() -> Knowledge:
    """Two offers with claims; sources differ about the price of one."""
    base = tui_sample.knowledge()
    here = Place("facts.yaml", Span(3, 1, 3, 9))

    def claim(subject: str, attribute: str, value: object, day: str) -> Claim:
        return Claim(
            subject, attribute, value, "panel", day, tui_sample.AS_OF, "press", False, None,
            "seen in a table", here,
        )  # fmt: skip

    yes = Options(frozenset({"yes"}))
    no = Options(frozenset({"no"}))
    offers = dict(base.offers)
    offers["rack-72"] = replace(
        offers["rack-72"],
        claims=(
            claim("rack-72", "failover", yes, "2026"),
            claim("rack-72", "failover", no, "2025"),
        ),
    )
    offers["token-api"] = replace(
        offers["token-api"], claims=(claim("token-api", "failover", no, "2026"),)
    )
    return replace(
        base,
        offers=offers,
        attributes={
            "failover": Attribute("failover", "offer", ChoiceType(("no", "yes")), "Failover", "any", here),
            "price": Attribute("price", "offer", NumberType("USD/GPU-hour"), "Price", "any", here),
        },
        method=replace(base.method, expiry_days={"any": 9999, "model-list": 9999}),
    )  # fmt: skip


def on_disk(root: Path) -> Knowledge:
    """The sample, as if read from files under ``root``."""
    (root / "sample.yaml").write_text(RULES)
    base = tui_sample.knowledge()
    rule = base.rules["residency-gate"]
    placed = replace(rule, place=Place("sample.yaml", Span(4, 7, 4, 21)))
    return replace(base, root=str(root), rules={rule.id: placed})


# -- compare ---------------------------------------------------------------------------------


def cells(player: Player, label: str) -> list[str]:
    table = player.find(DataTable)
    for index in range(table.row_count):
        row = [str(cell) for cell in table.get_row_at(index)]
        if row[0] == label:
            return row[1:]
    return []


async def test_compare_starts_with_the_first_three() -> None:
    async with play("f10", "f7", load=with_facts, begin=BEGIN) as player:
        assert player.screen == "CompareScreen"
        result = player.app.state.recommendation
        assert result is not None
        assert cells(player, "Place") == ["1 of 5", "2 of 5", "3 of 5"]
        points = [f"{row.score.points / 100:.1f}" for row in result.ranking[:3]]
        assert [cell.removeprefix("★ ") for cell in cells(player, "Points")] == points
        assert cells(player, "Points")[0].startswith("★")
        assert player.find(DataTable).fixed_columns == 1


async def test_compare_shows_only_differences_on_demand() -> None:
    async with play("f10", "f7", load=with_facts, begin=BEGIN) as player:
        assert cells(player, "Model") == ["deepseek-v4-pro"] * 3
        await player.press("d")
        assert cells(player, "Model") == []
        assert cells(player, "Place") != []


async def test_compare_takes_other_offers_even_excluded_ones() -> None:
    async with play("f10", "f7", "a", load=with_facts, begin=BEGIN) as player:
        offers = player.find(AnswerList)
        assert len(offers.ticked) == 3
        offers.ticked = {"token-api", "closed-api"}
        await player.press("enter")
        assert cells(player, "Place")[1] == "✗ excluded"
        assert cells(player, "Why it is out")[1] == "Serves no open weights."
        assert "no" in cells(player, "Failover")[0]


async def test_compare_wants_two_to_four() -> None:
    async with play("f10", "f7", "a", begin=BEGIN) as player:
        player.find(AnswerList).ticked = {"rack-72"}
        await player.press("enter")
        assert player.find(AnswerList).display
        assert any("two to 4" in n.message for n in player.app._notifications)
        await player.press("escape")
        assert player.find(DataTable).has_focus


# -- what if ---------------------------------------------------------------------------------


async def test_what_if_leads_with_the_flip() -> None:
    async with play("f8", begin=answered(use_case="chat", requests_per_day=5000000)) as player:
        before = player.app.state.recommendation
        assert before is not None
        await player.press("down", "down", "left", "left")
        text = player.says("#moves Static")
        assert text.startswith("↷") or text.startswith("=")
        assert "Weight of Cost: as it is → ignore" in text
        after = player.app.state.recommendation
        assert after is not None
        flipped = after.verdict.offer != before.verdict.offer
        assert ("would win" in text) == flipped
        assert flipped


async def test_what_if_is_taken_back_unless_it_is_kept() -> None:
    async with play("f8", begin=BEGIN) as player:
        before = player.app.state.interview
        assert before is not None
        await player.press("down", "right")
        assert player.app.state.interview != before
        await player.press("escape")
        assert player.screen == "InterviewScreen"
        assert player.app.state.interview == before
        await player.press("f8", "down", "right", "k")
        assert player.app.state.interview is not None
        assert player.app.state.interview.inputs.weights == {"throughput": "more"}


async def test_what_if_changes_any_answer_and_takes_steps_back() -> None:
    async with play("f8", begin=BEGIN) as player:
        knobs = player.find("#knobs")
        knobs.highlighted = knobs.get_option_index("answer/use-case")
        await player.press("enter")
        assert player.screen == "ChangeScreen"
        assert "What is the model for?" in player.text
        await player.press("2")
        assert player.screen == "WhatIfScreen"
        assert "Use case: Chat or assistant → Voice" in player.says("#moves Static")
        await player.press("b")
        assert "Change an answer" in player.says("#moves Static")
        assert player.answers["use-case"] == Options(frozenset({"chat"}))


async def test_what_if_is_not_saved_before_it_is_kept(tmp_path: Path) -> None:
    import json

    async with play("f8", "down", "right", begin=BEGIN, sessions=tmp_path) as player:
        name = player.app.keeper.name
    saved = json.loads((tmp_path / f"{name}.session.json").read_text())
    assert saved["weights"] == {}


# -- evidence and rules ----------------------------------------------------------------------


async def test_evidence_shows_claims_side_by_side() -> None:
    async with play("escape", "f", load=with_facts, begin=BEGIN, size=(120, 40)) as player:
        assert player.screen == "EvidenceScreen"
        assert shown(player, "3 facts, 1 disputed, 0 stale")
        await player.press("2")
        rows = [str(option.prompt) for option in player.find(Menu).options if option.id]
        assert rows == ["72-GPU rack, reserved  ≠ 1 disputed"]
        assert shown(player, "≠ sources differ", "press: Panel notes, 2025, read 2026-11-22")
        assert shown(player, "seen in a table")


async def test_evidence_is_searched(tmp_path: Path) -> None:
    async with play("escape", "f", "slash", "=token", load=with_facts, begin=BEGIN) as player:
        rows = [option.id for option in player.find(Menu).options if option.id]
        assert rows == ["offer/token-api"]
        await player.press("escape")
        assert player.find(Menu).has_focus
        await player.press("escape")
        assert player.screen == "InterviewScreen"


async def test_rules_show_a_declaration_as_it_is_written(tmp_path: Path) -> None:
    async with play("escape", "g", load=lambda: on_disk(tmp_path), begin=BEGIN) as player:
        await player.press("slash", "=residency-gate", "enter")
        assert shown(player, "It excludes offers", "- id: residency-gate", "kept by panel")
        assert "- id: last" not in player.text
        assert "it stands first" not in player.text


async def test_without_an_editor_the_place_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    async with play("escape", "g", load=lambda: on_disk(tmp_path), begin=BEGIN) as player:
        await player.press("slash", "=residency-gate", "enter", "enter")
        told = [n.message for n in player.app._notifications]
        assert any(f"{tmp_path}/sample.yaml:4" in words for words in told)


async def test_rules_are_read_again_and_the_ranking_follows() -> None:
    changed = False

    def load() -> Knowledge:
        base = tui_sample.knowledge()
        if not changed:
            return base
        questions = {n: q for n, q in base.questions.items() if n != "model-size"}
        return replace(base, questions=questions, digest="1" * 64)

    async with play(load=load, begin=BEGIN) as player:
        assert len(player.answers) == 3
        changed = True
        player.app.reload_rules()
        await player.rest()
        assert set(player.answers) == {"use-case", "frontier-models"}
        result = player.app.state.recommendation
        assert result is not None
        assert len(result.inputs.answers) == 2


async def test_mistakes_in_rules_read_again_are_shown_and_the_old_stay() -> None:
    broken = False

    def load() -> Knowledge:
        if broken:
            place = Span(4, 10, 4, 20)
            raise RuleBaseError(
                [Problem("unknown-name", "nothing is called 'modle'", "x.yaml", place)]
            )
        return tui_sample.knowledge()

    async with play(load=load, begin=BEGIN) as player:
        broken = True
        player.app.reload_rules()
        await player.rest()
        await player.pilot.pause(0.1)
        assert player.screen == "NoticeScreen"
        assert shown(player, "nothing is called 'modle'", "x.yaml:4:10", "the old ones stay")
        await player.press("escape")
        assert len(player.answers) == 3


def test_declarations_are_cut_out_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES)
    lines = as_written(tmp_path, Place("r.yaml", Span(4, 7, 4, 9)))
    assert [str(line) for line in lines] == RULES.splitlines()[3:6]
    whole = as_written(tmp_path, Place("r.yaml"))
    assert len(whole) == len(RULES.splitlines())
    missing = as_written(tmp_path, Place("none.yaml"))
    assert "cannot be read" in str(missing[0])


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"EDITOR": ""}, None),
        ({"EDITOR": "'"}, None),
        ({"EDITOR": "vim -n"}, ["vim", "-n", "+7", "/r.yaml"]),
        ({"EDITOR": "vi", "VISUAL": "/usr/bin/nano"}, ["/usr/bin/nano", "+7", "/r.yaml"]),
        ({"EDITOR": "code"}, ["code", "--wait", "--goto", "/r.yaml:7"]),
        ({"EDITOR": "hx"}, ["hx", "/r.yaml:7"]),
        ({"EDITOR": "strange"}, ["strange", "/r.yaml"]),
    ],
)
def test_editors_are_called_their_own_way(
    environment: dict[str, str], expected: list[str] | None
) -> None:
    assert editor_command(environment, Path("/r.yaml"), 7) == expected


# -- everywhere ------------------------------------------------------------------------------


async def test_help_speaks_of_the_screen_below() -> None:
    async with play("1", "question_mark", size=(120, 60)) as player:
        assert player.screen == "HelpScreen"
        assert shown(player, "Interview", "Keys here", "F4", "Say that you do not know")
        await player.press("question_mark")
        assert player.screen == "InterviewScreen"


async def test_help_opens_from_inside_a_field() -> None:
    async with play("f1", begin=answered(use_case="chat", frontier_models="large-open")) as player:
        assert player.screen == "HelpScreen"


async def test_every_action_is_in_the_palette() -> None:
    async with play(begin=BEGIN) as player:
        titles = {c.title for c in player.app.get_system_commands(player.app.screen)}
        wanted = {action.hint.capitalize() for action in keys.NAVIGATION}
        assert wanted <= titles
        assert {"Theme: light", "Theme: contrast", "Question: Model size"} <= titles
        assert "Explain: Wafer shared API" in titles
        await player.press("ctrl+p")
        assert player.screen == "CommandPalette"


async def test_the_palette_goes_to_a_question() -> None:
    async with play("f10", begin=BEGIN) as player:
        commands = {c.title: c.callback for c in player.app.get_system_commands(player.app.screen)}
        commands["Question: Residency"]()
        await player.rest()
        assert player.screen == "InterviewScreen"
        assert player.current == "residency"


async def test_themes_turn_and_each_is_known() -> None:
    async with play("escape", begin=BEGIN) as player:
        seen = [player.app.theme]
        for _ in themes.OFFERED:
            await player.press("t")
            seen.append(player.app.theme)
        assert seen == [*themes.OFFERED, themes.OFFERED[0]]


async def test_the_vim_keymap_moves_in_lists() -> None:
    async with play(
        "1", "j", "j", "k", "enter", settings=Settings(keymap=dict(KEYMAPS["vim"]))
    ) as player:
        assert player.answers["use-case"] == Options(frozenset({"chat"}))


def test_keymaps_name_actions_that_exist() -> None:
    known = set(keys.BY_ID) | keys.MOVING
    for keymap in keys.KEYMAPS.values():
        assert set(keymap) <= known


def test_no_key_belongs_to_a_multiplexer() -> None:
    for action in keys.BY_ID.values():
        for key in action.keys.split(","):
            assert key not in {"ctrl+a", "ctrl+b", "ctrl+j", "ctrl+o", "ctrl+s"}
            assert not key.startswith("alt+")


async def test_leaving_works_inside_a_field() -> None:
    async with play(begin=answered(use_case="chat", frontier_models="large-open")) as player:
        await player.pilot.press("q")
        assert player.app.is_running
        await player.pilot.press("ctrl+q")
        await player.pilot.pause()
        assert player.app.return_code == 0
