"""Who claims are about: accelerators, models, offers and the models they serve."""

from __future__ import annotations

from typing import cast

from advisor.errors import Span
from advisor.knowledge.document import Findings
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Accelerator, Grade, Model, Offer, Place, Served
from advisor.knowledge.shapes import AcceleratorShape, ModelShape, OfferShape, ServedShape
from advisor.language.binding_attributes import check_given_date
from advisor.language.binding_claims import UNKNOWN, Basis, Facts, bind_claims, bind_row
from advisor.language.binding_names import place, seen
from advisor.language.marks import quote


def bind_accelerator(raw: Raw[AcceleratorShape], facts: Facts) -> Accelerator:
    """The accelerator with its claims; wrong ones are reported and left out."""
    shape = raw.shape
    claims = bind_claims(shape.id.text, "accelerator", shape.claims, raw, facts)
    return Accelerator(shape.id.text, shape.title, claims, place(raw, shape.id))


def bind_model(raw: Raw[ModelShape], facts: Facts) -> Model:
    """The model with its claims; wrong ones are reported and left out."""
    shape = raw.shape
    check_given_date(shape, shape.released, raw.findings, key="released", otherwise=UNKNOWN)
    return Model(
        shape.id.text,
        shape.title,
        tuple(alias.text for alias in shape.aliases),
        shape.open,
        shape.publisher,
        shape.released,
        bind_claims(shape.id.text, "model", shape.claims, raw, facts),
        place(raw, shape.id),
    )


def bind_offer(raw: Raw[OfferShape], facts: Facts) -> Offer:
    """The offer with its claims and rows; wrong ones are reported and left out."""
    shape = raw.shape
    accelerator = None
    if shape.accelerator is not None:
        accelerator = facts.accelerators.resolve(shape.accelerator, raw.findings)
    rows = [_served(row, raw, facts) for row in shape.serves]
    _refuse_same_row(shape.serves, raw.findings)
    return Offer(
        id=shape.id.text,
        title=shape.title,
        order=shape.order,
        platform=shape.platform.text,
        deployment=shape.deployment,
        accelerator=accelerator,
        summary=shape.summary,
        claims=bind_claims(shape.id.text, "offer", shape.claims, raw, facts),
        serves=tuple(row for row in rows if row is not None),
        place=place(raw, shape.id),
    )


def _served(row: ServedShape, raw: Raw[OfferShape], facts: Facts) -> Served | None:
    findings = raw.findings
    model = facts.models.resolve(row.model, findings)
    source = facts.sources.resolve(row.source, findings)
    check_given_date(row, row.date, findings, row.checked)
    if row.since is not None and row.until is not None and row.until <= row.since:
        findings.add("wrong-date", "it ends before it begins", row.node.get("until"))
    basis = Basis(source or "", row.date, row.checked, cast(Grade, row.grade), row.until, row.note)
    claims = bind_row(row, basis, raw, facts)
    if model is None or source is None:
        return None
    return Served(
        model=model,
        since=row.since,
        until=row.until,
        source=source,
        date=row.date,
        checked=row.checked,
        grade=basis.grade,
        note=row.note,
        claims=claims,
        place=Place(raw.path, row.model.span),
    )


def _refuse_same_row(rows: tuple[ServedShape, ...], findings: Findings) -> None:
    """One model may stand twice, from two sources or at two times, but not twice the same."""
    first: dict[tuple[object, ...], Span] = {}
    for row in rows:
        key = (row.model.text, row.source.text, row.since, row.until)
        before = first.setdefault(key, row.model.span)
        if before != row.model.span:
            findings.add(
                "duplicate-id",
                f"the model {quote(row.model.text)} stands here twice from the same source",
                row.model,
                related=(seen("the first one", findings, before),),
            )
