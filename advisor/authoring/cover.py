"""A declared cover of the answer space: which answer sheets two rule bases are compared on.

Every sheet answers every question that both rule bases ask in the same way, so that a verdict
hangs on rules and facts and not on priors.  From one base sheet, with the likeliest answers:

* one at a time, every question takes each of its other values;
* where a rule that differs holds, again every other question takes each of its values;
* then rows of a pairwise design, so that pairs of values meet that the base sheet keeps apart.

The values of a number are one from each bin of its prior, and the thresholds of the rules
that differ (and of the tables they read) with a number on each side.  The same two rule bases
give the same sheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from msgspec import Struct

from advisor.authoring.candidates import between, representatives
from advisor.engine.truth import truth_of
from advisor.engine.workload import Workload
from advisor.knowledge.model import Knowledge, Question, Rule
from advisor.knowledge.syntax import Condition
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
)
from advisor.language.kleene import thresholds
from advisor.language.mentions import atoms_in, names_in, tests_in

LEVELS = 12
"""Options of one question that are tried at most, the likeliest first."""

_MOST_TRIED = 4_096
"""Rows that are tried to find one where a rule holds."""

Sheet = Mapping[str, Domain]


class Cover(Struct, frozen=True):
    """``sheets`` by name; ``singles`` of them change one answer of the base sheet, ``focused``
    lie around where a rule that differs holds, ``rows`` come from the pairwise design.
    ``pairs_met`` of ``pairs`` pairs of values meet in a sheet; ``left_out`` sheets did not
    fit."""

    sheets: tuple[tuple[str, Sheet], ...]
    questions: int
    values: int
    singles: int
    focused: int
    rows: int
    pairs: int
    pairs_met: int
    left_out: int


def build_cover(
    old: Knowledge, new: Knowledge, differing: Iterable[Rule] = (), most: int = 200
) -> Cover:
    """At most ``most`` sheets; ``differing`` rules lend their thresholds, and where they hold
    the cover is denser."""
    differing = tuple(differing)
    marks = _marks(old, new, differing)
    levels = {
        question.id: levels_of(question, new, marks.get(question.id, set()))
        for question in new.questions.values()
        if _same_question(old.questions.get(question.id), question)
    }
    factors = {name: values for name, values in levels.items() if values}
    allowed = Allowed((old, new))
    base = {name: values[0] for name, values in factors.items()}
    sheets: dict[tuple[int, ...], str] = {}
    names = tuple(factors)
    start = (0,) * len(names)
    if allowed(_sheet(names, factors, start)):
        sheets[start] = "the likeliest answers"
    for position, name in enumerate(names):
        for level in range(1, len(factors[name])):
            row = (*start[:position], level, *start[position + 1 :])
            if allowed(_sheet(names, factors, row)):
                sheets[row] = f"{name} alone, value {level + 1}"
    singles = len(sheets)
    every = [(i, j) for i in range(len(names)) for j in range(i)]
    total = sum(len(factors[names[i]]) * len(factors[names[j]]) for i, j in every)
    starts = _starts((old, new), differing, names, factors)
    sizes = [len(factors[name]) for name in names]
    # Half of the room, or of what is left of it, is for where the rules that differ hold.
    kept = dict(list(sheets.items())[: most - most // 2 if starts else most])
    room = most if len(kept) < singles else len(kept) + (most - len(kept)) // 2
    focused = 0
    for title, row in _around(starts, names, sizes):
        if len(kept) >= room:
            break
        if row not in kept and row not in sheets and allowed(_sheet(names, factors, row)):
            kept[row] = title
            focused += 1
    for row, title in sheets.items():
        if len(kept) < most:
            kept.setdefault(row, title)
    singles_kept = len(kept) - focused
    met = _Met(kept)
    rows = 0
    while len(kept) < most:
        found = met.next_row(sizes)
        if found is None:
            break
        met.add(found)
        if found not in kept and allowed(_sheet(names, factors, found)):
            rows += 1
            kept[found] = f"pairwise row {rows}"
    seen = {pair for row in kept for pair in _pairs(row)}
    return Cover(
        tuple((title, _sheet(names, factors, row)) for row, title in kept.items()),
        len(base),
        sum(len(values) for values in factors.values()),
        singles_kept,
        focused,
        rows,
        total,
        len(seen),
        singles - singles_kept,
    )


Start = tuple[str, tuple[int, ...], frozenset[int]]


def _starts(
    bases: Sequence[Knowledge],
    rules: Iterable[Rule],
    names: Sequence[str],
    factors: Mapping[str, Sequence[Domain]],
) -> list[Start]:
    """For each rule the row nearest to the base sheet where it holds, and the places of the
    questions that it reads; rules that hold on no row that is tried are left out."""
    workloads = [(base, Workload(base)) for base in bases]
    found: dict[tuple[int, ...], Start] = {}
    for rule in rules:
        for base, workload in workloads:
            if base.rules.get(rule.id) is not rule:
                continue
            read = [i for i, name in enumerate(names) if name in workload.questions_in(rule.when)]
            levels = [range(len(factors[names[i]])) for i in read]
            for chosen in islice(product(*levels), _MOST_TRIED):
                row = [0] * len(names)
                for i, level in zip(read, chosen, strict=True):
                    row[i] = level
                sheet = _sheet(names, factors, row)
                if truth_of(rule.when, workload.extend(sheet, names_in(rule.when))) is True:
                    found.setdefault(tuple(row), (rule.id, tuple(row), frozenset(read)))
                    break
    return list(found.values())


def _around(
    starts: Sequence[Start], names: Sequence[str], sizes: Sequence[int]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The starts, then rows around them with one other answer changed, the starts in turn."""
    for id_, row, _ in starts:
        yield f"where '{id_}' holds", row
    for place, size in enumerate(sizes):
        for level in range(size):
            for id_, row, read in starts:
                if place not in read and level != row[place]:
                    changed = (*row[:place], level, *row[place + 1 :])
                    yield f"where '{id_}' holds, {names[place]} value {level + 1}", changed


