from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.explanations import Search
from advisor.decision.result import Money
from advisor.knowledge.text_safety import cell_width
from advisor.reports.blocks import Document, Table
from advisor.reports.change_view import search_words
from advisor.reports.figures import band, decimal, dollars, listed, many, money, percent
from advisor.reports.text import Style, ascii_only, printable, render, render_document, wrapped


def test_every_part_of_the_recommendation_is_told(recommendation):
    told = " ".join(render(recommendation).split())
    for words in [
        "Groq shared API leads Together serverless by 675 of 10,000 points.",
        "5,375 of 10,000 points",
        "$1,200 to $3,400 a month",
        "83 %",
        "factor of 1.57",
        "31 %",
        "Not surer: few answers.",
        "5,184 combinations",
        "decoding is not memory-bound",
        "wafer-memory-feeds-decoding",
        "- Few models are served.",
        "weighs more: Much is spent.",
        "Not known: the price of cached input",
        "That data stays in the EU.",
        "Whether a HIPAA agreement is needed.",
        "The public quota is lower than the peak.",
        "Together serverless",
        "The context is longer than it serves.",
        "context-limit: 131,072 tokens",
        "175B is read as the frontier class.",
        "budget-per-month, regions",
        "cost counts: more",
        "Your own prices for groq-shared: input 0.10",
        "Relax context-length: 200,000 tokens: opens Cerebras shared API",
        "Cerebras shared API: number 1 then, safe, 6,120 points, $900 to $2,100 a month",
        "model-size: 8B: Together serverless leads",
        "below 13B",
        "at most 2 changes of 2 answers",
        "×0.50 ×3.50 below: Together serverless",
        "Groq shared API 81 %",
        "Users in Asia are far away",
        "Still unmet: Nobody promises 99.999 %.",
        "leaving: days: the weights are open",
        "176,870 requests",
        "cost only, capacity ignored",
        "from 0 to 300,000 requests/day: Groq shared API is cheaper",
        "Longest context: stale and disputed",
        "131,072 tokens (groq-docs, vendor claim, of 2026-03, read 2026-05-01)",
        "Keep a second provider ready.",
        "Groq documentation",
        "stale",
        "digest sha256:01234",
        "2026-11-22",
    ]:
        assert words in told, words


def test_no_line_is_wider_than_the_page(recommendation):
    for width in (60, 80, 120):
        text = render(recommendation, Style(width=width))
        assert max(len(line) for line in text.splitlines()) <= width


def test_figures_stand_under_each_other(recommendation):
    lines = render(recommendation).splitlines()
    ends = [re.search(r"(2,500|2,000|875)(?=  )", line) for line in lines]
    positions = {match.end() for match in ends if match}
    assert len([m for m in ends if m]) == 3
    assert len(positions) == 1


def test_the_longest_bar_belongs_to_the_largest_part(recommendation):
    bars = [line.count("█") for line in render(recommendation).splitlines() if "█" in line]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] == 16


def test_tables_cut_no_word_and_lists_no_line():
    rows = (("a-very-long-identifier-of-an-offer", "many short words " * 12),)
    document = Document("Title", (Table(("id", "words"), rows),))
    lines = render_document(document).splitlines()
    assert sum("a-very-long-identifier-of-an-offer" in line for line in lines) == 1
    assert max(map(len, lines)) <= 80
    whole = Document("Title", (Table(("id", "words"), rows, whole=True),))
    assert len(render_document(whole).splitlines()) == 3


def test_ascii_loses_no_line_and_holds_nothing_else(recommendation):
    plain = render(recommendation, Style(unicode=False))
    plain.encode("ascii")
    assert "memory - decoding" in plain
    assert "################" in plain
    assert len(plain.splitlines()) == len(render(recommendation).splitlines())


def test_colour_adds_nothing_but_colour(recommendation):
    coloured = render(recommendation, Style(colour=True))
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == render(recommendation)


