"""Hostile variants of a good file: cut, flipped, re-encoded, nested, swollen.

Every variant is made from a seed and has a name, so that a failure can be made again.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator

Variant = tuple[str, bytes]

YAML_TRICKS = {
    "alias bomb": "\n".join(
        [
            'a0: &a0 ["lol", "lol"]',
            *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
        ]
    ),
    "merge key": "base: &b {x: 1}\nother:\n  <<: *b\n",
    "python object": "!!python/object/apply:os.system ['true']\n",
    "unknown tag": "answers: !secret {x: 1}\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a directive": "%YAML 1.1\n---\na: 1\n",
    "a tab": "answers:\n\tuse-case: chat\n",
    "a binary scalar": "a: !!binary aGVsbG8=\n",
    "a complex key": "? [a, b]\n: c\n",
    "a duplicate key": "answers: {}\nanswers: {}\n",
    "unclosed": "answers: {use-case: [chat\n",
    "only a comment": "# nothing\n",
    "a null": "~\n",
    "a number": "42\n",
    "line separators": "answers: {use-case:\u2028chat}\n",
    "next line": "answers:\u0085  use-case: chat\n",
    "escapes": 'answers: {use-case: "\\0\\x1b[2J\\u202e"}\n',
}

JSON_TRICKS = {
    "NaN": '{"answers": {"model-size": NaN}}',
    "infinity": '{"answers": {"model-size": -Infinity}}',
    "huge exponent": '{"answers": {"model-size": 1e999999999}}',
    "tiny exponent": '{"answers": {"model-size": 1e-999999999}}',
    "duplicate key": '{"a": 1, "a": 2}',
    "a lone surrogate": '{"a": "\\ud800"}',
    "an escape": '{"a": "\\u001b[2J"}',
    "prototype": '{"__proto__": {"x": 1}, "__class__": "y"}',
    "trailing comma": '{"a": 1,}',
    "single quotes": "{'a': 1}",
    "an array": "[]",
    "a text": '"x"',
    "a number": "7",
    "null": "null",
    "unclosed": '{"a": [1, {"b": ',
}


def variants(good: bytes, seed: int = 1) -> Iterator[Variant]:
    """About 260 variants of a good file; the file itself is not among them."""
    choose = random.Random(seed)
    yield from _cut(good)
    yield from _flipped(good, choose)
    yield from _encoded(good)
    yield from _inserted(good, choose)
    yield from _rearranged(good, choose)
    yield from _nested()
    yield from _numbers()
    yield from _noise(choose)
    for name, text in (*YAML_TRICKS.items(), *JSON_TRICKS.items()):
        yield name, text.encode("utf-8", "surrogatepass")


def _cut(good: bytes) -> Iterator[Variant]:
    """Truncated at every hundredth of its length."""
    seen = set()
    for percent in range(100):
        at = len(good) * percent // 100
        if at not in seen:
            seen.add(at)
            yield f"cut at {percent} %", good[:at]


def _flipped(good: bytes, choose: random.Random) -> Iterator[Variant]:
    for number in range(40):
        data = bytearray(good)
        place = choose.randrange(len(data))
        data[place] ^= 1 << choose.randrange(8)
        yield f"bit {number} at {place}", bytes(data)


def _encoded(good: bytes) -> Iterator[Variant]:
    text = good.decode("utf-8", "replace")
    yield "a byte-order mark", b"\xef\xbb\xbf" + good
    yield "two byte-order marks", b"\xef\xbb\xbf" * 2 + good
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"):
        yield encoding, text.encode(encoding, "replace")
    yield "latin-1", good + " # caf\xe9".encode("latin-1")
    yield "overlong", good + b"\xc0\x80"
    yield "a surrogate", good + b"\xed\xa0\x80"
    yield "beyond Unicode", good + b"\xf7\xbf\xbf\xbf"
    yield "carriage returns", good.replace(b"\n", b"\r")
    yield "mixed line ends", good.replace(b"\n", b"\r\n", 3)
    yield "compressed", gzip.compress(good, mtime=0)


def _inserted(good: bytes, choose: random.Random) -> Iterator[Variant]:
    pieces = {
        "NUL": b"\0",
        "escape": b"\x1b[2J\x1b]0;x\x07",
        "delete": b"\x7f",
        "right-to-left override": "\u202e".encode(),
        "zero-width joiner": "\u200d".encode(),
        "markup": b"[bold][link=x][/]</script>{{7*7}}${x}",
        "brackets": b"[" * 2_000,
        "a long word": b"x" * 100_000,
        "a quote": b'"',
        "an apostrophe": b"'",
        "a colon": b": : :",
        "a percent": b"%s%n%x",
    }
    for name, piece in pieces.items():
        for where in ("start", "middle", "end"):
            at = {"start": 0, "middle": choose.randrange(len(good)), "end": len(good)}[where]
            yield f"{name} at the {where}", good[:at] + piece + good[at:]


def _rearranged(good: bytes, choose: random.Random) -> Iterator[Variant]:
    lines = good.splitlines(keepends=True)
    yield "twice", good + good
    yield "backwards", b"".join(reversed(lines))
    yield "on one line", good.replace(b"\n", b" ")
    yield "indented", b"".join(b" " * choose.randrange(4) + line for line in lines)
    for number in range(20):
        mixed = list(lines)
        one, other = choose.randrange(len(mixed)), choose.randrange(len(mixed))
        if number % 2:
            mixed[one], mixed[other] = mixed[other], mixed[one]
        else:
            del mixed[one]
        yield f"line {one} and {other} ({number})", b"".join(mixed)


def _nested() -> Iterator[Variant]:
    depth = 1_000_000
    yield "a million brackets", b"[" * depth
    yield "a million closed brackets", b"[" * depth + b"]" * depth
    yield "a million braces", b'{"a":' * depth
    yield "a million dashes", b"- " * depth
    yield (
        "a hundred thousand levels of indent",
        b"".join(b" " * n + b"a:\n" for n in range(0, 3_000)),
    )
    yield "nested in answers", b"answers: " + b"[" * 10_000


def _numbers() -> Iterator[Variant]:
    digits = b"9" * 3_000_000
    yield "three million digits", b"answers: {model-size: " + digits + b"}\n"
    yield "three million digits in JSON", b'{"answers": {"model-size": ' + digits + b"}}"
    yield "three million digits in a list", b"[" + digits + b"]"
    yield "a list within a list of cases", b'{"cases": [[' + digits[:5_000] + b"]]}"
    yield "three million decimals", b"answers: {model-size: 1." + digits + b"}\n"
    yield "a long line", b"answers: {use-case: " + b"a" * 3_500_000 + b"}\n"


def _noise(choose: random.Random) -> Iterator[Variant]:
    for size in (1, 2, 7, 100, 4_096, 65_536):
        yield f"{size} random bytes", choose.randbytes(size)
    yield "nothing", b""
    yield "blanks", b" \n\t\n"
    yield "zeros", b"\0" * 10_000
