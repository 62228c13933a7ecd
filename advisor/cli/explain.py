"""``advisor explain ANSWERS``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge, read_inputs
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style
from advisor.cli.recommending import verdict_code

if TYPE_CHECKING:
    from advisor.reports.blocks import Document


@click.command("explain")
@click.argument("answers", metavar="ANSWERS")
@click.option("--why", metavar="OFFER", help="Where the points of an offer come from.")
@click.option(
    "--why-not",
    metavar="OFFER",
    help="What excludes an offer and what would open it, or where it is behind.",
)
@click.option("--flips", is_flag=True, help="Which other answers would give another winner.")
@click.option(
    "--sensitivity", is_flag=True, help="How far weights may move; how often each offer is first."
)
@format_option("text", "json", "markdown")
@output_option
@common_options
def command(
    common: Common,
    answers: str,
    why: str | None,
    why_not: str | None,
    flips: bool,
    sensitivity: bool,
    form: str,
    output: Path | None,
) -> int:
    """Explain a recommendation: why the winner leads, or what you ask of it.

    Flips are sets of up to three changed answers; how far the search went is said.
    """
    from advisor.decision.explain import explanation
    from advisor.decision.recommend import decide
    from advisor.reports.explanation import to_data, view

    knowledge = load_knowledge(common)
    for option, offer in (("--why", why), ("--why-not", why_not)):
        if offer is not None and offer not in knowledge.offers:
            raise unknown_name("offer", offer, list(knowledge.offers), option)
    decision = decide(knowledge, read_inputs(answers, knowledge), common.as_of)
    explained = explanation(
        decision, why=why, why_not=why_not, flips=flips, sensitivity=sensitivity
    )
    emit(rendered(to_data(explained), view(explained), form, output), output)
    return verdict_code(explained.result)


def rendered(data: object, document: Document, form: str, output: Path | None) -> str:
    """The data or the document in one of the formats."""
    if form == "json":
        return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if form == "markdown":
        from advisor.reports import markdown

        return markdown.render_document(document)
    from advisor.reports.text import render_document

    return render_document(document, text_style(output))
