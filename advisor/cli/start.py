"""``advisor`` without a command: which interview suits where it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.common import Common
from advisor.cli.inputs import STDIN, load_knowledge, read_inputs
from advisor.cli.output import is_terminal
from advisor.errors import Problem, UsageError

if TYPE_CHECKING:
    from advisor.sessions import Session


def start(
    common: Common, *, answers: Path | None, resume: str | None, plain: bool, mouse: bool
) -> int:
    """Run the interview; the return value is the exit code."""
    name = None if answers is None else str(answers)
    if name == STDIN:
        raise UsageError(
            [
                Problem(
                    "usage",
                    "the interview reads standard input itself",
                    "--answers",
                    hint="'advisor recommend -' takes answers from standard input",
                )
            ]
        )
    if name is not None and resume is not None:
        problem = Problem("usage", "--answers and --resume exclude each other", "--resume")
        raise UsageError([problem])
    if plain or wants_plain(os.environ):
        from advisor.cli.plain import converse

        knowledge = load_knowledge(common)
        if resume is not None:
            return converse(knowledge, _session(resume), common)
        inputs = None if name is None else read_inputs(name, knowledge)
        return converse(knowledge, inputs, common)
    if name is not None:
        # Mistakes in the file are named before the screen is taken over.
        read_inputs(name, load_knowledge(common))
    from advisor.tui.app import run

    return run(rules=common.rules, as_of=common.as_of, answers=name, resume=resume, mouse=mouse)


def _session(name: str) -> Session:
    """A saved session by name, or the latest.  Raises DataError."""
    from advisor.places import session_directory
    from advisor.sessions import SessionStore

    return SessionStore(session_directory()).load(name or None)


def wants_plain(environment: Mapping[str, str]) -> bool:
    """Whether the full interface cannot, or should not, be shown."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return True
    if environment.get("ACCESSIBLE", "0") not in ("", "0"):
        return True
    return environment.get("TERM") == "dumb"
