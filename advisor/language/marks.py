"""Places inside a scalar, and words as they are quoted in messages.

A problem points at the wrong word, not at the whole value.  Where the text of a scalar is
not the text of the file (escapes, folded lines), the whole value is the best place.
"""

from __future__ import annotations

from advisor.errors import Span
from advisor.knowledge.document import ScalarNode

_QUOTED_LENGTH = 60


def part(node: ScalarNode, start: int, end: int) -> Span:
    """The place of ``node.text[start:end]``; the whole node where that cannot be told."""
    span = node.span
    opening = 1 if node.quoted else 0
    one_line = span.line == span.end_line and not node.block
    if not one_line or span.end_column - span.column != len(node.text) + 2 * opening:
        return span
    first = span.column + opening + max(0, start)
    last = span.column + opening + min(len(node.text), max(end, start))
    return Span(span.line, first, span.line, max(last, first + 1))


def quote(text: str) -> str:
    """``'text'``, shortened where it is long."""
    if len(text) > _QUOTED_LENGTH:
        text = text[: _QUOTED_LENGTH - 1] + "…"
    return f"'{text}'"


def listed(words: list[str], last: str = "or", limit: int = 8) -> str:
    """``a, b or c``; beyond ``limit`` the rest is counted."""
    if len(words) > limit:
        rest = len(words) - limit
        return f"{', '.join(words[:limit])} {last} {rest} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
