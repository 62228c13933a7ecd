"""Blocks as Markdown (GitHub flavour).  Every text is data: nothing in it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from advisor.decision.result import Recommendation
from advisor.reports.blocks import (
    Bars,
    Block,
    Chart,
    Code,
    Curves,
    Document,
    Heading,
    Item,
    Items,
    Pairs,
    Paragraph,
    Reference,
    References,
    Table,
)
from advisor.reports.text import printable
from advisor.reports.view import recommendation_view

# A colon and a dot are escaped only where they would make a bare address a link, "@" where it
# would make a mail address one; "$" opens mathematics on several sites.
_INLINE = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_LEADING = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")
_BAR = 10


def render(recommendation: Recommendation) -> str:
    """The recommendation as Markdown, ending in a newline."""
    return render_document(recommendation_view(recommendation))


def render_document(document: Document) -> str:
    """Any report as Markdown, ending in a newline."""
    return render_blocks((Heading(document.title, 1), *document.blocks))


def render_blocks(blocks: Iterable[Block], deeper: int = 0) -> str:
    """Parts of a report as Markdown, ending in a newline; headings ``deeper`` levels down."""
    sunk = (replace(b, level=b.level + deeper) if isinstance(b, Heading) else b for b in blocks)
    parts = ["\n".join(_lines(block)).rstrip("\n") for block in sunk]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    line = " ".join(printable(text).split())
    line = _INLINE.sub(r"\\\g<0>", line)
    return _LEADING.sub(_escape_leading, line)


def _escape_leading(match: re.Match[str]) -> str:
    found = match.group(0)
    # A number at the start of a line opens a list when a dot follows: "1\. ".
    return f"{found}\\" if found.isdigit() else f"\\{found}"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading():
            return [_heading(block)]
        case Paragraph():
            text = escaped(block.text)
            return [f"**{text}**" if block.tone == "strong" else text]
        case Pairs():
            return [f"- **{escaped(row.label)}**: {escaped(row.text)}" for row in block.rows]
        case Items():
            return [line for item in block.items for line in _item(item, "")]
        case Bars():
            return _bars(block)
        case Table():
            return _table(block.header, block.rows, block.right)
        case References():
            return [_reference(row) for row in block.rows]
        case Code():
            return _code(block)
        case Chart() | Curves():
            # The figures stand in words beside it.
            return []


def _heading(heading: Heading) -> str:
    return f"{'#' * heading.level} {escaped(heading.text)}"


def _item(item: Item, indent: str) -> list[str]:
    mark = {"+": "(+) ", "-": "(-) ", "": ""}[item.mark]
    lines = [f"{indent}- {escaped(mark + item.text)}"]
    lines += [f"{indent}  - {escaped(detail)}" for detail in item.details]
    return lines


def _bars(bars: Bars) -> list[str]:
    header = (*bars.header, "")
    rows = tuple((r.label, r.value, r.note, _bar(r.share)) for r in bars.rows)
    lines = _table(header, rows, frozenset({1, 2}))
    for row in bars.rows:
        if row.items:
            lines += ["", f"**{escaped(row.label)}**", ""]
            lines += [line for item in row.items for line in _item(item, "")]
    return lines


def _bar(share: Fraction) -> str:
    return "█" * round(min(max(share, Fraction(0)), Fraction(1)) * _BAR)


def _table(
    header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], right: frozenset[int]
) -> list[str]:
    rule = ("---:" if i in right else "---" for i in range(len(header)))
    lines = [_row(header), f"| {' | '.join(rule)} |"]
    return lines + [_row(row) for row in rows]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def _code(code: Code) -> list[str]:
    """A fenced block, the fence longer than any run of backticks inside."""
    lines = [printable(line) for line in code.text.split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    label = [f"{escaped(code.label)}:", ""] if code.label else []
    return [*label, f"{fence}sh", *lines, fence, ""]


def _reference(row: Reference) -> str:
    text = f"- {escaped(f'[{row.ref}]')} {escaped(row.title)} {escaped(f'({row.note})')}"
    if row.address is None:
        return text
    return f"{text}: {_link(row.address)}"


def _link(address: str) -> str:
    """A link for web addresses, plain text for anything else (``javascript:``, ``file:``)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return escaped(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address.split()) != 1:
        return escaped(address)
    return f"<{quote(address, safe=':/?#[]@!$&()*+,;=%~-._')}>"
