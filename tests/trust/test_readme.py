"""Every command and piece of code in the README works as it stands there.

What installs, and what is started by hand in Security, is looked at without being run: its
modules, folders and extras exist.  The start and the tests are run by ``.ci/run``, the tutorial
of ``rules/README.md`` by ``tests/authoring``, the command of ``rules/measured/README.md`` by
``tests/estimate``.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.trust.conftest import AS_OF, CHECKOUT
from tests.trust.test_hostile_files import LOG

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.partition("  #")[0].strip()
    for language, block in BLOCKS
    if not language
    for line in block.splitlines()
    if line.startswith("advisor ")
]
PAGES = [README, *(p.read_text(encoding="utf-8") for p in (CHECKOUT / "rules").rglob("README.md"))]
NAMED = sorted({word for page in PAGES for word in re.findall(r"`(advisor [^`\n]+)`", page)})
"""Commands in the running text of the README and of the pages beside the rules."""
TABLE = b"id,use-case,model-size\na,chat,8B\n"
MEASURED = CHECKOUT / "tests" / "plan" / "results" / "vllm.json"
CATALOGUE = CHECKOUT / "tests" / "facts" / "fixtures" / "models-dev.json"


def answers() -> str:
    """The answers file that the README shows."""
    return next(block for language, block in BLOCKS if block.startswith("format: 1"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "answers.yaml").write_text(answers(), encoding="utf-8")
    copy(MEASURED, tmp_path / "groq-shared.json")
    (tmp_path / "spend.jsonl").write_bytes(LOG)
    (tmp_path / "fleet.csv").write_bytes(TABLE)
    return tmp_path


def copy(one: Path, other: Path) -> None:
    other.write_bytes(one.read_bytes())


def words_of(command: str) -> tuple[list[str], str | None]:
    """The arguments, with what stands for something filled in, and where the output goes."""
    text, _, target = command.partition(" > ")
    filled = {
        "OFFER": "gmi-h200",
        "FILE": "groq-shared.json",
        "DIR": "pages",
        "OLD": str(CHECKOUT / "rules"),
    }
    return [filled.get(word, word) for word in shlex.split(text)[1:]], target.strip() or None


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 15


@pytest.mark.full
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works(command, folder, capsys, monkeypatch):
    from advisor.cli import fetch
    from advisor.cli.main import run

    monkeypatch.setattr(fetch, "fetch", lambda address: CATALOGUE.read_bytes())
    words, target = words_of(command)
    code = run([*words, "--as-of", "2026-11-29"])
    told = capsys.readouterr()
    # A demand may not be met: the README says so, and the result is there.
    assert code == 0 or ("--require" in words and code == 7), told.err
    assert told.out or {"pages", "--output", "-o"} & {*words}
    if target is not None:
        (folder / target).write_text(told.out, encoding="utf-8")
        assert yaml.safe_load(told.out)["format"] == 1


@pytest.mark.parametrize("command", [*COMMANDS, *NAMED])
def test_a_command_exists(command, folder, capsys):
    """Its name and options are known; whether it works, the longer battery says."""
    import click

    from advisor.cli.app import advisor

    words, _ = words_of(command)
    group: click.Command = advisor
    context = click.Context(advisor, info_name="advisor")
    while isinstance(group, click.Group) and words[0][0] != "-":
        found = group.get_command(context, words.pop(0))
        assert found is not None, command
        group = found
        context = click.Context(group, parent=context)
    group.make_parser(context).parse_args([*words, "--as-of", AS_OF])


def test_what_is_installed_with_extras_is_offered():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(re.findall(r"\.\[(\w+)\]", README))
    assert {"test", "web", "fleet"} <= extras <= set(project["optional-dependencies"])


def test_what_is_measured_and_tested_by_hand_is_there():
    paths = set(re.findall(r"(?<![\w/.])(?:tests|advisor)/[\w/.-]+", README))
    assert {"tests/decision", "tests/benchmarks/bench_estimate.py"} <= paths
    for path in paths:
        assert (CHECKOUT / path).exists(), path


def test_the_answers_file_is_read(knowledge):
    from advisor.language.answers import read_answers

    assert read_answers(answers().encode(), "README", knowledge).answers


@pytest.mark.full
def test_the_python_code_runs(folder):
    code = next(block for language, block in BLOCKS if language == "python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert '"format"' in done.stdout


@pytest.mark.parametrize("name", sorted(set(re.findall(r"python -m ([\w.]+)", README))))
def test_a_module_that_is_to_be_run_is_there(name):
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert '__name__ == "__main__"' in Path(spec.origin).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_what_is_linked_is_there(path):
    assert (CHECKOUT / path).exists()
