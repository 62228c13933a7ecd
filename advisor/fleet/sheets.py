"""From the cells of a row to the answers that they are: each distinct cell is read once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias, cast

from msgspec import Struct

from advisor.errors import Problem, Span
from advisor.fleet.columns import Meaning, Vocabulary
from advisor.fleet.sources import Broken, Row
from advisor.knowledge.document import Findings, ListNode, Node, ScalarNode
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.text_safety import shortened, visible
from advisor.knowledge.values import Domain, Interval, Number, NumberType
from advisor.language.answers import PRICES, WEIGHTS, parse_answer
from advisor.language.answers_plain import node_of
from advisor.language.literals import parse_domain
from advisor.language.vocabulary import did_you_mean

_NOWHERE = Span(1, 1, 1, 2)
_KEPT = 100_000
"""Distinct cells of a column that are remembered."""
_USD = NumberType("USD", 0, 10**15)
_LONGEST_SHOWN = 200

Read: TypeAlias = "Domain | Number | str | Wrong | None"


class Wrong(Struct, frozen=True):
    """Why a cell is no answer."""

    message: str


class Reject(Struct, frozen=True):
    """A cell that stops its row: ``column`` is empty where the row itself is broken."""

    column: str
    value: str
    message: str


class Sheet(Struct, frozen=True):
    """One workload: its answers, the USD a month it is said to cost now, and what is carried
    along by column."""

    inputs: Inputs
    spend: Number | None
    kept: tuple[object, ...]


class Reader:
    """Reads rows against the questions.  ``columns`` is None where each row names its own
    cells; ``common`` holds for every row that does not say otherwise; ``kept`` are the
    columns that are carried along, in order."""

    def __init__(
        self,
        knowledge: Knowledge,
        vocabulary: Vocabulary,
        columns: tuple[tuple[str, Meaning], ...] | None,
        common: Inputs,
        kept: tuple[str, ...],
        plain_text: bool,
    ) -> None:
        self.knowledge = knowledge
        self.vocabulary = vocabulary
        self.columns = columns
        self.common = common
        self.kept = kept
        self.plain_text = plain_text
        self.ignored: set[str] = set()
        self._read: dict[Meaning, dict[object, Read]] = {}
        questions = sorted(knowledge.questions.values(), key=lambda q: (q.order, q.id))
        self._order = {question.id: place for place, question in enumerate(questions)}

    def sheet(self, row: Row) -> Sheet | list[Reject]:
        """The row's answers, or everything that is wrong with it."""
        if isinstance(row, Broken):
            return [Reject("", "", row.message)]
        if self.columns is None:
            return self._of_object(cast(str, row))
        named = zip(self.columns, row, strict=True)
        return self._of_cells([(column, meaning, cell) for (column, meaning), cell in named])

    def _of_object(self, line: str) -> Sheet | list[Reject]:
        try:
            found = json.loads(
                line, object_pairs_hook=_pairs, parse_float=Decimal, parse_constant=_refuse
            )
        except (ValueError, RecursionError) as error:
            words = getattr(error, "msg", None) or str(error)
            at = f" (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            shown = shortened(line.strip(), _LONGEST_SHOWN)
            return [Reject("", shown, f"this is no JSON object: {words}{at}")]
        if not isinstance(found, dict):
            shown = shortened(line.strip(), _LONGEST_SHOWN)
            return [Reject("", shown, "a row should be a JSON object")]
        cells: list[tuple[str, Meaning, object]] = []
        wrong = []
        for column, cell in found.items():
            meaning = self.vocabulary.meaning(column)
            if isinstance(meaning, Problem):
                words = meaning.message + (f"; {meaning.hint}" if meaning.hint else "")
                wrong.append(Reject(column, _shown(cell), words))
            else:
                cells.append((column, meaning, cell))
        sheet = self._of_cells(cells)
        return wrong if isinstance(sheet, Sheet) and wrong else sheet

    def _of_cells(self, cells: Sequence[tuple[str, Meaning, object]]) -> Sheet | list[Reject]:
        answers: dict[str, Domain] = dict(self.common.answers)
        weights: dict[str, str] = dict(self.common.weights)
        prices = {offer: dict(own) for offer, own in self.common.prices.items()}
        spend: Number | None = None
        kept: dict[str, object] = {}
        wrong: list[Reject] = []
        given = 0
        for column, meaning, cell in cells:
            if meaning.kind == "keep":
                kept[column] = cell
                continue
            if meaning.kind == "ignore":
                self.ignored.add(column)
                continue
            value = self._value(meaning, cell)
            if isinstance(value, Wrong):
                wrong.append(Reject(column, _shown(cell), value.message))
            elif value is None:
                continue
            elif meaning.kind == "answer":
                answers[meaning.target] = cast(Domain, value)
                given += 1
            elif meaning.kind == "weight":
                weights[meaning.target] = cast(str, value)
            elif meaning.kind == "price":
                prices.setdefault(meaning.target, {})[meaning.what] = cast(Number, value)
            else:
                spend = cast(Number, value)
        for column, cell in kept.items():
            if isinstance(cell, str) and not _encodes(cell):
                wrong.append(Reject(column, _shown(cell), "this is not UTF-8"))
        if wrong:
            return wrong
        ordered = sorted(answers, key=self._order.__getitem__)
        inputs = Inputs(
            {question: answers[question] for question in ordered},
            cast('Mapping[str, Literal["more", "less", "ignore"]]', dict(sorted(weights.items()))),
            {offer: dict(sorted(own.items())) for offer, own in sorted(prices.items())},
        )
        return Sheet(inputs, spend, tuple(kept.get(column) for column in self.kept))

    def _value(self, meaning: Meaning, cell: object) -> Read:
        known = self._read.setdefault(meaning, {})
        place = _place(cell)
        if place not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[place] = self._parsed(meaning, cell)
        return known[place]

    def _parsed(self, meaning: Meaning, cell: object) -> Read:
        if isinstance(cell, str) and not _encodes(cell):
            return Wrong("this is not UTF-8")
        findings = Findings("cell")
        plain = self.plain_text and isinstance(cell, str)
        node = _text_node(cell) if plain else node_of(cell, "", [], findings)
        if findings.problems:
            return Wrong(_words(findings.problems[0]))
        value = self._of_node(meaning, node, findings)
        if findings.problems:
            return Wrong("; ".join(_words(problem) for problem in findings.problems))
        return value

    def _of_node(self, meaning: Meaning, node: Node, findings: Findings) -> Read:
        if isinstance(node, ScalarNode) and node.text.strip().lower() in _NO_NUMBERS:
            findings.add(
                "not-a-value",
                f"'{node.text}' is no answer",
                node,
                hint="leave the cell empty for unknown",
            )
            return None
        if meaning.kind == "answer":
            question = self.knowledge.questions[meaning.target]
            return parse_answer(node, question.type, question.aliases, findings)
        empty = isinstance(node, ScalarNode) and node.text in ("", "null", "unknown")
        if empty:
            return None
        if meaning.kind == "weight":
            word = node.text if isinstance(node, ScalarNode) else ""
            if word in WEIGHTS:
                return word
            message = f"'{word}' is not a weight; expected more, less or ignore"
            findings.add("unknown-option", message, node, hint=did_you_mean(word, WEIGHTS))
            return None
        of = PRICES[meaning.what] if meaning.kind == "price" else _USD
        price = parse_domain(node, of, findings)
        if isinstance(price, Interval) and price.is_point:
            return price.low
        if price is not None:
            findings.add("wrong-range", "this should be one number", node)
        return None


_NO_NUMBERS = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity"})


def _place(cell: object) -> object:
    """A key for what a cell holds; True and 1 are not the same cell."""
    if isinstance(cell, list | dict):
        return ("json", json.dumps(cell, default=str, sort_keys=True))
    return (type(cell), cell)


def _text_node(cell: object) -> Node:
    """A cell of a text table: ``[a, b]`` and ``a; b`` are lists."""
    text = str(cell).strip()
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        parts = inner.split(",") if inner else []
    elif ";" in text:
        parts = text.split(";")
    else:
        return ScalarNode(text, _NOWHERE)
    items = (ScalarNode(part.strip().strip("\"'"), _NOWHERE) for part in parts)
    return ListNode(tuple(items), _NOWHERE)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _words(problem: Problem) -> str:
    return problem.message + (f"; {problem.hint}" if problem.hint else "")


def _shown(cell: object) -> str:
    text = cell if isinstance(cell, str) else json.dumps(cell, default=str, ensure_ascii=False)
    return visible(shortened(text, _LONGEST_SHOWN))


def _encodes(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
