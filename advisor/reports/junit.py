"""Test results as JUnit XML, which every CI system reads.

Times are left out, so that the same results are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

from msgspec import Struct

from advisor.knowledge.text_safety import visible


class Entry(Struct, frozen=True):
    """``problem`` None passed; else one line, with ``details`` of any length."""

    suite: str
    file: str
    name: str
    problem: str | None = None
    details: str = ""
    kind: Literal["failure", "error"] = "failure"


def render(name: str, entries: Iterable[Entry]) -> str:
    """One ``testsuites`` element, a ``testsuite`` for each suite in order of appearance."""
    suites: dict[str, list[Entry]] = {}
    for case in entries:
        suites.setdefault(case.suite, []).append(case)
    everything = [case for group in suites.values() for case in group]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="{_text(name)}" {_counts(everything)}>')
    for suite, group in suites.items():
        lines.append(f'  <testsuite name="{_text(suite)}" {_counts(group)}>')
        for case in group:
            lines += _case(case)
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _case(case: Entry) -> list[str]:
    head = f'classname="{_text(case.file)}" name="{_text(case.name)}" file="{_text(case.file)}"'
    if case.problem is None:
        return [f"    <testcase {head}/>"]
    return [
        f"    <testcase {head}>",
        f'      <{case.kind} message="{_text(case.problem)}">{_block(case.details)}</{case.kind}>',
        "    </testcase>",
    ]


def _counts(cases: list[Entry]) -> str:
    failures = sum(1 for c in cases if c.problem is not None and c.kind == "failure")
    errors = sum(1 for c in cases if c.problem is not None and c.kind == "error")
    return f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="0"'


def _text(text: str) -> str:
    return escape(visible(text))


def _block(text: str) -> str:
    return escape(visible(text, keep="\n"))
