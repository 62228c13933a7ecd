"""Where this program keeps what is the user's."""

from __future__ import annotations

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
