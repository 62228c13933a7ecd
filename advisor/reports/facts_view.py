"""Facts as reports: one subject, lists, what is stale, what conflicts, how claims are judged."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

from advisor.knowledge.model import Knowledge
from advisor.reports.blocks import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Paragraph,
    Reference,
    References,
    Table,
    Tone,
)
from advisor.reports.fact_values import value_words
from advisor.reports.facts import Belief, Fact, Subject
from advisor.reports.figures import counted, listed


def facts_table(facts: Sequence[Fact]) -> Document:
    """Every claim in one line."""
    rows = tuple(
        (
            fact.subject,
            fact.attribute,
            value_words(fact.value, fact.type),
            fact.grade,
            fact.source,
            fact.date,
            fact.checked.isoformat(),
            _marks(fact),
        )
        for fact in facts
    )
    header = ("subject", "attribute", "value", "grade", "source", "date", "checked", "")
    return Document(f"Facts ({len(rows)})", (Table(header, rows, whole=True),))


def stale_report(facts: Sequence[Fact], knowledge: Knowledge, as_of: datetime.date) -> Document:
    """What was read too long ago, by how much."""
    if not facts:
        return Document("Stale facts", (Paragraph(f"Nothing is stale as of {as_of}."),))
    rows = tuple(
        (
            fact.subject,
            fact.attribute,
            fact.checked.isoformat(),
            f"{(as_of - fact.checked).days} days",
            f"{limit_of(fact, knowledge)} days",
            fact.source,
        )
        for fact in facts
    )
    header = ("subject", "attribute", "checked", "age", "keeps", "source")
    return Document(
        f"Stale facts ({len(rows)}) as of {as_of}",
        (Table(header, rows, frozenset({3, 4}), whole=True),),
    )


def limit_of(fact: Fact, knowledge: Knowledge) -> int | None:
    """Days after which such a fact is stale."""
    return knowledge.method.expiry_days.get(fact.expiry)


def conflicts_report(found: Sequence[Belief], knowledge: Knowledge) -> Document:
    """What sources say differently, side by side, and what follows from it."""
    if not found:
        return Document("Conflicts", (Paragraph("No two claims differ."),))
    still = sum(belief.open for belief in found)
    blocks: list[Block] = [
        Paragraph(
            f"{counted(len(found), 'attribute')} of which sources say different things; "
            f"{still} stay open, and there the value widens to all that is claimed."
        ),
        Items(tuple(_item(belief) for belief in found)),
        *_rules(knowledge),
    ]
    return Document(f"Conflicts ({len(found)})", tuple(blocks))


def subject_report(
    found: Sequence[Subject], attribute: str | None, knowledge: Knowledge
) -> Document:
    """Everything claimed of subjects of one name, or of one attribute of them."""
    blocks: list[Block] = []
    shown: list[Belief] = []
    for subject in found:
        if len(found) > 1:
            blocks.append(Heading(f"{subject.title} ({subject.kind})"))
        chosen = [b for b in subject.beliefs if attribute in (None, b.attribute)]
        shown += chosen
        if chosen:
            blocks.append(Items(tuple(_item(belief) for belief in chosen)))
        else:
            blocks.append(Paragraph("Nothing is claimed: it is unknown, which is not a no."))
    if attribute is not None:
        blocks += _rules(knowledge, shown)
    blocks += _sources(shown, knowledge)
    name = found[0].id if attribute is None else f"{found[0].id}.{attribute}"
    return Document(f"{name}: {found[0].title}", tuple(blocks))


def tables_report(knowledge: Knowledge) -> Document:
    """How claims are judged: grades, ratings, rules about conflicts, how long facts keep."""
    method = knowledge.method
    grades = tuple(
        Item(
            f"{name}: widens by {policy.widening} of 10000, allows '{policy.cap}' at most"
            + (", weak" if policy.weak else ""),
            (policy.because,),
        )
        for name, policy in method.grades.items()
    )
    ratings = tuple(
        Item(f"{word}: {listed(list(rating.grades), 'or')}", (rating.because,))
        for word, rating in method.ratings.items()
    )
    expiry = tuple((kind, f"{days} days") for kind, days in method.expiry_days.items())
    blocks: list[Block] = [Heading("Grades of evidence"), Items(grades)]
    if ratings:
        blocks += [Heading("Words of other collections, as grades"), Items(ratings)]
    blocks += _rules(knowledge)
    blocks += [
        Heading("How long facts keep"),
        Table(("kind", "stale after"), expiry, frozenset({1})),
    ]
    return Document("How claims are judged", tuple(blocks))


def belief_words(belief: Belief) -> str:
    """What is believed: value, best grade, and what is wrong with it."""
    notes = [belief.grade] if belief.grade else []
    if belief.open:
        notes.append("in dispute")
    elif belief.conflict:
        notes.append("conflict resolved")
    if belief.stale:
        notes.append("stale")
    value = value_words(belief.value, belief.type)
    return f"{value} ({', '.join(notes)})" if notes else value


def fact_words(fact: Fact) -> str:
    """One claim: value, grade, source, dates, note, and why it does not count."""
    parts = [f"{value_words(fact.value, fact.type)}: {fact.grade}, {fact.source}, {fact.date}"]
    parts.append(f"read {fact.checked}" + (" (stale)" if fact.stale else ""))
    words = ", ".join(parts)
    if fact.until is not None:
        words += f", until {fact.until}"
    if fact.note:
        words += f". {fact.note}"
    if fact.why:
        words = f"{words.rstrip('.')}. Does not count: {fact.why}."
    return words


def _item(belief: Belief) -> Item:
    name = f"{belief.subject} {belief.attribute}"
    tone: Tone = "warn" if belief.open or belief.stale else "plain"
    facts = tuple(fact_words(fact) for fact in belief.facts)
    return Item(f"{name}: {belief_words(belief)}", facts, tone=tone)


def _marks(fact: Fact) -> str:
    words = [word for word, on in (("stale", fact.stale), ("unused", not fact.counts)) if on]
    return ", ".join(words)


def _rules(knowledge: Knowledge, shown: Iterable[Belief] | None = None) -> Iterator[Block]:
    """The declared rules about claims that differ; only where one had to be used."""
    if shown is not None and not any(belief.conflict for belief in shown):
        return
    rules = knowledge.method.resolution
    if not rules:
        return
    yield Heading("Which claims count")
    yield Items(
        tuple(
            Item(f"{name}: {listed(rule.among)}" if rule.among else name, (rule.because,))
            for name, rule in rules.items()
        )
    )


def _sources(shown: Iterable[Belief], knowledge: Knowledge) -> Iterator[Block]:
    refs = sorted({fact.source for belief in shown for fact in belief.facts})
    if not refs:
        return
    yield Heading(f"Sources ({len(refs)})")
    rows = []
    for ref in refs:
        source = knowledge.sources[ref]
        note = ", ".join(word for word in (source.kind, source.publisher, source.date) if word)
        rows.append(Reference(ref, source.title, source.address, note, False))
    yield References(tuple(rows))
