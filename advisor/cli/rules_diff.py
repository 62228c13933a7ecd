"""``advisor rules diff``: what a change of the rules does to recommendations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import rules_directory
from advisor.cli.main import DIFFERENT
from advisor.cli.options import Common, common_options, format_option, one_of, output_option
from advisor.cli.output import emit, text_style
from advisor.cli.rules_data import as_json
from advisor.cli.rules_progress import ProgressLine
from advisor.cli.rules_revisions import rule_base_at
from advisor.cli.rules_test import asked_day

if TYPE_CHECKING:
    from advisor.authoring.diff import Difference, Flip, Outcome, Witnesses
    from advisor.knowledge.model import Knowledge
    from advisor.reports.blocks import Block


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--exit-code", is_flag=True, help="Exit with 6 when a recommendation flips.")
@click.option(
    "--sheets", metavar="N", type=click.IntRange(0, 100_000), help="Answer sheets at most."
)
@click.option("--no-cases", is_flag=True, help="Leave the cases out.")
@click.option("--touched", is_flag=True, help="Only sheets that the change can move: faster.")
@click.option(
    "--witness",
    metavar="none|first|all",
    callback=one_of("none", "first", "all"),
    default="first",
    show_default=True,
    help="Shorten answers for the first flip of each kind, or for all.",
)
@click.option(
    "--save",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write each witness as an answers file.",
)
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    old: str,
    new: str | None,
    exit_code: bool,
    sheets: int | None,
    no_cases: bool,
    touched: bool,
    witness: Witnesses,
    save: Path | None,
    form: str,
    output: Path | None,
) -> int:
    """Show every recommendation that flips between two rule bases.

    OLD and NEW are directories, or git revisions of the rule base; without NEW, the rule base
    as it is now. They are compared on the cases and on a declared cover of the answer space:
    from the likeliest answers every other value alone, then pairs of values together.
    """
    from advisor.api import load
    from advisor.authoring.diff import MOST_SHEETS, compare

    current = rules_directory(common)
    with ExitStack() as stack:
        before = load(stack.enter_context(rule_base_at(old, current, "OLD")))
        after = load(
            current if new is None else stack.enter_context(rule_base_at(new, current, "NEW"))
        )
        progress = ProgressLine("answer sheets", quiet=common.quiet)
        found = compare(
            before,
            after,
            as_of=asked_day(),
            most_sheets=MOST_SHEETS if sheets is None else sheets,
            cases=not no_cases,
            touched_only=touched,
            witnesses=witness,
            progress=progress,
        )
        progress.end()
    if save is not None:
        _write(save, found, after)
    if form == "json":
        emit(as_json("advisor-rule-diff-1", **_data(found, after)), output)
    else:
        from advisor.reports.blocks import Document
        from advisor.reports.text import render_document

        title = f"Rules: {old} against {new or 'the current ones'}"
        emit(
            render_document(Document(title, tuple(_blocks(found, after))), text_style(output)),
            output,
        )
    return DIFFERENT if exit_code and found.flips else 0


def _blocks(found: Difference, after: Knowledge) -> Iterator[Block]:
    from advisor.reports.blocks import Heading, Item, Items, Pair, Pairs, Paragraph, Table

    yield Heading("What differs")
    rows = tuple(
        Pair(f"{group.kind} {word}", ", ".join(ids))
        for group in found.changes.groups
        for word, ids in (
            ("added", group.added),
            ("removed", group.removed),
            ("changed", group.changed),
        )
        if ids
    )
    yield Pairs(rows) if rows else Paragraph("Nothing that a decision reads.")
    yield Heading("Compared on")
    yield from (Paragraph(line) for line in _compared(found))
    yield Heading(f"Recommendations that flip: {len(found.flips):,}")
    if not found.flips:
        yield Paragraph("None.")
    else:
        flips = tuple((f.where, _words(f.before), _words(f.after)) for f in found.flips)
        yield Table(("where", "before", "after"), flips, whole=True)
    for flip in found.flips:
        if flip.witness is not None:
            how = "minimal" if flip.witness.minimal else "shortened, perhaps not minimal"
            yield Heading(f"Witness ({how}): {flip.where}")
            yield Paragraph(f"From {_words(flip.before)} to {_words(flip.after)}, with:")
            yield Items(tuple(Item(line) for line in _answers(flip, after)))
    yield Heading("How often each offer wins")
    total = found.compared
    table = tuple(
        (offer, f"{was:,}", f"{now:,}", f"{now - was:+,}" if now != was else "")
        for offer, (was, now) in found.shares.items()
    )
    header = ("winner", "before", "after", "")
    if total:
        yield Table(header, table, frozenset({1, 2, 3}), whole=True)
        yield Paragraph(f"of {total:,} compared.")
    if found.reachable:
        yield Paragraph(f"Wins somewhere now, and nowhere before: {', '.join(found.reachable)}.")
    if found.unreachable:
        yield Paragraph(f"Won somewhere before, and nowhere now: {', '.join(found.unreachable)}.")


def _compared(found: Difference) -> Iterator[str]:
    from advisor.reports.figures import counted

    cover = found.cover
    yield (
        f"{counted(found.cases, 'case')}, each on its own day, and "
        f"{counted(len(cover.sheets), 'answer sheet')} judged as of {found.as_of.isoformat()}: "
        f"{cover.singles:,} with the likeliest answers or one other value, "
        f"{cover.focused:,} more where a rule that differs holds, "
        f"{cover.rows:,} from a pairwise design over {cover.values:,} values of "
        f"{counted(cover.questions, 'question')}; {cover.pairs_met:,} of {cover.pairs:,} pairs "
        f"of values meet."
    )
    if cover.left_out:
        yield f"{counted(cover.left_out, 'sheet')} with one other value did not fit."
    if found.untouched:
        skipped = "left out" if found.touched_only else "put to one of the two only"
        yield (
            f"{found.untouched:,} cannot come out differently, because no rule that differs can "
            f"hold there; they were {skipped}."
        )
    if found.incomparable:
        names = ", ".join(found.incomparable)
        yield f"Not comparable, as one of the two cannot read them: {names}."


def _words(outcome: Outcome) -> str:
    return outcome.offer if outcome.lane in ("safe", "none") else f"{outcome.offer} (if confirmed)"


def _answers(flip: Flip, after: Knowledge) -> list[str]:
    """The witness's answers, as lines of an answers file."""
    assert flip.witness is not None
    from advisor.reports.answers_file import answers_file

    lines = answers_file(after, flip.witness.inputs).splitlines()
    return [line.strip() for line in lines if not line.startswith("format:")]


