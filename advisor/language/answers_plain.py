"""From JSON texts and Python values to nodes, so that all answers are read the same way."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from advisor.errors import Problem, Span
from advisor.knowledge.document import (
    LONGEST_TEXT,
    Entry,
    Findings,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
)
from advisor.language.numerals import decimal_digits, terminates

_EXPONENT = re.compile(r"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)[eE]([+-]?[0-9]{1,3})")
_LARGEST_EXPONENT = 18
_DEEPEST = 6
_NOWHERE = Span(1, 1, 1, 1)


def is_json(data: bytes) -> bool:
    """Whether a file is written as a JSON object."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"{")


def json_node(data: bytes) -> Node | None:
    """A JSON file as a node without places; None where it is not sound JSON, or a text is too
    long."""
    import json

    def pairs(entries: list[tuple[str, Node]]) -> Node:
        if len({key for key, _ in entries}) < len(entries):
            raise ValueError
        keys = (ScalarNode(key, _NOWHERE, quoted=True) for key, _ in entries)
        return MapNode(
            tuple(Entry(key, _json(value)) for key, (_, value) in zip(keys, entries, strict=True)),
            _NOWHERE,
        )

    def number(text: str) -> Node:
        if len(text) > LONGEST_TEXT:
            raise ValueError
        return numbers_written_out(ScalarNode(text, _NOWHERE))

    def refuse(text: str) -> Node:
        raise ValueError(text)

    try:
        text = data.decode("utf-8-sig")
        found = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_int=number,
            parse_float=number,
            parse_constant=refuse,
        )
        return _json(found)
    except (ValueError, RecursionError):
        return None


def _json(value: object) -> Node:
    """What the JSON reader leaves: texts, lists, true, false and null are not nodes yet."""
    if isinstance(value, ScalarNode | ListNode | MapNode):
        return value
    if isinstance(value, list):
        return ListNode(tuple(_json(item) for item in value), _NOWHERE)
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ValueError
        return ScalarNode(value, _NOWHERE, quoted=True)
    return ScalarNode("null" if value is None else "true" if value else "false", _NOWHERE)


def numbers_written_out(node: Node) -> Node:
    """The tree with JSON's ``1.5e3`` as ``1500``, exactly."""
    if isinstance(node, MapNode):
        entries = (Entry(e.key, numbers_written_out(e.value)) for e in node.entries)
        return MapNode(tuple(entries), node.span)
    if isinstance(node, ListNode):
        return ListNode(tuple(numbers_written_out(item) for item in node.items), node.span)
    match = None if node.quoted else _EXPONENT.fullmatch(node.text)
    if match is None or abs(int(match.group(2))) > _LARGEST_EXPONENT:
        return node
    value = Fraction(match.group(1)) * Fraction(10) ** int(match.group(2))
    return replace(node, text=_decimal(value)) if terminates(value) else node


def node_of(value: object, path: str, paths: list[str], findings: Findings) -> Node:
    """A Python value as a node.  Its line is an index (from 1) into ``paths``."""
    span = _mark(path, paths)
    if isinstance(value, Mapping):
        entries = []
        for key, inner in value.items():
            below = f"{path}.{key}" if path else f"{key}"
            if not isinstance(key, str):
                findings.add("wrong-type", f"the key {key!r} is not a text", _mark(below, paths))
                continue
            at = ScalarNode(key, _mark(below, paths))
            entries.append(Entry(at, _inner(inner, below, paths, findings)))
        return MapNode(tuple(entries), span)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        items = (_inner(item, f"{path}[{i}]", paths, findings) for i, item in enumerate(value))
        return ListNode(tuple(items), span)
    if isinstance(value, set | frozenset):
        return node_of(sorted(value, key=str), path, paths, findings)
    return _scalar(value, span, findings)


def placed(problem: Problem, paths: Sequence[str]) -> Problem:
    """The problem of a node that ``node_of`` made, with its path instead of a line."""
    assert problem.span is not None
    path = paths[problem.span.line - 1] or "answers"
    return problem._replace(file=path, span=None, source_line=None)


def _inner(value: object, path: str, paths: list[str], findings: Findings) -> Node:
    if path.count(".") + path.count("[") > _DEEPEST + _dots_in_ids(path):
        span = _mark(path, paths)
        findings.add("too-deep", "the answers are nested too deeply", span)
        return ScalarNode("", span, quoted=True)
    return node_of(value, path, paths, findings)


def _dots_in_ids(path: str) -> int:
    """Ids such as ``llama-3.3-70b`` contain dots that are no nesting."""
    return len(re.findall(r"(?<=[0-9])\.(?=[0-9])", path))


def _mark(path: str, paths: list[str]) -> Span:
    paths.append(path)
    return Span(len(paths), 1, len(paths), 2)


def _scalar(given: object, span: Span, findings: Findings) -> ScalarNode:
    # Array libraries have scalars of their own, such as a cell of a table.
    value = given.item() if hasattr(given, "dtype") and hasattr(given, "item") else given
    if value is None:
        return ScalarNode("null", span)
    if isinstance(value, bool):
        return ScalarNode("true" if value else "false", span)
    if isinstance(value, str):
        return ScalarNode(value, span, quoted=True)
    if isinstance(value, int):
        return ScalarNode(_digits(value), span)
    exact = _exact(value)
    if exact is None:
        kind = type(value).__name__
        shown = repr(value) if isinstance(value, float | Decimal) else f"a value of type {kind}"
        findings.add("wrong-type", f"{shown} is not an answer", span)
        return ScalarNode("null", span)
    return ScalarNode(_decimal(exact), span)


def _digits(value: int) -> str:
    # Python refuses to write integers of thousands of digits; none of them is an answer.
    bits = value.bit_length()
    return str(value) if bits < 4096 else f"{'-' if value < 0 else ''}1{'0' * (bits * 3 // 10)}"


def _exact(value: object) -> Fraction | None:
    """A number by its shortest decimal text; None for what is none."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, float):
        return Fraction(repr(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() and abs(value.adjusted()) < 1000 else None
    return None


def _decimal(value: Fraction) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{decimal_digits(abs(value))}"
