"""Where results go, and in which bytes."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.cli.output import wants_colour
from advisor.saving import save

FORMATS = ("text", "json", "markdown")


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_bytes_twice_and_under_every_hash_seed(advisor, good, form, tmp_path):
    runs = [
        # Each with a cache of its own: nothing is only written again.
        advisor(
            *("recommend", good, "--format", form),
            env={"PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / f"cache-{i}")},
        ).data
        for i, seed in enumerate(("0", "1", "2", "0"))
    ]
    assert len(runs[0]) > 500
    assert len(set(runs)) == 1


def test_json_and_yaml_answers_give_the_same_result(advisor, good, tmp_path):
    (tmp_path / "a.json").write_text(
        json.dumps(
            {
                "format": 1,
                "answers": {"use-case": "chat", "models": ["atlas"], "requests-per-day": 20000},
            }
        )
    )
    from_yaml = advisor("recommend", good, "--format", "json")
    assert advisor("recommend", "a.json", "--format", "json").data == from_yaml.data
    piped = advisor("recommend", "-", "--format", "json", stdin=good.read_bytes())
    assert piped.data == from_yaml.data


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_holds_what_standard_output_would(advisor, good, tmp_path, form):
    told = advisor("recommend", good, "--format", form, "--output", "out.txt")
    assert (told.code, told.out, told.err) == (0, "", "")
    assert (tmp_path / "out.txt").read_bytes() == advisor("recommend", good, "--format", form).data
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".tmp")] == []


def test_options_may_stand_before_or_after_the_command(run_advisor, small, good):
    before = run_advisor("--rules", small, "--as-of", "2026-11-22", "recommend", good)
    after = run_advisor("recommend", good, "--rules", small, "--as-of", "2026-11-22")
    assert before.stdout == after.stdout
    assert b"2026-11-22" in after.stdout


def test_the_day_is_the_one_that_was_asked_for(advisor, good):
    told = advisor("recommend", good, "--format", "json", "--as-of", "2031-01-02")
    result = json.loads(told.out)
    assert result["as_of"] == "2031-01-02"
    assert any(source["stale"] for source in result["sources"])
    today = json.loads(advisor("recommend", good, "--format", "json").out)
    assert not any(source["stale"] for source in today["sources"])


def test_a_missing_directory_is_named(advisor, good):
    told = advisor("recommend", good, "--output", "no/where.txt")
    assert (told.code, told.out) == (2, "")
    assert "directory does not exist" in told.err


def test_a_directory_is_not_replaced(advisor, good, tmp_path):
    told = advisor("recommend", good, "--output", tmp_path)
    assert (told.code, told.out) == (2, "")
    assert "it is a directory" in told.err


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    target = tmp_path / "report.txt"
    target.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(target, b"after")
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_saved_file_keeps_its_mode_and_its_links(tmp_path):
    target = tmp_path / "real.txt"
    target.write_text("before")
    target.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    save(link, b"after")
    assert link.is_symlink()
    assert target.read_text() == "after"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_follows_the_umask(tmp_path):
    mask = os.umask(0o027)
    try:
        save(tmp_path / "new.txt", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced(advisor, good):
    told = advisor("recommend", good, "--output", "/dev/null")
    assert (told.code, told.out, told.err) == (0, "", "")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_standard_output_is_one_line(small, good, tmp_path):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "advisor", "recommend", str(good), "--rules", str(small)],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(small.parent.parent.parent)},
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"no space left" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["questions"], ["--help"], ["--version"], ["recommend", "-"]]
)
def test_a_closed_pipe_is_no_error(small, good, tmp_path, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "advisor", *arguments]
            + (["--rules", str(small)] if arguments[0] in ("questions", "recommend") else []),
            input=good.read_bytes(),
            stdout=writer,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(small.parent.parent.parent)},
            check=False,
        )
    finally:
        os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 0


def test_ascii_where_the_terminal_cannot_show_more(advisor, good):
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    told = advisor("recommend", good, env=env)
    assert told.code == 0
    assert told.out.isascii()
    assert "####" in told.out
    # What programs read is UTF-8 whatever the terminal can show.
    plain = advisor("recommend", good, "--format", "json").data
    assert advisor("recommend", good, "--format", "json", env=env).data == plain


def test_no_colour_in_a_pipe_unless_it_is_forced(advisor, good):
    assert "\x1b" not in advisor("recommend", good).out
    assert "\x1b[1m" in advisor("recommend", good, env={"FORCE_COLOR": "1"}).out
    both = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    assert "\x1b" not in advisor("recommend", good, env=both).out
    told = advisor("recommend", good, "--output", "o.txt", env={"FORCE_COLOR": "1"})
    assert told.code == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_show_it():
    assert wants_colour(Terminal(), {"TERM": "xterm"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert not wants_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not wants_colour(io.StringIO(), {"TERM": "xterm"})
