"""``advisor plan ANSWERS``: the bake-off before signing."""

from __future__ import annotations

import json
from pathlib import Path

import click

from advisor.cli.inputs import load_knowledge, read_inputs
from advisor.cli.main import DONE, NO_OFFER
from advisor.cli.options import Common, common_options, format_option, output_option
from advisor.cli.output import emit, text_style


@click.command("plan")
@click.argument("answers", metavar="ANSWERS")
@format_option("text", "json", "markdown", "html")
@output_option
@common_options
def command(common: Common, answers: str, form: str, output: Path | None) -> int:
    """Plan the bake-off: which offers to test, with which traffic, and what decides.

    With ready commands for vLLM, GuideLLM, AIPerf and inference-perf, pass marks that would
    confirm or overturn the recommendation, and checklists of what to settle before signing.
    Exits with 5 when no offer qualifies.
    """
    from advisor.decision.bakeoff import bake_off
    from advisor.reports.bakeoff import bake_off_data, bake_off_view

    knowledge = load_knowledge(common)
    plan = bake_off(knowledge, read_inputs(answers, knowledge), common.as_of)
    if form == "json":
        data = bake_off_data(plan)
        text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    elif form == "markdown":
        from advisor.reports.markdown import render_document as as_markdown

        text = as_markdown(bake_off_view(plan))
    elif form == "html":
        from advisor.reports.html import render_document as as_page

        text = as_page(bake_off_view(plan))
    else:
        from advisor.reports.text import render_document

        text = render_document(bake_off_view(plan), text_style(output))
    emit(text, output)
    return DONE if plan.candidates else NO_OFFER
