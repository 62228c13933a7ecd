"""The program on a small rule base: fast, and independent of what the market does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.knowledge.model import Knowledge

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"

GOOD = """\
format: 1
answers:
  use-case: chat
  models: [atlas]
  requests-per-day: 20000
"""
NOBODY = """\
format: 1
answers:
  models: [atlas, oracle-max]
  certifications: [soc2, hipaa-baa]
"""


@pytest.fixture(scope="session")
def small() -> Path:
    return SMALL


@pytest.fixture(scope="session")
def small_knowledge() -> Knowledge:
    from advisor.language.rulebase import load_rule_base

    return load_rule_base(SMALL)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "answers.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def strict_market(tmp_path: Path) -> Path:
    """The small rule base, with the one offer that hides its certificates made to lack one."""
    root = tmp_path / "strict-market"
    shutil.copytree(SMALL, root)
    offer = root / "offers" / "gpu-cluster.yaml"
    text = offer.read_text(encoding="utf-8")
    hidden = "attribute: certifications, value: unknown"
    assert hidden in text
    lacking = "attribute: certifications, value: [soc2], lacks: [hipaa-baa]"
    offer.write_text(text.replace(hidden, lacking), encoding="utf-8")
    return root


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    """Answers that no offer of the strict market meets."""
    path = tmp_path / "nobody.yaml"
    path.write_text(NOBODY, encoding="utf-8")
    return path


class Told:
    """What a run said: exit code, standard output, standard error."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out.decode("utf-8")
        self.err = err.decode("utf-8")
        self.data = out


@pytest.fixture
def advisor(run_advisor, small: Path) -> Callable[..., Told]:
    """Run the program on the small rule base, on a fixed day.  ``rules=None``: without."""

    def run(
        *arguments: str | Path,
        stdin: bytes = b"",
        env: Mapping[str, str | None] | None = None,
        rules: Path | None = small,
    ) -> Told:
        options = ("--as-of", "2026-11-22", *(() if rules is None else ("--rules", rules)))
        done = run_advisor(*options, *arguments, stdin=stdin, env=env)
        return Told(done.returncode, done.stdout, done.stderr)

    return run
