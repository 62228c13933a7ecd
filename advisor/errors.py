"""Everything that can be wrong with an input, and where.

::

    AdvisorError            carries one or more located problems; ``exit_code``
    ├── UsageError          2   the command line is wrong
    ├── DataError           3   answers, workloads, snapshots or results are invalid
    └── RuleBaseError       4   the rule base is invalid

A ``Problem`` is a value: it knows its check, its place and its words.  Rendering it
(snippet and caret) is ``advisor.reports.problems``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple


class Span(NamedTuple):
    """A stretch of text; lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A second place that belongs to a problem, with its own words."""

    message: str
    file: str
    span: Span | None = None
    source_line: str | None = None


class Problem(NamedTuple):
    """One mistake.

    ``check`` names the page that explains it (``advisor rules explain CHECK``); ``hint`` is
    what stands under the caret, such as "did you mean 'model-size'?"; ``source_line`` is the
    text of the line that ``span`` starts on, kept so that rendering needs no file.
    """

    check: str
    message: str
    file: str
    span: Span | None = None
    hint: str | None = None
    source_line: str | None = None
    related: tuple[Related, ...] = ()
    severity: str = "error"

    @property
    def place(self) -> str:
        """``file:line:column``, or the file alone."""
        if self.span is None:
            return self.file
        return f"{self.file}:{self.span.line}:{self.span.column}"


class AdvisorError(Exception):
    """Base of all expected failures.  ``problems`` is never empty."""

    exit_code: ClassVar[int] = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(f"{p.place}: {p.message}" for p in self.problems))


class UsageError(AdvisorError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class DataError(AdvisorError):
    """A data file is invalid."""

    exit_code = 3


class RuleBaseError(AdvisorError):
    """The rule base is invalid."""

    exit_code = 4
