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
    from advisor.decision.result import Recommendation


@click.command("explain")
@click.argument("answers", metavar="ANSWERS")
@click.option("--why", metavar="OFFER", help="Where the points of an offer come from.")
@click.option("--why-not", metavar="OFFER", help="What excludes an offer, or where it is behind.")
@format_option("text", "json", "markdown")
@output_option
@common_options
def command(
    common: Common,
    answers: str,
    why: str | None,
    why_not: str | None,
    form: str,
    output: Path | None,
) -> int:
    """Explain a recommendation: why the winner leads, or one offer of your choice."""
    from advisor.decision.recommend import recommend
    from advisor.reports import explanation

    knowledge = load_knowledge(common)
    for option, offer in (("--why", why), ("--why-not", why_not)):
        if offer is not None and offer not in knowledge.offers:
            raise unknown_name("offer", offer, list(knowledge.offers), option)
    result = recommend(knowledge, read_inputs(answers, knowledge), common.as_of)
    if why is None and why_not is None:
        why = result.verdict.offer
    if form == "json":
        data = explanation.to_data(result, why, why_not)
        text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    else:
        text = _document(result, why, why_not, form, output)
    emit(text, output)
    return verdict_code(result)


def _document(
    result: Recommendation, why: str | None, why_not: str | None, form: str, output: Path | None
) -> str:
    from advisor.reports import explanation

    document = explanation.view(result, why, why_not)
    if form == "markdown":
        from advisor.reports import markdown

        return markdown.render_document(document)
    from advisor.reports.text import render_document

    return render_document(document, text_style(output))
