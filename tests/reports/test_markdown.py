from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advisor.reports.markdown import escaped, render
from advisor.reports.text import printable

HOSTILE = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![image](https://example.org/x.png)",
    "https://example.org and www.example.org and me@example.org",
    "a | b || c",
    "**bold** _em_ `code` ~~gone~~",
    "# heading",
    "1. item",
    "- item",
    "> quote",
    "&lt;b&gt; &#x41;",
    "back\\slash \\",
    "$x$ ^sup^ ==mark==",
    "line\nbreak\n\n# again",
]


def parsed(markdown: str):
    return MarkdownIt("gfm-like").parse(markdown)


def inline_text(markdown: str) -> str:
    """What a reader sees of one paragraph, refusing anything but text."""
    tokens = parsed(markdown)
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"], markdown
    children = tokens[1].children or []
    assert {c.type for c in children} <= {"text", "text_special"}, markdown
    return "".join(c.content for c in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_as_it_is(text):
    assert inline_text(escaped(text)) == " ".join(text.split())


@given(st.text(min_size=1).filter(lambda text: printable(text).strip()))
def test_any_text_is_shown_as_it_is(text):
    assert inline_text(escaped(text)) == " ".join(printable(text).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_recommendation_becomes_markup(with_text, recommendation, text):
    """The document of a hostile rule base has the very structure of a harmless one."""
    hostile = parsed(render(with_text(text)))
    harmless = parsed(render(with_text("harmless")))
    assert [t.type for t in hostile] == [t.type for t in harmless]
    for token in hostile:
        kinds = {child.type for child in token.children or []}
        assert kinds <= {"text", "text_special", "strong_open", "strong_close"}, token.content


def test_tables_have_as_many_cells_in_every_row(recommendation):
    tables: list[list[int]] = []
    for token in parsed(render(recommendation)):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append(0)
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1] += 1
    assert len(tables) == 9
    assert all(len(set(cells)) == 1 for cells in tables)
    assert [6] * 3 in tables  # the ranking: a header and two offers


def test_only_web_addresses_become_links(recommendation):
    text = render(recommendation)
    links = [c for t in parsed(text) for c in t.children or [] if c.type == "link_open"]
    assert [link.attrs["href"] for link in links] == ["https://example.org/a_b?x=1&y=(2)"]


def test_says_the_same_as_the_text_format(recommendation):
    from advisor.reports.text import render as as_text

    def words(text: str) -> set[str]:
        return set(re.findall(r"[A-Za-z0-9]+", text))

    assert words(as_text(recommendation)) - words(render(recommendation)) == set()
