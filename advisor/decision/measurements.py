"""Results of one's own measurements as facts of grade *measured*, beside the shipped ones.

What enters, for the offer with the model that was measured, from the heaviest load that was
run (a light load flatters; several regions at that load make a range):

speed-per-user        1000 / ms per output token, from the slow end (p95) to the median
first-token-time      from the median to the 95th percentile
requests-per-minute   at least what was answered; exactly that where requests were refused
                      for the rate, which shows where the quota lies
devices-measured      devices that carry the peak of these answers at the measured rate, a
                      share of HEADROOM kept free
"""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.charges import MEASURED_DEVICES
from advisor.decision.recommend import decide
from advisor.decision.result import Reading, Recommendation
from advisor.decision.trials import with_claims
from advisor.estimate.results import Result
from advisor.knowledge.model import (
    Claim,
    Grade,
    Inputs,
    Knowledge,
    Place,
    Source,
)
from advisor.knowledge.periods import SECONDS_PER_DAY
from advisor.knowledge.values import Interval, Number
from advisor.language.units import format_number

GRADE: Grade = "measured"
SOURCE = "your-measurement"
HEADROOM = Fraction(3, 10)
"""Share of the measured rate that stays free at the peak."""
LABELS = {
    "speed-per-user": "speed for one user",
    "first-token-time": "first token",
    "requests-per-minute": "answered",
    MEASURED_DEVICES: "devices for your peak",
}
"""What was measured, as a reading calls it."""


class Measured(Struct, frozen=True):
    """``knowledge`` with the figures in it; ``readings`` say what was taken in and what was
    left out, in words."""

    knowledge: Knowledge
    readings: tuple[Reading, ...]


def with_results(
    knowledge: Knowledge, inputs: Inputs, results: Sequence[Result], as_of: datetime.date
) -> Measured:
    """The rule base with the results as facts.  A result without a model is about the one
    that the offer would serve for these answers; where that is open, it is left out."""
    serving = decide(knowledge, inputs, as_of).entries.model
    groups: dict[tuple[str, str], list[Result]] = {}
    readings: list[Reading] = []
    for result in results:
        model = result.model or serving(result.offer)
        if model is None:
            title = knowledge.offers[result.offer].title
            text = f"Left out: {result.place} does not say which model of {title} was measured."
            readings.append(Reading(SOURCE, text))
            continue
        groups.setdefault((result.offer, model), []).append(result)
    offers = dict(knowledge.offers)
    for (offer, model), group in sorted(groups.items()):
        heaviest = max(_load(result) for result in group)
        counted = [result for result in group if _load(result) == heaviest]
        claims = [c for r in counted for c in _claims(r, model, inputs, knowledge)]
        offers[offer] = with_claims(offers[offer], model, claims, knowledge)
        readings.append(Reading(SOURCE, _words(knowledge, offer, model, counted, claims)))
        readings += [
            Reading(SOURCE, f"Left out: {result.place} ran under a lighter load.")
            for result in group
            if result not in counted
        ]
    if not groups:
        return Measured(knowledge, tuple(readings))
    source = _source(results)
    made = replace(
        knowledge,
        digest=_digest(knowledge.digest, results),
        sources={**knowledge.sources, SOURCE: source},
        offers=offers,
    )
    return Measured(made, tuple(readings))


def told(result: Recommendation, measured: Measured) -> Recommendation:
    """The recommendation, saying which measurements it rests on."""
    readings = (*result.inputs.readings, *measured.readings)
    return replace(result, inputs=replace(result.inputs, readings=readings))


def claim(
    offer: str,
    model: str | None,
    attribute: str,
    value: Interval,
    date: datetime.date,
    place: str,
) -> Claim:
    """One measured figure about an offer, or about its row for a model."""
    return Claim(
        subject=offer if model is None else f"{offer}/{model}",
        attribute=attribute,
        value=value,
        source=SOURCE,
        date=date.isoformat(),
        checked=date,
        grade=GRADE,
        complete=False,
        until=None,
        note="",
        place=Place(place),
    )


def _load(result: Result) -> tuple[Fraction, int]:
    """How heavy a run was: requests per second, then requests at once."""
    figures = result.figures
    rate = figures.request_rate or figures.accepted_rate
    return rate, figures.concurrency or 0


