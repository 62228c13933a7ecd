"""A page per offer, generated from the ledger: what it is, for whom, its limits, its evidence.

Pages are reports: whoever writes them decides about the format.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.engine.offering import Offering
from advisor.engine.truth import truth_of
from advisor.knowledge.ledger import build_ledger
from advisor.knowledge.model import Knowledge, Offer, Rule
from advisor.knowledge.syntax import ALWAYS
from advisor.language.vocabulary import Scope
from advisor.language.wording import condition_words, spoken
from advisor.reports.blocks import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Reference,
    References,
    Table,
)
from advisor.reports.fact_values import value_words
from advisor.reports.facts import SERVED, Belief, Subject, subjects
from advisor.reports.facts_view import belief_words, fact_words
from advisor.reports.figures import counted

INDEX = "index"

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FIGURES = ("input-price", "cached-input-price", "output-price", "context-limit", "speed-per-user")


def offer_pages(knowledge: Knowledge, as_of: datetime.date) -> Mapping[str, Document]:
    """The pages by name: one per offer, under its id, and an index of them."""
    found = list(subjects(knowledge, as_of))
    by_id = {subject.id: subject for subject in found if subject.kind == "offer"}
    offering = Offering(knowledge, build_ledger(knowledge, as_of))
    pages = {INDEX: _index(knowledge, as_of)}
    for offer in knowledge.offers.values():
        served = [s for s in found if s.kind == "served" and s.id.startswith(f"{offer.id}/")]
        chip = next(
            (s for s in found if s.kind == "accelerator" and s.id == offer.accelerator), None
        )
        blocks = [
            *_what(offer, knowledge, as_of),
            *_for_whom(offer, knowledge, offering),
            *_limits(offer, knowledge, offering),
            *_models(served, knowledge, as_of),
            *_evidence(by_id[offer.id], chip),
            *_sources([by_id[offer.id], *served, *([chip] if chip else [])], knowledge),
        ]
        pages[offer.id] = Document(offer.title, tuple(blocks))
    return pages


def _index(knowledge: Knowledge, as_of: datetime.date) -> Document:
    rows = tuple(
        (offer.id, offer.title, offer.deployment, offer.platform, offer.summary)
        for offer in knowledge.offers.values()
    )
    return Document(
        "Offers",
        (
            Paragraph(f"{counted(len(rows), 'offer')}, judged as of {as_of}."),
            Table(("page", "offer", "form", "platform", "what it is"), rows),
        ),
    )


def _what(offer: Offer, knowledge: Knowledge, as_of: datetime.date) -> Iterator[Block]:
    yield Paragraph(offer.summary)
    rows = [
        Pair("Id", offer.id),
        Pair("Form", offer.deployment),
        Pair("Platform", offer.platform),
    ]
    if offer.accelerator is not None:
        rows.append(Pair("Accelerator", knowledge.accelerators[offer.accelerator].title))
    rows.append(Pair("Judged as of", as_of.isoformat()))
    yield Pairs(tuple(rows))


def _for_whom(offer: Offer, knowledge: Knowledge, offering: Offering) -> Iterator[Block]:
    """What speaks for and against it, for which workloads."""
    yield Heading("For whom")
    rules = [rule for rule in _about(offer, knowledge, offering) if rule.effect == "score"]
    rules.sort(key=lambda rule: (-rule.steps, rule.criterion or "", rule.id))
    if not rules:
        yield Paragraph("No rule speaks for or against this offer in particular.")
        return
    yield Items(
        tuple(
            Item(
                _because(rule, offer, knowledge, offering),
                (
                    f"{_criterion(rule, knowledge)}, {_steps(rule.steps)}, "
                    f"{_when(rule, knowledge)} (rule {rule.id}; {rule.source.ref}, "
                    f"{rule.source.grade})",
                ),
                "+" if rule.steps > 0 else "-",
            )
            for rule in rules
        )
    )


def _limits(offer: Offer, knowledge: Knowledge, offering: Offering) -> Iterator[Block]:
    """What excludes it or calls for care."""
    yield Heading("Limits")
    rules = [r for r in _about(offer, knowledge, offering) if r.effect in ("exclude", "warn")]
    if not rules:
        yield Paragraph("No rule excludes this offer or warns of it in particular.")
        return
    verbs = {"exclude": "excluded", "warn": "a caveat"}
    yield Items(
        tuple(
            Item(
                _because(rule, offer, knowledge, offering),
                (
                    f"{'negotiable' if rule.negotiable else verbs[rule.effect]}, "
                    f"{_when(rule, knowledge)} (rule {rule.id}; {rule.source.ref}, "
                    f"{rule.source.grade})",
                ),
                "-",
            )
            for rule in sorted(rules, key=lambda rule: (rule.effect, rule.id))
        )
    )


def _about(offer: Offer, knowledge: Knowledge, offering: Offering) -> Iterator[Rule]:
    """Rules that single this offer out: they look at offers, and hold for it."""
    env = offering.environment(offer.id, None)
    for rule in knowledge.rules.values():
        if rule.offers != ALWAYS and truth_of(rule.offers, env) is True:
            yield rule


def _because(rule: Rule, offer: Offer, knowledge: Knowledge, offering: Offering) -> str:
    """The rule's reason; what only answers can tell stays a gap: ``[model size]``."""
    evidence = offering.of(offer.id, None)

    def said(match: re.Match[str]) -> str:
        name = match.group(1)
        attribute = knowledge.attributes.get(name.rpartition(".")[2])
        if name == "offer":
            return offer.title
        if name in evidence and attribute is not None:
            return value_words(evidence[name].value, attribute.type)
        return f"[{spoken(name)}]"

    return _PLACEHOLDER.sub(said, rule.because)


