"""``method.yaml``: the declared numbers of the decision method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import cast

from advisor.knowledge.document import Findings, ListNode, Node, ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Grade, GradePolicy, Method, Place, Rating, ResolutionRule
from advisor.knowledge.resolution import CONFLICT, FIRST_HAND, NEWER
from advisor.knowledge.shapes import DEPLOYMENTS, GRADES, MethodShape, ResolutionRuleShape
from advisor.knowledge.values import Interval, Number, NumberType
from advisor.language.binding_names import Ids, key_span, lacking, unwanted
from advisor.language.literals import parse_domain
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean

CONFIDENCE = ("firm", "likely", "leaning", "toss-up")
THRESHOLDS = ("settled", "p", "r", "weak", "margin")


def bind_method(raw: Raw[MethodShape], models: Ids) -> Method | None:
    """The typed method, or None after reporting."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    _check_keys(shape, "grades", GRADES, findings)
    _check_keys(shape, "confidence", CONFIDENCE, findings)
    _check_keys(shape, "staff-hours", DEPLOYMENTS, findings, all_of_them=False)
    expiry = {
        kind: _whole(node, NumberType("days", 1, 100_000, integer=True), findings)
        for kind, node in sorted(shape.expiry.items())
    }
    references: dict[str, tuple[str, ...]] = {}
    for name, nodes in shape.reference_models.items():
        found = (models.resolve(node, findings) for node in nodes)
        references[name] = tuple(model for model in found if model is not None)
    size_match = _pair(shape.size_match, NumberType("factor", 0, 100), findings)
    hours = {
        deployment: _pair(node, NumberType("hours/month", 0, 100_000), findings)
        for deployment, node in shape.staff_hours.items()
    }
    rate = _pair(shape.staff_rate, NumberType("USD", 0, 100_000), findings)
    switching = None
    if shape.switching_hours is not None:
        switching = _pair(shape.switching_hours, NumberType("hours/month", 0, 100_000), findings)
    confidence = _confidence(shape, findings)
    resolution = _resolution(shape, findings)
    if len(findings.problems) != before or size_match is None or rate is None:
        return None
    return Method(
        grades={
            name: GradePolicy(
                shape.grades[name].widening,
                shape.grades[name].weak,
                shape.grades[name].cap,
                shape.grades[name].because,
            )
            for name in GRADES
        },
        expiry_days={kind: days for kind, days in expiry.items() if days is not None},
        stale_factor=shape.stale_factor,
        reference_models=dict(sorted(references.items())),
        size_match=(Fraction(size_match[0]), Fraction(size_match[1])),
        confidence=confidence,
        minimum_answers=shape.minimum_answers,
        staff_hours={name: pair for name, pair in hours.items() if pair is not None},
        staff_rate=rate,
        place=Place(raw.path, shape.node.span),
        resolution=resolution,
        ratings={
            word: Rating(cast(tuple[Grade, ...], rating.grades), rating.because)
            for word, rating in shape.ratings.items()
        },
        switching_hours=switching,
        switching_months=shape.switching_months,
    )


def _check_keys(
    shape: MethodShape,
    key: str,
    allowed: tuple[str, ...],
    findings: Findings,
    all_of_them: bool = True,
) -> None:
    """The keys of an inner map must be the allowed words."""
    entries = shape.node.get(key)
    written: dict[str, ScalarNode] = {}
    for entry in getattr(entries, "entries", ()):
        written[entry.key.text] = entry.key
    wrong = [node for name, node in written.items() if name not in allowed]
    missing = [name for name in allowed if name not in written]
    explained: set[str] = set()
    for node in wrong:
        hint = did_you_mean(node.text, missing)
        explained |= {name for name in missing if hint is not None and f"'{name}'" in hint}
        findings.add(
            "unknown-key",
            f"'{key}' has no entry {quote(node.text)}",
            node,
            hint=hint or f"its entries: {', '.join(allowed)}",
        )
    for name in missing if all_of_them else ():
        if name not in explained:
            findings.add("missing-key", f"'{key}' has no '{name}'", key_span(shape.node, key))


