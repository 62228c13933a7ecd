"""Derived values: expressions and decision tables, and the order they depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.errors import Span
from advisor.knowledge.document import ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Derived, TableRow
from advisor.knowledge.shapes import DerivedShape, RowShape
from advisor.knowledge.syntax import Expression
from advisor.knowledge.values import ChoiceType, NumberType, Type
from advisor.language.binding_names import key_span, lacking, place, seen, unwanted
from advisor.language.binding_types import number_type, option_ids, refuse_other_kind
from advisor.language.conditions import parse_condition
from advisor.language.expressions import parse_expression
from advisor.language.marks import part, quote
from advisor.language.mentions import atoms_in, names_of
from advisor.language.placeholders import check_placeholders
from advisor.language.vocabulary import Scope, did_you_mean


def type_derived(raw: Raw[DerivedShape]) -> Type | None:
    """The type of a derived value, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    refuse_other_kind(shape, findings)
    of: Type | None
    if shape.kind == "number":
        of = number_type(shape, findings)
        if (shape.expression is None) == (shape.table is None):
            why = "a derived number has an expression or a table"
            if shape.table is None:
                lacking(shape, "expression", why, shape.id, findings)
            else:
                unwanted(shape, "table", f"{why}, not both", findings)
    else:
        if shape.options is None:
            lacking(shape, "options", "a choice lists its values", shape.id, findings)
        if shape.table is None:
            lacking(shape, "table", "a derived choice has one", shape.id, findings)
        of = ChoiceType(option_ids(shape.options or (), findings))
    if shape.table is not None and not shape.table:
        findings.add("empty-list", "the table has no rows", key_span(shape.node, "table"))
    return of if len(findings.problems) == before else None


def bind_derived(raw: Raw[DerivedShape], of: Type, scope: Scope) -> Derived | None:
    """The whole derived value, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    expression = None
    if shape.expression is not None:
        unit = of.unit if isinstance(of, NumberType) else None
        expression = parse_expression(shape.expression, scope, findings, unit)
    rows = [_row(row, raw, of, scope) for row in shape.table or ()]
    for key in ("reading", "because"):
        check_placeholders(shape.node.get(key), scope.names, findings)
    if len(findings.problems) != before:
        return None
    return Derived(
        id=shape.id.text,
        type=of,
        expression=expression,
        rows=tuple(row for row in rows if row is not None),
        reading=shape.reading,
        because=shape.because,
        place=place(raw, shape.id),
    )


def _row(row: RowShape, raw: Raw[DerivedShape], of: Type, scope: Scope) -> TableRow | None:
    findings = raw.findings
    when = parse_condition(row.when, scope, findings)
    value: str | Expression | None = None
    if isinstance(of, NumberType):
        value = parse_expression(row.value, scope, findings, of.unit)
    elif row.value.text in of.options:
        value = row.value.text
    else:
        findings.add(
            "unknown-option",
            f"{quote(row.value.text)} is not an option of {quote(raw.shape.id.text)}",
            row.value,
            hint=did_you_mean(row.value.text, of.options) or f"options: {', '.join(of.options)}",
        )
    if when is None or value is None:
        return None
    return TableRow(when, value, place(raw, row.node))


class _Edge(Struct, frozen=True):
    """``source`` reads ``target`` at a place."""

    source: str
    target: str
    at: Span


def refuse_circles(derived: Mapping[str, Derived], raws: Mapping[str, Raw[DerivedShape]]) -> None:
    """Report each circle of derived values once, every edge with its own snippet."""
    edges = {name: _edges(value, raws[name], derived) for name, value in sorted(derived.items())}
    done: set[str] = set()
    for start in edges:
        if start not in done:
            _visit(start, edges, [], done, raws)


def _visit(
    name: str,
    edges: Mapping[str, tuple[_Edge, ...]],
    path: list[_Edge],
    done: set[str],
    raws: Mapping[str, Raw[DerivedShape]],
) -> None:
    """Depth first without recursion: chains of derived values may be long."""
    stack: list[tuple[str, Iterator[_Edge]]] = [(name, iter(edges[name]))]
    open_names = {name}
    while stack:
        current, rest = stack[-1]
        edge = next(rest, None)
        if edge is None:
            stack.pop()
            open_names.discard(current)
            done.add(current)
            if path:
                path.pop()
        elif edge.target in open_names:
            first = next(i for i, (other, _) in enumerate(stack) if other == edge.target)
            _report_circle([*path[first:], edge], raws)
        elif edge.target not in done:
            path.append(edge)
            stack.append((edge.target, iter(edges[edge.target])))
            open_names.add(edge.target)


def _report_circle(circle: list[_Edge], raws: Mapping[str, Raw[DerivedShape]]) -> None:
    names = [edge.source for edge in circle]
    chain = " -> ".join([*names, names[0]])
    needs = [f"{quote(edge.source)} needs {quote(edge.target)}" for edge in circle]
    related = (
        seen(message, raws[edge.source].findings, edge.at)
        for message, edge in zip(needs[1:], circle[1:], strict=True)
    )
    first = circle[0]
    raws[first.source].findings.add(
        "circle",
        f"derived values depend on each other in a circle: {chain}",
        first.at,
        hint=needs[0],
        related=tuple(related),
    )


def _edges(
    value: Derived, raw: Raw[DerivedShape], derived: Mapping[str, Derived]
) -> tuple[_Edge, ...]:
    found: dict[str, _Edge] = {}
    for name, span in _names_of(value, raw.shape):
        if name in derived:
            found.setdefault(name, _Edge(value.id, name, span))
    return tuple(found[name] for name in sorted(found))


def _names_of(value: Derived, shape: DerivedShape) -> Iterator[tuple[str, Span]]:
    """Every name that is read, and where."""
    if value.expression is not None and shape.expression is not None:
        yield from _names_in(value.expression, shape.expression)
    for row, written in zip(value.rows, shape.table or (), strict=True):
        yield from ((atom.name, atom.span or written.when.span) for atom in atoms_in(row.when))
        if not isinstance(row.value, str):
            yield from _names_in(row.value, written.value)


def _names_in(expression: Expression, node: ScalarNode) -> Iterator[tuple[str, Span]]:
    for name in names_of(expression):
        found = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", node.text)
        yield name, part(node, *found.span()) if found else node.span
