"""The rule base, declaration by declaration, as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from textual.content import Content

from advisor.knowledge.model import Knowledge, Place, Rule
from advisor.tui.pages.layout import Text, hanging, heading, lines, quiet, sections

_EFFECTS = {
    "exclude": "excludes offers",
    "weigh": "moves a weight",
    "score": "moves a utility",
    "warn": "warns",
    "advise": "advises a next step",
}


class Declaration(Struct, frozen=True):
    """``kind`` is rule, question, criterion, derived value or offer; ``words`` is what a
    search looks through."""

    kind: str
    id: str
    title: str
    words: str
    place: Place


def declarations(knowledge: Knowledge) -> Iterator[Declaration]:
    """Everything that can be read and edited, in the order of the rule base."""
    for rule in knowledge.rules.values():
        words = f"{rule.id} {rule.because} {rule.owner} {rule.criterion or ''} {rule.effect}"
        yield Declaration("rule", rule.id, rule.id, words, rule.place)
    for criterion in knowledge.criteria.values():
        words = f"{criterion.id} {criterion.label} {criterion.why}"
        yield Declaration("criterion", criterion.id, criterion.label, words, criterion.place)
    for question in knowledge.questions.values():
        words = f"{question.id} {question.ask} {question.group}"
        yield Declaration("question", question.id, question.id, words, question.place)
    for derived in knowledge.derived.values():
        words = f"{derived.id} {derived.because}"
        yield Declaration("derived value", derived.id, derived.id, words, derived.place)
    for offer in knowledge.offers.values():
        words = f"{offer.id} {offer.title} {offer.platform} {offer.summary}"
        yield Declaration("offer", offer.id, offer.title, words, offer.place)


def declaration_page(found: Declaration, knowledge: Knowledge, width: int) -> Content:
    """What a declaration does, where it stands, and its text in the file."""
    line = f":{found.place.span.line}" if found.place.span is not None else ""
    head: list[Text] = [
        heading(found.title),
        quiet(f"{found.kind} in {found.place.file}{line}"),
    ]
    groups: list[list[Text]] = [head]
    if found.kind == "rule":
        groups.append(_rule(knowledge.rules[found.id], knowledge, width))
    elif found.kind == "criterion":
        groups.append([hanging("", knowledge.criteria[found.id].why, width)])
    elif found.kind == "question":
        question = knowledge.questions[found.id]
        groups.append([hanging("", question.ask, width), hanging("", quiet(question.why), width)])
    elif found.kind == "derived value":
        groups.append([hanging("", knowledge.derived[found.id].because, width)])
    else:
        groups.append([hanging("", knowledge.offers[found.id].summary, width)])
    groups.append([lines(as_written(Path(knowledge.root), found.place))])
    return sections(groups)


def _rule(rule: Rule, knowledge: Knowledge, width: int) -> list[Text]:
    what = _EFFECTS[rule.effect]
    if rule.criterion is not None:
        what += f" of {knowledge.criteria[rule.criterion].label}"
    if rule.steps:
        what += f" by {rule.steps:+d}"
    if rule.negotiable:
        what += ", negotiable"
    cited = rule.source
    source = knowledge.sources.get(cited.ref)
    title = source.title if source is not None else cited.ref
    return [
        Content.assemble(("It ", "$quiet"), what),
        hanging(Content.styled("because ", "$quiet"), rule.because, width),
        hanging("", quiet(f"{cited.grade}: {title}, read {cited.checked}"), width),
        quiet(f"kept by {rule.owner}"),
    ]


def as_written(root: Path, place: Place) -> list[Text]:
    """The lines of a declaration: from its list dash (or the file's beginning) to the next."""
    try:
        written = (root / place.file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        return [quiet(f"The file cannot be read: {getattr(error, 'strerror', None) or error}")]
    if place.span is None:
        return [Content(text) for text in written]
    start = min(place.span.line, len(written)) - 1
    while start > 0 and not written[start].startswith("- "):
        start -= 1
    if not written or not written[start].startswith("- "):
        return [Content(text) for text in written]
    end = start + 1
    while end < len(written) and not written[end].startswith("- "):
        end += 1
    return [Content(text) for text in "\n".join(written[start:end]).rstrip().splitlines()]
