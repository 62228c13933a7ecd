"""The characters that our files must not hold, by the reason for which each is refused."""

from __future__ import annotations

import re
import unicodedata

from advisor.knowledge.text_safety import BREAK_CLASS, CONTROL_CLASS, INVISIBLE_CLASS

CONTROL = re.compile(f"[{CONTROL_CLASS}]")
INVISIBLE = re.compile(f"[{INVISIBLE_CLASS}]")
UNUSUAL_BREAK = re.compile(f"[{BREAK_CLASS}]")
#: Look like a blank and are none.
UNUSUAL_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
#: Everything that never belongs into a value, however it was written.
UNSAFE = re.compile(f"[{CONTROL_CLASS}{INVISIBLE_CLASS}{BREAK_CLASS}\r]")

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
