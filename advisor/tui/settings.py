"""The user's settings: theme, keymap, single keys.

``settings.toml`` lies in the settings directory (``advisor locate``)::

    theme = "advisor-light"
    keymap = "vim"

    [keys]
    "interview.back" = "b,f2,backspace"

What is wrong in it is named and left out; the program runs on.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from advisor.reading import open_regular
from advisor.tui import keys, themes

FILE: Final = "settings.toml"
_LARGEST: Final = 64 * 1024
_TERMINALS_OWN: Final = frozenset({"ctrl+a", "ctrl+b", "ctrl+j", "ctrl+o", "ctrl+s"})
"""Keys that editors' terminals, multiplexers and flow control keep for themselves."""
_KNOWN: Final = frozenset({"theme", "keymap", "keys"})


class Settings(Struct, frozen=True):
    """``theme`` None is the program's own; ``keymap`` maps ids of actions to keys;
    ``problems`` say what was wrong and left out."""

    theme: str | None = None
    keymap: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_settings(directory: Path) -> Settings:
    """The settings in a directory; the program's own where there are none."""
    path = directory / FILE
    try:
        with open_regular(path) as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        return Settings(problems=(f"{path}: {error.strerror}",))
    if len(data) > _LARGEST:
        return Settings(problems=(f"{path}: larger than {_LARGEST // 1024} kB",))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Settings(problems=(f"{path}: byte {error.start + 1} is not UTF-8 text",))
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str) -> Settings:
    """The settings in the text of a file called ``name``."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings(problems=(f"{name}: {error}",))
    problems = [
        f"{name}: there is no setting '{key}'{_meant(key, _KNOWN)}"
        for key in data
        if key not in _KNOWN
    ]
    theme = _one_of(data.get("theme"), "theme", themes.OFFERED, name, problems)
    preset = _one_of(data.get("keymap"), "keymap", keys.KEYMAPS, name, problems)
    keymap = dict(keys.KEYMAPS[preset or "default"])
    own = data.get("keys", {})
    if isinstance(own, dict):
        keymap |= _keys(own, name, problems)
    else:
        problems.append(f"{name}: 'keys' is a table of keys by action")
    return Settings(theme, keymap, tuple(problems))


def _one_of(
    value: object, what: str, known: Collection[str], name: str, problems: list[str]
) -> str | None:
    if value is None or (isinstance(value, str) and value in known):
        return value
    problems.append(f"{name}: {what} is one of {', '.join(known)}, not {value!r}")
    return None


def _keys(own: dict[str, object], name: str, problems: list[str]) -> dict[str, str]:
    known = frozenset(keys.BY_ID) | keys.MOVING
    found: dict[str, str] = {}
    for action, wanted in own.items():
        if action not in known:
            problems.append(f"{name}: no action is called '{action}'{_meant(action, known)}")
        elif not isinstance(wanted, str) or not wanted.strip():
            problems.append(f"{name}: the keys of '{action}' are text, such as \"b,f2\"")
        elif taken := [key for key in _split(wanted) if _refused(key)]:
            problems.append(f"{name}: '{action}': {taken[0]} belongs to the terminal")
        else:
            found[action] = ",".join(_split(wanted))
    return found


def _split(wanted: str) -> list[str]:
    return [key.strip() for key in wanted.split(",") if key.strip()]


def _refused(key: str) -> bool:
    return key in _TERMINALS_OWN or key.startswith("alt+")


def _meant(word: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), 1)
    return f"; did you mean '{near[0]}'?" if near else ""
