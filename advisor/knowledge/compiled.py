"""A loaded rule base as bytes, and back: what is kept between runs.

The bytes are JSON, read by nothing that could run code.  Equal values are written once, in
*batches*: values of one kind whose parts are all in earlier batches, so that reading is one
construction after the other.  A kind is a frozen class of the knowledge base or one of a few
containers; anything else is refused.  A tampered file can give a wrong rule base, no more.

::

    {"atoms": [texts, numbers, true, false, null],
     "batches": [[class, [[part, ...] of field, ...]],    places among all values so far
                 [container, [[part, ...] of value, ...]], ...]}

The last value is the rule base.
"""

from __future__ import annotations

import datetime
import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor import __version__, errors
from advisor.knowledge import fitted, model, physical, syntax, values
from advisor.knowledge.model import Knowledge

_MARK = b"advisor-knowledge-2\n"
_ATOMS = (str, int, float, bool, type(None))


def _classes() -> dict[str, Any]:
    found: dict[str, Any] = {"Span": errors.Span}
    for module in (fitted, model, physical, syntax, values):
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and issubclass(value, Struct):
                if name in found:
                    raise TypeError(f"two classes are called {name}")
                found[name] = value
    return found


def _mapping(parts: Sequence[Any]) -> dict[Any, Any]:
    return dict(zip(_keys(parts[::2]), parts[1::2], strict=True))


def _keys(parts: Sequence[Any]) -> Sequence[Any]:
    """Texts, or texts in a row: the hash of what is nested deeply could take for ever."""
    for part in parts:
        if type(part) is not str and not (
            type(part) is tuple and all(type(word) is str for word in part)
        ):
            raise ValueError("a key is no text")
    return parts


_CLASSES = _classes()
_CONTAINERS: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "tuple": tuple,
    "dict": _mapping,
    "frozenset": lambda parts: frozenset(_keys(parts)),
    "fraction": lambda parts: Fraction(*parts),
    "day": lambda parts: datetime.date(*parts),
}


class _Writer:
    """Numbers every distinct value; ``depth`` is 0 for an atom, else one more than its parts'."""

    def __init__(self) -> None:
        self._number: dict[object, int] = {}
        # By identity; what was made on the way is kept alive, so that no two ever share one.
        self._met: dict[int, int] = {}
        self._parts: list[Sequence[Any]] = []
        self._depth: list[int] = []
        self.atoms: list[tuple[int, Any]] = []
        self.made: dict[tuple[int, str], list[tuple[int, tuple[int, ...]]]] = {}

    def put(self, value: Any) -> int:
        """The number of a value.  Raises TypeError for one of a kind that is not known."""
        met = self._met.get(id(value))
        if met is None:
            atom = type(value) in _ATOMS
            met = self._met[id(value)] = self._put_atom(value) if atom else self._put_made(value)
        return met

    def _put_atom(self, value: Any) -> int:
        # 1, 1.0 and true are equal, and so are the two zeros.
        key = (type(value), repr(value) if type(value) is float else value)
        number = self._number.get(key)
        if number is None:
            number = self._new(key, 0)
            self.atoms.append((number, value))
        return number

    def _put_made(self, value: Any) -> int:
        kind, parts = _taken_apart(value)
        self._parts.append(parts)
        numbers = tuple(map(self.put, parts))
        number = self._number.get((kind, numbers))
        if number is None:
            depth = 1 + max((self._depth[n] for n in numbers), default=0)
            number = self._new((kind, numbers), depth)
            self.made.setdefault((depth, kind), []).append((number, numbers))
        return number

    def _new(self, key: object, depth: int) -> int:
        number = self._number[key] = len(self._depth)
        self._depth.append(depth)
        return number


def _taken_apart(value: Any) -> tuple[str, Sequence[Any]]:
    """The kind of a value, and the parts that it can be made of."""
    kind = type(value)
    if _CLASSES.get(kind.__name__) is kind:
        return kind.__name__, [getattr(value, name) for name in kind.__match_args__]
    if kind is tuple:
        return "tuple", value
    if kind is dict:
        return "dict", [part for entry in value.items() for part in entry]
    if kind is frozenset:
        # The order of a set differs from run to run; the bytes must not.
        return "frozenset", sorted(value)
    if kind is Fraction:
        return "fraction", (value.numerator, value.denominator)
    if kind is datetime.date:
        return "day", (value.year, value.month, value.day)
    raise TypeError(f"a {kind.__name__} cannot be kept")


def encode(knowledge: Knowledge) -> bytes:
    """The rule base as bytes that ``decode`` reads."""
    writer = _Writer()
    with _no_collecting():
        writer.put(knowledge)
    place = {number: i for i, (number, _) in enumerate(writer.atoms)}
    batches: list[tuple[str, Any]] = []
    for (_, kind), members in sorted(writer.made.items(), key=lambda item: item[0]):
        rows = [[place[n] for n in numbers] for _, numbers in members]
        batches.append((kind, [*zip(*rows, strict=True)] if kind in _CLASSES else rows))
        for number, _ in members:
            place[number] = len(place)
    written = {"atoms": [atom for _, atom in writer.atoms], "batches": batches}
    body = json.dumps(written, separators=(",", ":")).encode()
    return _MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def decode(data: bytes, digest: str, root: str) -> Knowledge | None:
    """The rule base with this content digest as if loaded from ``root``; None if the bytes
    are damaged or hold another one."""
    head = len(_MARK)
    body = data[head + 65 :]
    if data[:head] != _MARK or hashlib.sha256(body).hexdigest().encode() != data[head : head + 64]:
        return None
    try:
        with _no_collecting():
            found = _read(json.loads(body))
    except Exception:
        # Whatever is wrong with it, it is no rule base that was kept by this program.
        return None
    if not isinstance(found, Knowledge) or found.digest != digest:
        return None
    return found if found.root == root else replace(found, root=root)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Nearly all that is made here is kept: looking for garbage would only cost time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(written: Any) -> Any:
    known: list[Any] = written["atoms"]
    if any(type(atom) not in _ATOMS for atom in known):
        raise ValueError("an atom has parts")
    at = known.__getitem__
    for kind, batch in written["batches"]:
        made = _CLASSES.get(kind)
        if made is not None:
            known += list(map(made, *(map(at, column) for column in batch)))
        else:
            make = _CONTAINERS[kind]
            known += [make([*map(at, row)]) for row in batch]
    return known[-1]


def code_stamp() -> str:
    """Changes with the code that makes a rule base from files: version, and the size and
    time of the modules that have a part in it."""
    stamp = hashlib.sha256(__version__.encode())
    package = Path(__file__).parent.parent
    modules = [((package / "errors.py").stat(), "errors.py")]
    for folder in ("knowledge", "language"):
        found = sorted((package / folder).glob("*.py"))
        modules += [(path.stat(), path.name) for path in found]
    for status, name in modules:
        stamp.update(f"{name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return stamp.hexdigest()[:16]
