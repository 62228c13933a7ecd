"""The ready commands against the tools themselves: their options are those of the tools, and
what the tools write is read back as measured facts.

The tools are large: ``tool_homes`` says where they come from.  Once they are there, nothing
leaves this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.cli.measured import read_measured
from advisor.decision.bakeoff_load import Run
from advisor.decision.measurements import with_results
from advisor.reports.bench_commands import commands
from tests.plan import tool_homes
from tests.plan.mock_server import Server

pytestmark = pytest.mark.full

HELP = {
    "guidellm": ["run", "--help"],
    "aiperf": ["profile", "--help"],
    "vllm": ["bench", "serve", "--help=all"],
    "inference-perf": ["--help"],
}
QUIET = {
    "COLUMNS": "400",
    "NO_PROXY": "127.0.0.1",
    "no_proxy": "127.0.0.1",
}


@pytest.fixture
def program(
    request: pytest.FixtureRequest, tool: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The tool's program."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    home = shared / f"bench-{tool}"
    users = [i for i in request.session.items if _uses(i, tool)]
    try:
        yield tool_homes.find(tool, home)
    finally:
        tool_homes.let_go(home, request.node.originalname, len(users))


def _uses(item: pytest.Item, tool: str) -> bool:
    return (
        isinstance(item, pytest.Function)
        and item.module.__name__ == __name__
        and item.callspec.params.get("tool") == tool
    )


@pytest.mark.parametrize("tool", sorted(HELP))
def test_every_option_is_one_of_the_tools(program, plan, tool):
    code, told = tool_homes.run([program, *HELP[tool]], 120, QUIET)
    assert code == 0, told[-2000:]
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
def test_the_loop_closes(program, plan, knowledge, voice, as_of, tmp_path, tool):
    """The command as printed, run for real, and its file given to ``--measured``."""
    script = tmp_path / "tokenizer.py"
    script.write_text(TOKENIZER, encoding="utf-8")
    code, told = tool_homes.run(
        [program.parent / "python", script, tmp_path / "tok"], 120, QUIET, tmp_path
    )
    assert code == 0, told[-2000:]
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
            "PATH": f"{program.parent}:/usr/bin:/bin",
        }
        code, told = tool_homes.run(
            ["sh", "-c", command.text], 120, {**QUIET, **variables}, tmp_path
        )
    assert code == 0, told[-4000:]
    files = list(tmp_path.glob("groq-shared.peak.us.*.json"))
    assert len(files) == 1, told[-4000:]
    (result,) = read_measured((str(files[0]),), knowledge, date.today())
    assert result.figures.accepted == 40
    assert result.figures.first_ms is not None and result.figures.first_ms.p50 > 5
    found = with_results(knowledge, voice, [result], as_of)
    assert "Measured by you" in found.readings[0].text
