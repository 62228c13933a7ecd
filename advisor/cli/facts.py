"""``advisor facts``: what is claimed, by whom, how old it is, and what contradicts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.app import SuggestingGroup
from advisor.cli.facts_accuracy import command as accuracy
from advisor.cli.facts_import import command as importing
from advisor.cli.inputs import load_knowledge
from advisor.cli.options import (
    Common,
    common_options,
    format_option,
    one_of,
    output_option,
    unknown_name,
)
from advisor.cli.output import emit, text_style

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge
    from advisor.reports.blocks import Document
    from advisor.reports.facts import Subject

KINDS = ("offer", "served", "model", "accelerator")


@click.group("facts", cls=SuggestingGroup, no_args_is_help=False)
@common_options
def command(common: Common) -> None:
    """Show what is claimed, how old it is and what contradicts it; import fresh facts."""


command.add_command(accuracy)
command.add_command(importing)


@command.command("list")
@click.option(
    "--kind", callback=one_of(*KINDS), metavar="|".join(KINDS), help="Subjects of a kind."
)
@click.option("--attribute", metavar="NAME", help="Only claims of this attribute.")
@click.option("--source", metavar="ID", help="Only claims of this source.")
@format_option("text", "json")
@output_option
@common_options
def listing(
    common: Common,
    kind: str | None,
    attribute: str | None,
    source: str | None,
    form: str,
    output: Path | None,
) -> int:
    """List every claim: value, grade, source, dates."""
    from advisor.reports.facts import fact_data, subjects
    from advisor.reports.facts_view import facts_table

    knowledge = load_knowledge(common)
    _check_attribute(attribute, knowledge, "--attribute")
    if source is not None and source not in knowledge.sources:
        raise unknown_name("source", source, list(knowledge.sources), "--source")
    found = [
        fact
        for subject in subjects(knowledge, common.as_of)
        if kind in (None, subject.kind)
        for belief in subject.beliefs
        if attribute in (None, belief.attribute)
        for fact in belief.facts
        if source in (None, fact.source)
    ]
    if form == "json":
        emit(_json([fact_data(fact) for fact in found]), output)
    else:
        _print(facts_table(found), output)
    return 0


@command.command("show")
@click.argument("name", metavar="SUBJECT[.ATTRIBUTE]")
@format_option("text", "json")
@output_option
@common_options
def show(common: Common, name: str, form: str, output: Path | None) -> int:
    """Show a subject's claims side by side, and which of them count.

    SUBJECT is an offer, a model, an accelerator, or OFFER/MODEL for one model at one offer.
    """
    from advisor.reports.facts import belief_data
    from advisor.reports.facts_view import subject_report

    knowledge = load_knowledge(common)
    found, attribute = _find(name, knowledge, common)
    if form == "json":
        rows = [
            {
                "subject": subject.id,
                "kind": subject.kind,
                "title": subject.title,
                "attributes": [
                    belief_data(b) for b in subject.beliefs if attribute in (None, b.attribute)
                ],
            }
            for subject in found
        ]
        data = {"format": "advisor-facts-1", "as_of": common.as_of.isoformat(), "subjects": rows}
        emit(_json(data), output)
    else:
        _print(subject_report(found, attribute, knowledge), output)
    return 0


@command.command("stale")
@format_option("text", "json")
@output_option
@common_options
def stale(common: Common, form: str, output: Path | None) -> int:
    """List facts that were read longer ago than their kind keeps."""
    from advisor.reports.facts import fact_data, stale_facts, subjects
    from advisor.reports.facts_view import limit_of, stale_report

    knowledge = load_knowledge(common)
    found = list(stale_facts(subjects(knowledge, common.as_of)))
    if form == "json":
        rows = [
            {
                **fact_data(fact),
                "age_days": (common.as_of - fact.checked).days,
                "keeps_days": limit_of(fact, knowledge),
            }
            for fact in found
        ]
        emit(_json(rows), output)
    else:
        _print(stale_report(found, knowledge, common.as_of), output)
    return 0


@command.command("conflicts")
@format_option("text", "json")
@output_option
@common_options
def conflicting(common: Common, form: str, output: Path | None) -> int:
    """List what sources say differently, and what is believed."""
    from advisor.reports.facts import belief_data, conflicts, subjects
    from advisor.reports.facts_view import conflicts_report

    knowledge = load_knowledge(common)
    found = list(conflicts(subjects(knowledge, common.as_of)))
    if form == "json":
        emit(_json([belief_data(belief) for belief in found]), output)
    else:
        _print(conflicts_report(found, knowledge), output)
    return 0


@command.command("tables")
@format_option("text", "json")
@output_option
@common_options
def tables(common: Common, form: str, output: Path | None) -> int:
    """Show how claims are judged: grades, which claims count, how long facts keep."""
    from advisor.reports.facts_view import tables_report

    knowledge = load_knowledge(common)
    method = knowledge.method
    if form == "json":
        data = {
            "format": "advisor-fact-tables-1",
            "grades": {
                name: {
                    "widening": policy.widening,
                    "weak": policy.weak,
                    "cap": policy.cap,
                    "because": policy.because,
                }
                for name, policy in method.grades.items()
            },
            "ratings": {
                word: {"grades": list(rating.grades), "because": rating.because}
                for word, rating in method.ratings.items()
            },
            "resolution": [
                {"rule": name, "among": list(rule.among), "because": rule.because}
                for name, rule in method.resolution.items()
            ],
            "expiry_days": dict(method.expiry_days),
            "stale_factor": method.stale_factor,
        }
        emit(_json(data), output)
    else:
        _print(tables_report(knowledge), output)
    return 0


def _find(name: str, knowledge: Knowledge, common: Common) -> tuple[list[Subject], str | None]:
    """The subjects of that name (a model and an accelerator may share one), and the
    attribute.  Ids hold dots, so the longest name of a subject wins.  Raises UsageError."""
    from advisor.reports.facts import subjects

    every = list(subjects(knowledge, common.as_of))
    aliases = {alias: m.id for m in knowledge.models.values() for alias in m.aliases}
    for text, attribute in ((name, None), *_splits(name)):
        offer, slash, model = text.rpartition("/")
        wanted = f"{offer}{slash}{aliases.get(model, model)}"
        found = [subject for subject in every if subject.id == wanted]
        if not found:
            continue
        if attribute is not None and attribute != "served":
            _check_attribute(attribute, knowledge, "SUBJECT.ATTRIBUTE")
        return found, attribute
    known = list(dict.fromkeys([*(subject.id for subject in every), *aliases]))
    raise unknown_name("offer, model or accelerator", name, known, "SUBJECT")


def _splits(name: str) -> list[tuple[str, str]]:
    places = [i for i, character in enumerate(name) if character == "."]
    return [(name[:i], name[i + 1 :]) for i in reversed(places)]


def _check_attribute(attribute: str | None, knowledge: Knowledge, argument: str) -> None:
    known = [*knowledge.attributes, "served"]
    if attribute is not None and attribute not in known:
        raise unknown_name("attribute", attribute, known, argument)


def _print(document: Document, output: Path | None) -> None:
    from advisor.reports.text import render_document

    emit(render_document(document, text_style(output)), output)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
