"""Syntax errors of texts: missing quotes, open quotes, escapes, signs that YAML keeps."""

from __future__ import annotations

import re

from advisor.knowledge.document import ScalarNode
from advisor.knowledge.yaml_scene import Fault, Place, Scene

_COMPARISON = re.compile(r"(>=|<=|=>|=<|!=|<>|==|>|<|=)\s*([^,}\]#]*[^,}\]#\s])?")
_COMPARISON_WORDS = {
    ">=": "at least",
    "=>": "at least",
    "<=": "at most",
    "=<": "at most",
    ">": "above",
    "<": "below",
    "!=": "not",
    "<>": "not",
    "==": "",
    "=": "",
}
#: An escape in double quotes; the group is what follows the backslash.
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_LETTERS = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_BAD_ESCAPE = re.compile(r"\\(?:x.{0,2}|u.{0,4}|U.{0,8}|.)?")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_IN_QUOTES = "put the whole text in quotes"


def comparison_hint(text: str) -> str | None:
    """For text that begins with a comparison sign: how to write it in words, or None."""
    found = _COMPARISON.match(text)
    if found is None:
        return None
    words = _COMPARISON_WORDS[found.group(1)]
    value = (found.group(2) or "70").strip("'\"")
    return f"comparisons are written as words: {' '.join(filter(None, (words, value)))}"


def tag_hint(text: str) -> str:
    """What to write instead of a text that begins with ``!``."""
    comparison = comparison_hint(text)
    if comparison is not None:
        return comparison
    negated = re.match(r"!\s*([\w][\w.-]*)", text)
    if text.startswith("!!") or negated is None:
        return "delete it: what a value means follows from where it stands"
    return f"negation is written as a word: not {negated.group(1)}"


def unescaped(escape: str) -> str:
    """The character that an escape (without its backslash) stands for."""
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _LETTERS.get(escape, escape)


def special(scene: Scene, place: Place) -> Fault:
    """A plain text begins with a character that YAML keeps for itself."""
    char = scene.char(place)
    if char == "%" and place[1] == 1:
        message = "a line cannot begin with '%'"
    else:
        message = f"a text that begins with '{char}' must be in quotes"
    rest = scene.rest(place)
    hint = tag_hint(rest) if char == "!" else comparison_hint(rest) or _IN_QUOTES
    return Fault("unquoted-special", message, scene.to_end(place), hint)


def block_header(scene: Scene) -> Fault:
    """Something follows the ``|`` or ``>`` that begins a text block."""
    place = scene.since
    sign = scene.char(place)
    if re.fullmatch(r"[|>][-+0-9]*", scene.value(place)):
        return Fault(
            "yaml-syntax",
            f"a text block cannot begin like this: {scene.problem}",
            scene.to_end(place),
            f"write '{sign}' alone and the text on the lines below, indented",
        )
    comparison = comparison_hint(scene.rest(place)) if sign == ">" else None
    return Fault(
        "unquoted-special",
        f"'{sign}' begins a text block, so nothing may follow it on its line",
        scene.to_end(place),
        comparison or _IN_QUOTES,
    )


def inside_quotes(scene: Scene) -> Fault:
    """A quoted text never ends, or holds a bad escape."""
    if "escape" not in scene.problem and "hex" not in scene.problem:
        quote = scene.char(scene.since)
        return Fault(
            "unclosed-quote",
            f"the quote {quote} opened here is never closed",
            scene.point(scene.since),
            f"expected a closing {quote}",
        )
    line, column = scene.at
    start = max(0, scene.line(line).rfind("\\", 0, column))
    found = _BAD_ESCAPE.match(scene.line(line), start)
    shown = found.group() if found is not None else "\\"
    at = scene.point((line, start + 1), len(shown))
    if "invalid Unicode" in scene.problem:
        half = _SURROGATE.match(shown) is not None
        return Fault(
            "unpaired-surrogate" if half else "bad-escape",
            f"the escape '{shown}' is {'half of a pair and ' if half else ''}no character",
            at,
            "write the character itself",
        )
    digits = _HEX_DIGITS.get(shown[1:2])
    if digits is not None:
        message = f"'{shown[:2]}' must be followed by {digits} hexadecimal digits"
    else:
        message = f"'{shown}' is not an escape"
    return Fault("bad-escape", message, at, "for a backslash write \\\\, or use 'single quotes'")


def after_value(scene: Scene) -> Fault | None:
    """Text on the line of a value that had ended before it; None where that is not so."""
    last = scene.last
    if last is None or last.span.end_line != scene.at[0] or last.span.end_column > scene.at[1]:
        return None
    start = (last.span.line, last.span.column)
    begin = scene.char(start)
    if begin and begin in "[{":
        return Fault(
            "unquoted-special",
            f"a text that begins with '{begin}' must be in quotes",
            scene.to_end(start if start[0] == scene.at[0] else scene.at),
            _IN_QUOTES,
        )
    if not isinstance(last, ScalarNode) or not last.quoted:
        return None
    if last.span.line < last.span.end_line:
        return Fault(
            "unclosed-quote",
            f"the quote {begin} opened here is not closed on its line",
            scene.point(start),
            f"expected a closing {begin}",
            ("this quote closes it instead", scene.point((scene.at[0], last.span.end_column - 1))),
        )
    inside = "write '' for an apostrophe" if begin == "'" else 'write \\" for a quote inside'
    return Fault(
        "text-after-quote",
        f"text follows the closing quote {begin}",
        scene.to_end(scene.at),
        f"put all of the text inside the quotes; {inside}",
        ("the quoted text", last.span),
    )


def second_colon(scene: Scene) -> Fault:
    """``a: b: c`` on one line."""
    last = scene.last
    hint = "one line holds one 'key: value'"
    if isinstance(last, ScalarNode) and last.span.line == scene.at[0] and not last.quoted:
        value = scene.value((last.span.line, last.span.column))
        quote = "'" if '"' in value or "\\" in value else '"'
        short = len(value) <= 60 and quote not in value
        hint = f"write {quote}{value}{quote}" if short else _IN_QUOTES
    return Fault(
        "unquoted-colon",
        "a second ': ' on one line; a text that contains ': ' must be in quotes",
        scene.point(scene.at),
        hint,
    )


def colon_in_brackets(scene: Scene) -> Fault:
    """``[a:{b}]``: a colon inside brackets that is neither text nor the end of a key."""
    return Fault(
        "unquoted-colon",
        "in brackets, a ':' needs a blank after it, or quotes around its text",
        scene.point(scene.at),
        "write {key: value}, or put the text in quotes",
    )
