"""Reading what the command line names: files, standard input, the rule base."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import DataError, Problem, UsageError
from advisor.knowledge.text_safety import shortened
from advisor.reading import open_input

if TYPE_CHECKING:
    from advisor.cli.options import Common
    from advisor.knowledge.model import Inputs, Knowledge

STDIN = "-"
STDIN_NAME = "<standard input>"
LARGEST = 4 * 1024 * 1024
"""Bytes read at most; the reader of each format has a limit of its own."""
_LONGEST_NAME = 300


def load_knowledge(common: Common) -> Knowledge:
    """The rule base that was asked for.  Raises RuleBaseError with every problem."""
    from advisor.api import load

    return load(common.rules)


def rules_directory(common: Common) -> Path:
    """Where the rule base that was asked for lies."""
    if common.rules is not None:
        return common.rules
    from advisor.places import shipped_rules

    return shipped_rules()


def read_inputs(name: str, knowledge: Knowledge) -> Inputs:
    """The answers in a file (``-`` is standard input).  Raises DataError."""
    from advisor.language.answers import read_answers

    return read_answers(read_bytes(name), shown_name(name), knowledge)


def shown_name(name: str) -> str:
    return STDIN_NAME if name == STDIN else name


def read_bytes(name: str, most: int = LARGEST) -> bytes:
    """The content of a file of at most ``most`` bytes, or of standard input.  Raises DataError."""
    if name == STDIN:
        return _read_stdin()
    if not name:
        raise UsageError([Problem("usage", "an empty name is no file", "ANSWERS")])
    path = Path(name)
    try:
        with open_input(path) as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        raise DataError([_unreadable(name, error)]) from None
    return _limited(name, data, most)


def _read_stdin() -> bytes:
    if sys.stdin is None:
        problem = Problem("unreadable-file", "standard input is closed", STDIN_NAME)
        raise DataError([problem])
    try:
        return _limited(STDIN_NAME, sys.stdin.buffer.read(LARGEST + 1))
    except OSError as error:
        raise DataError([_unreadable(STDIN_NAME, error)]) from None


def _limited(name: str, data: bytes, most: int = LARGEST) -> bytes:
    if len(data) > most:
        message = f"the file is larger than {most // 1024 // 1024} MB"
        raise DataError([Problem("too-large", message, name)])
    return data


def _unreadable(name: str, error: Exception) -> Problem:
    name = shortened(name, _LONGEST_NAME)
    if isinstance(error, FileNotFoundError):
        return Problem("missing-file", f"there is no file '{name}'", name, hint=nearest_file(name))
    if isinstance(error, IsADirectoryError):
        return Problem("unreadable-file", f"'{name}' is a directory, not a file", name)
    words = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
    return Problem("unreadable-file", f"'{name}' cannot be read: {words}", name)


def nearest_file(name: str) -> str | None:
    """A file beside it with nearly the same name."""
    from advisor.language.vocabulary import nearest_word

    path = Path(name)
    try:
        beside = [entry.name for entry in os.scandir(path.parent) if entry.is_file()]
    except OSError:
        return None
    nearest = nearest_word(path.name, beside)
    return None if nearest is None else f"did you mean '{path.with_name(nearest)}'?"
