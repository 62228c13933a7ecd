"""The program in this process, in a directory and a home of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SMALL = CHECKOUT / "tests" / "rulebases" / "small"
AS_OF = "2026-11-22"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey or hide: no message may hold it."""


@dataclass(frozen=True, slots=True)
class Told:
    code: int
    out: str
    err: str


@pytest.fixture
def program(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Told]:
    """Run the program on the small rule base, or another."""
    from advisor.cli.main import run

    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))

    def call(*arguments: object, rules: Path | None = SMALL) -> Told:
        words = [*map(str, arguments)]
        if rules is not None:
            words += ["--rules", str(rules)]
        code = run([*words, "--as-of", AS_OF])
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return call
