"""``advisor questions``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, output_option
from advisor.cli.output import emit, text_style


@click.command("questions")
@click.option("--template", is_flag=True, help="Print an answers file to fill in.")
@format_option("text", "json", "markdown")
@output_option
@common_options
def command(common: Common, template: bool, form: str, output: Path | None) -> int:
    """Show the questions, why they are asked and what they take."""
    from advisor.reports import questions

    knowledge = load_knowledge(common)
    if template:
        text = questions.template(knowledge)
    elif form == "json":
        data = questions.questions_data(knowledge)
        text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    elif form == "markdown":
        from advisor.reports import markdown

        text = markdown.render_document(questions.questions_view(knowledge))
    else:
        from advisor.reports.text import render_document

        text = render_document(questions.questions_view(knowledge), text_style(output))
    emit(text, output)
    return 0
