"""``advisor rules show``: a declaration as written, where it stands, what looks at it."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit
from advisor.cli.rules_data import as_json

if TYPE_CHECKING:
    from advisor.authoring.uses import Use
    from advisor.knowledge.model import Place

_WIDTH = 98


@click.command("show")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@format_option("text", "json")
@output_option
@common_options
def command(common: Common, names: tuple[str, ...], form: str, output: Path | None) -> int:
    """Show declarations (rules, offers, questions, models, ...) as they are written.

    After each stands, as comments, what it looks at and what looks at it.
    """
    from advisor.authoring.examples import Bench
    from advisor.authoring.uses import Uses
    from advisor.cli.listings import declarations, written

    knowledge = load_knowledge(common)
    known = list(declarations(knowledge))
    for name in names:
        if all(key != name for _, key, _ in known):
            ids = [key for _, key, _ in known]
            raise unknown_name("rule, offer or question", name, ids, "ID")
    uses = Uses(Bench(knowledge, common.as_of))
    found = [entry for name in dict.fromkeys(names) for entry in known if entry[1] == name]
    shown = [
        (kind, name, place, written(Path(knowledge.root), place), uses.of(kind, name))
        for kind, name, place in found
    ]
    if form == "json":
        rows = [_data(*entry) for entry in shown]
        emit(as_json("advisor-declarations-1", declarations=rows), output)
    else:
        emit("\n".join(_text(*entry) for entry in shown), output)
    return 0


def _text(kind: str, name: str, place: Place, text: str, uses: tuple[Use, ...]) -> str:
    line = "" if place.span is None else f":{place.span.line}"
    comments = "".join(f"{row}\n" for use in uses for row in _use_lines(use))
    return f"# {kind} in {place.file}{line}\n{text}" + (f"\n{comments}" if comments else "")


def _use_lines(use: Use) -> list[str]:
    from advisor.knowledge.text_safety import visible

    return wrap(
        visible(f"{use.how}: {', '.join(use.what)}"),
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _data(
    kind: str, name: str, place: Place, text: str, uses: tuple[Use, ...]
) -> dict[str, object]:
    return {
        "kind": kind,
        "id": name,
        "file": place.file,
        "line": None if place.span is None else place.span.line,
        "text": text,
        "uses": [{"how": use.how, "what": list(use.what)} for use in uses],
    }
