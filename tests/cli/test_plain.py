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


ANSWERED = b"chat\nmodels: atlas\nrequests-per-day: 20000\noutput-tokens: 500\n"


PAGES = {
    "ranking": ["1. Wafer shared API (wafer-shared): ", "Out: Closed lab API (closed-lab): "],
    "verdict": ["★ Wafer shared API with Atlas 70B", "the winner can still change (checked"],
    "reasons": ["Where the points come from", "Total", "What speaks against it"],
    "cost": ["The bill", "Output tokens: $365", "A month, all offers"],
    "open": ["It would be out, if this turns out", "How your answers were read"],
    "out": ["✗ Closed lab API", "you said: Models: atlas-70b"],
    "stable": ["How far a weight may move", "2,000 draws"],
    "charts": ["Not drawn: this rule base cannot size hardware"],
    "explain wafer-shared": ["wafers-are-fast: vendor claim, wafer-article, checked 2026"],
    "compare wafer-shared budget-shared": ["Points, Latency", "  ahead"],
    "what if residency: eu": ["↷ Budget shared API would win, not Wafer", "Newly out"],
    "what if cost more": ["Wafer shared API still wins", "Weight of Cost: as it is → more"],
    "facts": ["subjects; 'facts NAME' shows one."],
    "facts wafer-shared": ["press: Speed of wafers, 2026, read 2026-11-01"],
    "rules certificates": ["rule certificates-must-be-held, gates/compliance.yaml"],
    "rules processing-must-stay": ["rule in gates/compliance.yaml:10", "exclude: yes"],
    "help": ["compare OFFER OFFER", "what if ID: ANSWER"],
}


def test_every_page_can_be_looked_at_line_by_line(advisor):
    told = advisor(stdin=ANSWERED + "".join(f"{line}\n" for line in PAGES).encode())
    assert told.code == 0, told.err
    said = told.err.partition("certifications: Which")[2]
    place = 0
    for line, words in PAGES.items():
        for expected in words:
            place = said.find(expected, place)
            assert place >= 0, (line, expected, said)
    assert not set("━╸╺┣┫╋█") & set(said)  # no pictures
    assert max(map(len, said.splitlines())) <= 110
    assert told.data == advisor("--quiet", stdin=ANSWERED).data  # looking changes nothing


def test_a_trial_counts_once_it_is_kept(advisor, tmp_path):
    file = tmp_path / "kept.yaml"
    file.write_text(
        "answers: {use-case: chat, models: [atlas], requests-per-day: 20000, "
        "output-tokens: 500, residency: eu}\nweights: {cost: more}\n"
    )
    typed = ANSWERED + b"what if residency: eu\nkeep\nweight cost more\n"
    assert advisor(stdin=typed).data == advisor("recommend", file).data
    typed += b"weight cost normal\nback\nback\nback\n"
    assert advisor(stdin=typed).data == advisor(stdin=ANSWERED).data


def test_a_result_is_exported_from_the_conversation(advisor, tmp_path):
    told = advisor(stdin=ANSWERED + b"export json here\nexport answers there.yaml\n")
    assert f"Written: {tmp_path}/here.json" in told.err
    assert (tmp_path / "here.json").read_bytes() == advisor(
        "recommend", "there.yaml", "--format", "json"
    ).data


def test_the_conversation_goes_on_after_the_last_question(advisor):
    told = advisor(stdin=b"?\n" * 9 + b"review\nuse-case: chat\nverdict\n")
    assert "Every question is dealt with" in told.err
    assert told.data == advisor(stdin=b"chat\n").data


@pytest.mark.parametrize(
    ("name", "rest", "message"),
    [
        ("explain", "waffle", "no offer is called 'waffle'"),
        ("explain", "wafer-sharde", "did you mean 'wafer-shared'?"),
        ("compare", "wafer-shared", "compare takes two to four offers, such as: compare ID ID"),
        ("facts", "nobody", "no subject of facts is called 'nobody'"),
        ("rules", "xyzzy", "no rule has 'xyzzy' in it"),
    ],
)
def test_what_names_nothing_is_said(small_knowledge, name, rest, message):
    from datetime import date

    from advisor.cli.plain_pages import Pages
    from advisor.errors import DataError
    from advisor.interview import Interview

    pages = Pages(small_knowledge, date(2026, 11, 22))
    with pytest.raises(DataError) as caught:
        pages.page(name, rest, Interview.start(small_knowledge))
    (problem,) = caught.value.problems
    assert message in (problem.message, problem.hint)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("weight cots more", "error[unknown-name]: no criterion is called 'cots'"),
        ("what if residency: mars", "'mars'"),
        ("export pdf x", "export takes one of markdown, json, html, adr, answers, and a file"),
    ],
)
def test_a_mistake_in_a_command_of_a_pipe_is_located(advisor, line, message):
    told = advisor(stdin=ANSWERED + line.encode() + b"\n")
    assert (told.code, told.out) == (3, "")
    assert message in told.err
    assert "<standard input>:5:" in told.err


def test_at_a_terminal_the_leader_is_told_and_the_interview_kept(small, tmp_path):
    env = {"TERM": "xterm", "XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    code, shown = at_a_terminal(
        small,
        [
            ("What will the model do?", b"chat\n"),
            ("Which models must be served?", b"atlas\n"),
            ("How many requests a day?", b"quit\n"),
        ],
        ["--plain"],
        env,
    )
    assert code == 0
    assert "points ahead of" in shown
    assert "the winner can still change: yes" in " ".join(shown.split())
    (kept,) = (tmp_path / "inference-advisor").glob("*.session.json")
    name = kept.name.removesuffix(".session.json")
    assert f"Every answer is kept. Go on with: advisor --resume {name}" in shown
    code, shown = at_a_terminal(
        small, [("How many requests a day?", b"review\n"), ("models: ", b"quit\n")],
        ["--plain", "--resume", name], env,
    )  # fmt: skip
    assert code == 0
    assert f"Going on with '{name}'" in shown
    assert "use-case: chat" in shown


def test_what_cannot_be_kept_is_told_once_and_the_talk_goes_on(small, tmp_path):
    env = {"TERM": "xterm", "XDG_STATE_HOME": "/dev/null/x", "XDG_CACHE_HOME": str(tmp_path)}
    code, shown = at_a_terminal(
        small,
        [
            ("What will the model do?", b"chat\n"),
            ("Which models must be served?", b"atlas\n"),
            ("How many requests a day?", b"quit\n"),
        ],
        ["--plain"],
        env,
    )
    assert code == 0
    assert shown.count("Not saved: Not a directory") == 1
    assert "--resume" not in shown
    assert "Inference Advisor: recommendation" in shown


def test_a_session_that_is_not_there_is_named(advisor):
    told = advisor("--plain", "--resume", "nothing")
    assert (told.code, told.out) == (3, "")
    assert "error[no-session]: the session 'nothing' cannot be read" in told.err
    assert advisor("--plain", "--resume").code == 3
    told = advisor("--resume", "x", "--answers", "y")
    assert (told.code, told.err) == (
        2, "error[usage]: --answers and --resume exclude each other\n  --> --resume\n"
    )  # fmt: skip
