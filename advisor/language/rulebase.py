"""A rule-base directory to the typed knowledge, or every problem in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from advisor.errors import Problem, RuleBaseError
from advisor.knowledge.files import RuleFiles, read_rule_files
from advisor.knowledge.model import Knowledge, Offer, Rule
from advisor.language.binding import bind
from advisor.language.binding_names import word_at
from advisor.language.fitted import fitted_of
from advisor.language.vocabulary import did_you_mean

MOST_RULES = 20_000
MOST_OFFERS = 1_000
_INCOMPLETE = frozenset({"missing-file", "not-a-rule-base"})
_NAMING = frozenset({"unknown-name", "unknown-option"})


def load_rule_base(root: Path) -> Knowledge:
    """The rule base in ``root``; raises RuleBaseError with every problem found."""
    collecting = gc.isenabled()
    # Nearly all that is made here is kept: looking for garbage would only cost time.
    gc.disable()
    try:
        files = read_rule_files(root, did_you_mean)
        # Without a whole kind of file, every reference to it would be one more mistake.
        whole = all(problem.check not in _INCOMPLETE for problem in files.problems)
        knowledge = bind(files) if whole else None
        fitted = fitted_of(files.fitted, files.problems)
    finally:
        if collecting:
            gc.enable()
    problems = [p for p in files.all_problems() if not _about_something_broken(p, files)]
    if knowledge is not None:
        problems += _too_many(knowledge)
    if problems or knowledge is None:
        raise RuleBaseError(problems)
    return replace(knowledge, fitted=fitted)


def _too_many(knowledge: Knowledge) -> Iterator[Problem]:
    """More than are read, at the first one too many."""
    counted: tuple[tuple[str, Mapping[str, Rule | Offer], int], ...] = (
        ("rules", knowledge.rules, MOST_RULES),
        ("offers", knowledge.offers, MOST_OFFERS),
    )
    for what, entries, most in counted:
        if len(entries) > most:
            message = f"there are {len(entries)} {what}; at most {most} are read"
            place = next(islice(entries.values(), most, None)).place
            yield Problem(
                "too-many", message, place.file, place.span, "this is the first one too many"
            )


def _about_something_broken(problem: Problem, files: RuleFiles) -> bool:
    """Whether a name is unknown only because its own declaration could not be read."""
    word = word_at(problem)
    if problem.check not in _NAMING or word is None:
        return False
    return word.rpartition(".")[2] in files.broken or word in files.broken
