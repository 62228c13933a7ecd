"""``advisor rules schema``: what editors need to complete and check rule files."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.inputs import load_knowledge, rules_directory
from advisor.cli.options import Common, common_options, output_option, unknown_name
from advisor.cli.output import emit, say


@click.command("schema")
@click.argument("kind", metavar="[KIND]", required=False)
@click.option("--names", is_flag=True, help="Complete the names of the rule base too.")
@click.option("--write", is_flag=True, help="Write the schemas that the rule files point at.")
@output_option
@common_options
def command(common: Common, kind: str | None, names: bool, write: bool, output: Path | None) -> int:
    """Print the JSON Schema of one kind of rule file, or of all kinds in one document.

    Kinds: method, criteria, attributes, sources, questions, derived, rules, impossible,
    offers, hardware, models, cases. With --write each goes into the folder .schema of the
    rule base, where the first line of a rule file looks for it.
    """
    from advisor.authoring.schema import FOLDER, KINDS, as_text, combined_schema, file_schema

    if kind is not None and kind not in KINDS:
        raise unknown_name("kind of rule file", kind, list(KINDS), "KIND")
    if write and output is not None:
        raise click.UsageError("--write and --output exclude each other")
    knowledge = load_knowledge(common) if names else None
    if write:
        root = rules_directory(common)
        chosen = KINDS if kind is None else (kind,)
        for name in chosen:
            emit(as_text(file_schema(name, knowledge)), _target(root / FOLDER, name))
        if not common.quiet:
            from advisor.reports.figures import counted

            say(f"wrote {counted(len(chosen), 'schema')} into {root / FOLDER}\n")
        return 0
    schema = combined_schema(knowledge) if kind is None else file_schema(kind, knowledge)
    emit(as_text(schema), output)
    return 0


def _target(folder: Path, name: str) -> Path:
    from advisor.cli.output import OutputError

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write '{folder}': {error.strerror}", 2) from None
    return folder / f"{name}.json"
