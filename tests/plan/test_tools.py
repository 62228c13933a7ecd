"""The ready commands against the tools themselves: their options are those of the tools, and
what the tools write is read back as measured facts.

The tools are large.  They are looked for on the PATH and in the environments under
``ADVISOR_BENCH_TOOLS`` (one folder each, named after the tool: ``DIR/guidellm/bin/guidellm``);
``ADVISOR_BENCH_TOOLS=install`` installs GuideLLM and AIPerf into environments of this run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from advisor.cli.measured import read_measured
from advisor.decision.bakeoff_load import Run
from advisor.decision.measurements import with_results
from advisor.reports.bench_commands import commands
from tests.plan.mock_server import Server

pytestmark = pytest.mark.full

WHERE = os.environ.get("ADVISOR_BENCH_TOOLS", "")
MANDATORY = WHERE == "install"
HELP = {
    "guidellm": ["run", "--help"],
    "aiperf": ["profile", "--help"],
    "vllm": ["bench", "serve", "--help=all"],
    "inference-perf": ["--help"],
}


INSTALLED = ("guidellm", "aiperf")


@pytest.fixture(scope="session")
def the(tmp_path_factory) -> Callable[[str], Path]:
    """Where a tool is; skips, or installs it where that is asked for."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def find(tool: str) -> Path:
        beside = Path(WHERE) / tool / "bin" / tool
        if WHERE and not MANDATORY and beside.exists():
            return beside
        on_path = shutil.which(tool)
        if on_path:
            return Path(on_path)
        if not MANDATORY or tool not in INSTALLED:
            pytest.skip(f"{tool} is not installed (see ADVISOR_BENCH_TOOLS)")
        return installed(tool, shared / f"bench-{tool}")

    return find


def installed(tool: str, home: Path) -> Path:
    """The tool in an environment of its own; of several processes one makes it."""
    ready = home / "ready"
    try:
        home.mkdir()
    except FileExistsError:
        for _ in range(1500):
            if ready.exists():
                break
            time.sleep(1)
        assert ready.exists(), f"{tool} was not installed in time"
        return home / "bin" / tool
    subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=120)
    subprocess.run([home / "bin" / "pip", "install", "-q", tool], check=True, timeout=1400)
    ready.touch()
    return home / "bin" / tool


@pytest.mark.parametrize("tool", sorted(HELP))
def test_every_option_is_one_of_the_tools(the, plan, tool):
    done = subprocess.run(
        [the(tool), *HELP[tool]],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "400"},
    )
    told = done.stdout + done.stderr
    for command in commands(plan):
        if command.tool == tool:
            options = [word for word in command.text.split() if word.startswith("--")]
            assert options
            assert [o for o in options if o not in told] == [], command.text


TOKENIZER = """
import string, sys
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
made = Tokenizer(models.BPE(unk_token="<unk>"))
made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
made.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<s>", "</s>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
made.train_from_iterator(["the quick brown fox " * 50, string.ascii_letters], trainer)
PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>", bos_token="<s>",
    eos_token="</s>",
    chat_template="{% for m in messages %}{{ m['content'] }}{% endfor %}").save_pretrained(sys.argv[1])
"""


@pytest.mark.parametrize("tool", ["guidellm", "aiperf"])
def test_the_loop_closes(the, plan, knowledge, voice, as_of, tmp_path, tool):
    """The command as printed, run for real, and its file given to ``--measured``."""
    path = the(tool)
    python = path.parent / "python"
    script = tmp_path / "tokenizer.py"
    script.write_text(TOKENIZER, encoding="utf-8")
    subprocess.run([python, script, tmp_path / "tok"], check=True, timeout=120)
    (tmp_path / "tok" / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    run = Run("peak", "", "closed", (4,), None, None, (40,), ("us",), 1, "")
    small = replace(plan, runs=(run,), load=replace(plan.load, reads=48, writes=8, prefix=0))
    (command,) = [c for c in commands(small) if c.tool == tool]
    with Server() as server:
        variables = {
            "OFFER": "groq-shared",
            "REGION": "us",
            "URL": server.url,
            "MODEL": "m1",
            "TOKENIZER": str(tmp_path / "tok"),
            "OPENAI_API_KEY": "key",
        }
        done = subprocess.run(
            ["sh", "-c", command.text],
            cwd=tmp_path,
            env={**os.environ, **variables, "PATH": f"{path.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    files = list(tmp_path.glob("groq-shared.peak.us.*.json"))
    assert len(files) == 1, done.stdout[-2000:] + done.stderr[-2000:]
    (result,) = read_measured((str(files[0]),), knowledge, date.today())
    assert result.figures.accepted == 40
    assert result.figures.first_ms is not None and result.figures.first_ms.p50 > 5
    found = with_results(knowledge, voice, [result], as_of)
    assert "Measured by you" in found.readings[0].text
