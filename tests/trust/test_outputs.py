"""Hostile text in every place of a rule base, through every command that prints, in every form.

What renders a recommendation is tried more closely in ``tests/reports/test_hostile.py``.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from tests.trust.conftest import CONTROL, SMALL

MARKUP = "</title><script>alert(1)</script>[x](javascript:alert(1)) ![](//x) [@click=app.quit]q[/]"
FORMULA = "=HYPERLINK(1)"
ANNOTATION = "::error file=x::y%0A"
HOSTILE = f"{MARKUP} {ANNOTATION} | `c` <!-- "
"""Control characters and what reorders text are refused where rules are read, escaped or not."""
PLACES = {
    "offers": ("title", "summary", "note"),
    "questions": ("ask", "why", "label", "means", "title"),
    "sources.yaml": ("title", "publisher", "note"),
    "criteria.yaml": ("title", "label", "means"),
    "models": ("title", "note"),
    "criteria": ("because", "owner"),
    "gates": ("because", "owner"),
    "cases": ("title", "because"),
    "hardware": ("title", "note"),
    "advice": ("because", "text", "title"),
}
TITLE = re.compile(r"^(\s*(?:- )?)(\w[\w-]*): (?![|>\[{])(.+)$")


@pytest.fixture
def hostile_rules(tmp_path: Path) -> Path:
    """The small rule base with hostile words before all that is free text."""
    root = tmp_path / "hostile"
    shutil.copytree(SMALL, root)
    changed = 0
    for part, fields in PLACES.items():
        at = root / part
        for path in sorted(at.glob("*.yaml")) if at.is_dir() else [at]:
            lines = []
            for line in path.read_text(encoding="utf-8").splitlines():
                found = TITLE.match(line)
                if found and found[2] in fields and found[2] != "owner":
                    text = found[3].strip().strip('"')
                    lines.append(f'{found[1]}{found[2]}: "{FORMULA} {HOSTILE} {text}"')
                    changed += 1
                else:
                    lines.append(line)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert changed > 30
    (tmp_path / "answers.yaml").write_text("answers: {use-case: chat, model-size: 70B}\n")
    (tmp_path / "fleet.csv").write_text("id,use-case,note\n=1+1,chat,@x\n+a,batch,-b\n")
    return root


TERMINAL = (
    ("recommend", "answers.yaml"),
    ("explain", "answers.yaml", "--flips", "--sensitivity"),
    ("explain", "answers.yaml", "--why-not", "gpu-cluster"),
    ("compare", "answers.yaml", "wafer-shared", "gpu-cluster"),
    ("next", "answers.yaml"),
    ("plan", "answers.yaml"),
    ("questions",),
    ("questions", "--template"),
    ("examples",),
    ("rules", "list"),
    ("rules", "list", "--offers"),
    ("rules", "show", "gpu-cluster"),
    ("rules", "check"),
    ("rules", "test"),
    ("facts", "list"),
    ("facts", "show", "gpu-cluster"),
    ("facts", "stale"),
    ("facts", "conflicts"),
)


@pytest.mark.parametrize("command", TERMINAL, ids=" ".join)
def test_nothing_that_a_terminal_obeys(command, hostile_rules, program):
    told = program(*command, rules=hostile_rules)
    assert told.code == 0, told.err[:1500]
    for text in (told.out, told.err):
        found = CONTROL.search(text)
        assert found is None, repr(text[max(0, found.start() - 80) : found.end() + 20])


@pytest.mark.parametrize(
    ("command", "form"),
    [
        (("recommend", "answers.yaml"), "markdown"),
        (("recommend", "answers.yaml"), "adr"),
        (("plan", "answers.yaml"), "markdown"),
    ],
    ids=["recommend", "adr", "plan"],
)
def test_markdown_holds_neither_links_nor_html(command, form, hostile_rules, program):
    told = program(*command, "--format", form, rules=hostile_rules)
    assert told.code == 0, told.err
    assert not CONTROL.search(told.out)
    assert_plain_markdown(told.out)


def assert_plain_markdown(source: str) -> None:
    for token in MarkdownIt("gfm-like").parse(source):
        assert token.type != "html_block", token.content[:200]
        for child in token.children or []:
            assert child.type not in ("html_inline", "image"), token.content[:300]
            if child.type == "link_open":
                assert not str(child.attrs["href"]).startswith("javascript"), token.content[:300]


def test_pages_of_offers_hold_neither_links_nor_html(hostile_rules, program, tmp_path):
    told = program("rules", "pages", "pages", rules=hostile_rules)
    assert told.code == 0, told.err
    pages = sorted((tmp_path / "pages").rglob("*.md"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not CONTROL.search(text), page.name
        assert_plain_markdown(text)


@pytest.mark.parametrize("command", ["recommend", "plan"])
def test_a_page_holds_no_script(command, hostile_rules, program):
    told = program(command, "answers.yaml", "--format", "html", rules=hostile_rules)
    assert told.code == 0, told.err
    assert not CONTROL.search(told.out)
    assert "<script" not in told.out
    assert 'href="javascript' not in told.out


def broken(root: Path) -> Path:
    """A rule base with a hostile mistake: its words are in the message."""
    path = root / "criteria" / "latency.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("use-case: chat", f'"{HOSTILE}": chat', 1), encoding="utf-8")
    return root


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_findings_hold_nothing_that_is_obeyed(form, hostile_rules, program):
    told = program("rules", "check", "--format", form, rules=broken(hostile_rules))
    assert told.code == 4, told.err
    assert not CONTROL.search(told.out + told.err)
    if form == "github":
        for line in told.out.splitlines():
            assert line.startswith("::"), line
            # What follows the second mark is data: an annotation of its own begins a line.
            assert "\r" not in line
        assert told.out.count("\n") == len(told.out.splitlines())
    elif form in ("json", "sarif"):
        data = json.loads(told.out)
        messages = json.dumps(data, ensure_ascii=False)
        assert not CONTROL.search(messages.replace("\n", "")), "escapes that come back as controls"


def test_results_of_tests_are_sound_xml(hostile_rules, program):
    told = program("rules", "test", "--format", "junit", rules=hostile_rules)
    assert told.code in (0, 4), told.err
    assert not CONTROL.search(told.out)
    found = ElementTree.fromstring(told.out)
    assert {element.tag for element in found.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error",
    }  # fmt: skip


def test_no_cell_of_a_table_is_a_formula(hostile_rules, program, tmp_path):
    told = program(
        "batch", "fleet.csv", "--output", "out.csv", "--keep", "note", rules=hostile_rules
    )
    assert told.code == 0, told.err
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert not CONTROL.search(text)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3
    for row in rows[1:]:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-[\d.]+", cell), cell
