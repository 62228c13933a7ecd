"""The ledger: what is believed of a subject, and every claim about it side by side."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.reports.fact_values import value_words
from advisor.reports.facts import Belief, Fact, Subject
from advisor.tui.pages.layout import Text, hanging, heading, lines, quiet, sections

SourceTitle = Callable[[str], str]


def subject_page(subject: Subject, source_title: SourceTitle, width: int) -> Content:
    """One subject with all its attributes, the doubtful ones first."""
    groups: list[list[Text]] = [[heading(subject.title), quiet(f"{subject.kind} {subject.id}")]]
    for belief in sorted(subject.beliefs, key=lambda b: (not b.conflict, not b.stale)):
        groups.append(_belief(belief, source_title, width))
    return sections(groups)


def marks(subject: Subject) -> str:
    """``≠ 2`` disputed attributes, ``⧖ 1`` stale ones; each with its word."""
    words = []
    disputed = sum(belief.conflict for belief in subject.beliefs)
    stale = sum(belief.stale for belief in subject.beliefs)
    if disputed:
        words.append(f"≠ {disputed} disputed")
    if stale:
        words.append(f"⧖ {stale} stale")
    return ", ".join(words)


def _belief(belief: Belief, source_title: SourceTitle, width: int) -> list[Text]:
    value = value_words(belief.value, belief.type)
    head = Content.assemble((belief.label, "bold"), ": ", value)
    if belief.conflict:
        head = Content.assemble(head, ("  ≠ sources differ", "$warning"))
    if belief.stale:
        head = Content.assemble(head, ("  ⧖ stale", "$warning"))
    return [hanging("", head, width), *(_fact(fact, source_title, width) for fact in belief.facts)]


def _fact(fact: Fact, source_title: SourceTitle, width: int) -> Content:
    origin = f"{fact.grade}: {source_title(fact.source)}, {fact.date}, read {fact.checked}"
    words = Content.assemble(value_words(fact.value, fact.type), ("  " + origin, "$quiet"))
    parts: list[Text] = [hanging("  · " if fact.counts else "  × ", words, width)]
    if fact.stale:
        parts.append(hanging("    ", quiet("⧖ read longer ago than such facts keep"), width))
    if fact.why:
        parts.append(hanging("    ", quiet(f"does not count: {fact.why}"), width))
    if fact.note:
        parts.append(hanging("    ", quiet(fact.note), width))
    return lines(parts)