def _same_question(old: Question | None, new: Question) -> bool:
    """Whether an answer to the one can be an answer to the other."""
    if old is None:
        return False
    if isinstance(new.type, NumberType) and isinstance(old.type, NumberType):
        return old.type.unit == new.type.unit
    return type(old.type) is type(new.type)


def _marks(old: Knowledge, new: Knowledge, rules: Iterable[Rule]) -> Mapping[str, set[Number]]:
    """Where rules, or the tables that they read, change their mind about a number."""
    conditions: list[Condition] = []
    for rule in rules:
        conditions.append(rule.when)
        for name in sorted(names_in(rule.when)):
            for base in (old, new):
                derived = base.derived.get(name)
                conditions += [row.when for row in derived.rows] if derived is not None else []
    marks: dict[str, set[Number]] = {}
    for condition in conditions:
        for atom in atoms_in(condition):
            for test in tests_in(atom.test):
                marks.setdefault(atom.name, set()).update(thresholds(test))
    return marks


def levels_of(question: Question, knowledge: Knowledge, marks: set[Number]) -> list[Domain]:
    """The values of a question that are tried, the likeliest first; of a number one from each
    bin of its prior, and those around the ``marks``."""
    of = question.type
    if isinstance(of, NumberType):
        return _numbers(question, of, marks)
    weights = {option.id: option.weight for option in question.options}
    by_weight = sorted(of.options, key=lambda o: (-weights.get(o, 0), of.options.index(o)))
    if isinstance(of, ChoiceType):
        return [Options(frozenset({option})) for option in by_weight[:LEVELS]]
    assert isinstance(of, FlagsType)
    if question.id == "models":
        references = knowledge.method.reference_models.values()
        named = dict.fromkeys(model for models in references for model in models)
        by_weight = [model for model in named if model in of.options]
    usual = frozenset(option for option in by_weight if 2 * weights.get(option, 0) >= 100)
    sets = [usual, *(frozenset({option}) for option in by_weight[:LEVELS])]
    if usual:
        sets.append(frozenset())
    return [Flags(flags, flags) for flags in dict.fromkeys(sets)]


