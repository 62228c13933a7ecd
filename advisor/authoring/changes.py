"""What differs between two rule bases, and which answer sheets that can matter to.

Only what a decision reads counts: words, places, owners and examples may change freely.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from advisor.authoring.clauses import Clause, Form, form_of
from advisor.authoring.cover import Sheet
from advisor.authoring.vocabulary import Vocabulary
from advisor.decision.rulebase import anchor_names
from advisor.engine.axes import whole_domain
from advisor.engine.truth import truth_of
from advisor.engine.workload import Workload, inputs_of
from advisor.knowledge.model import Derived, Knowledge, Measure, Rule
from advisor.knowledge.values import Domain, Interval
from advisor.language.mentions import names_in

Signature: TypeAlias = object

DECIDING = ("exclude", "score", "weigh")
"""Effects that move lanes or points; the others only say something."""

# Fields that say where something stands or what people read.
_WORDS = frozenset(
    {
        *("place", "span", "note", "title", "label", "because", "why", "ask", "means", "reading"),
        *("summary", "group", "owner", "examples", "aliases", "publisher", "released", "effort"),
        "ask_when",
    }
)


class Group(Struct, frozen=True):
    """Ids of one kind that were added, removed, or changed in what a decision reads."""

    kind: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


class Changes(Struct, frozen=True):
    """``groups`` that differ.  ``old_rules`` and ``new_rules`` are the deciding rules that
    differ, each in its own rule base; ``beyond_rules``: something differs that may move any
    sheet."""

    groups: tuple[Group, ...]
    old_rules: tuple[Rule, ...]
    new_rules: tuple[Rule, ...]
    beyond_rules: bool


def changes_between(old: Knowledge, new: Knowledge) -> Changes:
    """Compare by content, whatever the files look like."""
    before, after = _Signatures(old), _Signatures(new)
    groups = []
    for kind, signatures in before.kinds.items():
        group = _group(kind, signatures, after.kinds[kind])
        if group:
            groups.append(group)
    differing = {i for g in groups if g.kind == "rules" for i in (*g.added, *g.removed, *g.changed)}

    def deciding(base: Knowledge) -> tuple[Rule, ...]:
        found = (rule for rule in base.rules.values() if rule.id in differing)
        return tuple(rule for rule in found if rule.effect in DECIDING)

    # A derived value moves sheets through the rules and anchors that read it.
    quiet = ("rules", "derived values")
    return Changes(
        tuple(groups), deciding(old), deciding(new), any(g.kind not in quiet for g in groups)
    )


class Relevance:
    """Whether a sheet can come out differently: where a rule that differs may hold, or where
    its thresholds cut a number that is left open."""

    def __init__(self, old: Knowledge, new: Knowledge, changes: Changes) -> None:
        self._changes = changes
        self._bases = (
            (old, Workload(old), changes.old_rules),
            (new, Workload(new), changes.new_rules),
        )

    def __call__(self, sheet: Sheet) -> bool:
        if self._changes.beyond_rules:
            return True
        return any(
            self._may_hold(base, workload, rule, sheet)
            for base, workload, rules in self._bases
            for rule in rules
        )

    def _may_hold(self, base: Knowledge, workload: Workload, rule: Rule, sheet: Sheet) -> bool:
        env: dict[str, Domain] = {}
        for name in workload.questions_in(rule.when):
            question = base.questions[name]
            value = sheet.get(name) or question.unknown_means or whole_domain(question)
            if isinstance(value, Interval) and not value.is_point:
                return True
            env[name] = value
        return truth_of(rule.when, workload.extend(env, names_in(rule.when))) is not False


class _Signatures:
    def __init__(self, base: Knowledge) -> None:
        self._base = base
        self._vocabulary = Vocabulary(base)
        self.kinds: Mapping[str, Mapping[str, Signature]] = {
            "rules": {r.id: self._rule(r) for r in base.rules.values()},
            "offers": _all(base.offers, signature),
            "models": _all(base.models, signature),
            "accelerators": _all(base.accelerators, signature),
            "criteria": {
                c.id: (signature(c), self._derived_behind(_names(c.measure)))
                for c in base.criteria.values()
            },
            "questions": _all(base.questions, signature),
            "derived values": {d.id: self._derived(d) for d in base.derived.values()},
            "attributes": _all(base.attributes, signature),
            "impossible combinations": {i.id: signature(i) for i in base.impossible},
            "method": {"method": signature(base.method)},
        }

    def _rule(self, rule: Rule) -> Signature:
        return (
            rule.effect,
            rule.criterion,
            rule.steps,
            rule.negotiable,
            rule.evidence,
            rule.source.grade,
            rule.because if rule.effect not in DECIDING else "",
            _form(form_of(rule, self._vocabulary)),
            self._derived_behind(names_in(rule.when)),
        )

    def _derived_behind(self, names: frozenset[str]) -> Signature:
        found = sorted(name for name in names if name in self._base.derived)
        return tuple((name, self._derived(self._base.derived[name])) for name in found)

    def _derived(self, derived: Derived) -> Signature:
        return (signature(derived), self._derived_behind(inputs_of(derived)))


def _form(form: Form) -> Signature:
    if isinstance(form, Clause):
        return (form.side, form.name, form.text)
    return (form.every, tuple(_form(part) for part in form.parts))


def _names(measure: Measure | None) -> frozenset[str]:
    return frozenset() if measure is None else anchor_names(measure)


def _all(
    things: Mapping[str, object], of: Callable[[object], Signature]
) -> Mapping[str, Signature]:
    return {name: of(thing) for name, thing in things.items()}


def signature(value: object) -> Signature:
    """Everything in a value that a decision reads, fit for comparison."""
    if isinstance(value, Struct):
        return (
            type(value).__name__,
            *(signature(getattr(value, n)) for n in value.__struct_fields__ if n not in _WORDS),
        )
    if isinstance(value, Mapping):
        return tuple((key, signature(inner)) for key, inner in sorted(value.items()))
    if isinstance(value, tuple | list):
        return tuple(signature(inner) for inner in value)
    return value


def _group(kind: str, old: Mapping[str, Signature], new: Mapping[str, Signature]) -> Group:
    return Group(
        kind,
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
    )
