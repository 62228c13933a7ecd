"""Digits to exact numbers, and back.

Only plain decimal digits are numbers: ``80``, ``99.9``, ``1,000,000``, ``1_000_000``.
What could be read in two ways is refused rather than guessed: a comma that does not
separate thousands, leading zeros, exponents, other bases, times.
"""

from __future__ import annotations

import re
from fractions import Fraction

from advisor.knowledge.values import Number
from advisor.language.marks import quote

MOST_DIGITS = 30
"""Longer numbers are refused: no quantity here needs them."""

_PLAIN = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:_[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_START = re.compile(r"[-+]?\.?[0-9]")
_OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)\b")
_EXPONENT = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)[eE]([-+]?[0-9]+)\b")
_RUN = re.compile(r"[-+]?[0-9.,_:']+")
_LARGEST_EXPONENT = 18


class NumberError(ValueError):
    """Text that is not the number asked for.

    ``str(error)`` is a whole sentence; ``start`` and ``end`` mark the wrong part of the
    text; ``hint`` says what to write instead; ``check`` is the id of the mistake.
    """

    def __init__(
        self,
        sentence: str,
        start: int,
        end: int,
        hint: str | None = None,
        check: str = "bad-number",
    ) -> None:
        super().__init__(sentence)
        self.start = start
        self.end = end
        self.hint = hint
        self.check = check


def read_numeral(text: str, expected: str) -> tuple[Number, int]:
    """The number that ``text`` starts with, and where it ends.

    ``expected`` completes messages ("a duration such as 300 ms").  Raises NumberError.
    """
    if not _START.match(text):
        raise NumberError(f"expected {expected}, found {quote(text)}", 0, len(text))
    _refuse_other_notations(text, expected)
    match = _PLAIN.match(text)
    run = _RUN.match(text)
    assert run is not None
    written = run.group()
    if match is None or match.group() != written:
        message = f"{quote(written)} is not a plain number"
        raise NumberError(message, 0, run.end(), _instead(written))
    digits = written.replace(",", "").replace("_", "").lstrip("-")
    whole, _, fraction = digits.partition(".")
    if len(whole) + len(fraction) > MOST_DIGITS:
        raise NumberError(
            f"a number has at most {MOST_DIGITS} digits, this one has {len(whole) + len(fraction)}",
            0,
            match.end(),
        )
    if len(whole) > 1 and whole.startswith("0"):
        raise NumberError(
            f"{quote(written)} starts with a zero",
            0,
            match.end(),
            f"write `{_bare(digits)}`",
        )
    value = exact(Fraction(digits))
    return (-value if written.startswith("-") else value), match.end()


def exact(value: Number) -> Number:
    """The same number, as an int where it is whole."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def terminates(value: Number) -> bool:
    """Whether the number can be written out in decimal digits that a parser takes."""
    rest = Fraction(value).denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return (
        rest == 1
        and len(decimal_digits(-value if value < 0 else value).replace(".", "")) <= MOST_DIGITS
    )


def decimal_digits(value: Number) -> str:
    """All decimal digits of a terminating non-negative number: ``1234.5``."""
    number = Fraction(value)
    whole, rest = divmod(number.numerator, number.denominator)
    digits: list[str] = []
    while rest and len(digits) <= MOST_DIGITS:
        digit, rest = divmod(rest * 10, number.denominator)
        digits.append(str(digit))
    return f"{whole}.{''.join(digits)}" if digits else str(whole)


def grouped(digits: str) -> str:
    """Thousands separated by commas: ``1234567.5`` becomes ``1,234,567.5``."""
    whole, point, fraction = digits.partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _refuse_other_notations(text: str, expected: str) -> None:
    if match := _OTHER_BASE.match(text):
        raise NumberError(
            f"{quote(match.group())} is not a plain number",
            0,
            match.end(),
            "write it in decimal digits",
        )
    if match := _EXPONENT.match(text):
        power = int(match.group(2)) if len(match.group(2)) < 4 else None
        hint = "write the number out, without an exponent"
        if power is not None and abs(power) <= _LARGEST_EXPONENT and len(match.group(1)) < 12:
            value = exact(Fraction(match.group(1)) * Fraction(10) ** power)
            if value >= 0 and terminates(value):
                hint = f"write `{decimal_digits(value)}`"
        raise NumberError(
            f"{quote(match.group())} has an exponent; expected {expected}", 0, match.end(), hint
        )
    if text.startswith("+"):
        raise NumberError(f"{quote(text)} has a plus sign", 0, 1, f"write `{text[1:]}`")


def _instead(written: str) -> str:
    if ":" in written:
        return "a time or ratio is not a number here"
    if written.startswith("."):
        return f"write `0{written}`"
    if re.fullmatch(r"-?[0-9]+\.", written):
        return f"write `{written[:-1]}`"
    if re.fullmatch(r"-?[0-9]+,[0-9]{1,2}", written):
        return f"write `{written.replace(',', '.')}` for a fraction"
    if re.fullmatch(r"[0-9]{1,3}([.'][0-9]{3})+", written):
        return f"write `{re.sub('[^0-9]', '', written)}`"
    return "separate thousands by commas, as in `1,000,000`, or not at all"


def _bare(digits: str) -> str:
    whole, point, fraction = digits.partition(".")
    return f"{int(whole)}{point}{fraction}"
