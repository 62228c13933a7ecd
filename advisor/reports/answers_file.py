"""Answers written as an answers file (YAML) that ``read_answers`` reads back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from advisor.knowledge.model import Case, Inputs, Knowledge, Question
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.numerals import decimal_digits
from advisor.language.units import format_number
from advisor.reports.text import printable

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+%-]*(?: [A-Za-z0-9._/+%-]+)*")
_COMMENT_WIDTH = 76


def answers_file(knowledge: Knowledge, inputs: Inputs, comment: str = "") -> str:
    """Inputs as an answers file, answers in the order of the questions."""
    answers = {
        name: _domain(inputs.answers[name], question.type)
        for name, question in ordered(knowledge)
        if name in inputs.answers
    }
    prices = {
        offer: {name: _number(value) for name, value in own.items()}
        for offer, own in inputs.prices.items()
    }
    return "".join(_file(comment_lines(comment), answers, dict(inputs.weights), prices))


def case_file(case: Case) -> str:
    """A shipped example as an answers file; its title and reasons as comments."""
    answers = {name: _raw(value) for name, value in case.answers.items()}
    prices = {
        offer: {str(name): _raw(value) for name, value in own.items()}
        for offer, own in case.prices.items()
        if isinstance(own, Mapping)
    }
    header = [*comment_lines(case.title), "#\n", *comment_lines(case.because)]
    return "".join(_file(header, answers, dict(case.weights), prices))


def _file(
    header: Iterable[str],
    answers: Mapping[str, str],
    weights: Mapping[str, str],
    prices: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    yield from header
    yield "format: 1\n"
    if answers:
        yield "answers:\n"
        yield from (f"  {_scalar(name)}: {text}\n" for name, text in answers.items())
    else:
        yield "answers: {}\n"
    if weights:
        yield "weights:\n"
        yield from (f"  {_scalar(name)}: {_scalar(word)}\n" for name, word in weights.items())
    if prices:
        yield "prices:\n"
    for offer, own in prices.items():
        pairs = ", ".join(f"{_scalar(name)}: {value}" for name, value in own.items())
        yield f"  {_scalar(offer)}: {{{pairs}}}\n"


def ordered(knowledge: Knowledge) -> list[tuple[str, Question]]:
    """The questions in their declared order."""
    return sorted(knowledge.questions.items(), key=lambda pair: (pair[1].order, pair[0]))


def comment_lines(text: str) -> list[str]:
    """The text as wrapped comment lines, each ending in a newline."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines = wrap(
        printable(text).strip(),
        _COMMENT_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"# {line}\n" for line in lines]


def _domain(domain: Domain, of: Type) -> str:
    match domain:
        case Options(values):
            names = _in_order(values, of)
            return _scalar(names[0]) if len(names) == 1 else _flow(names)
        case Flags(must, _):
            return _flow(_in_order(must, of))
        case Interval():
            return _scalar(_interval(domain, of.unit if isinstance(of, NumberType) else ""))


def _interval(numbers: Interval, unit: str) -> str:
    low = None if numbers.low is None else format_number(numbers.low, unit)
    high = None if numbers.high is None else format_number(numbers.high, unit)
    if numbers.is_point and low is not None:
        return low
    # Only a half-line can have an open end; its other end is the type's own limit.
    if low is not None and (high is None or numbers.low_open):
        return f"{'above' if numbers.low_open else 'at least'} {low}"
    if high is not None and (low is None or numbers.high_open):
        return f"{'below' if numbers.high_open else 'at most'} {high}"
    return f"{low} to {high}"


def _in_order(values: frozenset[str], of: Type) -> list[str]:
    declared = of.options if isinstance(of, ChoiceType | FlagsType) else ()
    return [name for name in declared if name in values]


def _raw(value: object) -> str:
    """A value as the rule base's author wrote it."""
    if isinstance(value, list | tuple):
        return _flow([str(item) for item in value])
    return _scalar(str(value))


def _flow(names: list[str]) -> str:
    return f"[{', '.join(_scalar(name) for name in names)}]"


def _scalar(text: str) -> str:
    """Plain where that is certain to be read back, quoted elsewhere."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _number(value: Number) -> str:
    """Prices are read from decimals, so that there always is an exact one."""
    return f"-{decimal_digits(-value)}" if value < 0 else decimal_digits(value)
