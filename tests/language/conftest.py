"""The small rule base, read and copied; ``small_vocabulary`` importable by the tests beside it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from advisor.knowledge.model import Knowledge
from advisor.language.rulebase import load_rule_base

sys.path.insert(0, str(Path(__file__).resolve().parent))

SMALL = Path(__file__).parent.parent / "rulebases" / "small"


@pytest.fixture(scope="session")
def small() -> Knowledge:
    return load_rule_base(SMALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "rules"))
