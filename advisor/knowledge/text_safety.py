"""Which characters may stand in a text, and how to show those that may not.

A reader must see what the program sees.  Control characters can drive a terminal,
bidirectional marks can show a line in another order than it is read, and characters of no
width can make two different names look alike.  Files that contain them are refused, and
whatever is printed goes through ``visible`` first.
"""

from __future__ import annotations

import re
from functools import cache

#: For a class of a regular expression: characters that show nothing, or that reorder what
#: stands around them.  Default_Ignorable_Code_Point of Unicode and the interlinear marks, but
#: not the selectors that only choose the text or the emoji form of a sign (U+FE0E, U+FE0F).
INVISIBLE_CLASS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Control characters but for tab, line feed and carriage return; code points that are no
#: characters at all (halves of surrogate pairs, and the last two of every plane).
CONTROL_CLASS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(end - 1)}{chr(end)}" for end in range(0xFFFF, 0x110000, 0x10000))
)
#: Line breaks to YAML, but not to most editors.
BREAK_CLASS = "\x85\u2028\u2029"

_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


@cache
def _hidden() -> re.Pattern[str]:
    # Compiled when first needed: most of what is printed is ASCII and never asks.
    return re.compile(f"[\t\n\r{CONTROL_CLASS}{INVISIBLE_CLASS}{BREAK_CLASS}]")


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with every character spelt out that would not show as itself.

    ``"a\x1b[2J"`` becomes ``a\x1b[2J`` in plain letters, a right-to-left override becomes
    ``\u202e``, a line feed ``\n``.  Characters in ``keep`` (such as a line feed, for text of
    several lines) stay as they are.
    """

    if text.isascii() and text.isprintable():
        return text

    def spell(found: re.Match[str]) -> str:
        char = found.group()
        return char if char in keep else spelt(char)

    return _hidden().sub(spell, text)


def spelt(char: str) -> str:
    r"""Return one character as an escape: ``\x1b``, ``\u202e``, ``\U000e0041``."""
    short = _SHORT.get(char)
    if short is not None:
        return short
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def shortened(text: str, limit: int = 40) -> str:
    """Return the text, or its beginning and an ellipsis where it is longer than ``limit``."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cell_width(text: str) -> int:
    """Return how many terminal columns the text takes: wide characters take two, marks none.

    The text must hold no control characters (see ``visible``).
    """
    if text.isascii():
        return len(text)
    import unicodedata

    width = 0
    previous = 0
    for char in text:
        if char == "\ufe0f":
            # Asks for the emoji form of the character before, which is two columns wide.
            own = 1 if previous == 1 else 0
        elif char.isascii():
            # The emoji form of a digit is drawn no wider than the digit.
            width += 1
            previous = 0
            continue
        elif unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        else:
            own = 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
        width += own
        previous = own
    return width
