"""What somebody typed as the answer to a question, read like a cell of an answers file."""

from __future__ import annotations

from advisor.errors import DataError, Problem, Span
from advisor.knowledge.document import Findings, ListNode, Node, ScalarNode
from advisor.knowledge.model import Question
from advisor.knowledge.values import ChoiceType, Domain, FlagsType, NumberType
from advisor.language.literals import parse_domain

DONT_KNOW = frozenset({"?", "unknown", "don't know", "dont know"})
"""Typed words that mean "don't know"."""


def parse_answer(
    question: Question, text: str, *, file: str = "answer", line: int = 1
) -> Domain | None:
    """Read what a person typed: an option's number or id or unique beginning, a comma list,
    a number with its unit, a range such as ``50 to 200``; None for "don't know".

    Raises DataError with every problem, placed in ``text`` (as ``line`` of ``file``).
    """
    words = text.strip()
    if words.lower() in DONT_KNOW:
        return None
    findings = Findings(file, (*("",) * (line - 1), text))
    node = _typed_node(question, text, line)
    if isinstance(node, ScalarNode) and not node.text:
        findings.add("empty-cell", f"'{question.id}' needs an answer", node, hint=_wanted(question))
        raise DataError(findings.problems)
    domain = parse_domain(node, question.type, findings)
    if findings.problems:
        raise DataError(findings.problems)
    if domain is None:
        place = Span(line, 1, line, len(text) + 1)
        raise DataError(
            [
                Problem(
                    "not-a-value",
                    f"'{words}' is no answer to '{question.id}'",
                    file,
                    place,
                    _wanted(question),
                    text,
                )
            ]
        )
    return domain


def option_ids(question: Question) -> tuple[str, ...]:
    """The options in the order in which they are numbered; empty for numbers."""
    if question.options:
        return tuple(option.id for option in question.options)
    if isinstance(question.type, NumberType):
        return ()
    return question.type.options


def _wanted(question: Question) -> str:
    if isinstance(question.type, NumberType):
        return f"a number in {question.type.unit}, a range such as '50 to 200', or '?'"
    several = isinstance(question.type, FlagsType)
    first = (
        "option numbers or names, separated by commas" if several else "an option's number or name"
    )
    return f"{first}, or '?' for don't know"


def _typed_node(question: Question, text: str, line: int) -> Node:
    """The typed text as the node that an answers file would have had."""
    start = len(text) - len(text.lstrip())
    body = text.strip()
    whole = Span(line, start + 1, line, start + len(body) + 1)
    if isinstance(question.type, NumberType):
        return ScalarNode(body, whole)
    several = isinstance(question.type, FlagsType)
    if body.startswith("[") and body.endswith("]"):
        start, body = start + 1, body[1:-1]
        if not body.strip():
            return ListNode((), whole)
    elif several and body.lower() == "none" and "none" not in option_ids(question):
        return ListNode((), whole)
    items: list[ScalarNode] = []
    for piece in body.split(","):
        word = piece.strip()
        column = start + len(piece) - len(piece.lstrip()) + 1
        span = Span(line, column, line, column + len(word))
        if word or "," not in body:
            items.append(ScalarNode(_option_meant(question, word), span))
        start += len(piece) + 1
    if isinstance(question.type, ChoiceType) and len(items) == 1:
        return items[0]
    if not any(item.text for item in items):
        return ScalarNode(text.strip(), whole)
    return ListNode(tuple(items), whole)


def _option_meant(question: Question, word: str) -> str:
    """An option's id from its number, any case of it, an alias or a unique beginning; the
    word itself where nothing fits, so that the reader names the mistake."""
    known = option_ids(question)
    if word in known or not word:
        return word
    if word.isascii() and word.isdigit() and len(word) < 4 and 1 <= int(word) <= len(known):
        return known[int(word) - 1]
    lower = "-".join(word.lower().split())
    if lower in known:
        return lower
    for alias in (word, lower):
        if alias in question.aliases:
            return question.aliases[alias]
    starts = [name for name in known if name.startswith(lower)]
    return starts[0] if len(starts) == 1 else word
