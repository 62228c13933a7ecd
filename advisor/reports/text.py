"""Blocks as plain text: 80 columns, colour and Unicode only where they are wanted."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from msgspec import Struct

from advisor.decision.result import Recommendation
from advisor.knowledge.text_safety import cell_width, visible
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
    Tone,
)
from advisor.reports.view import recommendation_view

WIDTH = 80
_BAR = 16
_SGR: dict[Tone, str] = {"strong": "1", "good": "32", "warn": "33", "bad": "31", "quiet": "2"}
_HEADING, _BAR_COLOUR, _MARKS = "36", "34", {"+": "32", "-": "31"}

_BLANKS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})

# What is worth a spelling of its own where only ASCII can be shown.
_ASCII = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "…": "...",
        "×": "x",
        "·": "-",
        "•": "-",
        "≥": ">=",
        "≤": "<=",
        "→": "->",
        "█": "#",
        "▌": "#",
        "²": "2",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


class Style(Struct, frozen=True):
    """``unicode`` False degrades to ASCII; ``colour`` adds SGR sequences."""

    width: int = WIDTH
    colour: bool = False
    unicode: bool = True


def render(recommendation: Recommendation, style: Style | None = None) -> str:
    """The recommendation as text, ending in a newline."""
    return render_document(recommendation_view(recommendation), style)


def render_document(document: Document, style: Style | None = None) -> str:
    """Any report as text, ending in a newline."""
    page = _Page(style or Style())
    page.heading(Heading(document.title, 1))
    for block in document.blocks:
        page.block(block)
    return "\n".join(page.lines) + "\n"


def printable(text: str) -> str:
    """One line in which every control or invisible character is shown escaped."""
    return visible(text.translate(_BLANKS))


def ascii_only(text: str) -> str:
    """The nearest ASCII spelling; ``?`` where there is none."""
    spelled = unicodedata.normalize("NFKD", text.translate(_ASCII))
    bare = "".join(c for c in spelled if not unicodedata.combining(c))
    return bare.encode("ascii", "replace").decode("ascii")


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns; a word that is longer is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while cell_width(rest) > width:
            if line:
                lines.append(line)
                line = ""
            cut = _fitting(rest, width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        if not rest:
            continue
        if line and cell_width(line) + 1 + cell_width(rest) > width:
            lines.append(line)
            line = rest
        else:
            line = f"{line} {rest}" if line else rest
    if line or not lines:
        lines.append(line)
    return lines


def _fitting(text: str, width: int) -> int:
    """How many characters fit, at least one."""
    taken = 1
    while taken < len(text) and cell_width(text[: taken + 1]) <= width:
        taken += 1
    return taken


class _Page:
    """Collects the lines of one report."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.lines: list[str] = []

    def block(self, block: Block) -> None:
        match block:
            case Heading():
                self.heading(block)
            case Paragraph():
                self.hang("  ", "  ", block.text, block.tone)
                if block.tone == "strong":
                    self.lines.append("")
            case Pairs():
                self.pairs(block)
            case Items():
                for item in block.items:
                    self.item(item, "  ")
            case Bars():
                self.bars(block)
            case Table():
                self.table(block)
            case Code():
                self.code(block)
            case Chart() | Curves():
                # The figures stand in words beside it.
                pass
            case References():
                for row in block.rows:
                    self.reference(row)

    def heading(self, heading: Heading) -> None:
        if self.lines:
            self.lines.append("")
        for line in wrapped(self.clean(heading.text), self.style.width):
            self.lines.append(self.coloured(self.toned(line, "strong"), _HEADING))

    def pairs(self, pairs: Pairs) -> None:
        # A label that would leave no room beside it stands above its text.
        most = self.style.width // 2 - 4
        labels = [self.clean(row.label) for row in pairs.rows]
        width = max((w for label in labels if (w := cell_width(label)) <= most), default=4)
        for row, label in zip(pairs.rows, labels, strict=True):
            if cell_width(label) > most:
                self.hang("  ", "  ", label)
                self.hang(" " * (width + 4), " " * (width + 4), row.text, row.tone)
                continue
            first = f"  {label}{' ' * (width - cell_width(label))}  "
            self.hang(first, " " * (width + 4), row.text, row.tone)

    def item(self, item: Item, indent: str) -> None:
        mark = item.mark or ("•" if self.style.unicode else "*")
        first = f"{indent}{self.coloured(mark, _MARKS.get(item.mark))} "
        self.hang(f"{indent}{mark} ", f"{indent}  ", item.text, item.tone, shown=first)
        for detail in item.details:
            self.hang(f"{indent}    ", f"{indent}    ", detail, "quiet")

    def bars(self, bars: Bars) -> None:
        cells = [(self.clean(r.label), self.clean(r.value), self.clean(r.note)) for r in bars.rows]
        head = tuple(self.clean(text) for text in bars.header)
        widths = [max(cell_width(row[i]) for row in [head, *cells]) for i in range(3)]
        # The label gives way first: figures are never cut.
        widths[0] = min(widths[0], self.style.width - 8 - widths[1] - widths[2] - _BAR)
        self.lines.append(self.toned(self.bar_line(head, widths, ""), "quiet"))
        for row, cell in zip(bars.rows, cells, strict=True):
            bar = self.coloured(self.bar(row.share), _BAR_COLOUR)
            self.lines.append(self.bar_line(cell, widths, bar))
            for item in row.items:
                self.item(item, "      ")

    def bar_line(self, cell: tuple[str, ...], widths: list[int], bar: str) -> str:
        label = wrapped(cell[0], max(widths[0], 1))[0]
        gap = " " * (widths[0] - cell_width(label))
        line = f"  {label}{gap}  {cell[1]:>{widths[1]}}  {cell[2]:>{widths[2]}}  {bar}"
        return line.rstrip()

    def bar(self, share: Fraction) -> str:
        halves = round(min(max(share, Fraction(0)), Fraction(1)) * _BAR * 2)
        full, half = divmod(halves, 2)
        return self.clean("█" * full + "▌" * half)

    def table(self, table: Table) -> None:
        rows = [tuple(self.clean(cell) for cell in row) for row in (table.header, *table.rows)]
        widths = self.widths(rows, table.whole)
        for number, row in enumerate(rows):
            cells = [wrapped(cell, widths[i]) for i, cell in enumerate(row)]
            for depth in range(max(len(cell) for cell in cells)):
                parts: list[str] = []
                for i, cell in enumerate(cells):
                    text = cell[depth] if depth < len(cell) else ""
                    gap = " " * (widths[i] - cell_width(text))
                    parts.append(gap + text if i in table.right else text + gap)
                line = ("  " + "  ".join(parts)).rstrip()
                self.lines.append(self.toned(line, "quiet") if number == 0 else line)

    def widths(self, rows: list[tuple[str, ...]], whole: bool) -> list[int]:
        """Natural widths; else the widest column gives way until the table fits, but words
        are cut only where there is no other way."""
        columns = list(zip(*rows, strict=True))
        widths = [max(1, *(cell_width(cell) for cell in column)) for column in columns]
        if whole:
            return widths
        words = [
            max(1, *(cell_width(word) for cell in column for word in cell.split() or [""]))
            for column in columns
        ]
        room = self.style.width - 2 * len(widths)
        for least in (words, [1] * len(widths)):
            while sum(widths) > room:
                spare = [width - low for width, low in zip(widths, least, strict=True)]
                if max(spare) <= 0:
                    break
                # The widest of those that can give way.
                giving = max((i for i, s in enumerate(spare) if s > 0), key=lambda i: widths[i])
                widths[giving] -= 1
        return widths

    def code(self, code: Code) -> None:
        """Lines as they stand, however long: they are to be copied."""
        if code.label:
            self.hang("  ", "  ", code.label, "quiet")
        for line in code.text.split("\n"):
            blanks = len(line) - len(line.lstrip(" "))
            self.lines.append(("    " + " " * blanks + self.clean(line[blanks:])).rstrip())

    def reference(self, row: Reference) -> None:
        self.hang("  ", "      ", f"[{row.ref}] {row.title} ({row.note})")
        if row.address is None:
            return
        if not row.address.startswith(("http://", "https://")) or len(row.address.split()) != 1:
            self.hang("      ", "      ", row.address, "quiet")
        else:
            # Never broken, so that it can be followed and copied.
            self.lines.append("      " + self.toned(self.clean(row.address), "quiet"))

    def hang(
        self, first: str, rest: str, text: str, tone: Tone = "plain", shown: str | None = None
    ) -> None:
        """Wrapped text behind ``first`` (``shown``: the same with colours), later lines behind
        ``rest``."""
        width = max(20, self.style.width - max(cell_width(first), cell_width(rest)))
        for number, line in enumerate(wrapped(self.clean(text), width)):
            before = rest if number else shown or first
            self.lines.append((before + self.toned(line, tone)).rstrip())

    def clean(self, text: str) -> str:
        shown = printable(text)
        return shown if self.style.unicode else ascii_only(shown)

    def toned(self, text: str, tone: Tone) -> str:
        code = _SGR.get(tone)
        if not self.style.colour or code is None or not text:
            return text
        return f"\x1b[{code}m{text}\x1b[0m"

    def coloured(self, text: str, code: str | None) -> str:
        if not self.style.colour or code is None or not text:
            return text
        return f"\x1b[{code}m{text}\x1b[0m"
