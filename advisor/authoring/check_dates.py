"""Days: what has expired, and what lies in the future, as of a day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from advisor.authoring.examination import Examination
from advisor.knowledge.ledger import is_stale
from advisor.knowledge.model import Claim, Knowledge, Place

_GIVEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class _Day:
    """A day that something was read, dated or judged; ``key`` leads to it."""

    place: Place
    key: tuple[str, ...]
    day: datetime.date
    what: str


def check_dates(examination: Examination) -> None:
    """Future days one by one, expired reading once for each source."""
    _check_future(examination)
    _check_stale(examination)


def _check_future(examination: Examination) -> None:
    seen: set[tuple[Place, tuple[str, ...]]] = set()
    for found in _days(examination.knowledge):
        if found.day <= examination.as_of or (found.place, found.key) in seen:
            continue
        seen.add((found.place, found.key))
        examination.places.add(
            "future-date",
            "error",
            f"{found.what} on {found.day}, which is after {examination.as_of}",
            found.place,
            at=found.key,
            hint="a mistyped year, or a wrong clock here?",
        )


def _days(knowledge: Knowledge) -> Iterator[_Day]:
    for rule in knowledge.rules.values():
        yield _Day(rule.place, ("source", "checked"), rule.source.checked, "the source was read")
    for source in knowledge.sources.values():
        yield from _given(source.place, ("date",), source.date, "the source is dated")
    for case in knowledge.cases.values():
        yield _Day(case.place, ("as-of",), case.as_of, "the case is judged")
    for claim in _claims(knowledge):
        yield _Day(claim.place, ("checked",), claim.checked, "the source was read")
        yield from _given(claim.place, ("date",), claim.date, "the claim is dated")
    for offer in knowledge.offers.values():
        for row in offer.serves:
            yield _Day(row.place, ("checked",), row.checked, "the source was read")
            yield from _given(row.place, ("date",), row.date, "the row is dated")


def _given(place: Place, key: tuple[str, ...], text: str, what: str) -> Iterator[_Day]:
    """A date as a source gives it: a year or a month counts from its first day."""
    match = _GIVEN.fullmatch(text)
    if match is not None:
        year, month, day = (int(part) if part else 1 for part in match.groups())
        yield _Day(place, key, datetime.date(year, month, day), what)


def _claims(knowledge: Knowledge) -> Iterator[Claim]:
    for offer in knowledge.offers.values():
        yield from offer.claims
    for model in knowledge.models.values():
        yield from model.claims
    for accelerator in knowledge.accelerators.values():
        yield from accelerator.claims


@dataclass
class _Expired:
    """What was read from one source and has expired."""

    places: list[Place]
    oldest: datetime.date


def _check_stale(examination: Examination) -> None:
    knowledge, as_of = examination.knowledge, examination.as_of
    found: dict[str, _Expired] = {}

    def note(source: str, place: Place, checked: datetime.date) -> None:
        expired = found.setdefault(source, _Expired([], checked))
        expired.places.append(place)
        expired.oldest = min(expired.oldest, checked)

    claims = [*_claims(knowledge)]
    for offer in knowledge.offers.values():
        claims += [claim for row in offer.serves for claim in row.claims]
    for claim in claims:
        retired = claim.until is not None and claim.until <= as_of
        if not retired and is_stale(
            claim, knowledge.attributes[claim.attribute], knowledge.method, as_of
        ):
            note(claim.source, claim.place, claim.checked)
    keeps = max(knowledge.method.expiry_days.values(), default=None)
    for rule in knowledge.rules.values():
        if keeps is not None and (as_of - rule.source.checked).days > keeps:
            note(rule.source.ref, rule.place, rule.source.checked)
    for source, expired in sorted(found.items()):
        count = len(expired.places)
        examination.places.add(
            "stale-source",
            "warning",
            f"{count} {'entry' if count == 1 else 'entries'} read from '{source}' "
            f"{'has' if count == 1 else 'have'} expired by {as_of}",
            knowledge.sources[source].place,
            hint=f"read it again; the oldest was read on {expired.oldest}",
            related=(examination.places.related("one of them", expired.places[0]),),
        )
