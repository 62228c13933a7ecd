"""Mistakes in the tables of the method that say which claims count."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.language.rulebase import load_rule_base

SMALL = Path(__file__).resolve().parents[1] / "rulebases" / "small"


@pytest.mark.parametrize(
    ("before", "after", "check", "said"),
    [
        ("newer: {expiry: [price]", "newer: {expiry: [prize]", "unknown-name", "'price'"),
        ("first-hand: {grades: [measured]", "first-hand: {grades: [guess]", "unknown-option", ""),
        ("first-hand: {grades: [measured]", "first-hand: {expiry: [price]", "unwanted-key", ""),
        ("newer: {expiry: [price]", "newer: {grades: [press]", "missing-key", "expiry"),
        ("conflict: {because", "conflict: {grades: [press], because", "unwanted-key", "grades"),
        ("  newer: {", "  latest: {", "unknown-key", "latest"),
        ("high: {grades: [vendor spec", "high: {grades: [vendor specs", "unknown-option", "spec"),
    ],
)
def test_a_mistake_is_named_at_its_place(tmp_path, before, after, check, said):
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    path = root / "method.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(RuleBaseError) as caught:
        load_rule_base(root)
    found = [p for p in caught.value.problems if p.check == check]
    assert found, caught.value.problems
    assert found[0].span is not None
    assert said in f"{found[0].message} {found[0].hint}"
