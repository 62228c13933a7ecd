"""A small rule base that a test may change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"


class Copy:
    """A copy of the small rule base on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.root / file).write_text(text, encoding="utf-8")

    def load(self):
        from advisor.language.rulebase import load_rule_base

        return load_rule_base(self.root)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    root = tmp_path / "copy"
    shutil.copytree(SMALL, root)
    return Copy(root)


@pytest.fixture(scope="session")
def small_knowledge():
    from advisor.language.rulebase import load_rule_base

    return load_rule_base(SMALL)


@pytest.fixture
def call(capfdbinary, monkeypatch, tmp_path) -> Callable[..., tuple[int, str, str]]:
    """Run the program in this process: exit code, standard output, standard error."""
    from advisor.cli.main import run

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: str | Path) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        told = capfdbinary.readouterr()
        return code, told.out.decode("utf-8"), told.err.decode("utf-8")

    return run_here
