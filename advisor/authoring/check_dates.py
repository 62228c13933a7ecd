"""Days: what has expired, and what lies in the future, as of a day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from msgspec import Struct

from advisor.authoring.examination import Examination
from advisor.errors import Span
from advisor.knowledge.ledger import is_stale
from advisor.knowledge.model import Claim, Knowledge, Place

_NOWHERE = Span(0, 0, 0, 0)
_GIVEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class _Day(Struct, frozen=True):
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


def _check_stale(examination: Examination) -> None:
    knowledge, as_of = examination.knowledge, examination.as_of
    found: dict[str, list[_Day]] = {}

    def note(source: str, place: Place, key: tuple[str, ...], checked: datetime.date) -> None:
        found.setdefault(source, []).append(_Day(place, key, checked, ""))

    claims = [*_claims(knowledge)]
    for offer in knowledge.offers.values():
        claims += [claim for row in offer.serves for claim in row.claims]
    for claim in claims:
        retired = claim.until is not None and claim.until <= as_of
        if not retired and is_stale(
            claim, knowledge.attributes[claim.attribute], knowledge.method, as_of
        ):
            note(claim.source, claim.place, ("checked",), claim.checked)
    keeps = max(knowledge.method.expiry_days.values(), default=None)
    for rule in knowledge.rules.values():
        if keeps is not None and (as_of - rule.source.checked).days > keeps:
            note(rule.source.ref, rule.place, ("source", "checked"), rule.source.checked)
    for source, days in sorted(found.items()):
        # The claims of one row were read at once.
        rows = {(d.place.file, d.place.span and d.place.span.line): d for d in reversed(days)}
        oldest = min(rows.values(), key=lambda d: (d.day, d.place.file, d.place.span or _NOWHERE))
        more = len(rows) - 1
        others = f", and so has what stands in {more} more places" if more > 1 else ""
        others = ", and so has what stands in one more place" if more == 1 else others
        examination.places.add(
            "stale-source",
            "warning",
            f"what was read from '{source}' on {oldest.day} has expired by {as_of}{others}",
            oldest.place,
            at=oldest.key,
            hint="read it again",
            related=(examination.places.related("the source", knowledge.sources[source].place),),
        )
