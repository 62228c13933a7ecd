"""The ledger as facts: every claim with how it stands on a day, and what follows from it.

A fact is a claim, or the statement of a row that an offer serves a model (attribute
``served``, subject ``offer/model``).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.ledger import (
    GRADE_ORDER,
    LISTED,
    Evidence,
    Listing,
    combined,
    in_dispute,
    is_stale,
    listing_is_stale,
    resolve,
    standing_rows,
)
from advisor.knowledge.model import Attribute, Claim, Knowledge, Offer, Place, Served
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    NumberType,
    Options,
    Type,
)
from advisor.reports.fact_values import options_of, value_data, value_words

SERVED = "served"
YES_NO = ChoiceType(("no", "yes"))
_YES = Options(frozenset({"yes"}))
_NO = Options(frozenset({"no"}))


class Fact(Struct, frozen=True):
    """``counts`` says whether it has a part in what is believed on the day, ``why`` why not
    (empty where it does).  ``value`` None: looked for, not found."""

    subject: str
    attribute: str
    type: Type
    value: Domain | None
    source: str
    date: str
    checked: datetime.date
    grade: str
    expiry: str
    stale: bool
    until: datetime.date | None
    note: str
    counts: bool
    why: str
    place: Place

    @property
    def unit(self) -> str | None:
        return self.type.unit if isinstance(self.type, NumberType) else None


class Belief(Struct, frozen=True):
    """What is believed of one attribute of a subject.  ``conflict``: claims in force differ;
    ``open``: so do those that count."""

    subject: str
    attribute: str
    label: str
    type: Type
    value: Domain | None
    grade: str | None
    stale: bool
    conflict: bool
    open: bool
    facts: tuple[Fact, ...]


class Subject(Struct, frozen=True):
    """``kind`` is offer, served, model or accelerator."""

    id: str
    kind: str
    title: str
    beliefs: tuple[Belief, ...]


def subjects(knowledge: Knowledge, as_of: datetime.date) -> Iterator[Subject]:
    """Everything that is claimed about, in the order of the rule base."""
    for offer in knowledge.offers.values():
        found = _beliefs(offer.id, offer.claims, knowledge, as_of)
        yield Subject(offer.id, "offer", offer.title, found)
        yield from _served(offer, knowledge, as_of)
    for model in knowledge.models.values():
        found = _beliefs(model.id, model.claims, knowledge, as_of)
        yield Subject(model.id, "model", model.title, found)
    for chip in knowledge.accelerators.values():
        found = _beliefs(chip.id, chip.claims, knowledge, as_of)
        yield Subject(chip.id, "accelerator", chip.title, found)


def stale_facts(found: Iterable[Subject]) -> Iterator[Fact]:
    """Facts that still count but were read longer ago than their kind keeps."""
    for subject in found:
        for belief in subject.beliefs:
            yield from (fact for fact in belief.facts if fact.stale and fact.counts)


def conflicts(found: Iterable[Subject]) -> Iterator[Belief]:
    """Attributes of which sources say different things."""
    for subject in found:
        yield from (belief for belief in subject.beliefs if belief.conflict)


def _beliefs(
    subject: str,
    claims: Iterable[Claim],
    knowledge: Knowledge,
    as_of: datetime.date,
    without: Mapping[int, str] | None = None,
) -> tuple[Belief, ...]:
    """``without``: why claims (by identity) do not count, besides what resolution says."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.attribute, []).append(claim)
    return tuple(
        _belief(subject, knowledge, group, as_of, without or {}) for group in groups.values()
    )


def _belief(
    subject: str,
    knowledge: Knowledge,
    claims: list[Claim],
    as_of: datetime.date,
    without: Mapping[int, str],
) -> Belief:
    attribute = knowledge.attributes[claims[0].attribute]
    method = knowledge.method
    eligible = [claim for claim in claims if id(claim) not in without]
    evidence = resolve(eligible, attribute, method, as_of)
    in_force = tuple(c for c in eligible if c.until is None or c.until > as_of)
    stated = tuple(c for c in in_force if c.value is not None)
    differ = bool(stated) and combined(stated, attribute)[1]
    facts = []
    for claim in claims:
        why = without.get(id(claim)) or _why_not(claim, evidence, attribute, as_of)
        facts.append(
            Fact(
                subject=subject,
                attribute=claim.attribute,
                type=attribute.type,
                value=claim.value,
                source=claim.source,
                date=claim.date,
                checked=claim.checked,
                grade=claim.grade,
                expiry=attribute.expiry,
                stale=is_stale(claim, attribute, method, as_of),
                until=claim.until,
                note=claim.note,
                counts=not why,
                why=why,
                place=claim.place,
            )
        )
    return Belief(
        subject=subject,
        attribute=attribute.id,
        label=attribute.label,
        type=attribute.type,
        value=evidence.value,
        grade=evidence.grade,
        stale=evidence.stale,
        conflict=differ,
        open=evidence.conflict,
        facts=tuple(facts),
    )


def _why_not(claim: Claim, evidence: Evidence, attribute: Attribute, as_of: datetime.date) -> str:
    """Why a claim does not count; empty where it does."""
    if claim.until is not None and claim.until <= as_of:
        return f"ended on {claim.until}"
    if claim.value is None:
        return "it was looked for and not found, which is not a no"
    for aside in evidence.set_aside:
        if aside.claim is claim:
            said = "" if aside.by.value is None else value_words(aside.by.value, attribute.type)
            return f"set aside by '{aside.rule}': {said} ({aside.by.source}, {aside.by.date})"
    return ""


