"""Rules, criteria and impossible combinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from msgspec import Struct

from advisor.knowledge.document import Findings, ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import (
    Citation,
    Criterion,
    Effect,
    Example,
    Grade,
    Impossible,
    Measure,
    Place,
    Rule,
)
from advisor.knowledge.shapes import (
    CriterionShape,
    ExampleShape,
    ImpossibleShape,
    MeasureShape,
    RuleShape,
)
from advisor.knowledge.syntax import (
    ALWAYS,
    Condition,
    Constant,
    Expression,
)
from advisor.knowledge.values import NumberType, Type
from advisor.language.answers import parse_answer
from advisor.language.binding_names import Ids, hint_elsewhere, key_span, lacking, place, unwanted
from advisor.language.conditions import parse_condition
from advisor.language.expressions import parse_expression
from advisor.language.marks import quote
from advisor.language.mentions import its_in
from advisor.language.placeholders import check_placeholders
from advisor.language.vocabulary import Scope, did_you_mean

ESTIMATES: Mapping[str, NumberType] = {
    "monthly-cost": NumberType("USD/month"),
    "monthly-cost-low": NumberType("USD/month"),
    "cost-per-million-tokens": NumberType("USD/Mtoken"),
}
"""Figures that are computed for an offer and a workload together: what a measured criterion
is read off, and what `when` may compare with (``below its monthly-cost-low``)."""

EFFECTS = ("exclude", "score", "weigh", "warn", "advise")
WORKLOAD = "question or derived value"
OFFER = "attribute of an offer"


class Vocabulary(Struct, frozen=True):
    """Every name that rules use.

    ``workload``: questions and derived values.  ``offer``: what is known of an offer and the
    model that it serves.  ``aliases``: other spellings of options, by question.
    """

    workload: Mapping[str, Type]
    offer: Mapping[str, Type]
    aliases: Mapping[str, Mapping[str, str]]
    sources: Ids
    criteria: Ids
    offers: Ids
    models: Ids
    broken: frozenset[str]

    def about_workload(self, presence: bool = False, its: bool = False) -> Scope:
        """What ``when`` may speak of; ``its``: it may compare with the offer."""
        its_names = {**self.offer, **ESTIMATES} if its else {}
        return Scope(self.workload, its_names, WORKLOAD, presence)

    def about_offer(self, presence: bool = False) -> Scope:
        """What ``for`` may speak of."""
        return Scope(self.offer, {}, OFFER, presence)


def bind_rule(raw: Raw[RuleShape], names: Vocabulary) -> Rule | None:
    """The whole rule, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    effect = _effect(shape, findings)
    criterion = _criterion(shape, effect, names, findings)
    source = names.sources.resolve(shape.source.ref, findings)
    presence = effect in ("warn", "advise", None)
    when: Condition | None = ALWAYS
    offers: Condition | None = ALWAYS
    if shape.when is not None:
        its = effect != "weigh"
        start = len(findings.problems)
        when = parse_condition(shape.when, names.about_workload(presence, its), findings)
        hint_elsewhere(findings, start, names.offer, _belongs_under_for)
    if shape.for_ is not None and effect != "weigh":
        start = len(findings.problems)
        offers = parse_condition(shape.for_, names.about_offer(presence), findings)
        hint_elsewhere(findings, start, names.workload, _belongs_under_when)
        inner = {name.partition(".")[2]: name for name in names.offer if "." in name}
        hint_elsewhere(findings, start, inner, lambda name: f"write '{inner[name]}'")
    if shape.when is None and shape.for_ is None:
        why = "a rule looks at the workload ('when') or at the offer ('for')"
        lacking(shape, "when", why, shape.id, findings)
    start = len(findings.problems)
    check_placeholders(shape.node.get("because"), _showable(effect, names), findings)
    if effect == "weigh":
        hint_elsewhere(findings, start, {"model", *names.offer}, _no_offer_to_show)
    if effect is None or when is None or offers is None:
        return None
    examples = tuple(_example(example, raw, names) for example in shape.examples)
    _check_examples(raw, examples, about_offers=offers != ALWAYS or reads_offer(when))
    if len(findings.problems) != before:
        return None
    citation = shape.source
    return Rule(
        id=shape.id.text,
        effect=effect,
        criterion=criterion,
        when=when,
        offers=offers,
        steps=shape.score or shape.weigh or 0,
        negotiable=bool(shape.negotiable),
        because=shape.because,
        source=Citation(source or "", cast(Grade, citation.grade), citation.checked),
        evidence=shape.evidence or citation.ref.text,
        owner=shape.owner,
        examples=examples,
        place=place(raw, shape.id),
        checklist=shape.checklist,
    )


def _belongs_under_for(name: str) -> str:
    return f"'{name}' is known of offers: write it under 'for'"


def _no_offer_to_show(name: str) -> str:
    return "a rule that weighs looks at the workload only"


def _belongs_under_when(name: str) -> str:
    return f"'{name}' is about the workload: write it under 'when'"


def _effect(shape: RuleShape, findings: Findings) -> Effect | None:
    present = [key for key in EFFECTS if shape.node.key(key) is not None]
    if len(present) != 1:
        listed = ", ".join(EFFECTS)
        if present:
            at = key_span(shape.node, present[1])
            both = " and ".join(f"'{key}'" for key in present)
            message = f"a rule has one effect, this one has {both}"
        else:
            at = shape.id.span
            message = f"the rule {quote(shape.id.text)} has no effect"
        findings.add("one-effect", message, at, hint=f"keep exactly one of: {listed}")
        return None
    effect = cast(Effect, present[0])
    if 0 in (shape.score, shape.weigh):
        findings.add(
            "wrong-steps",
            f"{effect} 0 changes nothing",
            shape.node.get(effect),
            hint="write a step from -3 to 3, or remove the rule",
        )
    if shape.checklist is not None and effect != "advise":
        unwanted(shape, "checklist", "only advice is a line of a checklist", findings)
    if shape.negotiable and effect != "exclude":
        unwanted(shape, "negotiable", "only an exclusion can be negotiated", findings)
    if effect == "weigh" and shape.for_ is not None:
        why = "weights depend on the workload only, never on offers"
        unwanted(shape, "for", why, findings)
    return effect


