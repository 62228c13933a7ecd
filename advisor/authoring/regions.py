"""Where a condition holds, as a union of boxes.

Every question is an axis: an option is a cell; of several choices each flag is an axis of its
own; numbers are cut into cells at every number that a test names.  A derived choice is
replaced by the rows of its table, so that it stays tied to the answers behind it.  A derived
number is an axis of its own, not tied to anything: what is found empty or covered then is so
in truth, what is found open may still be impossible.

What is known of an offer is not a point but a set, and a test on it may come out unsure.
Tests on attributes and comparisons with them therefore stand on axes of their own
(``is_offer_axis``), along which boxes may be compared but not added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.authoring.boxes import EVERYTHING, Axis, BoundReached, Box, meet, simplest
from advisor.engine.axes import Cut, cuts_of
from advisor.engine.workload import Workload
from advisor.knowledge.model import Derived, Knowledge
from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    CompareIts,
    Condition,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import (
    ChoiceType,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.kleene import full_domain, test_truth
from advisor.language.mentions import atoms_in, tests_in

Side: TypeAlias = Literal["when", "for"]
Region: TypeAlias = tuple[Box, ...]

MOST_BOXES = 512
"""Boxes of one condition; a condition that needs more is not looked into."""

NO, YES = 1, 2
UNKNOWN, KNOWN = 1, 2
BELOW, EQUAL, ABOVE = 1, 2, 4
_COMPARED = {"below": BELOW, "at most": BELOW | EQUAL, "above": ABOVE, "at least": ABOVE | EQUAL}
_RELATIONS = (" vs its ", " in its ")


class Part(Struct, frozen=True):
    """What an axis stands for.  ``kind``: a value, one flag of several, whether a value is
    known, or how it compares with an attribute of the offer.  ``detail`` is the flag or the
    attribute; ``numbers`` are the cells of a number, each an interval."""

    side: Side
    name: str
    kind: Literal["value", "flag", "known", "compared", "within"]
    of: Type
    detail: str = ""
    options: tuple[str, ...] = ()
    numbers: tuple[Interval, ...] = ()


def is_offer_axis(axis: Axis) -> bool:
    """Whether the axis is about the offer at hand."""
    return axis.startswith("for ") or any(word in axis for word in _RELATIONS)


def split(box: Box) -> tuple[Box, Box]:
    """The part about the workload, and the part about the offer."""
    work = {axis: cells for axis, cells in box.items() if not is_offer_axis(axis)}
    offer = {axis: cells for axis, cells in box.items() if is_offer_axis(axis)}
    return work, offer


class Space:
    """Reads conditions as regions.

    ``conditions`` are all those that will be asked about, with their side: they say where
    numbers are cut and whether it matters that something is known.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        types: Mapping[Side, Mapping[str, Type]],
        conditions: Iterable[tuple[Side, Condition]],
    ) -> None:
        self.knowledge = knowledge
        self.types = types
        self.parts: dict[Axis, Part] = {}
        self.whole: dict[Axis, int] = {}
        self._cuts: dict[tuple[Side, str], set[Cut]] = {}
        self._presence: set[tuple[Side, str]] = set()
        self._mentioned: dict[tuple[Side, str], set[str]] = {}
        self._seen: set[str] = set()
        self._workload = Workload(knowledge)
        self._of_atom = lru_cache(maxsize=None)(self._atom)
        for side, condition in conditions:
            self._note(side, condition)

    # What the axes must tell apart

    def _note(self, side: Side, condition: Condition) -> None:
        for atom in atoms_in(condition):
            place = (side, atom.name)
            for test in tests_in(atom.test):
                self._cuts.setdefault(place, set()).update(cuts_of(test, {}))
                if isinstance(test, IsKnown):
                    self._presence.add(place)
                if isinstance(test, OneOf):
                    self._mentioned.setdefault(place, set()).update(test.options)
            table = self._table(side, atom.name)
            if table is not None and table.id not in self._seen:
                self._seen.add(table.id)
                for row in table.rows:
                    self._note("when", row.when)

    def _table(self, side: Side, name: str) -> Derived | None:
        """The derived choice of this name, which its rows stand for."""
        derived = self.knowledge.derived.get(name) if side == "when" else None
        return derived if derived is not None and isinstance(derived.type, ChoiceType) else None

    # Regions

    def region(self, side: Side, condition: Condition) -> Region:
        """Where the condition surely holds.  Raises BoundReached."""
        return simplest(self._boxes(side, condition, True))

    def region_of_rule(self, when: Condition, offers: Condition) -> Region:
        """Where both sides of a rule hold.  Raises BoundReached."""
        left, right = self.region("when", when), self.region("for", offers)
        return simplest(_product([left, right]))

    def _boxes(self, side: Side, condition: Condition, want: bool) -> Region:
        match condition:
            case Atom():
                return self._of_atom(side, condition.name, condition.test, want)
            case NotOf(part):
                return self._boxes(side, part, not want)
            case AllOf(parts) | AnyOf(parts):
                regions = [self._boxes(side, part, want) for part in parts]
                return (
                    _product(regions) if isinstance(condition, AllOf) is want else _union(regions)
                )

    def _atom(self, side: Side, name: str, test: UnaryTest, want: bool) -> Region:
        table = self._table(side, name)
        if table is not None and not any(isinstance(t, IsKnown) for t in tests_in(test)):
            rows = [
                self._boxes("when", row.when, True)
                for row in table.rows
                if isinstance(row.value, str)
                and test_truth(test, Options(frozenset({row.value}))) is want
            ]
            return self._known(side, name, simplest(_union(rows)))
        return self._test(side, name, test, want)

    def _test(self, side: Side, name: str, test: UnaryTest, want: bool) -> Region:
        of = self.types[side][name]
        match test:
            case NotTest(inner):
                return self._test(side, name, inner, not want)
            case IsKnown(negated):
                axis = self._axis(Part(side, name, "known", of))
                return ({axis: KNOWN if negated is not want else UNKNOWN},)
            case CompareIts(op, attribute):
                axis = self._axis(Part(side, name, "compared", of, attribute))
                cells = _COMPARED[op]
                return ({axis: cells if want else (BELOW | EQUAL | ABOVE) & ~cells},)
            case WithinIts(attribute):
                axis = self._axis(Part(side, name, "within", of, attribute))
                return ({axis: YES if want else NO},)
            case AnyTest(tests) if isinstance(of, FlagsType) or not _is_plain(test):
                regions = [self._test(side, name, part, want) for part in tests]
                return _union(regions) if want else _product(regions)
            case OneOf(options) if isinstance(of, FlagsType):
                axes = [self._axis(Part(side, name, "flag", of, flag)) for flag in sorted(options)]
                if want:
                    return self._known(side, name, tuple({axis: YES} for axis in axes))
                return self._known(side, name, (dict.fromkeys(axes, NO),))
            case _:
                return self._known(side, name, self._value(side, name, of, test, want))

    def _value(self, side: Side, name: str, of: Type, test: UnaryTest, want: bool) -> Region:
        axis = self.value_axis(side, name)
        part = self.parts[axis]
        cells = 0
        if isinstance(of, NumberType):
            for index, interval in enumerate(part.numbers):
                cells |= (test_truth(test, interval) is want) << index
        else:
            for index, option in enumerate(part.options):
                cells |= (test_truth(test, Options(frozenset({option}))) is want) << index
        if not cells:
            return ()
        return (EVERYTHING,) if cells == self.whole[axis] else ({axis: cells},)

    def _known(self, side: Side, name: str, region: Region) -> Region:
        """Only what is known passes or fails a test of its value."""
        if (side, name) not in self._presence:
            return region
        axis = self._axis(Part(side, name, "known", self.types[side][name]))
        return tuple({**box, axis: KNOWN} for box in region)

    # Axes

    def value_axis(self, side: Side, name: str) -> Axis:
        """The axis of a choice or a number."""
        axis = f"{side} {name}"
        if axis not in self.parts:
            of = self.types[side][name]
            if isinstance(of, NumberType):
                numbers = self._numbers(side, name, of)
                self._put(axis, Part(side, name, "value", of, numbers=numbers), len(numbers))
            else:
                options = _options(of, self._mentioned.get((side, name), set()))
                self._put(axis, Part(side, name, "value", of, options=options), len(options))
        return axis

    def flag_axis(self, side: Side, name: str, flag: str) -> Axis:
        """The axis of one flag of several choices."""
        return self._axis(Part(side, name, "flag", self.types[side][name], flag))

    def _axis(self, part: Part) -> Axis:
        match part.kind:
            case "flag":
                axis, cells = f"{part.side} {part.name}: {part.detail}", 2
            case "known":
                # Whether something is known of an offer is part of what is known of it.
                axis, cells = f"{part.side} {part.name}?", 2
            case "compared":
                # The last cell: nothing is known of the offer's side.
                axis, cells = f"{part.side} {part.name} vs its {part.detail}", 4
            case _:
                axis, cells = f"{part.side} {part.name} in its {part.detail}", 3
        if axis not in self.parts:
            self._put(axis, part, cells)
        return axis

    def _put(self, axis: Axis, part: Part, cells: int) -> None:
        self.parts[axis] = part
        self.whole[axis] = (1 << cells) - 1

    def _numbers(self, side: Side, name: str, of: NumberType) -> tuple[Interval, ...]:
        low, high, integer = of.minimum, of.maximum, of.integer
        derived = self.knowledge.derived.get(name) if side == "when" else None
        if derived is not None and derived.expression is not None:
            found = self._bounds(derived)
            low, high, integer = found.low, found.high, False
        return cells_of(Interval(low, high), integer, self._cuts.get((side, name), set()))

    def _bounds(self, derived: Derived) -> Interval:
        """What a derived number may be at most, over all answers."""
        env = {q.id: full_domain(q.type) for q in self.knowledge.questions.values()}
        found = self._workload.extend(env, frozenset({derived.id})).get(derived.id)
        return found if isinstance(found, Interval) else Interval(None, None)

    def free_names(self, box: Box) -> tuple[str, ...]:
        """The derived numbers that the box speaks of."""
        return tuple(
            part.name
            for part in (self.parts[axis] for axis in sorted(box))
            if part.side == "when" and part.kind == "value" and part.name in self.knowledge.derived
        )


