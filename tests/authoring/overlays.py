"""Snippets of rule files, laid over the small rule base.

A snippet begins with the name of a file in a comment.  In a file that is a list, an entry with
a known id takes over the keys of the snippet, one with a new id is added; in a file that is a
map, keys are taken over.  An entry that is written in braces is replaced whole.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

SMALL = Path(__file__).parent.parent / "rulebases" / "small"

_FILE = re.compile(r"(?m)^# ([a-z0-9/.-]+\.yaml)\n")
_ID = re.compile(r"\bid: *([^\s,}]+)")
_KEY = re.compile(r"([A-Za-z0-9-]+):")


def small_base(at: Path) -> Path:
    """A copy of the small rule base."""
    shutil.copytree(SMALL, at)
    return at


def lay_over(root: Path, snippet: str) -> None:
    """Change the rule base in ``root`` as the snippet says."""
    start, *rest = _FILE.split(snippet)
    assert not start.strip(), start
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        path = root / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        before = path.read_text(encoding="utf-8")
        merge = _merged_list if text.startswith("- ") else _merged_map
        path.write_text(merge(before, text), encoding="utf-8")


def _merged_list(before: str, snippet: str) -> str:
    entries = _entries(before)
    for text in _entries(snippet):
        id_ = _id_of(text)
        known = [i for i, entry in enumerate(entries) if _id_of(entry) == id_]
        if not known:
            entries.append(text)
        elif text.startswith("- {"):
            entries[known[0]] = text
        else:
            inner = _merged_map(_inside(entries[known[0]]), _inside(text))
            entries[known[0]] = "- " + inner.replace("\n", "\n  ").rstrip(" ")
    return "".join(entries)


def _entries(text: str) -> list[str]:
    """The entries of a list, each with its line feeds."""
    found = re.split(r"(?m)^(?=- )", text)
    return [entry if entry.endswith("\n") else entry + "\n" for entry in found if entry.strip()]


def _id_of(entry: str) -> str | None:
    match = _ID.search(entry)
    return match.group(1) if match else None


def _inside(entry: str) -> str:
    """An entry of a list as a map of its own."""
    return re.sub(r"(?m)^  ", "", entry[2:])


def _merged_map(before: str, snippet: str) -> str:
    blocks = _blocks(before)
    blocks.update(_blocks(snippet))
    return "".join(blocks.values())


def _blocks(text: str) -> dict[str, str]:
    """The keys of a map, each with the lines that belong to it."""
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        match = _KEY.match(line)
        if match and not line.startswith((" ", "-")):
            key = match.group(1)
        found[key] = found.get(key, "") + line
    return found
