"""The whole calibration from the measured ledger.

Bands are read off predictions of rows that were held back: a row never judges itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import exp, log
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from advisor.estimate.calibrate import (
    FAMILIES,
    Row,
    fit_saturated,
    fit_serving,
    lengths_of,
    rows_of,
)
from advisor.estimate.evidence import Evidence, Method, Series, Throughput
from advisor.estimate.loaded import BENCHMARKED, loaded
from advisor.estimate.loaded import Asked as AskedLoaded
from advisor.estimate.neighbours import Asked, Neighbours
from advisor.estimate.physics import Load, terms, token_time
from advisor.estimate.speed import Question, Speeds
from advisor.knowledge.fitted import Bands, Calibration, Coefficients, Factors

LEVEL_ROWS = 20
"""Rows at which a level counts half of what its rows show."""
BAND = 0.8
FOLDS = 4
SEVERAL = 3
"""Submissions from which on their spread says how far a measured figure is off."""
OLD_BATCH = 64.0
"""Requests at once up to which runs of one batch tell the speed of decoding."""


class Held(Struct, frozen=True):
    """A held-back row: what was said of it, how, and what was measured."""

    row: Row
    predicted_ms: float
    method: str

    @property
    def error(self) -> float:
        """Logarithm of measured over predicted."""
        return log(self.row.token_ms / self.predicted_ms)


def calibrate(evidence: Evidence) -> Calibration:
    """Everything that ``coefficients.yaml`` holds, fitted to the ledger."""
    rows = rows_of(evidence)
    serving = fit_serving(rows, evidence)
    queued = [row for row in evidence.throughput if row.scenario in {"offline", "saturated"}]
    plain, tuned, multiply = fit_saturated(queued, evidence, serving)
    families = {name: Factors() for name in ("hopper", "blackwell")}
    families |= {name: Factors(multiply=multiply[name]) for name in FAMILIES}
    base = replace(
        evidence.calibration,
        serving=serving,
        saturated=plain,
        tuned=tuned,
        families=families,
        levels=levels(rows, evidence, serving),
        rows=len(rows),
    )
    slower = _decoding_factor(replace(evidence, calibration=base))
    for name in ("cdna3", "cdna4"):
        families[name] = replace(families[name], read=slower, overhead=slower)
    base = replace(base, families=families, speculation=_speculation(evidence, base))
    fitted = replace(evidence, calibration=base)
    return replace(base, bands=_bands(fitted))


def levels(
    rows: Sequence[Row], evidence: Evidence, serving: Coefficients
) -> dict[tuple[str, str], float]:
    """How much slower a model is on a device than the coefficients say: the median over its
    rows, drawn towards 1 where they are few."""
    errors: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        errors[row.series.model, row.series.device].append(
            log(row.token_ms / model_ms(row, evidence, serving))
        )
    return {pair: _level(found) for pair, found in sorted(errors.items())}


def model_ms(row: Row, evidence: Evidence, serving: Coefficients) -> float:
    """What the coefficients alone say of a row, its engine unknown."""
    s = row.series
    device = evidence.devices[s.device]
    found = terms(
        evidence.models[s.model],
        device,
        s.precision,
        s.devices,
        Load(row.concurrency, s.input, s.output, separate=s.separate),
        factors=evidence.calibration.families.get(device.family, Factors()),
    )
    return token_time(found, serving)


def leave_groups_out(
    evidence: Evidence, key: Callable[[Series], str], *, every: bool = False
) -> list[Held]:
    """Every row predicted by coefficients fitted without its group (a model, a device).

    ``every``: also what fits nothing, deployments whose division is not known and runs that
    drafted tokens.
    """
    rows = rows_of(evidence)
    asked = rows_of(evidence, speculative=True, pooled=True) if every else rows
    found: list[Held] = []
    for group in sorted({key(row.series) for row in asked}):
        rest = [row for row in rows if key(row.series) != group]
        serving = fit_serving(rest, evidence)
        plain = Speeds(replace(evidence.calibration, serving=serving, levels={}))
        for row in asked:
            if key(row.series) != group:
                continue
            if row.series.pooled:
                predicted = plain.token_ms(question_of(row, evidence))
            else:
                predicted = model_ms(row, evidence, serving)
            if row.series.speculative:
                predicted *= evidence.calibration.speculation
            found.append(Held(row, predicted, "model-new"))
    return found


def leave_series_out(evidence: Evidence) -> list[Held]:
    """Every row predicted without its own series; others of its model and device stay."""
    rows = rows_of(evidence)
    serving = evidence.calibration.serving
    neighbours = Neighbours([row.series for row in rows if row is not None])
    base = {id(row): model_ms(row, evidence, serving) for row in rows}
    by_pair: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_pair[row.series.model, row.series.device].append(row)
    found = []
    for group in by_pair.values():
        by_series: dict[int, list[Row]] = defaultdict(list)
        for row in group:
            by_series[id(row.series)].append(row)
        for members in by_series.values():
            others = [
                log(row.token_ms / base[id(row)])
                for row in group
                if row.series is not members[0].series
            ]
            level = _level(others) if others else None
            for row in members:
                modelled = base[id(row)] * (level or 1.0)
                held = neighbours.hold(_asked(row), modelled, without=row.series)
                kind = "model-new" if level is None else held.method
                found.append(Held(row, held.token_ms, kind))
    return found


def leave_folds_out(evidence: Evidence, folds: int = FOLDS) -> list[Held]:
    """Every row predicted without the fold that it is dealt into: what a reader sees who asks
    for something between and beside the measured points."""
    found: list[Held] = []
    plain = replace(evidence, series=tuple(dict.fromkeys(r.series for r in rows_of(evidence))))
    serving = evidence.calibration.serving
    for fold in range(folds):
        kept: list[Series] = []
        held: list[Row] = []
        dealt = 0
        for series in plain.series:
            stay = []
            for point in series.points:
                dealt += 1
                # A stride that shares no factor with the folds keeps neighbours apart.
                if (dealt * 7 + dealt // folds) % folds == fold:
                    held.append(Row(series, point.concurrency, point.token_ms, point.first_ms))
                else:
                    stay.append(point)
            if stay:
                kept.append(replace(series, points=tuple(stay)))
        rest = replace(plain, series=tuple(kept))
        seen = levels(rows_of(rest), rest, serving)
        neighbours = Neighbours(rest.series)
        for row in held:
            level = seen.get((row.series.model, row.series.device))
            modelled = model_ms(row, evidence, serving) * (level or 1.0)
            said = neighbours.hold(_asked(row), modelled)
            kind = "model-new" if level is None and said.method == "model" else said.method
            found.append(Held(row, said.token_ms, kind))
    return found


def held_throughput(
    evidence: Evidence, key: Callable[[Throughput], str]
) -> list[tuple[Throughput, float, Method]]:
    """Every loaded system predicted without its group; rate per device and method."""
    found: list[tuple[Throughput, float, Method]] = []
    rows = [row for row in evidence.throughput if row.scenario != "batch"]
    for group in sorted({key(row) for row in rows}):
        rest = [row for row in rows if key(row) != group]
        queued = [row for row in rest if row.scenario in {"offline", "saturated"}]
        plain, tuned, multiply = fit_saturated(queued, evidence, evidence.calibration.serving)
        families = dict(evidence.calibration.families)
        families |= {name: replace(families[name], multiply=multiply[name]) for name in FAMILIES}
        without = replace(
            evidence,
            throughput=tuple(rest),
            calibration=replace(
                evidence.calibration, saturated=plain, tuned=tuned, families=families
            ),
        )
        for row in rows:
            if key(row) != group:
                continue
            said = loaded(_asked_loaded(row, without), without)
            if said.rate is not None:
                found.append((row, said.rate.value / row.devices, said.method))
    return found


def _bands(evidence: Evidence) -> dict[str, Bands]:
    errors: dict[str, list[float]] = defaultdict(list)
    for held in leave_groups_out(evidence, lambda s: s.model):
        errors["model-new"].append(held.error)
    for held in leave_groups_out(evidence, lambda s: s.device):
        errors["model-new"].append(held.error)
    for held in (*leave_series_out(evidence), *leave_folds_out(evidence)):
        errors[held.method].append(held.error)
    for row, rate, method in (
        *held_throughput(evidence, lambda r: r.model),
        *held_throughput(evidence, lambda r: r.device),
    ):
        name = row.scenario if row.scenario in BENCHMARKED else "saturated"
        errors[f"{name}-{method}"].append(log(row.median / rate))
    for row in evidence.throughput:
        if row.entries >= SEVERAL and row.scenario in BENCHMARKED:
            errors[f"{row.scenario}-measured"] += [
                log(row.low / row.median),
                log(row.high / row.median),
            ]
    bands = {name: _band(found) for name, found in sorted(errors.items()) if len(found) >= 8}
    bands["first-token"] = _band(_first_token_errors(evidence))
    return bands


def _band(errors: Sequence[float]) -> Bands:
    """Factors on a predicted time between which ``BAND`` of the measured times lie; never
    narrower than the prediction itself."""
    ordered = sorted(errors)
    tail = (1 - BAND) / 2
    low, high = _quantile(ordered, tail), _quantile(ordered, 1 - tail)
    return Bands(min(exp(low), 0.99), max(exp(high), 1.01))


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    index = int(at)
    rest = at - index
    following = ordered[min(index + 1, len(ordered) - 1)]
    return ordered[index] * (1 - rest) + following * rest


def _first_token_errors(evidence: Evidence) -> list[float]:
    speeds = Speeds(replace(evidence.calibration, bands={}))
    errors = []
    for row in rows_of(evidence):
        if row.first_ms is None or row.series.separate:
            continue
        said = speeds.speed(question_of(row, evidence)).first_ms
        if said is not None:
            errors.append(log(row.first_ms / said.value))
    return errors


def question_of(row: Row, evidence: Evidence) -> Question:
    """A measured row as a question, its engine not told."""
    s = row.series
    return Question(
        evidence.models[s.model],
        evidence.devices[s.device],
        s.devices,
        s.precision,
        row.concurrency,
        s.input,
        s.output,
        prompts="separate" if s.separate else "auto",
    )


def _asked(row: Row) -> Asked:
    s = row.series
    return Asked(
        s.model,
        s.device,
        s.precision,
        s.devices,
        row.concurrency,
        s.input,
        s.output,
        separate=s.separate,
        pooled=s.pooled,
    )


def _asked_loaded(row: Throughput, evidence: Evidence) -> AskedLoaded:
    workload = evidence.workloads.get(row.workload)
    return AskedLoaded(
        evidence.models[row.model],
        evidence.devices[row.device],
        row.devices,
        row.precision,
        row.scenario,
        workload=workload,
        lengths=None if workload is not None else lengths_of(row, evidence),
        round=row.round,
    )


def _level(errors: Sequence[float]) -> float:
    return exp(median(errors) * len(errors) / (len(errors) + LEVEL_ROWS))


def _decoding_factor(evidence: Evidence) -> float:
    """How much slower than the model the runs of one batch on AMD devices decoded."""
    speeds = Speeds(evidence.calibration)
    errors = []
    for row in evidence.throughput:
        device = evidence.devices[row.device]
        if row.concurrency is None or row.concurrency > OLD_BATCH or device.family != "cdna3":
            continue
        lengths = lengths_of(row, evidence)
        modelled = speeds.token_ms(
            Question(
                evidence.models[row.model],
                device,
                row.devices,
                row.precision,
                row.concurrency,
                *lengths,
            )
        )
        errors.append(log(row.concurrency * 1000 / (row.median * row.devices) / modelled))
    return exp(median(errors)) if errors else 1.0


def _speculation(evidence: Evidence, calibration: Calibration) -> float:
    """Time per token with drafted tokens over the time without."""
    errors = []
    for row in rows_of(evidence, speculative=True):
        if row.series.speculative:
            plain = model_ms(row, evidence, calibration.serving)
            pair = row.series.model, row.series.device
            errors.append(log(row.token_ms / (plain * calibration.levels.get(pair, 1.0))))
    return min(1.0, exp(median(errors))) if errors else 1.0
