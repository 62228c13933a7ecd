"""A rule base given as a directory, or as a revision of the repository it is kept in."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from advisor.errors import Problem, UsageError


@contextmanager
def rule_base_at(word: str, current: Path, argument: str) -> Iterator[Path]:
    """The directory of a rule base; that of a revision exists until the context ends.

    ``current`` is the rule base whose history is meant.  Raises UsageError where ``word`` is
    neither a directory nor a revision with a rule base.
    """
    if word and Path(word).is_dir():
        yield Path(word)
        return
    data = _archive(word, current, argument)
    with TemporaryDirectory(prefix="advisor-rules-") as folder:
        _extract(data, Path(folder))
        yield Path(folder)


def _archive(word: str, current: Path, argument: str) -> bytes:
    """The rule base at a revision, as a tar file."""
    hint = "write a directory, or a revision such as HEAD, main or v1.2"
    inside = _git(current, "rev-parse", "--show-prefix")
    if inside is None:
        message = f"there is no directory '{word}', and '{current}' is in no git repository"
        raise UsageError([Problem("usage", message, argument, hint=hint)])
    commit = _git(
        current, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}"
    )
    if commit is None:
        message = f"'{word}' is neither a directory nor a revision"
        raise UsageError([Problem("usage", message, argument, hint=hint)])
    prefix = inside.decode("utf-8", "surrogateescape").strip("\n")
    tree = f"{commit.decode('ascii').strip()}:{prefix.rstrip('/')}"
    top = _git(current, "rev-parse", "--show-toplevel")
    root = current if top is None else Path(top.decode("utf-8", "surrogateescape").rstrip("\n"))
    data = _git(root, "archive", "--format=tar", tree)
    if data is None:
        message = f"'{word}' holds no rule base in '{prefix.rstrip('/')}'"
        raise UsageError([Problem("usage", message, argument)])
    return data


def _git(where: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(where), *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _extract(data: bytes, folder: Path) -> None:
    """Plain files only, and none outside the folder."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                continue
            content = archive.extractfile(member)
            if content is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
