"""LedgerMap of the measured ledger that no file of fitted numbers has."""

from __future__ import annotations

import pytest

from advisor.knowledge.document import Findings, MapNode, Node
from advisor.knowledge.strict_yaml import read
from advisor.language.ledger_map import LedgerMap, numbers_of


def map_of(text: str) -> tuple[MapNode, Findings]:
    root, findings = read(text.encode(), "serving.yaml")
    assert isinstance(root, MapNode)
    return root, findings


def value_of(text: str) -> tuple[Node, Findings]:
    root, findings = map_of(f"x: {text}\n")
    return root.entries[0].value, findings


def said(findings: Findings) -> list[str]:
    return [f"{p.place} {p.message}" for p in findings.problems]


@pytest.mark.parametrize(
    ("text", "expected"), [("a: 1", False), ("tuned: no", False), ("tuned: yes", True)]
)
def test_what_is_not_said_to_be_so_is_not(text: str, expected: bool) -> None:
    root, findings = map_of(f"{text}\n")
    assert LedgerMap(root, findings, "an entry").yes("tuned") is expected
    assert said(findings) == []


def test_neither_yes_nor_no_is_refused() -> None:
    root, findings = map_of("tuned: perhaps\n")
    assert LedgerMap(root, findings, "an entry").yes("tuned") is False
    (problem,) = findings.problems
    assert (problem.place, problem.message, problem.hint) == (
        "serving.yaml:1:8",
        "'perhaps' is no tuned",
        "one of: no, yes",
    )


def test_numbers_stand_with_blanks_between_them() -> None:
    node, findings = value_of("4 13.8  308")
    assert numbers_of(node, findings, "a point") == (4, 13.8, 308)
    assert said(findings) == []


@pytest.mark.parametrize("text", ["4 many", "4 0", "4 -1", "4 nan", "4 inf", '""', "[4, 5]"])
def test_a_point_of_anything_else_is_refused(text: str) -> None:
    node, findings = value_of(text)
    assert numbers_of(node, findings, "a point") == ()
    assert said(findings) == ["serving.yaml:1:4 a point is made of numbers above zero"]