def _whole(node: ScalarNode, of: NumberType, findings: Findings) -> int | None:
    domain = parse_domain(node, of, findings)
    if isinstance(domain, Interval) and domain.is_point and isinstance(domain.low, int):
        return domain.low
    if domain is not None:
        findings.add("wrong-type", f"{quote(node.text)} is not one whole number", node)
    return None


def _pair(node: Node, of: NumberType, findings: Findings) -> tuple[Number, Number] | None:
    """``[40, 160]`` or ``40 to 160``, ascending."""
    ends: Iterable[Number | None]
    if isinstance(node, ListNode):
        found = [parse_domain(item, of, findings) for item in node.items]
        if None in found:
            return None
        ends = [d.low if isinstance(d, Interval) and d.is_point else None for d in found]
    else:
        domain = parse_domain(node, of, findings)
        if not isinstance(domain, Interval):
            return None
        ends = [domain.low, domain.high]
    low, high, *more = [*ends, None, None]
    if low is None or high is None or any(end is not None for end in more) or low > high:
        findings.add("wrong-range", "expected two ascending numbers, as in `[40, 160]`", node)
        return None
    return low, high


def _confidence(shape: MethodShape, findings: Findings) -> Mapping[str, Mapping[str, Fraction]]:
    result: dict[str, Mapping[str, Fraction]] = {}
    for word in CONFIDENCE:
        thresholds: dict[str, Fraction] = {}
        for name, node in sorted(shape.confidence.get(word, {}).items()):
            if name not in THRESHOLDS:
                findings.add(
                    "unknown-key",
                    f"no threshold is called {quote(name)}",
                    node,
                    hint=did_you_mean(name, THRESHOLDS) or f"thresholds: {', '.join(THRESHOLDS)}",
                )
            elif name == "settled":
                if node.text not in ("yes", "no"):
                    findings.add("wrong-type", f"{quote(node.text)} is not yes or no", node)
                thresholds[name] = Fraction(node.text == "yes")
            else:
                domain = parse_domain(node, NumberType("factor", 0, 10_000), findings)
                if isinstance(domain, Interval) and domain.is_point and domain.low is not None:
                    thresholds[name] = Fraction(domain.low)
                elif domain is not None:
                    findings.add("wrong-type", "a threshold is one number", node)
        result[word] = thresholds
    return result


def _resolution(shape: MethodShape, findings: Findings) -> Mapping[str, ResolutionRule]:
    """Each rule with what it acts on: grades of first-hand, kinds of claims of newer."""
    if shape.resolution is None:
        return {}
    kinds = Ids("expiry", frozenset(shape.expiry))
    declared = {
        FIRST_HAND: shape.resolution.first_hand,
        NEWER: shape.resolution.newer,
        CONFLICT: shape.resolution.conflict,
    }
    needed = {FIRST_HAND: "grades", NEWER: "expiry"}
    found: dict[str, ResolutionRule] = {}
    for name, rule in declared.items():
        if rule is None:
            continue
        for key in ("grades", "expiry"):
            _check_part(rule, name, key, needed.get(name), findings)
        among = rule.grades or tuple(
            kind for node in rule.expiry if (kind := kinds.resolve(node, findings)) is not None
        )
        found[name] = ResolutionRule(among, rule.because)
    return found


def _check_part(
    rule: ResolutionRuleShape, name: str, key: str, needed: str | None, findings: Findings
) -> None:
    written = rule.node.key(key) is not None
    if written and key != needed:
        unwanted(rule, key, f"the rule {quote(name)} does not act on it", findings)
    if key == needed and not written:
        lacking(rule, key, f"the rule {quote(name)} acts on it", rule.node, findings)
