"""Where benchmark tools come from: within bounds, with a reason where there is none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.plan import tool_homes


@pytest.fixture(autouse=True)
def nothing_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_homes.shutil, "which", lambda _: None)


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    code, told = tool_homes.run(
        ["sh", "-c", "echo begun; (sleep 3; touch late) & sleep 60"], 0.5, {}, tmp_path
    )
    assert (code, told) == (None, "begun\n")
    assert time.monotonic() - started < 3
    time.sleep(3.2)
    assert not (tmp_path / "late").exists()


def test_a_command_that_fails_says_what_it_said(tmp_path: Path) -> None:
    code, told = tool_homes.run(
        ["sh", "-c", "echo $WORD >&2; exit 7"], 10, {"WORD": "no"}, tmp_path
    )
    assert (code, told) == (7, "no\n")


def test_without_being_asked_to_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tool_homes, "WHERE", "")
    with pytest.raises(pytest.skip.Exception, match="aiperf is not installed"):
        tool_homes.find("aiperf", tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_ones_own_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "aiperf" / "bin" / "aiperf"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(tool_homes, "WHERE", str(tmp_path))
    assert tool_homes.find("aiperf", tmp_path / "home") == program


@pytest.mark.parametrize("trouble", ["room", "pip"])
def test_what_cannot_be_installed_fails_where_it_is_demanded_and_else_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trouble: str
) -> None:
    if trouble == "room":
        monkeypatch.setattr(tool_homes, "NEEDS_GB", {"aiperf": 10**9})
        words = r"aiperf needs 1000000000 GB for a while; .* GB free"
    else:
        monkeypatch.setattr(tool_homes, "_step", lambda *_: "aiperf could not be installed: no")
        words = "aiperf could not be installed: no"
    monkeypatch.setattr(tool_homes, "WHERE", "install")
    with pytest.raises(AssertionError, match=words):
        tool_homes.find("aiperf", tmp_path / "home")
    monkeypatch.setattr(tool_homes, "WHERE", "try")
    # The second to ask is told what the first found out.
    with pytest.raises(pytest.skip.Exception, match=words):
        tool_homes.find("aiperf", tmp_path / "home")


def test_what_was_installed_goes_when_the_last_test_has_used_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    tool_homes.let_go(home, "one", 1)
    home.mkdir()
    tool_homes.let_go(home, "one", 2)
    tool_homes.let_go(home, "one", 2)
    assert home.is_dir()
    tool_homes.let_go(home, "other", 2)
    assert not home.exists()
