"""Questions: types, options from the catalogue, priors, what silence means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.errors import Span
from advisor.knowledge.document import Findings
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Bin, Option, Question
from advisor.knowledge.shapes import ModelShape, OfferShape, OptionShape, QuestionShape
from advisor.knowledge.syntax import ALWAYS, Condition
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.binding_names import lacking, place, seen
from advisor.language.binding_types import number_type, refuse_other_kind
from advisor.language.conditions import parse_condition
from advisor.language.literals import parse_domain
from advisor.language.marks import quote
from advisor.language.units import format_number
from advisor.language.vocabulary import Scope

MOST_PERCENT = 99


class Catalogue(Struct, frozen=True):
    """What ``options-from`` takes options from, in the order they are shown."""

    models: Sequence[Raw[ModelShape]]
    offers: Sequence[Raw[OfferShape]]

    def options(self, kind: str) -> tuple[Option, ...]:
        """The options of ``options-from: models`` or ``offers``, all of the same weight."""
        if kind == "models":
            return tuple(Option(m.shape.id.text, m.shape.title, "", 1) for m in self.models)
        return tuple(
            Option(o.shape.id.text, o.shape.title, o.shape.summary, 1) for o in self.offers
        )

    def aliases(self, kind: str | None) -> Mapping[str, str]:
        """Other spellings of model ids; ids themselves and doubtful ones are left out."""
        if kind != "models":
            return {}
        ids = {m.shape.id.text for m in self.models}
        found: dict[str, str] = {}
        for raw in self.models:
            for alias in raw.shape.aliases:
                if alias.text not in ids:
                    found.setdefault(alias.text, raw.shape.id.text)
        return dict(sorted(found.items()))


def check_aliases(models: Sequence[Raw[ModelShape]]) -> None:
    """Report an alias that is another model's id or alias."""
    owner: dict[str, tuple[Raw[ModelShape], Span]] = {
        raw.shape.id.text: (raw, raw.shape.id.span) for raw in models
    }
    for raw in models:
        for alias in raw.shape.aliases:
            other, span = owner.setdefault(alias.text, (raw, alias.span))
            if span != alias.span or other is not raw:
                raw.findings.add(
                    "duplicate-id",
                    f"{quote(alias.text)} already stands for the model "
                    f"{quote(other.shape.id.text)}",
                    alias,
                    related=(seen("the first one", other.findings, span),),
                )


class TypedQuestion(Struct, frozen=True):
    """A question whose type is known, before conditions can be read."""

    type: Type
    options: tuple[Option, ...]


