"""Results that were worked out before, kept between runs as they were written.

A result follows from the rule base, the answers, the day, the program and how it is to look:
asked again for the same, it is written again and nothing is loaded.  Kept in the user's cache
directory; nothing depends on it: what cannot be read or written is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import sys
from pathlib import Path

from advisor import __version__
from advisor.places import cache_directory
from advisor.reading import open_regular
from advisor.rules_cache import is_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = (".py", ".html")
"""How the files end that make a report."""
_MARK = "advisor-result-1"
_SUFFIX = ".result"
_MOST_KEPT = 64
_LARGEST = 4 * 1024 * 1024
_LARGEST_FILE = 8 * 1024 * 1024
_AT_ONCE = 1 << 16
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LARGEST_BASE = 64 * 1024 * 1024
_MOST_ENTRIES = 20_000
# Beside text only what colours it: a file that was tampered with writes nothing else.
_UNFIT = re.compile(
    "(?:\x1b(?!\\[[0-9;]*m))|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f"
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def key_of(rules: Path, answers: str, asked: tuple[str, ...]) -> str | None:
    """What a result hangs on, as a name: the content of the rule base and of the answers
    file, the program's code and templates, and ``asked``, all else that was asked.  None where
    one of them cannot be read, or is no regular file."""
    found = hashlib.blake2b("\0".join((_MARK, __version__, sys.version, *asked)).encode())
    package = Path(__file__).parent
    read = 0
    try:
        if not stat.S_ISREG(Path(answers).stat().st_mode):
            # Opened and closed again, whoever writes to a pipe would be told to stop.
            return None
        for path, status in _files(str(package), *PROGRAM):
            found.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        for path in (answers, *(path for path, _ in _files(str(rules), ".yaml", ".yml"))):
            data = _content(path)
            found.update(f"{path}\0{len(data)}\0".encode())
            found.update(data)
            read += len(data)
            if read > _LARGEST_BASE:
                return None
    except (OSError, ValueError):
        return None
    return found.hexdigest()[:40]


def kept(key: str) -> tuple[int, str] | None:
    """Exit code and text of the result with this key."""
    try:
        with open_regular(_path(key)) as stream:
            if not is_own(os.fstat(stream.fileno())):
                return None
            head, _, body = stream.read(_LARGEST).partition(b"\n")
        mark, code, digest = head.decode().split(" ")
        text = body.decode()
    except (OSError, RuntimeError, ValueError):
        return None
    if mark != _MARK or digest != _digest(key, body) or not code.isdecimal():
        return None
    return None if _UNFIT.search(text) else (int(code), text)


def keep(key: str, code: int, text: str) -> None:
    """Keep a result, and forget those written longest ago."""
    from advisor.saving import save

    body = text.encode("utf-8", "surrogatepass")
    if len(body) > _LARGEST // 2 or _UNFIT.search(text):
        return
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        path = _path(key)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, f"{_MARK} {code} {_digest(key, body)}\n".encode() + body)
        path.chmod(0o600)
        others = sorted(path.parent.glob(f"*{_SUFFIX}"), key=lambda p: p.stat().st_mtime)
        for old in others[:-_MOST_KEPT]:
            old.unlink()


def _digest(key: str, body: bytes) -> str:
    return hashlib.blake2b(key.encode() + body).hexdigest()


def _path(key: str) -> Path:
    return cache_directory() / f"{key}{_SUFFIX}"


def _content(path: str) -> bytes:
    """The bytes of a file.  Raises OSError, and ValueError for a very large one."""
    # Without a stream: there is a file of rules for every offer and model.
    descriptor = os.open(path, _READ)
    try:
        data = more = os.read(descriptor, _AT_ONCE)
        while len(more) == _AT_ONCE:
            more = os.read(descriptor, _AT_ONCE)
            data += more
            if len(data) > _LARGEST_FILE:
                raise ValueError("too large")
    finally:
        os.close(descriptor)
    return data


def _files(folder: str, *suffixes: str) -> Iterator[tuple[str, os.stat_result]]:
    """Files below a folder, always in the same order.  Raises OSError, and ValueError where
    there is more than any rule base holds: a folder was named that is none, or links go in a
    circle."""
    seen = 0
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        seen += len(entries)
        if seen > _MOST_ENTRIES:
            raise ValueError("too many files")
        for entry in entries:
            if entry.is_dir():
                folders.append(entry.path)
            elif entry.name.endswith(suffixes):
                yield entry.path, entry.stat()