def _options(of: Type, mentioned: set[str]) -> tuple[str, ...]:
    declared = () if isinstance(of, NumberType) else of.options
    return (*declared, *sorted(mentioned - set(declared)))


def _is_plain(test: UnaryTest) -> bool:
    """Whether the test looks at nothing but the value."""
    return not any(isinstance(t, IsKnown | CompareIts | WithinIts) for t in tests_in(test))


def _union(regions: Sequence[Region]) -> Region:
    found = tuple(box for region in regions for box in region)
    if EVERYTHING in found:
        return (EVERYTHING,)
    return _bounded(found)


def _product(regions: Sequence[Region]) -> Region:
    """What lies in all of the regions."""
    result: Region = (EVERYTHING,)
    for region in regions:
        both = (meet(a, b) for a in result for b in region)
        result = _bounded(tuple(box for box in both if box is not None))
        if len(result) > 1:
            result = simplest(result)
    return result


def _bounded(region: Region) -> Region:
    if len(region) > MOST_BOXES:
        raise BoundReached
    return region


def cells_of(whole: Interval, integer: bool, cuts: Iterable[Cut]) -> tuple[Interval, ...]:
    """The interval cut in pieces; of whole numbers, only pieces that hold one."""
    pieces: list[Interval] = []
    inner = sorted(set(cuts))
    for before, after in pairwise([None, *inner, None]):
        low, low_open = before or (whole.low, whole.low_open)
        high, after_it = after or (whole.high, not whole.high_open)
        piece = clip(Interval(low, high, low_open, not after_it), whole, integer)
        if piece is not None:
            pieces.append(piece)
    return tuple(pieces)


