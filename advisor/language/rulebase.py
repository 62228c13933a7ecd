"""A rule-base directory to the typed knowledge, or every problem in it."""

from __future__ import annotations

import gc
from pathlib import Path

from advisor.errors import Problem, RuleBaseError
from advisor.knowledge.files import RuleFiles, read_rule_files
from advisor.knowledge.model import Knowledge
from advisor.language.binding import bind
from advisor.language.vocabulary import did_you_mean

_NAMING = frozenset({"unknown-name", "unknown-option"})


def load_rule_base(root: Path) -> Knowledge:
    """The rule base in ``root``; raises RuleBaseError with every problem found."""
    collecting = gc.isenabled()
    # Nearly all that is made here is kept: looking for garbage would only cost time.
    gc.disable()
    try:
        files = read_rule_files(root, did_you_mean)
        knowledge = bind(files) if files.entries else None
    finally:
        if collecting:
            gc.enable()
    problems = [p for p in files.all_problems() if not _about_something_broken(p, files)]
    if problems or knowledge is None:
        raise RuleBaseError(problems)
    return knowledge


def _about_something_broken(problem: Problem, files: RuleFiles) -> bool:
    """Whether a name is unknown only because its own declaration could not be read."""
    span, line = problem.span, problem.source_line
    if problem.check not in _NAMING or span is None or line is None:
        return False
    if span.line != span.end_line:
        return False
    word = line[span.column - 1 : span.end_column - 1].strip().strip("\"'")
    return word.rpartition(".")[2] in files.broken or word in files.broken
