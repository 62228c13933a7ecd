"""The recommendation: one frozen value that every interface and format reads.

Field names and nesting follow the promised JSON (``advisor-recommendation-1``); ``to_json``
gives one object with sorted keys, the same bytes for the same inputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.explanations import (
    Acceptability,
    Doubt,
    Failure,
    Flip,
    Gap,
    Lane,
    Money,
    Need,
    Opened,
    Portfolio,
    PortfolioPart,
    Relaxation,
    Search,
    Sensitivity,
    Threshold,
    Versus,
    WeightInterval,
    WhyNot,
)

__all__ = [
    "Acceptability",
    "BreakEven",
    "Caveat",
    "Claimed",
    "Confidence",
    "Contribution",
    "CostAt",
    "CostByVolume",
    "CostCurve",
    "CostLine",
    "Doubt",
    "Estimate",
    "Excluded",
    "Failure",
    "Flip",
    "Gap",
    "Ground",
    "InputsRead",
    "KnowledgeStamp",
    "Lane",
    "Money",
    "Need",
    "NextQuestion",
    "Opened",
    "Portfolio",
    "PortfolioPart",
    "Ranked",
    "Reading",
    "Reason",
    "Recommendation",
    "Relaxation",
    "Score",
    "Search",
    "Sensitivity",
    "SourceLine",
    "Sureness",
    "Threshold",
    "Verdict",
    "Versus",
    "WeightInterval",
    "WhyNot",
    "Worlds",
    "plain",
]

Confidence: TypeAlias = Literal["firm", "likely", "leaning", "toss-up", "none"]


class KnowledgeStamp(Struct, frozen=True):
    """Which rule base: content digest and sizes."""

    digest: str
    rules: int
    offers: int
    facts: int


class Reading(Struct, frozen=True):
    """A word with two meanings, and the one that was used."""

    subject: str
    text: str


class InputsRead(Struct, frozen=True):
    """``answers``: id -> text as understood; ``unknown``: ids without an answer."""

    answers: Mapping[str, str]
    unknown: tuple[str, ...]
    readings: tuple[Reading, ...]
    weights: Mapping[str, str]
    prices: Mapping[str, Mapping[str, str]]


class Worlds(Struct, frozen=True):
    """``total`` combinations of what is left, ``checked`` of them looked at, and how."""

    total: int
    checked: int
    method: Literal["exhaustive", "sample", "bound"]


class Sureness(Struct, frozen=True):
    """The three figures behind the word (each ``None`` where there is no runner-up).

    ``p``: share of worlds x weight samples that the leader wins against the runner-up;
    ``r``: by which factor every weight would have to be wrong; ``weak_share``: share of the
    score on weak evidence.  ``caps`` are the reasons why the word is not higher.
    """

    p: Fraction | None
    r: Fraction | None
    weak_share: Fraction | None
    caps: tuple[str, ...]


class Verdict(Struct, frozen=True):
    """What is recommended.  ``offer``, ``model`` and ``lane`` are None where no offer qualifies;
    ``settled``: it is proven that nothing left can change the winner; ``proof`` says how, in
    words (empty: not proven).  ``fit``: the share of what is left, by priors, in which no
    requirement is failed."""

    offer: str | None
    model: str | None
    lane: Lane | None
    confidence: Confidence
    settled: bool
    worlds: Worlds
    headline: str
    sureness: Sureness
    proof: str = ""
    fit: Fraction | None = None


class Score(Struct, frozen=True):
    """``points`` 0..10000 rounded; ``exact`` the same as a fraction."""

    points: int
    exact: Fraction


class Reason(Struct, frozen=True):
    """A fired rule, or a measured figure, with its words filled in.

    ``effect`` is score, weigh (it moved the weight) or measure; ``steps`` is what it moved
    (0 for a measure); ``grade`` and ``checked`` are the evidence behind it.
    """

    effect: str
    rule: str
    text: str
    source: str
    steps: int
    grade: str
    checked: str


class Contribution(Struct, frozen=True):
    """A criterion's part of the score: ``points`` add up exactly to ``score.points``.

    ``weight`` is the mean share of the weight (0..1), ``utility`` the effective 0..10000.
    """

    criterion: str
    label: str
    weight: Fraction
    utility: Fraction
    points: int
    exact: Fraction
    because: tuple[Reason, ...]
    clamped: int


class CostLine(Struct, frozen=True):
    """One item of the bill, with the formula in words and where its price comes from."""

    item: str
    low: Fraction | None
    high: Fraction | None
    formula: str
    source: str | None


class Estimate(Struct, frozen=True):
    """Cost for this traffic.  ``per_million`` is USD per million tokens at this volume."""

    monthly: Money
    daily: Money
    per_million: Money
    lines: tuple[CostLine, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[str, ...]


class Caveat(Struct, frozen=True):
    """A rule that warns about an offer, in words."""

    rule: str
    text: str
    source: str


class Ranked(Struct, frozen=True):
    """One offer that qualifies.  ``rank`` counts from 1; ``to_confirm``: requirements that its
    papers do not prove; ``depends_on``: requirements that hold in some worlds only."""

    rank: int
    offer: str
    title: str
    platform: str
    deployment: str
    model: str | None
    lane: Lane
    score: Score
    contributions: tuple[Contribution, ...]
    to_confirm: tuple[Doubt, ...]
    depends_on: tuple[Doubt, ...]
    estimate: Estimate | None
    warnings: tuple[Caveat, ...]


class Excluded(Struct, frozen=True):
    """An offer that fails a requirement, with every one that it fails."""

    offer: str
    title: str
    platform: str
    failed: tuple[Failure, ...]


class NextQuestion(Struct, frozen=True):
    """The id of the question that brings most, and why in words."""

    id: str
    why: str


class SourceLine(Struct, frozen=True):
    """A source that was used.  ``address`` is None where there is none on the web; ``stale``:
    checked longer ago than its grade allows."""

    ref: str
    title: str
    address: str | None
    grade: str
    checked: str
    stale: bool


class Claimed(Struct, frozen=True):
    """One claim behind a fact, as its source gives it."""

    value: str
    source: str
    grade: str
    date: str
    checked: str
    stale: bool


class Ground(Struct, frozen=True):
    """A fact about the leader.  ``conflict``: its claims disagree, and ``value`` is what they
    leave possible together; ``stale``: all of them were last read too long ago."""

    attribute: str
    label: str
    value: str
    stale: bool
    conflict: bool
    claims: tuple[Claimed, ...]


class BreakEven(Struct, frozen=True):
    """From ``requests_low`` to ``requests_high`` a day on (None: not known on that side) the
    fixed price of ``offer`` is no dearer than paying ``against`` by the token.  ``label`` says
    what the comparison leaves out; there the offer would have to sustain ``output_rate``
    output tokens per second.  ``stretches`` say who is cheaper over all volumes with what the
    devices can carry and people counted (empty: not worked out)."""

    offer: str
    title: str
    against: str
    against_title: str
    requests_low: int | None
    requests_high: int | None
    rate_low: Fraction | None
    rate_high: Fraction | None
    formula: str
    label: str
    stretches: tuple[str, ...] = ()


class CostAt(Struct, frozen=True):
    """What is paid a month (USD) at so many requests a day."""

    requests: int
    monthly: Money


class CostCurve(Struct, frozen=True):
    """The bill of an offer by rising volume, everything else as it was answered."""

    offer: str
    title: str
    costs: tuple[CostAt, ...]


class CostByVolume(Struct, frozen=True):
    """Curves over the same volumes, in rank order; ``requests_low`` and ``requests_high`` are
    the ends of what was answered (requests a day), which are among the volumes."""

    requests_low: int
    requests_high: int
    curves: tuple[CostCurve, ...]


class Recommendation(Struct, frozen=True):
    """See the module.

    ``relaxations`` are filled when nobody qualifies, ``flips`` and ``sensitivity`` when an
    offer leads; ``flip_search`` and ``relaxation_search`` say how far the search went (None:
    there was none).  ``portfolio`` is there only where one offer leaves a stated need unmet.
    ``plan`` is the collected advice.  ``evidence`` are the facts that the leader rests on,
    ``break_evens`` the volumes from which hourly offers are no dearer than tokens;
    ``cost_by_volume`` what the best offers cost around the answered volume (None: no volume
    was answered, or no bill is known).
    """

    as_of: str
    knowledge: KnowledgeStamp
    inputs: InputsRead
    verdict: Verdict
    ranking: tuple[Ranked, ...]
    excluded: tuple[Excluded, ...]
    relaxations: tuple[Relaxation, ...]
    flips: tuple[Flip, ...]
    sensitivity: Sensitivity | None
    next_question: NextQuestion | None
    portfolio: Portfolio | None
    plan: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    flip_search: Search | None = None
    relaxation_search: Search | None = None
    evidence: tuple[Ground, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
    cost_by_volume: CostByVolume | None = None
    format: str = "advisor-recommendation-1"

    def to_data(self) -> dict[str, object]:
        """Plain dicts, lists, strings and numbers, as in the JSON."""
        data = plain(self)
        assert isinstance(data, dict)
        return data

    def to_json(self) -> str:
        """The promised JSON, keys sorted, one trailing newline."""
        return json.dumps(self.to_data(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def plain(value: object) -> object:
    """Plain dicts, lists, strings and numbers, as in the JSON."""
    if isinstance(value, Score):
        return {"points": value.points, "exact": _ratio(value.exact)}
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Fraction):
        return round(float(value), 6)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
