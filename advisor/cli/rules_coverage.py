"""``advisor rules coverage``: what the examples show of every condition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style
from advisor.cli.rules_data import as_json
from advisor.cli.rules_test import asked_day

if TYPE_CHECKING:
    from advisor.authoring.coverage import ClauseCoverage, Coverage, RuleCoverage
    from advisor.authoring.suggest import Goal, RuleSuggestions
    from advisor.reports.blocks import Block


@click.command("coverage")
@click.argument("names", metavar="[RULE]...", nargs=-1)
@click.option("--suggest", "suggesting", is_flag=True, help="Print the missing examples as YAML.")
@click.option("--all", "everything", is_flag=True, help="Show the rules that are covered too.")
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    names: tuple[str, ...],
    suggesting: bool,
    everything: bool,
    form: str,
    output: Path | None,
) -> int:
    """Show which conditions the examples prove: seen true, seen false, deciding alone.

    A condition decides alone where the outcome would be the other one if it alone came out
    otherwise; it is covered when the examples show that both for its holding and its failing.
    """
    from advisor.authoring.coverage import cover
    from advisor.authoring.suggest import suggest

    knowledge = load_knowledge(common)
    for name in names:
        if name not in knowledge.rules:
            raise unknown_name("rule", name, list(knowledge.rules), "RULE")
    wanted = frozenset(names) if names else None
    coverage = cover(knowledge, wanted, asked_day())
    found = suggest(knowledge, wanted, asked_day()) if suggesting else ()
    if form == "json":
        more = {"suggestions": [_suggestions_data(s) for s in found]} if suggesting else {}
        data = {"as_of": coverage.as_of, "summary": dict(coverage.count()), **more}
        rules = [_rule_data(rule) for rule in coverage.rules]
        emit(as_json("advisor-rule-coverage-1", rules=rules, **data), output)
    elif suggesting:
        emit("".join(_pasteable(found)), output)
    else:
        from advisor.reports.blocks import Document
        from advisor.reports.text import render_document

        blocks = tuple(_blocks(coverage, everything or bool(names)))
        emit(render_document(Document("Coverage of rules", blocks), text_style(output)), output)
    return 0


def _blocks(coverage: Coverage, everything: bool) -> Iterator[Block]:
    from advisor.reports.blocks import Heading, Paragraph, Table

    header = ("", "condition", "true", "false", "alone")
    for rule in coverage.rules:
        if rule.covered and not everything:
            continue
        yield Heading(f"{rule.file}:{rule.line}: {rule.rule}")
        yield Table(header, tuple(_rows(rule)), whole=True)
    yield Heading("Summary")
    count = coverage.count()
    covered = sum(1 for rule in coverage.rules if rule.covered)
    yield Paragraph(
        f"{count['clauses']:,} conditions: {count['seen_true']:,} seen true, "
        f"{count['seen_false']:,} seen false, {count['decisive_alone']:,} deciding alone "
        f"both ways."
    )
    yield Paragraph(f"{covered:,} of {len(coverage.rules):,} rules are covered entirely.")
    if covered < len(coverage.rules):
        yield Paragraph("'advisor rules coverage --suggest' prints the missing examples.")


def _rows(rule: RuleCoverage) -> Iterator[tuple[str, ...]]:
    side = ""
    for found in rule.clauses:
        clause = found.clause
        first = clause.side if clause.side != side else ""
        side = clause.side
        yield (
            first,
            f"{clause.name}: {clause.text}",
            _examples(found.held),
            _examples(found.failed),
            _alone(found),
        )


def _examples(numbers: tuple[int, ...]) -> str:
    return "in " + ", ".join(map(str, numbers)) if numbers else "never"


def _alone(found: ClauseCoverage) -> str:
    if found.covered:
        return "both ways"
    if found.decided_held:
        return "only where it holds"
    return "only where it fails" if found.decided_failed else "never"


def _pasteable(found: tuple[RuleSuggestions, ...]) -> Iterator[str]:
    """YAML for people to paste, one block for each rule."""
    if not found:
        yield "# Nothing is missing.\n"
    for number, rule in enumerate(found):
        if number:
            yield "\n"
        yield f"# {rule.file}:{rule.line}: examples of {rule.rule}\n"
        for suggestion in rule.suggestions:
            for goal in suggestion.shows:
                yield f"    # {goal.words}\n"
            yield suggestion.yaml()
        for goal in rule.out_of_reach:
            yield f"    # {_out_of_reach(rule, goal)}\n"


def _out_of_reach(rule: RuleSuggestions, goal: Goal) -> str:
    tried = f"{rule.tried:,} combinations"
    if rule.bounded:
        return f"not found among the first {tried}: {goal.words}"
    return f"none of {tried} of values and offers shows that {goal.words}"


def _rule_data(rule: RuleCoverage) -> dict[str, object]:
    return {
        "rule": rule.rule,
        "file": rule.file,
        "line": rule.line,
        "examples": rule.examples,
        "covered": rule.covered,
        "clauses": [
            {
                "side": found.clause.side,
                "name": found.clause.name,
                "test": found.clause.text,
                "seen_true": list(found.held),
                "seen_false": list(found.failed),
                "decisive_true": list(found.decided_held),
                "decisive_false": list(found.decided_failed),
                "covered": found.covered,
            }
            for found in rule.clauses
        ],
    }


def _suggestions_data(rule: RuleSuggestions) -> dict[str, object]:
    return {
        "rule": rule.rule,
        "file": rule.file,
        "line": rule.line,
        "tried": rule.tried,
        "bounded": rule.bounded,
        "out_of_reach": [_goal_data(goal) for goal in rule.out_of_reach],
        "examples": [
            {
                "given": dict(suggestion.given),
                "expect": suggestion.expect,
                "yaml": suggestion.yaml(0),
                "shows": [_goal_data(goal) for goal in suggestion.shows],
            }
            for suggestion in rule.suggestions
        ],
    }


def _goal_data(goal: Goal) -> dict[str, object]:
    return {
        "side": goal.clause.side,
        "name": goal.clause.name,
        "test": goal.clause.text,
        "holds": goal.holds,
        "alone": goal.alone,
    }
