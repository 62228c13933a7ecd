"""The questions: as a list to read, as data, and as an answers file to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from advisor.knowledge.model import Bin, Knowledge, Option, Question
from advisor.knowledge.values import FlagsType, Number, NumberType, Type
from advisor.language.literals import range_words
from advisor.language.units import UNITS, format_number
from advisor.reports.answers_file import comment_lines, ordered
from advisor.reports.blocks import Block, Document, Heading, Item, Items, Paragraph
from advisor.reports.figures import percent
from advisor.reports.text import printable

MANY = 24
"""More options than this, such as the models of the catalogue, are listed by id alone."""


def answer_words(question: Question) -> Iterator[str]:
    """What may be answered, line by line."""
    if isinstance(question.type, NumberType):
        yield number_words(question.type)
        return
    several = isinstance(question.type, FlagsType)
    yield "any of these, as a list; [] for none" if several else "one of these"
    if len(question.options) > MANY:
        yield f"  {', '.join(option.id for option in question.options)}"
        return
    for option in question.options:
        yield f"  {option.id}: {option.means or option.label}"


def number_words(of: NumberType) -> str:
    """``a duration, such as 300 ms; 1 ms to 60,000 ms; or a range: LOW to HIGH``."""
    unit = UNITS[of.unit]
    return f"{unit.what}, such as {unit.example}; {range_words(of)}; or a range: LOW to HIGH"


def questions_data(knowledge: Knowledge) -> dict[str, object]:
    """The questions as plain data (``advisor-questions-1``)."""
    return {
        "format": "advisor-questions-1",
        "questions": [_data(question) for _, question in ordered(knowledge)],
    }


def questions_view(knowledge: Knowledge) -> Document:
    """The questions as a document, by group."""
    blocks: list[Block] = [
        Paragraph(
            "None of them has to be answered: what is not known counts in every way it could be."
        )
    ]
    group = None
    for name, question in ordered(knowledge):
        if question.group != group:
            group = question.group
            blocks.append(Heading(group))
        blocks.append(Items((Item(f"{name}: {question.ask}", _details(question), tone="strong"),)))
    return Document("Questions", tuple(blocks))


def _details(question: Question) -> tuple[str, ...]:
    lines = [question.why]
    of = question.type
    if isinstance(of, NumberType):
        lines.append(number_words(of))
        if question.prior:
            lines.append(_bins(question, of))
        return tuple(lines)
    lines.append("several choices:" if isinstance(of, FlagsType) else "one choice:")
    if len(question.options) > MANY:
        lines.append(", ".join(option.id for option in question.options))
    else:
        lines += [f"{o.id}: {o.means or o.label}{_likely(o, question)}" for o in question.options]
    return tuple(lines)


def _likely(option: Option, question: Question) -> str:
    """How likely silence makes an option; nothing where silence has a meaning of its own."""
    if question.unknown_means is not None:
        return ""
    several = isinstance(question.type, FlagsType)
    total = 100 if several else sum(o.weight for o in question.options)
    return f" ({percent(Fraction(option.weight, total))})" if total else ""


def _bins(question: Question, of: NumberType) -> str:
    total = sum(part.weight for part in question.prior)
    parts = [
        f"{format_number(part.low, of.unit)} to {format_number(part.high, of.unit)} "
        f"{percent(Fraction(part.weight, total))}"
        for part in question.prior
        if part.weight
    ]
    return f"without an answer: {', '.join(parts)}"


def _data(question: Question) -> dict[str, object]:
    of = question.type
    data: dict[str, object] = {
        "id": question.id,
        "group": question.group,
        "ask": question.ask,
        "why": question.why,
        "changeable": question.changeable,
        "effort": question.effort,
        "kind": _kind(of),
    }
    if isinstance(of, NumberType):
        data["unit"] = of.unit
        data["integer"] = of.integer
        data["minimum"] = _plain(of.minimum)
        data["maximum"] = _plain(of.maximum)
        data["prior"] = [_bin(part) for part in question.prior]
    else:
        data["options"] = [
            {"id": o.id, "label": o.label, "means": o.means, "weight": o.weight}
            for o in question.options
        ]
    return data


def _bin(part: Bin) -> dict[str, object]:
    return {"from": _plain(part.low), "to": _plain(part.high), "weight": part.weight}


def _plain(value: Number | None) -> object:
    """Whole numbers as they are, others as floats, as in every other JSON."""
    return value if value is None or isinstance(value, int) else round(float(value), 6)


def _kind(of: Type) -> str:
    if isinstance(of, NumberType):
        return "number"
    return "flags" if isinstance(of, FlagsType) else "choice"


def template(knowledge: Knowledge) -> str:
    """An answers file with every question in it, unanswered, to be filled in."""
    return "".join(_template(knowledge))


def _template(knowledge: Knowledge) -> Iterator[str]:
    yield "# Answers for the inference advisor.  Replace 'unknown' where you know the\n"
    yield "# answer; what stays unknown counts with all its possibilities.\n"
    yield "format: 1\nanswers:\n"
    group = None
    for name, question in ordered(knowledge):
        if question.group != group:
            group = question.group
            yield f"\n  # ---- {printable(group)} ----\n"
        yield "\n"
        for line in (question.ask, question.why, *answer_words(question)):
            yield from (f"  {text}" for text in comment_lines(line))
        yield f"  {name}: unknown\n"
    criteria = ", ".join(printable(criterion) for criterion in knowledge.criteria)
    yield "\n# What matters more or less to you: more, less or ignore, by criterion.\n"
    yield from comment_lines(f"Criteria: {criteria}.")
    yield "# weights: {cost: more}\n"
    yield "\n# Your own contract prices, in USD per million tokens or per device-hour.\n"
    yield "# prices:\n#   together-serverless: {input: 1.74, output: 3.48}\n"
