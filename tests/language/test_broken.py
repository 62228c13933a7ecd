"""Every malformed form has a file of its own, and the message it gets in full.

``NAME.yaml`` holds the mistake, ``NAME.txt`` what is printed.  The key says how the text is
read: ``when`` as a rule about offers, ``for`` about the offer alone, ``ask-when`` where
presence may be asked, ``expression``, ``answers``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_vocabulary import NAMES, WITH_OFFER, WITH_PRESENCE, WORKLOAD

from advisor.errors import Problem
from advisor.knowledge.document import MapNode, ScalarNode
from advisor.knowledge.strict_yaml import read
from advisor.language.checks import CHECKS
from advisor.language.conditions import parse_condition
from advisor.language.expressions import parse_expression
from advisor.language.literals import parse_domain
from advisor.reports.problems import render_all

FOLDER = Path(__file__).resolve().parent.parent / "broken" / "conditions"
FILES = sorted(FOLDER.glob("*.yaml"))
SCOPES = {"when": WITH_OFFER, "for": WORKLOAD, "ask-when": WITH_PRESENCE}


def problems_of(file: Path) -> list[Problem]:
    root, findings = read(file.read_bytes(), file.name)
    assert isinstance(root, MapNode), findings.problems
    assert not findings.problems
    for entry in root.entries:
        key = entry.key.text
        if key in SCOPES:
            result: object = parse_condition(entry.value, SCOPES[key], findings)
        elif key == "expression":
            assert isinstance(entry.value, ScalarNode)
            result = parse_expression(entry.value, WORKLOAD, findings)
        else:
            assert isinstance(entry.value, MapNode)
            (answer,) = entry.value.entries
            result = parse_domain(answer.value, NAMES[answer.key.text], findings)
        assert result is None, "a mistake must not yield a result"
    return findings.problems


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_named_at_its_place_with_a_way_out(file: Path) -> None:
    problems = problems_of(file)
    assert render_all(problems) + "\n" == file.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_problem_lies_inside_its_file_and_has_a_page(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    for problem in problems_of(file):
        assert problem.check in CHECKS
        assert problem.span is not None
        assert problem.source_line == lines[problem.span.line - 1]
        assert 1 <= problem.span.column <= len(problem.source_line) + 1


def test_every_check_of_the_language_has_a_malformed_file() -> None:
    seen = {problem.check for file in FILES for problem in problems_of(file)}
    assert seen >= set(CHECKS) - {"too-long", "too-many"}, sorted(set(CHECKS) - seen)
    assert len(FILES) >= 45
