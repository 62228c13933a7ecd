"""What a catalogue says, in our attributes and units; and the cells that it is read from."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct, field

from advisor.errors import Problem, Span
from advisor.knowledge.importing.json_text import Path, line_at, places_of
from advisor.knowledge.values import Interval, Number

MILLION = 1_000_000
_DOLLARS = ("USD", "usd", "US$", "$")
_MONEY = re.compile(r"\s*(?:[A-Z]{3}|[$€£¥₹])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_PROBLEMS = 100
# What lies beyond is noise of binary arithmetic, as in 0.049999999999999996.
_TWELVE_DIGITS = Context(prec=12)


class Quote(Struct, frozen=True):
    """One route of a provider: figures by our attribute.  ``until``: the day on which it is
    announced to end; ``fading``: marked as on its way out, without a day; ``free``: priced at
    zero, which is left out.  ``at``: its place.
    """

    provider: str
    name: str
    figures: Mapping[str, Interval]
    until: datetime.date | None = None
    fading: bool = False
    at: Path = ()
    free: bool = False


class Snapshot(Struct):
    """A catalogue as read.  ``unpriced`` are routes whose price is zero: free tiers, or not
    priced at all; such a price is left out.  ``skipped`` counts what is no text model.  In a
    ``table`` a place is the number of a line.
    """

    file: str
    text: str = ""
    quotes: list[Quote] = field(default_factory=list)
    providers: set[str] = field(default_factory=set)
    unpriced: list[str] = field(default_factory=list)
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    noted: list[tuple[Path, str, str, str | None]] = field(default_factory=list)
    table: bool = False

    def note(self, at: Path, check: str, message: str, hint: str | None = None) -> None:
        """A problem with the value at ``at``; it gets its place in ``close``."""
        if len(self.noted) < _MOST_PROBLEMS:
            self.noted.append((at, check, message, hint))

    def close(self) -> Snapshot:
        """Give every noted problem its place."""
        if not self.noted:
            return self
        if self.table:
            found = {at: self.line_span(int(at[0])) for at, *_ in self.noted if at}
        else:
            # What is missing has no place but that of the map it is missing from.
            paths = {at for at, *_ in self.noted}
            found = dict(places_of(self.text, paths | {at[:-1] for at in paths}))
        for at, check, message, hint in self.noted:
            span = found.get(at) or (None if self.table else found.get(at[:-1]))
            words = f"{path_words(at)}: {message}" if at and not self.table else message
            line = line_at(self.text, span)
            self.problems.append(Problem(check, words, self.file, span, hint, line))
        self.noted = []
        return self

    def line_span(self, line: int) -> Span:
        """A whole line."""
        text = line_at(self.text, Span(max(line, 1), 1, max(line, 1), 2)) or ""
        return Span(max(line, 1), 1, max(line, 1), max(len(text), 1) + 1)


def path_words(at: Path) -> str:
    """``groq, models, gpt-oss-120b, cost, input``."""
    return ", ".join(str(part) for part in at)


class CatalogueMap(Struct, frozen=True):
    """One map of a catalogue, read key by key; mistakes are noted in the snapshot."""

    snapshot: Snapshot
    values: Mapping[str, Any]
    at: Path

    def within(self, key: str) -> CatalogueMap:
        """The map under ``key``; an empty one where there is none."""
        found = self.values.get(key)
        if found is None:
            return CatalogueMap(self.snapshot, {}, (*self.at, key))
        if not isinstance(found, dict):
            self.wrong(key, "a map")
            return CatalogueMap(self.snapshot, {}, (*self.at, key))
        return CatalogueMap(self.snapshot, found, (*self.at, key))

    def wrong(self, key: str, wanted: str) -> None:
        words = f"expected {wanted}, found {shown(self.values.get(key))}"
        self.snapshot.note((*self.at, key), "wrong-type", words)

    def word(self, key: str) -> str | None:
        found = self.values.get(key)
        if found is None or isinstance(found, str):
            return found
        self.wrong(key, "a text")
        return None

    def day(self, key: str) -> datetime.date | None:
        """A day; what only looks like one is noted."""
        text = self.word(key)
        if not text:
            return None
        try:
            if _DAY.fullmatch(text) is None:
                raise ValueError
            return datetime.date.fromisoformat(text)
        except ValueError:
            self.snapshot.note((*self.at, key), "wrong-date", f"{shown(text)} is not a day")
            return None

    def currency(self, key: str = "currency") -> None:
        """Only US dollars are understood."""
        text = self.values.get(key)
        if text is not None and text not in _DOLLARS:
            words = f"prices in {shown(text)} are not converted; only USD is read"
            self.snapshot.note((*self.at, key), "unknown-currency", words)

    def number(self, key: str) -> Number | None:
        """An exact number that is not absurdly large or small."""
        found = self.values.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            if isinstance(found, str) and _MONEY.match(found):
                words = f"{shown(found)} is a text with a currency; expected a number in USD"
                self.snapshot.note((*self.at, key), "unknown-currency", words)
            else:
                self.wrong(key, "a number")
            return None
        if isinstance(found, Decimal) and (found and not -30 < found.adjusted() < 30):
            self.snapshot.note((*self.at, key), "out-of-range", "this number cannot be meant")
            return None
        if isinstance(found, Decimal):
            found = _TWELVE_DIGITS.plus(found)
        return plain(Fraction(found))

    def price(self, key: str, factor: int = 1) -> Interval | None:
        """A price times ``factor``; zero is no price."""
        number = self.number(key)
        if number is None or number == 0:
            return None
        if number < 0:
            words = f"a price of {self.values[key]} is below zero"
            self.snapshot.note((*self.at, key), "negative-price", words)
            return None
        return Interval.point(plain(Fraction(number) * factor))

    def count(self, key: str) -> Interval | None:
        """A number of tokens; zero means not stated."""
        number = self.number(key)
        if number is None or number == 0:
            return None
        if number < 0 or Fraction(number).denominator != 1:
            words = f"{self.values[key]} is not a number of tokens"
            self.snapshot.note((*self.at, key), "out-of-range", words)
            return None
        return Interval.point(number)

    def free(self, *keys: str) -> bool:
        """Whether prices are given, and all of them are zero."""
        found = [self.values[key] for key in keys if self.values.get(key) is not None]
        return bool(found) and all(
            not isinstance(value, bool) and isinstance(value, int | Decimal) and value == 0
            for value in found
        )


def plain(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


def shown(value: object) -> str:
    """A value of a catalogue in a message."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(str(value).split())
    quoted = text if len(text) <= 40 else f"{text[:40]}…"
    return f"'{quoted}'" if isinstance(value, str) else quoted


def figures(**found: Interval | None) -> Mapping[str, Interval]:
    """The figures that are there, by attribute (``input_price`` is ``input-price``)."""
    return {name.replace("_", "-"): value for name, value in found.items() if value is not None}
