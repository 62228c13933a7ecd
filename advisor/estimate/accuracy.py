"""How far the estimates are from what was measured, and beside it how far a plain roofline is.

Two questions.  ``judge``: other people's measurements (``cases``), each predicted from the
ledger.  ``cross_validate``: the ledger's own rows, each predicted by coefficients fitted
without its model, or without its device.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from advisor.estimate.accuracy_report import Checked, Report, report
from advisor.estimate.cases import Case
from advisor.estimate.evidence import Evidence, Series, Workload
from advisor.estimate.loaded import Asked, loaded
from advisor.estimate.saturated import holds
from advisor.estimate.speed import LARGEST_REPLICA, Figure, Question, Speeds
from advisor.knowledge.fitted import Bands
from advisor.knowledge.physical import CACHE_BYTES, WEIGHT_BYTES, Device, ModelShape
from advisor.knowledge.spellings import device_key, model_key, precision_in, precision_named

UNSAID = ("16-bit", "8-bit", "fp4")
"""Precisions that are tried in this order where none is said."""
ALIKE = 1.5
"""Lengths within this factor can be those of a benchmark, of which means are published."""


class Prediction(Struct, frozen=True):
    """What is said of a case.  ``rate``: output tokens per second; ``token_ms``: per output
    token; ``ratio``: predicted over measured throughput, or speed where only times are
    measured (above 1: too fast); ``None`` where there is nothing to compare."""

    case_id: str
    rate: Figure | None
    token_ms: Figure | None
    first_ms: Figure | None
    method: str
    ratio: float | None
    inside: bool | None
    why: str


class Judge:
    """Predicts cases from the ledger; ``more_models`` are shapes that the ledger lacks, by id
    (``model_key`` of their names is matched)."""

    def __init__(
        self,
        evidence: Evidence,
        more_models: Mapping[str, ModelShape] | None = None,
        more_devices: Mapping[str, Device] | None = None,
    ) -> None:
        self._evidence = evidence
        self._speeds = Speeds(evidence.calibration, evidence)
        self._models = {model_key(name): shape for name, shape in (more_models or {}).items()}
        self._models |= {key: evidence.models[m] for key, m in evidence.model_names.items()}
        self._devices = {device_key(name): d for name, d in (more_devices or {}).items()}
        self._devices |= {key: evidence.devices[d] for key, d in evidence.device_names.items()}

    def predict(self, case: Case) -> Prediction:
        """What the advisor says of a case, and how it compares."""
        if case.unclear is not None:
            return _unknown(case, case.unclear)
        model = case.shape or self._model(case.model)
        device = self._devices.get(device_key(case.accelerator))
        if model is None:
            return _unknown(
                case,
                f"the model '{case.model}' is not known: give its 'shape' (total and active "
                "parameters in billions, layers, hidden size, heads, KV heads, width of a head)",
            )
        if device is None:
            return _unknown(case, f"nothing is known of the accelerator '{case.accelerator}'")
        precision = model.stored or precision_in(case.model)
        if precision is None:
            # As published where that fits, else as narrow as it has to be.
            fitting = (p for p in UNSAID if holds(model, device, p, case.accelerator_count))
            precision = next(fitting, UNSAID[0])
        if case.precision is not None and model.stored is None:
            named = precision_named(case.precision)
            if named is None:
                return _unknown(case, f"'{case.precision}' is no precision")
            precision = named
        if case.scenario == "concurrency":
            return self._served(case, model, device, precision)
        return self._loaded(case, model, device, precision)

    def _model(self, name: str) -> ModelShape | None:
        """The shape of a model by name; where only the number of active parameters is said or
        left out, that of the one model it can be."""
        key = model_key(name)
        if key in self._models:
            return self._models[key]
        short = _without_active(key)
        alike = {k: shape for k, shape in self._models.items() if _without_active(k) == short}
        return next(iter(alike.values())) if len({s.name for s in alike.values()}) == 1 else None

    def _served(self, case: Case, model: ModelShape, device: Device, precision: str) -> Prediction:
        if case.isl is None or case.osl is None or case.concurrency is None:
            return _unknown(case, "requests at once need isl and osl")
        # Replicas share the requests, and answer as one of them does.
        replicas = 1.0
        if case.tp is not None and case.tp < case.accelerator_count <= LARGEST_REPLICA:
            replicas = case.accelerator_count / case.tp
        speed = self._speeds.speed(
            Question(
                model,
                device,
                round(case.accelerator_count / replicas),
                precision,
                max(1.0, case.concurrency / replicas),
                case.isl,
                case.osl,
                engine=case.engine,
                speculative=case.speculative,
            )
        )
        if speed.token_ms is None or speed.rate is None:
            return _unknown(case, speed.why)
        total = speed.rate.per(1).per(min(replicas, case.concurrency))
        ratio, inside = None, None
        rate = case.measured_output_tokens_per_s
        if rate is not None:
            ratio = total.value / rate
            inside = total.low <= rate <= total.high
        elif case.tpot_ms is not None:
            ratio = case.tpot_ms / speed.token_ms.value
            inside = speed.token_ms.low <= case.tpot_ms <= speed.token_ms.high
        return Prediction(
            case.case_id,
            total,
            speed.token_ms,
            speed.first_ms,
            speed.method,
            ratio,
            inside,
            speed.why,
        )

    def _loaded(self, case: Case, model: ModelShape, device: Device, precision: str) -> Prediction:
        key = model_key(case.model)
        workload = next((w for w in self._evidence.workloads.values() if key in w.names), None)
        lengths = None
        if case.isl is not None and case.osl is not None:
            lengths = case.isl, case.osl
            if workload is not None and not _like(workload, lengths):
                workload = None
        scenario = case.scenario
        if workload is None and scenario == "offline":
            scenario = "saturated"
        said = loaded(
            Asked(
                model,
                device,
                case.accelerator_count,
                precision,
                scenario,
                workload=workload,
                lengths=lengths,
                round=case.round,
            ),
            self._evidence,
        )
        if said.rate is None:
            return _unknown(case, said.why)
        measured = case.measured_output_tokens_per_s
        return Prediction(
            case.case_id,
            said.rate,
            None,
            None,
            said.method,
            None if measured is None else said.rate.value / measured,
            None if measured is None else said.rate.low <= measured <= said.rate.high,
            said.why,
        )


def judge(
    cases: Iterable[Case],
    evidence: Evidence,
    more_models: Mapping[str, ModelShape] | None = None,
    more_devices: Mapping[str, Device] | None = None,
) -> tuple[tuple[Prediction, ...], Report | None]:
    """Every case predicted, and the summary over those that can be compared."""
    judging = Judge(evidence, more_models, more_devices)
    predictions = []
    checked = []
    for case in cases:
        said = judging.predict(case)
        predictions.append(said)
        if said.ratio is not None:
            checked.append(
                Checked(
                    name=case.case_id,
                    device=device_key(case.accelerator),
                    model=model_key(case.model),
                    kind="",
                    precision=case.precision or "unknown",
                    scenario=case.scenario,
                    method=said.method,
                    ratio=said.ratio,
                    error=_error(case, said.ratio),
                    roofline=None,
                    inside=said.inside,
                )
            )
    return tuple(predictions), report(checked) if checked else None


def cross_validate(evidence: Evidence, by: str) -> tuple[Checked, ...]:
    """The ledger's own rows, each predicted without its ``model`` or its ``device``: time per
    token of the serving rows, throughput of the loaded systems.  Needs numpy."""
    from advisor.estimate.refit import held_throughput, leave_groups_out

    bands = evidence.calibration.bands
    found = []
    for held in leave_groups_out(
        evidence, (lambda s: s.model) if by == "model" else (lambda s: s.device), every=True
    ):
        s = held.row.series
        model, device = evidence.models[s.model], evidence.devices[s.device]
        shared = s.devices, held.row.concurrency, s.input + s.output / 2
        plain = roofline_ms(model, device, s.precision, *shared)
        found.append(
            Checked(
                name=f"{s.model} on {s.devices} x {s.device}, {s.precision}, "
                f"{s.input:.0f}/{s.output:.0f}, {held.row.concurrency:.0f} at once, {s.engine}",
                device=s.device,
                model=s.model,
                kind=kind_of(model),
                precision=s.precision,
                scenario=_setting(s),
                method=held.method,
                ratio=held.row.token_ms / held.predicted_ms,
                error=abs(held.predicted_ms / held.row.token_ms - 1),
                roofline=abs(plain / held.row.token_ms - 1),
                inside=_inside(held.row.token_ms / held.predicted_ms, bands.get(held.method)),
            )
        )
    for row, rate, method in held_throughput(
        evidence, (lambda r: r.model) if by == "model" else (lambda r: r.device)
    ):
        model = evidence.models[row.model]
        band = bands.get(f"{row.scenario}-{method}", bands.get(f"offline-{method}"))
        found.append(
            Checked(
                name=f"{row.benchmark} {row.round} {row.model} on {row.device}, {row.precision}",
                device=row.device,
                model=row.model,
                kind=kind_of(model),
                precision=row.precision,
                scenario=row.scenario,
                method=method,
                ratio=rate / row.median,
                error=abs(rate / row.median - 1),
                roofline=None,
                inside=_inside(row.median / rate, band),
            )
        )
    return tuple(found)


def roofline_ms(
    model: ModelShape,
    device: Device,
    precision: str,
    devices: float,
    concurrency: float,
    context: float,
) -> float:
    """The plain roofline that others quote: bytes of the weights touched and of the cache over
    the bandwidth of all devices, or arithmetic over their peak, whichever is longer."""
    kind = model.stored or precision
    touched = model.dense + model.routed * model.touched_share(concurrency)
    weights = touched * 1e9 * WEIGHT_BYTES[kind]
    cache = concurrency * model.layer_tokens(context) * model.cache_width * CACHE_BYTES[precision]
    peak = {"fp4": device.fp4, "8-bit": device.fp8}.get(device.computes(kind)) or device.bf16
    reading = (weights + cache) / (devices * device.bandwidth * 1e6)
    multiplying = 2 * model.active * concurrency / (devices * peak)
    return max(reading, multiplying)


def _like(workload: Workload, lengths: tuple[float, float]) -> bool:
    """Whether requests of these lengths can be those of a benchmark."""
    known = workload.input, workload.output
    return all(1 / ALIKE <= a / b <= ALIKE for a, b in zip(lengths, known, strict=True))


def _without_active(key: str) -> str:
    return re.sub(r"(?<=b)a\d+b", "", key)


def kind_of(model: ModelShape) -> str:
    """The class of a model: dense, experts, latent attention."""
    if model.is_latent:
        return "experts, latent attention"
    return "experts" if model.experts else "dense"


def _setting(series: Series) -> str:
    if series.speculative:
        return "drafted tokens"
    return "rack" if series.pooled else "prompts apart" if series.separate else "serving"


def _error(case: Case, ratio: float) -> float:
    """Of the figure that was compared: a rate, or else a time."""
    return abs(ratio - 1) if case.measured_output_tokens_per_s is not None else abs(1 / ratio - 1)


def _inside(measured_over_predicted: float, band: Bands | None) -> bool | None:
    return None if band is None else band.low <= measured_over_predicted <= band.high


def _unknown(case: Case, why: str) -> Prediction:
    return Prediction(case.case_id, None, None, None, "unknown", None, None, why)
