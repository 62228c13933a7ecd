"""What every test shares: a quiet environment, the shipped rule base, a way to run the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge

# Whoever runs the tests may have these set; each of them changes what the program prints
# (an empty NO_COLOR already changes snapshots).
for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TEXTUAL_THEME", "TEXTUAL", "ACCESSIBLE"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("ADVISOR_")]:
    if name not in (
        "ADVISOR_SNAPSHOTS",
        "ADVISOR_BENCH_TOOLS",
        "ADVISOR_BROWSER_TESTS",
        "ADVISOR_FLEET_TESTS",
    ):
        del os.environ[name]

settings.register_profile(
    "advisor",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("full", parent=settings.get_profile("advisor"), max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "advisor"))

CHECKOUT = Path(__file__).resolve().parent.parent
SMALL = CHECKOUT / "tests" / "rulebases" / "small"
AS_OF = date(2026, 11, 22)
"""The day that shipped figures are judged on in tests."""

Completed = subprocess.CompletedProcess[bytes]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the source tree."""
    return CHECKOUT


@pytest.fixture(scope="session")
def rules_root() -> Path:
    """The shipped rule base, live in the checkout."""
    return CHECKOUT / "rules"


@pytest.fixture(scope="session")
def knowledge(rules_root: Path) -> Knowledge:
    """The shipped rule base, loaded once."""
    from advisor.language.rulebase import load_rule_base

    return load_rule_base(rules_root)


@pytest.fixture(scope="session")
def as_of() -> date:
    return AS_OF


@pytest.fixture
def run_advisor(tmp_path: Path) -> Callable[..., Completed]:
    """Run the program in a process of its own, in an empty directory.

    The same copy of the package is used that the tests import.  ``env`` is added to the
    environment; a value of None takes a name away.
    """
    import advisor

    package_parent = Path(advisor.__file__).resolve().parent.parent

    def run(
        *arguments: str | Path,
        stdin: bytes | None = b"",
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        timeout: float = 120,
    ) -> Completed:
        environment = {**os.environ, "PYTHONPATH": str(package_parent), "PYTHONUTF8": "1"}
        environment |= {
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        for name, value in (env or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return subprocess.run(
            [sys.executable, "-m", "advisor", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=cwd or tmp_path,
            env=environment,
            timeout=timeout,
            check=False,
        )

    return run


@dataclass(frozen=True, slots=True)
class Told:
    """How a run of the program ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def program(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Told]:
    """Run the program in this process, in an empty directory that is its home too: on the small
    rule base, on another, or without the option (None)."""
    from advisor.cli.main import run

    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))

    def call(*arguments: object, rules: Path | None = SMALL) -> Told:
        words = [*map(str, arguments)]
        if rules is not None:
            words += ["--rules", str(rules)]
        code = run([*words, "--as-of", AS_OF.isoformat()])
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return call
