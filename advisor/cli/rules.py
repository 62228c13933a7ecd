"""``advisor rules``: check, list, show, explain."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.app import SuggestingGroup
from advisor.cli.inputs import load_knowledge, rules_directory
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style
from advisor.errors import RuleBaseError

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge


# Commands with a module of their own, in which they are called ``command``.
MODULES = {
    "coverage": "advisor.cli.rules_coverage",
    "schema": "advisor.cli.rules_schema",
    "test": "advisor.cli.rules_test",
}


class RulesGroup(SuggestingGroup):
    """Imports the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(MODULES[cmd_name]), "command", None)
        if not isinstance(found, click.Command):
            raise TypeError(f"{MODULES[cmd_name]} has no command")
        return found


@click.group("rules", cls=RulesGroup, no_args_is_help=False)
@common_options
def command(common: Common) -> None:
    """Check, test, list, show and explain the rule base."""


@command.command("check")
@format_option("text", "json")
@output_option
@common_options
def check(common: Common, form: str, output: Path | None) -> int:
    """Name every mistake in the rule base, with its place; exits with 4 if there is one."""
    from advisor.reports import problems

    try:
        knowledge = load_knowledge(common)
    except RuleBaseError as error:
        if not rules_directory(common).is_dir():
            raise
        found = problems.in_order(error.problems)
        if form == "json":
            emit(_json("advisor-problems-1", problems=[problems.to_data(p) for p in found]), output)
        else:
            emit(problems.render_all(found) + "\n", output)
        return error.exit_code
    if form == "json":
        emit(_json("advisor-problems-1", problems=[]), output)
    else:
        emit(f"no problems: {_sizes(knowledge)}\n", output)
    return 0


@command.command("list")
@click.option("--offers", "kind", flag_value="offers", help="List offers.")
@click.option("--questions", "kind", flag_value="questions", help="List questions.")
@click.option("--criteria", "kind", flag_value="criteria", help="List criteria.")
@click.option("--rules-only", "kind", flag_value="rules", default=True, hidden=True)
@format_option("text", "json")
@output_option
@common_options
def listing(common: Common, kind: str, form: str, output: Path | None) -> int:
    """List the rules, or the offers, questions or criteria."""
    from advisor.cli.listings import DATA, ROWS

    knowledge = load_knowledge(common)
    if form == "json":
        emit(_json(f"advisor-{kind}-1", **{kind: DATA[kind](knowledge)}), output)
        return 0
    from advisor.reports.blocks import Document, Table
    from advisor.reports.text import render_document

    header, *rows = ROWS[kind](knowledge)
    document = Document(kind.capitalize(), (Table(header, tuple(rows), whole=True),))
    emit(render_document(document, text_style(output)), output)
    return 0


@command.command("show")
@click.argument("name", metavar="ID")
@format_option("text", "json")
@output_option
@common_options
def show(common: Common, name: str, form: str, output: Path | None) -> int:
    """Show a declaration (a rule, offer, question, model, ...) as it is written."""
    from advisor.cli.listings import declarations, written

    knowledge = load_knowledge(common)
    found = [(kind, place) for kind, key, place in declarations(knowledge) if key == name]
    if not found:
        known = [key for _, key, _ in declarations(knowledge)]
        raise unknown_name("rule, offer or question", name, known, "ID")
    shown = [(kind, place, written(Path(knowledge.root), place)) for kind, place in found]
    if form == "json":
        rows = [
            {
                "kind": kind,
                "id": name,
                "file": place.file,
                "line": None if place.span is None else place.span.line,
                "text": text,
            }
            for kind, place, text in shown
        ]
        emit(_json("advisor-declarations-1", declarations=rows), output)
        return 0
    parts = []
    for kind, place, text in shown:
        line = "" if place.span is None else f":{place.span.line}"
        parts.append(f"# {kind} in {place.file}{line}\n{text}")
    emit("\n".join(parts), output)
    return 0


@command.command("explain")
@click.argument("name", metavar="[CHECK]", required=False)
@format_option("text", "json")
@output_option
@common_options
def explain(common: Common, name: str | None, form: str, output: Path | None) -> int:
    """Say what a check means; without a name, list all checks."""
    from advisor.knowledge import yaml_checks
    from advisor.language import binding_checks, checks

    known = {**checks.CHECKS, **binding_checks.CHECKS, **yaml_checks.CHECKS}
    if name is not None and name not in known:
        raise unknown_name("check", name, list(known), "CHECK")
    chosen = {key: known[key] for key in sorted(known) if name in (None, key)}
    if form == "json":
        rows = [{"check": key, "means": words} for key, words in chosen.items()]
        emit(_json("advisor-checks-1", checks=rows), output)
        return 0
    from advisor.reports.blocks import Document, Pair, Pairs
    from advisor.reports.text import render_document

    document = Document("Checks", (Pairs(tuple(Pair(*entry) for entry in chosen.items())),))
    emit(render_document(document, text_style(output)), output)
    return 0


def _json(form: str, **content: object) -> str:
    data = {"format": form, **content}
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _sizes(knowledge: Knowledge) -> str:
    from advisor.reports.figures import counted

    parts = [
        counted(len(knowledge.rules), "rule"),
        counted(len(knowledge.questions), "question"),
        counted(len(knowledge.offers), "offer"),
        counted(len(knowledge.models), "model"),
        counted(len(knowledge.sources), "source"),
        counted(len(knowledge.cases), "example"),
    ]
    return ", ".join(parts)
