"""From claims that stand side by side to what may be believed on a day.

Resolution, per subject and attribute, over the claims in force on that day that count by the
declared rules (``advisor.knowledge.resolution``):

* a number may be anything between its lowest and highest claim (a conflict widens);
* of a choice every claimed option stays possible;
* a flag is held when a claim says so and none denies it, denied when a claim denies it and
  none says so, and open otherwise.

What was looked for and not found stays unknown.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from msgspec import Struct

from advisor.knowledge.model import Attribute, Claim, Knowledge, Method, Offer, Served
from advisor.knowledge.resolution import GRADE_ORDER, SetAside, days_of, standing
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    Interval,
    NumberType,
    Options,
    Truth,
)

__all__ = [
    "GRADE_ORDER",
    "NOTHING",
    "Evidence",
    "Ledger",
    "ServedModel",
    "build_ledger",
    "is_stale",
    "resolve",
]

LISTED = "model-list"
"""The expiry of the statement that an offer serves a model."""


class Evidence(Struct, frozen=True):
    """What the claims leave possible; ``value`` None when nothing is known.

    ``claims`` are those that count, ``set_aside`` those that do not, with the rule that says
    so; ``grade`` is the best one among the claims that count; ``stale`` when all of them have
    expired; ``conflict`` when they contradict each other.
    """

    value: Domain | None
    claims: tuple[Claim, ...]
    grade: str | None
    stale: bool
    conflict: bool
    set_aside: tuple[SetAside, ...] = ()


NOTHING = Evidence(None, (), None, False, False)


class ServedModel(Struct, frozen=True):
    """How an offer stands to a model: served True, or None where claims conflict.

    ``stale``: every row that says so was last read longer ago than a model list keeps.
    """

    served: Truth
    row_grade: str
    row_source: str
    attributes: Mapping[str, Evidence]
    stale: bool = False


class Ledger(Struct, frozen=True):
    """All resolved evidence of a rule base on one day, by subject id and attribute.

    ``retired`` are the models that an offer has withdrawn by then; they are not in ``served``.
    """

    as_of: datetime.date
    offers: Mapping[str, Mapping[str, Evidence]]
    served: Mapping[str, Mapping[str, ServedModel]]
    models: Mapping[str, Mapping[str, Evidence]]
    accelerators: Mapping[str, Mapping[str, Evidence]]
    retired: Mapping[str, frozenset[str]]


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
    counting, aside = standing(stated, attribute, method)
    value, conflict = combined(counting, attribute)
    grade = min((c.grade for c in counting), key=GRADE_ORDER.index)
    stale = all(is_stale(c, attribute, method, as_of) for c in counting)
    return Evidence(value, counting, grade, stale, conflict, aside)


def combined(claims: tuple[Claim, ...], attribute: Attribute) -> tuple[Domain | None, bool]:
    """What claims leave possible together, and whether they contradict each other."""
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
    served: dict[str, Mapping[str, ServedModel]] = {}
    retired: dict[str, frozenset[str]] = {}
    for offer in knowledge.offers.values():
        listing = offers[offer.id].get("catalogue-complete", NOTHING)
        complete = listing.value == Options(frozenset({"yes"}))
        found: dict[str, ServedModel] = {}
        gone: set[str] = set()
        for model, rows in _rows_by_model(offer):
            now = standing_rows(rows, as_of)
            if not now.listed:
                gone |= {model} if now.ended else set()
                continue
            best = min(now.listed, key=lambda r: GRADE_ORDER.index(r.grade))
            disputed = in_dispute(now, complete)
            claims = by_attribute(claim for row in now.listed for claim in row.claims)
            old = all(listing_is_stale(row, knowledge.method, as_of) for row in now.listed)
            found[model] = ServedModel(
                None if disputed else True, best.grade, best.source, claims, old
            )
        served[offer.id] = found
        retired[offer.id] = frozenset(gone)
    return Ledger(
        as_of,
        offers,
        served,
        {m.id: by_attribute(m.claims) for m in knowledge.models.values()},
        {a.id: by_attribute(a.claims) for a in knowledge.accelerators.values()},
        retired,
    )


def _rows_by_model(offer: Offer) -> list[tuple[str, list[Served]]]:
    by_model: dict[str, list[Served]] = {}
    for row in offer.serves:
        by_model.setdefault(row.model, []).append(row)
    return sorted(by_model.items())


class Listing(Struct, frozen=True):
    """The rows of an offer for one model on a day: ``listed`` count as serving it, ``outdated``
    were made before a source marked it as withdrawn, ``ended`` are withdrawn; ``disputed``:
    one source says withdrawn, another lists it and its date does not tell which is newer."""

    listed: tuple[Served, ...]
    outdated: tuple[Served, ...]
    ended: tuple[Served, ...]
    disputed: bool


def standing_rows(rows: Iterable[Served], as_of: datetime.date) -> Listing:
    """How the rows for one model stand on a day.

    A row that ended speaks for its source alone.  Rows of other sources still count where
    they were made after the end, and do not where they were made before it.
    """
    begun = [r for r in rows if r.since is None or r.since <= as_of]
    current = [r for r in begun if r.until is None or r.until > as_of]
    ended = [r for r in begun if r.until is not None and r.until <= as_of]
    last = max((r.until for r in ended if r.until is not None), default=None)
    if last is None or not current:
        return Listing(tuple(current), (), tuple(ended), False)
    # A source that lists the model anew has taken back its own end.
    renewed = {r.source for r in current}
    if all(r.source in renewed for r in ended):
        return Listing(tuple(current), (), (), False)
    outdated = [r for r in current if days_of(r.date, r.checked)[1] <= last]
    listed = [r for r in current if r not in outdated]
    sure = any(days_of(r.date, r.checked)[0] > last for r in listed)
    return Listing(tuple(listed), tuple(outdated), tuple(ended), bool(listed) and not sure)


def in_dispute(now: Listing, complete: bool) -> bool:
    """Whether it is open that an offer with these rows serves the model: withdrawn by one
    source and listed by another, or, beside a ``complete`` catalogue, only claimed by sellers.
    """
    grades = [row.grade for row in now.listed]
    only_sellers = bool(grades) and min(grades, key=GRADE_ORDER.index) == "vendor claim"
    return now.disputed or (complete and only_sellers)


def listing_is_stale(row: Served, method: Method, as_of: datetime.date) -> bool:
    """Whether the row was last read longer ago than a model list keeps."""
    days = method.expiry_days.get(LISTED)
    return days is not None and (as_of - row.checked).days > days
