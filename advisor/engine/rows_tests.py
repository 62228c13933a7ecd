"""Columns of answers, and the rows that pass a test, one bit each.

A bitmap is an array of 64-bit words, row 0 in the lowest bit of the first.  Of every test
there are two, the rows that surely and that possibly pass; they are the same object where
nothing is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from advisor.engine.compile import Elementary, Every, Form, Is, Listed
from advisor.knowledge.syntax import Between, Compare, Equals, IsKnown, OneOf
from advisor.knowledge.values import ChoiceType, FlagsType, Number, NumberType, Type

Bitmap: TypeAlias = NDArray[np.uint64]
Pair: TypeAlias = tuple[Bitmap, Bitmap]
Column: TypeAlias = NDArray[Any]
"""Choices: the option's place (yes/no also as bool).  Numbers: integers, floats (taken for
the number that they are) or objects.  Several choices: a mask with a bit for each option, or
a row of bools for each option.  Unknown where a masked array is masked."""

_SMALL = 1 << 15


def words_for(rows: int) -> int:
    """How many words a bitmap of so many rows has."""
    return (rows + 63) // 64


class Rows:
    """One chunk of columns, with one row at least.  Raises KeyError for a name without a
    column, ValueError for a column that does not fit the name's type."""

    def __init__(self, columns: Mapping[str, Column], types: Mapping[str, Type], rows: int) -> None:
        self._columns = columns
        self._types = types
        self.rows = rows
        self.words = words_for(rows)
        self.everything = np.full(self.words, -1, np.int64).view(np.uint64)
        self.nothing = np.zeros(self.words, np.uint64)
        self._values: dict[str, Column] = {}
        self._scales: dict[str, int] = {}
        self._unknown: dict[str, Bitmap | None] = {}
        self._base: dict[tuple[str, str, object], Bitmap] = {}

    def form(self, name: str, form: Form) -> Pair:
        """The rows that pass what is asked of a name."""
        if isinstance(form, Is):
            if form.test is None:
                return self.nothing, self.everything
            sure, maybe = self._test(name, form.test)
            if form.wanted:
                return sure, maybe
            negated = ~maybe
            return negated, negated if sure is maybe else ~sure
        join = np.bitwise_and if isinstance(form, Every) else np.bitwise_or
        start = self.everything if isinstance(form, Every) else self.nothing
        parts = [self.form(name, part) for part in form.parts]
        sure = joined(join, [part[0] for part in parts], start)
        if all(part[0] is part[1] for part in parts):
            return sure, sure
        return sure, joined(join, [part[1] for part in parts], start)

    def _test(self, name: str, test: Elementary) -> Pair:
        unknown = self._unknown_rows(name)
        if isinstance(test, IsKnown):
            lacking = self.nothing if unknown is None else unknown
            passing = lacking if test.negated else ~lacking
            return passing, passing
        sure, maybe = self._passing(name, test)
        if unknown is not None:
            return sure & ~unknown, maybe | unknown
        return sure, maybe

    def _passing(self, name: str, test: Elementary) -> Pair:
        """The rows that pass where the value is known."""
        of = self._types[name]
        if isinstance(of, NumberType):
            passing = self._number(name, test)
            return passing, passing
        if isinstance(test, OneOf):
            passing = self._any_of(name, of, test.options)
            return passing, passing
        if isinstance(test, Listed):
            return self._listed(name, of, test)
        raise TypeError(f"{type(test).__name__} does not test '{name}'")

    def _listed(self, name: str, of: ChoiceType | FlagsType, test: Listed) -> Pair:
        may = frozenset(of.options) if test.may is None else test.may
        if isinstance(of, ChoiceType):
            sure, maybe = (self._any_of(name, of, side) for side in (test.must, may | test.must))
        else:
            outside = [frozenset(of.options) - side for side in (test.must, may | test.must)]
            sure, maybe = (~self._any_of(name, of, side) for side in outside)
        return sure, maybe

    def _any_of(self, name: str, of: ChoiceType | FlagsType, options: frozenset[str]) -> Bitmap:
        parts = [self._option(name, i) for i, o in enumerate(of.options) if o in options]
        return joined(np.bitwise_or, parts, self.nothing)

    def _option(self, name: str, place: int) -> Bitmap:
        key = (name, "option", place)
        found = self._base.get(key)
        if found is None:
            values = self._column(name)
            if isinstance(self._types[name], ChoiceType):
                rows = np.equal(values, place)
            elif values.ndim == 2:
                rows = values[place]
            else:
                rows = values & values.dtype.type(1 << place)
            found = self._base[key] = self.packed(rows)
        return found

    def _number(self, name: str, test: Elementary) -> Bitmap:
        match test:
            case Compare("at least", value):
                return self._from(name, value, False)
            case Compare("below", value):
                return ~self._from(name, value, False)
            case Compare("above", value):
                return self._from(name, value, True)
            case Compare("at most", value):
                return ~self._from(name, value, True)
            case Between(low, high):
                return self._from(name, low, False) & ~self._from(name, high, False)
            case Equals(value):
                return self._from(name, value, False) & ~self._from(name, value, True)
            case _:
                raise TypeError(f"{type(test).__name__} does not test a number")

    def _from(self, name: str, cut: Number, beyond: bool) -> Bitmap:
        """The rows from a number on, or beyond it; compared exactly."""
        key = (name, "beyond" if beyond else "from", cut)
        found = self._base.get(key)
        if found is None:
            values = self._column(name)
            scale = self._scales[name]
            scaled = cut if scale == 1 else cut * scale
            if values.dtype.kind == "O":
                rows = (values > cut if beyond else values >= cut).astype(bool)
            elif values.dtype.kind == "f":
                rows = values >= _float_from(Fraction(scaled), beyond)
            else:
                rows = _whole_from(values, int(scaled // 1 + 1 if beyond else -(-scaled // 1)))
            found = self._base[key] = self.packed(rows)
        return found

    def packed(self, rows: NDArray[Any]) -> Bitmap:
        """Rows as a bitmap: those that are true, or not zero."""
        bitmap = np.zeros(self.words, np.uint64)
        packed = np.packbits(rows, bitorder="little")
        bitmap.view(np.uint8)[: len(packed)] = packed
        return bitmap

    def _unknown_rows(self, name: str) -> Bitmap | None:
        if name not in self._unknown:
            found = None
            if isinstance(self._columns[name], np.ma.MaskedArray):
                mask: Any = np.ma.getmaskarray(self._columns[name])
                if mask.any():
                    found = self.packed(mask.any(axis=0) if mask.ndim == 2 else mask)
            self._unknown[name] = found
        return self._unknown[name]

    def _column(self, name: str) -> Column:
        """The values, checked, and made small where that loses nothing."""
        found = self._values.get(name)
        if found is not None:
            return found
        given = self._columns[name]
        values = np.ma.getdata(given)
        of = self._types[name]
        self._scales[name] = 1
        if isinstance(of, NumberType):
            values = self._narrow(name, np.ma.filled(given, 0))
        elif values.dtype.kind not in "biu":
            raise ValueError(f"'{name}' holds places of options, not {values.dtype}")
        elif isinstance(of, FlagsType):
            _check_flags(name, of, values)
        else:
            known = np.ma.filled(given, 0)
            if known.max() >= len(of.options) or known.min() < 0:
                raise ValueError(f"'{name}' has {len(of.options)} options")
        self._values[name] = values
        return values

    def _narrow(self, name: str, values: Column) -> Column:
        """Few bits a number are compared faster: small whole numbers, or small wholes and
        halves (quarters, eighths) as so many halves."""
        if values.dtype.kind not in "fiu":
            return values
        if values.dtype.kind == "f":
            for scale in (1, 2, 8):
                scaled = values if scale == 1 else values * scale
                with np.errstate(invalid="ignore"):
                    # What does not fit comes out as some other number.
                    small = scaled.astype(np.int16)
                if (small == scaled).all():
                    self._scales[name] = scale
                    return small
            if not np.isfinite(values).all():
                raise ValueError(f"'{name}' holds what is no number")
            return values
        if values.dtype.itemsize > 2 and values.min() >= -_SMALL and values.max() < _SMALL:
            return values.astype(np.int16)
        return values


def joined(join: Callable[..., Bitmap], parts: Sequence[Bitmap], start: Bitmap) -> Bitmap:
    """All bitmaps by ``join`` (numpy's and, or); ``start`` where there are none."""
    if not parts:
        return start
    if len(parts) == 1:
        return parts[0]
    result = join(parts[0], parts[1])
    for part in parts[2:]:
        join(result, part, out=result)
    return result


def _check_flags(name: str, of: FlagsType, values: Column) -> None:
    size = len(of.options)
    if values.ndim == 2:
        if values.shape[0] != size or values.dtype != bool:
            raise ValueError(f"'{name}' has {size} options: a row of bools for each is needed")
    elif size > 8 * values.dtype.itemsize or values.dtype.kind == "b":
        raise ValueError(f"'{name}' has {size} options, too many for {values.dtype}")
    elif int(values.max()) >> size:
        raise ValueError(f"'{name}' has {size} options")


def _whole_from(values: Column, low: int) -> NDArray[np.bool_]:
    """Whole numbers from ``low`` on, which may be beyond what the column can hold."""
    least, most = _reach(values.dtype)
    if low > most:
        return np.zeros(len(values), bool)
    if low <= least:
        return np.ones(len(values), bool)
    result: NDArray[np.bool_] = values >= values.dtype.type(low)
    return result


@lru_cache(maxsize=16)
def _reach(kind: np.dtype[Any]) -> tuple[int, int]:
    info = np.iinfo(kind)
    return int(info.min), int(info.max)


@lru_cache(maxsize=4_096)
def _float_from(cut: Fraction, beyond: bool) -> float:
    """The least float that is at least (or above) an exact number."""
    nearest = float(cut)
    rounded = Fraction(nearest)
    if rounded < cut or (beyond and rounded == cut):
        return float(np.nextafter(nearest, np.inf))
    return nearest
