"""The authoring guide does what it says: its tutorial is executed, its examples are loaded."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from advisor.cli.rules import command as rules_command
from advisor.knowledge.layout import LOCATIONS, OTHERS
from advisor.language.rulebase import load_rule_base

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (
    (ROOT / "rules" / "README.md").read_text(encoding="utf-8").partition("\n# Writing rules\n")[2]
)
BLOCKS = re.findall(r"^```console\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
ELISION = "..."


@dataclass(frozen=True)
class Run:
    """A command as it is typed, and the lines that it prints."""

    command: str
    shown: str


def runs(block: str) -> list[Run]:
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        end = 1
        while lines[end - 1].endswith("\\\n"):
            end += 1
        found.append(Run("".join(lines[:end]), "".join(lines[end:])))
    return found


def pattern(shown: str) -> re.Pattern[str]:
    """The shown lines; three dots stand for anything."""
    parts = [re.escape(part) for part in shown.split(ELISION)]
    return re.compile(".*".join(parts), re.DOTALL)


def test_the_tutorial_does_what_it_shows(tmp_path):
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    launcher = bin_ / "advisor"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m advisor "$@"\n')
    launcher.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = [run for block in BLOCKS for run in runs(block)]
    assert len(done) >= 6
    for run in done:
        told = subprocess.run(
            ["sh", "-c", run.command],
            cwd=work,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=300,
            check=False,
        )
        # Of the two streams each is in order; together they are where both are used.
        assert pattern(run.shown).fullmatch(told.stdout), f"$ {run.command}\n{told.stdout}"
    flips = re.findall(r"^Recommendations that flip: ([\d,]+)$", told.stdout, re.MULTILINE)
    assert int(flips[0]) > 0
    load_rule_base(work / "my-rules")


def test_the_rule_of_the_guide_is_one_and_its_examples_hold(tmp_path, rules_root):
    from advisor.authoring.testing import run_tests

    (written,) = re.findall(
        r"^```yaml\n(- id: \S+\n  criterion: .*?)^```", GUIDE, re.MULTILINE | re.DOTALL
    )
    root = tmp_path / "rules"
    shutil.copytree(rules_root, root)
    (root / "criteria" / "guide.yaml").write_text(written, encoding="utf-8")
    name = yaml.safe_load(written)[0]["id"]
    knowledge = load_rule_base(root)
    results = run_tests(knowledge, only={name})
    assert results.passed
    assert len(results.examples) == 2


def test_every_command_and_folder_of_the_guide_exists(rules_root):
    import click

    context = click.Context(rules_command)
    known = set(rules_command.list_commands(context))
    named = set(re.findall(r"advisor rules ([a-z]+)", GUIDE))
    assert named <= known
    assert {
        "check",
        "test",
        "coverage",
        "diff",
        "show",
        "list",
        "new",
        "schema",
        "explain",
    } <= named
    told = set(re.findall(r"`([a-z]+)/`", GUIDE.partition("## A rule")[0]))
    told |= {
        f"{name}.yaml" for name in re.findall(r"`([a-z]+)\.yaml`", GUIDE.partition("## A rule")[0])
    }
    there = {
        path.name for path in rules_root.iterdir() if path.name[0] != "." and path.suffix != ".md"
    }
    assert told == there
    assert told >= OTHERS
    assert {location.place for location in LOCATIONS if location.folder} - told == {"sources"}


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_the_guide_names_the_hooks_that_there_are():
    (block,) = re.findall(r"^```yaml\n(- id: advisor-.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert [entry["id"] for entry in yaml.safe_load(block)] == [hook["id"] for hook in HOOKS]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_in_a_repository_of_rules(hook, copy, call, monkeypatch):
    assert {"id", "name", "entry", "language", "files", "pass_filenames"} <= set(hook)
    assert re.search(hook["files"], "rules/criteria/cost.yaml")
    assert re.search(hook["files"], "deep/rules/method.yaml")
    assert not re.search(hook["files"], "rules/README.md")
    repository = copy.root.parent / "repository"
    repository.mkdir()
    shutil.move(copy.root, repository / "rules")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        names = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "-C", str(repository), *names, *arguments], check=True)
    monkeypatch.chdir(repository)
    program, *arguments = shlex.split(hook["entry"])
    assert program == "advisor"
    assert call(*arguments)[0] == 0
    gate = repository / "rules" / "gates" / "compliance.yaml"
    text = gate.read_text(encoding="utf-8")
    gate.write_text(
        text.replace("offer: wafer-shared}, expect: applies", "offer: wafers}, expect: applies")
    )
    assert call(*arguments)[0] == 4
