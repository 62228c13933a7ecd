"""A strict subset of YAML, read from libyaml's events into nodes that know their place.

Refused, each with a check of its own (``advisor.knowledge.yaml_checks``): several documents,
anchors, aliases, merge keys, tags, directives, duplicate keys, keys that are no words,
characters that do not show, and anything larger or deeper than a file for people can be.
All scalars stay text.
"""

from __future__ import annotations

import gc
from typing import Any

from msgspec import Struct
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
from advisor.knowledge.forbidden_text import UNSAFE, UNUSUAL_SPACE
from advisor.knowledge.yaml_refusals import Limits, Refusals, Stop
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
    builder = _Builder(
        findings, limits, watch_spaces=not text.isascii() and UNUSUAL_SPACE.search(text) is not None
    )
    collecting = gc.isenabled()
    # Nothing built here is garbage, and looking for some takes longer than building.
    gc.disable()
    try:
        root = builder.build(text)
    finally:
        if collecting:
            gc.enable()
    return (root if readable else None), findings


class _Open(Struct):
    """A list or a map that has not ended; ``items`` belong to a list, the rest to a map.

    ``key`` waits for its value; ``drop`` says that the entry shall not enter the tree.
    """

    line: int
    column: int
    flow: bool
    is_map: bool
    items: list[Node]
    entries: list[Entry]
    keys: dict[str, ScalarNode]
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
            self.refuse.directives(text)
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
        opened = [Opened(one.line, one.column, one.flow, one.is_map) for one in self.open]
        try:
            self.refuse.syntax(explain(error, self.findings.lines, opened, self.last))
        except Stop:
            return

    def _follow(self, loader: Any) -> None:
        """Take every event up to the end of the first document.

        It runs once for every value, so what most values are (one plain line of text, in a
        list or after its key) is done here without a call.
        """
        next_event = loader.get_event
        stack = self.open
        top: _Open | None = None
        limits = self.limits
        max_text = limits.text
        left = limits.values
        watch_spaces = self.watch_spaces
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                start = event.start_mark
                end = event.end_mark
                line = start.line + 1
                text = event.value
                style = event.style
                if (
                    end.line < line
                    and 0 < len(text) <= max_text
                    and event.anchor is None
                    and event.tag is None
                    and (text.isascii() and text.isprintable() if style else not watch_spaces)
                ):
                    span = Span(line, start.column + 1, line, end.column + 1)
                    node = ScalarNode(text, span, True) if style else ScalarNode(text, span)
                else:
                    node = self._scalar(event)
                left -= 1
                if left < 0:
                    self.refuse.too_many(node.span)
                if top is None or not text:
                    self._attach(node)
                    continue
                self.last = node
                if not top.is_map:
                    top.items.append(node)
                elif top.key is None:
                    self._begin_entry(top, node)
                elif top.drop:
                    top.key = None
                    top.drop = False
                else:
                    top.entries.append(Entry(top.key, node))
                    top.key = None
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                left -= 1
                mark = event.start_mark
                if left < 0:
                    self.refuse.too_many(_point(mark))
                if len(stack) >= limits.depth:
                    self.refuse.too_deep(_point(mark))
                flow = event.flow_style
                if event.anchor is not None or event.tag is not None:
                    self.refuse.properties(event)
                    # A block begins after them, a bracket ends the token.
                    mark = mark if flow else event.end_mark
                is_map = kind is MappingStartEvent
                top = _Open(mark.line + 1, mark.column + 1, flow, is_map, [], [], {})
                stack.append(top)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event.end_mark)
                top = stack[-1] if stack else None
            elif kind is AliasEvent:
                left -= 1
                span = _span(event)
                if left < 0:
                    self.refuse.too_many(span)
                self.refuse.alias(event.anchor, span)
                self._attach(ScalarNode(f"*{event.anchor}", span))
            elif kind is DocumentEndEvent:
                self.refuse.rest(self.root, event.end_mark, event.explicit)
                return
            elif event is None:
                return

    def _scalar(self, event: Any) -> ScalarNode:
        """A text that needs a closer look."""
        span = _span(event)
        text: str = event.value
        style = event.style
        if not style:
            if not text and span.line > len(self.findings.lines):
                # libyaml puts a missing value at the end of the file on a line of its own.
                span = self._end_of_file()
            node = ScalarNode(text, span)
            if self.watch_spaces:
                self.refuse.spaces(span)
            if span.end_line != span.line:
                self.refuse.swallowed(span)
        elif style in "|>":
            node = ScalarNode(text, self._block_span(span), block=True)
        else:
            node = ScalarNode(text, span, quoted=True)
            # The first two are quick and settle nearly all texts.
            if (
                style == '"'
                and not (text.isascii() and text.isprintable())
                and UNSAFE.search(text) is not None
            ):
                self.refuse.escapes(span)
            if span.end_line != span.line and self.open and not self.open[-1].flow:
                self.refuse.running_quote(span, self.open[-1].column)
        if event.anchor is not None or event.tag is not None:
            self.refuse.properties(event)
        if len(text) > self.limits.text:
            self.refuse.too_long(node.span)
        return node

    def _block_span(self, span: Span) -> Span:
        """End a ``|`` or ``>`` text with its last line, not at the beginning of the next."""
        lines = self.findings.lines
        line = span.end_line - (span.end_column == 1)
        while line > span.line and not lines[line - 1].strip():
            line -= 1
        return Span(span.line, span.column, line, len(lines[line - 1]) + 1)

    def _end_of_file(self) -> Span:
        lines = self.findings.lines
        line, column = len(lines), len(lines[-1]) + 1
        return Span(line, column, line, column)

    def _attach(self, node: Node) -> None:
        """Hand a finished value to what it stands in."""
        self.last = node
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if not top.is_map:
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
                top.entries.append(Entry(top.key, node))
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
        if top.flow:
            end_line, end_column = mark.line + 1, mark.column + 1
        else:
            # libyaml ends a block where the next one begins; ours ends with its last value.
            final: Node | None = None
            if top.items:
                final = top.items[-1]
            elif top.entries:
                final = top.entries[-1].value
            end_line = final.span.end_line if final is not None else top.line
            end_column = final.span.end_column if final is not None else top.column
        span = Span(top.line, top.column, end_line, end_column)
        if top.is_map:
            self._attach(MapNode(tuple(top.entries), span))
        else:
            self._attach(ListNode(tuple(top.items), span))


_KEYS_TO_REFUSE = frozenset(("", "<<"))


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _point(mark: Any) -> Span:
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
