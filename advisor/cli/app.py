"""The commands.  Each lives in a module of its own, imported when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from advisor.cli.options import Common, common_options

# name -> (module, what --help says of it); in the order of --help.
COMMANDS = {
    "recommend": ("advisor.cli.recommend", "Recommend where to serve, from an answers file."),
    "next": ("advisor.cli.next", "The next question and why, or that nothing is left to ask."),
    "explain": ("advisor.cli.explain", "Explain why an offer leads, or why another does not."),
    "compare": ("advisor.cli.compare", "Compare offers side by side."),
    "estimate": ("advisor.cli.estimate", "Estimate throughput, capacity, cost and break-even."),
    "plan": ("advisor.cli.plan", "Plan the bake-off before signing, with ready commands."),
    "questions": ("advisor.cli.questions", "Show the questions, or an answers file to fill in."),
    "examples": ("advisor.cli.examples", "List the shipped examples, or print one."),
    "batch": ("advisor.cli.batch", "Decide every row of a table of workloads."),
    "fleet": ("advisor.cli.fleet", "Make an inventory of workloads out of usage logs."),
    "rules": ("advisor.cli.rules", "Check, list and show the rule base; explain checks."),
    "facts": ("advisor.cli.facts", "Show, judge and import the facts behind the figures."),
    "serve": ("advisor.cli.serve", "The same interface in a browser (extra: web)."),
    "locate": ("advisor.cli.locate", "Show where rules, sessions and settings lie."),
}


class SuggestingGroup(click.Group):
    """Answers a misspelt command with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            from advisor.language.vocabulary import did_you_mean

            hint = did_you_mean(name, known)
            words = f"no such command: '{name}'" + (f"; {hint}" if hint else "")
            raise click.UsageError(words, ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(SuggestingGroup):
    """Imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), "command", None)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} has no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from advisor import __version__
        from advisor.cli.output import emit

        emit(f"advisor {__version__}\n", None)
        ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Data goes to standard output, everything else to standard error.",
)
@click.option("--plain", is_flag=True, help="Ask line by line: for pipes and screen readers.")
@click.option(
    "--answers",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Start from an answers file (- is not possible here).",
)
@click.option(
    "--resume",
    metavar="[NAME]",
    is_flag=False,
    flag_value="",
    help="Go on with a saved session; without a name, the latest.",
)
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@common_options
@click.pass_context
def advisor(
    ctx: click.Context,
    common: Common,
    plain: bool,
    answers: Path | None,
    resume: str | None,
    no_mouse: bool,
) -> int | None:
    """Where and how should this model and this traffic be served, and why?

    Without a command: the interview, in the terminal; where there is none, line by line on
    standard input, with the verdict at its end.
    """
    if ctx.invoked_subcommand is not None:
        own = {
            "--plain": plain,
            "--answers": answers is not None,
            "--resume": resume is not None,
            "--no-mouse": no_mouse,
        }
        name = next((name for name, given in own.items() if given), None)
        if name is not None:
            raise click.UsageError(f"{name} belongs to 'advisor' without a command", ctx)
        return None
    from advisor.cli.start import start

    return start(common, answers=answers, resume=resume, plain=plain, mouse=not no_mouse)
