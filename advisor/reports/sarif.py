"""Problems as SARIF 2.1.0, the format that code-review tools read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from advisor import __version__
from advisor.errors import Problem, Span
from advisor.knowledge.text_safety import visible
from advisor.reports.problems import in_order

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def to_sarif(problems: Iterable[Problem], means: Mapping[str, str], below: Path) -> str:
    """One SARIF log as text, with a line feed at its end.

    ``means`` says of each check what it finds.  Files that lie below the directory ``below``
    are named relative to it, others by their absolute address.
    """
    ordered = in_order(problems)
    checks = sorted({problem.check for problem in ordered})
    index = {check: number for number, check in enumerate(checks)}
    log = {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "advisor",
                        "version": __version__,
                        "rules": [_rule(check, means.get(check, check)) for check in checks],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(p, index[p.check], below) for p in ordered],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _rule(check: str, means: str) -> dict[str, object]:
    return {
        "id": visible(check),
        "shortDescription": {"text": visible(means)},
        "help": {"text": f"advisor rules explain {visible(check)}"},
    }


def _result(problem: Problem, rule: int, below: Path) -> dict[str, object]:
    message = visible(problem.message)
    if problem.hint:
        message += f" ({visible(problem.hint)})"
    result: dict[str, object] = {
        "ruleId": visible(problem.check),
        "ruleIndex": rule,
        "level": LEVELS.get(problem.severity, "warning"),
        "message": {"text": message},
        "locations": [_location(problem.file, problem.span, problem.source_line, below)],
    }
    if problem.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": visible(related.message)},
                **_location(related.file, related.span, related.source_line, below),
            }
            for number, related in enumerate(problem.related)
        ]
    return result


def _location(
    file: str, span: Span | None, source_line: str | None, below: Path
) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": address(file, below)}}
    if span is not None:
        region: dict[str, object] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
        if source_line is not None:
            region["snippet"] = {"text": visible(source_line, keep="\t")}
        place["region"] = region
    return {"physicalLocation": place}


def address(file: str, below: Path) -> str:
    """A file's address: relative where it lies below the directory, with ``/`` and escapes."""
    path = Path(file)
    absolute = path if path.is_absolute() else below / path
    try:
        relative = absolute.relative_to(below)
    except ValueError:
        return absolute.as_uri()
    return quote(relative.as_posix())
