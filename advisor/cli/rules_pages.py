"""``advisor rules pages``: documentation of the offers, generated from the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options
from advisor.cli.output import OutputError, emit, say


@click.command("pages")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@common_options
def command(common: Common, folder: Path) -> int:
    """Write a page per offer into DIR: what it is, for whom, its limits, its evidence.

    The pages are Markdown, and the same for the same rule base and day; other files in DIR
    are left alone.
    """
    from advisor.reports.figures import counted
    from advisor.reports.markdown import render_document
    from advisor.reports.offer_pages import offer_pages

    pages = offer_pages(load_knowledge(common), common.as_of)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputError(f"cannot write into '{folder}': {reason}", 2) from None
    for name, page in pages.items():
        emit(render_document(page), folder / f"{name}.md")
    if not common.quiet:
        say(f"wrote {counted(len(pages), 'page')} into {folder}\n")
    return 0
