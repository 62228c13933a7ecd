"""The coefficients, fitted to the measured ledger.

Robust least squares on the logarithm of the time: a row that is off by much pulls no harder
than one that is off by some; large sweeps count less per row than small ones; every
coefficient is held near what data sheets suggest (``PRIORS``) as far as the rows do not say
otherwise.  Deterministic: no randomness, the same rows give the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from advisor.estimate.evidence import Evidence, Series, Throughput
from advisor.estimate.physics import Load, Terms, terms, token_time
from advisor.estimate.saturated import REPLICAS, candidates
from advisor.knowledge.fitted import Coefficients, Factors

Vector = NDArray[np.float64]

PRIORS: Mapping[str, tuple[float, float]] = {
    "read": (1.25, 0.1),
    "cache": (1.4, 0.3),
    "attend": (2.0, 0.4),
    "multiply": (1.8, 0.25),
    "routed_multiply": (1.35, 0.4),
    "gain_8bit": (1.6, 0.15),
    "gain_fp4": (2.5, 0.25),
    "packed_read": (1.05, 0.1),
    "overhead": (0.04, 1.0),
    "overhead_devices": (0.01, 1.0),
    "overhead_routing": (0.03, 1.0),
    "overhead_latent": (0.03, 1.0),
    "overhead_fp4": (0.93, 0.1),
    "overhead_blackwell": (1.0, 0.2),
    "sequence": (0.02, 1.0),
    "exchange": (1.5, 0.4),
    "spread": (0.97, 0.1),
    "prefill": (1.8, 0.25),
    "prefill_attend": (2.5, 0.4),
    "prefill_layer": (0.1, 1.0),
    "separate": (1.0, 0.2),
    "engine_tensorrt": (1.0, 0.15),
    "engine_sglang": (1.0, 0.15),
}
"""Expected value of each coefficient, and the standard deviation of its logarithm."""

FIXED = {"prefill_read": 1.0}
HOLD = 2.0
"""Weight of a prior against one measured row."""
SOFT = 0.15
"""Error (of the logarithm) from which on a row pulls no harder."""
SWEEP = -0.35
"""Power of a sweep's size in the weight of its rows."""

SATURATED_PRIORS: Mapping[str, tuple[float, float]] = {
    "multiply": (1.0, 0.3),
    "routed_multiply": (1.2, 0.4),
    "cache": (1.0, 0.3),
    "attend": (1.0, 0.4),
    "overhead": (1.0, 0.15),
    "sequence": (0.5, 0.5),
}
"""Factors on the serving coefficients once everything is queued."""
TUNED_PRIORS: Mapping[str, tuple[float, float]] = {
    "tuned_multiply": (0.8, 0.3),
    "tuned_overhead": (0.5, 0.3),
}
FAMILIES = ("cdna3", "cdna4", "workstation")


class Row(Struct, frozen=True):
    """One point of a series, ready to be compared."""

    series: Series
    concurrency: float
    token_ms: float
    first_ms: float | None


def rows_of(evidence: Evidence, *, speculative: bool = False, pooled: bool = False) -> list[Row]:
    """Points of all series; speculative decoding and pooled deployments only when asked."""
    return [
        Row(series, point.concurrency, point.token_ms, point.first_ms)
        for series in evidence.series
        if series.speculative <= speculative and series.pooled <= pooled
        for point in series.points
    ]


def terms_of(row: Row, evidence: Evidence, *, named_engine: bool) -> Terms:
    """The terms of a measured row; with or without what engine it ran on."""
    series = row.series
    device = evidence.devices[series.device]
    return terms(
        evidence.models[series.model],
        device,
        series.precision,
        series.devices,
        Load(row.concurrency, series.input, series.output, separate=series.separate),
        engine=series.engine if named_engine else None,
        factors=evidence.calibration.families.get(device.family, Factors()),
    )


def stack(found: Sequence[Terms]) -> Terms:
    """Many terms as one whose fields are arrays; arithmetic on it works row by row."""
    columns = {
        name: np.array([getattr(t, name) for t in found], dtype=np.float64)
        for name in Terms._fields
    }
    return Terms(**cast(Any, columns))


def fit_serving(rows: Sequence[Row], evidence: Evidence) -> Coefficients:
    """The serving coefficients on some rows."""
    stacked = stack([terms_of(row, evidence, named_engine=True) for row in rows])
    measured = np.log(np.array([row.token_ms for row in rows]))
    weights = _weights(
        [
            (s.model, s.device, s.precision, s.engine, s.separate)
            for s in (row.series for row in rows)
        ]
    )
    names = list(PRIORS)

    def residual(log_values: Vector) -> Vector:
        predicted = np.log(np.asarray(token_time(stacked, _serving(names, log_values))))
        pull: Vector = weights * _soft(predicted - measured)
        return pull

    return _serving(names, _least_squares(residual, _priors(PRIORS), HOLD))


