"""Problems as commands that GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from advisor.errors import Problem
from advisor.knowledge.text_safety import visible
from advisor.reports.problems import in_order

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def to_github(problems: Iterable[Problem], below: Path) -> str:
    """One line for each problem; the empty text for none.

    Files that lie below the directory ``below`` are named relative to it.
    """
    return "".join(f"{_line(problem, below)}\n" for problem in in_order(problems))


def _line(problem: Problem, below: Path) -> str:
    path = Path(problem.file)
    near = path.relative_to(below) if path.is_relative_to(below) else path
    properties = {"file": visible(near.as_posix())}
    span = problem.span
    if span is not None:
        properties["line"] = str(span.line)
        properties["endLine"] = str(span.end_line)
        if span.line == span.end_line:
            # Columns are understood only within one line.
            properties["col"] = str(span.column)
            properties["endColumn"] = str(span.end_column)
    properties["title"] = visible(problem.check)
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    hint = f" ({visible(problem.hint)})" if problem.hint else ""
    command = _COMMANDS.get(problem.severity, "warning")
    return f"::{command} {said}::{_data(visible(problem.message) + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
