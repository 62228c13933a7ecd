"""From claims that stand side by side to what may be believed on a day.

Resolution, per subject and attribute, over the claims in force on that day:

* a number may be anything between its lowest and highest claim (a conflict widens);
* of a choice every claimed option stays possible;
* a flag is held when a claim says so and none denies it, denied when a claim denies it and
  none says so, and open otherwise.

A better grade overrules a worse one only for numbers that were measured: a measured figure
replaces what vendors and the press say of the same attribute.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.knowledge.model import Attribute, Claim, Knowledge, Method, Offer
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    Interval,
    NumberType,
    Options,
    Truth,
)

GRADE_ORDER = (
    "measured",
    "vendor spec",
    "derived",
    "press",
    "vendor claim",
    "expert judgement",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the claims leave possible; ``value`` None when nothing is known.

    ``grade`` is the best one among the claims that count; ``stale`` when all of them have
    expired; ``conflict`` when they contradict each other.
    """

    value: Domain | None
    claims: tuple[Claim, ...]
    grade: str | None
    stale: bool
    conflict: bool


NOTHING = Evidence(None, (), None, False, False)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """How an offer stands to a model: served True, False, or None where claims conflict."""

    served: Truth
    row_grade: str
    row_source: str
    attributes: Mapping[str, Evidence]


@dataclass(frozen=True, slots=True)
class Ledger:
    """All resolved evidence of a rule base on one day, by subject id and attribute."""

    as_of: datetime.date
    offers: Mapping[str, Mapping[str, Evidence]]
    served: Mapping[str, Mapping[str, ServedModel]]
    models: Mapping[str, Mapping[str, Evidence]]
    accelerators: Mapping[str, Mapping[str, Evidence]]


def is_stale(claim: Claim, attribute: Attribute, method: Method, as_of: datetime.date) -> bool:
    """Whether the claim was last read longer ago than its kind keeps."""
    days = method.expiry_days.get(attribute.expiry)
    return days is not None and (as_of - claim.checked).days > days


def resolve(
    claims: Iterable[Claim], attribute: Attribute, method: Method, as_of: datetime.date
) -> Evidence:
    """The evidence for one attribute of one subject."""
    current = tuple(c for c in claims if c.until is None or c.until > as_of)
    stated = tuple(c for c in current if c.value is not None)
    if not stated:
        return Evidence(None, current, None, False, False)
    if isinstance(attribute.type, NumberType):
        measured = tuple(c for c in stated if c.grade == "measured")
        stated = measured or stated
    value, conflict = _combine(stated, attribute)
    grade = min((c.grade for c in stated), key=GRADE_ORDER.index)
    stale = all(is_stale(c, attribute, method, as_of) for c in stated)
    return Evidence(value, stated, grade, stale, conflict)


def _combine(claims: tuple[Claim, ...], attribute: Attribute) -> tuple[Domain | None, bool]:
    kind = attribute.type
    if isinstance(kind, NumberType):
        spans = [c.value for c in claims if isinstance(c.value, Interval)]
        lows = [s.low for s in spans]
        highs = [s.high for s in spans]
        low = None if None in lows else min(x for x in lows if x is not None)
        high = None if None in highs else max(x for x in highs if x is not None)
        return Interval(low, high), len(set(spans)) > 1
    if isinstance(kind, ChoiceType):
        sets = [c.value.values for c in claims if isinstance(c.value, Options)]
        union = frozenset[str]().union(*sets)
        return Options(union), len(set(sets)) > 1
    flags = [c.value for c in claims if isinstance(c.value, Flags)]
    everything = frozenset(kind.options)
    held = frozenset[str]().union(*(f.must for f in flags))
    denied = frozenset[str]().union(*(everything - f.may for f in flags))
    return Flags(held - denied, everything - (denied - held)), bool(held & denied)


def build_ledger(knowledge: Knowledge, as_of: datetime.date) -> Ledger:
    """Resolve every claim of the rule base as of a day."""

    def by_attribute(claims: Iterable[Claim]) -> dict[str, Evidence]:
        groups: dict[str, list[Claim]] = {}
        for claim in claims:
            groups.setdefault(claim.attribute, []).append(claim)
        return {
            name: resolve(group, knowledge.attributes[name], knowledge.method, as_of)
            for name, group in sorted(groups.items())
        }

    offers = {o.id: by_attribute(o.claims) for o in knowledge.offers.values()}
    return Ledger(
        as_of,
        offers,
        {o.id: _served(o, offers[o.id], knowledge, as_of) for o in knowledge.offers.values()},
        {m.id: by_attribute(m.claims) for m in knowledge.models.values()},
        {a.id: by_attribute(a.claims) for a in knowledge.accelerators.values()},
    )


def _served(
    offer: Offer,
    attributes: Mapping[str, Evidence],
    knowledge: Knowledge,
    as_of: datetime.date,
) -> dict[str, ServedModel]:
    """Rows in force.  Where the catalogue is complete, a model that only a seller claims and
    no catalogue lists is in dispute: neither served nor refused."""
    listing = attributes.get("catalogue-complete", NOTHING)
    complete = listing.value == Options(frozenset({"yes"}))
    result: dict[str, ServedModel] = {}
    by_model: dict[str, list[int]] = {}
    for index, row in enumerate(offer.serves):
        in_force = (row.since is None or row.since <= as_of) and (
            row.until is None or row.until > as_of
        )
        if in_force:
            by_model.setdefault(row.model, []).append(index)
    for model, indexes in sorted(by_model.items()):
        rows = [offer.serves[i] for i in indexes]
        claims: dict[str, list[Claim]] = {}
        for row in rows:
            for claim in row.claims:
                claims.setdefault(claim.attribute, []).append(claim)
        best = min(rows, key=lambda r: GRADE_ORDER.index(r.grade))
        disputed = complete and best.grade == "vendor claim"
        result[model] = ServedModel(
            None if disputed else True,
            best.grade,
            best.source,
            {
                name: resolve(group, knowledge.attributes[name], knowledge.method, as_of)
                for name, group in sorted(claims.items())
            },
        )
    return result
