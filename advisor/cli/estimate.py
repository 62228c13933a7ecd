"""``advisor estimate``: what offers would deliver and cost, with every formula."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge, read_inputs, rules_directory
from advisor.cli.options import (
    Common,
    common_options,
    format_option,
    output_option,
    unknown_name,
)
from advisor.cli.output import emit, text_style
from advisor.errors import Problem, UsageError

if TYPE_CHECKING:
    from advisor.decision.given import Given
    from advisor.knowledge.model import Inputs, Knowledge


@click.command("estimate")
@click.argument("answers", metavar="ANSWERS")
@click.argument("offers", nargs=-1, metavar="[OFFER...]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Your own figure, such as price.gmi-gb200-nvl72=10.5/h, "
    "price.own-gpu-servers.device=42000, electricity=0.12/kWh, pue=1.3, egress=0.09/GB, "
    "utilisation=40%, adapters=10GB or horizon=10M/day (repeatable).",
)
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    answers: str,
    offers: tuple[str, ...],
    settings: tuple[str, ...],
    form: str,
    output: Path | None,
) -> int:
    """Estimate throughput, capacity, cost and break-even for the traffic in ANSWERS.

    All offers by default. Every figure is a band and shows its formula; what is not known is
    said to be unknown.
    """
    from advisor.decision.estimates import estimates
    from advisor.estimate.measured import load_evidence
    from advisor.reports.estimates import estimates_view
    from advisor.reports.estimates_data import estimates_data

    knowledge = load_knowledge(common)
    for offer in offers:
        if offer not in knowledge.offers:
            raise unknown_name("offer", offer, list(knowledge.offers), "OFFER")
    inputs, given = _with_settings(read_inputs(answers, knowledge), settings, knowledge)
    evidence = load_evidence(rules_directory(common))
    result = estimates(knowledge, inputs, common.as_of, evidence, offers, given)
    if form == "json":
        data = estimates_data(result)
        emit(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", output)
        return 0
    from advisor.reports.text import render_document

    emit(render_document(estimates_view(result), text_style(output)), output)
    return 0


def _with_settings(
    inputs: Inputs, settings: tuple[str, ...], knowledge: Knowledge
) -> tuple[Inputs, Given]:
    """The answers with what was set on the command line."""
    from advisor.decision.given import with_settings
    from advisor.estimate.settings import parse_setting

    found, problems = [], []
    for text in settings:
        try:
            found.append(parse_setting(text, knowledge.offers))
        except ValueError as error:
            problems.append(Problem("usage", str(error), "--set"))
    if problems:
        raise UsageError(problems)
    try:
        return with_settings(knowledge, inputs, found)
    except ValueError as error:
        raise UsageError([Problem("usage", str(error), "--set")]) from None
