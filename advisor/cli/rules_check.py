"""``advisor rules check``: every mistake in a rule base, and what it can never mean."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, field

from advisor.cli.inputs import load_knowledge, rules_directory
from advisor.cli.options import Common, common_options, format_option, output_option
from advisor.cli.output import emit, say
from advisor.cli.rules_data import as_json
from advisor.errors import Problem, RuleBaseError, UsageError

if TYPE_CHECKING:
    from advisor.knowledge.model import Knowledge

_ROOT_FILE = "method.yaml"
_UNDECIDED = "not-decided"
_MOST_OPEN = 5
"""What could not be decided is shown without being asked for, up to this many."""


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--notes", is_flag=True, help="Show every note; else they are counted.")
@click.option(
    "--deep", is_flag=True, help="Try answers, too, to find out which offers can win (seconds)."
)
@click.option(
    "--explain", "check_id", metavar="CHECK", help="Explain a check, and do nothing else."
)
@format_option("text", "json", "github", "sarif")
@output_option
@common_options
def command(
    common: Common,
    paths: tuple[Path, ...],
    strict: bool,
    notes: bool,
    deep: bool,
    check_id: str | None,
    form: str,
    output: Path | None,
) -> int:
    """Name every mistake in the rule base, with its place; exits with 4 if there is one.

    PATH is a rule base, or files and folders inside one: then only they are reported on.
    Warnings do not fail without --strict.
    """
    if check_id is not None:
        from advisor.cli.rules_explain import explain

        if form not in ("text", "json"):
            raise click.UsageError(f"--explain cannot be printed as {form}")
        return explain(check_id, form, output)
    report = _Report(deep)
    for target in _targets(common, paths):
        report.take(common, target)
    emit(_shown(report, form, notes), output)
    if report.hidden and not common.quiet:
        say(
            "advisor: a file that was not asked for keeps the rule base from being loaded, so "
            "not everything was checked\n"
        )
    severities = {problem.severity for problem in report.problems}
    failed = report.hidden or "error" in severities or (strict and "warning" in severities)
    return RuleBaseError.exit_code if failed else 0


class _Target(Struct, frozen=True):
    """A rule base, and the parts of it that were asked for (None: all)."""

    root: Path | None
    only: tuple[Path, ...] | None


class _Report(Struct):
    """What was found; ``hidden``: mistakes in files that were not asked for."""

    deep: bool = False
    problems: list[Problem] = field(default_factory=list)
    loaded: list[Knowledge] = field(default_factory=list)
    hidden: bool = False

    def take(self, common: Common, target: _Target) -> None:
        asked = common if target.root is None else common._replace(rules=target.root)
        try:
            knowledge = load_knowledge(asked)
        except RuleBaseError as error:
            if not rules_directory(asked).is_dir():
                raise
            kept = _within(error.problems, target.only)
            self.problems += kept
            self.hidden = self.hidden or not kept
            return
        from advisor.authoring.check import check

        self.loaded.append(knowledge)
        progress = None
        if self.deep:
            from advisor.cli.rules_progress import ProgressLine

            progress = ProgressLine("sheets of answers", quiet=common.quiet)
        found = check(knowledge, common.as_of, deep=progress)
        if progress is not None:
            progress.end()
        self.problems += _within(found, target.only)


def _within(problems: Iterable[Problem], only: tuple[Path, ...] | None) -> list[Problem]:
    if only is None:
        return list(problems)
    return [p for p in problems if any(_lies_in(Path(p.file).resolve(), part) for part in only)]


def _lies_in(path: Path, part: Path) -> bool:
    return path == part or part in path.parents


def _targets(common: Common, paths: tuple[Path, ...]) -> list[_Target]:
    """The rule bases that the paths lie in, each once."""
    if not paths:
        return [_Target(None, None)]
    whole: dict[Path, None] = {}
    parts: dict[Path, list[Path]] = {}
    for path in paths:
        root = _root_of(path)
        if root is None:
            if path.is_dir() or not path.exists():
                whole[path] = None
                continue
            message = f"'{path}' lies in no rule base"
            hint = f"a rule base is a directory with a {_ROOT_FILE}"
            raise UsageError([Problem("not-a-rule-base", message, str(path), hint=hint)])
        if root.resolve() == path.resolve():
            whole[root] = None
        else:
            parts.setdefault(root, []).append(path.resolve())
    targets = [_Target(root, None) for root in whole]
    targets += [_Target(root, tuple(only)) for root, only in parts.items() if root not in whole]
    return targets


def _root_of(path: Path) -> Path | None:
    """The rule base that a path is, or lies in."""
    if not path.exists():
        return None
    # As it was typed first, so that files are named the way they were asked for.
    for folder in (path, *path.parents, *path.absolute().parents):
        if (folder / _ROOT_FILE).is_file():
            return folder
    return None


def _shown(report: _Report, form: str, notes: bool) -> str:
    from advisor.reports import problems as text

    found = text.in_order(report.problems)
    if form == "json":
        return as_json("advisor-problems-1", problems=[text.to_data(p) for p in found])
    if form == "github":
        from advisor.reports.github import to_github

        return to_github(found, Path.cwd())
    if form == "sarif":
        from advisor.authoring.explanations import meanings
        from advisor.reports.sarif import to_sarif

        return to_sarif(found, meanings(), Path.cwd())
    shown = [p for p in found if notes or p.severity != "info"]
    if not notes:
        shown += [p for p in found if p.severity == "info" and p.check == _UNDECIDED][:_MOST_OPEN]
    left = len(found) - len(shown)
    lines = [text.render_all(shown)] if shown else []
    if not any(p.severity != "info" for p in found) and not report.hidden:
        lines.append(f"no problems: {_sizes(report.loaded)}")
    if left:
        lines.append(f"{left} {'note' if left == 1 else 'notes'} (--notes shows them)")
    return "\n".join(lines) + "\n"


def _sizes(loaded: Iterable[Knowledge]) -> str:
    from advisor.reports.figures import counted

    parts = []
    for knowledge in loaded:
        parts += [
            counted(len(knowledge.rules), "rule"),
            counted(len(knowledge.questions), "question"),
            counted(len(knowledge.offers), "offer"),
            counted(len(knowledge.models), "model"),
            counted(len(knowledge.sources), "source"),
            counted(len(knowledge.cases), "example"),
        ]
    return ", ".join(parts)
