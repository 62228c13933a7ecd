"""Results that serve more than one decision."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Results by what they rest on.  They never change once made, so that decisions on
    several threads may share them.  Past ``most`` of them all are forgotten and made anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Any] = {}

    def get(self, place: Hashable) -> Any:
        """What is kept there, or None."""
        return self._kept.get(place)

    def put(self, place: Hashable, made: object) -> None:
        """Keep something that will not change."""
        if len(self._kept) >= self._most:
            self._kept = {}
        self._kept[place] = made

    def of(self, place: Hashable, make: Callable[[], T]) -> T:
        """What is kept there, made first where nothing is."""
        found: T | None = self._kept.get(place)
        if found is None:
            found = make()
            self.put(place, found)
        return found
