"""Which files of a folder are a rule base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from advisor.knowledge.layout import digest_of
from advisor.language.rulebase import load_rule_base

SMALL = Path(__file__).parent.parent / "rulebases" / "small"


@pytest.mark.parametrize(
    "name",
    [".hidden.yaml", "criteria/.latency.yaml.swp", "criteria/README.md", "criteria/Notes.MD"],
)
def test_hidden_files_and_prose_are_no_rules(name: str, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SMALL, tmp_path / "rules"))
    before = digest_of(copy)
    (copy / name).write_text("neither: [read, nor counted\n")
    assert digest_of(copy) == before
    assert load_rule_base(copy).digest == before
