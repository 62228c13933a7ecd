"""Hostile text in every place that answers and rules can fill, through the whole program.

Every string of a rule base and of a sheet of answers that a reader is shown is replaced by a
hostile one; all formats must keep their form and show it as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import html5lib
import pytest
import yaml
from markdown_it import MarkdownIt
from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.bakeoff import BakeOff, bake_off
from advisor.knowledge.text_safety import cell_width
from advisor.language.answers import case_inputs
from advisor.reports import adr, html, markdown, text
from advisor.reports import json as as_json
from advisor.reports.bakeoff import bake_off_data, bake_off_view
from advisor.reports.text import Style

HOSTILE = {
    "script": "</title></svg><script>alert(1)</script>",
    "attribute": "\" onload=alert(1) x='",
    "markdown": "**[x](javascript:alert(1))** ![](//x) `c` | # h\n---\nstatus: accepted\n```",
    "template": "{{ 7 * 7 }}{% for %}{# x #}",
    "control": "a\x1b[31mb\x07c\x00d\x9b31me\r\x08f",
    "bidi": "abc\u202edef\u2066ghi\u200bj\ufeffk",
    "long": "W" * 900,
    "wide": "漢字" * 200,
    "yaml": "---\na: !!python/object:os.system",
    "entity": "&lt;b&gt;&#60;script&#62;",
}
# What names things elsewhere in the same value, or is not free text.
KEPT = {
    "criterion", "rank", "lane", "confidence", "method", "effect", "kind", "role", "by", "format",
    "as_of", "deployment", "digest", "id", "shape", "unit",
}  # fmt: skip
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def poisoned(value, text: str, name: str = ""):
    """The value with every free text in it replaced."""
    if name in KEPT:
        return value
    if isinstance(value, str):
        return text if value else value
    if isinstance(value, Struct):
        names = value.__struct_fields__
        changed = {name: poisoned(getattr(value, name), text, name) for name in names}
        return replace(value, **changed)
    if isinstance(value, Mapping):
        return {f"{k}{text}": poisoned(v, text) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    return value


@pytest.fixture(params=sorted(HOSTILE))
def hostile(request) -> str:
    return HOSTILE[request.param]


@pytest.fixture
def poison(recommendation, hostile):
    """A recommendation with something in every field, all of it hostile."""
    made = poisoned(recommendation, hostile)
    # The verdict still names the first offer, or there would be nothing to tell.
    offer = made.ranking[0].offer
    return replace(made, verdict=replace(made.verdict, offer=offer))


@pytest.fixture(scope="module")
def real_plan(knowledge) -> BakeOff:
    case = knowledge.cases["voice-with-health-data"]
    return bake_off(knowledge, case_inputs(case, knowledge), case.as_of)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_keeps_its_form(poison, recommendation, hostile):
    page = html.render(poison)
    html5lib.HTMLParser(strict=True).parse(page)
    assert not FORBIDDEN.search(page)
    plain = Tags(html.render(poisoned(recommendation, "plain")))
    found = Tags(page)
    allowed = {tag for tag, _ in plain.seen} | {"a"}
    assert {tag for tag, _ in found.seen} <= allowed
    assert not {name for _, names in found.seen for name in names if name.startswith("on")}
    hrefs = re.findall(r'href="([^"]*)"', page)
    assert all(h.startswith(("#s", "https://", "http://")) for h in hrefs)


def test_markdown_keeps_its_form(poison, recommendation):
    source = markdown.render(poison)
    assert not FORBIDDEN.search(source)
    wanted = [
        t.type
        for t in MarkdownIt("gfm-like").parse(
            markdown.render(
                replace(
                    poisoned(recommendation, "plain"),
                    verdict=replace(poisoned(recommendation, "plain").verdict, offer="plain"),
                )
            )
        )
    ]
    found = MarkdownIt("gfm-like").parse(source)
    assert [t.type for t in found] == wanted
    for token in found:
        kinds = {child.type for child in token.children or []}
        assert kinds <= {"text", "text_special", "strong_open", "strong_close", "code_inline"}


def test_the_record_keeps_its_form(poison):
    source = adr.render(poison)
    assert not FORBIDDEN.search(source)
    _, front, body = source.split("---\n", 2)
    meta = yaml.safe_load(front)
    assert meta["status"] == "proposed"
    assert set(meta) == {"status", "date", "decision-makers", "consulted", "informed"}
    tokens = MarkdownIt("gfm-like").parse(body)
    assert not [t for t in tokens if t.type in ("html_block", "fence", "code_block", "hr")]
    for token in tokens:
        kinds = {child.type for child in token.children or []}
        assert not kinds & {"link_open", "image", "html_inline"}


@pytest.mark.parametrize("style", [Style(), Style(unicode=False), Style(colour=True), Style(60)])
def test_text_keeps_its_width_and_obeys_nothing(poison, style):
    shown = text.render(poison, style)
    bare = re.sub(r"\x1b\[(?:0|1|2|31|32|33|34|36)m", "", shown) if style.colour else shown
    assert not FORBIDDEN.search(bare)
    if not style.unicode:
        shown.encode("ascii")
    for line in bare.splitlines():
        assert cell_width(line) <= style.width, line


def test_json_holds_the_text_as_it_is(poison, hostile):
    data = json.loads(as_json.render(poison))
    assert data["verdict"]["headline"] == hostile
    assert data["ranking"][0]["title"] == hostile


def test_a_plan_keeps_its_form(real_plan, hostile):
    made = poisoned(real_plan, hostile)
    page = html.render_document(bake_off_view(made))
    html5lib.HTMLParser(strict=True).parse(page)
    assert not FORBIDDEN.search(page)
    assert "<script>" not in page
    source = markdown.render_document(bake_off_view(made))
    assert not FORBIDDEN.search(source)
    fences = [t for t in MarkdownIt("gfm-like").parse(source) if t.type == "fence"]
    commands = bake_off_data(made)["commands"]
    assert len(fences) == len(real_plan.candidates) + len(commands) + 1
    shown = text.render_document(bake_off_view(made))
    assert not FORBIDDEN.search(shown)
    json.loads(json.dumps(bake_off_data(made)))


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_answers_with_hostile_text_are_refused_or_shown_as_text(knowledge, name):
    """No answer is free text: hostile ones are problems, themselves shown escaped."""
    from advisor.errors import DataError
    from advisor.language.answers import inputs_from_mapping
    from advisor.reports.problems import render_all

    for mapping in (
        {"use-case": HOSTILE[name]},
        {HOSTILE[name]: "chat"},
        {"models": [HOSTILE[name]]},
        {"model-size": HOSTILE[name]},
    ):
        with pytest.raises(DataError) as caught:
            inputs_from_mapping({"answers": mapping}, knowledge)
        shown = render_all(caught.value.problems)
        assert not FORBIDDEN.search(shown)
