"""Where this program keeps what is the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "inference-advisor"


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