def type_question(raw: Raw[QuestionShape], catalogue: Catalogue) -> TypedQuestion | None:
    """The type and options of a question, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    refuse_other_kind(shape, findings)
    if shape.kind == "number":
        numbers = number_type(shape, findings, shape.integer)
        if shape.range is None and numbers is not None:
            lacking(shape, "range", "a numeric question has one", shape.id, findings)
        typed = None if numbers is None else TypedQuestion(numbers, ())
    else:
        options = _options(shape, catalogue, findings)
        ids = tuple(option.id for option in options)
        of: Type = ChoiceType(ids) if shape.kind == "choice" else FlagsType(ids)
        typed = TypedQuestion(of, options)
    return typed if len(findings.problems) == before else None


def _options(shape: QuestionShape, catalogue: Catalogue, findings: Findings) -> tuple[Option, ...]:
    if shape.options is None and shape.options_from is None:
        lacking(shape, "options", "a question with options lists them", shape.id, findings)
        return ()
    found: dict[str, Option] = {}
    for option in shape.options or ():
        if option.id.text in found:
            findings.add(
                "duplicate-item", f"the option {quote(option.id.text)} stands twice", option.id
            )
            continue
        found[option.id.text] = Option(
            option.id.text, option.label, option.means, _weight(shape, option, findings)
        )
    if shape.options_from is not None:
        for given in catalogue.options(shape.options_from):
            found.setdefault(given.id, given)
    return tuple(found.values())


def _weight(shape: QuestionShape, option: OptionShape, findings: Findings) -> int:
    if option.weight is None:
        if shape.unknown_means is None:
            findings.add(
                "missing-key",
                f"the option {quote(option.id.text)} has no 'weight'",
                option.id,
                hint="add 'weight', or say with 'unknown-means' what silence means",
            )
        return 1
    flags = shape.kind == "flags"
    if option.weight < 1 or (flags and option.weight > MOST_PERCENT):
        what = (
            f"a flag's weight is a percentage from 1 to {MOST_PERCENT}"
            if flags
            else "a weight is at least 1"
        )
        node = option.node.get("weight")
        findings.add("wrong-prior", f"{what}: another one would rule an answer out", node)
    return option.weight


def bind_question(
    raw: Raw[QuestionShape], typed: TypedQuestion, scope: Scope, catalogue: Catalogue
) -> Question | None:
    """The whole question, or None after reporting.  ``scope`` is that of ``ask-when``."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    prior = _prior(shape, typed.type, findings)
    unknown_means: Domain | None = None
    if shape.unknown_means is not None:
        unknown_means = parse_domain(shape.unknown_means, typed.type, findings)
        if isinstance(unknown_means, Options) and len(unknown_means.values) > 1:
            findings.add("wrong-prior", "silence means one option", shape.unknown_means)
    elif shape.kind != "number" and shape.options is None:
        lacking(
            shape,
            "unknown-means",
            "options from the catalogue have no weights",
            shape.id,
            findings,
        )
    ask_when: Condition | None = ALWAYS
    if shape.ask_when is not None:
        ask_when = parse_condition(shape.ask_when, scope, findings)
    unasked_means: Domain | None = None
    if shape.unasked_means is not None:
        unasked_means = parse_domain(shape.unasked_means, typed.type, findings)
        if shape.ask_when is None:
            lacking(
                shape, "ask-when", "without it the question is always asked", shape.id, findings
            )
    if len(findings.problems) != before or ask_when is None:
        return None
    return Question(
        id=shape.id.text,
        order=shape.order,
        group=shape.group,
        ask=shape.ask,
        why=shape.why,
        type=typed.type,
        options=typed.options,
        prior=prior,
        unknown_means=unknown_means,
        ask_when=ask_when,
        changeable=shape.changeable,
        effort=shape.effort,
        aliases=catalogue.aliases(shape.options_from),
        place=place(raw, shape.id),
        unasked_means=unasked_means,
    )


def _prior(shape: QuestionShape, of: Type, findings: Findings) -> tuple[Bin, ...]:
    """The bins; they must ascend without gaps and lie within the range."""
    if not isinstance(of, NumberType):
        return ()
    if shape.prior is None:
        if shape.unknown_means is None:
            lacking(shape, "prior", "a number has one, or 'unknown-means'", shape.id, findings)
        return ()
    if not shape.prior:
        findings.add("wrong-prior", "the prior has no bins", shape.node.get("prior"))
    bins: list[Bin] = []
    ends = NumberType(of.unit, of.minimum, of.maximum)
    for written in shape.prior:
        low = _point(parse_domain(written.from_, ends, findings))
        high = _point(parse_domain(written.to, ends, findings))
        if low is None or high is None:
            return ()
        if low >= high:
            findings.add("wrong-prior", "a bin ends before it starts", written.to)
            return ()
        if bins and bins[-1].high != low:
            findings.add(
                "wrong-prior",
                "bins follow one another without gap or overlap",
                written.from_,
                hint=f"the bin before ends at {format_number(bins[-1].high, of.unit)}",
            )
        bins.append(Bin(low, high, written.weight))
    return tuple(bins)


def _point(domain: Domain | None) -> Number | None:
    if isinstance(domain, Interval) and domain.is_point:
        return domain.low
    return None
