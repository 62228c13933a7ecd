"""Unary tests: what may stand in the cell of a condition.

A cell is a word or number, a list (any of), or a map with the one key ``not``.  Operators
are bare words; quoting makes text a literal.  Every mistake is reported at the wrong word.
"""

from __future__ import annotations

from itertools import pairwise
from typing import assert_never

from msgspec import Struct

from advisor.errors import Related
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.syntax import (
    AnyTest,
    Between,
    Compare,
    CompareIts,
    Comparison,
    Equals,
    IsKnown,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import NumberType, Type
from advisor.language.habits import Habit, habit, joined
from advisor.language.its import ItsReader
from advisor.language.kleene import constant_outcome
from advisor.language.literals import (
    COMPARISONS,
    Piece,
    parse_range,
    parse_value,
    range_words,
    report_option,
    split_comparison,
    split_range,
    whole_number,
)
from advisor.language.marks import quote
from advisor.language.vocabulary import Scope, did_you_mean, kind_words, type_words

_MOST_ITEMS = 1000
_OPPOSITE = {"known": "unknown", "unknown": "known"}


def parse_test(node: Node, of: Type, scope: Scope, findings: Findings) -> UnaryTest | None:
    """The test that a cell holds for a value of type ``of``; None after reporting.

    ``scope.presence`` allows ``known`` and ``unknown``; ``scope.its`` are the attributes
    that may be compared with.  A number test that holds for every number of the declared
    range, or for none, is a mistake; so is any list that contradicts or exhausts itself.
    """
    return _Cell(of, scope, findings).read(node)


def any_of(tests: tuple[UnaryTest, ...]) -> UnaryTest:
    """Any of the tests, in the one form that all spellings of it share: plain options are
    one set, which comes first; a lone test stands for itself."""
    options = [t.options for t in tests if isinstance(t, OneOf)]
    others = [t for t in tests if not isinstance(t, OneOf)]
    merged: list[UnaryTest] = [OneOf(frozenset().union(*options))] if options else []
    merged += others
    return merged[0] if len(merged) == 1 else AnyTest(tuple(merged))


class _Cell(Struct, frozen=True):
    of: Type
    scope: Scope
    findings: Findings

    def read(self, node: Node) -> UnaryTest | None:
        """The test of the whole cell, or None after reporting."""
        match node:
            case ScalarNode():
                return self._scalar(node)
            case ListNode():
                test = self._list(node)
            case MapNode():
                test = self._negated(node)
            case unreachable:
                assert_never(unreachable)
        return None if test is None or self._says_nothing(test, node) else test

    # Cells that hold several tests

    def _list(self, node: ListNode) -> UnaryTest | None:
        if not node.items:
            self.findings.add(
                "empty-list", f"the list is empty; expected {type_words(self.of)}", node
            )
            return None
        if len(node.items) > _MOST_ITEMS:
            self.findings.add("too-many", f"a list holds at most {_MOST_ITEMS} tests", node)
            return None
        sound = not self._split_number(node)
        seen: dict[UnaryTest, Node] = {}
        for item in node.items:
            if not isinstance(item, ScalarNode):
                self.findings.add(
                    "nested-list",
                    "a list in a cell holds plain tests, not lists or maps",
                    item,
                    hint="write all of them in one list",
                )
                sound = False
                continue
            test = self._scalar(item)
            if test is None:
                sound = False
            elif test in seen:
                first = Related("it stands here first", self.findings.file, seen[test].span)
                self.findings.add(
                    "duplicate-item",
                    f"{quote(item.text)} stands in the list twice",
                    item,
                    related=(first,),
                )
                sound = False
            else:
                seen[test] = item
        return any_of(tuple(seen)) if sound else None

    def _split_number(self, node: ListNode) -> bool:
        """``[1,500]`` is two numbers to YAML; whoever wrote it may mean one."""
        found = False
        for left, right in pairwise(node.items if isinstance(self.of, NumberType) else ()):
            if not (isinstance(left, ScalarNode) and isinstance(right, ScalarNode)):
                continue
            touching = (left.span.end_line, left.span.end_column + 1) == (
                right.span.line,
                right.span.column,
            )
            if touching and len(right.text) == 3 and f"{left.text[-1:]}{right.text}".isdecimal():
                found = True
                self.findings.add(
                    "ambiguous-number",
                    f"`{left.text},{right.text}` in a list is two numbers",
                    right,
                    hint=f"write `{left.text}{right.text}`, or a blank after the comma",
                )
        return found

    def _negated(self, node: MapNode) -> UnaryTest | None:
        if not node.entries:
            self.findings.add(
                "empty-cell", f"a test is missing; expected {type_words(self.of)}", node
            )
            return None
        wrong = next((entry for entry in node.entries if entry.key.text != "not"), None)
        if wrong is not None:
            key, value = wrong.key, wrong.value
            hint = "join conditions by `all:` or `any:` outside the cell"
            if isinstance(value, ScalarNode) and key.text in COMPARISONS:
                hint = f"write `{key.text} {value.text}`"
            self.findings.add(
                "not-a-test",
                f"a map in a cell has the one key 'not', found {quote(key.text)}",
                key,
                hint=hint,
            )
            return None
        inner = node.entries[0].value
        if isinstance(inner, MapNode):
            self.findings.add(
                "nested-list", "under 'not' stands one test or a list of tests", inner
            )
            return None
        test = self._scalar(inner) if isinstance(inner, ScalarNode) else self._list(inner)
        if isinstance(test, NotTest | IsKnown):
            hint = "leave out both"
            if isinstance(test, IsKnown):
                hint = f"write `{'known' if test.negated else 'unknown'}`"
            self.findings.add("double-not", "this is a negation already", inner, hint=hint)
            return None
        return None if test is None else NotTest(test)

    # One test

    def _scalar(self, node: ScalarNode) -> UnaryTest | None:
        if node.quoted or node.block:
            return self._literal(Piece(node, node.text, 0))
        piece = Piece.whole(node)
        if not piece.text:
            self.findings.add(
                "empty-cell", f"a test is missing; expected {type_words(self.of)}", node
            )
            return None
        test = self._test(piece)
        if test is None or self._says_nothing(test, piece):
            return None
        return test

    def _test(self, piece: Piece) -> UnaryTest | None:
        words = piece.text.split()
        options = () if isinstance(self.of, NumberType) else self.of.options
        compound = joined(piece.text)
        if compound is not None and piece.text.removeprefix("not ") not in options:
            self._foreign(piece, compound)
            return None
        if words[0] in _OPPOSITE:
            return self._presence(piece, words)
        if words[0] == "not":
            return self._not(piece, words)
        about_offer = "its" in words or words[-1] in self.scope.its
        if words[0] in ("all", "in", "its") and about_offer and piece.text not in options:
            return ItsReader(self.of, self.scope, self.findings).within(piece)
        compared = split_comparison(piece)
        if compared is not None:
            return self._comparison(piece, *compared)
        if isinstance(self.of, NumberType):
            return self._number(piece, self.of)
        return self._option(piece)

    def _presence(self, piece: Piece, words: list[str]) -> UnaryTest | None:
        options = () if isinstance(self.of, NumberType) else self.of.options
        if piece.text in options and not (self.scope.presence and len(words) == 1):
            piece.report(
                self.findings,
                "presence-not-allowed",
                f"{quote(words[0])} is an operator",
                f'write `"{piece.text}"` to mean the option',
            )
        elif len(words) > 1:
            piece.report(
                self.findings,
                "not-a-test",
                f"nothing may follow {quote(words[0])}",
                start=piece.text.index(words[1]),
            )
        elif not self.scope.presence:
            piece.report(
                self.findings,
                "presence-not-allowed",
                f"{quote(words[0])} may not stand here",
                "only `warn`, `advise` and `ask-when` may ask whether something is known",
            )
        else:
            return IsKnown(negated=words[0] == "unknown")
        return None

    def _not(self, piece: Piece, words: list[str]) -> UnaryTest | None:
        inner = piece.sub(3)
        if not inner.text:
            piece.report(self.findings, "missing-operand", "after 'not' stands what is excluded")
        elif words[1] == "not":
            inner.report(
                self.findings, "double-not", "this is a negation already", "leave out both", end=3
            )
        elif inner.text in _OPPOSITE and self.scope.presence:
            piece.report(
                self.findings,
                "double-not",
                f"{quote(piece.text)} has a word of its own",
                f"write `{_OPPOSITE[inner.text]}`",
            )
        elif len(inner.text) > 2 and inner.text[0] == inner.text[-1] == '"':
            option = self._literal(inner.sub(1, len(inner.text) - 1))
            return None if option is None else NotTest(option)
        elif inner.text.startswith("["):
            inner.report(
                self.findings,
                "not-a-test",
                "a list cannot follow 'not' in the same text",
                f"write `{{not: {inner.text}}}`",
            )
        else:
            test = self._test(inner)
            return None if test is None else NotTest(test)
        return None

    def _comparison(
        self, piece: Piece, op: Comparison, operand: Piece
    ) -> Compare | CompareIts | WithinIts | None:
        if not isinstance(self.of, NumberType):
            piece.report(
                self.findings,
                "type-mismatch",
                f"'{op}' compares numbers, and this is {kind_words(self.of)}: "
                f"{type_words(self.of)}",
                end=operand.start - piece.start if operand.text else None,
            )
            return None
        if not operand.text:
            piece.report(
                self.findings, "missing-operand", f"after '{op}' stands {type_words(self.of)}"
            )
            return None
        if operand.text.split()[0] == "its":
            return ItsReader(self.of, self.scope, self.findings).comparison(op, operand, self.of)
        reading = parse_value(operand, self.of, self.findings)
        return None if reading is None else Compare(op, reading.value)

    def _number(self, piece: Piece, of: NumberType) -> Equals | Between | None:
        sides = split_range(piece)
        if sides is None or piece.text.split()[0].casefold() in ("between", "from"):
            reading = parse_value(piece, of, self.findings)
            if reading is None or not whole_number(piece, reading.value, of, self.findings):
                return None
            return Equals(reading.value)
        ends = parse_range(piece, sides, of, self.findings)
        if ends is None:
            return None
        low, high = ends
        if low < high:
            return Between(low, high)
        left, right = sides[0].text, sides[1].text
        piece.report(
            self.findings,
            "empty-range",
            f"nothing is at least {left} and below {right}",
            f"write `{right} to {left}`" if low > high else f"write `{left}` for just this number",
        )
        return None

    def _literal(self, piece: Piece) -> OneOf | None:
        if isinstance(self.of, NumberType):
            found = habit(piece.text.strip(), number=True)
            piece.report(
                self.findings,
                "quoted-number",
                "quoted text is neither a number nor a test",
                found.hint if found else f"write `{piece.text.strip()}` without quotes",
            )
            return None
        words = piece.text.split()
        operators = ("all", "in", "not", *(_OPPOSITE if self.scope.presence else ()))
        if piece.text not in self.of.options and words and words[0] in operators:
            piece.report(
                self.findings,
                "unknown-option",
                f"{quote(piece.text)} in quotes is an option, and there is none of this name",
                f"write `{piece.text.strip()}` without quotes to make it a test",
            )
            return None
        return self._option(piece)

    def _option(self, piece: Piece) -> OneOf | None:
        options = () if isinstance(self.of, NumberType) else self.of.options
        if piece.text in options:
            return OneOf(frozenset({piece.text}))
        found = habit(piece.text, number=False)
        if found is not None:
            self._foreign(piece, found)
        elif piece.text[:1].isdecimal() and did_you_mean(piece.text, options) is None:
            piece.report(
                self.findings,
                "type-mismatch",
                f"{quote(piece.text)} looks like a number, and this is {kind_words(self.of)}: "
                f"{type_words(self.of)}",
            )
        else:
            report_option(piece, self.of, self.findings)
        return None

    def _foreign(self, piece: Piece, found: Habit) -> None:
        """Report a form of another notation."""
        piece.report(
            self.findings,
            "not-a-test",
            found.message,
            found.hint,
            start=found.start,
            end=found.end,
        )

    # Tests that say nothing

    def _says_nothing(self, test: UnaryTest, at: Node | Piece) -> bool:
        """Whether the test has the same outcome for every value; reported if so."""
        outcome = constant_outcome(test, self.of)
        if outcome is None:
            return False
        message = f"this holds for {'every' if outcome else 'no'} value"
        hint = None
        if isinstance(self.of, NumberType):
            hint = f"the declared range is {range_words(self.of)}"
            hint += ", whole numbers" if self.of.integer else ""
        if isinstance(at, Piece):
            at.report(self.findings, "constant-test", message, hint)
        else:
            self.findings.add("constant-test", message, at, hint=hint)
        return True
