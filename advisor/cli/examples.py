"""``advisor examples [NAME]``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style


@click.command("examples")
@click.argument("name", metavar="[NAME]", required=False)
@format_option("text", "json")
@output_option
@common_options
def command(common: Common, name: str | None, form: str, output: Path | None) -> int:
    """List the shipped examples; with a name, print it as an answers file."""
    knowledge = load_knowledge(common)
    cases = knowledge.cases
    if name is not None:
        if name not in cases:
            raise unknown_name("example", name, list(cases), "NAME")
        from advisor.reports.answers_file import case_file

        emit(case_file(cases[name]), output)
        return 0
    if form == "json":
        rows = [{"name": case.id, "title": case.title} for case in cases.values()]
        data = {"format": "advisor-examples-1", "examples": rows}
        emit(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", output)
        return 0
    from advisor.reports.blocks import Document, Pair, Pairs, Paragraph
    from advisor.reports.text import render_document

    document = Document(
        "Examples",
        (
            Pairs(tuple(Pair(case.id, case.title) for case in cases.values())),
            Paragraph(""),
            Paragraph("'advisor examples NAME' prints one as an answers file."),
        ),
    )
    emit(render_document(document, text_style(output)), output)
    return 0
