"""Syntax errors of structure: indentation, tabs, colons, list items, brackets and commas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.errors import Span
from advisor.knowledge.document import ScalarNode
from advisor.knowledge.forbidden_text import UNUSUAL_SPACE, described
from advisor.knowledge.text_safety import shortened
from advisor.knowledge.yaml_quoting import after_value, second_colon
from advisor.knowledge.yaml_scene import Fault, Place, Scene

_BRACKETS = re.compile(r"""["'\[\]{}]|(?:^|(?<=\s))#""")
# How many characters are searched for a closing bracket.
_LOOKED_AT = 100_000
_CLOSES = {"[": "]", "{": "}"}
_DASHES = re.compile(r"\s*(?:- +)*")
_ITEM_WITHOUT_BLANK = re.compile(r"(-+)(?=[^ \t-])")
_ENTRY_WITHOUT_BLANK = re.compile(r"""[^\s:#"'\[\]{}]+(:)(?=[^ \t])""")
_ASSIGNMENT = re.compile(r"[\w.-]+\s*(=)")
_ENTRY = re.compile(r"""\s*(?:- +)*(?:[\w.-]+|"[^"]*"|'[^']*')\s*:(?:\s|$)""")


def tab(scene: Scene) -> Fault:
    """A tab indents a line, or follows the dash of an item."""
    number, column = scene.at
    line = scene.line(number)
    width = len(line) - len(line.lstrip(" \t"))
    if column > width:
        return Fault(
            "tab-indentation",
            "a tab follows '-' where a blank is needed",
            scene.point(scene.at),
            "replace the tab by a blank",
        )
    first = line.index("\t") + 1
    others = sum(1 for rest in scene.lines[number:] if re.match(r" *\t\s*\S", rest))
    more = f"; {others:,} more below" if others else ""
    return Fault(
        "tab-indentation",
        "a tab stands in the indentation; only blanks indent",
        scene.point((number, first), width - first + 1),
        f"replace the tab by blanks{more}",
    )


def unexpected_colon(scene: Scene) -> Fault:
    """A colon that begins no entry: ``a: b: c``, or a line that continues the text above."""
    last = scene.last
    line, column = scene.at
    if not isinstance(last, ScalarNode) or last.block or last.span.line == line:
        return second_colon(scene)
    if last.quoted:
        return Fault("key-not-text", "a key in quotes must stand on one line", _first(scene))
    begins = (last.span.line, last.span.column)
    if scene.before(begins).strip(" -") == "":
        return no_colon(scene, last.span.line)
    start = scene.indent(line) + 1
    return Fault(
        "wrong-indentation",
        "this line is indented deeper than the entry above, so it continues that text "
        "and cannot hold ': '",
        scene.point((line, start), column - start + 1),
        "indent it like the entry above, or put the whole text in quotes",
        ("the text begins here", _first(scene)),
    )


def _first(scene: Scene) -> Span:
    """The part of the last value that lies on its first line."""
    assert scene.last is not None
    span = scene.last.span
    if span.line == span.end_line:
        return span
    return scene.point((span.line, span.column), len(scene.line(span.line)) - span.column + 1)


def no_colon(scene: Scene, number: int) -> Fault:
    """The line is neither an entry nor an item; find what is missing."""
    line = scene.line(number)
    dashes = _DASHES.match(line)
    start = dashes.end() if dashes is not None else 0
    entry = _ENTRY_WITHOUT_BLANK.match(line, start)
    if entry is not None:
        follower = line[entry.end()]
        if UNUSUAL_SPACE.match(follower):
            return Fault(
                "unusual-space",
                f"after ':' stands {described(follower)}, which only looks like a blank",
                scene.point((number, entry.end() + 1)),
                "replace it by an ordinary blank",
            )
        return _missing_blank(scene, ":", (number, entry.end()))
    item = _ITEM_WITHOUT_BLANK.match(line, start)
    if item is not None:
        return _missing_blank(scene, "-", (number, item.start() + 1))
    equals = _ASSIGNMENT.match(line, start)
    if equals is not None:
        return Fault(
            "missing-colon",
            "a key and its value are joined by ':', not by '='",
            scene.point((number, equals.end())),
            "write 'key: value'",
        )
    text = line[start:].rstrip()
    return Fault(
        "missing-colon",
        f"'{shortened(text)}' is not of the form 'key: value'",
        scene.point((number, start + 1), len(text)),
        "add ': ', or, if it continues the text above, indent it deeper than its key",
    )


def _missing_blank(scene: Scene, sign: str, place: Place) -> Fault:
    return Fault(
        "missing-blank",
        f"a blank is missing after '{sign}'",
        scene.point(place, 2),
        "write 'key: value'" if sign == ":" else "write '- item'",
    )


def item_on_key_line(scene: Scene) -> Fault:
    """``key: - item``."""
    return Fault(
        "misplaced-item",
        "a list item cannot stand on the line of its key",
        scene.to_end(scene.at),
        "begin the list on the next line, or write [a, b]",
    )


