"""Finished parts of an interrupted run: kept beside the output, trusted only when whole.

A part is one file, written in one step: the digest of what follows, a line of JSON that
describes it, its output rows, its rejected rows.  It counts only for the same work (a key over
rules, answers for all, layout, day) on the same input rows (their digest).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.fleet.work import Part
from advisor.saving import save

_FORMAT = "advisor-batch-part-1"


class Parts(Struct, frozen=True):
    """The parts beside an output file; ``key`` is that of the work."""

    folder: Path
    key: str

    @classmethod
    def beside(cls, output: Path, key: str) -> Parts:
        """The folder of parts that belongs to an output file."""
        return cls(output.with_name(f".{output.name}.parts"), key)

    def open(self) -> int:
        """Make the folder.  Returns how many parts of the same work lie there.  Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            for left in self.folder.glob(".*.tmp"):
                left.unlink()
        return sum(1 for _ in self.folder.glob(f"{self.key}-*"))

    def _path(self, index: int) -> Path:
        return self.folder / f"{self.key}-{index:08}"

    def finished(self, index: int, digest: str) -> Part | None:
        """A part that was finished for these rows, without its bytes; None if there is none."""
        found = self._read(index)
        return None if found is None or found[0]["input"] != digest else _part(*found, bare=True)

    def _read(self, index: int) -> tuple[dict[str, Any], bytes] | None:
        try:
            with self._path(index).open("rb") as stream:
                digest = stream.readline(100).strip().decode("ascii")
                content = stream.read()
            if digest != hashlib.sha256(content).hexdigest():
                return None
            line, _, body = content.partition(b"\n")
            head = json.loads(line)
            if head["format"] != _FORMAT:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return head, body

    def keep(self, part: Part) -> None:
        """Store a part in one step.  Raises OSError."""
        head = {
            "format": _FORMAT,
            "index": part.index,
            "input": part.digest,
            "rows": len(part.rows),
            "decided": part.decided,
            "rejected": part.rejected,
            "tally": part.tally,
            "ignored": part.ignored,
        }
        content = json.dumps(head).encode() + b"\n" + part.rows + part.rejects
        digest = hashlib.sha256(content).hexdigest().encode()
        save(self._path(part.index), digest + b"\n" + content)

    def load(self, index: int) -> Part:
        """A stored part, whole.  Raises OSError where it is gone or was changed."""
        found = self._read(index)
        if found is None:
            raise OSError(5, "a finished part was changed or removed", str(self._path(index)))
        return _part(*found, bare=False)

    def clear(self) -> None:
        """Remove the folder and all that this program put there."""
        for pattern in ("*-????????", ".*.tmp"):
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _part(head: Mapping[str, Any], body: bytes, *, bare: bool) -> Part:
    cut = head["rows"]
    return Part(
        head["index"],
        head["input"],
        b"" if bare else body[:cut],
        b"" if bare else body[cut:],
        head["decided"],
        head["rejected"],
        head["tally"],
        tuple(head["ignored"]),
    )
