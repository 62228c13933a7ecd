"""A strict subset of YAML, read from libyaml's events into nodes that know their place.

Refused, each with a check of its own (``advisor.knowledge.yaml_checks``): several documents,
anchors, aliases, merge keys, tags, directives, duplicate keys, keys that are no words,
characters that do not show, and anything larger or deeper than a file for people can be.
All scalars stay text.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import Any

from yaml import CSafeLoader, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from advisor.errors import Problem, Span
from advisor.knowledge.document import Entry, Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.text_safety import UNSAFE, UNUSUAL_SPACE
from advisor.knowledge.yaml_refusals import Limits, Refusals, Stop, block_text_span
from advisor.knowledge.yaml_scene import Opened
from advisor.knowledge.yaml_syntax import explain
from advisor.knowledge.yaml_text import text_of

__all__ = ["DEFAULT_LIMITS", "Limits", "read"]

DEFAULT_LIMITS = Limits()


def read(data: bytes, file: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Node | None, Findings]:
    """Read one YAML document; ``file`` is the name that problems carry.

    The node is None where no faithful tree could be built.  It may be present beside
    problems (a duplicate key keeps its first value, an anchor or a tag is left out), so that
    whatever is wrong further in is found in the same run: the file is good only if
    ``findings.problems`` is empty.  Nothing is raised, whatever the bytes are.
    """
    findings = Findings(file)
    text = text_of(data, findings, limits.bytes)
    if text is None:
        return None, findings
    readable = not findings.problems
    builder = _Builder(findings, limits, watch_spaces=UNUSUAL_SPACE.search(text) is not None)
    collecting = gc.isenabled()
    # Nothing built here is garbage, and looking for some takes longer than building.
    gc.disable()
    try:
        root = builder.build(text)
    finally:
        if collecting:
            gc.enable()
    return (root if readable else None), findings


@dataclass(slots=True)
class _Open:
    """A list (``entries`` is None) or a map that has not ended.

    ``key`` waits for its value; ``drop`` says that the entry shall not enter the tree.
    """

    line: int
    column: int
    flow: bool
    entries: list[Entry] | None
    items: list[Node] = field(default_factory=list)
    keys: dict[str, ScalarNode] = field(default_factory=dict)
    key: ScalarNode | None = None
    drop: bool = False


class _Builder:
    def __init__(self, findings: Findings, limits: Limits, watch_spaces: bool) -> None:
        self.findings = findings
        self.limits = limits
        self.watch_spaces = watch_spaces
        self.refuse = Refusals(findings, limits)
        self.open: list[_Open] = []
        self.last: Node | None = None
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        """The document's node, or None (with problems noted) where it has no faithful one."""
        try:
            self.refuse.directives()
            loader = CSafeLoader(text)
            try:
                self._follow(loader)
            finally:
                loader.dispose()
        except Stop:
            return None
        except YAMLError as error:
            self._report(error)
            return None
        root = self.root
        blank = isinstance(root, ScalarNode) and not root.text and not root.quoted
        if (root is None or blank) and not self.findings.problems:
            message = "the file holds no value" if text.strip() else "the file is empty"
            self.findings.problems.append(
                Problem("empty-file", message, self.findings.file, Span(1, 1, 1, 1))
            )
        return root if self.refuse.faithful and not blank else None

    def _report(self, error: YAMLError) -> None:
        opened = [
            Opened(one.line, one.column, one.flow, one.entries is not None) for one in self.open
        ]
        try:
            self.refuse.syntax(explain(error, self.findings.lines, opened, self.last))
        except Stop:
            return

    def _follow(self, loader: Any) -> None:
        """Take every event up to the end of the first document.

        Flat and with local names, because it runs once for every value.
        """
        next_event = loader.get_event
        stack = self.open
        max_values = self.limits.values
        values = 0
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                node = self._scalar(event)
                values += 1
                if values > max_values:
                    self.refuse.too_many(node.span)
                self._attach(node)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                values += 1
                mark = event.start_mark
                at = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
                if values > max_values:
                    self.refuse.too_many(at)
                if len(stack) >= self.limits.depth:
                    self.refuse.too_deep(at)
                flow = event.flow_style
                if event.anchor is not None or event.tag is not None:
                    self.refuse.properties(event)
                    # A block begins after them, a bracket ends the token.
                    mark = mark if flow else event.end_mark
                entries: list[Entry] | None = [] if kind is MappingStartEvent else None
                stack.append(_Open(mark.line + 1, mark.column + 1, flow, entries))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event.end_mark)
            elif kind is AliasEvent:
                values += 1
                span = _span(event)
                if values > max_values:
                    self.refuse.too_many(span)
                self.refuse.alias(event.anchor, span)
                self._attach(ScalarNode(f"*{event.anchor}", span))
            elif kind is DocumentEndEvent:
                self.refuse.rest(self.root, event.end_mark, event.explicit)
                return
            elif event is None:
                return

    def _scalar(self, event: Any) -> ScalarNode:
        span = _span(event)
        text: str = event.value
        style = event.style
        if not style:
            node = ScalarNode(text, span)
            if self.watch_spaces:
                self.refuse.spaces(span)
            if span.end_line != span.line:
                self.refuse.swallowed(span)
        elif style in "|>":
            node = ScalarNode(text, block_text_span(span, self.findings.lines), block=True)
        else:
            node = ScalarNode(text, span, quoted=True)
            if style == '"' and UNSAFE.search(text) is not None:
                self.refuse.escapes(span)
            if span.end_line != span.line and self.open and not self.open[-1].flow:
                self.refuse.running_quote(span, self.open[-1].column)
        if event.anchor is not None or event.tag is not None:
            self.refuse.properties(event)
        if len(text) > self.limits.text:
            self.refuse.too_long(node.span)
        return node

    def _attach(self, node: Node) -> None:
        """Hand a finished value to what it stands in."""
        self.last = node
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        entries = top.entries
        if entries is None:
            top.items.append(node)
        elif top.key is None:
            self._begin_entry(top, node)
        else:
            span = node.span
            if (
                top.flow
                and span.column == span.end_column
                and span.column == top.key.span.end_column
                and span.line == span.end_line == top.key.span.end_line
            ):
                self.refuse.bare_key(top.key)
            if top.drop:
                top.drop = False
            else:
                entries.append(Entry(top.key, node))
            top.key = None

    def _begin_entry(self, top: _Open, node: Node) -> None:
        """Take ``node`` as the key of the next entry, or say why it cannot be one."""
        span = node.span
        if not isinstance(node, ScalarNode) or node.block or span.line != span.end_line:
            self.refuse.key_not_text(span)
            top.key = ScalarNode("", span)
            top.drop = True
            return
        top.key = node
        first = top.keys.setdefault(node.text, node)
        if first is not node:
            top.drop = True
            self.refuse.key(node, first)
        elif node.text in _KEYS_TO_REFUSE:
            self.refuse.key(node, None)

    def _close(self, mark: Any) -> None:
        """End the innermost list or map."""
        top = self.open.pop()
        parts: list[Node] = top.items
        if top.entries is not None:
            parts = [entry.value for entry in top.entries[-1:]]
        if top.flow:
            end_line, end_column = mark.line + 1, mark.column + 1
        elif parts:
            # libyaml ends a block where the next one begins; ours ends with its last value.
            end_line, end_column = parts[-1].span.end_line, parts[-1].span.end_column
        else:
            end_line, end_column = top.line, top.column
        span = Span(top.line, top.column, end_line, end_column)
        if top.entries is None:
            self._attach(ListNode(tuple(top.items), span))
        else:
            self._attach(MapNode(tuple(top.entries), span))


_KEYS_TO_REFUSE = frozenset(("", "<<"))


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
