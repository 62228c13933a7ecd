"""Results that serve more than one decision."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Results by what they rest on.  They never change once made, so that decisions on
    several threads may share them.  Past ``most`` in sum of their sizes the older half of
    them is forgotten, to be made anew when it is asked for."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[Any, int]] = {}
        self._size = 0

    def get(self, place: Hashable) -> Any:
        """What is kept there, or None."""
        found = self._kept.get(place)
        return None if found is None else found[0]

    def put(self, place: Hashable, made: object, size: int = 1) -> None:
        """Keep something that will not change."""
        if self._size + size > self._most:
            entries = list(self._kept.items())
            self._kept = dict(entries[len(entries) // 2 :])
            self._size = sum(kept_size for _, kept_size in self._kept.values())
            if self._size + size > self._most:
                self._kept, self._size = {}, 0
        self._kept[place] = made, size
        self._size += size

    def of(self, place: Hashable, make: Callable[[], T], size: int = 1) -> T:
        """What is kept there, made first where nothing is."""
        found = self._kept.get(place)
        if found is not None:
            kept: T = found[0]
            return kept
        made = make()
        self.put(place, made, size)
        return made
