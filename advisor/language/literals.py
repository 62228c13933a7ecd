"""Literal values: an option, a list of options, a number, a range of numbers.

Used for answers, claims and the values of decision tables.  Reports every mistake at the
wrong word and returns None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from msgspec import Struct

from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.syntax import Comparison
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.habits import booleans, habit
from advisor.language.marks import part, quote
from advisor.language.numerals import NumberError
from advisor.language.units import Reading, format_number, read_number
from advisor.language.vocabulary import did_you_mean, type_words

COMPARISONS: Mapping[str, Comparison] = {
    "above": "above",
    "at least": "at least",
    "at most": "at most",
    "below": "below",
}
_COMPARISON = re.compile(r"(above|at\s+least|at\s+most|below)(?:\s|$)")
_TO = re.compile(r"(?:^|\s)to(?:\s|$)")
_MOST_ITEMS = 1000


class Piece(Struct, frozen=True):
    """``text`` is ``node.text[start:]`` up to its own length: a part of a scalar."""

    node: ScalarNode
    text: str
    start: int

    @classmethod
    def whole(cls, node: ScalarNode) -> Piece:
        """All of a scalar, without blanks around it."""
        text = node.text.strip()
        return cls(node, text, node.text.index(text) if text else 0)

    def sub(self, start: int, end: int | None = None) -> Piece:
        """A part of this part, without blanks around it."""
        raw = self.text[start:end]
        text = raw.strip()
        return Piece(self.node, text, self.start + start + len(raw) - len(raw.lstrip()))

    def report(
        self,
        findings: Findings,
        check: str,
        message: str,
        hint: str | None = None,
        *,
        start: int = 0,
        end: int | None = None,
    ) -> None:
        """A problem at ``text[start:end]``."""
        stop = len(self.text) if end is None else end
        span = part(self.node, self.start + start, self.start + stop)
        findings.add(check, message, span, hint=hint)


def parse_domain(node: Node, of: Type, findings: Findings) -> Domain | None:
    """The values that an answer or claim leaves possible; ``unknown`` is the caller's.

    A choice: an option, or a list of those still possible.  Several choices: the list of
    all that are required (``[]``: none), or one option.  A number: ``175B``, ``50 to 200``
    (both ends included), ``at least 50``, ``below 200``.
    """
    match of:
        case ChoiceType(options):
            words = _words(node, of, findings, empty=False)
            found = None if words is None else parse_options(words, options, of, findings)
            return None if found is None else Options(found)
        case FlagsType(options):
            words = _words(node, of, findings, empty=True)
            found = None if words is None else parse_options(words, options, of, findings)
            return None if found is None else Flags(found, found)
        case NumberType():
            return _number_domain(node, of, findings)
        case unreachable:
            assert_never(unreachable)


def parse_options(
    nodes: tuple[ScalarNode, ...], options: tuple[str, ...], of: Type, findings: Findings
) -> frozenset[str] | None:
    """The options that the nodes name, or None after reporting what is wrong."""
    found: set[str] = set()
    sound = True
    for node in nodes:
        piece = Piece(node, node.text, 0) if node.quoted else Piece.whole(node)
        if piece.text not in options:
            report_option(piece, of, findings)
            sound = False
        elif piece.text in found:
            piece.report(
                findings, "duplicate-item", f"{quote(piece.text)} stands in the list twice"
            )
            sound = False
        else:
            found.add(piece.text)
    return frozenset(found) if sound else None


def report_option(piece: Piece, of: Type, findings: Findings) -> None:
    """Say that the text is none of the options."""
    options = () if isinstance(of, NumberType) else of.options
    if not piece.text:
        piece.report(findings, "empty-cell", f"a value is missing; expected {type_words(of)}")
        return
    excluded = piece.text.removeprefix("not ")
    hint = booleans(piece.text, options)
    if excluded != piece.text and excluded in options:
        hint = "list the options that remain"
    hint = hint or did_you_mean(piece.text, options)
    piece.report(
        findings,
        "unknown-option",
        f"{quote(piece.text)} is not an option; expected {type_words(of)}",
        hint,
    )


def parse_value(piece: Piece, of: NumberType, findings: Findings) -> Reading | None:
    """One number within the declared range; None after reporting what is wrong."""
    if not piece.text:
        piece.report(findings, "empty-cell", f"a number is missing; expected {type_words(of)}")
        return None
    try:
        reading = read_number(piece.text, of.unit)
    except NumberError as error:
        found = habit(piece.text, number=True)
        if found is not None:
            piece.report(
                findings, "not-a-test", found.message, found.hint, start=found.start, end=found.end
            )
            return None
        hint = error.hint or booleans(piece.text, ())
        piece.report(findings, error.check, str(error), hint, start=error.start, end=error.end)
        return None
    return reading if in_range(piece, reading.value, of, findings) else None


def in_range(piece: Piece, value: Number, of: NumberType, findings: Findings) -> bool:
    """Whether the number lies in the declared range; reported if not."""
    low, high = of.minimum, of.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        piece.report(
            findings,
            "out-of-range",
            f"{format_number(value, of.unit)} is outside the declared range",
            f"expected {range_words(of)}",
        )
        return False
    return True


def range_words(of: NumberType) -> str:
    """``0.1B to 20T``, ``at least 0``, ``any number``: the declared range."""
    low = None if of.minimum is None else format_number(of.minimum, of.unit)
    high = None if of.maximum is None else format_number(of.maximum, of.unit)
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return "any number" if high is None else f"at most {high}"


def whole_number(piece: Piece, value: Number, of: NumberType, findings: Findings) -> bool:
    """Whether a number of an integer type is whole; reported if not."""
    if not of.integer or isinstance(value, int):
        return True
    piece.report(
        findings,
        "not-whole",
        f"{format_number(value, of.unit)} is not a whole number",
        f"write a whole number, such as `{format_number(int(value), of.unit)}`",
    )
    return False


def split_comparison(piece: Piece) -> tuple[Comparison, Piece] | None:
    """The operator and operand of ``below 3``, or None where there is no such operator."""
    match = _COMPARISON.match(piece.text)
    if match is None:
        return None
    return COMPARISONS[" ".join(match.group(1).split())], piece.sub(match.end(1))


def split_range(piece: Piece) -> tuple[Piece, Piece] | None:
    """The two sides of ``LOW to HIGH``, or None where there is no lone ``to``."""
    found = list(_TO.finditer(piece.text))
    if len(found) != 1:
        return None
    return piece.sub(0, found[0].start()), piece.sub(found[0].end())


def parse_range(
    piece: Piece, sides: tuple[Piece, Piece], of: NumberType, findings: Findings
) -> tuple[Number, Number] | None:
    """Both ends of a range; a unit or magnitude on one side only must not change its meaning."""
    left, right = sides
    low, high = parse_value(left, of, findings), parse_value(right, of, findings)
    if low is None or high is None:
        return None
    spread = Fraction(low.value) * Fraction(high.size)
    if low.bare and high.size != 1 and low.value and spread < high.value:
        unit = right.text.lstrip("-0123456789.,_ ")
        left.report(
            findings,
            "ambiguous-unit",
            f"{quote(piece.text)} can be read in two ways: {quote(left.text)} has no unit",
            f"write `{left.text} {unit}` or `{format_number(low.value, of.unit)}`",
        )
        return None
    return low.value, high.value


def _number_domain(node: Node, of: NumberType, findings: Findings) -> Interval | None:
    if not isinstance(node, ScalarNode):
        hint = "write a range as `50 to 200`" if isinstance(node, ListNode) else None
        findings.add("not-a-value", f"expected {type_words(of)}", node, hint=hint)
        return None
    piece = Piece.whole(node)
    compared = split_comparison(piece)
    if compared is not None:
        op, operand = compared
        reading = parse_value(operand, of, findings)
        if reading is None:
            return None
        found = _half_line(op, reading.value, of)
        if found.is_point and (found.low_open or found.high_open):
            piece.report(findings, "empty-range", f"no number is {piece.text} here")
            return None
        return found
    sides = split_range(piece)
    if sides is not None:
        ends = parse_range(piece, sides, of, findings)
        if ends is None:
            return None
        if ends[0] > ends[1]:
            piece.report(findings, "empty-range", "the range ends before it starts")
            return None
        if of.integer and -(-ends[0] // 1) > ends[1]:
            piece.report(findings, "empty-range", f"no whole number lies in {piece.text}")
            return None
        return Interval(*ends)
    reading = parse_value(piece, of, findings)
    if reading is None or not whole_number(piece, reading.value, of, findings):
        return None
    return Interval.point(reading.value)


def _half_line(op: Comparison, value: Number, of: NumberType) -> Interval:
    if op in ("at least", "above"):
        return Interval(value, of.maximum, low_open=op == "above")
    return Interval(of.minimum, value, high_open=op == "below")


def _words(node: Node, of: Type, findings: Findings, empty: bool) -> tuple[ScalarNode, ...] | None:
    """The scalars of a lone value or a list."""
    if isinstance(node, ScalarNode):
        return (node,)
    if isinstance(node, MapNode):
        findings.add("not-a-value", f"expected {type_words(of)}, found a map", node)
        return None
    if not node.items and not empty:
        findings.add("empty-list", f"the list is empty; expected {type_words(of)}", node)
        return None
    if len(node.items) > _MOST_ITEMS:
        findings.add("too-many", f"a list holds at most {_MOST_ITEMS} items", node)
        return None
    sound = True
    for item in node.items:
        if not isinstance(item, ScalarNode):
            findings.add("nested-list", "a list of options holds plain options", item)
            sound = False
    return tuple(i for i in node.items if isinstance(i, ScalarNode)) if sound else None
