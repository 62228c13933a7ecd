"""The pages that explain the checks: one text for each, all built alike.

A page is Markdown: what more there is to say than the check's sentence, then the parts *Why
it matters*, *Wrong* and *Right*.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

PARTS = ("Why it matters", "Wrong", "Right")

_PAGES = Path(__file__).parent / "pages"
_HEADING = re.compile(r"(?m)^## (.+)\n")


class Page(Struct, frozen=True):
    """A check explained; ``means`` is its sentence, the rest Markdown without headings."""

    check: str
    means: str
    more: str
    why: str
    wrong: str
    right: str

    def markdown(self) -> str:
        """The whole page, with a line feed at its end."""
        parts = [f"# {self.check}", self.means]
        if self.more:
            parts.append(self.more)
        for heading, text in zip(PARTS, (self.why, self.wrong, self.right), strict=True):
            parts += [f"## {heading}", text]
        return "\n\n".join(parts) + "\n"

    def to_data(self) -> dict[str, str]:
        """The page as JSON data."""
        return {
            "check": self.check,
            "means": self.means,
            "more": self.more,
            "why": self.why,
            "wrong": self.wrong,
            "right": self.right,
        }


@cache
def meanings() -> dict[str, str]:
    """Every check of the program with its sentence, by name."""
    from advisor.authoring import checks as static
    from advisor.estimate import checks as measurements
    from advisor.knowledge import yaml_checks
    from advisor.knowledge.importing import checks as imports
    from advisor.language import binding_checks, checks

    known = {**checks.CHECKS, **binding_checks.CHECKS, **yaml_checks.CHECKS}
    known |= {**static.CHECKS, **imports.CHECKS, **measurements.CHECKS}
    return {check: known[check] for check in sorted(known)}


def page_of(check: str) -> Page:
    """The page of a check.  Raises KeyError for a name that is no check."""
    means = meanings()[check]
    text = (_PAGES / f"{check}.md").read_text(encoding="utf-8")
    more, *rest = _HEADING.split(text)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    why, wrong, right = (parts[heading].strip() for heading in PARTS)
    return Page(check, means, more.strip(), why, wrong, right)
