"""How the fixtures here write a problem down: every word and the place, line uncut.

Independent of how reports cut long lines, which has tests of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from advisor.errors import Problem, Span

Said = Callable[[Iterable[Problem], str], str]


def _place(file: str, span: Span | None, line: str | None, hint: str | None) -> Iterator[str]:
    at = "" if span is None else f":{span.line}:{span.column}"
    yield f"  {file}{at}"
    if span is not None and line is not None:
        end = span.end_column if span.end_line == span.line else len(line) + 1
        caret = " " * (span.column - 1) + "^" * max(1, end - span.column)
        yield f"  | {line}"
        yield f"  | {caret}{f' {hint}' if hint else ''}"
    elif hint:
        yield f"  = {hint}"


def _lines(problem: Problem) -> Iterator[str]:
    yield f"{problem.severity}[{problem.check}]: {problem.message}"
    yield from _place(problem.file, problem.span, problem.source_line, problem.hint)
    for related in problem.related:
        yield f"  note: {related.message}"
        yield from _place(related.file, related.span, related.source_line, None)


def _key(problem: Problem) -> tuple[str, Span]:
    return problem.file, problem.span or Span(0, 0, 0, 0)


@pytest.fixture(scope="session")
def said() -> Said:
    """Problems as text, by place; ``root`` is written as ``rules``."""

    def write(problems: Iterable[Problem], root: str = "") -> str:
        blocks = ["\n".join(_lines(problem)) for problem in sorted(problems, key=_key)]
        text = "\n\n".join(blocks) + "\n"
        return text.replace(root, "rules") if root else text

    return write
