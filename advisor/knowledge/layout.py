"""Where the files of a rule base stand, and the digest over them.

Apart from ``advisor.knowledge.files`` so that a rule base that was loaded before can be
recognised without a YAML parser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct, field

from advisor.errors import Problem

Suggest: TypeAlias = Callable[[str, Iterable[str]], str | None]
"""A misspelt word and the candidates -> "did you mean 'x'?", or None."""

LARGEST_FILE = 8 * 1024 * 1024
"""Bytes of one file that are read at most."""

_SUFFIXES = (".yaml", ".yml")


class Location(Struct, frozen=True):
    """A file (its name without suffix), or a folder of files.

    ``many``: a file is a list of entries; else it is one map.  ``needed``: no rule base is
    without.
    """

    place: str
    folder: bool
    many: bool = True
    needed: bool = False


METHOD = Location("method", folder=False, many=False, needed=True)
CRITERIA = Location("criteria", folder=False, needed=True)
ATTRIBUTES = Location("attributes", folder=False, needed=True)
SOURCES_FILE = Location("sources", folder=False)
SOURCES = Location("sources", folder=True)
QUESTIONS = Location("questions", folder=True, needed=True)
DERIVED = Location("derived", folder=True)
SCORING = Location("criteria", folder=True)
GATES = Location("gates", folder=True)
ADVICE = Location("advice", folder=True)
IMPOSSIBLE = Location("impossible", folder=False)
OFFERS = Location("offers", folder=True, many=False, needed=True)
HARDWARE = Location("hardware", folder=True)
MODELS = Location("models", folder=True)
CASES = Location("cases", folder=True, many=False)

LOCATIONS = (
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


OTHERS = frozenset({"importing", "measured"})
"""Folders that hold data of another kind, which other modules read."""


class Found(Struct, frozen=True):
    """A file to read; ``path`` is relative to the rule base."""

    path: str
    at: Path
    location: Location


class Listing(Struct):
    """The files of a directory by path, and what is wrong with the directory."""

    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


FITTED = ("measured/coefficients.yaml", "measured/subjects.yaml")
"""Files of those that decisions rest on too, where there are any."""


def fitted_files(root: Path) -> list[tuple[str, Path]]:
    """Path and place of the files in ``FITTED`` that a rule base has."""
    return [(path, root / path) for path in FITTED if (root / path).exists()]


def list_files(root: Path, suggest: Suggest) -> Listing:
    """Every file of the rule base in ``root``; nothing is raised."""
    listing = Listing()
    hint = "a rule base is a directory with method.yaml, questions/, offers/ and so on"
    if not root.is_dir():
        words = (
            "this is a file, not the directory of a rule base"
            if root.exists()
            else "there is no such directory"
        )
        listing.problems.append(Problem("not-a-rule-base", words, str(root), hint=hint))
        return listing
    try:
        names = sorted(path.name for path in root.iterdir())
    except OSError as error:
        listing.problems.append(unreadable(str(root), error))
        return listing
    for name in names:
        _take_entry(root / name, listing, suggest)
    if not listing.found:
        words = "this directory holds no rule base"
        listing.problems.append(Problem("not-a-rule-base", words, str(root), hint=hint))
    else:
        _report_missing(root, listing)
    listing.found.sort(key=lambda item: item.path)
    return listing


def read_capped(at: Path) -> bytes:
    """The bytes of a file, at most one more than are accepted.  Raises OSError."""
    if at.exists() and not at.is_file():
        # A pipe would wait for ever, a device might never end.
        raise OSError(0, "it is not a regular file")
    with at.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def unreadable(name: str, error: OSError) -> Problem:
    """That a file or folder cannot be read, and why."""
    reason = (error.strerror or "unknown reason").lower()
    return Problem("unreadable-file", f"this cannot be read: {reason}", name)


class Digest:
    """SHA-256 over the paths and contents of files, taken in the order of their paths."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, path: str, data: bytes) -> None:
        self._hash.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        self._hash.update(data)

    def text(self) -> str:
        return self._hash.hexdigest()


def digest_of(root: Path) -> str:
    """The digest of the rule base in ``root``.  Raises OSError where a file is unreadable."""
    digest = Digest()
    for item in list_files(root, lambda word, candidates: None).found:
        digest.add(item.path, read_capped(item.at))
    for path, at in fitted_files(root):
        digest.add(path, read_capped(at))
    return digest.text()


def _ignored(name: str) -> bool:
    return name.startswith(".") or name.lower().endswith(".md")


def _take_entry(at: Path, listing: Listing, suggest: Suggest) -> None:
    if _ignored(at.name):
        return
    if at.is_dir() and at.name in OTHERS:
        return
    if at.is_dir():
        location = next((s for s in LOCATIONS if s.folder and s.place == at.name), None)
        if location is None:
            places = [s.place for s in LOCATIONS if s.folder]
            _report_stray(at, suggest(at.name, places), listing)
        else:
            _take_folder(at, location, listing)
        return
    location = next((s for s in LOCATIONS if not s.folder and s.place == at.stem), None)
    if location is None or at.suffix not in _SUFFIXES:
        places = [f"{s.place}.yaml" for s in LOCATIONS if not s.folder]
        _report_stray(at, suggest(at.name, places), listing)
        return
    listing.found.append(Found(at.name, at, location))


def _take_folder(folder: Path, location: Location, listing: Listing) -> None:
    try:
        inside = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        listing.problems.append(unreadable(str(folder), error))
        return
    for at in inside:
        if _ignored(at.name):
            continue
        if at.is_dir() or at.suffix not in _SUFFIXES:
            _report_stray(at, "files here end in .yaml", listing)
        else:
            listing.found.append(Found(f"{folder.name}/{at.name}", at, location))


def _report_stray(at: Path, hint: str | None, listing: Listing) -> None:
    what = "folder" if at.is_dir() else "file"
    words = f"a rule base has no {what} '{at.name}'"
    listing.problems.append(Problem("stray-file", words, str(at), hint=hint))


def _report_missing(root: Path, listing: Listing) -> None:
    present = {item.location for item in listing.found}
    if not present & {SOURCES, SOURCES_FILE}:
        _report_absent(root / "sources.yaml", listing)
    for location in LOCATIONS:
        if location.needed and location not in present:
            name = location.place if location.folder else f"{location.place}.yaml"
            _report_absent(root / name, listing)


def _report_absent(at: Path, listing: Listing) -> None:
    needed = (
        f"the file '{at.name}'"
        if at.suffix
        else f"a folder '{at.name}' with at least one .yaml file"
    )
    words = f"a rule base needs {needed}"
    listing.problems.append(Problem("missing-file", words, str(at)))
