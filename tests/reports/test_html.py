"""The page: one file, no network, no script, every text as text."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest

from advisor.reports.html import render

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "&lt;b&gt;",
    "a" * 3000,
]
HIDDEN = ["\x1b[31mred", "left\u202eright", "null\x00byte"]
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Tags in order, open tags that nobody closed, attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.mismatched: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mismatched.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_every_tag_is_closed_and_headings_do_not_jump(recommendation):
    page = Page(render(recommendation))
    assert page.open == [] and page.mismatched == []
    levels = [int(tag[1]) for tag in page.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_needs_no_script_and_no_network(recommendation):
    page = Page(render(recommendation))
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert "url(" not in render(recommendation) and "@import" not in render(recommendation)


def test_tables_name_their_columns_and_pictures_say_what_they_show(recommendation):
    page = Page(render(recommendation))
    assert ("th", "scope", "col") in page.attributes
    ids = {value for _, name, value in page.attributes if name == "id"}
    labels = [v or "" for tag, n, v in page.attributes if (tag, n) == ("svg", "aria-labelledby")]
    assert page.tags.count("svg") == len(labels) == 3
    assert all(word in ids for label in labels for word in label.split())
    roles = [v for tag, n, v in page.attributes if (tag, n) == ("svg", "role")]
    assert roles == ["img"] * 3


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(with_text, text):
    """The page of a hostile rule base has the very tags of a harmless one, and shows it."""
    hostile, harmless = Page(render(with_text(text))), Page(render(with_text("harmless")))
    assert hostile.tags == harmless.tags
    assert [a[:2] for a in hostile.attributes] == [a[:2] for a in harmless.attributes]
    assert text in hostile.text


@pytest.mark.parametrize("text", HIDDEN)
def test_control_and_bidirectional_characters_are_shown_escaped(with_text, text):
    page = render(with_text(text))
    assert not set(page) & {"\x1b", "\u202e", "\x00"}
    assert "red" in page or "right" in page or "byte" in page


def test_only_web_addresses_become_links(recommendation):
    page = Page(render(recommendation))
    links = [value or "" for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    inside = {f"#{value}" for _, name, value in page.attributes if name == "id"}
    assert all(link.startswith(("https://", "http://")) or link in inside for link in links)
    assert any(link.startswith("https://") for link in links)


def test_nobody_qualifies(nobody):
    page = Page(render(nobody))
    assert "No offer qualifies" in page.text and page.open == []


def test_figures_are_those_of_the_result(recommendation):
    text = Page(render(recommendation)).text
    for entry in recommendation.ranking:
        assert entry.title in text
        assert f"{entry.score.points:,}" in text
