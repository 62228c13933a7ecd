"""A loaded rule base as bytes, and back: what is kept between runs.

The bytes are a pickle that names nothing but the frozen classes of the knowledge base, and
reading refuses any other name, so that a tampered file can give a wrong rule base but never
run code.
"""

from __future__ import annotations

import datetime
import gc
import hashlib
import io
import pickle
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from advisor import __version__, errors
from advisor.knowledge import fitted, model, physical, syntax, values
from advisor.knowledge.model import Knowledge

_MARK = b"advisor-knowledge-1\n"
_PROTOCOL = 5


def _names() -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for module in (fitted, model, physical, syntax, values):
        for name, value in vars(module).items():
            if is_dataclass(value) and value.__module__ == module.__name__:
                found[module.__name__, name] = value
    for kind in (errors.Span, Fraction, datetime.date, frozenset):
        found[kind.__module__, kind.__qualname__] = kind
    return found


_NAMES = _names()


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


class _Pickler(pickle.Pickler):
    """Writes frozen classes as calls: several times faster to read than their state."""

    def reducer_override(self, obj: Any) -> Any:
        if is_dataclass(obj) and not isinstance(obj, type):
            kind = type(obj)
            return kind, tuple(getattr(obj, name) for name in _field_names(kind))
        if isinstance(obj, Fraction):
            return Fraction, (obj.numerator, obj.denominator)
        if isinstance(obj, frozenset):
            # The order of a set differs from run to run; the bytes must not.
            return frozenset, (sorted(obj, key=repr),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        found = _NAMES.get((module_name, global_name))
        if found is None:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not knowledge")
        return found


def encode(knowledge: Knowledge) -> bytes:
    """The rule base as bytes that ``decode`` reads."""
    stream = io.BytesIO()
    _Pickler(stream, _PROTOCOL).dump(knowledge)
    body = stream.getvalue()
    return _MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def decode(data: bytes, digest: str, root: str) -> Knowledge | None:
    """The rule base with this content digest as if loaded from ``root``; None if the bytes
    are damaged or hold another one."""
    head = len(_MARK)
    body = data[head + 65 :]
    if data[:head] != _MARK or hashlib.sha256(body).hexdigest().encode() != data[head : head + 64]:
        return None
    collecting = gc.isenabled()
    gc.disable()
    try:
        found = _Unpickler(io.BytesIO(body)).load()
    except Exception:
        return None
    finally:
        if collecting:
            gc.enable()
    if not isinstance(found, Knowledge) or found.digest != digest:
        return None
    return replace_root(found, root)


def replace_root(knowledge: Knowledge, root: str) -> Knowledge:
    """The same rule base, said to lie in ``root``."""
    from dataclasses import replace

    return knowledge if knowledge.root == root else replace(knowledge, root=root)


def code_stamp() -> str:
    """Changes with the code that makes a rule base from files: version, and the size and
    time of the modules that have a part in it."""
    stamp = hashlib.sha256(__version__.encode())
    package = Path(__file__).parent.parent
    modules: list[Path] = [package / "errors.py"]
    for folder in ("knowledge", "language"):
        modules += sorted((package / folder).glob("*.py"))
    for path in modules:
        try:
            status = path.stat()
        except OSError:
            continue
        stamp.update(f"{path.name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return stamp.hexdigest()[:16]
