"""The figures of one run of a benchmark, and reading them out of JSON by their paths."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from advisor.knowledge.importing.json_text import Path

ONE = Fraction(1)


class Spread(Struct, frozen=True):
    """Half of the requests stayed at or below ``p50``, 95 of 100 at or below ``p95``."""

    p50: Fraction
    p95: Fraction


class Figures(Struct, frozen=True):
    """One run.  ``requests`` were sent, ``accepted`` answered in full, ``limited`` of the rest
    refused for the rate (0 where the tool does not tell); times in ms, ``output_rate`` in
    output tokens per second of the whole system, ``request_rate`` as asked for.
    ``unfinished`` says why a run is not whole (empty: it is)."""

    tool: str | None
    model: str | None
    date: datetime.date | None
    requests: int
    accepted: int
    limited: int
    seconds: Fraction
    concurrency: int | None
    request_rate: Fraction | None
    first_ms: Spread | None
    token_ms: Spread | None
    output_rate: Fraction | None
    unfinished: str = ""

    @property
    def failed(self) -> Fraction:
        """Share of the requests that were not answered in full."""
        return Fraction(self.requests - self.accepted, self.requests) if self.requests else ONE

    @property
    def accepted_rate(self) -> Fraction:
        """Answered requests per second."""
        return self.accepted / self.seconds


class Missing(Exception):
    """A figure is not there, or has the wrong form; carries its path."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class At:
    """A place in JSON data from which figures are read."""

    def __init__(self, value: object, path: Path = ()) -> None:
        self.value = value
        self.path = path

    def go(self, *steps: str | int) -> At:
        """The value below; raises Missing where it is not there."""
        at = self
        for step in steps:
            found = None
            if isinstance(step, int) and isinstance(at.value, list) and at.value:
                found = at.value[step]
            elif isinstance(at.value, Mapping):
                found = at.value.get(step)
            if found is None:
                raise Missing(at.path, f"'{step}' is missing here")
            at = At(found, (*at.path, step))
        return at

    def maybe(self, *steps: str | int) -> At | None:
        """The value below; None where it is not there."""
        try:
            return self.go(*steps)
        except Missing:
            return None

    def number(self) -> Fraction:
        """A number from 0, to a millionth; raises Missing for anything else."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            raise Missing(self.path, "this is not a number")
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise Missing(self.path, "this is not a number")
        if not 0 <= self.value < 10**15:
            raise Missing(self.path, "this is not a number that can be meant")
        return tidy(Fraction(self.value))

    def whole(self) -> int:
        """A whole number from 0; raises Missing for anything else."""
        value = self.number()
        if value.denominator != 1:
            raise Missing(self.path, "this is not a whole number")
        return int(value)

    def text(self) -> str | None:
        """The text; None for anything else."""
        return self.value if isinstance(self.value, str) else None


def text_at(at: At | None) -> str | None:
    """The text of a place, if there is one."""
    return None if at is None else at.text()


def whole_at(at: At | None) -> int | None:
    """The whole number of a place, if there is one; raises Missing."""
    return None if at is None else at.whole()


def number_at(at: At | None) -> Fraction | None:
    """The number of a place, if there is one; raises Missing."""
    return None if at is None else at.number()


def tidy(value: Fraction) -> Fraction:
    """To a millionth: tools write seventeen digits of a clock that has six."""
    return Fraction(round(value * 1_000_000), 1_000_000)


def day_at(at: At | None) -> datetime.date | None:
    """The day of a moment: ISO text, ``20261125-101500``, or seconds since 1970."""
    if at is None:
        return None
    text = at.text()
    try:
        if text is None:
            seconds = int(at.number())
            return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).date()
        digits = text.replace("-", "")[:8]
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except (ValueError, OverflowError, Missing):
        return None
