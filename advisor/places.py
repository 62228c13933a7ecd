"""Where the rules lie that come with this program, and where it keeps what is the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "inference-advisor"


def shipped_rules() -> Path:
    """The rule base that comes with the program.

    In a checkout the live ``rules`` beside the package, so that edits count at once; else
    the copy inside the installed package.
    """
    package = Path(__file__).resolve().parent
    live = package.parent / "rules"
    if (live / "method.yaml").is_file() and (package.parent / "pyproject.toml").is_file():
        return live
    return package / "_rules"


def session_directory() -> Path:
    """Where sessions lie (on Linux by ``XDG_STATE_HOME``); ``advisor locate`` names it too."""
    import platformdirs

    return Path(platformdirs.user_state_dir(NAME, appauthor=False))


def settings_directory() -> Path:
    """Where the settings lie (on Linux by ``XDG_CONFIG_HOME``)."""
    import platformdirs

    return Path(platformdirs.user_config_dir(NAME, appauthor=False))


def cache_directory() -> Path:
    """Where the user's caches of this program lie (on Linux by ``XDG_CACHE_HOME``)."""
    if sys.platform == "linux":
        # As platformdirs says it, without loading it: this is on the way to every result.
        home = os.environ.get("XDG_CACHE_HOME", "").strip()
        base = Path(home) if home else Path("~/.cache").expanduser()
        return base / NAME
    import platformdirs

    return Path(platformdirs.user_cache_dir(NAME, appauthor=False))
