"""``advisor estimate``: what offers would deliver and cost, with every formula."""

from __future__ import annotations

import json
from dataclasses import replace
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
    from advisor.knowledge.model import Inputs, Knowledge
    from advisor.knowledge.values import Number


@click.command("estimate")
@click.argument("answers", metavar="ANSWERS")
@click.argument("offers", nargs=-1, metavar="[OFFER...]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Your own price, such as price.gmi-gb200-nvl72=10.5/h, or horizon=10M/day for the "
    "break-evens (repeatable).",
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
    from advisor.decision.estimates import Given, estimates
    from advisor.estimate.measured import load_evidence
    from advisor.reports.estimates import estimates_data, estimates_view

    knowledge = load_knowledge(common)
    for offer in offers:
        if offer not in knowledge.offers:
            raise unknown_name("offer", offer, list(knowledge.offers), "OFFER")
    inputs, horizon = _with_settings(read_inputs(answers, knowledge), settings, knowledge)
    evidence = load_evidence(rules_directory(common))
    result = estimates(knowledge, inputs, common.as_of, evidence, offers, Given(horizon))
    if form == "json":
        data = estimates_data(result)
        emit(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", output)
        return 0
    from advisor.reports.text import render_document

    emit(render_document(estimates_view(result), text_style(output)), output)
    return 0


def _with_settings(
    inputs: Inputs, settings: tuple[str, ...], knowledge: Knowledge
) -> tuple[Inputs, Number | None]:
    """The answers with the prices given on the command line, which win over the file's; and up
    to how many requests a day ways of paying are compared."""
    from advisor.estimate.settings import parse_setting

    prices = {offer: dict(own) for offer, own in inputs.prices.items()}
    horizon: Number | None = None
    problems = []
    for text in settings:
        try:
            setting = parse_setting(text, knowledge.offers)
        except ValueError as error:
            problems.append(Problem("usage", str(error), "--set"))
            continue
        if setting.key == "horizon":
            horizon = setting.value
            continue
        prices.setdefault(setting.offer, {})[setting.key] = setting.value
    if problems:
        raise UsageError(problems)
    return replace(inputs, prices=prices), horizon
