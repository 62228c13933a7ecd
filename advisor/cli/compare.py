"""``advisor compare ANSWERS OFFER OFFER...``."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.explain import rendered
from advisor.cli.inputs import load_knowledge, read_inputs
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit
from advisor.cli.recommending import verdict_code
from advisor.errors import Problem, UsageError


@click.command("compare")
@click.argument("answers", metavar="ANSWERS")
@click.argument("offers", metavar="OFFER OFFER...", nargs=-1, required=True)
@format_option("text", "json", "markdown")
@output_option
@common_options
def command(
    common: Common, answers: str, offers: tuple[str, ...], form: str, output: Path | None
) -> int:
    """Compare offers: points by criterion, cost, and what decides between them."""
    from advisor.decision.explain import comparison
    from advisor.decision.recommend import decide
    from advisor.reports.comparison import to_data, view

    knowledge = load_knowledge(common)
    for offer in offers:
        if offer not in knowledge.offers:
            raise unknown_name("offer", offer, list(knowledge.offers), "OFFER")
    if len(set(offers)) < 2:
        message = f"'{offers[0]}' alone is no comparison; name at least two different offers"
        raise UsageError([Problem("usage", message, "OFFER")])
    decision = decide(knowledge, read_inputs(answers, knowledge), common.as_of)
    compared = comparison(decision, offers)
    emit(rendered(to_data(compared), view(compared), form, output), output)
    return verdict_code(compared.result)
