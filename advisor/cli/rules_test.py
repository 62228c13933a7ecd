"""``advisor rules test``: the examples beside the rules, and the shipped cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style
from advisor.cli.rules_progress import ProgressLine
from advisor.errors import RuleBaseError

if TYPE_CHECKING:
    from advisor.authoring.testing import CaseResult, ExampleResult, Results
    from advisor.knowledge.model import Knowledge
    from advisor.reports import junit
    from advisor.reports.blocks import Block

FAILED = RuleBaseError.exit_code
_TRUTHS = {True: "yes", False: "no", None: "unknown"}


@click.command("test")
@click.argument("names", metavar="[RULE|CASE]...", nargs=-1)
@click.option("--examples-only", is_flag=True, help="Leave the cases out: they take longest.")
@click.option("--cases-only", is_flag=True, help="Leave the examples beside the rules out.")
@format_option("text", "json", "junit")
@output_option
@common_options
def command(
    common: Common,
    names: tuple[str, ...],
    examples_only: bool,
    cases_only: bool,
    form: str,
    output: Path | None,
) -> int:
    """Run the examples beside the rules and the shipped cases; exit 4 when one fails.

    Examples are judged on the newest day in the rule base and each case on its own day;
    with --as-of everything is judged on that day.
    """
    from advisor.authoring.testing import run_tests

    if examples_only and cases_only:
        raise click.UsageError("--examples-only and --cases-only leave nothing to run")
    try:
        knowledge = load_knowledge(common)
    except RuleBaseError as error:
        if form == "junit":
            emit(_broken(error), output)
        raise
    _check_names(knowledge, names)
    progress = ProgressLine("cases", quiet=common.quiet)
    results = run_tests(
        knowledge,
        as_of=asked_day(),
        only=set(names) if names else None,
        examples=not cases_only,
        cases=not examples_only,
        progress=progress,
    )
    progress.end()
    emit(_rendered(results, form, output), output)
    return 0 if results.passed else FAILED


def asked_day() -> date | None:
    """The day of ``--as-of``; None where it was not given."""
    context: click.Context | None = click.get_current_context()
    while context is not None:
        day = context.params.get("as_of")
        if isinstance(day, date):
            return day
        context = context.parent
    return None


def _check_names(knowledge: Knowledge, names: tuple[str, ...]) -> None:
    known = [*knowledge.rules, *knowledge.cases]
    for name in names:
        if name not in known:
            raise unknown_name("rule or case", name, known, "RULE|CASE")


def _rendered(results: Results, form: str, output: Path | None) -> str:
    if form == "json":
        from advisor.cli.rules_data import as_json

        return as_json("advisor-rule-tests-1", **_data(results))
    if form == "junit":
        from advisor.reports.junit import render

        return render("advisor rules test", _entries(results))
    from advisor.reports.blocks import Document
    from advisor.reports.text import render_document

    document = Document("Rule tests", tuple(_blocks(results)))
    return render_document(document, text_style(output))


def _blocks(results: Results) -> Iterator[Block]:
    from advisor.reports.blocks import Heading, Paragraph, Table

    for example in results.examples:
        if not example.passed:
            yield Heading(_example_title(example))
            yield Paragraph(_given(example))
            yield Table(
                ("", "condition", "saw", "holds", ""), tuple(_step_rows(example)), whole=True
            )
    if results.cases:
        yield Heading("Cases")
        rows = tuple(
            (c.judgement, c.case, c.offer, c.lane, c.confidence, "settled" if c.settled else "open")
            for c in results.cases
        )
        header = ("verdict", "case", "winner", "lane", "confidence", "proof")
        yield Table(header, rows, whole=True)
    for case in results.cases:
        if case.failures:
            yield Heading(f"{case.file}: {case.case}")
            for failure in case.failures:
                yield Paragraph(failure, "bad")
    yield Heading("Summary")
    for line in _summary(results):
        yield Paragraph(line)


def _summary(results: Results) -> Iterator[str]:
    from advisor.reports.figures import counted, percent

    if results.examples:
        passed = sum(1 for example in results.examples if example.passed)
        total = counted(len(results.examples), "example")
        yield f"{passed:,} of {total} as expected, judged as of {results.as_of}."
    if results.cases:
        total = counted(len(results.cases), "case")
        words = ", ".join(
            f"{results.judged(word)} {word}"
            for word in ("right", "debatable", "wrong", "unlisted")
            if results.judged(word) or word != "unlisted"
        )
        share = percent(Fraction(results.judged("right"), len(results.cases)))
        yield f"{total}: {words}; top-1 agreement {share}."
        if results.agreement is not None:
            lowest = min(
                (case for case in results.cases if case.agreement is not None),
                key=lambda case: (case.agreement, case.case),
            )
            yield (
                f"Order of the offers that the panels name: Kendall's tau "
                f"{_tau(results.agreement)} on average, {_tau(lowest.agreement)} at the lowest "
                f"({lowest.case})."
            )
        failed = sum(1 for case in results.cases if not case.passed)
        if failed:
            yield f"{counted(failed, 'case')} failed."
    if not results.examples and not results.cases:
        yield "There is nothing to run."


def _tau(value: Fraction | None) -> str:
    return "–" if value is None else f"{float(value):.2f}"


def _example_title(example: ExampleResult) -> str:
    line = "" if example.line is None else f":{example.line}"
    outcome = "that cannot be told" if example.truth is None else f"it {example.outcome}"
    return (
        f"{example.file}{line}: {example.rule}, example {example.number}: "
        f"expected '{example.expect}', but {outcome}"
    )


def _given(example: ExampleResult) -> str:
    return "given: " + (", ".join(f"{n} = {v}" for n, v in example.given) or "nothing")


def _step_rows(example: ExampleResult) -> Iterator[tuple[str, ...]]:
    side = ""
    for step in example.steps:
        first = step.side if step.side != side else ""
        side = step.side
        mark = "<- decides" if step.decided else ""
        label = "  " * step.depth + step.label
        yield first, label, step.value, _TRUTHS[step.truth], mark


def _data(results: Results) -> dict[str, object]:
    return {
        "as_of": results.as_of,
        "passed": results.passed,
        "examples": [_example_data(example) for example in results.examples],
        "cases": [_case_data(case) for case in results.cases],
        "agreement": {
            "cases": len(results.cases),
            "right": results.judged("right"),
            "debatable": results.judged("debatable"),
            "wrong": results.judged("wrong"),
            "unlisted": results.judged("unlisted"),
            "kendall_tau": _rounded(results.agreement),
        },
    }


def _example_data(example: ExampleResult) -> dict[str, object]:
    return {
        "rule": example.rule,
        "number": example.number,
        "file": example.file,
        "line": example.line,
        "given": dict(example.given),
        "expect": example.expect,
        "outcome": example.outcome,
        "passed": example.passed,
        "conditions": [
            {
                "side": step.side,
                "depth": step.depth,
                "condition": step.label,
                "saw": step.value or None,
                "holds": step.truth,
                "decides": step.decided,
                "line": step.line,
            }
            for step in example.steps
        ],
    }


def _rounded(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _case_data(case: CaseResult) -> dict[str, object]:
    return {
        "case": case.case,
        "title": case.title,
        "file": case.file,
        "as_of": case.as_of,
        "verdict": case.judgement,
        "offer": case.offer,
        "lane": case.lane,
        "confidence": case.confidence,
        "settled": case.settled,
        "kendall_tau": _rounded(case.agreement),
        "decides": case.decides,
        "passed": case.passed,
        "failures": list(case.failures),
    }


def _entries(results: Results) -> Iterator[junit.Entry]:
    from advisor.reports.junit import Entry

    for example in results.examples:
        name = f"{example.rule}, example {example.number}: {example.expect}"
        if example.passed:
            yield Entry("examples", example.file, name)
            continue
        lines = [_given(example)]
        for side, label, saw, holds, mark in _step_rows(example):
            lines.append(f"{side:>4}  {label}  [{saw}]  {holds}  {mark}".rstrip())
        yield Entry("examples", example.file, name, _example_title(example), "\n".join(lines))
    for case in results.cases:
        problem = "; ".join(case.failures) or None
        details = f"{case.offer} ({case.lane}, {case.confidence})"
        yield Entry("cases", case.file, case.case, problem, details if problem else "")


def _broken(error: RuleBaseError) -> str:
    """A rule base that cannot be loaded, as one error for each problem."""
    from advisor.reports.junit import Entry, render
    from advisor.reports.problems import in_order
    from advisor.reports.problems import render as words

    return render(
        "advisor rules test",
        (
            Entry("rule base", p.file, f"{p.place} {p.check}", p.message, words(p), "error")
            for p in in_order(error.problems)
        ),
    )
