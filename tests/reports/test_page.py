"""The page by the rules of HTML and of accessibility."""

from __future__ import annotations

import re
from itertools import pairwise

import html5lib
import pytest

from advisor.decision.bakeoff import bake_off
from advisor.decision.recommend import recommend
from advisor.language.answers import case_inputs
from advisor.reports.bakeoff import bake_off_view
from advisor.reports.html import render, render_document

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def voice_case(knowledge):
    case = knowledge.cases["voice-with-health-data"]
    return case_inputs(case, knowledge), case.as_of


@pytest.fixture(scope="module")
def case_page(knowledge, voice_case):
    return render(recommend(knowledge, *voice_case, thorough=False))


@pytest.fixture(scope="module")
def plan_page(knowledge, voice_case):
    return render_document(bake_off_view(bake_off(knowledge, *voice_case)))


@pytest.fixture(params=["recommendation", "case_page", "plan_page"])
def page(request):
    made = request.getfixturevalue(request.param)
    return made if isinstance(made, str) else render(made)


def tree(page: str):
    """Parsed as a browser does, refusing every error of the parser."""
    return html5lib.HTMLParser(strict=True).parse(page)


def text_of(node) -> str:
    return " ".join("".join(node.itertext()).split())


def test_a_strict_parser_finds_no_mistake(page):
    tree(page)


def test_it_is_one_file_without_script_or_network(page):
    root = tree(page)
    names = {node.tag.rpartition("}")[2] for node in root.iter() if isinstance(node.tag, str)}
    assert not names & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "form",
        "base",
        "foreignObject",
    }
    for node in root.iter():
        for name, value in getattr(node, "attrib", {}).items():
            assert not name.startswith("on") and name not in ("src", "style", "srcset"), name
            if name.endswith("href"):
                assert value.startswith(("#", "https://", "http://"))
    assert "default-src 'none'" in page and "url(" not in page and "@import" not in page


def test_language_title_landmark_and_headings_in_order(page):
    root = tree(page)
    assert root.get("lang") == "en"
    assert text_of(root.find(f".//{XHTML}title"))
    assert len(root.findall(f".//{XHTML}main")) == 1
    headings = [
        n for n in root.iter() if isinstance(n.tag, str) and re.fullmatch(r".*}h[1-6]", n.tag)
    ]
    levels = [int(n.tag[-1]) for n in headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(text_of(n) for n in headings)


def test_ids_are_unique_and_links_inside_lead_somewhere(page):
    root = tree(page)
    ids = [n.get("id") for n in root.iter() if isinstance(n.tag, str) and n.get("id")]
    assert len(ids) == len(set(ids))
    for link in root.findall(f".//{XHTML}a"):
        assert text_of(link)
        if link.get("href").startswith("#"):
            assert link.get("href")[1:] in ids


def test_tables_have_headers_with_scope_and_rows_of_one_width(page):
    root = tree(page)
    tables = root.findall(f".//{XHTML}table")
    assert tables
    for table in tables:
        heads = table.findall(f"{XHTML}thead/{XHTML}tr/{XHTML}th")
        assert heads and all(h.get("scope") == "col" and text_of(h) for h in heads)
        for row in table.findall(f"{XHTML}tbody/{XHTML}tr"):
            cells = [c for c in row if c.tag in (f"{XHTML}td", f"{XHTML}th")]
            assert sum(int(c.get("colspan", 1)) for c in cells) == len(heads)
            assert all(c.get("scope") == "row" for c in cells if c.tag == f"{XHTML}th")


def test_pictures_say_what_they_show(page):
    root = tree(page)
    for svg in root.findall(f".//{SVG}svg"):
        assert svg.get("role") == "img"
        title, text = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
        assert svg.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
        assert text_of(title) and ":" in text_of(text)
        names = {n.tag.rpartition("}")[2] for n in svg.iter()}
        assert names <= {"svg", "title", "desc", "g", "rect", "path", "line", "circle", "text"}


def luminance(colour: str) -> float:
    """Relative luminance as in WCAG 2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_in_light_dark_and_on_paper(recommendation):
    """4.5 : 1 for text, 3 : 1 for what is drawn (WCAG 2.2, AA)."""
    palettes = re.findall(r":root \{ (--ink.*?) \}", render(recommendation))
    assert len(palettes) == 3
    for palette in palettes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palette))
        for name in ("ink", "soft", "good", "warn", "bad", "link"):
            for behind in ("paper", "shade"):
                assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind, palette)
        for name in ("lead", "second", "third", "fourth"):
            # The letter at a line is text in its colour.
            assert contrast(colours[name], colours["paper"]) >= 4.5, (name, palette)
        assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_same_figures_are_the_same_bytes(recommendation):
    assert render(recommendation) == render(recommendation)
    assert "pygal" not in render(recommendation)
