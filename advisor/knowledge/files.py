"""A rule-base directory read whole: every file parsed, every entry checked for its shape.

What is broken is left out and reported; the ids of what is left out are kept in ``broken``,
so that a reference to them is not reported as a second mistake.  Of the measured ledger only
the fitted numbers belong to a decision; they are kept as they stand, by file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct, field
from pydantic import ValidationError

from advisor.errors import Problem
from advisor.knowledge import layout, shapes
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.layout import Found, Location, Suggest
from advisor.knowledge.shapes_cells import Shape, found_words, plain_id
from advisor.knowledge.shapes_problems import head_of, report
from advisor.knowledge.strict_yaml import read

S = TypeVar("S", bound=Shape)

# What a file that cannot be parsed seems to declare.
_ID_LINE = re.compile(r"""(?m)^[\s{-]*id:[ ]*["']?([^\s"',}]+)""")


class Kind(Struct, Generic[S], frozen=True):
    """What the files of a location hold."""

    location: Location
    shape: type[S]


METHOD = Kind(layout.METHOD, shapes.MethodShape)
CRITERIA = Kind(layout.CRITERIA, shapes.CriterionShape)
ATTRIBUTES = Kind(layout.ATTRIBUTES, shapes.AttributeShape)
SOURCES_FILE = Kind(layout.SOURCES_FILE, shapes.SourceShape)
SOURCES = Kind(layout.SOURCES, shapes.SourceShape)
QUESTIONS = Kind(layout.QUESTIONS, shapes.QuestionShape)
DERIVED = Kind(layout.DERIVED, shapes.DerivedShape)
SCORING = Kind(layout.SCORING, shapes.RuleShape)
GATES = Kind(layout.GATES, shapes.RuleShape)
ADVICE = Kind(layout.ADVICE, shapes.RuleShape)
IMPOSSIBLE = Kind(layout.IMPOSSIBLE, shapes.ImpossibleShape)
OFFERS = Kind(layout.OFFERS, shapes.OfferShape)
HARDWARE = Kind(layout.HARDWARE, shapes.AcceleratorShape)
MODELS = Kind(layout.MODELS, shapes.ModelShape)
CASES = Kind(layout.CASES, shapes.CaseShape)

KINDS: tuple[Kind[Any], ...] = (
    METHOD,
    CRITERIA,
    ATTRIBUTES,
    SOURCES_FILE,
    SOURCES,
    QUESTIONS,
    DERIVED,
    SCORING,
    GATES,
    ADVICE,
    IMPOSSIBLE,
    OFFERS,
    HARDWARE,
    MODELS,
    CASES,
)


class Raw(Struct, Generic[S], frozen=True):
    """An entry of the right shape, and the file it stands in.

    ``path`` is relative to the rule base; ``findings`` collects the file's problems.
    """

    shape: S
    path: str
    findings: Findings


class RuleFiles(Struct):
    """Everything read from one directory; ``digest`` is over paths and contents."""

    root: str
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    findings: list[Findings] = field(default_factory=list)
    entries: dict[Location, list[Raw[Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    fitted: dict[str, tuple[Node, Findings]] = field(default_factory=dict)

    def of(self, *kinds: Kind[S]) -> Iterator[Raw[S]]:
        """The entries of some kinds, by file name and then as written."""
        for kind in kinds:
            yield from self.entries.get(kind.location, ())

    def all_problems(self) -> tuple[Problem, ...]:
        """Of the directory, then file by file in the order of their paths."""
        found = list(self.problems)
        for findings in self.findings:
            found += sorted(
                findings.problems, key=lambda p: (p.span is None, (p.span and p.span.line) or 0)
            )
        return tuple(found)


def read_rule_files(root: Path, suggest: Suggest) -> RuleFiles:
    """Read the rule base in ``root``; problems are collected, nothing is raised."""
    files = RuleFiles(str(root))
    listing = layout.list_files(root, suggest)
    files.problems += listing.problems
    digest = layout.Digest()
    kinds = {kind.location: kind for kind in KINDS}
    for item in listing.found:
        name = str(root / item.path)
        try:
            data = layout.read_capped(item.at)
        except OSError as error:
            files.problems.append(layout.unreadable(name, error))
            files.broken.add(item.at.stem)
            continue
        digest.add(item.path, data)
        node, findings = read(data, name)
        files.findings.append(findings)
        if node is None:
            if not findings.problems:
                findings.add("empty-file", "this file is empty", None)
            files.broken.add(item.at.stem)
            files.broken.update(_ID_LINE.findall("\n".join(findings.lines)))
            continue
        _Reader(kinds[item.location], item, findings, files, suggest).take(node)
    for path, at in layout.fitted_files(root):
        _read_fitted(path, at, files, digest)
    files.digest = digest.text()
    return files


def _read_fitted(path: str, at: Path, files: RuleFiles, digest: layout.Digest) -> None:
    try:
        data = layout.read_capped(at)
    except OSError as error:
        files.problems.append(layout.unreadable(str(at), error))
        return
    digest.add(path, data)
    node, findings = read(data, str(at))
    files.findings.append(findings)
    if node is not None:
        files.fitted[at.stem] = (node, findings)
    elif not findings.problems:
        findings.add("empty-file", "this file is empty", None)


class _Reader(Struct, frozen=True):
    """Takes the entries of one file."""

    kind: Kind[Any]
    item: Found
    findings: Findings
    files: RuleFiles
    suggest: Suggest

    def take(self, node: Node) -> None:
        if self.kind.location.many:
            self._take_list(node)
            return
        self._take_entry(node)
        written = node.get("id") if isinstance(node, MapNode) else None
        stem = self.item.at.stem
        if isinstance(written, ScalarNode) and written.text != stem:
            self.findings.add(
                "wrong-file-name",
                f"the file is called '{self.item.at.name}', but its id is '{written.text}'",
                written,
                hint="one of the two must change",
            )
            self.files.broken.add(stem)

    def _take_list(self, node: Node) -> None:
        if not isinstance(node, ListNode):
            bare = self.kind.shape.what.removeprefix("an ").removeprefix("a ")
            self.findings.add(
                "wrong-shape",
                f"this file should be a list, one entry for each {bare}, "
                f"but it is {found_words(node)}",
                head_of(node),
                hint="start each entry with '- id: ...'",
            )
            self.files.broken |= _names_in(node)
            return
        if not node.items:
            self.findings.add("empty-list", "this list is empty", node, hint="add an entry")
        for entry in node.items:
            self._take_entry(entry)

    def _take_entry(self, node: Node) -> None:
        try:
            shape = self.kind.shape.model_validate(node)
        except ValidationError as error:
            report(error, self.kind.shape, node, self.findings, self.suggest)
            self.files.broken |= _names_in(node) or {self.item.at.stem}
            return
        entries = self.files.entries.setdefault(self.kind.location, [])
        entries.append(Raw(shape, self.item.path, self.findings))


def _names_in(node: Node) -> set[str]:
    """What an entry that could not be read would have declared."""
    found: set[str] = set()
    if not isinstance(node, MapNode):
        return found
    for key in ("id", "platform", "aliases"):
        value = node.get(key)
        for item in value.items if isinstance(value, ListNode) else (value,):
            if isinstance(item, ScalarNode) and item.text:
                found |= {item.text, plain_id(item.text)}
    return found
