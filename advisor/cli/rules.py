"""``advisor rules``: check, list, show, explain."""

from __future__ import annotations

from importlib import import_module

import click

from advisor.cli.app import SuggestingGroup
from advisor.cli.options import Common, common_options

# Commands with a module of their own, in which they are called ``command``.
MODULES = {
    "check": "advisor.cli.rules_check",
    "coverage": "advisor.cli.rules_coverage",
    "diff": "advisor.cli.rules_diff",
    "explain": "advisor.cli.rules_explain",
    "list": "advisor.cli.rules_list",
    "new": "advisor.cli.rules_new",
    "pages": "advisor.cli.rules_pages",
    "schema": "advisor.cli.rules_schema",
    "show": "advisor.cli.rules_show",
    "test": "advisor.cli.rules_test",
    "trace": "advisor.cli.rules_trace",
}


class RulesGroup(SuggestingGroup):
    """Imports the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(MODULES[cmd_name]), "command", None)
        if not isinstance(found, click.Command):
            raise TypeError(f"{MODULES[cmd_name]} has no command")
        return found


@click.group("rules", cls=RulesGroup, no_args_is_help=False)
@common_options
def command(common: Common) -> None:
    """Check, test, list, show and explain the rule base."""
