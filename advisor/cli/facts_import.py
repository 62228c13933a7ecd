"""``advisor facts import``: fresh facts from a catalogue, as a reviewable change."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, one_of, output_option
from advisor.cli.output import OutputError, emit, say, text_style
from advisor.knowledge.importing import UPSTREAMS

if TYPE_CHECKING:
    from advisor.authoring.importing import Prepared
    from advisor.knowledge.model import Knowledge
    from advisor.reports.impact import Effect

_GIVEN = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


def _described(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """``2026``, ``2026-07`` or ``2026-07-02``."""
    if value is None or value == "undated":
        return value
    try:
        if _GIVEN.fullmatch(value) is None:
            raise ValueError
        date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        words = f"'{value}' is no date; write 2026-07-02, 2026-07 or 2026"
        raise click.BadParameter(words, ctx, param) from None
    return value


@click.command("import")
@click.argument("upstream", metavar="|".join(UPSTREAMS), callback=one_of(*UPSTREAMS))
@click.argument("source", metavar="PATH-or-URL")
@click.option("--write", is_flag=True, help="Update the files of the rule base.")
@click.option("--impact", is_flag=True, help="Say which cases would be recommended something else.")
@click.option(
    "--date",
    "described",
    metavar="DATE",
    callback=_described,
    help="The day that the catalogue describes (default: what is fetched today, a file undated).",
)
@click.option("--allow-retirements", is_flag=True, help="Most models of an offer may be gone.")
@click.option(
    "--unconfirmed", is_flag=True, help="Add models that only a catalogue of past models lists."
)
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    upstream: str,
    source: str,
    write: bool,
    impact: bool,
    described: str | None,
    allow_retirements: bool,
    unconfirmed: bool,
    form: str,
    output: Path | None,
) -> int:
    """Compare a catalogue with the ledger: what is new, changed, gone; --write takes it over.

    Claims of other sources are never touched.  A mistake in the catalogue is named, and then
    nothing is written.
    """
    from advisor.authoring import importing
    from advisor.cli.fetch import is_address, read_source

    knowledge = load_knowledge(common)
    if described is None:
        described = common.as_of.isoformat() if is_address(source) else "undated"
    _check_date(described, common)
    data = read_source(source)
    prepared = importing.prepare(
        upstream,
        data,
        source,
        knowledge,
        as_of=common.as_of,
        date=described,
        allow_retirements=allow_retirements,
        unconfirmed=unconfirmed,
    )
    # Read back before anything is written: what the import makes must be a sound rule base.
    changed = importing.changed_base(knowledge, prepared.files) if prepared.files else knowledge
    effects = _effects(knowledge, changed, common) if impact else None
    written: list[str] = []
    if write and prepared.files:
        written = _write(knowledge, prepared)
        if not common.quiet:
            say(f"written: {', '.join(written)}\n")
    elif prepared.files and not common.quiet:
        say(f"nothing is written; --write would change {', '.join(sorted(prepared.files))}\n")
    _show(prepared, effects, written, knowledge, form, output)
    return 0


def _check_date(described: str, common: Common) -> None:
    if described != "undated" and described > common.as_of.isoformat()[: len(described)]:
        raise click.UsageError(f"--date {described} is after the day of reading, {common.as_of}")


def _effects(before: Knowledge, after: Knowledge, common: Common) -> list[Effect]:
    from advisor.reports.impact import effects

    def told(case: str) -> None:
        if not common.quiet:
            say(f"judging {case}\n")

    return list(effects(before, after, common.as_of, told)) if before is not after else []


def _write(knowledge: Knowledge, prepared: Prepared) -> list[str]:
    from advisor.authoring.importing import write

    try:
        write(knowledge, prepared.files)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        name = error.filename or knowledge.root
        raise OutputError(f"cannot write '{name}': {reason}; nothing was changed", 2) from None
    return sorted(prepared.files)


def _show(
    prepared: Prepared,
    effects: list[Effect] | None,
    written: list[str],
    knowledge: Knowledge,
    form: str,
    output: Path | None,
) -> None:
    from advisor.reports.import_view import import_data, import_report

    if form == "json":
        data = import_data(prepared.found, effects, written, knowledge)
        emit(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", output)
        return
    from advisor.reports.text import render_document

    report = import_report(prepared.found, effects, knowledge)
    emit(render_document(report, text_style(output)), output)
