"""Comparisons with the offer at hand: ``above its context-limit``, ``all in its regions``."""

from __future__ import annotations

import re
from typing import TypeVar

from msgspec import Struct

from advisor.knowledge.document import Findings
from advisor.knowledge.syntax import CompareIts, Comparison, WithinIts
from advisor.knowledge.values import FlagsType, NumberType, Type
from advisor.language.literals import Piece
from advisor.language.marks import quote
from advisor.language.vocabulary import Scope, did_you_mean, kind_words, type_words

T = TypeVar("T", NumberType, FlagsType)

_WITHIN = re.compile(r"(?P<every>all\s+)?in\s+its(?:\s|$)")


class ItsReader(Struct, frozen=True):
    """Reads what follows an operator when that is an attribute of the offer."""

    of: Type
    scope: Scope
    findings: Findings

    def comparison(self, op: Comparison, operand: Piece, mine: NumberType) -> CompareIts | None:
        """``op its ATTRIBUTE`` of a number; ``operand`` starts at ``its``."""
        found = self._attribute(operand, NumberType)
        if found is None:
            return None
        attribute, theirs = found
        if theirs.unit != mine.unit:
            operand.sub(3).report(
                self.findings,
                "wrong-unit",
                f"{quote(attribute)} is in {theirs.unit}, and the value before it in {mine.unit}",
            )
            return None
        return CompareIts(op, attribute)

    def within(self, piece: Piece) -> WithinIts | None:
        """``in its ATTRIBUTE`` of a choice, ``all in its ATTRIBUTE`` of several choices."""
        match = _WITHIN.match(piece.text)
        if match is None:
            self._unclear(piece)
            return None
        every = match.group("every") is not None
        its = piece.sub(piece.text.index("its"))
        if isinstance(self.of, NumberType):
            self._mismatch(
                piece,
                "a number is compared with a number, not with a list",
                "write `above its ATTRIBUTE` or `at most its ATTRIBUTE`",
            )
            return None
        if every and not isinstance(self.of, FlagsType):
            self._mismatch(piece, "'all' is for several choices", f"write `in {its.text}`", 3)
            return None
        if isinstance(self.of, FlagsType) and not every:
            self._mismatch(
                piece, "of several choices all are compared", f"write `all in {its.text}`", 2
            )
            return None
        found = self._attribute(its, FlagsType)
        if found is None:
            return None
        attribute, theirs = found
        if not set(theirs.options) & set(self.of.options):
            self._mismatch(
                its.sub(3),
                f"{quote(attribute)} has no option in common with this: it is "
                f"{type_words(theirs)}, this is {type_words(self.of)}",
            )
            return None
        return WithinIts(attribute)

    def _unclear(self, piece: Piece) -> None:
        name = piece.text.split()[-1]
        form = "all in its" if isinstance(self.of, FlagsType) else "in its"
        if isinstance(self.of, NumberType):
            form = "above its"
        known = did_you_mean(name, self.scope.its) is not None
        piece.report(
            self.findings,
            "not-a-test",
            f"{quote(piece.text)} is not a test",
            f"write `{form} {name}`" if known else f"write `{form} ATTRIBUTE`",
        )

    def _mismatch(
        self, piece: Piece, message: str, hint: str | None = None, end: int | None = None
    ) -> None:
        piece.report(self.findings, "type-mismatch", message, hint, end=end)

    def _attribute(self, piece: Piece, wanted: type[T]) -> tuple[str, T] | None:
        """The attribute named in ``its ATTRIBUTE``, and its type, which is of the wanted kind."""
        name = piece.sub(3)
        if not self.scope.its:
            piece.report(
                self.findings,
                "its-not-allowed",
                "there is no offer here to compare with",
                "only the `when` of a rule may say `its`",
                end=3,
            )
            return None
        if not name.text:
            piece.report(
                self.findings, "missing-operand", "after 'its' stands an attribute of the offer"
            )
            return None
        theirs = self.scope.its.get(name.text)
        if theirs is None:
            fitting = [n for n, t in self.scope.its.items() if isinstance(t, wanted)]
            name.report(
                self.findings,
                "unknown-name",
                f"no attribute of the offer is called {quote(name.text)}",
                did_you_mean(name.text, fitting),
            )
            return None
        if not isinstance(theirs, wanted):
            kind = "a number" if wanted is NumberType else "several choices"
            self._mismatch(name, f"{quote(name.text)} is {kind_words(theirs)}, expected {kind}")
            return None
        return name.text, theirs
