"""Where things stand in the files of a rule base that has been loaded.

A loaded rule base keeps one place for each declaration.  When something is to be said of a
part of it, its file is read again to find the part; files of which nothing is said stay closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct, field

from advisor.errors import Problem, Related, Span
from advisor.knowledge.document import ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.layout import OTHERS
from advisor.knowledge.model import Knowledge, Place
from advisor.knowledge.strict_yaml import read

_SOURCE = re.compile(r"source: *([a-z0-9][a-z0-9.-]*)")

_MOST_LINES = 200

Content = Callable[[str], bytes | None]
"""A file's content by its name relative to the rule base; None where it cannot be read."""


def content_of(root: Path) -> Content:
    """Reads the files below ``root``."""

    def content(file: str) -> bytes | None:
        try:
            return (root / file).read_bytes()
        except OSError:
            return None

    return content


class _File(Struct, frozen=True):
    lines: tuple[str, ...]
    maps: dict[Span, MapNode]


class Places(Struct):
    """Makes problems of a rule base; ``content`` gives its files."""

    knowledge: Knowledge
    content: Content
    problems: list[Problem] = field(default_factory=list)
    _files: dict[str, _File] = field(default_factory=dict)
    _elsewhere: frozenset[str] | None = None

    def add(
        self,
        check: str,
        severity: str,
        message: str,
        place: Place,
        *,
        at: tuple[str, ...] = (),
        hint: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        """Note a problem with a declaration; ``at`` leads to a part of it by keys."""
        span = self.span(place, *at)
        line = self._line(place.file, span)
        file = self._shown(place.file)
        self.problems.append(Problem(check, message, file, span, hint, line, related, severity))

    def mentions_elsewhere(self, name: str) -> bool:
        """Whether a file that is not part of the rule base proper speaks of a source."""
        if self._elsewhere is None:
            self._elsewhere = frozenset(
                found
                for folder in sorted(OTHERS)
                for data in self.others(folder)
                for found in _SOURCE.findall(data.decode("utf-8", "replace"))
            )
        return name in self._elsewhere

    def related(self, message: str, place: Place) -> Related:
        """A second place, with its line."""
        line = self._line(place.file, place.span)
        return Related(message, self._shown(place.file), place.span, line)

    def span(self, place: Place, *keys: str) -> Span | None:
        """The value under keys of the declaration, or that of the declaration itself.

        An item of a list of maps is named by its id.
        """
        if place.span is None or not keys:
            return place.span
        node: Node | None = self._file(place.file).maps.get(place.span)
        if node is None:
            return place.span
        key_of: ScalarNode | None = None
        for key in keys:
            if isinstance(node, MapNode):
                key_of, node = node.key(key), node.get(key)
            elif isinstance(node, ListNode):
                key_of, node = _item(node, key)
            if node is None or key_of is None:
                return place.span
        return node.span if isinstance(node, ScalarNode) or key_of is None else key_of.span

    def within(self, place: Place, word: str, *keys: str) -> Place:
        """The place of a word in the text under keys of the declaration; that of the whole
        text where the word does not stand on its first lines as it is."""
        span = self.span(place, *keys)
        if span is None:
            return place
        lines = self._file(place.file).lines
        for number in range(span.line, min(span.end_line, span.line + _MOST_LINES) + 1):
            line = lines[number - 1] if number <= len(lines) else ""
            at = line.find(word, span.column - 1 if number == span.line else 0)
            if at >= 0:
                return Place(place.file, Span(number, at + 1, number, at + 1 + len(word)))
        return Place(place.file, span)

    def others(self, folder: str) -> Iterator[bytes]:
        """The content of the files in a folder that rules do not stand in."""
        for path in sorted((Path(self.knowledge.root) / folder).glob("*.yaml")):
            data = self.content(f"{folder}/{path.name}")
            if data is not None:
                yield data

    def _shown(self, file: str) -> str:
        return str(Path(self.knowledge.root) / file)

    def _line(self, file: str, span: Span | None) -> str | None:
        lines = self._file(file).lines
        if span is None or not 1 <= span.line <= len(lines):
            return None
        return lines[span.line - 1]

    def _file(self, file: str) -> _File:
        found = self._files.get(file)
        if found is None:
            data = self.content(file)
            if data is None:
                found = _File((), {})
            else:
                node, findings = read(data, file)
                maps = dict(_maps(node)) if node is not None else {}
                found = _File(tuple(findings.lines), maps)
            self._files[file] = found
        return found


def _maps(node: Node) -> Iterator[tuple[Span, MapNode]]:
    """Every map, by its own span and by those of its plain values and their keys."""
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _maps(item)
    elif isinstance(node, MapNode):
        yield node.span, node
        for entry in node.entries:
            if isinstance(entry.value, ScalarNode):
                yield entry.key.span, node
                yield entry.value.span, node
            else:
                yield from _maps(entry.value)


def _item(node: ListNode, id_: str) -> tuple[ScalarNode | None, Node | None]:
    for item in node.items:
        if isinstance(item, ScalarNode) and item.text == id_:
            return item, item
        if isinstance(item, MapNode):
            name = item.get("id")
            if isinstance(name, ScalarNode) and name.text == id_:
                return name, name
    return None, None
