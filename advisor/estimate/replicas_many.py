"""The rates of a replica for many lengths of requests at once, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from advisor.estimate.courses import Times, Worker
from advisor.estimate.replicas import LOADS, Replica, Target, limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column: TypeAlias = NDArray[np.float64]


def operating_points(
    replica: Replica,
    workers: Sequence[Worker],
    lengths: Sequence[tuple[float, float]],
    target: Target,
    factors: Sequence[float],
) -> list[list[list[tuple[int, float]]]]:
    """Devices and requests per second at the target, by factor, worker and lengths; no requests
    where a single one misses the target: as ``Replica.operating_points``, one by one."""
    import numpy as np

    reads, writes = (np.array(side, dtype=float)[None, :] for side in zip(*lengths, strict=True))
    loads = np.array(LOADS, dtype=float)[:, None]
    shape = len(LOADS), len(lengths)
    columns: list[list[Any]] = [[] for _ in Times._fields]
    for worker in workers:
        # Typed for numbers; the same arithmetic takes arrays.
        seen = replica.course(worker, (reads, writes)).at(loads)  # type: ignore[arg-type]
        for column, found in zip(columns, seen, strict=True):
            column.append(np.broadcast_to(found, shape))
    # Arrays where numbers are declared, as above.
    times = Times(*(np.concatenate(column, axis=1) for column in columns))  # type: ignore[arg-type]
    tiled = np.tile(writes[0], len(workers))
    sizes = np.repeat([worker.size for worker in workers], len(lengths))
    prompts: Any = np.zeros(len(sizes))
    if any(worker.separate for worker in workers):
        seconds: Any = replica.prompt_seconds(reads[0])
        apart = np.repeat([worker.separate for worker in workers], len(lengths))
        prompts = np.where(apart, np.tile(seconds, len(workers)), 0.0)
    found_points = []
    for factor in factors:
        taken = [_taken(times, loads, *limit) for limit in limits(target, factor)]
        rates = _rates(times, loads, tiled, taken, factor)
        devices = sizes + np.ceil(rates * prompts * factor).astype(int)
        flat = list(zip(devices.tolist(), rates.tolist(), strict=True))
        width = len(lengths)
        found_points.append([flat[i * width : (i + 1) * width] for i in range(len(workers))])
    return found_points


def _taken(times: Times, loads: Any, what: str, most: float) -> Any:
    """Which part of a limit is taken, as for one."""
    if what != "running":
        return (times.pace_ms if what == "token" else times.first_ms) / most
    found = loads / times.running / most
    found[0] = 1.0
    return found


def _rates(times: Times, loads: Any, writes: Column, taken: Sequence[Any], factor: float) -> Column:
    """``taken``: which part of each limit is taken, by load and lengths; at most 1 where it is
    kept."""
    import numpy as np

    beyond = np.max(taken, axis=0) > 1
    last = len(LOADS) - 1
    every = np.arange(len(writes))
    # Halving as for one: where times fall somewhere as the load rises, both stop alike.
    kept, over = np.zeros(len(writes), dtype=int), np.full(len(writes), last)
    for _ in range(last.bit_length()):
        middle = (kept + over) // 2
        stop = beyond[np.minimum(middle + 1, last), every]
        open_ = kept < over
        over = np.where(open_ & stop, middle, over)
        kept = np.where(open_ & ~stop, middle + 1, kept)
    after = np.minimum(kept + 1, last)
    share = np.ones(len(writes))
    with np.errstate(divide="ignore", invalid="ignore"):
        for limit in taken:
            here, there = (np.log2(limit[row, every]) for row in (kept, after))
            share = np.where(there > 0, np.minimum(share, here / (here - there)), share)
    best = loads[kept, 0]
    load = np.where(kept == last, best, np.maximum(best, np.floor(best * 2**share)))
    low = np.searchsorted(loads[:, 0], load, side="right") - 1
    high = np.minimum(low + 1, last)
    part = np.log2(load / loads[low, 0])
    columns: Any = times
    token, running = (
        column[low, every] * (column[high, every] / column[low, every]) ** part
        for column in (columns.token_ms, columns.running)
    )
    token = token * factor
    found = running * 1000 / (token * writes)
    return np.where(beyond[0], 0.0, found)
