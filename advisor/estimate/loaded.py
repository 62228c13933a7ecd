"""Throughput of a loaded system in a benchmark's scenario: offline, server, interactive, or
all requests queued.

The same benchmark on the same device and precision, measured, comes first; then the same
scenario on a sister device, scaled by the model; then the offline figure times the share
that the scenario reaches; then the model alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.evidence import Evidence, Method, Throughput, Workload
from advisor.estimate.saturated import REPLICAS, saturated
from advisor.estimate.speed import WIDEST, Figure
from advisor.knowledge.fitted import Factors
from advisor.knowledge.physical import Device, ModelShape

BENCHMARKED = ("offline", "server", "interactive")


class Loaded(Struct, frozen=True):
    """Output tokens per second of the whole system; ``rate`` None where nothing can be said."""

    method: Method
    rate: Figure | None
    formula: str
    why: str
    sources: tuple[str, ...] = ()


class Asked(Struct, frozen=True):
    """A loaded system.  ``workload`` names a benchmark's requests; else ``lengths`` (mean input
    and output tokens) are needed.  ``round`` prefers results of one round."""

    model: ModelShape
    device: Device
    devices: int
    precision: str
    scenario: str
    workload: Workload | None = None
    lengths: tuple[float, float] | None = None
    round: str | None = None


def loaded(asked: Asked, evidence: Evidence) -> Loaded:
    """See the module."""
    lengths = asked.lengths
    if lengths is None and asked.workload is not None:
        lengths = asked.workload.input, asked.workload.output
    if lengths is None:
        return Loaded("unknown", None, "", "neither lengths nor a known benchmark are given")
    share = _share(asked, evidence)
    rows = [row for row in evidence.throughput if _same_requests(row, asked)]
    for scenario, part in ((asked.scenario, 1.0), ("offline", share)):
        found = _same_system(rows, asked, scenario)
        if found:
            row = max(found, key=lambda r: (r.round == asked.round, r.date, r.entries))
            method: Method = "measured" if scenario == asked.scenario else "interpolated"
            return _figure(
                evidence, asked, row.median * part, method, f"measured, {row.round}", (row.source,)
            )
    modelled = modelled_rate(asked, lengths, evidence)
    if modelled is None:
        return Loaded(
            "unknown",
            None,
            "",
            f"{asked.model.name} at {asked.precision} does not fit on {asked.device.name}, or "
            "nothing is measured on such devices",
        )
    sisters = list(_sisters(rows, asked, lengths, evidence, share, modelled))
    if sisters:
        weight = sum(entries for _, entries, _ in sisters)
        mean = exp(sum(log(rate) * entries for rate, entries, _ in sisters) / weight)
        sources = tuple(sorted({source for _, _, source in sisters}))
        what = "measured on sister devices, scaled by the model"
        return _figure(evidence, asked, mean, "interpolated", what, sources)
    return _figure(
        evidence,
        asked,
        modelled * share,
        "model",
        "requests running / (weights, cache, multiplication, prompts) of the best replica",
        (),
    )


def modelled_rate(asked: Asked, lengths: tuple[float, float], evidence: Evidence) -> float | None:
    """Output tokens per second and device, offline, from the model alone."""
    calibration = evidence.calibration
    if asked.device.family not in calibration.families:
        return None
    tuned = asked.scenario in BENCHMARKED and asked.workload is not None
    best = saturated(
        asked.model,
        asked.device,
        asked.precision,
        lengths,
        calibration.tuned if tuned else calibration.saturated,
        replicas=REPLICAS if tuned else (min(asked.devices, REPLICAS[-1]),),
        factors=Factors(multiply=calibration.families[asked.device.family].multiply),
    )
    return None if best is None else best.rate


def _share(asked: Asked, evidence: Evidence) -> float:
    if asked.scenario not in {"server", "interactive"}:
        return 1.0
    if asked.workload is not None and asked.scenario in asked.workload.shares:
        return asked.workload.shares[asked.scenario]
    return evidence.calibration.scenario_shares.get(asked.scenario, 1.0)


def _same_requests(row: Throughput, asked: Asked) -> bool:
    if asked.workload is not None:
        return row.workload == asked.workload.id
    if asked.lengths is None or row.input is None or row.output is None:
        return False
    return (
        row.model == asked.model.name
        and row.concurrency is None
        and 0.95 <= row.input / asked.lengths[0] <= 1.05
        and 0.95 <= row.output / asked.lengths[1] <= 1.05
    )


def _same_system(rows: Iterable[Throughput], asked: Asked, scenario: str) -> list[Throughput]:
    return [
        row
        for row in rows
        if row.device == asked.device.name
        and row.precision == asked.precision
        and row.scenario == scenario
    ]


def _sisters(
    rows: Sequence[Throughput],
    asked: Asked,
    lengths: tuple[float, float],
    evidence: Evidence,
    share: float,
    modelled: float,
) -> Iterable[tuple[float, int, str]]:
    """Rate, entries and source of the same requests on devices of the same family."""
    for row in rows:
        device = evidence.devices[row.device]
        if device.family != asked.device.family or row.scenario not in {asked.scenario, "offline"}:
            continue
        there = modelled_rate(
            replace(asked, device=device, devices=row.devices, precision=row.precision),
            lengths,
            evidence,
        )
        if there is None:
            continue
        part = share if row.scenario != asked.scenario else 1.0
        yield row.median * part * modelled / there, row.entries, row.source


def _figure(
    evidence: Evidence,
    asked: Asked,
    per_device: float,
    method: Method,
    formula: str,
    sources: tuple[str, ...],
) -> Loaded:
    value = per_device * asked.devices
    band = evidence.calibration.bands.get(f"{asked.scenario}-{method}")
    if band is None:
        band = evidence.calibration.bands.get(f"offline-{method}", WIDEST)
    return Loaded(
        method,
        Figure(value * band.low, value, value * band.high),
        f"{formula}, per device x {asked.devices}",
        "",
        sources,
    )