def _served(offer: Offer, knowledge: Knowledge, as_of: datetime.date) -> Iterator[Subject]:
    rows: dict[str, list[Served]] = {}
    for row in offer.serves:
        rows.setdefault(row.model, []).append(row)
    complete = _complete_list(offer, knowledge, as_of)
    for model, of_model in rows.items():
        subject = f"{offer.id}/{model}"
        title = f"{offer.title}: {knowledge.models[model].title}"
        now = standing_rows(of_model, as_of)
        why = {id(row): _why_not_row(row, now, as_of) for row in of_model}
        disputed = in_dispute(now, bool(complete))
        listed = _listed(subject, of_model, now, why, disputed, knowledge, as_of)
        if disputed and not now.disputed:
            against = tuple(_against(subject, claim, knowledge, as_of) for claim in complete)
            listed = replace(listed, facts=(*listed.facts, *against))
        claims = [claim for row in of_model for claim in row.claims]
        # The figures of a row that does not count do not count either.
        without = {
            id(claim): why[id(row)] or f"withdrawn on {row.until}"
            for row in of_model
            if row not in now.listed
            for claim in row.claims
        }
        found = _beliefs(subject, claims, knowledge, as_of, without)
        yield Subject(subject, "served", title, (listed, *found))


def _complete_list(offer: Offer, knowledge: Knowledge, as_of: datetime.date) -> tuple[Claim, ...]:
    """The claims that the offer's list of models is complete; none where it is not."""
    name = "catalogue-complete"
    claims = [c for c in offer.claims if c.attribute == name]
    if not claims:
        return ()
    evidence = resolve(claims, knowledge.attributes[name], knowledge.method, as_of)
    return evidence.claims if evidence.value == _YES else ()


def _against(subject: str, claim: Claim, knowledge: Knowledge, as_of: datetime.date) -> Fact:
    """What a complete list says of a model that is not in it."""
    return Fact(
        subject=subject,
        attribute=SERVED,
        type=YES_NO,
        value=_NO,
        source=claim.source,
        date=claim.date,
        checked=claim.checked,
        grade=claim.grade,
        expiry=LISTED,
        stale=is_stale(claim, knowledge.attributes[claim.attribute], knowledge.method, as_of),
        until=claim.until,
        note="A complete list of models, without this one.",
        counts=True,
        why="",
        place=claim.place,
    )


def _why_not_row(row: Served, now: Listing, as_of: datetime.date) -> str:
    """Why a row does not count; empty where it does."""
    if row in now.outdated:
        return "made before another source marked the model as withdrawn"
    if row.since is not None and row.since > as_of:
        return f"begins on {row.since}"
    if row.until is not None and row.until <= as_of:
        if row not in now.ended:
            return "the same source lists the model again"
        if now.listed and not now.disputed:
            return f"withdrawn on {row.until}, and listed later by another source"
    return ""


def _listed(
    subject: str,
    rows: list[Served],
    now: Listing,
    why: Mapping[int, str],
    disputed: bool,
    knowledge: Knowledge,
    as_of: datetime.date,
) -> Belief:
    """Whether the offer serves the model, and which rows say so."""
    facts = [
        Fact(
            subject=subject,
            attribute=SERVED,
            type=YES_NO,
            value=_NO if row.until is not None and row.until <= as_of else _YES,
            source=row.source,
            date=row.date,
            checked=row.checked,
            grade=row.grade,
            expiry=LISTED,
            # That a model was withdrawn stays true.
            stale=row not in now.ended and listing_is_stale(row, knowledge.method, as_of),
            until=row.until,
            note=row.note,
            counts=not why[id(row)],
            why=why[id(row)],
            place=row.place,
        )
        for row in rows
    ]
    counting = [fact for fact in facts if fact.counts]
    believed = _YES if now.listed else _NO if now.ended else None
    return Belief(
        subject=subject,
        attribute=SERVED,
        label="Serves the model",
        type=YES_NO,
        value=None if disputed else believed,
        grade=min((f.grade for f in counting), key=GRADE_ORDER.index, default=None),
        stale=bool(counting) and all(fact.stale for fact in counting),
        conflict=disputed or bool(now.outdated) or bool(now.listed and now.ended),
        open=disputed,
        facts=tuple(facts),
    )


def fact_data(fact: Fact) -> dict[str, object]:
    """One row of ``facts list --format json``."""
    lacks: list[str] | None = None
    if isinstance(fact.value, Flags):
        lacks = [option for option in options_of(fact.type) if option not in fact.value.may]
    return {
        "subject": fact.subject,
        "attribute": fact.attribute,
        "value": value_data(fact.value, fact.type),
        "lacks": lacks,
        "unit": fact.unit,
        "source": fact.source,
        "date": fact.date,
        "checked": fact.checked.isoformat(),
        "grade": fact.grade,
        "stale": fact.stale,
        "until": None if fact.until is None else fact.until.isoformat(),
        "note": fact.note,
        "counts": fact.counts,
        "why": fact.why or None,
        "file": fact.place.file,
        "line": None if fact.place.span is None else fact.place.span.line,
    }


def belief_data(belief: Belief) -> dict[str, object]:
    """An attribute with what is believed and every claim about it."""
    unit = belief.type.unit if isinstance(belief.type, NumberType) else None
    return {
        "subject": belief.subject,
        "attribute": belief.attribute,
        "label": belief.label,
        "unit": unit,
        "value": value_data(belief.value, belief.type),
        "grade": belief.grade,
        "stale": belief.stale,
        "conflict": belief.conflict,
        "open": belief.open,
        "claims": [fact_data(fact) for fact in belief.facts],
    }
