"""Chunks worked on under Ray Data: on this host, or on a cluster.  Needs the extra ``fleet``.

Every worker runs the same ``Work`` as here, so that the output is the same to the byte; a
chunk whose worker is lost is worked on again elsewhere.  Chunks go out in windows, so that
neither this process nor the object store holds more than one window.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import socket
import warnings
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from itertools import islice
from types import ModuleType
from typing import Any

from advisor.errors import Problem, UsageError
from advisor.fleet.sources import Chunk
from advisor.fleet.work import Order, Part, Work

WINDOW = 64
"""Chunks handed to the cluster at once."""

STORE = 256 * 1024 * 1024
"""Bytes of the object store where this process starts Ray itself."""

_PATIENCE = 5.0
"""Seconds until a host that does not answer is given up."""

_works: dict[str, Work] = {}


def on_ray(order: Order, chunks: Iterator[Chunk], address: str | None = None) -> Iterator[Part]:
    """The parts of the chunks, in order.  ``address`` None: the cluster that this process is
    connected to, else one started here.  Raises UsageError where Ray is missing, or no cluster
    answers."""
    ray = _connected(address)
    from ray import data

    # Its own account of what it does; ours goes to whoever called.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    shipped = ray.put(order)
    while window := list(islice(chunks, WINDOW)):
        rows = data.from_items(
            [{"chunk": pickle.dumps(chunk)} for chunk in window], override_num_blocks=len(window)
        )
        # Tasks, not actors: a lost worker's chunk is simply worked on again.
        done = rows.map(partial(_worked, shipped))
        for row in done.iter_rows():
            yield _part(row)


def _connected(address: str | None) -> ModuleType:
    # Both must be set before the first import; the newer reader does not keep the order.
    os.environ.setdefault("RAY_DATA_USE_DATASOURCE_V2", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray: ModuleType = import_module("ray")
    except ImportError:
        hint = "pip install 'inference-advisor[fleet]', or leave --engine out"
        problem = Problem("missing-extra", "the engine 'ray' needs the library ray", "", hint=hint)
        raise UsageError([problem]) from None
    warnings.filterwarnings("ignore", module="ray")
    if ray.is_initialized():
        return ray
    if address is not None:
        _check_reachable(address)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address is not None:
            ray.init(address=address, **quiet)
        else:
            # Not whatever cluster happens to run on this host.
            ray.init(address="local", include_dashboard=False, object_store_memory=STORE, **quiet)
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        words = (str(error) or type(error).__name__).splitlines()[0]
        where = f"at '{address}'" if address else "here"
        message = f"no Ray cluster answers {where}: {words}"
        raise UsageError([Problem("no-cluster", message, "--address")]) from None
    return ray


def _check_reachable(address: str) -> None:
    """Ray itself tries for minutes.  Raises UsageError."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        if address in ("auto", "local"):
            return
        message = f"'{address}' is no address of a cluster"
        raise UsageError([Problem("usage", message, "--address", hint="write HOST:PORT, or auto")])
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        words = getattr(error, "strerror", None) or str(error)
        message = f"no Ray cluster answers at '{address}': {words.lower()}"
        raise UsageError([Problem("no-cluster", message, "--address")]) from None


def _worked(shipped: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Runs on a worker: one chunk, as a row of plain values."""
    import ray

    # Bytes that the process which asked has made itself, a moment ago.
    chunk = pickle.loads(row["chunk"])  # noqa: S301  (its own)
    part = _work(ray.get(shipped)).part(chunk)
    return {
        "index": part.index,
        "digest": part.digest,
        "rows": part.rows,
        "rejects": part.rejects,
        "decided": part.decided,
        "rejected": part.rejected,
        "tally": json.dumps(part.tally),
        "ignored": json.dumps(part.ignored),
    }


def _work(order: Order) -> Work:
    """The work of this process; made once for an order."""
    key = repr((order.rules, order.before, order.digests, order.as_of, order.layout, order.columns))
    if key not in _works:
        from advisor.api import load

        _works.clear()
        _works[key] = Work(order, load)
    return _works[key]


def _part(row: dict[str, Any]) -> Part:
    return Part(
        row["index"],
        row["digest"],
        row["rows"],
        row["rejects"],
        row["decided"],
        row["rejected"],
        json.loads(row["tally"]),
        tuple(json.loads(row["ignored"])),
    )