def clip(piece: Interval, whole: Interval, integer: bool) -> Interval | None:
    """What of the piece lies in the whole; None if that is nothing."""
    low, low_open = piece.low, piece.low_open
    if whole.low is not None and (low is None or (low, low_open) < (whole.low, whole.low_open)):
        low, low_open = whole.low, whole.low_open
    high, high_open = piece.high, piece.high_open
    if whole.high is not None and (
        high is None or (high, not high_open) > (whole.high, not whole.high_open)
    ):
        high, high_open = whole.high, whole.high_open
    if low is not None and high is not None:
        if low > high or (low == high and (low_open or high_open)):
            return None
        if integer and not _whole_numbers(low, high, low_open, high_open):
            return None
    return Interval(low, high, low_open, high_open)


def _whole_numbers(low: Number, high: Number, low_open: bool, high_open: bool) -> bool:
    first = -(-low // 1)
    if low_open and first == low:
        first += 1
    last = high // 1
    if high_open and last == high:
        last -= 1
    return first <= last


def domain_of(part: Part, cells: int) -> list[Options | Interval | Flags]:
    """The domains, one or more, that some cells of a value axis stand for."""
    if part.numbers:
        return list(_runs(part.numbers, cells))
    chosen = [o for i, o in enumerate(part.options) if cells >> i & 1]
    return [Options(frozenset(chosen))]


def _runs(numbers: Sequence[Interval], cells: int) -> Iterable[Interval]:
    """Neighbouring cells as one interval each."""
    start: Interval | None = None
    last: Interval | None = None
    for index, interval in enumerate(numbers):
        if cells >> index & 1:
            start, last = start or interval, interval
            continue
        if start is not None and last is not None:
            yield Interval(start.low, last.high, start.low_open, last.high_open)
        start = last = None
    if start is not None and last is not None:
        yield Interval(start.low, last.high, start.low_open, last.high_open)
