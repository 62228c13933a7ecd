"""Every promised exit code, and nothing on standard output when there is no result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def test_0_done(advisor, good):
    told = advisor("recommend", good)
    assert told.code == 0
    assert "Wafer shared API" in told.out
    assert told.err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["recomend", "x"], "did you mean 'recommend'?"),
        (["recommend"], "ANSWERS"),
        (["recommend", "a", "b"], "b"),
        (["recommend", "a", "--fromat", "json"], "--format"),
        (["recommend", "a", "--format", "jsn"], "did you mean 'json'?"),
        (["recommend", "a", "--require", "firn"], "did you mean 'firm'?"),
        (["recommend", "a", "--as-of", "2026-02-30"], "2026-02-30"),
        (["recommend", "a", "--as-of", "20261122"], "2026-11-22"),
        (["--as-of", "yesterday"], "yesterday"),
        (["--answers", "x", "recommend", "x"], "--answers"),
        (["--answers", "-"], "standard input"),
        (["rules"], "command"),
        (["rules", "chekc"], "did you mean 'check'?"),
        (["rules", "show", "people-wait-for-answer"], "did you mean 'people-wait-for-answers'?"),
        (["examples", "chat-startupp"], "did you mean 'chat-startup'?"),
        (["explain", "a", "--why", "wafer-share"], "did you mean 'wafer-shared'?"),
        (["locate", "rulez"], "did you mean 'rules'?"),
        (["--bogus"], "--bogus"),
        (["\x1b[31mrecommend"], r"\x1b[31m"),
    ],
)
def test_2_wrong_usage(advisor, arguments, words):
    told = advisor(*arguments)
    assert told.code == 2
    assert told.out == ""
    assert words in told.err
    assert "Traceback" not in told.err
    assert "\x1b" not in told.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.yaml", None, "there is no file"),
        ("empty.yaml", b"", "empty.yaml"),
        ("blank.yaml", b"\n\n# nothing\n", "blank.yaml"),
        ("binary.yaml", bytes(range(256)), "binary.yaml"),
        ("utf16.yaml", "format: 1\n".encode("utf-16"), "utf16.yaml"),
        ("malformed.yaml", b"answers: {model-size: [\n", "malformed.yaml:"),
        ("list.yaml", b"- a\n", "list.yaml:1:1"),
        ("unknown.yaml", b"answers: {modle-size: 70B}\n", "did you mean 'model-size'?"),
        ("option.yaml", b"answers:\n  use-case: chta\n", "option.yaml:2:13"),
        ("unit.yaml", b"answers:\n  model-size: 70 GB\n", "unit.yaml:2:"),
        ("negative.yaml", b"answers:\n  requests-per-day: -5\n", "negative.yaml:2:21"),
        ("absurd.yaml", b"answers:\n  requests-per-day: 99999999999999999999\n", "absurd.yaml:2:"),
        ("twice.yaml", b"answers:\n  use-case: chat\n  use-case: batch\n", "twice.yaml:3:3"),
        ("deep.yaml", b"[" * 100_000, "deep.yaml:1:"),
        ("bad.json", b'{"answers": {"use-case": "chat"', "bad.json:1:"),
    ],
)
def test_3_invalid_data(advisor, tmp_path, name, content, words):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    told = advisor("recommend", name)
    assert told.code == 3
    assert told.out == ""
    assert words in told.err
    assert "Traceback" not in told.err


def test_3_names_a_file_with_nearly_that_name(advisor, good):
    assert "did you mean 'answers.yaml'?" in advisor("recommend", "answer.yaml").err


def test_3_all_problems_at_once(advisor, tmp_path):
    (tmp_path / "a.yaml").write_text("answers:\n  modle-size: 70B\n  use-case: chta\n")
    told = advisor("recommend", "a.yaml")
    assert "a.yaml:2:3" in told.err
    assert "a.yaml:3:13" in told.err


def test_3_a_directory(advisor, tmp_path):
    told = advisor("recommend", tmp_path)
    assert (told.code, told.out) == (3, "")
    assert "is a directory" in told.err


def test_3_an_unreadable_file(advisor, good):
    # Whoever may read everything is shown a file that the system itself refuses to read.
    name = good
    if os.access("/proc/self/mem", os.R_OK) and os.geteuid() == 0:
        name = Path("/proc/self/mem")
    else:
        good.chmod(0)
    told = advisor("recommend", name)
    assert (told.code, told.out) == (3, "")
    assert "cannot be read" in told.err


def test_3_an_endless_file_is_not_read_to_its_end(advisor):
    told = advisor("recommend", "/dev/zero")
    assert (told.code, told.out) == (3, "")
    assert "larger than" in told.err


def test_3_a_closed_standard_input(advisor):
    told = advisor("recommend", "-", stdin=b"")
    assert (told.code, told.out) == (3, "")
    assert "<standard input>" in told.err


@pytest.mark.parametrize(
    "command", [["recommend", "a.yaml"], ["questions"], ["rules", "check"], []]
)
def test_4_no_rule_base(advisor, tmp_path, command):
    told = advisor(*command, rules=tmp_path / "nowhere")
    assert (told.code, told.out) == (4, "")
    assert "nowhere" in told.err


def test_4_an_invalid_rule_base(advisor, good, tmp_path, small):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(small, broken)
    criteria = broken / "criteria" / "other.yaml"
    criteria.write_text(criteria.read_text().replace("requests-per-day", "request-per-day"))
    told = advisor("recommend", good, rules=broken)
    assert (told.code, told.out) == (4, "")
    assert "did you mean 'requests-per-day'?" in told.err
    checked = advisor("rules", "check", rules=broken)
    assert checked.code == 4
    assert "did you mean 'requests-per-day'?" in checked.out
    data = json.loads(advisor("rules", "check", "--format", "json", rules=broken).out)
    assert data["format"] == "advisor-problems-1"
    problem = data["problems"][0]
    assert problem["file"].endswith("criteria/other.yaml")
    assert problem["line"] > 0


def test_5_no_offer_qualifies_and_the_result_is_printed(advisor, nobody, strict_market):
    told = advisor("recommend", nobody, "--format", "json", rules=strict_market)
    assert told.code == 5
    result = json.loads(told.out)
    assert result["verdict"]["offer"] is None
    assert result["verdict"]["confidence"] == "none"
    assert len(result["excluded"]) == 4


def test_5_comes_before_7(advisor, nobody, strict_market):
    assert advisor("recommend", nobody, "--require", "firm", rules=strict_market).code == 5


def test_7_a_demand_is_not_reached_and_the_result_is_printed(advisor, good):
    result = json.loads(advisor("recommend", good, "--format", "json").out)
    reached = {
        "safe": result["verdict"]["lane"] == "safe",
        "settled": result["verdict"]["settled"],
        "likely": result["verdict"]["confidence"] in ("likely", "firm"),
        "firm": result["verdict"]["confidence"] == "firm",
    }
    assert set(reached.values()) == {True, False}
    for demand, holds in reached.items():
        told = advisor("recommend", good, "--require", demand)
        assert told.code == (0 if holds else 7), demand
        assert "Wafer shared API" in told.out
        assert (demand in told.err) != holds


def test_130_interrupted(small, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "advisor", "recommend", "-", "--rules", str(small)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(small.parent.parent.parent)},
        start_new_session=True,
    )
    # It reads standard input until it is interrupted; only the start takes time.
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert b"interrupted" in err
    assert b"Traceback" not in err


def test_1_an_internal_error_is_one_line(good, small, monkeypatch, capsys):
    from advisor.cli import recommending as module
    from advisor.cli.main import run

    def fail(*_: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(module, "load_knowledge", fail)
    assert run(["recommend", str(good), "--rules", str(small)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "RuntimeError" in err
    monkeypatch.setenv("ADVISOR_DEBUG", "1")
    assert run(["recommend", str(good)]) == 1
    assert "Traceback" in capsys.readouterr().err
