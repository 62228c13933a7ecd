"""Changes written into the files of a rule base: only what changes is touched.

Works on the text by the places of the parsed tree, so every other byte stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, field

from advisor.errors import Span
from advisor.knowledge.document import ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.importing.changes import DEVICE_PRICE, Change, Difference
from advisor.knowledge.importing.mapping import SourceEntry
from advisor.knowledge.model import Knowledge
from advisor.knowledge.strict_yaml import read
from advisor.knowledge.values import Interval, Number

_BREAK = re.compile(r"\r\n|\r|\n")
_DIGITS = re.compile(r"([0-9]+)")


class Unwritable(Exception):
    """A file is not as it was when it was loaded."""


class _Page(Struct):
    """The text of one file with the edits that it is to get, as (begin, end, text)."""

    text: str
    root: Node
    starts: list[int] = field(default_factory=list)
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column - 1

    def cut(self, span: Span) -> tuple[int, int]:
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def replace(self, node: ScalarNode, text: str) -> None:
        begin, end = self.cut(node.span)
        if self.text[begin:end] != text:
            self.edits.append((begin, end, text))

    def line_start(self, at: int) -> int:
        return max(i for i in self.starts if i <= at)

    def result(self) -> str:
        text = self.text
        # From the end, so that earlier places stay right; of one place in the order noted.
        for _, (begin, end, new) in sorted(
            enumerate(self.edits), key=lambda e: (e[1][0], e[0]), reverse=True
        ):
            text = text[:begin] + new + text[end:]
        return text


def rewritten(
    found: Difference,
    source: SourceEntry,
    knowledge: Knowledge,
    files: Mapping[str, bytes],
) -> dict[str, bytes]:
    """New contents by path of the files that change.  ``files`` holds every file of the rule
    base that claims or sources stand in.  Raises Unwritable."""
    pages: dict[str, _Page] = {}

    def page(path: str) -> _Page:
        if path not in pages:
            pages[path] = _open(path, files[path])
        return pages[path]

    news: dict[str, list[Change]] = {}
    for change in found.changes:
        offer = knowledge.offers[change.offer]
        if change.place is None:
            news.setdefault(offer.place.file, []).append(change)
        else:
            _edit(page(change.place.file), change)
    for path, changes in sorted(news.items()):
        _add_rows(page(path), [c for c in changes if c.model is not None])
        _add_claims(page(path), [c for c in changes if c.model is None])
    cited = any(c.kind != "retired" for c in found.changes)
    known = knowledge.sources.get(source.id)
    if known is not None and cited:
        _date_source(page(known.place.file), source, known.date, found.date)
    result = {path: p.result().encode("utf-8") for path, p in pages.items() if p.edits}
    if known is None and cited:
        path = min(p for p in files if p.startswith("sources"))
        result[path] = _with_source(result.get(path, files[path]), source, found.date)
    return result


def number_words(value: Number | None) -> str:
    """Plain decimal digits; at most eight places where the decimals do not end."""
    if value is None:
        return "any"
    exact = Fraction(value)
    places = next((n for n in range(13) if (exact * 10**n).denominator == 1), 8)
    digits = f"{round(exact * 10**places):0{places + 1}d}"
    if not places:
        return digits
    whole, part = digits[:-places], digits[-places:].rstrip("0")
    return f"{whole}.{part}" if part else whole


def value_text(value: Interval) -> str:
    """A figure as a rule-base file writes it."""
    if value.is_point:
        return number_words(value.low)
    return f"{number_words(value.low)} to {number_words(value.high)}"


def _open(path: str, data: bytes) -> _Page:
    root, findings = read(data, path)
    if root is None or findings.problems:
        raise Unwritable(path)
    text = data.decode("utf-8")
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    if text.startswith("\ufeff"):
        starts[0] = 1
    return _Page(text, root, starts)


def _edit(page: _Page, change: Change) -> None:
    assert change.place is not None
    entry = _entry_at(page.root, change.place.span)
    if entry is None:
        raise Unwritable(change.place.file)
    if change.until is not None:
        _put(
            page, entry, "until", change.until.isoformat(), after="model" if change.model else None
        )
    for figure in change.figures:
        key = figure.attribute if change.model is not None else "value"
        _put(page, entry, key, value_text(figure.new), before="source")
    read_on = entry.get("checked")
    if isinstance(read_on, ScalarNode) and read_on.text < change.checked.isoformat():
        _put(page, entry, "checked", change.checked.isoformat())
    if change.kind == "changed":
        _put(page, entry, "source", change.source)
    # A file without a date gives no newer day to what it only confirms.
    if change.kind == "changed" or (change.kind == "confirmed" and change.date != "undated"):
        _put(page, entry, "date", change.date)


def _entry_at(root: Node, span: Span | None) -> MapNode | None:
    """The map of a list that holds a key or a value at this place."""
    if isinstance(root, MapNode):
        for entry in root.entries:
            if span in (entry.value.span, entry.key.span) and entry.key.text in (
                "model",
                "attribute",
            ):
                return root
    parts: tuple[Node, ...] = ()
    if isinstance(root, MapNode):
        parts = tuple(entry.value for entry in root.entries)
    elif isinstance(root, ListNode):
        parts = root.items
    for part in parts:
        found = _entry_at(part, span)
        if found is not None:
            return found
    return None


def _put(
    page: _Page,
    entry: MapNode,
    key: str,
    value: str,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Set a key: its value in place; a new key beside another one."""
    held = entry.get(key)
    if isinstance(held, ScalarNode):
        if held.text != value:
            page.replace(held, value)
        return
    if held is not None:
        # A list stands there: it is replaced whole.
        begin, end = page.cut(held.span)
        page.edits.append((begin, end, value))
        return
    begin, _ = page.cut(entry.span)
    flow = page.text[begin] == "{"
    beside = entry.key(before) if before else None
    if beside is not None:
        at = page.cut(beside.span)[0]
        gap = ", " if flow else _line_break(page, at)
        page.edits.append((at, at, f"{key}: {value}{gap}"))
        return
    last = entry.get(after) if after else None
    node = last if last is not None else entry.entries[-1].value
    at = page.cut(node.span)[1]
    gap = ", " if flow else _line_break(page, page.cut(entry.entries[0].key.span)[0])
    page.edits.append((at, at, f"{gap}{key}: {value}"))


