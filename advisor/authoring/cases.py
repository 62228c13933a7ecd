"""What a case expects."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.knowledge.model import Case

NOBODY = "none"
"""What a case calls it when no offer is left."""


def expected(case: Case, key: str) -> tuple[str, ...]:
    """What a case expects under a key, as texts; empty where it says nothing."""
    value = case.expect.get(key)
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    return (value,) if isinstance(value, str) else tuple(str(v) for v in _items(value))


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else (value,)
