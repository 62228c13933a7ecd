"""A rule-base directory read whole: every file parsed, every entry checked for its shape.

What is broken is left out and reported; the ids of what is left out are kept in ``broken``,
so that a reference to them is not reported as a second mistake.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from advisor.errors import Problem
from advisor.knowledge import shapes
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.shapes_cells import Shape, found_words, plain_id
from advisor.knowledge.shapes_problems import Suggest, head_of, report
from advisor.knowledge.strict_yaml import read

S = TypeVar("S", bound=Shape)

LARGEST_FILE = 8 * 1024 * 1024
"""Bytes of one file that are read at most."""

_SUFFIXES = (".yaml", ".yml")
# What a file that cannot be parsed seems to declare.
_ID_LINE = re.compile(r"""(?m)^[\s{-]*id:[ ]*["']?([^\s"',}]+)""")


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """Where entries of a shape stand: ``place`` is a file (without suffix) or a folder.

    ``many``: the file is a list of entries; else it is one map.
    """

    place: str
    shape: type[S]
    many: bool = True
    needed: bool = False
    folder: bool = True


METHOD = Kind("method", shapes.MethodShape, many=False, needed=True, folder=False)
CRITERIA = Kind("criteria", shapes.CriterionShape, needed=True, folder=False)
ATTRIBUTES = Kind("attributes", shapes.AttributeShape, needed=True, folder=False)
SOURCES_FILE = Kind("sources", shapes.SourceShape, folder=False)
SOURCES = Kind("sources", shapes.SourceShape)
QUESTIONS = Kind("questions", shapes.QuestionShape, needed=True)
DERIVED = Kind("derived", shapes.DerivedShape)
SCORING = Kind("criteria", shapes.RuleShape)
GATES = Kind("gates", shapes.RuleShape)
ADVICE = Kind("advice", shapes.RuleShape)
IMPOSSIBLE = Kind("impossible", shapes.ImpossibleShape, folder=False)
OFFERS = Kind("offers", shapes.OfferShape, many=False, needed=True)
HARDWARE = Kind("hardware", shapes.AcceleratorShape)
MODELS = Kind("models", shapes.ModelShape)
CASES = Kind("cases", shapes.CaseShape, many=False)

OTHERS = frozenset({"measured"})
"""Folders that hold data of another kind, which other modules read."""

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


@dataclass(frozen=True, slots=True)
class Raw(Generic[S]):
    """An entry of the right shape, and the file it stands in.

    ``path`` is relative to the rule base; ``findings`` collects the file's problems.
    """

    shape: S
    path: str
    findings: Findings


@dataclass(slots=True)
class RuleFiles:
    """Everything read from one directory; ``digest`` is over paths and contents."""

    root: str
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)
    findings: list[Findings] = field(default_factory=list)
    entries: dict[Kind[Any], list[Raw[Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def of(self, *kinds: Kind[S]) -> Iterator[Raw[S]]:
        """The entries of some kinds, by file name and then as written."""
        for kind in kinds:
            yield from self.entries.get(kind, ())

    def all_problems(self) -> tuple[Problem, ...]:
        """Of the directory, then file by file in the order of their paths."""
        found = list(self.problems)
        for findings in self.findings:
            found += sorted(
                findings.problems, key=lambda p: (p.span is None, (p.span and p.span.line) or 0)
            )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    at: Path
    kind: Kind[Any]


def read_rule_files(root: Path, suggest: Suggest) -> RuleFiles:
    """Read the rule base in ``root``; problems are collected, nothing is raised."""
    files = RuleFiles(str(root))
    found = _discover(root, files, suggest)
    digest = hashlib.sha256()
    for item in found:
        name = str(root / item.path)
        data = _bytes_of(item.at, name, files)
        if data is None:
            files.broken.add(item.at.stem)
            continue
        digest.update(f"{item.path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
        node, findings = read(data, name)
        files.findings.append(findings)
        if node is None:
            if not findings.problems:
                findings.add("empty-file", "this file is empty", None)
            files.broken.add(item.at.stem)
            files.broken.update(_ID_LINE.findall("\n".join(findings.lines)))
            continue
        _take(node, item, findings, files, suggest)
    files.digest = digest.hexdigest()
    return files


def digest_of(root: Path) -> str:
    """The digest that ``read_rule_files`` would give; raises ``OSError``."""
    files = RuleFiles(str(root))
    digest = hashlib.sha256()
    for item in _discover(root, files, lambda word, candidates: None):
        data = _read_capped(item.at)
        digest.update(f"{item.path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


def _discover(root: Path, files: RuleFiles, suggest: Suggest) -> list[_Found]:
    if not root.is_dir():
        exists = root.exists()
        files.problems.append(
            Problem(
                "not-a-rule-base",
                "this is a file, not the directory of a rule base"
                if exists
                else "there is no such directory",
                str(root),
                hint="a rule base is a directory with method.yaml, questions/, offers/ and so on",
            )
        )
        return []
    try:
        names = sorted(path.name for path in root.iterdir())
    except OSError as error:
        files.problems.append(_unreadable(str(root), error))
        return []
    found: list[_Found] = []
    for name in names:
        found += _discover_entry(root / name, name, files, suggest)
    if not found:
        files.problems.append(
            Problem(
                "not-a-rule-base",
                "this directory holds no rule base",
                str(root),
                hint="a rule base has method.yaml, questions/, offers/ and so on",
            )
        )
    else:
        _report_missing(found, root, files)
    return sorted(found, key=lambda item: item.path)


def _discover_entry(at: Path, name: str, files: RuleFiles, suggest: Suggest) -> list[_Found]:
    if name.startswith(".") or name.lower().endswith(".md"):
        return []
    if at.is_dir() and name in OTHERS:
        return []
    if at.is_dir():
        kind = next((k for k in KINDS if k.folder and k.place == name), None)
        if kind is None:
            places = [k.place for k in KINDS if k.folder]
            _report_stray(at, suggest(name, places), files, "folder")
            return []
        return _discover_folder(at, kind, files)
    kind = next((k for k in KINDS if not k.folder and k.place == at.stem), None)
    if kind is None or at.suffix not in _SUFFIXES:
        places = [f"{k.place}.yaml" for k in KINDS if not k.folder]
        _report_stray(at, suggest(name, places), files, "file")
        return []
    return [_Found(name, at, kind)]


def _discover_folder(folder: Path, kind: Kind[Any], files: RuleFiles) -> list[_Found]:
    try:
        inside = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        files.problems.append(_unreadable(str(folder), error))
        return []
    found = []
    for at in inside:
        if at.name.startswith(".") or at.name.lower().endswith(".md"):
            continue
        if at.is_dir() or at.suffix not in _SUFFIXES:
            _report_stray(at, "files here end in .yaml", files, "folder" if at.is_dir() else "file")
            continue
        found.append(_Found(f"{folder.name}/{at.name}", at, kind))
    return found


def _report_stray(at: Path, hint: str | None, files: RuleFiles, what: str) -> None:
    files.problems.append(
        Problem("stray-file", f"a rule base has no {what} '{at.name}'", str(at), hint=hint)
    )


def _report_missing(found: Iterable[_Found], root: Path, files: RuleFiles) -> None:
    present = {item.kind.place for item in found if item.kind.needed}
    if not any(item.kind.shape is shapes.SourceShape for item in found):
        _report_absent(root / "sources.yaml", files)
    for kind in KINDS:
        if kind.needed and kind.place not in present:
            _report_absent(root / (kind.place if kind.folder else f"{kind.place}.yaml"), files)


def _report_absent(at: Path, files: RuleFiles) -> None:
    needed = (
        f"the file '{at.name}'"
        if at.suffix
        else f"a folder '{at.name}' with at least one .yaml file"
    )
    files.problems.append(Problem("missing-file", f"a rule base needs {needed}", str(at)))


def _unreadable(name: str, error: OSError) -> Problem:
    reason = (error.strerror or "unknown reason").lower()
    return Problem("unreadable-file", f"this cannot be read: {reason}", name)


def _read_capped(at: Path) -> bytes:
    if at.exists() and not at.is_file():
        # A pipe would wait for ever, a device might never end.
        raise OSError(0, "it is not a regular file")
    with at.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def _bytes_of(at: Path, name: str, files: RuleFiles) -> bytes | None:
    try:
        return _read_capped(at)
    except OSError as error:
        files.problems.append(_unreadable(name, error))
        return None


def _take(node: Node, item: _Found, findings: Findings, files: RuleFiles, suggest: Suggest) -> None:
    kind = item.kind
    if not kind.many:
        _take_entry(node, item, findings, files, suggest)
        written = node.get("id") if isinstance(node, MapNode) else None
        if isinstance(written, ScalarNode) and written.text != item.at.stem:
            findings.add(
                "wrong-file-name",
                f"the file is called '{item.at.name}', but its id is '{written.text}'",
                written,
                hint="one of the two must change",
            )
            files.broken.add(item.at.stem)
        return
    if not isinstance(node, ListNode):
        bare = kind.shape.what.removeprefix("an ").removeprefix("a ")
        findings.add(
            "wrong-shape",
            f"this file should be a list, one entry for each {bare}, but it is {found_words(node)}",
            head_of(node),
            hint="start each entry with '- id: ...'",
        )
        files.broken |= _names_in(node)
        return
    if not node.items:
        findings.add("empty-list", "this list is empty", node, hint="add an entry")
    for entry in node.items:
        _take_entry(entry, item, findings, files, suggest)


def _take_entry(
    node: Node, item: _Found, findings: Findings, files: RuleFiles, suggest: Suggest
) -> None:
    try:
        shape = item.kind.shape.model_validate(node)
    except ValidationError as error:
        report(error, item.kind.shape, node, findings, suggest)
        files.broken |= _names_in(node) or {item.at.stem}
        return
    files.entries.setdefault(item.kind, []).append(Raw(shape, item.path, findings))


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
