"""``advisor fleet profile``: workloads out of usage logs."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from advisor.cli.app import SuggestingGroup
from advisor.cli.batch import opened
from advisor.cli.batch_progress import Progress, position_of
from advisor.cli.inputs import load_knowledge, shown_name
from advisor.cli.options import Common, common_options, one_of
from advisor.cli.output import emit, say
from advisor.errors import DataError, Problem, UsageError
from advisor.knowledge.text_safety import visible
from advisor.language.vocabulary import did_you_mean

if TYPE_CHECKING:
    from advisor.fleet.profiles import Profiles, Workload
    from advisor.fleet.sheets import Reject
    from advisor.fleet.usage import Usage
    from advisor.knowledge.model import Knowledge

COLUMNS = (
    "id",
    "requests-per-day",
    "input-tokens",
    "output-tokens",
    "context-length",
    "peak-factor",
    "cached-input-share",
    "batch-share",
    "models",
    "model-diversity",
    "current-offer",
    "current-spend",
    "note.input-tokens-p95",
    "note.output-tokens-p95",
    "note.models-unknown",
    "note.days",
    "note.requests",
)
GATEWAY = "litellm"
MANY_MODELS = 5
SHOWN_REJECTS = 5
_EVERY = 8_192


@click.group("fleet", cls=SuggestingGroup)
@common_options
def command(common: Common) -> None:
    """Inventories of workloads."""


@command.command("profile")
@click.argument("log", metavar="LOG")
@click.option("--output", "-o", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--by",
    metavar="team,key,user,end-user,model",
    default="team,key",
    show_default=True,
    help="What makes a workload: requests that are alike in these belong together.",
)
@click.option(
    "--format",
    "form",
    metavar="csv|jsonl",
    callback=one_of("csv", "jsonl"),
    help="The format of a log whose ending does not tell.",
)
@click.option(
    "--any-model",
    is_flag=True,
    help="Leave the models open: an offer need not serve those that are used today.",
)
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read.")
@common_options
def profile(
    common: Common,
    log: str,
    output: Path | None,
    by: str,
    form: str | None,
    any_model: bool,
    strict: bool,
) -> int:
    """Turn a usage log into a table of workloads for `advisor batch`.

    LOG is a spend log of the LiteLLM proxy (CSV or JSON lines), or a usage export of the
    OpenAI organisation API (CSV, or JSON pages one a line); - is standard input. It is read
    once, in memory that does not grow with it.
    """
    from advisor.fleet.profiles import Profiles, TooManyError

    grouping = _grouping(by)
    knowledge = load_knowledge(common)
    profiles = Profiles()
    rejects: list[tuple[int, Reject]] = []
    wrong = 0
    with contextlib.ExitStack() as stack:
        stream, size = opened(log, stack)
        progress = Progress(size, position_of(stream), quiet=common.quiet, what="records")
        records = 0
        try:
            for line, found in _read(stream, log, form, grouping):
                records += 1
                if records % _EVERY == 0:
                    progress(records)
                if isinstance(found, tuple):
                    wrong += 1
                    if strict:
                        raise DataError([_problem(log, line, found[0])])
                    if len(rejects) < SHOWN_REJECTS:
                        rejects.append((line, found[0]))
                else:
                    profiles.add(found)
        except TooManyError as error:
            hint = f"group by fewer things than '{by}', or give a shorter period"
            raise DataError(
                [Problem("too-large", str(error), shown_name(log), hint=hint)]
            ) from None
        finally:
            progress.end()
    if not profiles.groups:
        problems = [_problem(log, line, reject) for line, reject in rejects]
        empty = Problem("empty-file", "the log has no record of usage", shown_name(log))
        raise DataError(problems or [empty])
    workloads = _workloads(profiles, knowledge)
    emit(_table(workloads, any_model=any_model), output)
    if not common.quiet:
        _say(log, records, wrong, rejects, workloads)
    return 0


def _grouping(by: str) -> tuple[str, ...]:
    from advisor.fleet.usage import GROUPS

    names = tuple(dict.fromkeys(name.strip() for name in by.split(",")))
    for name in names:
        if name not in GROUPS:
            hint = did_you_mean(name, list(GROUPS)) or f"one or more of {', '.join(GROUPS)}"
            raise UsageError([Problem("usage", f"'{name}' groups nothing", "--by", hint=hint)])
    return names


def _read(
    stream: BinaryIO, log: str, form: str | None, by: tuple[str, ...]
) -> Iterator[tuple[int, Usage | tuple[Reject]]]:
    """The records with their lines; what cannot be read is a reject in a tuple."""
    from advisor.fleet.sheets import Reject
    from advisor.fleet.sources import Broken, form_of, open_source
    from advisor.fleet.usage import NoUsageError, kind_of, pages, reader

    name = shown_name(log)
    source = open_source(stream, form_of(log, form), name)
    kind = None if source.columns is None else kind_of(source.columns)
    if source.columns is not None and kind is None:
        raise DataError([_no_log(name)])
    read = None if kind is None else reader(kind, by)
    for chunk in source.chunks:
        for place, row in enumerate(chunk.rows):
            line = chunk.lines[place] if chunk.lines else chunk.first + place
            try:
                if isinstance(row, Broken):
                    raise NoUsageError("", row.message)
                if source.columns is not None:
                    assert read is not None and not isinstance(row, str)
                    yield line, read(dict(zip(source.columns, row, strict=True)))
                    continue
                assert isinstance(row, str)
                for record in pages(_json(row)):
                    if read is None:
                        kind = kind_of(record)
                        if kind is None:
                            raise DataError([_no_log(name)])
                        read = reader(kind, by)
                    yield line, read(record)
            except NoUsageError as error:
                yield line, (Reject(error.column, "", str(error)),)


def _json(line: str) -> object:
    from advisor.fleet.usage import NoUsageError

    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        words = getattr(error, "msg", None) or type(error).__name__
        raise NoUsageError("", f"this is no JSON: {words}") from None


def _no_log(name: str) -> Problem:
    return Problem(
        "unknown-format",
        "this is no usage log that can be read",
        name,
        hint="expected the columns of LiteLLM's spend logs (prompt_tokens, startTime, ...) "
        "or of OpenAI's usage (num_model_requests, ...)",
    )


def _problem(log: str, line: int, reject: Reject) -> Problem:
    from advisor.errors import Span

    words = f"{reject.column}: {reject.message}" if reject.column else reject.message
    return Problem("rejected-row", words, shown_name(log), Span(line, 1, line, 2))


def _workloads(profiles: Profiles, knowledge: Knowledge) -> list[Workload]:
    from advisor.fleet.profiles import workload

    model_of, offer_of = _names(knowledge)
    found = (
        workload(name, profile, model_of, offer_of)
        for name, profile in sorted(profiles.groups.items())
    )
    return [row for row in found if row is not None]


def _names(
    knowledge: Knowledge,
) -> tuple[Callable[[str], str | None], Callable[[str], str | None]]:
    """What a gateway's names of models and providers stand for; where a rule base does not
    say, models go by their own names alone."""
    from advisor.authoring.importing import read_mapping
    from advisor.knowledge.importing.mapping import FOLDER, Names, loose

    if not (Path(knowledge.root) / FOLDER / f"{GATEWAY}.yaml").is_file():
        own = {
            loose(name): model.id
            for model in knowledge.models.values()
            for name in (*model.aliases, model.id)
        }
        return (lambda name: own.get(loose(name.rpartition("/")[2]))), (lambda name: None)
    mapping = read_mapping(GATEWAY, knowledge)
    return Names(mapping, knowledge).model, mapping.providers.get


def _table(workloads: Sequence[Workload], *, any_model: bool) -> str:
    from advisor.fleet.rows import harmless

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in workloads:
        cells: tuple[object, ...] = (
            row.id,
            row.requests_per_day,
            row.input_tokens,
            row.output_tokens,
            row.context_length,
            row.peak_factor,
            row.cached_input_share,
            row.batch_share,
            None if any_model else f"[{', '.join(row.models)}]" if row.models else None,
            _diversity(len(row.models) + len(row.unknown_models)),
            row.current_offer,
            row.current_spend,
            row.input_tokens_p95,
            row.output_tokens_p95,
            ", ".join(row.unknown_models),
            row.days,
            row.requests,
        )
        writer.writerow([_cell(cell, harmless) for cell in cells])
    return text.getvalue()


def _cell(value: object, harmless: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return str(value)
    assert callable(harmless)
    return str(harmless(str(value)))


def _diversity(count: int) -> str:
    return "one" if count == 1 else "few" if count <= MANY_MODELS else "many"


def _say(
    log: str,
    records: int,
    wrong: int,
    rejects: Sequence[tuple[int, Reject]],
    workloads: Sequence[Workload],
) -> None:
    say(f"{records - wrong:,} records made {len(workloads):,} workloads\n")
    unknown = sorted({name for row in workloads for name in row.unknown_models})
    if unknown:
        say(f"models that the catalogue does not have: {visible(', '.join(unknown[:20]))}\n")
    if wrong:
        say(f"{wrong:,} records could not be read, such as:\n")
        for line, reject in rejects:
            words = f"{reject.column}: {reject.message}" if reject.column else reject.message
            say(f"  {visible(shown_name(log))}:{line}: {visible(words)}\n")