def test_nobody_qualifies_is_told_with_what_would_help(nobody):
    told = " ".join(render(nobody).split())
    assert "No offer qualifies." in told
    assert "Relax context-length: 200,000 tokens: opens Cerebras shared API" in told
    assert "Where the points" not in told


def test_settled_is_said_only_with_its_proof(recommendation):
    verdict = replace(recommendation.verdict, settled=True)
    told = " ".join(render(replace(recommendation, verdict=verdict)).split())
    assert "proven over 5,184 combinations" in told
    assert "nothing left can change the winner" in told
    sampled = replace(
        verdict,
        settled=False,
        worlds=replace(verdict.worlds, total=10**9, checked=65536, method="sample"),
    )
    told = " ".join(render(replace(recommendation, verdict=sampled)).split())
    assert "65,536 of 1,000,000,000 combinations" in told
    huge = replace(sampled, worlds=replace(sampled.worlds, total=227_764_757_984_182_272_000))
    told = " ".join(render(replace(recommendation, verdict=huge)).split())
    assert "65,536 of about 2.3 × 10^20 combinations" in told
    assert "a sample proves nothing" in told


@pytest.mark.parametrize(
    "text", ["\x1b[2J\x1b]0;owned\x07", "a\u202eb", "a\r\nb", "\x9b31m", "[/]"]
)
def test_no_control_character_reaches_the_terminal(with_text, text):
    shown = render(with_text(text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_control_characters_are_shown_and_not_swallowed():
    assert printable("a\x1bb\u202e") == r"a\x1bb\u202e"
    assert printable("a\tb\nc") == "a b c"


@given(st.text(), st.integers(5, 80))
def test_wrapping_keeps_every_word_and_the_width(text, width):
    lines = wrapped(printable(text), width)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())
    assert all(cell_width(line) <= width for line in lines)


@given(st.text())
def test_ascii_is_ascii(text):
    assert ascii_only(text).isascii()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0"),
        (Fraction(35, 100), "$0.35"),
        (Fraction(1, 1000), "$0.0010"),
        (Fraction(13824), "$13,824"),
        (Fraction(999, 10), "$99.90"),
        (-5, "-$5.00"),
    ],
)
def test_dollars(value, text):
    assert dollars(value) == text


def test_a_band_says_which_side_is_open():
    assert band(None, None) == "unknown"
    assert band(1, None) == "at least $1.00"
    assert band(None, 200) == "at most $200"
    assert money(Money(Fraction(100), Fraction(100))) == "$100"


def test_rounding_never_makes_doubt_certain():
    assert percent(Fraction(999, 1000)) == "over 99 %"
    assert percent(Fraction(1, 1000)) == "under 1 %"
    assert percent(Fraction(1)) == "100 %"
    assert decimal(Fraction(-5, 3), 2) == "-1.67"


def test_large_counts_are_rounded():
    assert many(999_999_999_999) == "999,999,999,999"
    assert many(10**12) == "about 1.0 × 10^12"
    assert many(9_999 * 10**11) == "about 1.0 × 10^15"


def test_lists_read_as_sentences():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (
            Search(("a", "b"), asked=2, completed=2, considered=9, decided=3, limit=40),
            "Every set of at most 2 changes of 2 answers was decided or ruled out.",
        ),
        (
            Search(("a", "b"), asked=2, completed=1, considered=9, decided=40, limit=40),
            "Every set of at most 1 change of 2 answers was decided or ruled out; sets of up to 2 "
            "may exist beyond the bound of 40.",
        ),
        (
            Search(("a",), asked=2, completed=0, considered=40, decided=40, limit=40),
            "40 changes of 1 answer were tried before the bound on the work was reached; others, "
            "and sets of up to 2, may exist.",
        ),
    ],
)
def test_how_far_a_search_went_is_told(search, words):
    assert search_words(search) == words
