"""Opening a file in the user's editor at a line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path


def editor_command(environment: Mapping[str, str], path: Path, line: int) -> list[str] | None:
    """The command that opens ``path`` at ``line``; None where no editor is set.

    ``VISUAL`` comes before ``EDITOR``.  Editors of one window take ``file:line``, those of a
    terminal ``+line file``.
    """
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(wanted)
    except ValueError:
        return None
    if not words:
        return None
    name = Path(words[0]).name
    if name in ("code", "codium", "cursor", "windsurf"):
        return [*words, "--wait", "--goto", f"{path}:{line}"]
    if name in ("subl", "zed", "hx", "helix"):
        return [*words, f"{path}:{line}"]
    if name in ("vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "ed"):
        return [*words, f"+{line}", str(path)]
    return [*words, str(path)]