def _line_break(page: _Page, at: int) -> str:
    """A line break, and blanks up to the column of ``at``."""
    return _newline(page.text) + " " * (at - page.line_start(at))


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _add_rows(page: _Page, changes: list[Change]) -> None:
    if not changes or not isinstance(page.root, MapNode):
        return
    rows = page.root.get("serves")
    lines = [(change, _row_text(change)) for change in sorted(changes, key=_row_key)]
    if not isinstance(rows, ListNode) or not rows.items:
        _append_section(page, "serves", [text for _, text in lines])
        return
    for change, text in lines:
        # After the last row that comes before it, so that the order of the file is kept.
        place = None
        for row in rows.items:
            name = row.get("model") if isinstance(row, MapNode) else None
            if isinstance(name, ScalarNode) and _natural(name.text) <= _natural(change.label):
                place = row
        _insert_line(page, rows, place, text)


def _add_claims(page: _Page, changes: list[Change]) -> None:
    if not changes or not isinstance(page.root, MapNode):
        return
    claims = page.root.get("claims")
    lines = [_claim_text(change) for change in sorted(changes, key=lambda c: c.label)]
    if not isinstance(claims, ListNode) or not claims.items:
        _append_section(page, "claims", lines)
        return
    place = claims.items[-1]
    for claim in claims.items:
        name = claim.get("attribute") if isinstance(claim, MapNode) else None
        if isinstance(name, ScalarNode) and name.text == DEVICE_PRICE:
            place = claim
    for text in lines:
        _insert_line(page, claims, place, text)


def _insert_line(page: _Page, rows: ListNode, after: Node | None, text: str) -> None:
    """A line of its own after an item, or before the first one."""
    first = page.cut(rows.items[0].span)[0]
    indent = page.text[page.line_start(first) : first]
    newline = _newline(page.text)
    if after is None:
        at = page.line_start(first)
        page.edits.append((at, at, f"{indent}{text}{newline}"))
        return
    line = after.span.end_line
    # A block map ends where the next entry begins.
    if after.span.end_column == 1 and line > after.span.line:
        line -= 1
    if line < len(page.starts):
        at = page.starts[line]
        page.edits.append((at, at, f"{indent}{text}{newline}"))
    else:
        at = len(page.text)
        page.edits.append((at, at, f"{newline}{indent}{text}"))


def _append_section(page: _Page, key: str, lines: list[str]) -> None:
    newline = _newline(page.text)
    begin = "" if page.text.endswith(("\n", "\r")) else newline
    body = newline.join([f"{key}:", *(f"  - {line}" for line in lines)])
    at = len(page.text)
    page.edits.append((at, at, f"{begin}{body}{newline}"))


def _row_text(change: Change) -> str:
    parts = [f"model: {change.label}"]
    if change.until is not None:
        parts.append(f"until: {change.until}")
    parts += [f"{figure.attribute}: {value_text(figure.new)}" for figure in change.figures]
    return f"{{{', '.join([*parts, *_basis(change)])}}}"


def _claim_text(change: Change) -> str:
    value = value_text(change.figures[0].new)
    parts = [f"attribute: {DEVICE_PRICE}", f"value: {value}", *_basis(change)]
    return f'{{{", ".join(parts)}, note: "{change.label}."}}'


def _basis(change: Change) -> list[str]:
    return [
        f"source: {change.source}",
        f"date: {change.date}",
        f"checked: {change.checked}",
        f"grade: {change.grade}",
    ]


def _row_key(change: Change) -> tuple[object, ...]:
    return _natural(change.label)


def _natural(name: str) -> tuple[object, ...]:
    """gpt-oss-20b before gpt-oss-120b."""
    return tuple(
        (0, int(part)) if part.isdigit() else (1, part) for part in _DIGITS.split(name) if part
    )


def _date_source(page: _Page, source: SourceEntry, known: str, date: str) -> None:
    """The source stands for its newest edition from now on."""
    if date == "undated" or (known != "undated" and known >= date):
        return
    for entry in page.root if isinstance(page.root, ListNode) else ():
        name = entry.get("id") if isinstance(entry, MapNode) else None
        if isinstance(entry, MapNode) and isinstance(name, ScalarNode) and name.text == source.id:
            _put(page, entry, "date", date)
            if source.address is not None:
                _put(page, entry, "address", source.address)


def _with_source(data: bytes, source: SourceEntry, date: str) -> bytes:
    text = data.decode("utf-8")
    newline = _newline(text)
    fields = {
        "id": source.id,
        "title": source.title,
        "address": source.address,
        "publisher": source.publisher,
        "date": date,
        "kind": source.kind,
        "note": source.note,
    }
    lines = [f"{key}: {value}" for key, value in fields.items() if value]
    entry = newline.join([f"- {lines[0]}", *(f"  {line}" for line in lines[1:])])
    gap = "" if text.endswith(("\n", "\r")) else newline
    return f"{text}{gap}{entry}{newline}".encode()