def inside_brackets(scene: Scene) -> Fault:
    """Something is wrong between ``[`` or ``{`` and its end."""
    flows = [one for one in scene.opened if one.flow]
    start = (flows[-1].line, flows[-1].column) if flows else scene.since
    bracket = scene.char(start)
    closing = _CLOSES.get(bracket, "]")
    char = scene.char(scene.at)
    if char and char in "]}" and char != closing:
        return Fault(
            "unclosed-bracket",
            f"'{bracket}' is closed by '{char}'",
            scene.point(scene.at),
            f"expected '{closing}'",
            (f"the '{bracket}' is opened here", scene.point(start)),
        )
    if _never_closed(scene, start):
        return Fault(
            "unclosed-bracket",
            f"the '{bracket}' opened here is never closed",
            scene.point(start),
            f"expected a closing '{closing}'",
            None if scene.at[0] == start[0] else ("reading failed here", scene.point(scene.at)),
        )
    if "node content" in scene.problem:
        return stray(scene)
    place = scene.at
    if char == ":" and isinstance(scene.last, ScalarNode):
        if _is_value_of_one_word(scene, scene.last):
            return second_colon(scene)
        # The entry before ran on up to the next key: the comma belongs before that key.
        word = re.search(r"\S+\s*$", scene.before(place))
        place = (place[0], word.start() + 1) if word is not None else place
    what = "entries of a map" if bracket == "{" else "items of a list"
    return Fault(
        "missing-comma",
        f"a comma is missing here: {what} in {bracket}…{closing} are separated by ','",
        scene.point(place),
        f"expected ',' or '{closing}'",
    )


def _is_value_of_one_word(scene: Scene, last: ScalarNode) -> bool:
    """Whether ``last`` is the ``b`` of ``a: b: c``."""
    before = scene.before((last.span.line, last.span.column)).rstrip()
    return not last.quoted and not re.search(r"\s", last.text) and before.endswith(":")


def _never_closed(scene: Scene, start: Place) -> bool:
    """Whether the bracket at ``start`` has no partner before the next entry of its map."""
    blocks = scene.blocks()
    number = scene.at[0]
    if (
        blocks
        and number > start[0]
        and scene.indent(number) < blocks[-1].column
        and _ENTRY.match(scene.line(number))
    ):
        return True
    depth = 0
    quote = ""
    budget = _LOOKED_AT
    for current in range(start[0], len(scene.lines) + 1):
        text = scene.line(current)[:_LOOKED_AT]
        budget -= len(text) + 1
        if budget < 0:
            break
        for found in _BRACKETS.finditer(text, start[1] - 1 if current == start[0] else 0):
            sign = found.group()
            if quote:
                quote = "" if sign == quote else quote
            elif sign == "#":
                break
            elif sign in "\"'":
                # Elsewhere it is an apostrophe.
                before = text[max(0, found.start() - 80) : found.start()].rstrip()
                if before[-1:] in ("", ",", ":", "[", "{", "-"):
                    quote = sign
            elif sign in "[{":
                depth += 1
            else:
                depth -= 1
                if depth == 0:
                    return False
    return True


def between_entries(scene: Scene) -> Fault:
    """After an entry something stands that is neither an entry nor less indented."""
    line, column = scene.at
    text = scene.rest(scene.at)
    if text.startswith(":"):
        return Fault("empty-key", "a key is missing before ':'", scene.point(scene.at))
    fault = after_value(scene)
    if fault is not None:
        return fault
    if text and text[0] in "]},":
        return stray(scene)
    blocks = scene.blocks()
    inner = blocks[-1] if blocks else None
    last = scene.last
    if isinstance(last, ScalarNode) and last.block and inner is not None:
        body = range(last.span.line + 1, line)
        first = next((number for number in body if scene.line(number).strip()), line)
        if scene.indent(first) >= column > inner.column:
            return Fault(
                "wrong-indentation",
                "this line is indented less than the first line of the text block above",
                scene.point((line, 1), column - 1),
                f"indent it by {_blanks([scene.indent(first)])} like the first line",
            )
    if inner is not None and inner.column == column:
        begins = scene.point((inner.line, inner.column))
        if inner.is_map:
            return Fault(
                "misplaced-item",
                "a list item stands where the map goes on with 'key: value'",
                scene.to_end(scene.at),
                "the key above has its value already; a list belongs below a key without one",
                ("the map begins here", begins),
            )
        return Fault(
            "misplaced-item",
            "the list goes on here, so this line must begin with '- '",
            scene.to_end(scene.at),
            "begin it with '- ', or indent it to match what it belongs to",
            ("the list begins here", begins),
        )
    if text.startswith("- ") and isinstance(last, ScalarNode):
        return Fault(
            "misplaced-item",
            "a list item stands below a value that is complete",
            scene.to_end(scene.at),
            "a key has either a value on its line or a list below it",
            ("the value", _first(scene)),
        )
    indents = scene.indents()
    return Fault(
        "wrong-indentation",
        f"this line is indented by {_blanks([column - 1])}, which fits none of the lines above",
        scene.point((line, 1), column - 1),
        f"expected {_blanks(indents)}" if indents else None,
    )


def stray(scene: Scene) -> Fault:
    """A closing bracket or a comma stands where a value is expected."""
    char = scene.char(scene.at)
    if not char or char not in "]},":
        return Fault("yaml-syntax", "a value is expected here", scene.point(scene.at))
    what = "comma" if char == "," else "bracket"
    return Fault(
        "stray-bracket",
        f"a value is expected here, not the {what} '{char}'",
        scene.point(scene.at),
        f"delete it, or put a text that begins with '{char}' in quotes",
    )


def _blanks(counts: Sequence[int]) -> str:
    """``0, 2 or 4 blanks``."""
    *firsts, final = [str(count) for count in counts]
    words = f"{', '.join(firsts)} or {final}" if firsts else final
    return f"{words} blank{'' if counts[-1] == 1 else 's'}"
