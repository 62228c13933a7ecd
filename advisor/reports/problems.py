"""Problems as people read them (snippet and caret), and as data for programs.

Whatever a problem quotes comes from a file that may be hostile: no control, bidirectional or
invisible character reaches the output as itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from advisor.errors import Problem, Span
from advisor.knowledge.text_safety import cell_width, visible
from advisor.knowledge.yaml_checks import CHECKS

#: Problems with the command line, this machine or tables of workloads, which no page explains.
NO_PAGE = frozenset(
    {
        *("cannot-listen", "missing-extra", "no-cluster", "no-session", "output"),
        *("output-exists", "rejected-row", "unknown-column", "unknown-device", "unwritable-file"),
        *("usage", "wrong-header"),
    }
)

#: Source lines are cut so that a snippet takes at most this many columns.
WIDTH = 100
_NARROWEST = 24
_TAB = 4
_SEVERITIES = {"error": 0, "warning": 1}


def render(problem: Problem, width: int = WIDTH) -> str:
    """Return a problem as text of several lines, without a line feed at the end.

    The message, the place, the source line with the span underlined and the hint after it,
    then a note with a snippet of its own for every related place.  Source lines are cut to
    ``width`` terminal columns around what is underlined; messages and hints are not.
    """
    gutter = _gutter(problem)
    room = max(_NARROWEST, width - gutter - len(" | "))
    check = visible(problem.check)
    lines = [
        f"{visible(problem.severity)}[{check}]: {visible(problem.message)}",
        *_place(problem.file, problem.span, problem.source_line, problem.hint, gutter, room),
    ]
    if problem.check not in NO_PAGE:
        lines.append(f"{' ' * gutter} = see: advisor rules explain {check}")
    for note in problem.related:
        lines.append(f"note: {visible(note.message)}")
        lines.extend(_place(note.file, note.span, note.source_line, None, gutter, room))
    return "\n".join(lines)


def render_all(problems: Iterable[Problem], width: int = WIDTH) -> str:
    """Return all problems, the likeliest cause first, and a last line that counts them.

    A problem given twice is shown once; no problems give the empty text.
    """
    ordered = in_order(problems)
    if not ordered:
        return ""
    return "\n\n".join([*(render(problem, width) for problem in ordered), counted(ordered)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repetition, the likeliest cause first.

    Errors come before warnings; among them, files that cannot be read come first, because
    what they would have declared is missing elsewhere; then by file, line and column.
    """
    return sorted(dict.fromkeys(problems), key=_rank)


def counted(problems: Sequence[Problem]) -> str:
    """Return how many there are: ``3 problems and 1 note in 2 files``."""
    files = len({problem.file for problem in problems})
    notes = sum(problem.severity == "info" for problem in problems)
    parts = [(len(problems) - notes, "problem"), (notes, "note")]
    told = " and ".join(_plural(count, what) for count, what in parts if count)
    return f"{told} in {_plural(files, 'file')}"


def to_data(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON data: texts, whole numbers, None and lists only.

    Lines and columns count from 1, ``end_column`` is exclusive; None where no place is known.
    """
    return {
        "check": visible(problem.check),
        "severity": visible(problem.severity),
        "message": visible(problem.message),
        "hint": _visible_or_none(problem.hint),
        **_place_data(problem.file, problem.span, problem.source_line),
        "related": [
            {
                "message": visible(related.message),
                **_place_data(related.file, related.span, related.source_line),
            }
            for related in problem.related
        ],
        "see": None
        if problem.check in NO_PAGE
        else f"advisor rules explain {visible(problem.check)}",
    }


def _rank(problem: Problem) -> tuple[int, int, str, Span, str, str]:
    return (
        _SEVERITIES.get(problem.severity, len(_SEVERITIES)),
        0 if problem.check in CHECKS else 1,
        problem.file,
        problem.span or Span(0, 0, 0, 0),
        problem.check,
        problem.message,
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _visible_or_none(text: str | None) -> str | None:
    return None if text is None else visible(text)


def _place_data(file: str, span: Span | None, source_line: str | None) -> dict[str, object]:
    return {
        "file": visible(file),
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "source_line": None if source_line is None else visible(source_line, keep="\t"),
    }


def _gutter(problem: Problem) -> int:
    """How wide the column of line numbers is: one blank and the longest number shown."""
    numbers = [
        span.line
        for span, source in (
            (problem.span, problem.source_line),
            *((related.span, related.source_line) for related in problem.related),
        )
        if span is not None and source is not None
    ]
    return 1 + max((len(str(number)) for number in numbers), default=1)


def _place(
    file: str, span: Span | None, source_line: str | None, hint: str | None, gutter: int, room: int
) -> Iterator[str]:
    blank = " " * gutter
    where = visible(file) if span is None else f"{visible(file)}:{span.line}:{span.column}"
    yield f"{blank}--> {where}"
    if span is None or source_line is None:
        if hint is not None:
            yield f"{blank} = hint: {visible(hint)}"
        return
    shown, before, carets = _snippet(source_line, span, room)
    yield f"{blank} |"
    yield f"{span.line:>{gutter}} | {shown}".rstrip()
    underline = f"{blank} | {' ' * before}{'^' * carets}"
    yield underline if hint is None else f"{underline} {visible(hint)}"


def _snippet(source_line: str, span: Span, room: int) -> tuple[str, int, int]:
    """The line in at most ``room`` columns, the columns before the carets, and their number."""
    first = min(max(0, span.column - 1), len(source_line))
    end_column = span.end_column if span.end_line == span.line else len(source_line.rstrip()) + 1
    # A line of a megabyte is cut before it is looked at character by character.
    offset = max(0, first - room)
    text = source_line[offset : first + room]
    first -= offset
    cells = [*_cells(text), ""]
    widths = [cell_width(cell) for cell in cells]
    last = min(max(first + 1, end_column - 1 - offset), len(cells))
    more_before, more_after = offset > 0, offset + len(text) < len(source_line)
    begin, end = 0, len(cells)
    if more_before or more_after or sum(widths) > room:
        # A third of the room shows what stands before, more where the line ends soon.
        after = room if more_after else sum(widths[first:])
        before = room - 2 - min(after, room - room // 3)
        begin = first
        while begin > 0 and sum(widths[begin - 1 : first]) <= before:
            begin -= 1
        lead = 1 if more_before or begin > 0 else 0
        while lead + sum(widths[begin:end]) + (more_after or end < len(cells)) > room:
            end -= 1
    cut_before, cut_after = more_before or begin > 0, more_after or end < len(cells) - 1
    shown = "…" * cut_before + "".join(cells[begin:end]) + "…" * cut_after
    return (
        shown,
        cut_before + sum(widths[begin:first]),
        max(1, sum(widths[first : min(last, end)])),
    )


def _cells(text: str) -> list[str]:
    """Each character as it is shown: tabs to the next stop, hidden ones spelt out.

    A mark that has no width of its own stays with the character before it; its own cell is
    empty, so that indexes still count characters of the source.
    """
    if re.fullmatch(r"[\x20-\x7e]*", text):
        return list(text)
    cells: list[str] = []
    width = 0
    for char in text:
        cell = " " * (_TAB - width % _TAB) if char == "\t" else visible(char)
        if cells and (char == "\ufe0f" or unicodedata.combining(char)):
            # Joined to its base, the pair is measured as one.
            base = len(cells) - 1
            while base > 0 and not cells[base]:
                base -= 1
            width -= cell_width(cells[base])
            cells[base] += cell
            width += cell_width(cells[base])
            cells.append("")
            continue
        cells.append(cell)
        width += cell_width(cell)
    return cells