def _claims(result: Result, model: str, inputs: Inputs, knowledge: Knowledge) -> list[Claim]:
    figures = result.figures
    found: dict[str, tuple[str | None, Interval]] = {}
    token = figures.token_ms
    if token is not None and token.p50:
        slow = 1000 / token.p95
        found["speed-per-user"] = (model, Interval(_plain(slow), _plain(1000 / token.p50)))
    first = figures.first_ms
    if first is not None:
        found["first-token-time"] = (model, Interval(_plain(first.p50), _plain(first.p95)))
    if figures.accepted:
        minute = figures.accepted_rate * 60
        top = minute if figures.limited else None
        quota = Interval(_plain(minute), None if top is None else _plain(top))
        found["requests-per-minute"] = (None, quota)
        found["requests-per-minute-model"] = (model, quota)
    devices = _devices(result, inputs)
    if devices is not None:
        found[MEASURED_DEVICES] = (model, Interval.point(devices))
    return [
        claim(result.offer, about, name, value, result.date, result.place)
        for name, (about, value) in found.items()
        if name in knowledge.attributes
    ]


def _devices(result: Result, inputs: Inputs) -> int | None:
    """``ceil(peak output tokens/s / (measured tokens/s x (1 - headroom))) x devices``."""
    rate = result.figures.output_rate
    if result.devices is None or not rate:
        return None
    requests, writes = (_high(inputs, q) for q in ("requests-per-day", "output-tokens"))
    if requests is None or not writes:
        return None
    peak = Fraction(requests) * writes * (_high(inputs, "peak-factor") or 1) / SECONDS_PER_DAY
    return math.ceil(peak / (rate * (1 - HEADROOM))) * result.devices


def _high(inputs: Inputs, question: str) -> Number | None:
    value = inputs.answers.get(question)
    return value.high if isinstance(value, Interval) else None


def _words(
    knowledge: Knowledge,
    offer: str,
    model: str,
    results: Sequence[Result],
    claims: Sequence[Claim],
) -> str:
    """What was taken in, in one sentence."""
    values: dict[str, str] = {}
    for made in claims:
        label = LABELS.get(made.attribute)
        assert isinstance(made.value, Interval)
        if label is not None:
            unit = getattr(knowledge.attributes[made.attribute].type, "unit", "")
            values.setdefault(label, _range_words(made.value, unit))
    shares = [f"{_percent(r.figures.failed)} of {r.figures.requests:,} failed" for r in results]
    days = ", ".join(sorted({r.date.isoformat() for r in results}))
    parts = "; ".join(f"{label} {value}" for label, value in values.items())
    title, name = knowledge.offers[offer].title, knowledge.models[model].title
    return (
        f"Measured by you on {days}, {title} with {name}: {parts}; {', '.join(shares)}. "
        "It counts instead of what others say of the same figures."
    )


def _range_words(value: Interval, unit: str) -> str:
    low = None if value.low is None else format_number(value.low, unit)
    high = None if value.high is None else format_number(value.high, unit)
    if high is None:
        return f"at least {low}"
    return low or "" if low == high else f"{low} to {high}"


def _percent(share: Fraction) -> str:
    tenths = round(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


def _source(results: Sequence[Result]) -> Source:
    days = sorted(result.date for result in results)
    return Source(
        id=SOURCE,
        title="Your own measurements",
        address=None,
        publisher=None,
        date=days[-1].isoformat(),
        kind="measurement",
        note="",
        place=Place(results[0].place),
    )


def _digest(digest: str, results: Sequence[Result]) -> str:
    """Other facts are another rule base."""
    text = repr([(r.offer, r.model, r.date, r.region, r.devices, r.figures) for r in results])
    return "sha256:" + hashlib.sha256(f"{digest}\n{text}".encode()).hexdigest()


def _plain(value: Fraction) -> Number:
    """To a tenth, whole numbers as such."""
    tidy = Fraction(round(value * 10), 10)
    return int(tidy) if tidy.denominator == 1 else tidy


def names_of_models(models: Mapping[str, object]) -> dict[str, str]:
    """Every spelling of a model, in lower case, as its id."""
    found: dict[str, str] = {}
    for ident, entry in models.items():
        for spelling in (ident, *getattr(entry, "aliases", ())):
            found.setdefault(spelling.lower(), ident)
            found.setdefault(spelling.lower().rpartition("/")[2], ident)
    return found
