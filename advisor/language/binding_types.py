"""The type that ``kind``, ``options``, ``unit`` and ``range`` declare together."""

from __future__ import annotations

from advisor.knowledge.document import Findings, ScalarNode
from advisor.knowledge.shapes import AttributeShape, DerivedShape, QuestionShape
from advisor.knowledge.values import NumberType
from advisor.language.binding_names import lacking, unwanted
from advisor.language.literals import Piece, parse_value, split_range
from advisor.language.marks import quote
from advisor.language.units import UNITS
from advisor.language.vocabulary import did_you_mean

Declares = QuestionShape | DerivedShape | AttributeShape

_NUMBER_KEYS = ("unit", "range", "integer", "prior", "expression")
_OPTION_KEYS = ("options", "options-from")


def refuse_other_kind(shape: Declares, findings: Findings) -> None:
    """Report keys that only numbers, or only choices, have."""
    number = shape.kind == "number"
    for key in _OPTION_KEYS if number else _NUMBER_KEYS:
        if shape.node.key(key) is not None:
            what = "a number has no options" if number else f"only a number has '{key}'"
            unwanted(shape, key, what, findings)


def number_type(shape: Declares, findings: Findings, integer: bool = False) -> NumberType | None:
    """The number type of a declaration whose ``kind`` is number."""
    if shape.unit is None:
        lacking(shape, "unit", "a number has one", shape.id, findings)
        return None
    unit = shape.unit.text
    if unit not in UNITS:
        findings.add(
            "unknown-unit",
            f"no unit is called {quote(unit)}",
            shape.unit,
            hint=did_you_mean(unit, UNITS) or f"units: {', '.join(sorted(UNITS))}",
        )
        return None
    written: ScalarNode | None = getattr(shape, "range", None)
    if written is None:
        return NumberType(unit, integer=integer)
    of = NumberType(unit, integer=integer)
    sides = split_range(Piece.whole(written))
    if sides is None:
        findings.add("wrong-range", "a range has two ends, as in `1 to 100`", written)
        return None
    # Each end stands for itself: in `1 to 2M` nobody means one million to two.
    low, high = (parse_value(side, of, findings) for side in sides)
    if low is None or high is None:
        return None
    if low.value >= high.value:
        findings.add("wrong-range", "the range ends before it starts", written)
        return None
    return NumberType(unit, low.value, high.value, integer)


def option_ids(nodes: tuple[ScalarNode, ...], findings: Findings) -> tuple[str, ...]:
    """The ids of a list of options, each once."""
    found: list[str] = []
    for node in nodes:
        if node.text in found:
            findings.add("duplicate-item", f"the option {quote(node.text)} stands twice", node)
        else:
            found.append(node.text)
    return tuple(found)
