"""``advisor serve``: the interface in a browser."""

from __future__ import annotations

import os
import sys

import click

from advisor.cli.inputs import load_knowledge
from advisor.cli.options import Common, common_options
from advisor.cli.output import say
from advisor.errors import Problem, UsageError

OPEN_TO_OTHERS = """\
warning: {host} can be reached by others. Whoever opens the page can ask, read the rule base
and see every answer; nothing is encrypted and nobody is asked who they are. No session is kept.
"""


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; others: see below."
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes a free one.",
)
@common_options
def command(common: Common, host: str, port: int) -> int:
    """The same interface in a browser (needs the extra 'web').

    Listens on this machine alone. With another --host, everybody who reaches it can use it:
    put it behind something that asks who they are.
    """
    try:
        from advisor.tui.browser.server import AdvisorServer, is_loopback
    except ModuleNotFoundError as error:
        if error.name not in ("textual_serve", "aiohttp"):
            raise
        raise UsageError(
            [
                Problem(
                    "missing-extra",
                    "the interface in a browser needs the package textual-serve",
                    "serve",
                    hint="install it with: pip install 'inference-advisor[web]'",
                )
            ]
        ) from None
    load_knowledge(common)  # mistakes are named here, not in a page
    behind = [sys.executable, "-m", "advisor.tui.browser", "--as-of", common.as_of.isoformat()]
    if common.rules is not None:
        behind += ["--rules", str(common.rules.absolute())]
    if not is_loopback(host):
        behind.append("--forget")
        say(OPEN_TO_OTHERS.format(host=host))
    server = AdvisorServer(
        behind, host, port, lambda address: say(f"Open {address} in a browser; ctrl+c ends it.\n")
    )
    try:
        server.serve()
    except OSError as error:
        words = (os.strerror(error.errno) if error.errno else str(error)).lower()
        hint = "another one: --port 0 takes a free port"
        raise UsageError(
            [
                Problem(
                    "cannot-listen", f"cannot listen on {host}:{port}: {words}", "serve", hint=hint
                )
            ]
        ) from None
    return 0
