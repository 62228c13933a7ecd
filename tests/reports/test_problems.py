"""How problems are shown: snippet, caret, notes, order, and nothing hostile in the output."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import Problem, Related, Span
from advisor.knowledge.forbidden_text import UNSAFE
from advisor.knowledge.text_safety import cell_width, visible
from advisor.reports.problems import counted, in_order, render, render_all, to_data

LINE = "  when: {modle-size: below 13B}"


def problem(
    line: str | None = LINE,
    columns: tuple[int, int] = (10, 20),
    hint: str | None = "did you mean 'model-size'?",
    message: str = "no question, fact or attribute is called 'modle-size'",
    number: int = 4,
    related: tuple[Related, ...] = (),
) -> Problem:
    return Problem(
        "unknown-name",
        message,
        "rules/criteria/diversity.yaml",
        Span(number, columns[0], number, columns[1]),
        hint,
        line,
        related,
    )


def snippet(text: str) -> tuple[str, str]:
    """The source line and the underline of a rendered problem, without their gutters."""
    _, _, bar, source, underline, *_ = text.split("\n")
    gutter = bar.index("|") + 2
    return source[gutter:], underline[gutter:]


class TestRender:
    def test_the_promised_form(self) -> None:
        assert render(problem()) == (
            "error[unknown-name]: no question, fact or attribute is called 'modle-size'\n"
            "  --> rules/criteria/diversity.yaml:4:10\n"
            "   |\n"
            " 4 |   when: {modle-size: below 13B}\n"
            "   |          ^^^^^^^^^^ did you mean 'model-size'?\n"
            "   = see: advisor rules explain unknown-name"
        )

    def test_notes_share_the_gutter(self) -> None:
        notes = (
            Related("first declared here", "a.yaml", Span(120, 1, 120, 3), "id: x"),
            Related("and here", "b.yaml", Span(7, 2, 7, 3)),
            Related("this file is empty", "c.yaml"),
        )
        assert render(problem(hint=None, related=notes)) == (
            "error[unknown-name]: no question, fact or attribute is called 'modle-size'\n"
            "    --> rules/criteria/diversity.yaml:4:10\n"
            "     |\n"
            "   4 |   when: {modle-size: below 13B}\n"
            "     |          ^^^^^^^^^^\n"
            "     = see: advisor rules explain unknown-name\n"
            "note: first declared here\n"
            "    --> a.yaml:120:1\n"
            "     |\n"
            " 120 | id: x\n"
            "     | ^^\n"
            "note: and here\n"
            "    --> b.yaml:7:2\n"
            "note: this file is empty\n"
            "    --> c.yaml"
        )

    def test_without_source_line(self) -> None:
        assert render(problem(line=None)) == (
            "error[unknown-name]: no question, fact or attribute is called 'modle-size'\n"
            "  --> rules/criteria/diversity.yaml:4:10\n"
            "   = hint: did you mean 'model-size'?\n"
            "   = see: advisor rules explain unknown-name"
        )

    def test_without_place(self) -> None:
        bare = Problem("empty-file", "the file is empty", "x.yaml", severity="warning")
        assert render(bare) == (
            "warning[empty-file]: the file is empty\n"
            "  --> x.yaml\n"
            "   = see: advisor rules explain empty-file"
        )

    def test_span_over_several_lines_is_underlined_to_the_end_of_the_first(self) -> None:
        long = Problem("x", "m", "f", Span(1, 4, 3, 2), None, "a: [b,  ")
        assert snippet(render(long)) == ("a: [b,", "   ^^^")

    @pytest.mark.parametrize(
        ("columns", "underline"), [((3, 3), "  ^"), ((5, 5), "    ^"), ((9, 12), "    ^")]
    )
    def test_empty_spans_and_places_past_the_end(
        self, columns: tuple[int, int], underline: str
    ) -> None:
        assert snippet(render(problem("a: 1", columns, None))) == ("a: 1", underline)

    def test_empty_line(self) -> None:
        text = render(problem("", (1, 1), "expected a value"))
        assert " 4 |\n   | ^ expected a value\n" in text

    @pytest.mark.parametrize(
        ("line", "columns", "source", "underline"),
        [
            ("a:\tb", (4, 5), "a:  b", "    ^"),
            ("\tb: 1", (1, 2), "    b: 1", "^^^^"),
            ("日本: 1, 日本: 2", (8, 10), "日本: 1, 日本: 2", "         ^^^^"),
            ("🚀: x", (4, 5), "🚀: x", "    ^"),
            ("e\u0301e\u0301: x", (7, 8), "e\u0301e\u0301: x", "    ^"),
            ("⚠\ufe0f: x", (5, 6), "⚠\ufe0f: x", "    ^"),
            ("a\u202eb: x", (3, 4), "a\\u202eb: x", "       ^"),
            ("a\u202eb: x", (2, 3), "a\\u202eb: x", " ^^^^^^"),
            ("\x1b[2J: x", (1, 2), "\\x1b[2J: x", "^^^^"),
        ],
    )
    def test_carets_stand_under_what_they_mean(
        self, line: str, columns: tuple[int, int], source: str, underline: str
    ) -> None:
        assert snippet(render(problem(line, columns, None))) == (source, underline)

    def test_long_lines_are_cut_around_the_caret(self) -> None:
        line = "x" * 300 + "WRONG" + "y" * 300
        source, underline = snippet(render(problem(line, (301, 306), None)))
        assert len(source) == 95
        assert source[0] == source[-1] == "…"
        assert source[underline.index("^") : len(underline)] == "WRONG"

    def test_long_lines_keep_their_ends(self) -> None:
        begin, _ = snippet(render(problem("WRONG" + "y" * 300, (1, 6), None)))
        assert begin.startswith("WRONGy")
        assert begin.endswith("y…")
        end, underline = snippet(render(problem("x" * 300 + "WRONG", (301, 306), None)))
        assert end.startswith("…x")
        assert end.endswith("xWRONG")
        assert underline.endswith(" ^^^^^")

    def test_width(self) -> None:
        text = render(problem("x" * 300 + "WRONG" + "y" * 300, (301, 306), None), width=60)
        assert max(len(line) for line in text.split("\n")[2:5]) == 60

    def test_a_line_of_megabytes_is_no_work(self) -> None:
        line = "日" * 3_000_000
        source, underline = snippet(render(problem(line, (2_000_000, 2_000_100), None)))
        assert cell_width(source) <= 95
        assert "^" in underline

    def test_nothing_hostile_is_printed(self) -> None:
        evil = "\x1b[31m\u202e\r\n\x00"
        bad = Problem(
            f"c{evil}",
            f"m{evil}",
            f"f{evil}",
            Span(1, 1, 1, 3),
            f"h{evil}",
            f"s{evil}",
            (Related(f"r{evil}", f"g{evil}", Span(1, 1, 1, 2), f"t{evil}"),),
            f"e{evil}",
        )
        shown = r"\x1b[31m\u202e\r\n\x00"
        assert render(bad).count(shown) == 9 + 1
        assert UNSAFE.search(render(bad).replace("\n", "")) is None
        assert len(render(bad).split("\n")) == 6 + 5
        data = json.dumps(to_data(bad), ensure_ascii=False)
        assert UNSAFE.search(data) is None

    @given(
        st.text(st.characters() | st.sampled_from("\t日🚀\u0301\ufe0f\u202e\x1b x"), max_size=250),
        st.integers(1, 260),
        st.integers(0, 260),
        st.integers(30, 120),
    )
    def test_caret_and_width(self, line: str, column: int, length: int, width: int) -> None:
        """Whatever the line holds: it fits, it is safe, and the caret meets its character."""
        text = render(problem(line, (column, column + length), None), width)
        assert UNSAFE.search(text.replace("\n", "")) is None
        _, _, bar, source, underline, *_ = text.split("\n")
        assert bar == "   |"
        assert cell_width(source) <= width
        assert cell_width(underline) <= width + 1
        before, carets = underline[5:].split("^", 1)[0], underline.count("^")
        assert carets >= 1
        assert set(before) <= {" "}
        if column > len(line) or line[column - 1] in "\t\ufe0f":
            return
        char = line[column - 1]
        if unicodedata.category(char) in ("Mn", "Me") or unicodedata.combining(char):
            return
        # Walk the shown text up to the caret: there the character itself must stand.
        width_so_far, index = 0, 5
        while width_so_far < len(before):
            index += 1
            width_so_far = cell_width(source[5:index])
        while index < len(source) and cell_width(source[index]) == 0:
            index += 1
        expected = visible(char)
        assert source[index:].startswith(expected) or expected.isspace()


class TestOrder:
    def test_count(self) -> None:
        one = Problem("a", "m", "x.yaml")
        two = Problem("b", "m", "x.yaml")
        assert counted([one]) == "1 problem in 1 file"
        assert counted([one, two, Problem("a", "m", "y.yaml")]) == "3 problems in 2 files"

    def test_nothing(self) -> None:
        assert render_all([]) == ""

    def test_likeliest_cause_first(self) -> None:
        """Errors first; among them unreadable files; then by place."""
        warning = Problem("expired-source", "m", "a.yaml", Span(1, 1, 1, 2), severity="warning")
        late = Problem("unknown-name", "m", "b.yaml", Span(10, 1, 10, 2))
        early = Problem("unknown-name", "m", "b.yaml", Span(9, 7, 9, 8))
        left = Problem("unknown-name", "m", "b.yaml", Span(9, 2, 9, 3))
        whole = Problem("unknown-name", "m", "b.yaml")
        broken = Problem("unclosed-quote", "m", "c.yaml", Span(3, 1, 3, 2))
        ordered = [broken, whole, left, early, late, warning]
        assert in_order(reversed(ordered)) == ordered

    def test_all_with_count(self) -> None:
        first = Problem("a", "first", "x.yaml", Span(1, 1, 1, 2))
        second = Problem("b", "second", "x.yaml", Span(2, 1, 2, 2))
        text = render_all([second, first, second])
        assert text == f"{render(first)}\n\n{render(second)}\n\n2 problems in 1 file"


class TestData:
    def test_everything(self) -> None:
        note = Related("first declared here", "a.yaml", Span(1, 1, 1, 3), "id: x")
        assert to_data(problem(related=(note,))) == {
            "check": "unknown-name",
            "severity": "error",
            "message": "no question, fact or attribute is called 'modle-size'",
            "hint": "did you mean 'model-size'?",
            "file": "rules/criteria/diversity.yaml",
            "line": 4,
            "column": 10,
            "end_line": 4,
            "end_column": 20,
            "source_line": LINE,
            "related": [
                {
                    "message": "first declared here",
                    "file": "a.yaml",
                    "line": 1,
                    "column": 1,
                    "end_line": 1,
                    "end_column": 3,
                    "source_line": "id: x",
                }
            ],
            "see": "advisor rules explain unknown-name",
        }

    def test_without_place(self) -> None:
        data = to_data(Problem("x", "m", "f"))
        assert data["line"] is data["column"] is data["source_line"] is data["hint"] is None
        assert data["related"] == []
