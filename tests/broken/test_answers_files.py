"""One mistake in an answers file per fixture, and every word that is then said.

A fixture is a text: a sentence, the part ``=== FILE NAME`` with the file as it is, and the
part ``=== said`` with the whole message.  ``ADVISOR_SNAPSHOTS=write`` writes what is said now.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from advisor.errors import DataError, Problem
from advisor.knowledge.model import Knowledge
from advisor.language.answers import read_answers
from advisor.language.rulebase import load_rule_base

Said = Callable[[Iterable[Problem], str], str]

HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "answers").glob("*.txt"))
SAID = "\n=== said\n"


@pytest.fixture(scope="module")
def small() -> Knowledge:
    return load_rule_base(HERE.parent / "rulebases" / "small")


def test_there_are_many_mistakes() -> None:
    assert len(FIXTURES) >= 50


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_every_mistake_is_named_at_its_place(fixture: Path, small: Knowledge, said: Said) -> None:
    edits, _, expected = fixture.read_text(encoding="utf-8").partition(SAID)
    header, _, content = edits.partition("\n\n=== ")[2].partition("\n")
    with pytest.raises(DataError) as caught:
        read_answers(content.encode(), header, small)
    found = said(caught.value.problems, "")
    if os.environ.get("ADVISOR_SNAPSHOTS") == "write":
        fixture.write_text(edits + SAID + found, encoding="utf-8")
        return
    assert found == expected
