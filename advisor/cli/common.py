"""What the options that several commands share come to; see ``advisor.cli.options``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple


class Common(NamedTuple):
    """``rules`` None is the shipped rule base."""

    rules: Path | None
    as_of: date
    quiet: bool


def iso_day(text: str) -> date | None:
    """The day that is written as in 2026-11-22; None for any other text.

    Stricter than ``fromisoformat`` alone, which also takes 20261122 and 2026-W47-7.
    """
    if len(text) != len("2026-11-22") or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