def _write(folder: Path, found: Difference, after: Knowledge) -> None:
    from advisor.cli.output import OutputError
    from advisor.reports.answers_file import answers_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write '{folder}': {error.strerror}", 2) from None
    numbered = [flip for flip in found.flips if flip.witness is not None]
    for number, flip in enumerate(numbered, 1):
        assert flip.witness is not None
        comment = f"{flip.where}: from {_words(flip.before)} to {_words(flip.after)}"
        emit(answers_file(after, flip.witness.inputs, comment), folder / f"flip-{number:03}.yaml")


def _data(found: Difference, after: Knowledge) -> dict[str, object]:
    from advisor.reports.answers_file import answers_file

    cover = found.cover
    return {
        "as_of": found.as_of.isoformat(),
        "changes": [
            {"kind": g.kind, "added": g.added, "removed": g.removed, "changed": g.changed}
            for g in found.changes.groups
        ],
        "cover": {
            "cases": found.cases,
            "sheets": len(cover.sheets),
            "one_at_a_time": cover.singles,
            "where_changed": cover.focused,
            "pairwise": cover.rows,
            "questions": cover.questions,
            "values": cover.values,
            "pairs": cover.pairs,
            "pairs_met": cover.pairs_met,
            "left_out": cover.left_out,
        },
        "compared": found.compared,
        "untouched": found.untouched,
        "touched_only": found.touched_only,
        "incomparable": found.incomparable,
        "flips": [
            {
                "where": flip.where,
                "kind": "case" if flip.case else "sheet",
                "as_of": flip.as_of.isoformat(),
                "before": {"offer": flip.before.offer, "lane": flip.before.lane},
                "after": {"offer": flip.after.offer, "lane": flip.after.lane},
                "answers": answers_file(after, flip.inputs),
                "witness": None
                if flip.witness is None
                else {
                    "answers": answers_file(after, flip.witness.inputs),
                    "minimal": flip.witness.minimal,
                },
            }
            for flip in found.flips
        ],
        "shares": [
            {"offer": offer, "before": was, "after": now}
            for offer, (was, now) in found.shares.items()
        ],
        "reachable": found.reachable,
        "unreachable": found.unreachable,
    }