def fit_saturated(
    rows: Sequence[Throughput], evidence: Evidence, serving: Coefficients
) -> tuple[Coefficients, Coefficients, dict[str, float]]:
    """Saturated and tuned coefficients, and how much slower each family multiplies."""
    priors = {**SATURATED_PRIORS, **TUNED_PRIORS, **dict.fromkeys(FAMILIES, (1.0, 0.4))}
    names = list(priors)
    found: list[Terms] = []
    owner: list[int] = []
    per: list[float] = []
    for index, row in enumerate(rows):
        for devices, _, each in _candidates(row, evidence):
            found.append(each._replace(multiply_factor=1.0))
            owner.append(index)
            per.append(1000.0 / devices)
    stacked = stack(found)
    rows_at, scale = np.array(owner), np.array(per)
    is_tuned = np.array([row.benchmark == "mlperf" for row in rows])[rows_at]
    families = [evidence.devices[row.device].family for row in rows]
    measured = np.log(np.array([row.median for row in rows]))
    weights = _weights(
        [(r.benchmark, r.model, r.device, r.precision) for r in rows], power=-0.5
    ) * np.array([min(row.entries, 4) ** 0.5 for row in rows])

    def residual(log_values: Vector) -> Vector:
        given = dict(zip(names, np.exp(log_values), strict=True))
        slower = np.array([given.get(family, 1.0) for family in families])[rows_at]
        placed = stacked._replace(multiply_factor=cast(float, slower))
        plain, tuned = _loaded(serving, given)
        time = np.where(is_tuned, token_time(placed, tuned), token_time(placed, plain))
        best = np.zeros(len(rows))
        np.maximum.at(best, rows_at, stacked.batch / time * scale)
        pull: Vector = weights * _soft(np.log(np.maximum(best, 1e-6)) - measured, 0.2)
        return pull

    values = np.exp(_least_squares(residual, _priors(priors), HOLD, step=1e-3))
    given = dict(zip(names, (float(v) for v in values), strict=True))
    plain, tuned = _loaded(serving, given)
    return plain, tuned, {family: given[family] for family in FAMILIES}


def _candidates(row: Throughput, evidence: Evidence) -> Iterable[tuple[int, int, Terms]]:
    replicas = REPLICAS if row.benchmark == "mlperf" else (row.devices,)
    return candidates(
        evidence.models[row.model],
        evidence.devices[row.device],
        row.precision,
        lengths_of(row, evidence),
        replicas,
    )


def lengths_of(row: Throughput, evidence: Evidence) -> tuple[float, float]:
    """Mean input and output tokens of a throughput row, its own or its workload's."""
    if row.input is not None and row.output is not None:
        return row.input, row.output
    workload = evidence.workloads[row.workload]
    return workload.input, workload.output


def _loaded(serving: Coefficients, given: Mapping[str, float]) -> tuple[Coefficients, Coefficients]:
    plain = replace(
        serving,
        multiply=serving.multiply * given["multiply"],
        prefill=serving.prefill * given["multiply"],
        routed_multiply=serving.routed_multiply * given["routed_multiply"],
        cache=serving.cache * given["cache"],
        attend=serving.attend * given["attend"],
        prefill_attend=serving.prefill_attend * given["attend"],
        sequence=serving.sequence * given["sequence"],
        prefill_read=0.001,
        prefill_layer=0.001,
        **_scaled(serving, given["overhead"]),
    )
    tuned = replace(
        plain,
        multiply=plain.multiply * given["tuned_multiply"],
        prefill=plain.prefill * given["tuned_multiply"],
        sequence=plain.sequence * given["tuned_overhead"],
        **_scaled(plain, given["tuned_overhead"]),
    )
    return plain, tuned


def _scaled(base: Coefficients, factor: float) -> dict[str, float]:
    names = ("overhead", "overhead_devices", "overhead_routing", "overhead_latent")
    return {name: getattr(base, name) * factor for name in names}


def _serving(names: Sequence[str], log_values: Vector) -> Coefficients:
    given = {name: float(value) for name, value in zip(names, np.exp(log_values), strict=True)}
    # A narrower format never costs more per layer: what the rows say against it is noise.
    given["overhead_fp4"] = min(given["overhead_fp4"], 1.0)
    return Coefficients(**given, **FIXED)


def _weights(groups: Sequence[object], power: float = SWEEP) -> Vector:
    sizes = Counter(groups)
    counts = np.array([sizes[group] for group in groups], dtype=np.float64)
    weights: Vector = (counts / np.median(counts)) ** power
    return weights


def _priors(priors: Mapping[str, tuple[float, float]]) -> tuple[Vector, Vector]:
    mean = np.log(np.array([value for value, _ in priors.values()]))
    return mean, np.array([width for _, width in priors.values()])


def _soft(error: Vector, scale: float = SOFT) -> Vector:
    """Pseudo-Huber: linear far out; its square is the loss."""
    shrunk: Vector = np.sign(error) * scale * np.sqrt(2 * (np.sqrt(1 + (error / scale) ** 2) - 1))
    return shrunk


def _least_squares(
    residual: Callable[[Vector], Vector],
    priors: tuple[Vector, Vector],
    hold: float,
    *,
    step: float = 1e-5,
    rounds: int = 60,
) -> Vector:
    """Levenberg-Marquardt from the priors' means."""
    mean, width = priors

    def full(values: Vector) -> Vector:
        return np.concatenate([residual(values), hold * (values - mean) / width])

    values, damping = mean.copy(), 1e-2
    current = full(values)
    cost = float(current @ current)
    for _ in range(rounds):
        jacobian = np.empty((len(current), len(values)))
        for index in range(len(values)):
            moved = values.copy()
            moved[index] += step
            jacobian[:, index] = (full(moved) - current) / step
        normal, slope = jacobian.T @ jacobian, jacobian.T @ current
        improved = False
        while damping < 1e8:
            shift = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -slope)
            attempt = full(values + shift)
            new_cost = float(attempt @ attempt)
            if new_cost < cost:
                improved = cost - new_cost > 1e-9 * cost
                values, current, cost = values + shift, attempt, new_cost
                damping = max(damping / 5, 1e-9)
                break
            damping *= 4
        if not improved:
            break
    return values
