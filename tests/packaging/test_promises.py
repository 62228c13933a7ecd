"""What the README promises is what the project does."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

START = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/advisor"
TEST = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest"


def test_the_two_commands_stand_in_the_readme_and_are_what_ci_runs(checkout: Path):
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert f"\n{START}\n" in readme
    assert f"\n{TEST}\n" in readme
    assert TEST in (checkout / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_and_picture_of_the_readme_exists(checkout: Path):
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", readme) + re.findall(r'src="([^"]+)"', readme)
    local = [target for target in targets if "://" not in target]
    assert local
    for target in local:
        assert (checkout / target).exists(), target


def test_every_exit_code_of_the_readme_is_the_one_of_the_launcher(checkout: Path):
    from advisor.cli import main

    readme = (checkout / "README.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)}
    documented = {int(code) for code in re.findall(r"^(\d+) ", main.__doc__ or "", re.MULTILINE)}
    assert told == documented == {0, 1, 2, 3, 4, 5, 6, 7, 129, 130, 143}


def test_every_command_of_the_readme_exists(checkout: Path):
    from advisor.cli.app import COMMANDS

    readme = (checkout / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^advisor ([a-z]+)", readme, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


def test_the_rule_in_the_readme_is_a_rule(checkout: Path, tmp_path: Path):
    from advisor.language.rulebase import load_rule_base

    readme = (checkout / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```yaml\n(- id: .*?)```", readme, re.DOTALL)
    root = tmp_path / "rules"
    shutil.copytree(checkout / "rules", root)
    (root / "criteria" / "readme.yaml").write_text(written, encoding="utf-8")
    name = re.findall(r"id: (\S+)", written)[0]
    assert load_rule_base(root).rules[name].steps == -2


def test_the_answers_file_in_the_readme_is_one(checkout: Path, knowledge):
    from advisor.language.answers import read_answers

    readme = (checkout / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```yaml\n(format: .*?)```", readme, re.DOTALL)
    inputs = read_answers(written.encode(), "README.md", knowledge)
    assert set(inputs.answers) == {
        "model-size", "requests-per-day", "regions", "hosting", "concurrent-users",
    }  # fmt: skip


def test_the_changelog_knows_the_version(checkout: Path):
    from advisor import __version__

    assert f"## {__version__}" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_tool_of_the_tests_is_a_dependency_of_the_program(checkout: Path):
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[]", entry)[0] for entry in project["dependencies"]}
    assert names == {
        "textual", "textual-plot", "pydantic", "pyyaml", "click", "platformdirs", "msgspec",
        "numpy", "jinja2", "pygal",
    }  # fmt: skip


def test_the_lock_pins_every_dependency_at_a_version_that_is_allowed(checkout: Path):
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (checkout / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    for dependency in map(Requirement, project["dependencies"]):
        assert dependency.name in pinned, dependency.name
        assert dependency.specifier.contains(pinned[dependency.name]), dependency
    assert len(re.findall("--hash=sha256:", lock)) > len(pinned)
