"""Claims: what a source says of a subject, as the set of values that it leaves possible."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from msgspec import Struct

from advisor.knowledge.document import Findings, Node, ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Attribute, Claim, Grade, Place
from advisor.knowledge.shapes import ClaimShape, ServedShape
from advisor.knowledge.values import Domain, Flags, FlagsType, NumberType, Options, Type
from advisor.language.binding_attributes import check_given_date
from advisor.language.binding_names import Ids, key_span, lacking, unwanted
from advisor.language.literals import parse_domain, parse_options
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean, type_words

UNKNOWN = "unknown"
SUBJECTS = {
    "offer": "offers",
    "served": "served models",
    "model": "models",
    "accelerator": "accelerators",
}


class Facts(Struct, frozen=True, dict=True):
    """What claims are read against."""

    attributes: Mapping[str, Attribute]
    broken: frozenset[str]
    sources: Ids
    models: Ids
    accelerators: Ids

    @cached_property
    def of(self) -> Mapping[str, Ids]:
        """The attributes that each kind of subject has."""
        found: dict[str, set[str]] = {kind: set() for kind in SUBJECTS}
        for attribute in self.attributes.values():
            found[attribute.of].add(attribute.id)
        return {
            kind: Ids(f"attribute of {SUBJECTS[kind]}", frozenset(names), self.broken)
            for kind, names in found.items()
        }


class Basis(Struct, frozen=True):
    """What a claim rests on, shared by all claims of a served row."""

    source: str
    date: str
    checked: datetime.date
    grade: Grade
    until: datetime.date | None
    note: str


def bind_claims(
    subject: str, kind: str, claims: Iterable[ClaimShape], raw: Raw[Any], facts: Facts
) -> tuple[Claim, ...]:
    """The claims about one subject; wrong ones are reported and left out."""
    found = (_claim(subject, kind, claim, raw, facts) for claim in claims)
    return tuple(claim for claim in found if claim is not None)


def _claim(subject: str, kind: str, claim: ClaimShape, raw: Raw[Any], facts: Facts) -> Claim | None:
    findings = raw.findings
    ids = facts.of[kind]
    name = claim.attribute.text
    elsewhere = facts.attributes.get(name)
    if elsewhere is not None and elsewhere.of != kind:
        findings.add(
            "unknown-name",
            f"{quote(name)} is an attribute of {SUBJECTS[elsewhere.of]}, not of {SUBJECTS[kind]}",
            claim.attribute,
            hint=did_you_mean(name, ids.known),
        )
        known = None
    else:
        known = ids.resolve(claim.attribute, findings)
    source = facts.sources.resolve(claim.source, findings)
    check_given_date(claim, claim.date, findings, claim.checked)
    if known is None or source is None:
        return None
    basis = Basis(
        source, claim.date, claim.checked, cast(Grade, claim.grade), claim.until, claim.note
    )
    before = len(findings.problems)
    value = _claimed(claim, facts.attributes[known].type, findings)
    if len(findings.problems) != before:
        return None
    where = Place(raw.path, claim.attribute.span)
    return _made(subject, known, value, basis, claim.complete, where)


def _made(
    subject: str, attribute: str, value: Domain | None, basis: Basis, complete: bool, at: Place
) -> Claim:
    return Claim(
        subject=subject,
        attribute=attribute,
        value=value,
        source=basis.source,
        date=basis.date,
        checked=basis.checked,
        grade=basis.grade,
        complete=complete,
        until=basis.until,
        note=basis.note,
        place=at,
    )


def _claimed(claim: ClaimShape, of: Type, findings: Findings) -> Domain | None:
    """The values that a claim leaves possible; None: looked for, not found."""
    several = isinstance(of, FlagsType)
    for key in () if several else ("complete", "lacks"):
        if claim.node.key(key) is not None:
            unwanted(claim, key, "only a list of several choices has it", findings)
    if claim.value is None and (claim.lacks is None or not several):
        why = "write `unknown` if it was not found"
        lacking(claim, "value", why, claim.attribute, findings)
        return None
    held = None if claim.value is None else read_claim(claim.value, of, findings)
    if not isinstance(of, FlagsType):
        return held
    if held is None and claim.lacks is None:
        if claim.complete:
            unwanted(claim, "complete", "nothing is listed", findings)
        return None
    must = held.must if isinstance(held, Flags) else frozenset[str]()
    return Flags(must, must if claim.complete else _may(claim, must, of, findings))


def _may(
    claim: ClaimShape, must: frozenset[str], of: FlagsType, findings: Findings
) -> frozenset[str]:
    everything = frozenset(of.options)
    if claim.lacks is None:
        return everything
    lacks = parse_options(claim.lacks, of.options, of, findings) or frozenset()
    for node in claim.lacks:
        if node.text in must:
            findings.add("contradiction", f"{quote(node.text)} is both held and lacking", node)
    return everything - lacks


def read_claim(node: Node, of: Type, findings: Findings) -> Domain | None:
    """A claimed value as a domain; flags leave open what they do not list."""
    if isinstance(node, ScalarNode) and not node.quoted and node.text == UNKNOWN:
        if not isinstance(of, NumberType) and UNKNOWN in of.options:
            return Options(frozenset({UNKNOWN}))
        return None
    value = parse_domain(node, of, findings)
    if isinstance(value, Flags):
        return Flags(value.must, frozenset(of.options) if isinstance(of, FlagsType) else value.may)
    return value


def bind_row(row: ServedShape, basis: Basis, raw: Raw[Any], facts: Facts) -> tuple[Claim, ...]:
    """The claims that the further keys of a served row make about the offer and the model."""
    subject = f"{raw.shape.id.text}/{row.model.text}"
    found = (
        _row_claim(subject, key, value, row, basis, raw, facts)
        for key, value in (row.__pydantic_extra__ or {}).items()
    )
    return tuple(claim for claim in found if claim is not None)


def _row_claim(
    subject: str,
    key: str,
    value: Node,
    row: ServedShape,
    basis: Basis,
    raw: Raw[Any],
    facts: Facts,
) -> Claim | None:
    findings = raw.findings
    ids = facts.of["served"]
    at = key_span(row.node, key)
    if key not in ids.known:
        if key not in ids.broken:
            findings.add(
                "unknown-name",
                f"no attribute of served models is called {quote(key)}",
                at,
                hint=did_you_mean(key, {*ids.known, *row.allowed_keys()}),
            )
        return None
    of = facts.attributes[key].type
    if isinstance(value, ScalarNode) and not value.text.strip():
        findings.add("empty-cell", f"a value is missing; expected {type_words(of)}", at)
        return None
    before = len(findings.problems)
    domain = read_claim(value, of, findings)
    if len(findings.problems) != before:
        return None
    return _made(subject, key, domain, basis, False, Place(raw.path, at))
