"""``advisor recommend ANSWERS``."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.options import Common, common_options, format_option, one_of, output_option
from advisor.cli.recommending import DEMANDS, FORMATS, recommend_and_print


@click.command("recommend")
@click.argument("answers", metavar="ANSWERS")
@format_option(*FORMATS)
@output_option
@click.option(
    "--require",
    "demand",
    metavar="|".join(DEMANDS),
    callback=one_of(*DEMANDS),
    help="Exit with 7 unless the verdict is at least that.",
)
@click.option(
    "--measured",
    metavar="[OFFER=]FILE",
    multiple=True,
    help="Results of your own measurements: a results file, or what a benchmark tool wrote "
    "(repeatable).",
)
@common_options
def command(
    common: Common,
    answers: str,
    form: str,
    output: Path | None,
    demand: str | None,
    measured: tuple[str, ...],
) -> int:
    """Recommend where to serve, from an answers file (YAML or JSON; - is standard input).

    Exits with 5 when no offer qualifies; the result is printed all the same.
    """
    return recommend_and_print(common, answers, form, output, demand, measured)
