"""Changes of answers: what an answer might be instead, and answers with some of them made.

A change is one other option of a choice, one flag more or less, or a number out of another
cell (a stretch in which no rule changes its mind).  Two changes go together when they are
changes of different questions, or of different flags.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.rulebase import RuleBase
from advisor.engine.axes import Cell
from advisor.knowledge.model import Inputs, Question
from advisor.knowledge.values import Domain, Flags, Interval, Number, NumberType, Options
from advisor.language.wording import domain_words

MANY_FLAGS = 32
"""Flags of one question above which none is added, only dropped: a list of models to choose
from is a catalogue, not a list of requirements."""


class Change(Struct, frozen=True):
    """``key`` is the question, or question and flag; of a number ``side`` tells whether the
    new value lies below (-1) or above (+1) the answer.  ``prior`` is the declared one (0..1):
    of the option, the flag; of a number that of all values so far out or further."""

    key: str
    question: str
    answer: Domain
    prior: Fraction
    side: int = 0
    flag: str | None = None


def changed(inputs: Inputs, changes: Iterable[Change]) -> Inputs:
    """``inputs`` with these answers instead."""
    answers = dict(inputs.answers)
    for change in changes:
        before = answers.get(change.question)
        if change.flag is None or not isinstance(before, Flags):
            answers[change.question] = change.answer
            continue
        assert isinstance(change.answer, Flags)
        one = frozenset({change.flag})
        answers[change.question] = Flags(
            before.must - one | change.answer.must & one,
            before.may - one | change.answer.may & one,
        )
    return replace(inputs, answers=answers)


def alternatives(base: RuleBase, inputs: Inputs, question: Question) -> tuple[Change, ...]:
    """Every change of one answered question, numbers by rising distance on either side."""
    answer = inputs.answers[question.id]
    if isinstance(answer, Options):
        return tuple(_other_options(question, answer))
    if isinstance(answer, Flags):
        return tuple(_other_flags(question, answer))
    return tuple(_other_numbers(base, question, answer))


def words_of(question: Question, answer: Domain) -> str:
    """The new answer as it is said."""
    return domain_words(answer, question.type)


def _other_options(question: Question, answer: Options) -> Iterable[Change]:
    total = sum(option.weight for option in question.options) or 1
    for option in question.options:
        if option.id not in answer.values:
            yield Change(
                question.id,
                question.id,
                Options(frozenset({option.id})),
                Fraction(option.weight, total),
            )


def _other_flags(question: Question, answer: Flags) -> Iterable[Change]:
    for option in question.options:
        one = frozenset({option.id})
        percent = Fraction(option.weight, 100)
        if option.id in answer.must:
            new, prior = Flags(answer.must - one, answer.may - one), 1 - percent
        elif option.id not in answer.may and len(question.options) <= MANY_FLAGS:
            new, prior = Flags(answer.must | one, answer.may | one), percent
        else:
            continue
        yield Change(f"{question.id}:{option.id}", question.id, new, prior, flag=option.id)


def _other_numbers(base: RuleBase, question: Question, answer: Interval) -> Iterable[Change]:
    (axis,) = base.slot(question.id, None).axes
    total = sum(cell.weight for cell in axis.cells) or 1
    below: list[Change] = []
    above: list[Change] = []
    for cell in axis.cells:
        for side, value, part in _beside(cell, answer, question.type):
            found = Change(
                question.id,
                question.id,
                Interval.point(value),
                Fraction(cell.weight, total) * part,
                side,
            )
            (below if side < 0 else above).append(found)
    yield from _outwards(below[::-1])
    yield from _outwards(above)


def _outwards(line: list[Change]) -> Iterator[Change]:
    """Each with the prior of all that lies as far out as its cell or further."""
    left = sum((change.prior for change in line), Fraction(0))
    for change in line:
        yield replace(change, prior=left)
        left -= change.prior


def _beside(cell: Cell, answer: Interval, kind: object) -> Iterable[tuple[int, Number, Fraction]]:
    """(side, value, part of the cell) where a cell lies beside the answer; the cell that holds
    the answer lies on both sides, with its two ends."""
    domain, point = cell.domain, cell.point
    assert isinstance(domain, Interval) and isinstance(point, Interval)
    assert isinstance(kind, NumberType)
    low, high = domain.low, domain.high
    first, last = answer.low, answer.high
    assert low is not None and high is not None and point.low is not None
    assert first is not None and last is not None
    if high < first or (high == first and (domain.high_open or answer.low_open)):
        yield -1, point.low, Fraction(1)
        return
    if low > last or (low == last and (domain.low_open or answer.high_open)):
        yield 1, point.low, Fraction(1)
        return
    width = Fraction(high - low) or Fraction(1)
    start, stop = _furthest(domain, first, last, whole=kind.integer)
    if start < first:
        yield -1, start, Fraction(first - low) / width
    if stop > last:
        yield 1, stop, Fraction(high - last) / width


def _furthest(
    domain: Interval, first: Number, last: Number, *, whole: bool
) -> tuple[Number, Number]:
    """The two ends of a cell; in place of an open end a value inside, near it."""
    low, high = domain.low, domain.high
    assert low is not None and high is not None
    if whole:
        return (
            math.floor(low) + 1 if domain.low_open else math.ceil(low),
            math.ceil(high) - 1 if domain.high_open else math.floor(high),
        )
    return (
        _plain(low + Fraction(first - low) / 64) if domain.low_open else low,
        _plain(high - Fraction(high - last) / 64) if domain.high_open else high,
    )


def _plain(value: Fraction) -> Number:
    return int(value) if value.denominator == 1 else value


def product_of_priors(changes: Sequence[Change]) -> Fraction:
    """How plausible the changes are together, by their declared priors."""
    result = Fraction(1)
    for change in changes:
        result *= change.prior
    return result
