"""``advisor batch WORKLOADS --output OUT``: many workloads, one row each."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from msgspec import Struct

from advisor.cli.batch_progress import Progress, position_of
from advisor.cli.inputs import (
    STDIN,
    load_knowledge,
    nearest_file,
    read_bytes,
    read_inputs,
    shown_name,
)
from advisor.cli.main import DIFFERENT
from advisor.cli.options import Common, common_options, one_of
from advisor.cli.output import OutputError, emit, say, text_style
from advisor.errors import DataError, Problem, UsageError
from advisor.knowledge.text_safety import visible
from advisor.reading import open_input

if TYPE_CHECKING:
    from advisor.fleet.batch import Done, Engine
    from advisor.fleet.sources import Source
    from advisor.fleet.work import Order
    from advisor.knowledge.model import Inputs, Knowledge

ASKED = 2
"""Unsettled rows of each 4,096 that are asked which unknown would decide most."""
_SHOWN = 10
"""Rejected rows that are shown where no row could be read."""


class _Asked(Struct, frozen=True):
    """What the command line says of a run."""

    workloads: str
    output: Path
    form: str | None
    mapping: str | None
    keep: tuple[str, ...]
    answers: str | None
    rejects: Path
    strict: bool
    force: bool
    jobs: int
    engine: str
    address: str | None
    before: Path | None
    summary: str | None


@click.command("batch")
@click.argument("workloads", metavar="WORKLOADS")
@click.option(
    "--output",
    "-o",
    metavar="OUT",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write: .csv, .jsonl or .parquet.",
)
@click.option(
    "--format",
    "form",
    metavar="csv|jsonl|parquet",
    callback=one_of("csv", "jsonl", "parquet"),
    help="The format of files whose ending does not tell.",
)
@click.option("--mapping", metavar="FILE", help="A YAML file that says what columns mean.")
@click.option("--keep", metavar="COLUMN", multiple=True, help="Carry a column along; repeatable.")
@click.option("--answers", metavar="FILE", help="Answers, weights, prices that hold for all rows.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where rows that cannot be read go (default: OUT.rejects.csv).",
)
@click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read.")
@click.option("--force", is_flag=True, help="Replace the output if it is there.")
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to work with.",
)
@click.option(
    "--engine",
    metavar="local|ray",
    callback=one_of("local", "ray"),
    default="local",
    show_default=True,
    help="Here, or under Ray Data (extra: fleet).",
)
@click.option("--address", metavar="HOST:PORT", help="The Ray cluster to use; default: this host.")
@click.option(
    "--compare",
    "before",
    metavar="OLD-RULES",
    type=click.Path(path_type=Path),
    help="Also decide on another rule base, and show what moves.",
)
@click.option("--exit-code", is_flag=True, help="With --compare: exit with 6 when a row moves.")
@click.option(
    "--summary",
    metavar="[text|json]",
    is_flag=False,
    flag_value="text",
    callback=one_of("text", "json"),
    help="Print workloads, cost and saving by recommended offer.",
)
@common_options
def command(common: Common, output: Path, exit_code: bool, **given: Any) -> int:
    """Decide every row of a table of workloads: CSV, JSON lines or Parquet.

    Columns are question ids, weights.CRITERION, prices.OFFER.gpu-hour and the like, and
    current-spend (USD a month today); --mapping gives other names. An interrupted run goes on
    where it was when the same command is given again.
    """
    rejects = given.pop("rejects") or output.with_name(f"{output.name}.rejects.csv")
    asked = _Asked(output=output, rejects=rejects, **given)
    if exit_code and asked.before is None:
        raise click.UsageError("--exit-code belongs to --compare")
    if asked.address is not None and asked.engine != "ray":
        raise click.UsageError("--address belongs to --engine ray")
    _check_outputs(asked)
    knowledge = load_knowledge(common)
    with contextlib.ExitStack() as stack:
        stream, size = opened(asked.workloads, stack)
        done = _run(common, asked, knowledge, stream, size)
    return _ended(asked, knowledge, done, exit_code=exit_code, quiet=common.quiet)


def _run(
    common: Common, asked: _Asked, knowledge: Knowledge, stream: BinaryIO, size: int | None
) -> Done:
    from advisor import __version__
    from advisor.fleet.batch import StrictError, key_of, run
    from advisor.fleet.local import WorkerLostError
    from advisor.fleet.parts import Parts
    from advisor.fleet.sources import form_of, open_source
    from advisor.fleet.work import RulesChangedError

    name = shown_name(asked.workloads)
    source = open_source(stream, form_of(asked.workloads, asked.form), name)
    order = _order(common, asked, knowledge, source, name)
    key = key_of(order, knowledge, __version__)
    progress = Progress(size, position_of(stream), quiet=common.quiet)
    try:
        return run(
            source,
            order.layout,
            Parts.beside(asked.output, key),
            _engine(asked, order),
            output=asked.output,
            rejects=asked.rejects,
            strict=asked.strict,
            progress=progress,
        )
    except StrictError as error:
        raise DataError(_problems(error.part.rejects, name)) from None
    except (WorkerLostError, RulesChangedError) as error:
        raise OutputError(str(error), 1) from None
    except KeyboardInterrupt:
        progress.end()
        say(f"\n{progress.rows:,} rows are done; the same command goes on from there\n")
        raise
    except OSError as error:
        words = (error.strerror or type(error).__name__).lower()
        raise OutputError(f"cannot write '{asked.output}': {words}", 1) from None
    finally:
        progress.end()


def _order(common: Common, asked: _Asked, knowledge: Knowledge, source: Source, name: str) -> Order:
    from advisor.api import load
    from advisor.fleet.columns import ALWAYS_KEPT, Vocabulary, meanings, read_mapping
    from advisor.fleet.rows import Layout
    from advisor.fleet.sources import CSV, JSONL, form_of
    from advisor.fleet.work import Order
    from advisor.knowledge.model import Inputs

    mapping = {}
    if asked.mapping is not None:
        mapping = read_mapping(read_bytes(asked.mapping), shown_name(asked.mapping), knowledge)
    vocabulary = Vocabulary(knowledge, mapping, frozenset(asked.keep))
    columns = None
    if source.columns is not None:
        found = meanings(vocabulary, source.columns, name)
        columns = tuple(zip(source.columns, found, strict=True))
        kept = tuple(column for column, meaning in columns if meaning.kind == "keep")
    else:
        named = [column for column, target in mapping.items() if target == "keep"]
        kept = tuple(dict.fromkeys((*ALWAYS_KEPT, *asked.keep, *named)))
    common_inputs: Inputs = Inputs({})
    if asked.answers is not None:
        common_inputs = read_inputs(asked.answers, knowledge)
    before = None if asked.before is None else load(asked.before)
    form = form_of(str(asked.output), asked.form or (CSV if source.form == JSONL else source.form))
    return Order(
        rules=None if common.rules is None else common.rules.absolute(),
        before=None if asked.before is None else asked.before.absolute(),
        digests=tuple(k.digest for k in (knowledge, before) if k is not None),
        as_of=common.as_of,
        columns=columns,
        mapping=mapping,
        kept=kept,
        common=common_inputs,
        layout=Layout(form, kept, asked.before is not None),
        plain_text=source.form != JSONL,
        asked=ASKED if asked.summary else 0,
    )


def _engine(asked: _Asked, order: Order) -> Engine:
    from advisor.fleet import local

    if asked.engine == "ray":
        from advisor.fleet.on_ray import on_ray

        return lambda chunks: on_ray(order, chunks, asked.address)
    if asked.jobs == 1:
        return lambda chunks: local.alone(order, chunks)
    return lambda chunks: local.beside(order, chunks, asked.jobs)


def _check_outputs(asked: _Asked) -> None:
    """Nothing is overwritten by mistake, and nothing is found out only at the end."""
    wanted = [("--output", asked.output), ("--rejects", asked.rejects)]
    problems = []
    for option, path in wanted:
        if path.is_dir():
            problems.append(Problem("usage", f"'{path}' is a directory", option))
        elif path.exists() and not asked.force:
            hint = "say --force to replace it"
            problems.append(Problem("output-exists", f"'{path}' is there", option, hint=hint))
        elif not path.absolute().parent.is_dir():
            problems.append(Problem("usage", f"there is no directory '{path.parent}'", option))
        elif asked.workloads != STDIN and _is_same(path, Path(asked.workloads)):
            problems.append(Problem("usage", f"'{path}' is the input", option))
    if problems:
        raise UsageError(problems)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def opened(name: str, stack: contextlib.ExitStack) -> tuple[BinaryIO, int | None]:
    """The table as a stream, and its size in bytes where that is known."""
    if name == STDIN:
        if sys.stdin is None:
            message = "standard input is closed"
            raise DataError([Problem("unreadable-file", message, shown_name(name))])
        return sys.stdin.buffer, None
    path = Path(name)
    try:
        stream = stack.enter_context(open_input(path))
        return stream, os.fstat(stream.fileno()).st_size or None
    except FileNotFoundError:
        problem = Problem(
            "missing-file", f"there is no file '{name}'", name, hint=nearest_file(name)
        )
        raise DataError([problem]) from None
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        message = f"'{name}' cannot be read: {words.lower()}"
        raise DataError([Problem("unreadable-file", message, name)]) from None


def _problems(rejects: bytes, name: str) -> Iterator[Problem]:
    """The rejected rows of a part, as problems."""
    import csv
    import io

    from advisor.errors import Span

    for _, line, column, _, message in csv.reader(io.StringIO(rejects.decode())):
        place = Span(int(line), 1, int(line), 2) if line else None
        words = f"column '{column}': {message}" if column else message
        yield Problem("rejected-row", words, name, place)


def _ended(asked: _Asked, knowledge: Knowledge, done: Done, *, exit_code: bool, quiet: bool) -> int:
    if not quiet:
        for words in _notices(asked, done):
            say(f"{visible(words)}\n")
    if asked.summary is not None:
        from advisor.reports.fleet import as_json, as_text

        counts = done.tally.to_data()
        if asked.summary == "json":
            emit(as_json(counts, knowledge, rejected=done.rejected), None)
        else:
            emit(
                as_text(counts, knowledge, rejected=done.rejected, style=text_style(None)),
                None,
            )
    if done.rejected and not done.decided:
        with asked.rejects.open("rb") as stream:
            first = b"".join(islice(stream, 1, 1 + _SHOWN))
        raise DataError(_problems(first, shown_name(asked.workloads)))
    return DIFFERENT if exit_code and done.tally.total("moved") else 0


def _notices(asked: _Asked, done: Done) -> Iterator[str]:
    from advisor.reports.figures import counted

    if done.resumed:
        yield f"taken over from an earlier run: {counted(done.resumed, 'finished part')}"
    if done.ignored:
        yield f"columns that mean nothing here were left out: {', '.join(done.ignored)}"
    yield f"{counted(done.decided, 'workload')} decided: {asked.output}"
    if done.rejected:
        yield f"{counted(done.rejected, 'row')} could not be read: {asked.rejects}"
