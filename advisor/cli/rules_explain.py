"""``advisor rules explain``: what a check finds, why that matters, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style
from advisor.cli.rules_data import as_json


@click.command("explain")
@click.argument("name", metavar="[CHECK]", required=False)
@format_option("text", "json")
@output_option
@common_options
def command(common: Common, name: str | None, form: str, output: Path | None) -> int:
    """Explain a check: what, why, wrong and right; without a name, list all checks."""
    if name is not None:
        return explain(name, form, output)
    from advisor.authoring.explanations import meanings

    known = meanings()
    if form == "json":
        rows = [{"check": key, "means": words} for key, words in known.items()]
        emit(as_json("advisor-checks-1", checks=rows), output)
        return 0
    from advisor.reports.blocks import Document, Pair, Pairs
    from advisor.reports.text import render_document

    document = Document("Checks", (Pairs(tuple(Pair(*entry) for entry in known.items())),))
    emit(render_document(document, text_style(output)), output)
    return 0


def explain(name: str, form: str, output: Path | None) -> int:
    """Print the page of one check."""
    from advisor.authoring.explanations import meanings, page_of

    known = meanings()
    if name not in known:
        raise unknown_name("check", name, list(known), "CHECK")
    page = page_of(name)
    if form == "json":
        emit(as_json("advisor-checks-1", checks=[page.to_data()]), output)
    else:
        emit(page.markdown(), output)
    return 0
