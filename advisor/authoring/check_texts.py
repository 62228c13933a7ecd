"""Texts that people read: markup in them is shown as it stands, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from advisor.authoring.examination import Examination
from advisor.knowledge.model import Claim, Knowledge, Place

_MARKUP = re.compile(
    r"</?[A-Za-z][^<>\n]*>"  # HTML
    r"|\[/?[a-z@#$][a-z0-9 _.,:#=%/@()'\"-]*\](?:\([^()\s]+\))?"  # the terminal's, and links
    r"|\[/\]"
    r"|(?<![\w*])\*\*?(?=\S)[^*\n]+?(?<=\S)\*\*?(?![\w*])"  # Markdown
    r"|(?<!\w)__(?=\S)[^_\n]+?(?<=\S)__(?!\w)"
    r"|`[^`\n]+`"
)


class _Text(Struct, frozen=True):
    """A text, and the keys that lead to it from a declaration."""

    text: str
    place: Place
    at: tuple[str, ...]


def check_texts(examination: Examination) -> None:
    """Report the first markup of each text, where it stands."""
    for shown in _texts(examination.knowledge):
        match = _MARKUP.search(shown.text)
        if match is None:
            continue
        places = examination.places
        places.add(
            "markup-in-text",
            "warning",
            f"'{match.group()}' is markup, and is shown as it stands",
            places.within(shown.place, match.group(), *shown.at),
            hint="write plain words",
        )


def _texts(knowledge: Knowledge) -> Iterator[_Text]:
    for rule in knowledge.rules.values():
        yield _Text(rule.because, rule.place, ("because",))
    for entry in knowledge.impossible:
        yield _Text(entry.because, entry.place, ("because",))
    for case in knowledge.cases.values():
        yield _Text(case.title, case.place, ("title",))
        yield _Text(case.because, case.place, ("because",))
    for derived in knowledge.derived.values():
        yield _Text(derived.because, derived.place, ("because",))
        yield _Text(derived.reading or "", derived.place, ("reading",))
    for question in knowledge.questions.values():
        yield _Text(question.ask, question.place, ("ask",))
        yield _Text(question.why, question.place, ("why",))
        for option in question.options:
            # Options are led to by their ids; their texts stand on the same line or below.
            yield _Text(option.label, question.place, ("options", option.id))
            yield _Text(option.means, question.place, ("options", option.id))
    for criterion in knowledge.criteria.values():
        yield _Text(criterion.label, criterion.place, ("label",))
        yield _Text(criterion.why, criterion.place, ("why",))
    for source in knowledge.sources.values():
        yield _Text(source.title, source.place, ("title",))
        yield _Text(source.note, source.place, ("note",))
    yield from _of_offers(knowledge)


def _of_offers(knowledge: Knowledge) -> Iterator[_Text]:
    claims: list[Claim] = []
    for offer in knowledge.offers.values():
        yield _Text(offer.title, offer.place, ("title",))
        yield _Text(offer.summary, offer.place, ("summary",))
        claims += offer.claims
        for row in offer.serves:
            yield _Text(row.note, row.place, ("note",))
            claims += row.claims
    for model in knowledge.models.values():
        yield _Text(model.title, model.place, ("title",))
        claims += model.claims
    for accelerator in knowledge.accelerators.values():
        yield _Text(accelerator.title, accelerator.place, ("title",))
        claims += accelerator.claims
    for claim in claims:
        yield _Text(claim.note, claim.place, ("note",))
