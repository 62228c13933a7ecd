"""What a terminal would obey or hide is shown, named and refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.forbidden_text import (
    CONTROL,
    INVISIBLE,
    UNSAFE,
    UNUSUAL_BREAK,
    UNUSUAL_SPACE,
    described,
)
from advisor.knowledge.text_safety import cell_width, visible


class TestTextSafety:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain – 日本 🚀 é", "plain – 日本 🚀 é"),
            ("\x1b[2J", r"\x1b[2J"),
            ("a\u202eb\u2066", r"a\u202eb\u2066"),
            ("\U000e0041", r"\U000e0041"),
            ("\x00\x7f\x9b\x85", r"\x00\x7f\x9b\x85"),
            ("a\tb\r\nc\u2028", r"a\tb\r\nc\u2028"),
            ("\ud800\ufffe", r"\ud800\ufffe"),
            ("⚠️", "⚠️"),
        ],
    )
    def test_visible(self, text: str, shown: str) -> None:
        assert visible(text) == shown

    def test_visible_keeps_what_it_is_told(self) -> None:
        assert visible("a\n\x1bb\t", keep="\n") == "a\n\\x1bb\\t"

    @given(st.text())
    def test_visible_text_is_safe_and_stays_so(self, text: str) -> None:
        shown = visible(text)
        assert UNSAFE.search(shown) is None
        assert visible(shown) == shown
        shown.encode()

    @pytest.mark.parametrize(
        ("char", "words"),
        [
            ("\u202e", "U+202E (right-to-left override)"),
            ("\x1b", "U+001B (escape character)"),
            ("\x81", "U+0081 (control character)"),
            ("\ud800", "U+D800 (half of a surrogate pair)"),
            ("\uffff", "U+FFFF (not a character)"),
            ("\U000e0041", "U+E0041 (tag latin capital letter a)"),
        ],
    )
    def test_described(self, char: str, words: str) -> None:
        assert described(char) == words

    @pytest.mark.parametrize(
        ("text", "width"),
        [("", 0), ("abc", 3), ("日本", 4), ("🚀", 2), ("e\u0301", 1), ("⚠\ufe0f", 2), ("ｱ", 1)],
    )
    def test_cell_width(self, text: str, width: int) -> None:
        assert cell_width(text) == width

    @given(st.characters())
    def test_classes(self, char: str) -> None:
        """A character is refused for one reason at most, and ordinary letters for none."""
        reasons = [
            pattern
            for pattern in (CONTROL, INVISIBLE, UNUSUAL_BREAK, UNUSUAL_SPACE)
            if pattern.match(char)
        ]
        assert len(reasons) <= 1
        if char.isalnum() and not reasons:
            assert visible(char) == char
