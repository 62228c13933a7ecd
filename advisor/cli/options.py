"""Options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import click

from advisor.cli.common import Common, iso_day
from advisor.errors import Problem, UsageError

__all__ = ["Common", "common_options", "format_option", "one_of", "output_option", "unknown_name"]

F = TypeVar("F", bound=Callable[..., Any])
Callback: TypeAlias = Callable[[click.Context, click.Parameter, str | None], str | None]


def one_of(*words: str) -> Callback:
    """Checks that a value is one of the words; a misspelt one is answered with the nearest."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is None or value in words:
            return value
        from advisor.language.vocabulary import did_you_mean

        hint = did_you_mean(value, words)
        message = f"'{value}' is none of {', '.join(words)}" + (f"; {hint}" if hint else "")
        raise click.BadParameter(message, ctx, param)

    return check


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    day = iso_day(value)
    if day is not None:
        return day
    raise click.BadParameter(f"'{value}' is no day; write it as 2026-11-22", ctx, param)


def common_options(function: Callable[..., object]) -> Callable[..., object]:
    """``--rules``, ``--as-of``, ``--quiet``; given before or after the command's name."""

    @click.option(
        "--rules",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Use another rule base.",
    )
    @click.option(
        "--as-of",
        metavar="DATE",
        callback=_day,
        help="Judge the age of figures as of that day (default: today).",
    )
    @click.option("--quiet", "-q", is_flag=True, help="Print results and errors only.")
    @click.pass_context
    @wraps(function)
    def wrapper(
        ctx: click.Context,
        /,
        rules: Path | None,
        as_of: date | None,
        quiet: bool,
        **rest: object,
    ) -> object:
        given = ctx.find_object(Common)
        common = Common(
            rules=rules if rules is not None else given.rules if given else None,
            as_of=as_of or (given.as_of if given else date.today()),
            quiet=quiet or bool(given and given.quiet),
        )
        ctx.obj = common
        return function(common=common, **rest)

    return wrapper


def format_option(*formats: str) -> Callable[[F], F]:
    """``--format``; the first one is the default."""
    return click.option(
        "--format",
        "form",
        metavar="|".join(formats),
        callback=one_of(*formats),
        default=formats[0],
        show_default=True,
        help="How to print it.",
    )


def output_option(function: F) -> F:
    """``--output FILE``."""
    return click.option(
        "--output",
        "-o",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write into a file, in one step.",
    )(function)


def unknown_name(what: str, name: str, known: list[str], argument: str) -> UsageError:
    """The error for an argument that names nothing."""
    from advisor.language.vocabulary import did_you_mean

    hint = did_you_mean(name, known)
    return UsageError(
        [Problem("unknown-name", f"no {what} is called '{name}'", argument, hint=hint)]
    )
