"""``advisor locate``."""

from __future__ import annotations

import json

import click

from advisor.cli.inputs import rules_directory
from advisor.cli.options import Common, common_options, format_option, unknown_name
from advisor.cli.output import emit
from advisor.knowledge.text_safety import visible


@click.command("locate")
@click.argument("what", metavar="[WHAT]", required=False)
@format_option("text", "json")
@common_options
def command(common: Common, what: str | None, form: str) -> int:
    """Show where rules, sessions and settings lie; with a name, that path alone."""
    from advisor.places import cache_directory, session_directory, settings_directory

    places = {
        "rules": str(rules_directory(common)),
        "sessions": str(session_directory()),
        "settings": str(settings_directory()),
        "cache": str(cache_directory()),
    }
    if what is not None:
        if what not in places:
            raise unknown_name("place", what, list(places), "WHAT")
        places = {what: places[what]}
    if form == "json":
        text = json.dumps(places, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    elif what is not None:
        text = f"{places[what]}\n"
    else:
        text = "".join(f"{name:<10}{visible(path)}\n" for name, path in places.items())
    emit(text, None)
    return 0
