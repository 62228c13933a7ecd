"""The interview line by line."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path

import pytest

ALL_UNKNOWN = b"?\n" * 8


def test_at_end_of_input_the_verdict_on_what_was_answered(advisor, tmp_path):
    told = advisor(stdin=b"chat\natlas\n")
    (tmp_path / "same.yaml").write_text("answers: {use-case: chat, models: [atlas]}\n")
    assert told.code == 0
    assert told.data == advisor("recommend", "same.yaml").data


def test_nothing_answered_is_an_interview_too(advisor, tmp_path):
    (tmp_path / "nothing.yaml").write_text("answers: {}\n")
    expected = advisor("recommend", "nothing.yaml").data
    assert advisor(stdin=b"").data == expected
    assert advisor(stdin=ALL_UNKNOWN).data == expected
    assert advisor("--plain", stdin=b"\n" * 8).data == expected


def test_questions_go_to_standard_error(advisor):
    told = advisor(stdin=b"")
    assert "What will the model do?" in told.err
    assert " 1  chat - People wait for the answer." in told.err
    assert "What will the model do?" not in told.out
    assert advisor("--quiet", stdin=b"").err == ""


def test_every_way_to_say_an_answer_gives_the_same(advisor):
    expected = advisor(stdin=b"chat\natlas\n").data
    for lines in (
        b"1\natlas-70b\n",
        b"CHAT\r\n[atlas]\r\n",
        b"ch\natlas\nquit\n70B\n",
        b"batch\nback\nchat\natlas\n",
        b"models: atlas\nuse-case = chat\n",
        b"why\nhelp\nchat\nreview\natlas\n",
        b"\xef\xbb\xbfchat\natlas",
        b"batch\nskip\nuse-case: chat\nmodels: atlas\n",
    ):
        assert advisor(stdin=lines).data == expected, lines


def test_an_answer_can_be_taken_back_to_dont_know(advisor):
    told = advisor(stdin=b"chat\nuse-case: ?\nmodels: atlas\n")
    assert told.data == advisor(stdin=b"?\natlas\n").data


def test_it_starts_from_an_answers_file(advisor, good):
    told = advisor("--answers", good, stdin=b"")
    assert told.data == advisor("recommend", good).data
    assert "What will the model do?" not in told.err


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        (b"chta\n", ":1:1", "did you mean 'chat'?"),
        (b"chat\natlas\n70 GB\n", ":3:4", "GB"),
        (b"?\n?\n-5B\n", ":3:1", "range"),
        (b"chat\nmodel-sise: 70B\n", ":2:1", "did you mean 'model-size'?"),
        (b"chat\nmodel-size: 70 GB\n", ":2:16", "GB"),
        (b"ch\xffat\n", ":1:3", "0xff"),
        (b"chat\n\x1b[A\n", ":2:1", r"\x1b"),
        (b"chat\n" + b"x" * 20_000 + b"\n", ":2:1", "longer than"),
    ],
)
def test_a_mistake_in_a_pipe_is_an_error_that_names_its_line(advisor, lines, place, words):
    told = advisor(stdin=lines)
    assert told.code == 3
    assert told.out == ""
    assert f"<standard input>{place}" in told.err
    assert words in told.err
    assert "Traceback" not in told.err


def test_nobody_qualifies_there_too(advisor, nobody, strict_market):
    told = advisor("--answers", nobody, stdin=b"", rules=strict_market)
    assert told.code == 5
    assert told.data == advisor("recommend", nobody, rules=strict_market).data


def test_mistakes_in_the_answers_file_come_first(advisor, tmp_path):
    told = advisor("--answers", tmp_path / "none.yaml", stdin=b"")
    assert (told.code, told.out) == (3, "")
    assert "there is no file" in told.err


def at_a_terminal(
    small: Path, typed: list[tuple[str, bytes]], arguments: list[str], env: dict[str, str]
) -> tuple[int, str]:
    """Run the program on a terminal; type each text once the words before it were shown."""
    child, descriptor = pty.fork()
    if child == 0:
        environment = {**os.environ, "PYTHONPATH": str(small.parent.parent.parent), **env}
        command = [sys.executable, "-m", "advisor", "--rules", str(small), *arguments]
        os.execve(sys.executable, command, environment)
    shown = ""
    waiting = list(typed)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if waiting and waiting[0][0] in shown.replace("\r\n", "\n"):
            os.write(descriptor, waiting.pop(0)[1])
        if not select.select([descriptor], [], [], 0.05)[0]:
            continue
        try:
            data = os.read(descriptor, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data.decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    os.close(descriptor)
    return os.waitstatus_to_exitcode(status), shown.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        (["--plain"], {"TERM": "xterm"}),
        ([], {"TERM": "dumb"}),
        ([], {"TERM": "xterm", "ACCESSIBLE": "1"}),
    ],
)
def test_at_a_terminal_a_mistake_is_explained_and_asked_again(small, arguments, env):
    code, shown = at_a_terminal(
        small,
        [
            ("What will the model do?", b"chta\n"),
            ("Please answer again", b"chat\n"),
            ("Which models must be served?", b"quit\n"),
        ],
        arguments,
        env,
    )
    assert code == 0
    assert "did you mean 'chat'?" in shown
    assert "Inference Advisor: recommendation" in shown
    assert "\x1b[?1049h" not in shown  # the full-screen interface was not started


def test_ctrl_c_at_a_terminal_leaves_quietly(small):
    code, shown = at_a_terminal(
        small, [("What will the model do?", b"\x03")], ["--plain"], {"TERM": "xterm"}
    )
    assert code == 130
    assert "interrupted" in shown
    assert "Traceback" not in shown