def _criterion(rule: Rule, knowledge: Knowledge) -> str:
    return knowledge.criteria[rule.criterion].label if rule.criterion else rule.effect


def _steps(steps: int) -> str:
    return f"{steps:+d} {'step' if abs(steps) == 1 else 'steps'}"


def _when(rule: Rule, knowledge: Knowledge) -> str:
    if rule.when == ALWAYS:
        return "for every workload"
    names = {q.id: q.type for q in knowledge.questions.values()}
    names |= {d.id: d.type for d in knowledge.derived.values()}
    return f"when {condition_words(rule.when, Scope(names))}"


def _models(
    served: Sequence[Subject], knowledge: Knowledge, as_of: datetime.date
) -> Iterator[Block]:
    shown = [name for name in _FIGURES if name in knowledge.attributes]
    listed, gone = [], []
    for subject in served:
        beliefs = {belief.attribute: belief for belief in subject.beliefs}
        listing = beliefs[SERVED]
        model = subject.id.partition("/")[2]
        ends = [fact.until for fact in listing.facts if fact.until is not None]
        if value_words(listing.value, listing.type) == "no":
            gone.append((model, max(ends).isoformat() if ends else ""))
            continue
        state = "in dispute" if listing.open else ""
        if not state and ends and max(ends) > as_of:
            state = f"until {max(ends)}"
        if not state and listing.stale:
            state = "stale"
        figures = (_figure(beliefs.get(name)) for name in shown)
        listed.append((model, *figures, state))
    yield Heading(f"Models ({len(listed)})")
    if listed:
        labels = [knowledge.attributes[name].label for name in shown]
        yield Table(("model", *labels, ""), tuple(listed))
    else:
        yield Paragraph("No model is listed.")
    if gone:
        yield Heading(f"Retired models ({len(gone)})")
        yield Table(("model", "until"), tuple(gone))


def _figure(belief: Belief | None) -> str:
    if belief is None or belief.value is None:
        return "–"
    return value_words(belief.value, belief.type) + (" (stale)" if belief.stale else "")


def _evidence(subject: Subject, chip: Subject | None) -> Iterator[Block]:
    yield Heading("Evidence")
    yield _claims(subject.beliefs)
    if chip is not None:
        yield Heading(f"Evidence on {chip.title}")
        yield _claims(chip.beliefs)


def _claims(beliefs: Iterable[Belief]) -> Block:
    return Items(
        tuple(
            Item(
                f"{belief.label}: {belief_words(belief)}",
                tuple(fact_words(fact) for fact in belief.facts),
                tone="warn" if belief.open or belief.stale else "plain",
            )
            for belief in beliefs
        )
    )


def _sources(found: Iterable[Subject], knowledge: Knowledge) -> Iterator[Block]:
    refs = {f.source for s in found for belief in s.beliefs for f in belief.facts}
    rows = []
    for ref in sorted(refs):
        source = knowledge.sources[ref]
        note = ", ".join(word for word in (source.kind, source.publisher, source.date) if word)
        rows.append(Reference(ref, source.title, source.address, note, False))
    yield Heading(f"Sources ({len(rows)})")
    yield References(tuple(rows))
