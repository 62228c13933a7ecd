"""What people write who know other notations, and how it is said here.

``>= 70``, ``70-175``, ``a or b``, ``true``: none of these is part of the language, each
gets the words to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from advisor.language.marks import quote
from advisor.language.vocabulary import nearest_word


class Habit(Struct, frozen=True):
    """A form that is not ours: ``text[start:end]`` is the wrong part."""

    message: str
    hint: str
    start: int
    end: int


_SYMBOLS = {
    ">=": "at least",
    "=>": "at least",
    "≥": "at least",
    "<=": "at most",
    "=<": "at most",
    "≤": "at most",
    "<>": "not",
    "!=": "not",
    "≠": "not",
    "!": "not",
    ">": "above",
    "<": "below",
    "==": "",
    "=": "",
}
_PHRASES = {
    "above": ("more than", "greater than", "larger than", "higher than", "over", "exceeds"),
    "below": ("less than", "fewer than", "smaller than", "lower than", "under"),
    "at most": ("no more than", "not more than", "up to", "maximum", "max"),
    "at least": ("no less than", "not less than", "minimum", "min", "from"),
    "not": ("is not", "isn't", "no", "except", "without", "not equal to", "other than", "none of"),
    "": ("is", "equals", "equal to", "exactly", "one of", "any of", "either", "in"),
}
_WORDS = sorted(
    ((phrase, ours) for ours, phrases in _PHRASES.items() for phrase in phrases),
    key=lambda pair: -len(pair[0]),
)
_SINGLE = ("above", "below", "not")
_DOUBLE = ("at least", "at most")
_SYMBOL = re.compile(r"(>=|=>|≥|<=|=<|≤|<>|!=|≠|!|>|<|==|=)\s*(.*)$")
_BETWEEN = re.compile(r"between\s+(.+?)\s+(?:and|to)\s+(.+)$", re.IGNORECASE)
_FROM_TO = re.compile(r"from\s+(.+?)\s+(?:to|until)\s+(.+)$", re.IGNORECASE)
_DASH = re.compile(
    r"([0-9][0-9.,]*\s?[A-Za-z%]*)\s*(?:-|–|—|\.\.\.?|…)\s*([0-9][0-9.,]*\s?[A-Za-z%]*)$"
)
_OR_MORE = re.compile(r"([0-9][^ ]*)\s*(?:\+|or more|or above|and above|and up|or higher)$")
_OR_LESS = re.compile(r"([0-9][^ ]*)\s*(?:or less|or below|and below|or fewer|or lower)$")
_LOWER = re.compile(r"(?:above|at least)\s+(.+)$")
_UPPER = re.compile(r"(?:below|at most)\s+(.+)$")
_JOINT = re.compile(r"\s(?P<word>and|or|but|&&|\|\|)\s|(?P<comma>(?<![0-9]),|,(?![0-9]))")
_CURRENCY = re.compile(r"[$€£]\s*([0-9][0-9.,_]*)(.*)$")

_LONGEST = 200


def habit(text: str, *, number: bool) -> Habit | None:
    """The foreign form in ``text``, if it is one; ``number`` where a number is tested.

    Nobody writes a test of hundreds of characters out of habit: longer texts are not searched.
    """
    if len(text) > _LONGEST:
        return None
    if match := _SYMBOL.match(text):
        symbol, operand = match.groups()
        ours = _SYMBOLS[symbol]
        example = operand or ("70" if number else "x")
        return Habit(
            f"{quote(symbol)} is not an operator; operators are words",
            f"write `{f'{ours} {example}'.strip()}`",
            0,
            len(symbol),
        )
    numeric = _numeric(text) if number else None
    return numeric or joined(text) or _misspelt(text, number) or _worded(text, number)


def booleans(text: str, options: Iterable[str]) -> str | None:
    """``did you mean 'yes'?`` where a programmer's yes or no was written."""
    known = set(options)
    word = text.casefold()
    for ours, theirs in (("yes", ("true", "on", "y", "1")), ("no", ("false", "off", "n", "0"))):
        if ours in known and (word in theirs or (word == ours and text != ours)):
            return f"did you mean '{ours}'?"
    if word in ("~", "null", "nil", "n/a") and not known & {word}:
        return "leave the entry out where the value is not known"
    return None


def joined(text: str) -> Habit | None:
    """Two tests in one cell, joined by a word or a comma."""
    if "[" in text or _BETWEEN.match(text) or _OR_MORE.search(text) or _OR_LESS.search(text):
        return None
    for match in _JOINT.finditer(text):
        left, right = text[: match.start()].strip(), text[match.end() :].strip()
        if left and right:
            kind = "word" if match.group("word") else "comma"
            start, end = match.span(kind)
            hint = _separate(match.group(kind), left, right)
            return Habit("a cell holds one test", hint, start, end)
    return None


def _separate(word: str, left: str, right: str) -> str:
    if word in ("or", "||", ","):
        excluded = left.removeprefix("not ")
        if excluded != left:
            return f"write `{{not: [{excluded}, {right.removeprefix('not ')}]}}`"
        return f"write a list: `[{left}, {right}]`"
    low = _LOWER.match(left) or _LOWER.match(right)
    high = _UPPER.match(left) or _UPPER.match(right)
    if low and high:
        return f"write a range: `{low.group(1)} to {high.group(1)}`"
    return "put the tests into two maps under `all:`"


def _numeric(text: str) -> Habit | None:
    for pattern in (_BETWEEN, _FROM_TO, _DASH):
        if match := pattern.match(text):
            low, high = (side.strip() for side in match.groups())
            return Habit(
                f"{quote(text)} is not how a range is written",
                f"write `{low} to {high}`",
                0,
                len(text),
            )
    for pattern, ours in ((_OR_MORE, "at least"), (_OR_LESS, "at most")):
        if match := pattern.match(text):
            return Habit(
                f"{quote(text)} is not a number",
                f"write `{ours} {match.group(1)}`",
                match.end(1),
                len(text),
            )
    if match := _CURRENCY.match(text):
        return Habit(
            "money is written with its unit",
            f"write `{match.group(1)}{match.group(2).rstrip()} USD`",
            0,
            1,
        )
    return None


def _misspelt(text: str, number: bool) -> Habit | None:
    """``Below 13B`` and ``belwo 13B``: one of our operators, not as we write it."""
    words = text.split()
    for count, operators in ((1, _SINGLE), (2, _DOUBLE)):
        if len(words) <= count:
            continue
        written = " ".join(words[:count])
        operand = words[count]
        near = written.casefold() if written.casefold() in operators else None
        if near is None and number and (operand[0].isdecimal() or operand == "its"):
            near = nearest_word(written, operators)
        if near is not None and near != written:
            return Habit(
                f"{quote(written)} is not an operator",
                f"did you mean '{near}'?",
                0,
                len(written),
            )
    return None


def _worded(text: str, number: bool) -> Habit | None:
    lowered = text.casefold()
    for phrase, ours in _WORDS:
        if lowered.startswith(f"{phrase} "):
            operand = text[len(phrase) :].strip()
            if not number and ours not in ("", "not"):
                continue
            return Habit(
                f"{quote(text[: len(phrase)])} is not an operator",
                f"write `{f'{ours} {operand}'.strip()}`",
                0,
                len(phrase),
            )
    return None
