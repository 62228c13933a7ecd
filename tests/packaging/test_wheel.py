"""The wheel holds everything: built, installed elsewhere and run outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, checkout],
        check=True,
        capture_output=True,
        cwd=target,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A directory with the wheel alone in it; the dependencies are those of the tests."""
    target = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-index", "--target", target, wheel),
        ],
        check=True,
        capture_output=True,
        cwd=target,
    )
    return target


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Run the installed launcher in an empty directory."""

    def run(*arguments: str, stdin: bytes = b"", seed: str = "0") -> object:
        environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONHASHSEED": seed}
        environment |= {"HOME": str(tmp_path), "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}
        return subprocess.run(
            [sys.executable, str(installed / "bin" / "advisor"), *arguments],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )

    return run


def test_the_wheel_carries_the_rule_base_and_nothing_of_the_tests(wheel, checkout):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    shipped = {name for name in names if name.startswith("advisor/_rules/")}
    live = {
        f"advisor/_rules/{path.relative_to(checkout / 'rules').as_posix()}"
        for path in (checkout / "rules").rglob("*.yaml")
    }
    assert live
    assert live <= shipped
    assert "advisor/py.typed" in names
    assert any(name.endswith(".tcss") for name in names)
    assert not [n for n in names if n.startswith(("tests/", "rules/")) or "__pycache__" in n]


def test_it_is_the_installed_copy_that_runs(run, installed):
    located = json.loads(run("locate", "--format", "json").stdout)
    assert located["rules"] == str(installed / "advisor" / "_rules")


def test_version(run):
    from advisor import __version__

    assert run("--version").stdout.decode() == f"advisor {__version__}\n"


def test_recommends_for_every_shipped_kind_of_example(run):
    listed = json.loads(run("examples", "--format", "json").stdout)["examples"]
    assert len(listed) >= 12
    name = listed[0]["name"]
    answers = run("examples", name).stdout
    runs = [
        run("recommend", "-", "--format", "json", "--as-of", "2026-11-22", stdin=answers, seed=seed)
        for seed in ("0", "1", "2", "0")
    ]
    assert {done.returncode for done in runs} <= {0, 5}
    assert {done.stderr for done in runs} == {b""}
    assert len({done.stdout for done in runs}) == 1
    assert json.loads(runs[0].stdout)["format"] == "advisor-recommendation-1"


def test_questions_and_template(run):
    assert b"model-size" in run("questions").stdout
    template = run("questions", "--template")
    assert b"  model-size: unknown\n" in template.stdout


def test_the_rule_base_is_in_order(run):
    checked = run("rules", "check")
    assert checked.returncode == 0
    assert b"error[" not in checked.stdout


def test_the_python_interface(installed, tmp_path):
    code = (
        "import advisor\n"
        "k = advisor.load()\n"
        "import advisor as a; print(a.__file__)\n"
        "print(k.root)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=True,
    )
    for line in done.stdout.splitlines():
        assert line.startswith(str(installed))
