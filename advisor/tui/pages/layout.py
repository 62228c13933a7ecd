"""Headings, hanging paragraphs and columns of styled text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from textual.content import Content

Text: TypeAlias = Content | str


def heading(words: str) -> Content:
    return Content.styled(words, "bold $primary")


def quiet(words: str) -> Content:
    return Content.styled(words, "$quiet")


def hanging(head: Text, body: Text, width: int, *, indent: int | None = None) -> Content:
    """``head`` and after it ``body``, wrapped under its own beginning (or ``indent``)."""
    first = _content(head)
    start = first.cell_length if indent is None else indent
    lines = _content(body).wrap(max(width - start, 12))
    gap = " " * max(start - first.cell_length, 0)
    return Content.assemble(first, gap, Content("\n" + " " * start).join(lines))


def cut(text: Text, width: int) -> Content:
    """The text in exactly ``width`` cells: cut with an ellipsis, or filled up."""
    content = _content(text).truncate(max(width, 1), ellipsis=True)
    return content.pad_right(max(width - content.cell_length, 0))


def flush_right(text: Text, width: int) -> Content:
    """The text in at least ``width`` cells, at the right."""
    content = _content(text)
    return content.pad_left(max(width - content.cell_length, 0))


def lines(parts: Iterable[Text]) -> Content:
    """Parts below each other."""
    return Content("\n").join([_content(part) for part in parts])


def sections(parts: Sequence[Sequence[Text]]) -> Content:
    """Groups of lines with an empty line between them; empty groups vanish."""
    return Content("\n\n").join([lines(part) for part in parts if part])


def _content(text: Text) -> Content:
    return text if isinstance(text, Content) else Content(text)
