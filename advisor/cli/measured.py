"""``--measured [OFFER=]FILE``: results of one's own measurements, read for a command."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.inputs import read_bytes, shown_name
from advisor.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from advisor.estimate.results import Result
    from advisor.knowledge.model import Knowledge


def read_measured(
    files: tuple[str, ...], knowledge: Knowledge, as_of: datetime.date
) -> tuple[Result, ...]:
    """The results in all files.  Raises DataError with the problems of every file, UsageError
    for an offer that does not exist."""
    from advisor.decision.measurements import names_of_models
    from advisor.estimate.results import LARGEST, Names, read_results

    regions = knowledge.questions.get("regions")
    options = getattr(regions.type, "options", ()) if regions is not None else ()
    names = Names(tuple(knowledge.offers), names_of_models(knowledge.models), options)
    found: list[Result] = []
    problems: list[Problem] = []
    for text in files:
        offer, name = _offer_and_file(text, knowledge)
        beside = Path(name).parent

        def beside_it(inner: str, folder: Path = beside) -> bytes:
            return read_bytes(str(folder / inner), LARGEST)

        try:
            data = read_bytes(name, LARGEST)
            found += read_results(data, shown_name(name), names, as_of, beside_it, offer)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return tuple(found)


def _offer_and_file(text: str, knowledge: Knowledge) -> tuple[str | None, str]:
    """``OFFER=FILE``, or a file alone; a file whose name holds ``=`` is found as it is."""
    offer, equals, name = text.partition("=")
    if not equals or "/" in offer or Path(text).exists():
        return None, text
    if offer not in knowledge.offers:
        from advisor.language.vocabulary import did_you_mean

        hint = did_you_mean(offer, list(knowledge.offers))
        message = f"no offer is called '{offer}'"
        raise UsageError([Problem("unknown-name", message, "--measured", hint=hint)])
    return offer, name
