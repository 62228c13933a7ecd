"""Which characters may stand in a text, and how to show those that may not.

A reader must see what the program sees.  Control characters can drive a terminal,
bidirectional marks can show a line in another order than it is read, and characters of no
width can make two different names look alike.  Files that contain them are refused, and
whatever is printed goes through ``visible`` first.
"""

from __future__ import annotations

import re
import unicodedata

# Default_Ignorable_Code_Point of Unicode, with the interlinear marks, but without the two
# selectors (U+FE0E, U+FE0F) that only choose between the text and the emoji form of a sign.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_SURROGATES = "\ud800-\udfff"
_UNUSUAL_BREAKS = "\x85\u2028\u2029"

#: Control characters other than tab, line feed and carriage return; also code points that
#: are no characters at all.
CONTROL = re.compile(f"[{_CONTROL}{_NONCHARACTERS}{_SURROGATES}]")
#: Characters that show nothing, or that reorder what stands around them.
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
#: Line breaks to YAML, but not to most editors.
UNUSUAL_BREAK = re.compile(f"[{_UNUSUAL_BREAKS}]")
#: Look like a blank and are none.
UNUSUAL_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
#: Everything that never belongs into a value, however it was written.
UNSAFE = re.compile(f"[{_CONTROL}{_NONCHARACTERS}{_SURROGATES}{_INVISIBLE}{_UNUSUAL_BREAKS}\r]")

_HIDDEN = re.compile(
    f"[\t\n\r{_CONTROL}{_NONCHARACTERS}{_SURROGATES}{_INVISIBLE}{_UNUSUAL_BREAKS}]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

# Unicode gives control characters no name of their own.
_CONTROL_NAMES = {
    0x00: "null character",
    0x07: "bell",
    0x08: "backspace",
    0x09: "tab",
    0x0A: "line feed",
    0x0B: "vertical tab",
    0x0C: "form feed",
    0x0D: "carriage return",
    0x1A: "end of file mark of old systems",
    0x1B: "escape character",
    0x7F: "delete character",
    0x85: "next line",
    0x9B: "control sequence introducer",
    0xFEFF: "byte order mark",
}


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with every character spelt out that would not show as itself.

    ``"a\x1b[2J"`` becomes ``a\x1b[2J`` in plain letters, a right-to-left override becomes
    ``\u202e``, a line feed ``\n``.  Characters in ``keep`` (such as a line feed, for text of
    several lines) stay as they are.
    """

    def spell(found: re.Match[str]) -> str:
        char = found.group()
        return char if char in keep else spelt(char)

    return _HIDDEN.sub(spell, text)


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


def described(char: str) -> str:
    """Return the code and the name of one character: ``U+202E (right-to-left override)``."""
    code = ord(char)
    name = _CONTROL_NAMES.get(code)
    if name is None:
        name = unicodedata.name(char, "").lower()
    if not name:
        if 0xD800 <= code <= 0xDFFF:
            name = "half of a surrogate pair"
        elif unicodedata.category(char) == "Cc":
            name = "control character"
        else:
            name = "not a character"
    return f"U+{code:04X} ({name})"


def shortened(text: str, limit: int = 40) -> str:
    """Return the text, or its beginning and an ellipsis where it is longer than ``limit``."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cell_width(text: str) -> int:
    """Return how many terminal columns the text takes: wide characters take two, marks none.

    The text must hold no control characters (see ``visible``).
    """
    if text.isascii():
        return len(text)
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
