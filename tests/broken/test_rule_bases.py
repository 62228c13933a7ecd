"""One mistake of an author per file, and every word that is then said.

A fixture is a text: a sentence, then parts that begin with ``=== NAME``.  In the part of a
file of the small rule base, lines with ``-`` are taken away, and the lines with ``+`` behind
them put in their place (``+`` alone: added at the end, or a new file); ``=== NAME gone``
takes the file away.  The part ``=== said`` is the whole message: of the loader, and where the
rule base can be loaded, of the checks.

``ADVISOR_SNAPSHOTS=write`` writes what is said now; read the difference before keeping it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from advisor.authoring.check import check
from advisor.errors import Problem, RuleBaseError
from advisor.language import rulebase
from advisor.language.rulebase import load_rule_base

Said = Callable[[Iterable[Problem], str], str]

HERE = Path(__file__).parent
SMALL = HERE.parent / "rulebases" / "small"
FIXTURES = sorted((HERE / "rules").glob("*.txt"))
SAID = "=== said\n"
DAY = date(2026, 11, 22)
# What is wrong with the small rule base from the start, and what nobody found out about it.
KNOWN = (
    "nothing reads the answer to 'current-offer'",
    "not decided: whether 'wafer-shared', 'gpu-cluster', 'closed-lab' or 'budget-shared' can ever "
    "win: no answers were tried",
)


@dataclass(frozen=True)
class Part:
    name: str
    gone: bool
    lines: tuple[str, ...]


def parts_of(text: str) -> list[Part]:
    found: list[Part] = []
    for block in text.split("\n=== ")[1:]:
        header, _, body = block.partition("\n")
        name, _, word = header.partition(" ")
        assert word in ("", "gone"), header
        found.append(Part(name, word == "gone", tuple(body.splitlines())))
    return found


def apply(part: Part, root: Path) -> None:
    path = root / part.name
    if part.gone:
        path.unlink()
        return
    path.parent.mkdir(exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    at = len(lines)
    for number, line in enumerate(part.lines):
        sign, text = line[:1], line[1:]
        if sign == "-":
            first = number == 0 or part.lines[number - 1][:1] != "-"
            at = lines.index(text, 0 if first else at)
            del lines[at]
        elif sign == "+":
            lines.insert(at, text)
            at += 1
        else:
            assert not line, f"a line begins with - or +: {line!r}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def problems_of(root: Path) -> tuple[Problem, ...]:
    try:
        found = check(load_rule_base(root), DAY)
    except RuleBaseError as error:
        return error.problems
    return tuple(problem for problem in found if problem.message not in KNOWN)


def test_there_are_many_mistakes() -> None:
    assert len(FIXTURES) >= 200


def test_the_small_rule_base_is_sound(tmp_path: Path) -> None:
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    assert problems_of(root) == ()


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_every_mistake_is_named_at_its_place(fixture: Path, tmp_path: Path, said: Said) -> None:
    text = fixture.read_text(encoding="utf-8")
    edits, _, expected = text.partition(SAID)
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    for part in parts_of(edits.rstrip("\n")):
        apply(part, root)
    problems = problems_of(root)
    assert problems
    found = said(problems, str(root))
    if os.environ.get("ADVISOR_SNAPSHOTS") == "write":
        fixture.write_text(edits + SAID + found, encoding="utf-8")
        return
    assert found == expected


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("MOST_RULES", "there are 11 rules; at most 3 are read"),
        ("MOST_OFFERS", "there are 4 offers; at most 3 are read"),
    ],
)
def test_more_than_are_read_is_refused_at_the_first_too_many(
    limit: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load_rule_base(SMALL)
    entries = whole.rules if limit == "MOST_RULES" else whole.offers
    monkeypatch.setattr(rulebase, limit, 3)
    with pytest.raises(RuleBaseError) as refused:
        load_rule_base(SMALL)
    (problem,) = refused.value.problems
    fourth = list(entries.values())[3].place
    assert (problem.message, problem.file, problem.span) == (words, fourth.file, fourth.span)
