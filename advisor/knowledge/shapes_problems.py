"""From pydantic's errors back to places in the file and plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from advisor.errors import Span
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.layout import Suggest
from advisor.knowledge.shapes_cells import Shape, found_words

_EXTRA = "extra_forbidden"
_MISSING = "missing"


def report(
    error: ValidationError, shape: type[Shape], node: Node, findings: Findings, suggest: Suggest
) -> None:
    """Add one located problem per mistake; a missing key that was misspelt is one mistake."""
    details = error.errors(include_url=False, include_input=False)
    explained: set[tuple[int | str, ...]] = set()
    for detail in details:
        if detail["type"] == _EXTRA:
            explained |= _report_unknown_key(detail, details, shape, node, findings, suggest)
    for detail in details:
        if detail["type"] == _MISSING:
            if tuple(detail["loc"]) not in explained:
                _report_missing_key(detail, shape, node, findings)
        elif detail["type"] != _EXTRA:
            _report_value(detail, node, findings, suggest)


def name_of(shape: type[Shape], node: Node) -> str:
    """``the rule 'x'``, or ``a rule`` when it has no readable id."""
    if isinstance(node, MapNode):
        for key in ("id", "model", "attribute"):
            value = node.get(key)
            if isinstance(value, ScalarNode) and value.text and key in shape.allowed_keys():
                bare = shape.what.removeprefix("an ").removeprefix("a ").removeprefix("the ")
                return f"the {bare} '{value.text}'"
    return shape.what


def head_of(node: Node) -> Span:
    """Where to point when a whole map is meant: its id, else its first key."""
    if isinstance(node, MapNode):
        named = node.get("id")
        if isinstance(named, ScalarNode):
            return named.span
        if node.entries:
            return node.entries[0].key.span
    if isinstance(node, ListNode) and node.items:
        return head_of(node.items[0])
    return node.span


def _report_unknown_key(
    detail: ErrorDetails,
    details: Sequence[ErrorDetails],
    shape: type[Shape],
    node: Node,
    findings: Findings,
    suggest: Suggest,
) -> set[tuple[int | str, ...]]:
    *path, word = detail["loc"]
    owner = _walk(node, path)
    inner = _shape_at(shape, path)
    written = {entry.key.text for entry in owner.entries} if isinstance(owner, MapNode) else set()
    missing = [
        str(other["loc"][-1])
        for other in details
        if other["type"] == _MISSING and list(other["loc"][:-1]) == path
    ]
    free = [key for key in inner.allowed_keys() if key not in written]
    hint = suggest(str(word), missing) or suggest(str(word), free)
    explained: set[tuple[int | str, ...]] = set()
    for key in missing:
        if hint is not None and f"'{key}'" in hint:
            explained.add((*path, key))
    key_node = owner.key(str(word)) if isinstance(owner, MapNode) else None
    findings.add(
        "unknown-key",
        f"{name_of(inner, owner)} has no key '{word}'",
        key_node if key_node is not None else owner,
        hint=hint or f"its keys: {', '.join(inner.allowed_keys())}",
    )
    return explained


def _report_missing_key(
    detail: ErrorDetails, shape: type[Shape], node: Node, findings: Findings
) -> None:
    *path, key = detail["loc"]
    owner = _walk(node, path)
    inner = _shape_at(shape, path)
    meaning = next(
        (f.description for n, f in inner.model_fields.items() if (f.alias or n) == key), None
    )
    findings.add(
        "missing-key",
        f"{name_of(inner, owner)} has no '{key}'",
        head_of(owner),
        hint=f"add '{key}': {meaning}" if meaning else f"add '{key}'",
    )


def _report_value(detail: ErrorDetails, node: Node, findings: Findings, suggest: Suggest) -> None:
    context: dict[str, Any] = detail.get("ctx", {})
    at = _walk(node, list(detail["loc"]))
    words = context.get("words")
    if words is None:
        findings.add("wrong-shape", f"this cannot be {found_words(at)}", head_of(at))
        return
    hint = context.get("hint")
    if hint is None and "candidates" in context:
        hint = suggest(context["word"], context["candidates"])
    place = at if isinstance(at, ScalarNode) and at.text else _place_of_value(node, detail, at)
    findings.add(detail["type"], str(words), place, hint=hint)


def _place_of_value(node: Node, detail: ErrorDetails, at: Node) -> Node | Span:
    """The key, where the value itself is empty or spans many lines."""
    path = list(detail["loc"])
    if path and isinstance(path[-1], str):
        owner = _walk(node, path[:-1])
        key = owner.key(path[-1]) if isinstance(owner, MapNode) else None
        if key is not None:
            return key
    return head_of(at)


def _walk(node: Node, path: Iterable[int | str]) -> Node:
    """As far along ``path`` as the file goes."""
    for step in path:
        if isinstance(step, int) and isinstance(node, ListNode) and step < len(node.items):
            node = node.items[step]
        elif isinstance(step, str) and isinstance(node, MapNode):
            inner = node.get(step)
            if inner is None:
                return node
            node = inner
        else:
            return node
    return node


def _shape_at(shape: type[Shape], path: Iterable[int | str]) -> type[Shape]:
    """The shape of the map that ``path`` leads to."""
    for step in path:
        if isinstance(step, int):
            continue
        for name, field in shape.model_fields.items():
            if (field.alias or name) == step:
                shape = _shape_within(field.annotation) or shape
                break
    return shape


def _shape_within(annotation: object) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    for part in get_args(annotation):
        found = _shape_within(part)
        if found is not None:
            return found
    return None
