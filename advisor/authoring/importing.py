"""A catalogue against a rule base: what it would change, and the changed files."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from advisor.errors import DataError, Problem, RuleBaseError
from advisor.knowledge import layout
from advisor.knowledge.importing import genai_prices, litellm, mapping, models_dev, sanity, skypilot
from advisor.knowledge.importing.changes import Difference, Edition, compare, matched
from advisor.knowledge.importing.rewriting import Unwritable, rewritten
from advisor.knowledge.importing.snapshot import Snapshot
from advisor.knowledge.model import Knowledge
from advisor.language.rulebase import load_rule_base
from advisor.language.vocabulary import did_you_mean
from advisor.saving import save


class Prepared(Struct, frozen=True):
    """What an import would do; ``files`` are the new contents by path in the rule base."""

    found: Difference
    files: Mapping[str, bytes]


def parse(upstream: str, data: bytes, name: str, as_of: datetime.date) -> Snapshot:
    """The catalogue in ``data``; its mistakes are in ``problems``."""
    if upstream == "genai-prices":
        return genai_prices.read(data, name, as_of)
    readers = {"models.dev": models_dev.read, "litellm": litellm.read, "skypilot": skypilot.read}
    return readers[upstream](data, name)


def prepare(
    upstream: str,
    data: bytes,
    name: str,
    knowledge: Knowledge,
    *,
    as_of: datetime.date,
    date: str,
    allow_retirements: bool = False,
    unconfirmed: bool = False,
) -> Prepared:
    """What a catalogue would change in a rule base.

    ``date``: the day that the catalogue describes, as in a claim; ``unconfirmed`` adds models
    that only a catalogue lists that keeps what was retired.  Raises DataError with
    every problem of the catalogue, RuleBaseError with those of the mapping.
    """
    root = Path(knowledge.root)
    correspondence = read_mapping(upstream, knowledge)
    snapshot = parse(upstream, data, name, as_of)
    if snapshot.problems:
        raise DataError(snapshot.problems)
    matches = matched(snapshot, correspondence, knowledge)
    sanity.check(matches, snapshot, knowledge, as_of)
    if snapshot.close().problems:
        raise DataError(snapshot.problems)
    edition = Edition(correspondence, as_of, date, unconfirmed)
    found = compare(snapshot, matches, edition, knowledge)
    if not allow_retirements:
        hint = "a cut file looks like this; --allow-retirements says that they are gone"
        gone = sanity.retirements(found, knowledge, as_of)
        if gone:
            raise DataError([Problem("too-many-retired", w, name, hint=hint) for w in gone])
    contents = {item.path: item.at.read_bytes() for item in _listed(root)}
    try:
        files = rewritten(found, correspondence.source, knowledge, contents)
    except Unwritable as error:
        message = f"'{error}' has changed since it was loaded"
        raise RuleBaseError([Problem("unreadable-file", message, str(root / str(error)))]) from None
    return Prepared(found, files)


def read_mapping(upstream: str, knowledge: Knowledge) -> mapping.Correspondence:
    """The mapping of an upstream.  Raises RuleBaseError."""
    path = Path(knowledge.root) / mapping.FOLDER / f"{upstream}.yaml"
    try:
        data = layout.read_capped(path)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        message = f"the mapping of {upstream} cannot be read: {reason}"
        raise RuleBaseError([Problem("missing-file", message, str(path))]) from None
    return mapping.read(data, str(path), knowledge, did_you_mean)


def changed_base(knowledge: Knowledge, files: Mapping[str, bytes]) -> Knowledge:
    """The rule base with the new contents, loaded and checked.  Raises RuleBaseError."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "rules"
        before = Path(knowledge.root)
        there = [(item.path, item.at) for item in _listed(before)]
        for path, at in (*there, *layout.fitted_files(before)):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in files:
                target.write_bytes(files[path])
            else:
                shutil.copyfile(at, target)
        return load_rule_base(root)


def write(knowledge: Knowledge, files: Mapping[str, bytes]) -> None:
    """Replace the files, all or none.  Raises OSError, with what was written put back."""
    root = Path(knowledge.root)
    written: list[tuple[Path, bytes]] = []
    try:
        for path, data in sorted(files.items()):
            before = (root / path).read_bytes()
            save(root / path, data)
            written.append((root / path, before))
    except OSError:
        for at, before in written:
            save(at, before)
        raise


def _listed(root: Path) -> list[layout.Found]:
    return layout.list_files(root, did_you_mean).found
