"""The web server behind ``advisor serve``: textual-serve, with a page of our own.

The page loads nothing from elsewhere.  Whoever reaches the server can answer, read and export,
so it listens on the loopback device unless told otherwise; and since every page that a browser
shows may try to connect to it, requests that come from another site, or under a name that is
not this server's, are refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TITLE = "Inference Advisor"


class AdvisorServer(Server):
    """``command`` is the program behind each page; ``told`` hears where the page is."""

    def __init__(
        self, command: Sequence[str], host: str, port: int, told: Callable[[str], object]
    ) -> None:
        join = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
        super().__init__(
            join(command), host=host, port=port, title=TITLE, templates_path=Path(__file__).parent
        )
        self._told = told

    def serve(self, debug: bool = False) -> None:
        """Serve until interrupted or terminated.  Raises OSError where the port is taken or
        the host is not this machine's."""
        listening = socket.create_server(
            (self.host, self.port), family=_family(self.host), reuse_port=False
        )
        self.port = listening.getsockname()[1]
        logging.getLogger("textual-serve").setLevel(logging.ERROR)
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            if sys.platform != "win32":
                loop.add_signal_handler(number, self.request_exit)
        web.run_app(
            self._make_app(),
            sock=listening,
            handle_signals=sys.platform == "win32",
            loop=loop,
            access_log=None,
            shutdown_timeout=0.5,
            print=None,
        )

    async def on_startup(self, app: web.Application) -> None:
        """Say where the page is; by now signals end the server as they should."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        self._told(f"http://{name}:{self.port}")

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not allowed(self.host, request.host, request.headers.get("Origin")):
            raise web.HTTPForbidden(text="This request comes from another site.\n")
        return await handler(request)

    async def handle_index(self, request: web.Request) -> Any:
        # The page is reached by whatever name the browser used.
        self.public_url = f"{request.scheme}://{request.host}"
        return await super().handle_index(request)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def allowed(listening: str, host: str, origin: str | None) -> bool:
    """Whether a request for ``host`` from a page of ``origin`` (None: from no page) is one of
    ours: the origin must be the server itself, and a server of the loopback device must have
    been called by a loopback name (else a foreign name was made to point here)."""
    name = urlsplit(f"//{host}").hostname or ""
    if is_loopback(listening) and not is_loopback(name):
        return False
    return origin is None or urlsplit(origin).netloc == host


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
