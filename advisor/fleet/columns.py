"""What the columns of a table mean: answers, weights, own prices, or names to carry along.

A column is a question's id, ``weights.CRITERION`` or ``prices.OFFER.WHAT``; a mapping file
gives other names.  What is nearly a question's id is an error, for it would be lost without a
word; what is nothing like one is left out and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.errors import DataError, Problem
from advisor.knowledge.document import Findings, MapNode, ScalarNode
from advisor.knowledge.model import Knowledge
from advisor.language.answers import PRICES
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean

Kind: TypeAlias = Literal["answer", "weight", "price", "spend", "keep", "ignore"]
KEEP, IGNORE = "keep", "ignore"
SPEND = "current-spend"
"""USD a month that the workload costs today: what a saving is counted from."""
ALWAYS_KEPT = ("id",)
NOTE = "note."
"""Columns that begin with this are carried along."""
FORMAT = "1"


class Meaning(Struct, frozen=True):
    """``target`` is the question, the criterion or the offer; ``what`` the kind of price."""

    kind: Kind
    target: str = ""
    what: str = ""


class Vocabulary(Struct, frozen=True):
    """Tells what a column name means; ``mapping`` holds the names that a file declares."""

    knowledge: Knowledge
    mapping: Mapping[str, str]
    kept: frozenset[str]

    def meaning(self, column: str) -> Meaning | Problem:
        """What a column means, or why it can be nothing; a Problem's file is its name."""
        carried = column in ALWAYS_KEPT or column.startswith(NOTE)
        if column in self.kept or (carried and column not in self.mapping):
            return Meaning("keep")
        name = self.mapping.get(column, column)
        if name in (KEEP, IGNORE) and column in self.mapping:
            return Meaning("keep" if name == KEEP else "ignore")
        known = self._known(name)
        if known is not None:
            return known
        hint = did_you_mean(name, self.names)
        if hint is None and column not in self.mapping:
            return Meaning("ignore")
        message = f"no question is called {quote(name)}"
        return Problem("unknown-column", message, column, hint=hint)

    def _known(self, name: str) -> Meaning | None:
        if name in self.knowledge.questions:
            return Meaning("answer", name)
        if name == SPEND:
            return Meaning("spend")
        if name.startswith("weights."):
            criterion = name.removeprefix("weights.")
            return Meaning("weight", criterion) if criterion in self.knowledge.criteria else None
        if name.startswith("prices."):
            offer, _, what = name.removeprefix("prices.").rpartition(".")
            if offer in self.knowledge.offers and what in PRICES:
                return Meaning("price", offer, what)
        return None

    @property
    def names(self) -> list[str]:
        """Every name that a column may have, short of prices."""
        weights = [f"weights.{criterion}" for criterion in self.knowledge.criteria]
        return [*self.knowledge.questions, SPEND, *weights]


def meanings(vocabulary: Vocabulary, columns: Sequence[str], name: str) -> tuple[Meaning, ...]:
    """What the columns of a header mean.

    Raises DataError with every column that is nearly something, and where none is an answer.
    """
    found = [vocabulary.meaning(column) for column in columns]
    wrong = [
        Problem(p.check, f"column '{p.file}': {p.message}", name, hint=p.hint)
        for p in found
        if isinstance(p, Problem)
    ]
    if wrong:
        raise DataError(wrong)
    good = tuple(m for m in found if isinstance(m, Meaning))
    missing = sorted(c for c in (*vocabulary.kept, *vocabulary.mapping) if c not in columns)
    if missing:
        raise DataError(
            [
                Problem(
                    "unknown-column",
                    f"there is no column '{column}' in the table",
                    name,
                    hint=did_you_mean(column, columns),
                )
                for column in missing
            ]
        )
    twice = _twice(columns, good)
    if twice:
        raise DataError([Problem("wrong-header", words, name) for words in twice])
    if not any(meaning.kind == "answer" for meaning in good):
        message = "no column of the table is a question"
        hint = "columns are question ids (advisor questions lists them), or map them (--mapping)"
        raise DataError([Problem("unknown-column", message, name, hint=hint)])
    return good


def _twice(columns: Sequence[str], found: Sequence[Meaning]) -> list[str]:
    first: dict[Meaning, str] = {}
    wrong = []
    for column, meaning in zip(columns, found, strict=True):
        if meaning.kind in ("keep", "ignore"):
            continue
        if meaning in first:
            wrong.append(f"columns '{first[meaning]}' and '{column}' mean the same")
        first.setdefault(meaning, column)
    return wrong


def read_mapping(data: bytes, name: str, knowledge: Knowledge) -> dict[str, str]:
    """A mapping file: ``columns:`` and below it ``column: question id``, ``keep`` or
    ``ignore``.  Raises DataError with every mistake at its place."""
    from advisor.knowledge.strict_yaml import read

    root, findings = read(data, name)
    found: dict[str, str] = {}
    if root is not None:
        found = _columns(root, Vocabulary(knowledge, {}, frozenset()), findings)
    if findings.problems:
        raise DataError(findings.problems)
    return found


def _columns(root: object, vocabulary: Vocabulary, findings: Findings) -> dict[str, str]:
    if not isinstance(root, MapNode):
        findings.add("wrong-shape", "a mapping file is a map with 'format' and 'columns'", None)
        return {}
    for entry in root.entries:
        if entry.key.text not in ("format", "columns"):
            near = did_you_mean(entry.key.text, ("format", "columns"))
            message = f"a mapping file has no key {quote(entry.key.text)}"
            hint = near or "its keys: format, columns"
            findings.add("unknown-key", message, entry.key, hint=hint)
    form = root.get("format")
    if form is not None and not (isinstance(form, ScalarNode) and form.text == FORMAT):
        findings.add("unknown-format", f"the format of mapping files is {FORMAT}", form)
    columns = root.get("columns")
    if not isinstance(columns, MapNode):
        hint = "write `columns:` and below it `column: question`"
        findings.add("wrong-shape", "'columns' should be a map", columns or root, hint=hint)
        return {}
    found: dict[str, str] = {}
    for entry in columns.entries:
        name = entry.value.text if isinstance(entry.value, ScalarNode) else ""
        known = name in (KEEP, IGNORE) or isinstance(
            Vocabulary(vocabulary.knowledge, {}, frozenset()).meaning(name), Meaning
        )
        if known and (name in (KEEP, IGNORE) or vocabulary.meaning(name) != Meaning("ignore")):
            found[entry.key.text] = name
            continue
        findings.add(
            "unknown-name",
            f"no question is called {quote(name)}",
            entry.value,
            hint=did_you_mean(name, vocabulary.names) or "or say keep, or ignore",
        )
    return found
