"""Conditions: maps from a name to a test, joined by and; ``any``, ``all``, ``not`` nest."""

from __future__ import annotations

from advisor.knowledge.document import Entry, Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.syntax import ALWAYS, AllOf, AnyOf, Atom, Condition, NotOf
from advisor.language.marks import quote
from advisor.language.tests import parse_test
from advisor.language.vocabulary import Scope, did_you_mean

DEEPEST = 12
"""How far ``any``, ``all`` and ``not`` may nest."""

MOST_PARTS = 1000


def parse_condition(node: Node, scope: Scope, findings: Findings) -> Condition | None:
    """The condition that a node holds; None after reporting every mistake in it.

    An empty map is the condition that always holds (``ALWAYS``).
    """
    if isinstance(node, MapNode) and not node.entries:
        return ALWAYS
    return _condition(node, scope, findings, 0)


def _condition(node: Node, scope: Scope, findings: Findings, depth: int) -> Condition | None:
    if depth > DEEPEST:
        findings.add("too-deep", f"conditions nest at most {DEEPEST} deep", node)
        return None
    if isinstance(node, ScalarNode):
        shown = f", found {quote(node.text)}" if node.text else ""
        name, _, test = node.text.strip().partition(" ")
        example = f"{name}: {test.strip()}" if name in scope.names and test else "name: test"
        findings.add(
            "not-a-condition",
            f"expected a map from a name to a test{shown}",
            node,
            hint=f"write `{{{example}}}`",
        )
        return None
    if isinstance(node, ListNode):
        findings.add(
            "not-a-condition",
            "a list of conditions says neither and nor or",
            node,
            hint="put it under `any:` or `all:`",
        )
        return None
    if not node.entries:
        findings.add("empty-condition", "an empty map always holds", node)
        return None
    if len(node.entries) > MOST_PARTS:
        findings.add("too-many", f"a condition has at most {MOST_PARTS} entries", node)
        return None
    parts = [_entry(entry, scope, findings, depth) for entry in node.entries]
    return _joined(AllOf, parts)


def _entry(entry: Entry, scope: Scope, findings: Findings, depth: int) -> Condition | None:
    name = entry.key.text
    if name in ("any", "all"):
        parts = _parts(entry, scope, findings, depth)
        return None if parts is None else _joined(AnyOf if name == "any" else AllOf, parts)
    if name == "not":
        if isinstance(entry.value, ListNode):
            findings.add(
                "not-a-condition",
                "under 'not' stands one condition",
                entry.value,
                hint="write `not: {any: [...]}` or `not: {all: [...]}`",
            )
            return None
        part = _condition(entry.value, scope, findings, depth + 1)
        return None if part is None else NotOf(part)
    of = scope.names.get(name)
    if of is None:
        candidates = (*scope.names, "any", "all", "not")
        findings.add(
            "unknown-name",
            f"no {scope.what} is called {quote(name)}",
            entry.key,
            hint=did_you_mean(name, candidates),
        )
        return None
    test = parse_test(entry.value, of, scope, findings)
    return None if test is None else Atom(name, test, entry.value.span)


def _parts(
    entry: Entry, scope: Scope, findings: Findings, depth: int
) -> list[Condition | None] | None:
    word, value = entry.key.text, entry.value
    if not isinstance(value, ListNode):
        findings.add(
            "not-a-condition",
            f"under '{word}' stands a list of maps",
            value if value.span.column else entry.key,
            hint=f"write `{word}: [{{name: test}}, {{name: test}}]`",
        )
        return None
    if not value.items:
        never = "never" if word == "any" else "always"
        findings.add("empty-condition", f"an empty '{word}' {never} holds", value)
        return None
    if len(value.items) > MOST_PARTS:
        findings.add("too-many", f"a condition has at most {MOST_PARTS} parts", value)
        return None
    return [_condition(item, scope, findings, depth + 1) for item in value.items]


def _joined(kind: type[AllOf] | type[AnyOf], parts: list[Condition | None]) -> Condition | None:
    """One part stands for itself; None if a part is wrong."""
    sound = tuple(part for part in parts if part is not None)
    if len(sound) != len(parts):
        return None
    return sound[0] if len(sound) == 1 else kind(sound)
