"""A YAML document with the place of every key and value, and a collector of problems.

All scalars are text: what a word means is decided by the vocabulary, not by YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field

from advisor.errors import Problem, Related, Span

LONGEST_TEXT = 20_000
"""Characters of one scalar."""


class ScalarNode(Struct, frozen=True):
    """Text; ``quoted`` tells ``"no"`` from ``no``; ``block`` is a ``|`` or ``>`` scalar."""

    text: str
    span: Span
    quoted: bool = False
    block: bool = False


class ListNode(Struct, frozen=True):
    items: tuple[Node, ...]
    span: Span

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


class Entry(Struct, frozen=True):
    """``key: value`` of a map."""

    key: ScalarNode
    value: Node


class MapNode(Struct, frozen=True):
    """Entries in their written order; keys are unique."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under ``key``, or None."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry.value
        return None

    def key(self, key: str) -> ScalarNode | None:
        """The key's own node, or None."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry.key
        return None


Node: TypeAlias = ScalarNode | ListNode | MapNode


class Findings(Struct):
    """Problems found in one file; ``lines`` are its source lines, for snippets."""

    file: str
    lines: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        check: str,
        message: str,
        at: Span | Node | None,
        *,
        hint: str | None = None,
        related: tuple[Related, ...] = (),
        severity: str = "error",
    ) -> None:
        """Note a problem at a span, or at the span of a node."""
        span = at if at is None or isinstance(at, Span) else at.span
        line = None
        if span is not None and 1 <= span.line <= len(self.lines):
            line = self.lines[span.line - 1]
        self.problems.append(
            Problem(check, message, self.file, span, hint, line, related, severity)
        )
