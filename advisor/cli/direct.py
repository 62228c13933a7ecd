"""The plain ways to write ``advisor recommend ...``, understood without click.

Click costs more to load than all the rest of a small recommendation.  What is not written
plainly (help, joined short options, anything that is wrong) is left to it, so that it alone
explains mistakes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from advisor.cli.common import Common, iso_day
from advisor.cli.recommending import DEMANDS, FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Call = tuple[Common, str, str, Path | None, str | None]

_SHORT = {"-o": "--output"}
_VALUED = ("--format", "--output", "--require", "--rules", "--as-of")


def understood(arguments: Sequence[str]) -> Call | None:
    """Common options, answers, format, output, demand; None where click should read them."""
    answers: str | None = None
    quiet = False
    given: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        name, joined, value = word.partition("=")
        name = _SHORT.get(name, name)
        if word in ("--quiet", "-q"):
            quiet = True
        elif name in _VALUED and (not joined or word.startswith("--")):
            given[name] = value if joined else next(rest, "-")
            if not joined and given[name].startswith("-"):
                # A value that looks like an option, or none at all.
                return None
        elif (word.startswith("-") and word != "-") or answers is not None:
            return None
        else:
            answers = word
    form = given.get("--format", FORMATS[0])
    demand = given.get("--require")
    day = iso_day(given["--as-of"]) if "--as-of" in given else date.today()
    if answers is None or form not in FORMATS or day is None:
        return None
    if demand is not None and demand not in DEMANDS:
        return None
    rules, output = (
        Path(given[name]) if name in given else None for name in ("--rules", "--output")
    )
    return Common(rules, day, quiet), answers, form, output, demand
