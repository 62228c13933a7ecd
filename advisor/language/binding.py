"""Raw shapes to the typed rule base: every name resolved, every value typed.

Binding goes on past mistakes so that all are reported at once; what depends on something
broken stays quiet about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from advisor.knowledge import files as kinds
from advisor.knowledge.files import Kind, Raw, RuleFiles
from advisor.knowledge.model import Attribute, Derived, Knowledge, Method, Offer, Question
from advisor.knowledge.shapes import DEPLOYMENTS
from advisor.knowledge.values import ChoiceType, Type
from advisor.language.answers import AnswerNames
from advisor.language.binding_attributes import bind_attribute, bind_source
from advisor.language.binding_cases import bind_case
from advisor.language.binding_claims import Facts
from advisor.language.binding_derived import bind_derived, refuse_circles, type_derived
from advisor.language.binding_method import bind_method
from advisor.language.binding_names import (
    Ids,
    Namespace,
    distinct,
    refuse_reserved,
    refuse_same_order,
)
from advisor.language.binding_offers import bind_accelerator, bind_model, bind_offer
from advisor.language.binding_questions import (
    Catalogue,
    TypedQuestion,
    bind_question,
    check_aliases,
    type_question,
)
from advisor.language.binding_rules import (
    WORKLOAD,
    Vocabulary,
    bind_criterion,
    bind_impossible,
    bind_rule,
)
from advisor.language.vocabulary import Scope

T = TypeVar("T")

Raws = Mapping[str, Raw[Any]]

YES_NO = ChoiceType(("no", "yes"))


class _Declared(Struct, frozen=True):
    """Entries by id, each id once."""

    sources: Raws
    questions: Raws
    derived: Raws
    attributes: Raws
    criteria: Raws
    rules: Raws
    impossible: Raws
    offers: Raws
    accelerators: Raws
    models: Raws
    cases: Raws


def bind(files: RuleFiles) -> Knowledge | None:
    """The typed rule base; problems are added to the findings of the files.

    It is complete only if ``files.all_problems()`` is empty; None without a method.
    """
    declared = _declare(files)
    catalogue = _catalogue(declared)
    check_aliases(catalogue.models)
    models = _ids("model", declared.models, files)
    method = _method(files, models)
    typed = _typed(declared.questions, lambda raw: type_question(raw, catalogue), files)
    derived_types: dict[str, Type] = _typed(declared.derived, type_derived, files)
    questions = {name: question.type for name, question in typed.items()}
    attributes = _attributes(declared, questions, method, files)
    names = Vocabulary(
        workload={**questions, **derived_types},
        offer=_offer_names(attributes, declared),
        aliases={
            name: catalogue.aliases(raw.shape.options_from)
            for name, raw in declared.questions.items()
        },
        sources=_ids("source", declared.sources, files),
        criteria=_ids("criterion", declared.criteria, files),
        offers=_ids("offer", declared.offers, files),
        models=models,
        broken=frozenset(files.broken),
    )
    accelerators = _ids("accelerator", declared.accelerators, files)
    facts = Facts(attributes, names.broken, names.sources, models, accelerators)
    scope = names.about_workload()
    asked = _questions(declared, typed, catalogue, names)
    derived = _derived(declared, derived_types, scope)
    offers = _all(declared.offers, lambda raw: bind_offer(raw, facts))
    unread = names.broken | (typed.keys() - asked.keys())
    answered = AnswerNames(
        asked, names.criteria.known, names.offers.known, derived_types.keys(), unread
    )
    criteria = _all(declared.criteria, lambda raw: bind_criterion(raw, scope))
    rules = _all(declared.rules, lambda raw: bind_rule(raw, names))
    impossible = _all(declared.impossible, lambda raw: bind_impossible(raw, scope))
    sources = _all(declared.sources, bind_source)
    hardware = _all(declared.accelerators, lambda raw: bind_accelerator(raw, facts))
    entries = _all(declared.models, lambda raw: bind_model(raw, facts))
    cases = _all(declared.cases, lambda raw: bind_case(raw, answered, names.offers))
    _check_staff_hours(method, offers, files)
    if method is None:
        return None
    return Knowledge(
        digest=files.digest,
        root=files.root,
        method=method,
        sources=sources,
        questions=_ordered(asked, lambda question: question.order),
        derived=derived,
        attributes=attributes,
        accelerators=hardware,
        models=entries,
        offers=_ordered(offers, lambda offer: offer.order),
        criteria=_ordered(criteria, lambda criterion: criterion.order),
        rules=rules,
        impossible=tuple(impossible.values()),
        cases=cases,
    )


def _declare(files: RuleFiles) -> _Declared:
    """Every id once.  Ids that are used side by side share a namespace: names of conditions,
    and rules with impossible combinations."""
    words, rules = Namespace(), Namespace()

    def take(what: str, space: Namespace, *of: Kind[Any]) -> Raws:
        return distinct(files.of(*of), what, lambda shape: shape.id, space)

    declared = _Declared(
        sources=take("source", Namespace(), kinds.SOURCES_FILE, kinds.SOURCES),
        questions=take("question", words, kinds.QUESTIONS),
        derived=take("derived value", words, kinds.DERIVED),
        attributes=take("attribute", Namespace(), kinds.ATTRIBUTES),
        criteria=take("criterion", Namespace(), kinds.CRITERIA),
        rules=take("rule", rules, kinds.SCORING, kinds.GATES, kinds.ADVICE),
        impossible=take("impossible combination", rules, kinds.IMPOSSIBLE),
        offers=take("offer", Namespace(), kinds.OFFERS),
        accelerators=take("accelerator", Namespace(), kinds.HARDWARE),
        models=take("model", Namespace(), kinds.MODELS),
        cases=take("case", Namespace(), kinds.CASES),
    )
    # Which of two declarations a name means is open, so nothing is said of its uses.
    files.broken |= words.doubtful
    for raws in (declared.questions, declared.derived, declared.attributes):
        for raw in raws.values():
            refuse_reserved(raw.shape.id, raw.findings)
    refuse_same_order(declared.questions, "question")
    refuse_same_order(declared.criteria, "criterion")
    return declared


def _catalogue(declared: _Declared) -> Catalogue:
    return Catalogue(
        [declared.models[name] for name in sorted(declared.models)],
        sorted(declared.offers.values(), key=lambda raw: (raw.shape.order, raw.shape.id.text)),
    )


def _method(files: RuleFiles, models: Ids) -> Method | None:
    for raw in files.of(kinds.METHOD):
        return bind_method(raw, models)
    return None


def _typed(raws: Raws, of: Callable[[Raw[Any]], T | None], files: RuleFiles) -> dict[str, T]:
    """What can be typed, by id; what cannot is broken from here on."""
    found: dict[str, T] = {}
    for name in sorted(raws):
        value = of(raws[name])
        if value is None or name in files.broken:
            files.broken.add(name)
        else:
            found[name] = value
    return found


def _all(raws: Raws, of: Callable[[Raw[Any]], T | None]) -> dict[str, T]:
    found = ((name, of(raws[name])) for name in sorted(raws))
    return {name: value for name, value in found if value is not None}


def _ordered(values: Mapping[str, T], order: Callable[[T], int]) -> dict[str, T]:
    names = sorted(values, key=lambda name: (order(values[name]), name))
    return {name: values[name] for name in names}


def _ids(what: str, raws: Raws, files: RuleFiles) -> Ids:
    return Ids(what, frozenset(raws), frozenset(files.broken))


def _attributes(
    declared: _Declared, questions: Mapping[str, Type], method: Method | None, files: RuleFiles
) -> dict[str, Attribute]:
    asked = Ids("question", frozenset(questions), frozenset(files.broken))
    expiries = None
    if method is not None:
        expiries = Ids("expiry of the method", frozenset(method.expiry_days))
    return _typed(
        declared.attributes, lambda raw: bind_attribute(raw, questions, asked, expiries), files
    )


def _offer_names(attributes: Mapping[str, Attribute], declared: _Declared) -> dict[str, Type]:
    """What ``for`` may look at: the offer, its model, its accelerator."""
    platforms = sorted({raw.shape.platform.text for raw in declared.offers.values()})
    names: dict[str, Type] = {
        "offer": ChoiceType(tuple(sorted(declared.offers))),
        "platform": ChoiceType(tuple(platforms)),
        "deployment": ChoiceType(DEPLOYMENTS),
        "model.id": ChoiceType(tuple(sorted(declared.models))),
        "model.open": YES_NO,
    }
    for attribute in attributes.values():
        bare = attribute.of in ("offer", "served")
        names[attribute.id if bare else f"{attribute.of}.{attribute.id}"] = attribute.type
    return names


def _questions(
    declared: _Declared,
    typed: Mapping[str, TypedQuestion],
    catalogue: Catalogue,
    names: Vocabulary,
) -> dict[str, Question]:
    """``ask-when`` may ask whether something is known, but not of the question itself."""
    found: dict[str, Question] = {}
    for name, question in typed.items():
        others = {other: of for other, of in names.workload.items() if other != name}
        scope = Scope(others, {}, f"other {WORKLOAD}", presence=True)
        bound = bind_question(declared.questions[name], question, scope, catalogue)
        if bound is not None:
            found[name] = bound
    return found


def _derived(declared: _Declared, types: Mapping[str, Type], scope: Scope) -> dict[str, Derived]:
    found: dict[str, Derived] = {}
    for name, of in types.items():
        bound = bind_derived(declared.derived[name], of, scope)
        if bound is not None:
            found[name] = bound
    refuse_circles(found, declared.derived)
    return found


def _check_staff_hours(
    method: Method | None, offers: Mapping[str, Offer], files: RuleFiles
) -> None:
    """Every form of deployment in use needs its hours of work."""
    if method is None:
        return
    used = {offer.deployment for offer in offers.values()}
    for raw in files.of(kinds.METHOD):
        for deployment in sorted(used - set(method.staff_hours)):
            raw.findings.add(
                "missing-key",
                f"'staff-hours' has no '{deployment}', which offers use",
                raw.shape.node.key("staff-hours"),
            )
