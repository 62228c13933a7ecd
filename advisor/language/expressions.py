"""Arithmetic over numbers and names: ``+ - * /``, parentheses, ``min``, ``max``, ``ceiling``.

Names contain hyphens, so a minus has blanks on both sides.  Evaluation is exact; over
intervals it is sound: every value at a point of the box lies in the interval.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from msgspec import Struct

from advisor.knowledge.document import Findings, ScalarNode
from advisor.knowledge.syntax import Arithmetic, Call, Constant, Expression, Name
from advisor.knowledge.values import Number, NumberType
from advisor.language.literals import Piece
from advisor.language.marks import part, quote
from advisor.language.numerals import NumberError, exact, read_numeral
from advisor.language.units import parse_number
from advisor.language.vocabulary import Scope, did_you_mean, kind_words, nearest_word

FUNCTIONS = ("ceiling", "max", "min")
LONGEST = 1000
DEEPEST = 32

_OPERATOR = re.compile(r"[+*/()]|\s-\s")
_TOKEN = re.compile(
    r"(?P<number>[0-9][0-9A-Za-z_.%]*)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_.-]*)"
    r"|(?P<mark>[-+*/(),])"
)


class _Wrong(Exception):
    """A mistake at ``text[start:end]``; the first one ends the reading of an expression."""

    def __init__(
        self, check: str, message: str, start: int, end: int, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.check = check
        self.start = start
        self.end = end
        self.hint = hint


class _Token(Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


def parse_expression(
    node: ScalarNode, scope: Scope, findings: Findings, unit: str | None = None
) -> Expression | None:
    """The expression that a scalar holds; None after reporting what is wrong.

    Every name must be a number of the scope.  With ``unit``, a lone number may be written
    in it (``128k``); inside a formula numbers are plain.
    """
    piece = Piece.whole(node)
    if not piece.text:
        findings.add("empty-cell", "an expression is missing", node)
        return None
    if len(piece.text) > LONGEST:
        findings.add("too-long", f"an expression has at most {LONGEST} characters", node)
        return None
    if unit is not None:
        try:
            return Constant(parse_number(piece.text, unit))
        except NumberError as error:
            if piece.text[0].isdecimal() and not _OPERATOR.search(piece.text):
                span = part(node, piece.start + error.start, piece.start + error.end)
                findings.add(error.check, str(error), span, hint=error.hint)
                return None
    try:
        return _Reader(piece, scope).read()
    except _Wrong as wrong:
        start = piece.start + wrong.start
        span = part(node, start, piece.start + wrong.end)
        findings.add(wrong.check, str(wrong), span, hint=wrong.hint)
        return None


def value_at(expression: Expression, env: Mapping[str, Number]) -> Number:
    """The exact value.  Raises ZeroDivisionError (an ArithmeticError) for division by zero,
    KeyError for a name that ``env`` lacks."""
    match expression:
        case Constant(value):
            return value
        case Name(name):
            return env[name]
        case Arithmetic(op, left, right):
            a, b = value_at(left, env), value_at(right, env)
            match op:
                case "+":
                    return exact(a + b)
                case "-":
                    return exact(a - b)
                case "*":
                    return exact(a * b)
                case _:
                    return exact(Fraction(a) / Fraction(b))
        case Call(function, arguments):
            values = [value_at(argument, env) for argument in arguments]
            match function:
                case "min":
                    return min(values)
                case "max":
                    return max(values)
                case _:
                    return -(-values[0] // 1)
        case unreachable:
            assert_never(unreachable)


class _Reader:
    """A recursive descent over the tokens of one expression."""

    def __init__(self, piece: Piece, scope: Scope) -> None:
        self.text = piece.text
        self.scope = scope
        self.tokens = _tokens(piece.text)
        self.at = 0
        self.depth = 0

    def read(self) -> Expression:
        """The whole expression.  Raises _Wrong."""
        expression = self._sum()
        if (extra := self._next()) is not None:
            if extra.text == ")":
                raise _Wrong("bad-expression", "this parenthesis was never opened", *_of(extra))
            before = self.tokens[self.at - 1]
            plain = before.kind == "number" and extra.kind == "name"
            raise _Wrong(
                "bad-number" if plain else "bad-expression",
                f"numbers in an expression have no unit, found {quote(extra.text)}"
                if plain
                else f"expected + - * / or the end, found {quote(extra.text)}",
                *_of(extra),
            )
        return expression

    def _next(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, *marks: str) -> _Token | None:
        token = self._next()
        if token is not None and token.kind == "mark" and token.text in marks:
            self.at += 1
            return token
        return None

    def _sum(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Wrong(
                "too-deep",
                f"parentheses nest at most {DEEPEST} deep",
                *_of(self.tokens[self.at - 1]),
            )
        left = self._product()
        while (token := self._take("+", "-")) is not None:
            if token.text == "-":
                self._blanks_around(token)
            left = Arithmetic(token.text, left, self._product())
        self.depth -= 1
        return left

    def _product(self) -> Expression:
        left = self._factor()
        while (token := self._take("*", "/")) is not None:
            right = self._factor()
            if token.text == "/" and right == Constant(0):
                raise _Wrong("bad-expression", "division by zero", *_of(token))
            left = Arithmetic(token.text, left, right)
        return left

    def _factor(self) -> Expression:
        token = self._next()
        if token is None:
            end = len(self.text)
            raise _Wrong("bad-expression", "a number or name is missing at the end", end - 1, end)
        self.at += 1
        if token.kind == "number":
            return Constant(_plain_number(token))
        if token.kind == "name":
            if (following := self._next()) is not None and following.text == "(":
                return self._call(token)
            return self._name(token)
        if token.text == "(":
            inner = self._sum()
            self._close(token)
            return inner
        hint = None
        if token.text in "+-":
            hint = f"a sign may not start a value; write `0 {token.text} ...`"
        elif token.text == "*" and self.at > 1 and self.tokens[self.at - 2].text == "*":
            hint = "there are no powers; multiply out"
        raise _Wrong(
            "bad-expression",
            f"expected a number, name or parenthesis, found {quote(token.text)}",
            *_of(token),
            hint,
        )

    def _close(self, opened: _Token) -> None:
        if self._take(")") is None:
            raise _Wrong("bad-expression", "this parenthesis is not closed", *_of(opened))

    def _call(self, token: _Token) -> Expression:
        if token.text not in FUNCTIONS:
            raise _Wrong(
                "bad-expression",
                f"no function is called {quote(token.text)}; there are ceiling, max and min",
                *_of(token),
                did_you_mean(token.text, FUNCTIONS),
            )
        opened = self.tokens[self.at]
        self.at += 1
        arguments = [self._sum()]
        while (comma := self._take(",")) is not None:
            self._split_number(comma)
            arguments.append(self._sum())
        self._close(opened)
        if token.text == "ceiling" and len(arguments) != 1:
            raise _Wrong("bad-expression", "'ceiling' takes one argument", *_of(token))
        if token.text != "ceiling" and len(arguments) < 2:
            raise _Wrong(
                "bad-expression", f"'{token.text}' takes at least two arguments", *_of(token)
            )
        return Call(token.text, tuple(arguments))

    def _split_number(self, comma: _Token) -> None:
        """``max(1,500)`` may mean one number."""
        before, after = self.tokens[self.at - 2], self._next()
        if after is None or before.kind != "number" or after.kind != "number":
            return
        if before.end == comma.start and comma.end == after.start and len(after.text) == 3:
            raise _Wrong(
                "ambiguous-number",
                "a comma separates arguments, never thousands",
                before.start,
                after.end,
                f"write `{before.text}{after.text}`, or a blank after the comma",
            )

    def _name(self, token: _Token) -> Expression:
        of = self.scope.names.get(token.text)
        if of is None:
            raise _Wrong(
                "unknown-name",
                f"no {self.scope.what} is called {quote(token.text)}",
                *_of(token),
                self._meant(token.text),
            )
        if not isinstance(of, NumberType):
            raise _Wrong(
                "type-mismatch",
                f"{quote(token.text)} is {kind_words(of)}, not a number",
                *_of(token),
            )
        return Name(token.text)

    def _meant(self, word: str) -> str | None:
        numbers = [name for name, of in self.scope.names.items() if isinstance(of, NumberType)]
        for index, letter in enumerate(word):
            left, right = word[:index], word[index + 1 :]
            if letter == "-" and left in numbers and (right in numbers or right == ""):
                return f"put blanks around a minus: `{left} - {right or '...'}`"
        nearest = nearest_word(word, numbers)
        return None if nearest is None else f"did you mean '{nearest}'?"

    def _blanks_around(self, token: _Token) -> None:
        around = self.text[token.start - 1 : token.end + 1]
        if around[:1].isspace() and around[-1:].isspace():
            return
        raise _Wrong(
            "bad-expression",
            "a minus has blanks on both sides, because names contain hyphens",
            *_of(token),
            "write ` - `",
        )


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            hint = "there are no powers; multiply out" if text[at] == "^" else None
            raise _Wrong(
                "bad-expression",
                f"{quote(text[at])} has no meaning in an expression",
                at,
                at + 1,
                hint,
            )
        tokens.append(_Token(match.lastgroup, match.group(), at, match.end()))
        at = match.end()
    return tokens


def _plain_number(token: _Token) -> Number:
    try:
        value, end = read_numeral(token.text, "a plain number such as 1000")
    except NumberError as error:
        raise _Wrong(
            error.check, str(error), token.start + error.start, token.start + error.end, error.hint
        ) from error
    if end != len(token.text):
        raise _Wrong(
            "bad-number",
            f"numbers in an expression have no unit or magnitude, found {quote(token.text)}",
            *_of(token),
            f"write `{token.text[:end]}`, in the unit of the names around it",
        )
    return value


def _of(token: _Token) -> tuple[int, int]:
    return token.start, token.end
