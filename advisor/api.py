"""The Python interface: load a rule base, recommend for answers, read an answers file.

The one place where the clock is read: ``as_of=None`` means today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from advisor.errors import DataError, Problem, RuleBaseError, UsageError
from advisor.places import shipped_rules

if TYPE_CHECKING:
    from advisor.decision.result import Recommendation
    from advisor.knowledge.model import Inputs, Knowledge

_LARGEST_ANSWERS = 4 * 1024 * 1024
_KEPT = 8

_loaded: dict[tuple[str, str], Knowledge] = {}
_lock = Lock()


def load(
    rules: str | Path | None = None, as_of: date | str | None = None, *, keep: bool = True
) -> Knowledge:
    """The rule base in the directory ``rules``, or the shipped one.

    Loaded once per directory and content; with ``keep``, what was loaded without a problem is
    also kept in the user's cache directory for later runs.  ``as_of`` is only checked to be a
    day: freshness is judged when a recommendation is made.  Raises RuleBaseError with every
    problem.
    """
    if as_of is not None:
        day(as_of)
    root = shipped_rules() if rules is None else Path(rules)
    from advisor.knowledge.layout import digest_of

    try:
        digest = digest_of(root)
    except (OSError, ValueError):
        # Loading says what is wrong, and where.
        digest = None
    key = None if digest is None else (str(root.absolute()), digest)
    with _lock:
        found = None if key is None else _loaded.get(key)
        if found is not None:
            return found
        knowledge = _read(root, digest, keep)
        while len(_loaded) >= _KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[str(root.absolute()), knowledge.digest] = knowledge
        return knowledge


def _read(root: Path, digest: str | None, keep: bool) -> Knowledge:
    from advisor import rules_cache

    known = rules_cache.kept(digest, str(root)) if keep and digest is not None else None
    if known is not None:
        return known
    from advisor.language.rulebase import load_rule_base

    knowledge = load_rule_base(root)
    if keep:
        rules_cache.keep(knowledge)
    return knowledge


def recommend(
    answers: Mapping[str, object] | Inputs,
    *,
    rules: str | Path | None = None,
    as_of: date | str | None = None,
) -> Recommendation:
    """What to serve where, for answers: the answers alone, or the form of an answers file.

    Raises DataError for wrong answers, RuleBaseError for a wrong rule base, UsageError for
    an ``as_of`` that is no day (text as in 2026-11-22).
    """
    from advisor.decision.recommend import recommend as decide

    on = day(as_of)
    knowledge = load(rules)
    return decide(knowledge, inputs(answers, knowledge), on)


def inputs(answers: Mapping[str, object] | Inputs, knowledge: Knowledge) -> Inputs:
    """Answers as the engine takes them.  Raises DataError with every problem."""
    from advisor.knowledge.model import Inputs
    from advisor.language.answers import inputs_from_mapping

    return answers if isinstance(answers, Inputs) else inputs_from_mapping(answers, knowledge)


def day(as_of: date | str | None) -> date:
    """The day that is meant; None is today.  Raises UsageError."""
    if as_of is None:
        return date.today()
    if isinstance(as_of, date):
        return date(as_of.year, as_of.month, as_of.day)
    try:
        if len(as_of) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(as_of)
    except (ValueError, TypeError):
        raise UsageError(
            [
                Problem(
                    "wrong-date",
                    f"{as_of!r} is not a day",
                    "as_of",
                    hint="write year-month-day, such as 2026-11-22",
                )
            ]
        ) from None


def read_answers_file(path: str | Path, knowledge: Knowledge) -> Inputs:
    """The answers in a file, YAML or JSON.

    Raises DataError with every problem; also where there is no such file, or it is a
    directory, or it cannot be read.
    """
    from advisor.language.answers import read_answers
    from advisor.reading import open_input

    try:
        with open_input(Path(path)) as stream:
            # One byte more than is read of any file: the reader then says that it is too large.
            data = stream.read(_LARGEST_ANSWERS + 1)
    except IsADirectoryError:
        message = "this is a directory, not an answers file"
    except FileNotFoundError:
        message = "there is no such file"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"this cannot be read: {reason.lower()}"
    else:
        return read_answers(data, str(path), knowledge)
    raise DataError([Problem("unreadable-file", message, str(path))])


__all__ = [
    "DataError",
    "RuleBaseError",
    "UsageError",
    "day",
    "inputs",
    "load",
    "read_answers_file",
    "recommend",
    "shipped_rules",
]
