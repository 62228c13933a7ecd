"""Settings, keymaps, and the palette that knows every action."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_play import answered, play

from advisor.tui import keys
from advisor.tui.settings import Settings, parse_settings, read_settings

pytestmark = pytest.mark.usefixtures("unpainted")

BEGIN = answered(use_case="chat", frontier_models="large-open", model_size="200B")

GOOD = """\
theme = "advisor-light"
keymap = "vim"

[keys]
"interview.back" = "b, backspace"
"""


def test_what_is_set_is_taken() -> None:
    found = parse_settings(GOOD, "settings.toml")
    assert found.problems == ()
    assert found.theme == "advisor-light"
    assert found.keymap == {**keys.KEYMAPS["vim"], "interview.back": "b,backspace"}


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("theme = 3", "s: theme is one of advisor-dark, advisor-light, advisor-contrast, "
         "ansi-dark, ansi-light, not 3"),
        ('keymap = "emacs"', "s: keymap is one of default, vim, not 'emacs'"),
        ('tehme = "x"', "s: there is no setting 'tehme'; did you mean 'theme'?"),
        ("keys = 1", "s: 'keys' is a table of keys by action"),
        ('[keys]\n"interview.bakc" = "b"',
         "s: no action is called 'interview.bakc'; did you mean 'interview.back'?"),
        ('[keys]\n"interview.back" = 3',
         "s: the keys of 'interview.back' are text, such as \"b,f2\""),
        ('[keys]\n"interview.back" = "x,ctrl+s"',
         "s: 'interview.back': ctrl+s belongs to the terminal"),
        ('[keys]\n"interview.back" = "alt+b"',
         "s: 'interview.back': alt+b belongs to the terminal"),
        ("theme = ", "s: Invalid value (at end of document)"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_left_out(text: str, problem: str) -> None:
    found = parse_settings(text, "s")
    assert found.problems == (problem,)
    assert (found.theme, found.keymap) == (None, {})


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b'theme = "\xff"')
    found = read_settings(tmp_path)
    assert found.problems == (f"{tmp_path}/settings.toml: byte 10 is not UTF-8 text",)


def test_no_key_of_the_program_belongs_to_the_terminal() -> None:
    maps = [{name: action.keys for name, action in keys.BY_ID.items()}, *keys.KEYMAPS.values()]
    for keymap in maps:
        text = "[keys]\n" + "".join(f'"{name}" = "{wanted}"\n' for name, wanted in keymap.items())
        assert parse_settings(text, "s").problems == ()


async def test_own_keys_work_and_are_shown() -> None:
    settings = Settings(keymap={"interview.skip": "f3,z", "app.theme": "f11"})
    async with play("1", settings=settings) as player:
        await player.press("z")
        assert player.current == "frontier-models"
        theme = player.app.theme
        await player.press("t")
        assert player.app.theme == theme
        await player.press("f1")
        assert "F3  z" in player.says("#help-text")


async def test_problems_are_told_at_the_start() -> None:
    async with play(settings=Settings(problems=("x.toml: [b]no[/b]",))) as player:
        assert [n.message for n in player.app._notifications] == ["x.toml: [b]no[/b]"]


async def test_vim_keys_move_in_every_list_page_and_tree() -> None:
    settings = Settings(keymap=dict(keys.KEYMAPS["vim"]))
    async with play("f10", begin=BEGIN, settings=settings, size=(80, 24)) as player:
        page = player.find("#why-page")
        await player.press("j", "j")
        await player.pilot.pause(0.3)
        assert page.scroll_y > 0
        await player.press("w", "j")
        assert player.find("#tree").cursor_line == 1
        await player.press("k")
        assert player.find("#tree").cursor_line == 0


SCREENS = ["interview", "verdict", "compare", "whatif", "evidence", "rules", "sessions",
           "review", "export", "examples", "load"]  # fmt: skip


async def test_the_palette_knows_every_action() -> None:
    async with play("1", "1", size=(100, 30)) as player:
        app = player.app
        words: set[str] = set()
        for name in SCREENS:
            app.open(name)
            await player.rest()
            words |= {command.help for command in app.get_system_commands(app.screen)}
        parts = {keys.PICK.id, keys.TAB.id}  # these are there one by one
        elsewhere = {keys.CLOSE.id, keys.QUIT_ALWAYS.id, keys.OPEN.id, keys.ANSWER.id}
        missing = {
            name
            for name, action in keys.BY_ID.items()
            if action.words not in words and name not in parts | elsewhere
        }
        assert missing == set()


async def test_the_palette_changes_the_keys() -> None:
    async with play("1") as player:
        player.app.use_keys(keys.KEYMAPS["vim"])
        await player.press("j", "j")
        assert player.find("#answers").highlighted == 1
