"""One mistake in an answers file per fixture, and every word that is then said.

A fixture is a text: a sentence, the part ``=== FILE NAME`` with the file as it is, and the
part ``=== said`` with the whole message.  ``ADVISOR_SNAPSHOTS=write`` writes what is said now.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advisor.errors import DataError
from advisor.knowledge.model import Knowledge
from advisor.language.answers import read_answers
from advisor.language.rulebase import load_rule_base
from advisor.reports.problems import render_all

HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "answers").glob("*.txt"))
SAID = "\n=== said\n"


@pytest.fixture(scope="module")
def small() -> Knowledge:
    return load_rule_base(HERE.parent / "rulebases" / "small")


def test_there_are_many_mistakes() -> None:
    assert len(FIXTURES) >= 50


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_every_mistake_is_named_at_its_place(fixture: Path, small: Knowledge) -> None:
    edits, _, expected = fixture.read_text(encoding="utf-8").partition(SAID)
    header, _, content = edits.partition("\n\n=== ")[2].partition("\n")
    said = "nothing\n"
    try:
        read_answers(content.encode(), header, small)
    except DataError as error:
        said = render_all(error.problems).rstrip("\n") + "\n"
    if os.environ.get("ADVISOR_SNAPSHOTS") == "write":
        fixture.write_text(edits + SAID + said, encoding="utf-8")
        return
    assert said != "nothing\n"
    assert said == expected
