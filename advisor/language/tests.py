"""Unary tests: what may stand in the cell of a condition.

A cell is a word or number, a list (any of), or a map with the one key ``not``.  Operators
are bare words; quoting makes text a literal.  Every mistake is reported at the wrong word.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Type
from advisor.language.habits import habit
from advisor.language.kleene import full_domain, test_truth
from advisor.language.literals import (
    Piece,
    parse_range,
    parse_value,
    range_words,
    report_option,
    split_range,
    whole_number,
)
from advisor.language.marks import quote
from advisor.language.vocabulary import Scope, did_you_mean, kind_words, type_words

COMPARISONS: tuple[Comparison, ...] = ("at least", "at most", "above", "below")
OPERATOR_WORDS = ("not", "known", "unknown", "above", "below", "at least", "at most", "all", "in")
"""Words that start a test; an option that is or starts with one of them must be quoted."""

_MOST_ITEMS = 1000
_OPPOSITE = {"known": "unknown", "unknown": "known"}


def parse_test(node: Node, of: Type, scope: Scope, findings: Findings) -> UnaryTest | None:
    """The test that a cell holds for a value of type ``of``; None after reporting.

    ``scope.presence`` allows ``known`` and ``unknown``; ``scope.its`` are the attributes
    that may be compared with.  A test that holds for every value of the type, or for none,
    is a mistake.
    """
    return _Cell(of, scope, findings).read(node)


@dataclass(frozen=True, slots=True)
class _Cell:
    of: Type
    scope: Scope
    findings: Findings

    def read(self, node: Node) -> UnaryTest | None:
        match node:
            case ScalarNode():
                return self._scalar(node)
            case ListNode():
                test = self._list(node)
            case MapNode():
                test = self._negated(node)
        if test is not None and not isinstance(self.of, NumberType) and _plain(test):
            return test  # which options there are is the catalogue's business
        return test if test is None or self._varies(test, node) else None

    # Cells that hold several tests

    def _list(self, node: ListNode) -> UnaryTest | None:
        if not node.items:
            self.findings.add("empty-list", "the list is empty, so the test never holds", node)
            return None
        if len(node.items) > _MOST_ITEMS:
            self.findings.add("too-many", f"a list holds at most {_MOST_ITEMS} tests", node)
            return None
        self._split_number(node)
        seen: dict[UnaryTest, Node] = {}
        sound = True
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

    def _split_number(self, node: ListNode) -> None:
        """``[1,500]`` is two numbers to YAML; whoever wrote it may mean one."""
        if not isinstance(self.of, NumberType):
            return
        for left, right in zip(node.items, node.items[1:], strict=False):
            if not (isinstance(left, ScalarNode) and isinstance(right, ScalarNode)):
                continue
            close = left.span.end_line == right.span.line
            close = close and left.span.end_column + 1 == right.span.column
            if close and len(right.text) == 3 and right.text.isdigit() and left.text[-1:].isdigit():
                self.findings.add(
                    "ambiguous-number",
                    f"`{left.text},{right.text}` in a list is two numbers to YAML",
                    right,
                    hint=f"write `{left.text}{right.text}`, or a blank after the comma",
                )

    def _negated(self, node: MapNode) -> UnaryTest | None:
        if len(node.entries) != 1 or node.entries[0].key.text != "not":
            if not node.entries:
                self.findings.add("empty-cell", "a test is missing", node)
                return None
            key = node.entries[0].key
            value = node.entries[0].value
            hint = "join conditions with `all:` or `any:` outside the cell"
            if key.text in COMPARISONS and isinstance(value, ScalarNode):
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
        if isinstance(test, NotTest):
            self.findings.add(
                "double-not", "two 'not' cancel each other", inner, hint="leave out both"
            )
            return None
        return None if test is None else NotTest(test)

    # One test

    def _scalar(self, node: ScalarNode) -> UnaryTest | None:
        piece = Piece(node, node.text, 0) if node.quoted or node.block else Piece.whole(node)
        if node.quoted or node.block:
            return self._literal(piece)
        if not piece.text:
            self.findings.add(
                "empty-cell", f"a test is missing; expected {type_words(self.of)}", node
            )
            return None
        test = self._operator(piece)
        if test is None or not isinstance(self.of, NumberType):
            return test
        return test if self._varies(test, piece) else None

    def _operator(self, piece: Piece) -> UnaryTest | None:
        text = piece.text
        first, _, rest = text.partition(" ")
        if text in ("known", "unknown"):
            return self._presence(piece)
        if first == "not":
            return self._not(piece, rest.strip())
        if text in ("all", "in") or first in ("all", "in"):
            words = text.split()
            start = 1 if first == "all" else 0
            if words[start : start + 2] == ["in", "its"] or "its" in words:
                return self._within(piece, words)
        for op in COMPARISONS:
            if text == op or text.startswith(f"{op} "):
                return self._comparison(piece, op, piece.sub(len(op)))
        if isinstance(self.of, NumberType):
            return self._number(piece, self.of)
        return self._option(piece)

    def _presence(self, piece: Piece) -> UnaryTest | None:
        if self.scope.presence:
            return IsKnown(negated=piece.text == "unknown")
        options = () if isinstance(self.of, NumberType) else self.of.options
        hint = "only `warn`, `advise` and `ask-when` may ask whether something is known"
        if piece.text in options:
            hint = f'write `"{piece.text}"` in quotes to mean the option'
        piece.report(
            self.findings, "presence-not-allowed", f"{quote(piece.text)} may not stand here", hint
        )
        return None

    def _not(self, piece: Piece, rest: str) -> UnaryTest | None:
        if not rest:
            piece.report(self.findings, "missing-operand", "after 'not' stands what is excluded")
            return None
        inner = piece.sub(3)
        if rest.split(" ", 1)[0] == "not":
            inner.report(
                self.findings, "double-not", "two 'not' cancel each other", "leave out both", 0, 3
            )
            return None
        if rest in _OPPOSITE and self.scope.presence:
            piece.report(
                self.findings,
                "double-not",
                f"'not {rest}' has a word of its own",
                f"write `{_OPPOSITE[rest]}`",
            )
            return None
        if rest.startswith("["):
            inner.report(
                self.findings,
                "not-a-test",
                "a list may not follow 'not' on the same line",
                f"write `{{not: {rest}}}`",
            )
            return None
        test = self._operator(inner)
        return None if test is None else NotTest(test)

    def _comparison(self, piece: Piece, op: Comparison, operand: Piece) -> UnaryTest | None:
        if not isinstance(self.of, NumberType):
            piece.report(
                self.findings,
                "type-mismatch",
                f"'{op}' compares numbers, and this is {kind_words(self.of)}: "
                f"{type_words(self.of)}",
                None,
                0,
                len(op),
            )
            return None
        if not operand.text:
            piece.report(
                self.findings,
                "missing-operand",
                f"after '{op}' stands {type_words(self.of)}",
            )
            return None
        if operand.text == "its" or operand.text.startswith("its "):
            attribute = self._its(operand, NumberType)
            return None if attribute is None else CompareIts(op, attribute)
        reading = parse_value(operand, self.of, self.findings)
        return None if reading is None else Compare(op, reading.value)

    def _within(self, piece: Piece, words: list[str]) -> UnaryTest | None:
        every = words[0] == "all"
        its = piece.sub(piece.text.index("its"))
        if isinstance(self.of, NumberType):
            piece.report(
                self.findings,
                "type-mismatch",
                "a number is compared, it is not in a list",
                f"write `above {its.text}` or `at most {its.text}`",
            )
            return None
        if words[: 3 if every else 2] != (["all", "in", "its"] if every else ["in", "its"]):
            piece.report(
                self.findings, "not-a-test", "expected `in its ATTRIBUTE` or `all in its ATTRIBUTE`"
            )
            return None
        if every != isinstance(self.of, FlagsType):
            better = "in" if every else "all in"
            reason = "a choice is one option" if every else "of several choices, all are compared"
            piece.report(
                self.findings,
                "type-mismatch",
                reason,
                f"write `{better} {its.text}`",
                0,
                len("all in") if every else len("in"),
            )
            return None
        attribute = self._its(its, FlagsType)
        if attribute is None:
            return None
        theirs = self.scope.its[attribute]
        if isinstance(theirs, FlagsType) and not set(theirs.options) & set(self.of.options):
            its.report(
                self.findings,
                "type-mismatch",
                f"{quote(attribute)} has no option in common with this: "
                f"{type_words(theirs)} against {type_words(self.of)}",
                None,
                its.text.index(attribute),
            )
            return None
        return WithinIts(attribute)

    def _its(self, piece: Piece, wanted: type[NumberType] | type[FlagsType]) -> str | None:
        """The attribute in ``its ATTRIBUTE``."""
        name = piece.sub(3)
        if not self.scope.its:
            piece.report(
                self.findings,
                "its-not-allowed",
                "there is no offer here to compare with",
                "only `when` of a rule about offers may say `its`",
                0,
                3,
            )
            return None
        fitting = [n for n, t in self.scope.its.items() if isinstance(t, wanted)]
        if not name.text:
            piece.report(
                self.findings, "missing-operand", "after 'its' stands an attribute of the offer"
            )
            return None
        theirs = self.scope.its.get(name.text)
        if theirs is None:
            name.report(
                self.findings,
                "unknown-name",
                f"no attribute is called {quote(name.text)}",
                did_you_mean(name.text, fitting),
            )
            return None
        if not isinstance(theirs, wanted):
            kind = "a number" if wanted is NumberType else "a list of options"
            name.report(
                self.findings,
                "type-mismatch",
                f"{quote(name.text)} is {kind_words(theirs)}, expected {kind}",
            )
            return None
        mine = self.of
        if isinstance(theirs, NumberType) and isinstance(mine, NumberType):
            if theirs.unit != mine.unit:
                name.report(
                    self.findings,
                    "wrong-unit",
                    f"{quote(name.text)} is in {theirs.unit}, this is in {mine.unit}",
                )
                return None
        return name.text

    def _number(self, piece: Piece, of: NumberType) -> UnaryTest | None:
        sides = split_range(piece)
        if sides is None or "between" in piece.text or piece.text.startswith("from "):
            reading = parse_value(piece, of, self.findings)
            if reading is None or not whole_number(piece, reading.value, of, self.findings):
                return None
            return Equals(reading.value)
        ends = parse_range(piece, sides, of, self.findings)
        if ends is None:
            return None
        low, high = ends
        if low >= high:
            hint = f"write `{sides[1].text} to {sides[0].text}`" if low > high else None
            piece.report(
                self.findings,
                "empty-range",
                f"nothing is from {sides[0].text} and below {sides[1].text}",
                hint or f"write `{sides[0].text}` for exactly this number",
            )
            return None
        return Between(low, high)

    def _literal(self, piece: Piece) -> UnaryTest | None:
        if isinstance(self.of, NumberType):
            text = piece.text.strip()
            found = habit(text, number=True)
            piece.report(
                self.findings,
                "quoted-number",
                "quoted text is never a number or a test",
                found.hint if found else f"write `{text}` without quotes",
            )
            return None
        if piece.text in self.of.options:
            return OneOf(frozenset({piece.text}))
        first = piece.text.split(" ", 1)[0]
        if first in ("not", "known", "unknown", "in", "all"):
            piece.report(
                self.findings,
                "unknown-option",
                f"{quote(piece.text)} in quotes is a literal, and no such option exists",
                f"write `{piece.text}` without quotes to make it a test",
            )
            return None
        return self._option(piece)

    def _option(self, piece: Piece) -> UnaryTest | None:
        assert isinstance(self.of, ChoiceType | FlagsType)
        if piece.text in self.of.options:
            return OneOf(frozenset({piece.text}))
        found = habit(piece.text, number=False)
        if found is not None:
            piece.report(
                self.findings, "not-a-test", found.message, found.hint, found.start, found.end
            )
        elif did_you_mean(piece.text, self.of.options) is None and piece.text[0].isdigit():
            piece.report(
                self.findings,
                "type-mismatch",
                f"{quote(piece.text)} looks like a number, and this is {kind_words(self.of)}: "
                f"{type_words(self.of)}",
            )
        else:
            report_option(piece, self.of, self.findings)
        return None

    # Tests that say nothing

    def _varies(self, test: UnaryTest, at: Node | Piece) -> bool:
        """Whether some values pass and others do not; reported if not."""
        truth = test_truth(test, full_domain(self.of))
        if isinstance(test, Between) and isinstance(self.of, NumberType) and self.of.integer:
            first = -(-Fraction(test.low) // 1)
            truth = False if first >= test.high else truth
        if truth is None:
            return True
        message = "this holds for every value" if truth else "this holds for no value"
        hint = None
        if isinstance(self.of, NumberType):
            hint = f"the declared range is {range_words(self.of)}"
        if isinstance(at, Piece):
            at.report(self.findings, "constant-test", message, hint)
        else:
            self.findings.add("constant-test", message, at, hint=hint)
        return False


def any_of(tests: tuple[UnaryTest, ...]) -> UnaryTest:
    """Any of the tests, in the one form that all spellings of it share: plain options are
    one set, which comes first; a lone test stands for itself."""
    options = [t.options for t in tests if isinstance(t, OneOf)]
    others = [t for t in tests if not isinstance(t, OneOf)]
    merged: list[UnaryTest] = [OneOf(frozenset().union(*options))] if options else []
    merged += others
    return merged[0] if len(merged) == 1 else AnyTest(tuple(merged))


def _plain(test: UnaryTest) -> bool:
    """Whether the test is options and nothing else, or their negation."""
    return isinstance(test, OneOf) or (isinstance(test, NotTest) and isinstance(test.test, OneOf))
