"""What is known when libyaml stops: its words, the source, what was open, what came last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from yaml import MarkedYAMLError, YAMLError

from advisor.errors import Span
from advisor.knowledge.document import ListNode, MapNode, Node

#: Line and column, both from 1.
Place = tuple[int, int]


class Opened(Struct, frozen=True):
    """A list or map that had not ended yet: where it began, and how it was written."""

    line: int
    column: int
    flow: bool
    is_map: bool


class Fault(Struct, frozen=True):
    """What to tell about a syntax error; ``also`` is a second place with its words."""

    check: str
    message: str
    at: Span
    hint: str | None = None
    also: tuple[str, Span] | None = None


class Scene:
    """The place of an error and questions about the source around it.

    ``at`` is where libyaml could not go on, ``since`` where what it was reading began; both
    are moved back onto the text where libyaml names a place past the end.
    """

    def __init__(
        self, error: YAMLError, lines: Sequence[str], opened: Sequence[Opened], last: Node | None
    ) -> None:
        self.lines = lines
        self.opened = opened
        self.last = last
        self.problem = str(error)
        self.context = ""
        self.at = self.since = (1, 1)
        if isinstance(error, MarkedYAMLError):
            self.problem = error.problem or self.problem
            self.context = error.context or ""
            self.at = self._place(error.problem_mark)
            self.since = self._place(error.context_mark or error.problem_mark)

    def _place(self, mark: Any) -> Place:
        line, column = mark.line + 1, mark.column + 1
        if line > len(self.lines):
            line = len(self.lines)
            column = len(self.line(line)) + 1
        while line > 1 and not any(rest.strip() for rest in self.lines[line - 1 :]):
            line -= 1
            column = len(self.line(line)) + 1
        return line, column

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def char(self, place: Place) -> str:
        """The character at a place; empty at the end of a line."""
        return self.line(place[0])[place[1] - 1 : place[1]]

    def before(self, place: Place) -> str:
        return self.line(place[0])[: place[1] - 1]

    def rest(self, place: Place) -> str:
        return self.line(place[0])[place[1] - 1 :]

    def indent(self, number: int) -> int:
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def point(self, place: Place, width: int = 1) -> Span:
        line, column = place
        return Span(line, column, line, column + max(1, width))

    def value(self, place: Place) -> str:
        """The plain text that begins here: up to a comment, or to the end of its brackets."""
        text = re.split(r"\s#", self.rest(place), maxsplit=1)[0]
        if self.in_brackets(place):
            text = re.split(r"[,\]}]", text, maxsplit=1)[0]
        return text.rstrip()

    def to_end(self, place: Place) -> Span:
        return self.point(place, len(self.value(place)))

    def in_brackets(self, place: Place) -> bool:
        """Whether ``[`` or ``{`` is open here (on this line, or reported as open)."""
        if self.opened and self.opened[-1].flow:
            return True
        text = self.before(place)
        return len(re.findall(r"[\[{]", text)) > len(re.findall(r"[\]}]", text))

    def blocks(self) -> list[Opened]:
        """The open collections that are written with indentation, outermost first."""
        return [one for one in self.opened if not one.flow]

    def indents(self) -> list[int]:
        """How far a line may be indented here: as what is open, or as what has just ended."""
        columns = {one.column for one in self.blocks()}
        node = self.last
        while isinstance(node, (ListNode, MapNode)):
            if self.char((node.span.line, node.span.column)) in ("[", "{"):
                break
            columns.add(node.span.column)
            if isinstance(node, ListNode):
                node = node.items[-1] if node.items else None
            else:
                node = node.entries[-1].value if node.entries else None
        return sorted(column - 1 for column in columns)
