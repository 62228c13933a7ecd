"""How fast a deployment answers: time per output token, tokens per second per user and in
all, time to the first token.

Where the configuration is measured, the measurement; between measured ones, their
interpolation; else the model of ``physics`` at the level that this model on this device has
shown; else unknown.  Every figure is a band that holds about 80 % of what was measured where
such a figure was checked against measurements that it had not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.estimate.evidence import Evidence, Method, Series
from advisor.estimate.neighbours import Asked, Held, Neighbours
from advisor.estimate.physics import (
    Load,
    Parts,
    Terms,
    prefill_time,
    runnable,
    terms,
    token_parts,
    token_time,
)
from advisor.estimate.saturated import holds
from advisor.knowledge.fitted import Bands, Calibration, Factors
from advisor.knowledge.physical import PRECISIONS, Device, ModelShape

LARGEST_REPLICA = 8
WORKERS = (4, 8, 16, 32, 64)
"""Devices of one decoding worker that a rack is divided into."""
PROMPT_WORKER = 4
POOL_ROUNDS = 30
POOL_PRECISION = 1e-10
WIDEST = Bands(0.4, 2.5)

Prompts: TypeAlias = Literal["shared", "separate", "auto"]


class Question(Struct, frozen=True):
    """A deployment of ``devices`` devices under ``concurrency`` requests at once.

    ``prompts``: ``shared`` replicas process prompts between decoding steps; ``separate``:
    ``devices`` are one decoding worker, prompts are processed elsewhere; ``auto``: shared up to
    a replica of eight, beyond that whatever is faster.  ``speculative``: several tokens are
    drafted and checked per step.
    """

    model: ModelShape
    device: Device
    devices: int
    precision: str
    concurrency: float
    input: float
    output: float
    engine: str | None = None
    speculative: bool = False
    prompts: Prompts = "auto"

    def __post_init__(self) -> None:
        wrong = []
        if self.precision not in PRECISIONS:
            wrong.append(f"'{self.precision}' is no precision (one of {', '.join(PRECISIONS)})")
        if self.devices < 1:
            wrong.append("at least one device is needed")
        for label, value in (("input", self.input), ("output", self.output)):
            if not 0 < value <= 10_000_000:
                wrong.append(f"{label} must be between 1 and 10,000,000 tokens")
        if not 0 < self.concurrency <= 10_000_000:
            wrong.append("requests at once must be between 1 and 10,000,000")
        if wrong:
            raise ValueError("; ".join(wrong))


class Figure(Struct, frozen=True):
    """A value with its 80 % band."""

    low: float
    value: float
    high: float

    def per(self, amount: float) -> Figure:
        """``amount`` divided by the figure: the band turns round."""
        return Figure(amount / self.high, amount / self.value, amount / self.low)


class Speed(Struct, frozen=True):
    """``token_ms`` between output tokens, ``user_rate`` tokens per second per user (waiting for
    room in the cache included, where more are asked than it holds), ``rate`` output tokens per
    second of the whole deployment, ``first_ms`` to the first token (a wide band: queues decide
    it).  ``method`` unknown: all are ``None`` and ``why`` says why."""

    method: Method
    token_ms: Figure | None
    user_rate: Figure | None
    rate: Figure | None
    first_ms: Figure | None
    formula: str
    why: str
    sources: tuple[str, ...] = ()


class _Layout(Struct, frozen=True):
    """A way to run the deployment: requests per worker, devices of a worker, workers."""

    devices: int
    concurrency: float
    workers: float
    separate: bool


class Speeds:
    """Answers questions from the calibration and, where given, the measured ledger."""

    def __init__(self, calibration: Calibration, evidence: Evidence | None = None) -> None:
        self._calibration = calibration
        self._neighbours = Neighbours(())
        if evidence is not None:
            self._neighbours = Neighbours(evidence.series, partial(waiting, evidence=evidence))

    def speed(self, question: Question) -> Speed:
        """The speed of a deployment; see the module."""
        why = self.unsupported(question)
        if why is not None:
            return Speed("unknown", None, None, None, None, "", why)
        paced, layout, found = self._fastest(question)
        waits = layout.concurrency / found.batch
        known = (question.model.name, question.device.name) in self._calibration.levels
        held = self._held(question, paced)
        pace = held.token_ms
        if question.speculative:
            pace *= self._calibration.speculation
        token = pace / waits
        kind = held.method if held.method != "model" or known else "model-new"
        band = self._calibration.bands.get(kind, WIDEST)
        token_figure = Figure(token * band.low, token, token * band.high)
        first = self._first(found, layout)
        seconds = (first.value + (question.output - 1) * pace) / 1000
        rate = question.concurrency * question.output / seconds
        return Speed(
            method=held.method,
            token_ms=token_figure,
            user_rate=Figure(pace * band.low, pace, pace * band.high).per(1000),
            rate=Figure(rate / band.high, rate, rate / band.low),
            first_ms=first,
            formula=_formula(question, layout, held),
            why="" if known else "no row of this model on this device is measured",
            sources=tuple(sorted({series.source for series in held.series})),
        )

    def token_ms(self, question: Question) -> float:
        """The time per token alone, without neighbours: the model at its level."""
        paced, layout, found = self._fastest(question)
        return paced * found.batch / layout.concurrency

    def parts(self, question: Question) -> Parts | None:
        """What the model's time per token is made of, at its level; ``None`` where nothing can
        be said."""
        if self.unsupported(question) is not None:
            return None
        _, _, found = self._fastest(question)
        level = self._calibration.levels.get((question.model.name, question.device.name), 1.0)
        return Parts(*(part * level for part in token_parts(found, self._calibration.serving)))

    def unsupported(self, question: Question) -> str | None:
        """Why nothing can be said: no measured family, or the weights do not fit."""
        family = question.device.family
        if family not in self._calibration.families:
            return f"nothing is measured on devices like {question.device.name}"
        if holds(question.model, question.device, question.precision, question.devices):
            return None
        return (
            f"{question.model.name} at {question.precision} does not fit on "
            f"{question.devices} x {question.device.name}"
        )

    def _held(self, question: Question, paced: float) -> Held:
        pooled = question.devices > LARGEST_REPLICA and question.prompts == "auto"
        return self._neighbours.hold(
            Asked(
                question.model.name,
                question.device.name,
                question.model.stored or question.precision,
                question.devices,
                question.concurrency,
                question.input,
                question.output,
                separate=question.prompts == "separate",
                pooled=pooled,
                engine=question.engine,
            ),
            paced,
        )

    def _fastest(self, question: Question) -> tuple[float, _Layout, Terms]:
        """The layout in which a user waits least per token, waiting for room included."""
        best: tuple[float, _Layout, Terms] | None = None
        for layout in self._layouts(question):
            found = self._terms(question, layout)
            time = token_time(found, self._calibration.serving) * layout.concurrency / found.batch
            if best is None or time < best[0]:
                best = time, layout, found
        assert best is not None, "a question always has a layout"
        level = self._calibration.levels.get((question.model.name, question.device.name), 1.0)
        return best[0] * level, best[1], best[2]

    def _layouts(self, question: Question) -> Iterator[_Layout]:
        """Layouts in which no device more than asked is used; fewer may serve as well."""
        if question.prompts == "separate":
            yield _Layout(question.devices, question.concurrency, 1.0, True)
            return
        replica = min(question.devices, LARGEST_REPLICA)
        sizes = {replica} | {size for size in (1, 2, 4) if size < replica}
        fitting = [
            size
            for size in sorted(sizes, reverse=True)
            if holds(question.model, question.device, question.precision, size)
        ]
        if not fitting:
            fitting = [
                size
                for size in (*WORKERS, question.devices)
                if LARGEST_REPLICA < size <= question.devices
                and holds(question.model, question.device, question.precision, size)
            ][:1]
        for size in fitting:
            replicas = max(1.0, question.devices / size) if question.devices > replica else 1.0
            yield _Layout(size, max(1.0, question.concurrency / replicas), replicas, False)
        if question.devices > LARGEST_REPLICA and question.prompts == "auto":
            yield from self._pools(question)

    def _pools(self, question: Question) -> Iterator[_Layout]:
        """A rack divided into workers for prompts and for decoding, each with as many devices
        as its share of the work."""
        load = Load(RANKS_ALONE, question.input, question.output)
        alone = terms(
            question.model,
            question.device,
            question.precision,
            PROMPT_WORKER,
            load,
            factors=self._factors(question.device),
        )
        prompt_work = prefill_time(alone, self._calibration.serving) * PROMPT_WORKER
        for size in WORKERS:
            if (
                size + PROMPT_WORKER <= question.devices
                and size <= question.device.domain
                and holds(question.model, question.device, question.precision, size)
            ):
                yield self._divided(question, size, prompt_work)

    def _divided(self, question: Question, size: int, prompt_work: float) -> _Layout:
        """Workers of ``size`` on as many devices as leave the prompts enough: with ``c`` requests
        at once and ``t`` ms per token, ``c / (output x t)`` prompts arrive per ms and each takes
        ``prompt_work``.  What is left decodes at ``t``; the more slowly it decodes the more is
        left, so there is one ``t`` at which both agree."""
        demanded = prompt_work * question.concurrency / question.output

        def layout_on(decoding: float) -> _Layout:
            workers = max(decoding, size) / size
            return _Layout(size, max(1.0, question.concurrency / workers), workers, True)

        def excess(time: float) -> float:
            return self._pace(question, layout_on(question.devices - demanded / time)) - time

        low = self._pace(question, layout_on(question.devices))
        high = self._pace(question, layout_on(size))
        above, below = excess(low), excess(high)
        for _ in range(POOL_ROUNDS):
            if above <= 0 or below >= 0 or high - low <= POOL_PRECISION * low:
                break
            # False position, halved on the side that stays: a bracket that shrinks fast.
            time = low + (high - low) * above / (above - below)
            found = excess(time)
            if found > 0:
                low, above, below = time, found, below / 2
            else:
                high, below, above = time, found, above / 2
        return layout_on(question.devices - demanded / high)

    def _pace(self, question: Question, layout: _Layout) -> float:
        """Milliseconds per token that a user waits, waiting for room included."""
        found = self._terms(question, layout)
        return token_time(found, self._calibration.serving) * layout.concurrency / found.batch

    def _terms(self, question: Question, layout: _Layout) -> Terms:
        return terms(
            question.model,
            question.device,
            question.precision,
            layout.devices,
            Load(layout.concurrency, question.input, question.output, separate=layout.separate),
            engine=question.engine,
            factors=self._factors(question.device),
        )

    def _factors(self, device: Device) -> Factors:
        return self._calibration.families.get(device.family, Factors())

    def _first(self, found: Terms, layout: _Layout) -> Figure:
        """``fixed + prompt time x share x requests^queue``: its error is three times that of
        the time per token."""
        fixed, prompt, queue = self._calibration.first_token
        alone = prefill_time(found, self._calibration.serving)
        value = fixed + prompt * alone * layout.concurrency**queue
        band = self._calibration.bands.get("first-token", WIDEST)
        return Figure(value * band.low, value, value * band.high)


def waiting(series: Series, concurrency: float, *, evidence: Evidence) -> float:
    """Requests for each that runs, at a point of a measured series: 1 or more."""
    load = Load(concurrency, series.input, series.output)
    return concurrency / runnable(
        evidence.models[series.model],
        evidence.devices[series.device],
        series.precision,
        series.devices,
        load,
    )


RANKS_ALONE = 8.0
"""Requests at once under which a prompt worker's speed is read; it hardly matters."""


def _formula(question: Question, layout: _Layout, held: Held) -> str:
    where = f"{layout.devices} x {question.device.name}"
    if layout.separate and question.prompts != "separate":
        where = f"{layout.workers:.1f} decoding workers of {where}, prompts on the rest"
    elif layout.workers > 1:
        where = f"{layout.workers:.1f} replicas of {where}"
    what = {
        "measured": "as measured",
        "interpolated": "between measured configurations",
        "model": "weights read + cache read + overhead per layer + requests + exchange + "
        "prompts of others",
        "unknown": "unknown",
    }[held.method]
    return f"{where}, {question.precision}, {layout.concurrency:.0f} requests each: {what}"
