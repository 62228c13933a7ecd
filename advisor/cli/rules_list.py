"""``advisor rules list``: the declarations of a kind, or the rules that pass filters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

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
from advisor.cli.rules_data import as_json

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge, Rule

EFFECTS = ("exclude", "score", "weigh", "warn", "advise")


@click.command("list")
@click.option("--offers", "kind", flag_value="offers", help="List offers.")
@click.option("--questions", "kind", flag_value="questions", help="List questions.")
@click.option("--criteria", "kind", flag_value="criteria", help="List criteria.")
@click.option("--rules-only", "kind", flag_value="rules", default=True, hidden=True)
@click.option("--effect", metavar="|".join(EFFECTS), callback=one_of(*EFFECTS), help="Rules only.")
@click.option("--criterion", metavar="ID", help="Rules that score or weigh a criterion.")
@click.option("--reads", metavar="NAME", help="Rules that look at a question or attribute.")
@click.option("--offer", metavar="ID", help="Rules that can speak of an offer.")
@click.option("--source", metavar="ID", help="Rules that rest on a source.")
@click.option("--owner", metavar="WORDS", help="Rules that somebody answers for.")
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    kind: str,
    form: str,
    output: Path | None,
    **filters: str | None,
) -> int:
    """List the rules, or the offers, questions or criteria; filters narrow the rules."""
    from advisor.cli.listings import DATA, ROWS

    asked = {name: word for name, word in filters.items() if word is not None}
    if asked and kind != "rules":
        raise click.UsageError(f"--{next(iter(asked))} narrows rules, not {kind}")
    knowledge = load_knowledge(common)
    if asked:
        _check(knowledge, asked)
        kept = _chosen(knowledge, asked, common)
        knowledge = replace(knowledge, rules={rule.id: rule for rule in kept})
    if form == "json":
        emit(as_json(f"advisor-{kind}-1", **{kind: DATA[kind](knowledge)}), output)
        return 0
    from advisor.reports.blocks import Document, Paragraph, Table
    from advisor.reports.text import render_document

    header, *rows = ROWS[kind](knowledge)
    block = Table(header, tuple(rows), whole=True) if rows else Paragraph("None.")
    emit(render_document(Document(kind.capitalize(), (block,)), text_style(output)), output)
    return 0


def _check(knowledge: Knowledge, asked: dict[str, str]) -> None:
    """A filter by a name that does not exist is a mistake, not an empty list."""
    from advisor.authoring.vocabulary import Vocabulary

    vocabulary = Vocabulary(knowledge)
    known = {
        "criterion": ("criterion", list(knowledge.criteria)),
        "reads": ("question or attribute", [*vocabulary.workload, *vocabulary.its]),
        "offer": ("offer", list(knowledge.offers)),
        "source": ("source", list(knowledge.sources)),
        "owner": ("owner", sorted({rule.owner for rule in knowledge.rules.values()})),
    }
    for name, word in asked.items():
        if name in known and word not in known[name][1]:
            raise unknown_name(known[name][0], word, known[name][1], f"--{name}")


def _chosen(knowledge: Knowledge, asked: dict[str, str], common: Common) -> list[Rule]:
    from advisor.authoring.examples import Bench, reads_of
    from advisor.authoring.uses import Uses

    bench = Bench(knowledge, common.as_of)
    uses = Uses(bench)

    def passes(rule: Rule, name: str, word: str) -> bool:
        if name == "reads":
            return word in reads_of(rule) | bench.workload.questions_in(rule.when)
        if name == "offer":
            return rule.effect != "weigh" and uses.holds_for(rule, word) is not False
        values = {
            "effect": rule.effect,
            "criterion": rule.criterion,
            "source": rule.source.ref,
            "owner": rule.owner,
        }
        return values[name] == word

    return [
        rule
        for rule in knowledge.rules.values()
        if all(passes(rule, name, word) for name, word in asked.items())
    ]
