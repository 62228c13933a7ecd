"""Sources, and the attributes that can be claimed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, cast

from advisor.knowledge.document import Findings
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Attribute, Source
from advisor.knowledge.shapes import AttributeShape, SourceShape
from advisor.knowledge.shapes_cells import Shape
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Type
from advisor.language.binding_names import Ids, lacking, place, unwanted
from advisor.language.binding_types import number_type, option_ids, refuse_other_kind
from advisor.language.marks import quote

Subject = Literal["offer", "served", "model", "accelerator"]
_GIVEN_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def bind_source(raw: Raw[SourceShape]) -> Source:
    """The source; a date that is none is reported."""
    shape = raw.shape
    check_given_date(shape, shape.date, raw.findings)
    return Source(
        shape.id.text,
        shape.title,
        shape.address,
        shape.publisher,
        shape.date,
        shape.kind,
        shape.note,
        place(raw, shape.id),
    )


def check_given_date(
    shape: Shape,
    text: str,
    findings: Findings,
    checked: date | None = None,
    key: str = "date",
    otherwise: str = "undated",
) -> None:
    """``2026``, ``2026-04``, ``2026-04-13`` or the word ``otherwise``; not after it was read."""
    node = shape.node.get(key)
    match = _GIVEN_DATE.fullmatch(text)
    if match is None:
        if text != otherwise:
            findings.add(
                "wrong-date",
                f"{quote(text)} is not a date",
                node,
                hint=f"write 2026, 2026-04, 2026-04-13 or {otherwise}",
            )
        return
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        findings.add("wrong-date", f"there is no day {quote(text)}", node)
        return
    if checked is not None and first > checked:
        findings.add("wrong-date", f"it is dated {text}, but was read on {checked}", node)


def bind_attribute(
    raw: Raw[AttributeShape], questions: Mapping[str, Type], question_ids: Ids, expiries: Ids | None
) -> Attribute | None:
    """The typed attribute, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    refuse_other_kind(shape, findings)
    of = _attribute_type(shape, questions, question_ids, findings)
    if expiries is not None:
        expiries.resolve(shape.expiry, findings)
    if of is None or len(findings.problems) != before:
        return None
    return Attribute(
        shape.id.text,
        cast(Subject, shape.of),
        of,
        shape.label,
        shape.expiry.text,
        place(raw, shape.id),
    )


def _attribute_type(
    shape: AttributeShape, questions: Mapping[str, Type], question_ids: Ids, findings: Findings
) -> Type | None:
    if shape.kind == "number":
        return number_type(shape, findings)
    if (shape.options is None) == (shape.options_from is None):
        why = "its values are listed, or taken from a question"
        if shape.options is None:
            lacking(shape, "options", why, shape.id, findings)
        else:
            unwanted(shape, "options-from", f"{why}, not both", findings)
        return None
    if shape.options_from is not None:
        name = question_ids.resolve(shape.options_from, findings)
        taken = questions.get(name or "")
        if name is not None and isinstance(taken, NumberType):
            findings.add(
                "wrong-type", f"the question {quote(name)} has no options", shape.options_from
            )
        if taken is None or isinstance(taken, NumberType):
            return None
        ids = taken.options
    else:
        ids = option_ids(shape.options or (), findings)
    return ChoiceType(ids) if shape.kind == "choice" else FlagsType(ids)
