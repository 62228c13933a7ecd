"""For every name: which terms survive what is known of it, as two bitsets.

Options of a choice and cells of a number are *positions*; a set of possible values is a set
of positions, and a test is the set of positions that pass.  One bitset per position makes a
single value a look-up.  A set of flags is asked once and remembered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from functools import reduce
from itertools import accumulate, pairwise
from operator import and_, or_, xor
from typing import Any, TypeAlias

from advisor.engine.bits_forms import (
    Needs,
    Pair,
    Plain,
    doubtful,
    elementary_tests,
    presence,
    surviving,
)
from advisor.engine.compile import Elementary, Every, Form, Is, Listed
from advisor.knowledge.syntax import Between, Compare, Equals, IsKnown, OneOf
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Truth,
    Type,
)
from advisor.language.numerals import exact

_REMEMBERED = 4_096


class PositionTable(ABC):
    """A name whose values have positions.  ``sure`` and ``maybe``: by position, the terms
    that survive; ``unknown``: those that survive where nothing is known."""

    def __init__(self, needs: Needs, terms: int, size: int) -> None:
        self._needs = needs
        self._rest = terms & ~reduce(or_, needs.values(), 0)
        self._whole = (1 << size) - 1
        self._passing: dict[Elementary, Pair] = {
            test: self._passes(test)
            for forms in needs
            for form in forms
            for test in elementary_tests(form)
        }
        self.sure, self.maybe = self._by_position(size)
        self.unknown = surviving(needs, self._rest, presence)
        self.certain = self.sure == self.maybe
        self._remembered: dict[int, Pair] = {}

    def pair(self, domain: Domain | None) -> Pair:
        """The terms that survive what is known."""
        if domain is None:
            return self.unknown
        places = self.places(domain)
        if places & (places - 1) == 0 and places:
            index = places.bit_length() - 1
            return self.sure[index], self.maybe[index]
        found = self._remembered.get(places)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = surviving(self._needs, self._rest, lambda test: self._truth(test, places))
            self._remembered[places] = found
        return found

    def plain(self, value: Plain) -> Pair:
        """The terms that survive one value."""
        index = self.position(value)
        return self.sure[index], self.maybe[index]

    def look_up(self) -> Callable[[Any], int]:
        """The quickest way from one value to the terms that possibly survive it."""
        maybe, position = self.maybe, self.position
        return lambda value: maybe[position(value)]

    @abstractmethod
    def places(self, domain: Domain) -> int:
        """The positions of a set of values, as bits.  Raises TypeError for another kind."""

    @abstractmethod
    def position(self, value: Plain) -> int:
        """The position of a value.  Raises KeyError for one that cannot be."""

    @abstractmethod
    def _passes(self, test: Elementary) -> Pair:
        """The positions that surely and that possibly pass."""

    def _truth(self, test: Elementary, places: int) -> Truth:
        sure, maybe = self._passing[test]
        if places & ~sure == 0:
            # A set without values passes nothing.
            return places != 0
        return None if places & maybe else False

    def _by_position(self, size: int) -> tuple[list[int], list[int]]:
        """A sweep over the positions: a joint need changes its mind at few of them."""
        known: dict[Form, Pair] = {}
        turns: tuple[list[int], list[int]] = ([0] * (size + 1), [0] * (size + 1))
        for forms, terms in self._needs.items():
            sides = [self._form_passes(form, known) for form in forms]
            for side, turn in enumerate(turns):
                passing = reduce(and_, (pair[side] for pair in sides), self._whole)
                change = passing ^ (passing << 1)
                while change:
                    low = change & -change
                    change ^= low
                    turn[low.bit_length() - 1] ^= terms
        sure, maybe = (
            [alive | self._rest for alive in accumulate(turn[:size], xor)] for turn in turns
        )
        return sure, maybe

    def _form_passes(self, form: Form, known: dict[Form, Pair]) -> Pair:
        if form in known:
            return known[form]
        if isinstance(form, Is):
            sure, maybe = (0, self._whole) if form.test is None else self._passing[form.test]
            found = (sure, maybe) if form.wanted else (self._whole & ~maybe, self._whole & ~sure)
        else:
            join = and_ if isinstance(form, Every) else or_
            start = self._whole if isinstance(form, Every) else 0
            parts = [self._form_passes(part, known) for part in form.parts]
            found = (
                reduce(join, (part[0] for part in parts), start),
                reduce(join, (part[1] for part in parts), start),
            )
        known[form] = found
        return found


class ChoiceTable(PositionTable):
    """One of several options.  The options of yes/no also stand as False and True."""

    def __init__(self, of: ChoiceType, needs: Needs, terms: int) -> None:
        self._place: dict[object, int] = {option: i for i, option in enumerate(of.options)}
        super().__init__(needs, terms, len(of.options))
        if of.options == ("no", "yes"):
            self._place |= {False: 0, True: 1}
        self.sure_of = {option: self.sure[i] for option, i in self._place.items()}
        self.maybe_of = {option: self.maybe[i] for option, i in self._place.items()}

    def places(self, domain: Domain) -> int:
        if not isinstance(domain, Options):
            raise TypeError(f"a choice cannot be {domain}")
        return self._bits(domain.values)

    def position(self, value: Plain) -> int:
        return self._place[value]

    def look_up(self) -> Callable[[Any], int]:
        return self.maybe_of.__getitem__

    def _bits(self, options: Collection[str]) -> int:
        return sum(1 << self._place[o] for o in options if o in self._place)

    def _passes(self, test: Elementary) -> Pair:
        match test:
            case OneOf(options):
                bits = self._bits(options)
                return bits, bits
            case Listed(must, may):
                return self._bits(must), self._whole if may is None else self._bits(may | must)
            case IsKnown(negated):
                bits = 0 if negated else self._whole
                return bits, bits
            case _:
                raise TypeError(f"{type(test).__name__} does not test a choice")


class NumberTable(PositionTable):
    """A number, cut where a test changes its mind.

    ``side`` tells which end of a cell its cut belongs to: ``right`` (from a cut on), ``left``
    (up to a cut), or ``both``, where every cut is a cell of its own.  Cuts that a float can
    hold are kept as one: comparing is exact, and quicker than with a fraction.
    """

    def __init__(self, needs: Needs, terms: int) -> None:
        tests = [t for forms in needs for form in forms for t in elementary_tests(form)]
        before = {c for t in tests for c in _cuts(t, after=False)}
        after = {c for t in tests for c in _cuts(t, after=True)}
        self.side = "both" if before and after else "left" if after else "right"
        self.exact = sorted(before | after)
        self.cuts: list[int | float | Fraction] = [_quickest(c) for c in self.exact]
        cells = len(self.exact) + 1
        size = cells + len(self.exact) if self.side == "both" else cells
        super().__init__(needs, terms, size)

    def places(self, domain: Domain) -> int:
        if not isinstance(domain, Interval):
            raise TypeError(f"a number cannot be {domain}")
        first, last = 0, self._whole.bit_length() - 1
        if domain.low is not None:
            first = self._end(domain.low, domain.low_open)
        if domain.high is not None:
            last = self._end(domain.high, domain.high_open, upper=True)
        return (1 << last + 1) - (1 << first) if first <= last else 0

    def position(self, value: Plain) -> int:
        if isinstance(value, str) or not isinstance(value, int | float | Fraction):
            raise KeyError(value)
        return self._end(value, False)

    def look_up(self) -> Callable[[Any], int]:
        cuts, maybe = self.cuts, self.maybe
        if self.side == "both":
            return super().look_up()
        find = bisect_right if self.side == "right" else bisect_left
        return lambda value: maybe[find(cuts, value)]

    def samples(self) -> list[Number]:
        """One number from every cell, in order."""
        if not self.exact:
            return [0]
        first, last = self.exact[0] - 1, self.exact[-1] + 1
        if self.side == "right":
            return [first, *self.exact]
        if self.side == "left":
            return [*self.exact, last]
        between = [_middle(a, b) for a, b in pairwise(self.exact)]
        inner = [n for pair in zip(self.exact, [*between, last], strict=True) for n in pair]
        return [first, *inner]

    def _end(self, value: Number, beyond: bool, upper: bool = False) -> int:
        """The cell of a number, or, with ``beyond``, of the numbers just beyond it."""
        left, right = bisect_left(self.cuts, value), bisect_right(self.cuts, value)
        if self.side == "right":
            return left if upper and beyond else right
        if self.side == "left":
            return right if beyond and not upper else left
        if beyond:
            return 2 * (left if upper else right)
        return left + right

    def _upto(self, value: Number, included: bool) -> int:
        """The cells of the numbers below a cut, or up to it."""
        index = bisect_left(self.exact, value)
        if self.side == "both":
            return (1 << 2 * index + 1 + included) - 1
        return (1 << index + 1) - 1

    def _passes(self, test: Elementary) -> Pair:
        match test:
            case Equals(value):
                bits = self._upto(value, True) & ~self._upto(value, False)
            case Compare(op, value):
                bits = self._upto(value, op in ("at most", "above"))
                if op in ("above", "at least"):
                    bits = self._whole & ~bits
            case Between(low, high):
                bits = self._upto(high, False) & ~self._upto(low, False)
            case IsKnown(negated):
                bits = 0 if negated else self._whole
            case _:
                raise TypeError(f"{type(test).__name__} does not test a number")
        return bits, bits


def _quickest(cut: Number) -> int | float | Fraction:
    """The same number, in the form that is compared fastest."""
    number = exact(cut)
    if isinstance(number, int):
        return number
    near = float(number)
    return near if Fraction(near) == number else number


class FlagsTable:
    """Several choices.  What a set of flags leaves is worked out at its first sight."""

    def __init__(self, of: FlagsType, needs: Needs, terms: int) -> None:
        self._options = frozenset(of.options)
        self._needs = needs
        self._rest = terms & ~reduce(or_, needs.values(), 0)
        self.unknown = surviving(needs, self._rest, presence)
        self.certain = not any(doubtful(form) for forms in needs for form in forms)
        self._remembered: dict[tuple[frozenset[str], frozenset[str]], Pair] = {}
        self.maybe_of = _Remembering(lambda flags: self._exactly(flags)[1])
        self.sure_of = _Remembering(lambda flags: self._exactly(flags)[0])

    def pair(self, domain: Domain | None) -> Pair:
        """The terms that survive what is known."""
        if domain is None:
            return self.unknown
        if not isinstance(domain, Flags):
            raise TypeError(f"several choices cannot be {domain}")
        key = (domain.must, domain.may)
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = surviving(self._needs, self._rest, lambda test: _flags_truth(test, domain))
            self._remembered[key] = found
        return found

    def plain(self, value: Plain) -> Pair:
        """The terms that survive exactly these required flags."""
        if isinstance(value, str) or not isinstance(value, Collection):
            raise KeyError(value)
        return self._exactly(tuple(value))

    def look_up(self) -> Callable[[Any], int]:
        """The quickest way from the required flags to the terms that possibly survive."""
        maybe = self.maybe_of
        return lambda value: maybe[tuple(value)]

    def _exactly(self, flags: tuple[str, ...]) -> Pair:
        chosen = frozenset(flags)
        if not chosen <= self._options:
            raise KeyError(sorted(chosen - self._options)[0])
        return self.pair(Flags(chosen, chosen))


class _Remembering(dict[tuple[str, ...], int]):
    """Values worked out when they are first asked for; forgets all when it is full."""

    def __init__(self, work_out: Callable[[tuple[str, ...]], int]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: tuple[str, ...]) -> int:
        value = self._work_out(key)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = value
        return value


Table: TypeAlias = ChoiceTable | NumberTable | FlagsTable


def table_of(of: Type, needs: Needs, terms: int) -> Table:
    """The table of a name of this type."""
    if isinstance(of, ChoiceType):
        return ChoiceTable(of, needs, terms)
    if isinstance(of, NumberType):
        return NumberTable(needs, terms)
    return FlagsTable(of, needs, terms)


def _middle(low: Number, high: Number) -> Number:
    return exact(Fraction(low + high) / 2)


def _flags_truth(test: Elementary, domain: Flags) -> Truth:
    match test:
        case OneOf(options):
            if domain.must & options:
                return True
            return None if domain.may & options else False
        case Listed(must, may):
            if domain.may <= must:
                return True
            return None if may is None or domain.must <= may else False
        case IsKnown(negated):
            return not negated
        case _:
            raise TypeError(f"{type(test).__name__} does not test several choices")


def _cuts(test: Elementary, *, after: bool) -> Sequence[Number]:
    """The numbers just before (or just after) which the test changes its mind."""
    match test:
        case Equals(value):
            return (value,)
        case Compare(op, value):
            return (value,) if (op in ("above", "at most")) is after else ()
        case Between(low, high):
            return () if after else (low, high)
        case _:
            return ()
