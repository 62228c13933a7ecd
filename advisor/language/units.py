"""The closed table of units, and numbers written in them.

Every number has one unit, its type's; text may use another unit of the same kind
(``2 s`` where milliseconds are meant) and is converted exactly.  A bare number is in the
unit of its type.  A month is a twelfth of 365 days: 730 hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, field

from advisor.knowledge.periods import DAYS_PER_MONTH, SECONDS_PER_DAY
from advisor.knowledge.values import Number
from advisor.language.marks import quote
from advisor.language.numerals import (
    NumberError,
    decimal_digits,
    exact,
    grouped,
    read_numeral,
    terminates,
)

_MAGNITUDES: Mapping[str, int] = {
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "B": 10**9,
    "T": 10**12,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SMALL_LETTERS: Mapping[str, int] = {"m": 10**6, "b": 10**9, "t": 10**12}
_WHOLE = re.compile(r"[1-9][0-9]{0,17}")
_RANGE_WORD = re.compile(r"(?:^|\s)to\s")
_ARTICLE = re.compile(r"^an? (?:number of |amount of )?")
_SUFFIX = re.compile(r"(\S+)(?:[ \t]+(\S+))?$")


class Unit(Struct, frozen=True):
    """A unit of numbers.

    ``what`` and ``example`` complete "expected ...".  ``forms`` are the written units with
    the number of this unit that one of them makes.  With ``magnitudes``, ``k M B T`` may
    follow the digits, and ``one`` is what a single thing counts in this unit.  ``after`` is
    written behind a number; plain counts stand bare.
    """

    name: str
    what: str
    example: str
    forms: Mapping[str, Number] = field(default_factory=dict)
    magnitudes: bool = False
    one: Number = 1
    after: str = ""


def _times(kinds: Mapping[str, Number], unit: str) -> dict[str, Number]:
    return {name: exact(Fraction(size) / Fraction(kinds[unit])) for name, size in kinds.items()}


_PER: Mapping[str, Number] = {
    "s": SECONDS_PER_DAY,
    "min": 1440,
    "hour": 24,
    "day": 1,
    "month": 1 / DAYS_PER_MONTH,
}
_TIME: Mapping[str, Number] = {"ms": 1, "s": 1000, "min": 60_000}
_BYTES: Mapping[str, Number] = {
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "PB": 10**15,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


def _rate(of: str, per: str, example: str, after: bool) -> Unit:
    forms = _times({f"{of}/{name}": size for name, size in _PER.items()}, f"{of}/{per}")
    what = f"a number of {of} per {'second' if per == 's' else 'minute' if per == 'min' else per}"
    name = f"{of}/{per}"
    return Unit(name, what, example, forms, True, after=f" {name}" if after else "")


def _count(name: str, single: str, what: str, example: str) -> Unit:
    return Unit(name, what, example, {name: 1, single: 1}, True)


_TABLE: tuple[Unit, ...] = (
    Unit(
        "parameters",
        "a number of parameters",
        "70B",
        {"parameters": Fraction(1, 10**9)},
        True,
        Fraction(1, 10**9),
        "B",
    ),
    Unit("ms", "a duration", "300 ms", _times(_TIME, "ms"), after=" ms"),
    _count("tokens", "token", "a number of tokens", "128,000"),
    _rate("tokens", "s", "50 tokens/s", True),
    _rate("tokens", "min", "300,000 tokens/min", True),
    _rate("tokens", "day", "5,000,000", False),
    _rate("requests", "min", "500 requests/min", True),
    _rate("requests", "day", "1,000,000", False),
    _rate("requests", "month", "3,000,000", False),
    Unit("USD", "an amount of money", "500 USD", {"USD": 1}, True, after=" USD"),
    Unit(
        "USD/month",
        "an amount of money per month",
        "5,000 USD/month",
        {"USD/month": 1, "USD": 1, "USD/year": Fraction(1, 12)},
        True,
        after=" USD/month",
    ),
    Unit(
        "USD/Mtoken",
        "a price per million tokens",
        "0.35 USD/Mtoken",
        {"USD/Mtoken": 1, "USD/ktoken": 1000, "USD": 1},
        after=" USD/Mtoken",
    ),
    Unit(
        "USD/GPU-hour",
        "a price per device and hour",
        "3.50 USD/GPU-hour",
        {"USD/GPU-hour": 1, "USD/device-hour": 1, "USD": 1},
        after=" USD/GPU-hour",
    ),
    Unit("percent", "a percentage", "99.9 %", {"%": 1, "percent": 1}, after=" %"),
    Unit("GB", "an amount of memory", "80 GB", _times(_BYTES, "GB"), after=" GB"),
    Unit(
        "GB/s",
        "a bandwidth",
        "3,350 GB/s",
        _times({f"{name}/s": size for name, size in _BYTES.items()}, "GB/s"),
        after=" GB/s",
    ),
    Unit(
        "TFLOPS",
        "a computing rate",
        "990 TFLOPS",
        _times({"GFLOPS": 1, "TFLOPS": 10**3, "PFLOPS": 10**6, "EFLOPS": 10**9}, "TFLOPS"),
        after=" TFLOPS",
    ),
    Unit("W", "a power", "700 W", {"W": 1, "kW": 1000, "MW": 10**6}, after=" W"),
    _count("devices", "device", "a number of devices", "8"),
    _count("models", "model", "a number of models", "40"),
    Unit(
        "days",
        "a number of days",
        "90 days",
        {"days": 1, "day": 1, "weeks": 7, "week": 7},
        after=" days",
    ),
    Unit(
        "hours/month",
        "a number of hours per month",
        "200 hours/month",
        {"hours/month": 1, "hours": 1, "hour": 1},
        after=" hours/month",
    ),
    Unit(
        "months",
        "a number of months",
        "48 months",
        {"months": 1, "month": 1, "years": 12, "year": 12},
        after=" months",
    ),
    Unit(
        "USD/GB",
        "a price per gigabyte",
        "0.09 USD/GB",
        {"USD/GB": 1, "USD/TB": Fraction(1, 1000), "USD": 1},
        after=" USD/GB",
    ),
    Unit(
        "USD/GB-month",
        "a price per gigabyte and month",
        "0.07 USD/GB-month",
        {"USD/GB-month": 1, "USD/TB-month": Fraction(1, 1000), "USD": 1},
        after=" USD/GB-month",
    ),
    Unit(
        "USD/kWh",
        "a price of electricity",
        "0.12 USD/kWh",
        {"USD/kWh": 1, "USD/MWh": Fraction(1, 1000), "USD": 1},
        after=" USD/kWh",
    ),
    Unit(
        "USD/kW-month",
        "a price per kilowatt and month",
        "200 USD/kW-month",
        {"USD/kW-month": 1, "USD/kW-year": Fraction(1, 12), "USD": 1},
        after=" USD/kW-month",
    ),
    _count("users", "user", "a number of users", "200"),
    Unit("count", "a number", "8", {}, True),
    Unit("factor", "a factor", "2.5", {}),
)

UNITS: Mapping[str, Unit] = {unit.name: unit for unit in _TABLE}
"""Every unit a number may have, by its name."""


class Reading(Struct, frozen=True):
    """A number as read; ``size`` is what the written unit or magnitude multiplied it by,
    ``bare`` says that there was none."""

    value: Number
    size: Number
    bare: bool


def parse_number(text: str, unit: str) -> Number:
    """The exact number that ``text`` says, in ``unit`` (a key of UNITS).

    Raises NumberError, a ValueError whose text is one sentence.
    """
    return read_number(text, unit).value


def read_number(text: str, unit: str) -> Reading:
    """``parse_number``, with what the written unit or magnitude counted for."""
    known = UNITS[unit]
    if _WHOLE.fullmatch(text):
        return Reading(int(text), 1, True)
    inner = text.strip(" \t")
    offset = len(text) - len(text.lstrip(" \t"))
    expected = f"{known.what} such as {known.example}"
    try:
        value, end = read_numeral(inner, expected)
        rest = inner[end:].lstrip(" \t")
        size = _suffix(rest, len(inner) - len(rest), known, inner[:end])
    except NumberError as error:
        error.start += offset
        error.end += offset
        raise
    if size != 1:
        value = exact(Fraction(value) * Fraction(size))
    return Reading(value, size, not rest)


def format_number(value: Number, unit: str) -> str:
    """The number in words that ``parse_number`` reads back exactly.

    A number that no decimal writes exactly (a third) is rounded to four significant digits
    and marked ``about``.
    """
    known = UNITS[unit]
    sign = "-" if value < 0 else ""
    size: Number = -value if value < 0 else value
    if not terminates(size):
        for form, factor in known.forms.items():
            scaled = exact(Fraction(size) / Fraction(factor))
            if terminates(scaled) and known.one == 1:
                return f"{sign}{grouped(decimal_digits(scaled))} {form}"
        return f"about {sign}{grouped(_rounded(size))}{known.after}"
    if unit == "parameters" and size:
        if size >= 1000 and Fraction(size, 10).denominator == 1:
            return f"{sign}{decimal_digits(Fraction(size, 1000))}T"
        if size < 1 and (Fraction(size) * 1000).denominator == 1:
            return f"{sign}{decimal_digits(Fraction(size) * 1000)}M"
    return f"{sign}{grouped(decimal_digits(size))}{known.after}"


def _suffix(rest: str, start: int, known: Unit, written: str) -> Number:
    """How many of ``known`` one of the written unit is; ``rest`` starts at ``start``."""
    if not rest:
        return 1
    if rest in known.forms and known.one == 1:
        return known.forms[rest]
    match = _SUFFIX.match(rest)
    if match is None and len(_RANGE_WORD.findall(rest)) > 1:
        raise NumberError("a range has two ends", start, start + len(rest), "write `LOW to HIGH`")
    if rest[0].isdecimal():
        digits = f"{written} {rest}".split(" ")
        thousands = all(len(group) == 3 and group.isdecimal() for group in digits[1:])
        raise NumberError(
            "a blank does not separate thousands",
            start,
            start + len(rest),
            f"write `{''.join(digits)}`" if thousands else None,
        )
    if match is None:
        raise NumberError(
            f"only a unit may follow the number, found {quote(rest)}",
            start,
            start + len(rest),
            f"write {known.what} such as `{known.example}`",
        )
    word, then = match.group(1), match.group(2)
    size = _magnitude(word, known)
    if size is not None and then is None:
        return exact(Fraction(size) * Fraction(known.one))
    if size is not None and then in known.forms:
        return exact(Fraction(size) * Fraction(known.forms[then]))
    if known.one != 1 and rest in known.forms:
        raise NumberError(
            f"it is not clear whether {quote(f'{written} {rest}')} counts single ones or billions",
            start,
            start + len(rest),
            f"write `{written}B` or `{written}M`",
            "wrong-unit",
        )
    if then is not None and (size is not None or word in known.forms):
        at = start + rest.rindex(then)
        if word in known.forms:
            raise NumberError(
                f"nothing may follow {quote(f'{written} {word}')}, found {quote(then)}",
                at,
                at + len(then),
                f"write `{written} {word}`",
            )
        word = then
    elif then is not None:
        word = rest
    begin = start + rest.index(word)
    raise _wrong_unit(word, begin, known, written)


def _magnitude(word: str, known: Unit) -> int | None:
    if not known.magnitudes:
        return None
    if known.one != 1 and word in _SMALL_LETTERS:
        return _SMALL_LETTERS[word]
    return _MAGNITUDES.get(word)


def _wrong_unit(word: str, begin: int, known: Unit, written: str) -> NumberError:
    from advisor.language.vocabulary import nearest_word

    end = begin + len(word)
    expected = f"expected {known.what} such as {known.example}"
    for other in UNITS.values():
        if word in other.forms and not known.name.startswith(f"{word}/"):
            return NumberError(
                f"{quote(word)} is a unit of {_measured(other)}; {expected}",
                begin,
                end,
                f"write a number such as `{known.example}`",
                "wrong-unit",
            )
    forms = [*known.forms]
    if known.magnitudes:
        forms += ["k", "M", "B", "T"]
    nearest = known.name if known.name.startswith(f"{word}/") else nearest_word(word, forms)
    hint = f"for example `{known.example}`" if nearest is None else f"did you mean '{nearest}'?"
    return NumberError(
        f"{quote(word)} is not a unit here; {expected}", begin, end, hint, "wrong-unit"
    )


def _measured(unit: Unit) -> str:
    """``a duration`` -> ``duration``, ``an amount of memory`` -> ``memory``."""
    return _ARTICLE.sub("", unit.what)


def _rounded(value: Number) -> str:
    """Four significant digits, exact arithmetic, halves to even."""
    number = Fraction(value)
    places = 3
    while places > -30 and number * Fraction(10) ** places >= 10_000:
        places -= 1
    while places < 30 and number * Fraction(10) ** places < 1_000:
        places += 1
    scale = Fraction(10) ** places
    return decimal_digits(exact(Fraction(round(number * scale)) / scale))