def _criterion(
    shape: RuleShape, effect: Effect | None, names: Vocabulary, findings: Findings
) -> str | None:
    needs = effect in ("score", "weigh")
    if shape.criterion is None:
        if needs:
            lacking(shape, "criterion", f"{effect} acts on one", shape.id, findings)
        return None
    if effect is not None and not needs:
        unwanted(shape, "criterion", "only score and weigh act on a criterion", findings)
    return names.criteria.resolve(shape.criterion, findings)


def _showable(effect: Effect | None, names: Vocabulary) -> frozenset[str]:
    """What braces in a reason may name."""
    shown = {*names.workload, *names.broken}
    if effect != "weigh":
        shown |= {"model", *names.offer, *ESTIMATES}
    return frozenset(shown)


def reads_offer(condition: Condition) -> bool:
    """Whether a test compares with the offer at hand (``its ...``)."""
    return bool(its_in(condition))


def _example(example: ExampleShape, raw: Raw[RuleShape], names: Vocabulary) -> Example:
    """``given`` as domains by question or derived value; ``offer`` and ``model`` as ids."""
    findings = raw.findings
    given: dict[str, object] = {}
    for entry in example.given.entries:
        name = entry.key.text
        if name in ("offer", "model"):
            ids = names.offers if name == "offer" else names.models
            if not isinstance(entry.value, ScalarNode):
                findings.add("wrong-shape", f"'{name}' is one id", entry.value)
            elif (found := ids.resolve(entry.value, findings)) is not None:
                given[name] = found
        elif name in names.workload:
            aliases = names.aliases.get(name, {})
            domain = parse_answer(entry.value, names.workload[name], aliases, findings)
            if domain is not None:
                given[name] = domain
        elif name not in names.broken:
            findings.add(
                "unknown-name",
                f"no {WORKLOAD} is called {quote(name)}",
                entry.key,
                hint=did_you_mean(name, (*names.workload, "offer", "model")),
            )
    expect = cast(Literal["applies", "does not apply"], example.expect)
    return Example(given, expect, Place(raw.path, example.given.span))


def _check_examples(raw: Raw[RuleShape], examples: tuple[Example, ...], about_offers: bool) -> None:
    shape, findings = raw.shape, raw.findings
    for wanted in ("applies", "does not apply"):
        if all(example.expect != wanted for example in examples):
            findings.add(
                "missing-example",
                f"the rule {quote(shape.id.text)} has no example that "
                f"{'applies' if wanted == 'applies' else 'does not apply'}",
                shape.node.key("examples"),
                hint=f"add one with 'expect: {wanted}'",
            )
    if not about_offers:
        return
    for example in shape.examples:
        if example.given.key("offer") is None:
            findings.add(
                "missing-key",
                "the rule looks at the offer, so this example needs one",
                key_span(example.node, "given"),
                hint="add 'offer: ...' to what is given",
            )


def bind_criterion(raw: Raw[CriterionShape], scope: Scope) -> Criterion | None:
    """The whole criterion, or None after reporting.  Anchors may depend on answers."""
    shape, findings = raw.shape, raw.findings
    measure = None
    if shape.measure is not None:
        measure = _measure(shape.measure, scope, findings)
        if measure is None:
            return None
    return Criterion(
        shape.id.text,
        shape.order,
        shape.label,
        shape.why,
        shape.base,
        measure,
        place(raw, shape.id),
    )


def _measure(shape: MeasureShape, scope: Scope, findings: Findings) -> Measure | None:
    if len(shape.anchors) < 2:
        findings.add(
            "too-few-anchors",
            "a measure needs two anchors at least",
            key_span(shape.node, "anchors"),
            hint="utility is linear between anchors",
        )
        return None
    of = ESTIMATES.get(shape.name.text)
    if of is None:
        findings.add(
            "unknown-name",
            f"nothing that is measured is called {quote(shape.name.text)}",
            shape.name,
            hint=did_you_mean(shape.name.text, ESTIMATES) or f"measures: {', '.join(ESTIMATES)}",
        )
        return None
    anchors: list[tuple[Expression, int]] = []
    last: Constant | None = None
    for written in shape.anchors:
        at = parse_expression(written.at, scope, findings, of.unit)
        if at is None:
            continue
        if isinstance(at, Constant):
            if last is not None and at.value <= last.value:
                findings.add("wrong-order", "anchors ascend", written.at)
            last = at
        anchors.append((at, written.utility))
    if len(anchors) != len(shape.anchors):
        return None
    return Measure(shape.name.text, tuple(anchors), shape.cautious)


def bind_impossible(raw: Raw[ImpossibleShape], scope: Scope) -> Impossible | None:
    """The combination, or None after reporting."""
    shape = raw.shape
    when = parse_condition(shape.when, scope, raw.findings)
    check_placeholders(shape.node.get("because"), scope.names, raw.findings)
    if when is None:
        return None
    if when == ALWAYS:
        raw.findings.add("empty-condition", "this says that everything is impossible", shape.when)
        return None
    return Impossible(shape.id.text, when, shape.because, place(raw, shape.id))
