"""The mistakes that authors are known to make: each has a fixture, or is made here.

A fixture's words are compared in the test of its folder; here stands which there must be, and
that together they are many, distinct, and point at a line and a column.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import Problem, RuleBaseError, Span
from advisor.language.rulebase import load_rule_base

HERE = Path(__file__).parent
SMALL = HERE.parent / "rulebases" / "small"

# What the mistake is -> folder/fixture, and the check that names it.
NAMED: dict[str, tuple[str, str]] = {
    "misspelt key": ("rules/rule-key-misspelt", "unknown-key"),
    "misspelt name": ("rules/question-misspelt-in-a-rule", "unknown-name"),
    "unknown option": ("rules/option-unknown-in-a-rule", "unknown-option"),
    "option that must be quoted": ("conditions/operator-word-as-option", "presence-not-allowed"),
    "wrong type": ("rules/test-on-a-number-is-a-word", "bad-number"),
    "wrong unit": ("rules/claim-unit-wrong", "wrong-unit"),
    "impossible range": ("conditions/empty-range", "empty-range"),
    "bad operator": ("conditions/symbol-below", "not-a-test"),
    "misspelt operator": ("conditions/misspelt-operator", "not-a-test"),
    "operator that YAML takes for its own": ("yaml/comparison-at-least", "unquoted-special"),
    "wrong indentation": ("yaml/unindented-text", "missing-colon"),
    "tab": ("yaml/tab-indentation", "tab-indentation"),
    "duplicate id across files": ("rules/rule-twice", "duplicate-id"),
    "duplicate key": ("yaml/duplicate-key", "duplicate-key"),
    "alias": ("yaml/alias", "alias"),
    "cyclic derived values": ("rules/circle-of-three-through-tables", "circle"),
    "example that contradicts the rule": ("rules/example-contradicts", "example-contradicts"),
    "missing source": ("rules/rule-source-missing", "missing-key"),
    "future date": ("rules/date-in-the-future", "future-date"),
    "stale source": ("rules/source-stale", "stale-source"),
    "percentage over 100": ("rules/percentage-over-100", "out-of-range"),
    "offer with a missing attribute": ("rules/offer-key-missing", "missing-key"),
    "offer that is silent": ("rules/offer-silent-on-what-a-gate-asks", "missing-claim"),
    "gate that excludes everything": ("rules/gate-excludes-everything", "excludes-everything"),
    "rule subsumed by two others": ("rules/rule-under-two-others", "shadowed-rule"),
    "unknown placeholder": ("rules/placeholder-unknown", "unknown-name"),
    "markup in text": ("rules/markup-in-because", "markup-in-text"),
    "control character in text": ("yaml/control-raw", "control-character"),
    "right-to-left override": ("yaml/bidi-raw", "invisible-character"),
    "homoglyph id": ("rules/id-with-another-alphabet", "bad-id"),
    "homoglyph name": ("rules/name-with-a-homoglyph", "unknown-name"),
    "homoglyph option": ("rules/option-with-a-homoglyph", "unknown-option"),
    "YAML 1.1 boolean": ("rules/yaml-boolean-on", "wrong-type"),
    "YAML 1.1 boolean in capitals": ("rules/yaml-boolean-capitals", "wrong-type"),
    "YAML 1.1 octal": ("rules/yaml-octal", "wrong-type"),
    "YAML 1.1 octal in a condition": ("conditions/leading-zero", "bad-number"),
    "YAML 1.1 sexagesimal": ("rules/yaml-sexagesimal", "bad-number"),
    "YAML 1.1 sexagesimal in a condition": ("conditions/time", "bad-number"),
    "byte-order mark in the middle": ("yaml/mark-inside", "invisible-character"),
    "byte-order mark alone": ("yaml/only-a-start-mark", "empty-file"),
    "windows line ends, and a mistake": ("yaml/crlf-duplicate", "duplicate-key"),
    "missing example": ("rules/examples-missing", "missing-key"),
    "rule that never fires": ("rules/rule-never-fires", "never-fires"),
    "rule that always holds": ("rules/rule-always-holds", "always-holds"),
    "duplicate rule": ("rules/rule-duplicated", "duplicate-rule"),
    "contradictory effects": ("rules/rules-contradict", "contradictory-rules"),
    "gap in a table": ("rules/table-with-a-gap", "table-gap"),
    "overlap in a table": ("rules/table-with-an-overlap", "table-overlap"),
    "inert question": ("rules/question-read-by-nothing", "unused-question"),
    "inert option": ("rules/option-read-by-nothing", "unused-option"),
    "inert fact": ("rules/derived-read-by-nothing", "unused-derived"),
    "inert attribute": ("rules/attribute-read-by-nothing", "unused-attribute"),
    "unused source": ("rules/source-read-by-nothing", "unused-source"),
    "unused criterion": ("rules/criterion-without-rules", "unused-declaration"),
    "offer that can never win": ("rules/offer-never-wins", "offer-never-wins"),
    "answer that leaves nobody": ("rules/dead-end-of-one-answer", "dead-end"),
    "answers that leave nobody": ("rules/dead-end-of-two-answers", "dead-end"),
    "weights that read too much": ("rules/weights-read-too-much", "too-many-questions"),
    "criterion that reads too much": ("rules/criterion-reads-too-much", "too-many-questions"),
    "rule for no offer": ("rules/rule-for-no-offer", "no-offer"),
    "score on what is measured": ("rules/score-on-a-measure", "score-on-measure"),
    "everything impossible": (
        "rules/impossible-everything-between-them",
        "everything-impossible",
    ),
}

# What cannot stand at a line: a file that is missing, empty or not to be read as text.
NO_LINE = {"missing-file", "empty-file", "stray-file", "not-text", "wrong-encoding"}

_HEAD = re.compile(r"(?m)^(error|warning|info)\[([a-z0-9-]+)\]: (.+)\n((?: +--> |  ).+)$")
_AT = re.compile(r":(\d+):(\d+)$")


def said(fixture: str) -> list[tuple[str, str, str]]:
    """The check, the message and the place of everything that a fixture expects."""
    text = (HERE / f"{fixture}.txt").read_text(encoding="utf-8")
    if fixture.startswith("rules/"):
        text = text.partition("=== said\n")[2]
    return [(check, words, place.strip()) for _, check, words, place in _HEAD.findall(text)]


def fixtures() -> list[str]:
    folders = ("yaml", "conditions", "rules")
    return [
        f"{folder}/{p.stem}" for folder in folders for p in sorted((HERE / folder).glob("*.txt"))
    ]


@pytest.mark.parametrize("mistake", NAMED)
def test_a_known_mistake_has_a_fixture(mistake: str) -> None:
    fixture, check = NAMED[mistake]
    assert check in {found for found, _, _ in said(fixture)}


@pytest.mark.parametrize("fixture", fixtures())
def test_a_mistake_is_pointed_at(fixture: str) -> None:
    found = said(fixture)
    assert found
    for check, _, place in found:
        assert check in NO_LINE or _AT.search(place), (check, place)


def test_the_mistakes_are_many_and_distinct() -> None:
    found = {fixture: said(fixture) for fixture in fixtures()}
    checks = {check for problems in found.values() for check, _, _ in problems}
    first = {(problems[0][0], problems[0][1]) for problems in found.values()}
    assert len(checks) >= 80
    assert len(first) >= 300


# Too large to keep as files


def _nested(opening: str, closing: str) -> bytes:
    return b"- " + opening.encode() * 10_000 + b"x" + closing.encode() * 10_000 + b"\n"


def _bomb() -> bytes:
    """Nine levels of nine aliases each: 9^9 values, if anybody followed them."""
    lines = ["l0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"l{level}: &a{level} [{aliases}]")
    return "\n".join(lines).encode()


LARGE: dict[str, tuple[Callable[[], bytes], str, Span | None]] = {
    "10 MB of rules": (lambda: b"- id: x\n" * 1_310_720, "too-large", Span(1, 1, 1, 1)),
    "10 MB on one line": (lambda: b"x" * 10_485_760, "too-large", Span(1, 1, 1, 1)),
    "10,000 levels of lists": (lambda: _nested("[", "]"), "too-deep", None),
    "10,000 levels of maps": (lambda: _nested("{a: ", "}"), "too-deep", Span(1, 255, 1, 256)),
    "10,000 levels of dashes": (lambda: b"- " * 10_000 + b"x\n", "too-deep", Span(1, 129, 1, 130)),
    "alias bomb": (_bomb, "anchor", Span(1, 5, 1, 8)),
}


def _problems(root: Path) -> tuple[Problem, ...]:
    try:
        load_rule_base(root)
    except RuleBaseError as error:
        return error.problems
    return ()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "rules"))


@pytest.mark.parametrize("mistake", LARGE)
def test_a_hostile_file_is_refused_at_its_place(mistake: str, root: Path) -> None:
    content, check, span = LARGE[mistake]
    (root / "criteria" / "more.yaml").write_bytes(content())
    found = [p for p in _problems(root) if p.file.endswith("more.yaml")]
    assert found[0].check == check
    assert found[0].span is not None
    # Where libyaml looks too far ahead, the column is its own.
    assert span is None or found[0].span == span
    assert len(found) < 200


@pytest.mark.parametrize("change", ["windows line ends", "a start mark", "both"])
def test_what_editors_of_another_system_write_is_accepted(change: str, root: Path) -> None:
    for path in root.rglob("*.yaml"):
        data = path.read_bytes()
        if change != "a start mark":
            data = data.replace(b"\n", b"\r\n")
        if change != "windows line ends":
            data = b"\xef\xbb\xbf" + data
        path.write_bytes(data)
    assert _problems(root) == ()
    path = root / "criteria" / "latency.yaml"
    path.write_bytes(path.read_bytes().replace(b"use-case: chat}\r", b"use-cse: chat}\r"))
    if change != "a start mark":
        assert [p.place for p in _problems(root)] == [f"{path}:3:10"]
