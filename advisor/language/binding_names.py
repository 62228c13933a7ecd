"""Ids: who declares them, who declares them twice, and what refers to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from msgspec import Struct

from advisor.errors import Problem, Related, Span
from advisor.knowledge.document import Findings, MapNode, Node, ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Place
from advisor.knowledge.shapes import CriterionShape, QuestionShape
from advisor.knowledge.shapes_cells import Shape
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean

S = TypeVar("S", bound=Shape)

RESERVED_NAMES = frozenset(
    # Words of conditions, of placeholders and examples, and of the answers file.
    (
        *("any", "all", "not", "known", "unknown"),
        *("offer", "model", "platform", "deployment", "accelerator"),
        *("format", "answers", "weights", "prices"),
        *("monthly-cost", "monthly-cost-low", "cost-per-million-tokens"),
    )
)


class Ids(Struct, frozen=True):
    """The ids of one kind.  ``broken`` ones exist but could not be read."""

    what: str
    known: frozenset[str]
    broken: frozenset[str] = frozenset()

    def resolve(self, node: ScalarNode, findings: Findings) -> str | None:
        """The id that ``node`` names; None after reporting, or where it is broken."""
        if node.text in self.known:
            return node.text
        if node.text not in self.broken:
            findings.add(
                "unknown-name",
                f"no {self.what} is called {quote(node.text)}",
                node,
                hint=did_you_mean(node.text, self.known),
            )
        return None


class Namespace:
    """Ids that must differ from each other, possibly of several kinds."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[Findings, Span, str]] = {}
        self.doubtful: set[str] = set()

    def claim(self, node: ScalarNode, what: str, findings: Findings) -> bool:
        """Note an id; report it, and say False, where it is taken."""
        taken = self._first.get(node.text)
        if taken is None:
            self._first[node.text] = (findings, node.span, what)
            return True
        self.doubtful.add(node.text)
        first, span, other = taken
        message = (
            f"there are two {plural(what)} called {quote(node.text)}"
            if other == what
            else f"{quote(node.text)} is already the name of {with_article(other)}"
        )
        findings.add("duplicate-id", message, node, related=(seen("the first one", first, span),))
        return False


def plural(what: str) -> str:
    """``question`` -> ``questions``, ``criterion`` -> ``criteria``."""
    return f"{what[:-2]}a" if what == "criterion" else f"{what}s"


def with_article(what: str) -> str:
    """``offer`` -> ``an offer``."""
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def seen(message: str, findings: Findings, span: Span) -> Related:
    """A second place, with its line."""
    line = findings.lines[span.line - 1] if span.line <= len(findings.lines) else None
    return Related(message, findings.file, span, line)


def distinct(
    raws: Iterable[Raw[S]], what: str, id_of: Callable[[S], ScalarNode], space: Namespace
) -> dict[str, Raw[S]]:
    """Entries by id; a second one with the same id is reported and left out."""
    found: dict[str, Raw[S]] = {}
    for raw in raws:
        node = id_of(raw.shape)
        if space.claim(node, what, raw.findings):
            found[node.text] = raw
    return found


def refuse_reserved(node: ScalarNode, findings: Findings) -> bool:
    """Whether the id is a word that the language needs; reported if so."""
    if node.text not in RESERVED_NAMES:
        return False
    findings.add(
        "bad-id",
        f"{quote(node.text)} is a word of the rule language and cannot be an id",
        node,
        hint="choose another id",
    )
    return True


def word_at(problem: Problem) -> str | None:
    """The word that a problem points at, without quotes; None where it is not on one line."""
    span, line = problem.span, problem.source_line
    if span is None or line is None or span.line != span.end_line:
        return None
    return line[span.column - 1 : span.end_column - 1].strip().strip("\"'")


def hint_elsewhere(
    findings: Findings, since: int, words: Collection[str], hint: Callable[[str], str]
) -> None:
    """Where a name that was not found belongs to ``words``, say where it would be right."""
    for index, problem in enumerate(findings.problems[since:], since):
        word = word_at(problem)
        if problem.check == "unknown-name" and word is not None and word in words:
            findings.problems[index] = problem._replace(hint=hint(word))


def place(raw: Raw[S], node: Node) -> Place:
    """Where a declaration stands, for results and reports."""
    return Place(raw.path, node.span)


def key_span(node: MapNode, key: str) -> Span:
    """The place of a key that the map has."""
    written = node.key(key)
    assert written is not None
    return written.span


def unwanted(shape: Shape, key: str, why: str, findings: Findings) -> None:
    """Report a key that does not belong with the others."""
    findings.add("unwanted-key", f"'{key}' does not belong here: {why}", key_span(shape.node, key))


def lacking(shape: Shape, key: str, why: str, at: Span | Node, findings: Findings) -> None:
    """Report a key that the others demand."""
    findings.add("missing-key", f"'{key}' is missing: {why}", at, hint=f"add '{key}'")


def refuse_same_order(
    raws: Mapping[str, Raw[QuestionShape]] | Mapping[str, Raw[CriterionShape]], what: str
) -> None:
    """Report entries that share an ``order``."""
    first: dict[int, Raw[QuestionShape] | Raw[CriterionShape]] = {}
    for raw in raws.values():
        order = raw.shape.order
        other = first.setdefault(order, raw)
        if other is raw:
            continue
        node = raw.shape.node.get("order")
        before = other.shape.node.get("order")
        raw.findings.add(
            "duplicate-order",
            f"two {plural(what)} have the order {order}",
            node,
            related=(
                () if before is None else (seen("the first one", other.findings, before.span),)
            ),
        )
