"""What YAML allows and our files do not: each refusal with its place and its words.

Refusals are rare, so they may look at the source again; the reader only asks for them where
an event shows that something is wrong.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from advisor.errors import Related, Span
from advisor.knowledge.document import LONGEST_TEXT, Findings, Node, ScalarNode
from advisor.knowledge.forbidden_text import (
    INVISIBLE,
    UNSAFE,
    UNUSUAL_BREAK,
    UNUSUAL_SPACE,
    described,
)
from advisor.knowledge.text_safety import shortened
from advisor.knowledge.yaml_quoting import ESCAPE, tag_hint, unescaped
from advisor.knowledge.yaml_scene import Fault


class Limits(Struct, frozen=True):
    """How much of a file is read.

    ``bytes`` of the file, ``depth`` of nesting, ``values`` (keys count too), characters of
    one ``text``, and ``problems`` listed.
    """

    bytes: int = 4 * 1024 * 1024
    depth: int = 64
    values: int = 200_000
    text: int = LONGEST_TEXT
    problems: int = 100


class Stop(Exception):
    """Reading ends here; the problem has been noted."""


_PERCENT_LINE = re.compile("(?:^|[\n\r\x85\u2028\u2029])%")
_MEANT_OTHERWISE = re.compile(r"\s*(?:-|[A-Za-z][\w.-]*:(?=[^/\s]))")


class Refusals:
    """Notes problems of one file; ``faithful`` turns false where a tree would mislead.

    Every method may raise ``Stop`` once the limit of problems is reached.
    """

    def __init__(self, findings: Findings, limits: Limits) -> None:
        self.findings = findings
        self.lines = findings.lines
        self.limits = limits
        self.faithful = True

    def note(
        self,
        check: str,
        message: str,
        at: Span,
        *,
        hint: str | None = None,
        also: tuple[str, Span] | None = None,
    ) -> None:
        """Add a problem; ``also`` is a second place with its words."""
        related: tuple[Related, ...] = ()
        if also is not None:
            words, place = also
            place = self.first_line(place)
            related = (Related(words, self.findings.file, place, self.lines[place.line - 1]),)
        self.findings.add(check, message, self.first_line(at), hint=hint, related=related)
        if len(self.findings.problems) >= self.limits.problems:
            self.findings.add(
                "too-many-problems",
                f"reading stopped here, after {self.limits.problems:,} problems",
                at,
                hint="mend those first",
            )
            raise Stop

    def first_line(self, span: Span) -> Span:
        """The part of a span that lies on its first line."""
        if span.end_line == span.line:
            return span
        end = len(self.lines[span.line - 1].rstrip()) + 1
        return Span(span.line, span.column, span.line, max(end, span.column + 1))

    def syntax(self, fault: Fault) -> None:
        """Note a syntax error, and withdraw what was noted before as a consequence of it."""
        self.faithful = False
        if fault.check == "unquoted-special":
            self.withdraw("missing-value", fault.at)
        start = (fault.at.line, fault.at.column)
        for problem in self.findings.problems:
            span = problem.span
            if problem.check == fault.check and span and (span.line, span.column) == start:
                return
        self.note(fault.check, fault.message, fault.at, hint=fault.hint, also=fault.also)

    def withdraw(self, check: str, within: Span) -> None:
        """Forget problems of a check that begin inside a span."""
        begin, end = (within.line, within.column), (within.end_line, within.end_column)
        self.findings.problems[:] = [
            problem
            for problem in self.findings.problems
            if problem.check != check
            or problem.span is None
            or not begin <= (problem.span.line, problem.span.column) < end
        ]

    # Before the first value, and after the last.

    def directives(self, text: str) -> None:
        """Refuse ``%`` lines.  Any number of them could come before the first event."""
        if _PERCENT_LINE.search(text) is None:
            return
        for number, line in enumerate(self.lines, start=1):
            content = line.strip()
            if not content or content.startswith("#"):
                continue
            if line.startswith("%"):
                word = content.split(maxsplit=1)[0]
                self.note(
                    "directive",
                    f"the directive '{shortened(word)}' is not allowed",
                    Span(number, 1, number, len(word) + 1),
                    hint="delete the line; a text that begins with '%' must be in quotes",
                )
                raise Stop
            return

    def rest(self, root: Node | None, mark: Any, explicit: bool) -> None:
        """Refuse whatever follows the first document, which ended at ``mark``.

        libyaml is not asked: it would read any number of directives first.
        """
        for number in range(mark.line + 1, len(self.lines) + 1):
            line = self.lines[number - 1]
            column = mark.column if number == mark.line + 1 else 0
            rest = line[column:]
            text = rest.strip()
            if not text or text.startswith("#") or (column == 0 and text == "..."):
                continue
            indent = column + len(rest) - len(rest.lstrip())
            at = Span(number, indent + 1, number, indent + 1 + len(text))
            if explicit or (indent == 0 and text.startswith("---")):
                self.note(
                    "several-documents",
                    "a second document begins here; a file holds one",
                    at,
                    hint="move what follows into a file of its own",
                )
            else:
                self._trailing(root, at)
            return

    def _trailing(self, root: Node | None, at: Span) -> None:
        self.faithful = False
        begins = self.lines[root.span.line - 1][root.span.column - 1 :] if root else ""
        if root is None or isinstance(root, ScalarNode) or begins[:1] in ("[", "{"):
            self.note(
                "text-after-end",
                "the value of the file has ended before this",
                at,
                hint="a file holds one map or one list",
            )
            return
        indent = root.span.column - 1
        self.note(
            "wrong-indentation",
            "this line is indented less than the first line of the file",
            at,
            hint=f"expected {indent} blank{'' if indent == 1 else 's'} before it",
        )

    # Values.

    def properties(self, event: Any) -> None:
        """An anchor or a tag before a value; the value itself is kept."""
        mark = event.start_mark
        words: dict[str, re.Match[str]] = {}
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        for word in re.compile(r"\S+").finditer(line, mark.column):
            if word.group()[0] not in "&!":
                break
            words.setdefault(word.group()[0], word)
        found = []
        if event.anchor is not None:
            found.append(("anchor", words.get("&")))
        if event.tag is not None:
            found.append(("tag", words.get("!")))
        for check, match in sorted(found, key=lambda pair: pair[1].start() if pair[1] else 0):
            written = match.group() if match is not None else ""
            column = (match.start() if match is not None else mark.column) + 1
            if check == "tag":
                hint = tag_hint(line[column - 1 :])
            else:
                hint = "write the value out; a text that begins with '&' must be in quotes"
            self.note(
                check,
                f"the {check} '{shortened(written)}' is not allowed",
                Span(mark.line + 1, column, mark.line + 1, column + max(1, len(written))),
                hint=hint,
            )

    def alias(self, name: str, span: Span) -> None:
        self.faithful = False
        self.note(
            "alias",
            f"the alias '*{shortened(name)}' is not allowed",
            span,
            hint="write the value out; a text that begins with '*' must be in quotes",
        )

    def key(self, key: ScalarNode, first: ScalarNode | None) -> None:
        """A key that was used before (``first``), is empty, or merges."""
        if first is not None:
            self.note(
                "duplicate-key",
                f"'{shortened(key.text)}' is already a key of this map",
                key.span,
                hint="keep one of the two",
                also=("first written here", first.span),
            )
        elif not key.text:
            self.faithful = False
            self.note("empty-key", "a key is missing", key.span)
        elif key.text == "<<" and not key.quoted:
            self.faithful = False
            self.note(
                "merge-key",
                "'<<' would take over entries from elsewhere, which is not allowed",
                key.span,
                hint="write the entries out",
            )

    def key_not_text(self, span: Span) -> None:
        self.faithful = False
        self.withdraw("missing-value", span)
        self.note(
            "key-not-text",
            "a key must be a word on one line, not a list, a map or a block",
            span,
            hint="a text that begins with '{' or '[' must be in quotes",
        )

    def bare_key(self, key: ScalarNode) -> None:
        """``{b:1}`` and ``{offer}``: an entry in braces without colon and value."""
        colon = -1 if key.quoted else key.text.find(":")
        if colon >= 0:
            line, column = key.span.line, key.span.column + colon
            self.note(
                "missing-blank",
                "a blank is missing after ':'",
                Span(line, column, line, column + 2),
                hint="write 'key: value'",
            )
            return
        self.note(
            "missing-value",
            f"'{shortened(key.text)}' has no value, and {{…}} is a map",
            key.span,
            hint="a list is written [a, b]; a text that begins with '{' must be in quotes",
        )

    def too_many(self, at: Span) -> None:
        self.note(
            "too-many-values",
            f"the file holds more than {self.limits.values:,} values",
            at,
            hint="split it into several files",
        )
        raise Stop

    def too_deep(self, at: Span) -> None:
        self.note(
            "too-deep", f"lists and maps are nested more than {self.limits.depth} deep here", at
        )
        raise Stop

    def too_long(self, span: Span) -> None:
        self.faithful = False
        self.note("too-long", f"this text is longer than {self.limits.text:,} characters", span)

    # The text of values.

    def spaces(self, span: Span) -> None:
        """A text without quotes holds a character that only looks like a blank."""
        for number in range(span.line, span.end_line + 1):
            line = self.lines[number - 1]
            start = span.column - 1 if number == span.line else 0
            end = span.end_column - 1 if number == span.end_line else len(line)
            found = UNUSUAL_SPACE.search(line, start, end)
            if found is not None:
                self.note(
                    "unusual-space",
                    f"{described(found.group())} only looks like a blank",
                    Span(number, found.start() + 1, number, found.end() + 1),
                    hint="replace it by an ordinary blank, or put the whole text in quotes",
                )
                return

    def swallowed(self, span: Span) -> None:
        """A text without quotes runs over several lines: refuse a line meant as an item."""
        for number in range(span.line + 1, span.end_line + 1):
            line = self.lines[number - 1]
            found = _MEANT_OTHERWISE.match(line)
            if found is None:
                continue
            indent = len(line) - len(line.lstrip())
            start = self.lines[span.line - 1][span.column - 1 :]
            if line[indent] == "-" and start.startswith("-"):
                self.note(
                    "missing-blank",
                    "a blank is missing after '-'",
                    Span(span.line, span.column, span.line, span.column + 2),
                    hint="write '- item'",
                )
                return
            what = "an item" if line[indent] == "-" else "an entry"
            self.note(
                "swallowed-line",
                f"this line looks like {what}, but it continues the text above",
                Span(number, indent + 1, number, found.end() + 1),
                hint="mend the line above or the indentation, or put the whole text in quotes",
                also=("the text begins here", span),
            )
            return

    def running_quote(self, span: Span, column: int) -> None:
        """A quoted text of several lines must stay deeper than its block, at ``column``."""
        for number in range(span.line + 1, span.end_line + 1):
            line = self.lines[number - 1]
            if line.strip() and len(line) - len(line.lstrip()) < column:
                quote = self.lines[span.line - 1][span.column - 1]
                self.note(
                    "unclosed-quote",
                    f"the quote {quote} opened here is not closed on the lines that belong to it",
                    Span(span.line, span.column, span.line, span.column + 1),
                    hint=f"expected a closing {quote}",
                    also=("this line is not indented deeper", Span(number, 1, number, 2)),
                )
                return

    def escapes(self, span: Span) -> None:
        """A text in double quotes holds what no text may hold: find the escapes that say so."""
        for number in range(span.line, span.end_line + 1):
            line = self.lines[number - 1]
            start = span.column if number == span.line else 0
            end = span.end_column - 1 if number == span.end_line else len(line)
            for found in ESCAPE.finditer(line, start, end):
                char = unescaped(found.group(1))
                if UNSAFE.match(char) is None:
                    continue
                check = "control-character"
                if UNUSUAL_BREAK.match(char):
                    check = "unusual-break"
                elif INVISIBLE.match(char):
                    check = "invisible-character"
                self.note(
                    check,
                    f"the escape '{found.group()}' stands for {described(char)}",
                    Span(number, found.start() + 1, number, found.end() + 1),
                    hint="write \\n" if check == "unusual-break" else "delete it",
                )
