"""Loaded rule bases kept between runs, keyed by their content and by this program's code.

Kept in the user's cache directory; nothing depends on it: what cannot be read or written is
as if it were not there.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.places import cache_directory

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge

_MOST_KEPT = 8
_LARGEST = 64 * 1024 * 1024


def kept(digest: str, root: str) -> Knowledge | None:
    """The rule base with this content, if it was loaded before by this program."""
    from advisor.knowledge.compiled import decode
    from advisor.reading import open_regular

    try:
        with open_regular(_path(digest)) as stream:
            if not is_own(os.fstat(stream.fileno())):
                return None
            data = stream.read(_LARGEST + 1)
    except (OSError, RuntimeError, ValueError):
        return None
    return decode(data, digest, root) if len(data) <= _LARGEST else None


def is_own(status: os.stat_result) -> bool:
    """Whether this user wrote the file and nobody else could."""
    if not stat.S_ISREG(status.st_mode):
        return False
    if os.name != "posix":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def keep(knowledge: Knowledge) -> None:
    """Keep a rule base for later runs, and forget those not used for longest."""
    from advisor.knowledge.compiled import encode
    from advisor.saving import save

    with contextlib.suppress(OSError, RuntimeError, ValueError):
        path = _path(knowledge.digest)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, encode(knowledge))
        path.chmod(0o600)
        others = sorted(path.parent.glob("*.knowledge"), key=lambda p: p.stat().st_mtime)
        for old in others[:-_MOST_KEPT]:
            old.unlink()


def _path(digest: str) -> Path:
    from advisor.knowledge.compiled import code_stamp

    return cache_directory() / f"{digest[:32]}-{code_stamp()}.knowledge"