def _numbers(question: Question, of: NumberType, marks: set[Number]) -> list[Domain]:
    bins = sorted(question.prior, key=lambda b: (-b.weight, b.low))
    found = [between(b.low, b.high, integer=of.integer) for b in bins]
    numbers = [number for number in found if number is not None]
    if marks:
        numbers += representatives(sorted(marks), of)
    return [Interval.point(number) for number in dict.fromkeys(numbers)]


def _sheet(
    names: Sequence[str], factors: Mapping[str, Sequence[Domain]], row: Sequence[int]
) -> Sheet:
    return {name: factors[name][level] for name, level in zip(names, row, strict=True)}


class Allowed:
    """Whether neither rule base calls a sheet impossible, or lacks one of its options."""

    def __init__(self, bases: Sequence[Knowledge]) -> None:
        self._bases = [(base, Workload(base)) for base in bases]

    def __call__(self, sheet: Sheet) -> bool:
        return all(self._possible(base, workload, sheet) for base, workload in self._bases)

    def _possible(self, base: Knowledge, workload: Workload, sheet: Sheet) -> bool:
        if not all(answerable(base, name, value) for name, value in sheet.items()):
            return False
        for combination in base.impossible:
            env = workload.extend(sheet, names_in(combination.when))
            if truth_of(combination.when, env) is True:
                return False
        return True


def answerable(base: Knowledge, name: str, value: Domain) -> bool:
    """Whether the rule base knows the question and takes the value."""
    question = base.questions.get(name)
    if question is None:
        return False
    of = question.type
    if isinstance(of, NumberType):
        return (
            isinstance(value, Interval)
            and value.low is not None
            and value.high is not None
            and (of.minimum is None or value.low >= of.minimum)
            and (of.maximum is None or value.high <= of.maximum)
        )
    options = frozenset(of.options)
    if isinstance(of, ChoiceType):
        return isinstance(value, Options) and value.values <= options
    return isinstance(value, Flags) and value.may <= options


Pair = tuple[int, int, int, int]


def _pairs(row: Sequence[int]) -> Iterable[Pair]:
    for i in range(len(row)):
        for j in range(i):
            yield (i, row[i], j, row[j])


class _Met:
    """Pairs of values that have met, and rows that let many new ones meet."""

    def __init__(self, rows: Iterable[Sequence[int]]) -> None:
        self._met = {pair for row in rows for pair in _pairs(row)}
        self._turn = 0

    def add(self, row: Sequence[int]) -> None:
        self._met.update(_pairs(row))

    def next_row(self, sizes: Sequence[int]) -> tuple[int, ...] | None:
        """A row with a pair that has not met, built greedily around it; None when all have."""
        seed = self._first_new(sizes)
        if seed is None:
            return None
        i, a, j, b = seed
        row: dict[int, int] = {i: a, j: b}
        order = [f for f in range(len(sizes)) if f not in row]
        # Starting elsewhere each time keeps the first questions from always choosing first.
        turn = self._turn % max(1, len(order))
        self._turn += 1
        for factor in order[turn:] + order[:turn]:
            gains = [self._gain(factor, level, row) for level in range(sizes[factor])]
            row[factor] = gains.index(max(gains))
        return tuple(row[factor] for factor in range(len(sizes)))

    def _gain(self, factor: int, level: int, row: Mapping[int, int]) -> int:
        return sum(
            1
            for other, value in row.items()
            if (max((factor, level), (other, value)) + min((factor, level), (other, value)))
            not in self._met
        )

    def _first_new(self, sizes: Sequence[int]) -> Pair | None:
        for i in range(len(sizes)):
            for j in range(i):
                for a in range(sizes[i]):
                    for b in range(sizes[j]):
                        if (i, a, j, b) not in self._met:
                            return (i, a, j, b)
        return None
