"""Ready commands: sound shell, the plan's own numbers, and nothing that a name could inject."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
import yaml
from msgspec.structs import replace

from advisor.reports.bakeoff import bake_off_data, bake_off_view
from advisor.reports.bench_commands import TOOLS, commands, settings
from advisor.reports.markdown import render_document as as_markdown
from advisor.reports.text import Style
from advisor.reports.text import render_document as as_text

HOSTILE = ["$(touch pwned)", "`id`", "'; rm -rf ~ #", "a\nb", '"$HOME"', "\\", "-rf", "a b", "*"]


def shell(script: str, *, check: bool = True) -> str:
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"PATH": "/usr/bin:/bin", "OPENAI_API_KEY": "key"},
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done.stdout


def ran(command: str, **variables: str) -> list[list[str]]:
    """The words of each call that the command makes, with the tools replaced by a printer."""
    given = {
        "OFFER": "groq-shared",
        "REGION": "us",
        "URL": "http://127.0.0.1:1",
        "MODEL": "org/m 1",
        "TOKENIZER": "./tok",
        "OPENAI_API_KEY": "key",
        **variables,
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in given.items()]
    show = "for w; do printf '%s\\036' \"$w\"; done; printf '\\n'"
    tools = "\n".join(f"{t}() {{ {show}; }}" for t in ("vllm", "guidellm", "aiperf"))
    text = command.replace("inference-perf --config", "infperf --config")
    script = "\n".join([*lines, tools, f"infperf() {{ {show}; }}", "cd $(mktemp -d)", text])
    out = shell(script)
    return [line.split("\036")[:-1] for line in out.split("\n")[:-1]]


def options(words: list[str]) -> dict[str, str]:
    """``--name value`` pairs; a flag alone has an empty value."""
    found: dict[str, str] = {}
    for i, word in enumerate(words):
        if word.startswith("--"):
            following = words[i + 1] if i + 1 < len(words) else "--"
            found[word] = "" if following.startswith("--") else following
    return found


def test_every_run_has_a_command_for_every_tool_that_can_send_it(plan):
    made = {(c.tool, c.run) for c in commands(plan)}
    for run in plan.runs:
        for tool in TOOLS:
            able = run.shape != "bursts" or tool in ("vllm", "aiperf")
            assert ((tool, run.id) in made) == able


def test_every_command_is_sound_shell(plan):
    for command in commands(plan):
        shell(f"sh -n <<'EOF_OF_TEST'\n{command.text}\nEOF_OF_TEST")


def test_commands_carry_the_numbers_of_the_plan(plan):
    runs = {run.id: run for run in plan.runs}
    for command in commands(plan):
        run = runs[command.run]
        calls = ran(command.text)
        if command.tool == "vllm":
            assert [int(options(c)["--num-prompts"]) for c in calls] == list(run.requests)
            for call in calls:
                given = options(call)
                prefix = int(given["--random-prefix-len"])
                assert int(given["--random-input-len"]) + prefix == plan.load.reads
                assert int(given["--random-output-len"]) == plan.load.writes
                assert given["--model"] == "org/m 1"
            if run.shape == "closed":
                sent = [int(options(c)["--max-concurrency"]) for c in calls]
                assert sent == list(run.streams)
            else:
                rate = float(options(calls[0])["--request-rate"])
                assert rate == pytest.approx(float(run.rate), rel=1e-3)
            assert ("--burstiness" in options(calls[0])) == (run.shape == "bursts")
        elif command.tool == "aiperf":
            for call in calls:
                given = options(call)
                shared = int(given["--shared-system-prompt-length"])
                assert int(given["--isl"]) + shared == plan.load.reads
            if run.shape == "closed":
                assert [int(options(c)["--request-count"]) for c in calls] == list(run.requests)
            else:
                assert int(options(calls[0])["--benchmark-duration"]) == run.seconds
        elif command.tool == "guidellm":
            profiles = [
                dict(p.split("=") for p in options(c)["--profile"].split(",")) for c in calls
            ]
            if run.shape == "closed":
                assert [int(p["streams"]) for p in profiles] == list(run.streams)
            else:
                assert float(profiles[0]["rate"]) == pytest.approx(float(run.rate), rel=1e-3)


def test_the_configuration_of_inference_perf_is_yaml_with_the_values_filled_in(plan):
    for command in commands(plan):
        if command.tool != "inference-perf":
            continue
        text = command.text.rpartition("\n")[0] + '\ncat "$OFFER".*.yml'
        variables = (
            "OFFER=groq-shared REGION=us URL=http://127.0.0.1:1 MODEL=m TOKENIZER=./t; "
            "OPENAI_API_KEY=key; cd $(mktemp -d)\n"
        )
        data = yaml.safe_load(shell(variables + text))
        assert data["server"]["base_url"] == "http://127.0.0.1:1"
        assert data["server"]["model_name"] == "m"
        run = next(r for r in plan.runs if r.id == command.run)
        stages = data["load"]["stages"]
        if run.shape == "closed":
            assert [s["concurrency_level"] for s in stages] == list(run.streams)
        else:
            assert stages == [
                {"rate": pytest.approx(float(run.rate), rel=1e-3), "duration": run.seconds}
            ]


def test_result_files_begin_with_the_offer(plan):
    for command in commands(plan):
        assert f'"$OFFER.{command.run}' in command.text or f"=$OFFER.{command.run}" in command.text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_of_the_rule_base_reaches_the_shell(plan, text):
    """Offer, model and region as they may never be named: still one word each."""
    candidate = replace(plan.candidates[0], offer=text, model=text, title=text)
    hostile = replace(plan, load=replace(plan.load, regions=(text,)))
    script = settings(hostile, candidate) + '\nprintf \'%s\\036\' "$OFFER" "$MODEL" "$REGION"'
    assert shell(script).split("\036")[:3] == [text] * 3


def test_the_key_is_never_written_down(plan):
    everything = "\n".join(c.text for c in commands(plan))
    everything += "\n".join(settings(plan, c) for c in plan.candidates)
    for match in re.findall(r"api.key\S*", everything, re.IGNORECASE):
        assert "$" in match or match.startswith(("api-key", "API_KEY", "api_key:"))
    assert "OPENAI_API_KEY:?" in everything


def test_what_was_not_answered_is_a_variable_to_fill_in(plan):
    open_load = replace(plan.load, reads=None, writes=None, prefix=0)
    made = replace(plan, load=open_load)
    assert "INPUT=" in settings(made, plan.candidates[0])
    calls = [ran(c.text, INPUT="111", OUTPUT="22") for c in commands(made) if c.tool == "vllm"]
    assert all(options(call)["--random-input-len"] == "111" for run in calls for call in run)
    assert all(options(call)["--random-output-len"] == "22" for run in calls for call in run)


def test_text_markdown_and_data_hold_the_same_commands_and_marks(plan):
    data = bake_off_data(plan)
    text = as_text(bake_off_view(plan), Style(width=80))
    markdown = as_markdown(bake_off_view(plan))
    for command in data["commands"]:
        assert command["command"] in markdown
        for line in command["command"].splitlines():
            assert line.strip() in text
    told = " ".join(text.split())
    for mark in data["marks"]:
        words = mark["passes"] or mark["overturns"]
        assert all(word in told for word in words.split())
    for checklist in data["checklists"]:
        for line in checklist["lines"]:
            assert line["text"] in told
    assert f"{len(data['candidates'])}" in told
