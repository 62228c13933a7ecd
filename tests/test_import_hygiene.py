"""Deferred imports stay deferred: start-up time is decided by what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "textual",
    "rich",
    "pydantic",
    "numpy",
    "click",
    "yaml",
    "jinja2",
    "platformdirs",
    "textual_plot",
    "msgspec",
    "asyncio",
    "importlib.metadata",
}


def imported(code: str, tmp_path: Path) -> set[str]:
    """Modules that are loaded after ``code`` and were not loaded by the interpreter itself."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\n" + (
        "sys.stderr.write('\\nMODULES ' + ' '.join(sorted(set(sys.modules) - before)))\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    return set(done.stderr.rpartition("MODULES ")[2].split())


def command(*arguments: str | Path) -> str:
    listed = ", ".join(repr(str(a)) for a in ("advisor", *arguments))
    return f"sys.argv = [{listed}]\nfrom advisor.__main__ import main\nassert main() == 0"


def test_version_loads_nothing_else(tmp_path):
    loaded = imported(command("--version"), tmp_path)
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("advisor")} == {
        "advisor",
        "advisor.__main__",
    }


def test_importing_the_package_loads_nothing_heavy(tmp_path):
    loaded = imported("import advisor\nadvisor.__version__", tmp_path)
    assert {name for name in loaded if name.startswith("advisor")} == {"advisor"}
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["recommend", "-qo", "{answers}.txt", "{answers}"], {"textual", "rich", "platformdirs"}),
        (["questions"], {"textual", "rich", "jinja2", "numpy", "platformdirs"}),
        (["rules", "check"], {"textual", "rich", "jinja2", "numpy", "platformdirs"}),
        (["--help"], HEAVY - {"click", "msgspec"}),
        (["locate"], {"textual", "rich", "yaml", "pydantic", "numpy", "jinja2"}),
    ],
)
def test_a_command_loads_only_what_it_needs(tmp_path, arguments, unwanted):
    small = Path(__file__).resolve().parent / "rulebases" / "small"
    answers = tmp_path / "a.yaml"
    answers.write_text("answers: {use-case: chat}\n")
    filled = [argument.format(answers=answers) for argument in arguments]
    options = [] if arguments == ["--help"] else ["--rules", small]
    loaded = imported(command(*filled, *options), tmp_path)
    assert "click" in loaded
    assert loaded & unwanted == set()


ANSWERS = {
    "use-case": "chat",
    "models": ["atlas"],
    "model-size": 70,
    "requests-per-day": 20000,
    "output-tokens": 300,
    "certifications": [],
    "residency": "none",
}
YAML = "answers:\n" + "".join(f"  {name}: {json.dumps(v)}\n" for name, v in ANSWERS.items())


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_warm_recommendation_loads_a_reader_of_its_answers_and_no_click(
    tmp_path, monkeypatch, name, form
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    small = Path(__file__).resolve().parent / "rulebases" / "small"
    answers = tmp_path / name
    answers.write_text(json.dumps({"answers": ANSWERS}) if name == "a.json" else YAML)
    asked = ("recommend", answers, "--rules", small, "--format", form, "--as-of")
    assert "pydantic" in imported(command(*asked, "2026-11-21"), tmp_path)
    reader = set() if name == "a.json" else {"yaml"}
    # Values are made of msgspec; what overturns a verdict is looked for with numpy.
    warm = imported(command(*asked, "2026-11-22"), tmp_path)
    assert warm & (HEAVY - {"msgspec", "numpy"}) == reader
    again = imported(command(*asked, "2026-11-22"), tmp_path)
    assert again & {*HEAVY, "json", "advisor.knowledge.model"} == set()


def test_the_plain_interview_loads_no_full_screen_interface(tmp_path):
    small = Path(__file__).resolve().parent / "rulebases" / "small"
    loaded = imported(command("--plain", "--quiet", "--rules", small), tmp_path)
    assert loaded & {"textual", "rich", "jinja2"} == set()
