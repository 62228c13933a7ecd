"""Maps of the measured ledger: text of a YAML node as numbers and words, each mistake at its
place."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.language.vocabulary import did_you_mean


class LedgerMap:
    """A map of the ledger.  Getters note a problem and give a stand-in where a cell is missing
    or malformed; ``finish`` reports keys that nobody asked for."""

    def __init__(self, node: Node, findings: Findings, what: str) -> None:
        self.findings = findings
        self._what = what
        self._asked: list[str] = []
        self.node = node
        self._map = node if isinstance(node, MapNode) else None
        if self._map is None:
            findings.add("wrong-shape", f"{what} should be a map", node)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return self._map is not None and self._map.get(key) is not None

    def raw(self, key: str, *, needed: bool = True) -> Node | None:
        """The node under ``key``."""
        self._asked.append(key)
        found = None if self._map is None else self._map.get(key)
        if found is None and needed and self._map is not None:
            self.findings.add("missing-key", f"{self._what} needs '{key}'", self.node)
        return found

    def word(self, key: str, default: str = "", *, among: tuple[str, ...] = ()) -> str:
        """Text; ``default`` where the key may be left out; one of ``among`` where given."""
        node = self.raw(key, needed=not default)
        if node is None:
            return default
        if not isinstance(node, ScalarNode) or not node.text:
            self.findings.add("wrong-shape", f"'{key}' should be a word", node)
            return default
        if among and node.text not in among:
            self.findings.add(
                "unknown-option",
                f"'{node.text}' is no {key}",
                node,
                hint=did_you_mean(node.text, among)
                or (f"one of: {', '.join(among)}" if any(among) else None),
            )
            return default or among[0]
        return node.text

    def number(self, key: str, default: float | None = None) -> float:
        """A number above zero; ``default`` where the key may be left out."""
        node = self.raw(key, needed=default is None)
        if node is None:
            return 1.0 if default is None else default
        return number_of(node, self.findings, f"'{key}'")

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self.number(key, None if default is None else float(default))
        if value != int(value):
            self.findings.add("not-a-number", f"'{key}' must be whole", self.raw(key))
        return int(value)

    def yes(self, key: str) -> bool:
        """``yes`` or ``no``; no where it is left out."""
        return self.word(key, "no", among=("no", "yes")) == "yes"

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        return tuple(
            item.text for item in self.items(key) if isinstance(item, ScalarNode) and item.text
        )

    def items(self, key: str) -> tuple[Node, ...]:
        """The items of a list."""
        node = self.raw(key)
        if node is None:
            return ()
        if not isinstance(node, ListNode):
            self.findings.add("wrong-shape", f"'{key}' should be a list", node)
            return ()
        return node.items

    def entries(self, key: str) -> Iterator[tuple[str, Node]]:
        """Key and value of a map under ``key``."""
        node = self.raw(key)
        if node is None:
            return
        if not isinstance(node, MapNode):
            self.findings.add("wrong-shape", f"'{key}' should be a map", node)
            return
        for entry in node.entries:
            yield entry.key.text, entry.value

    def problem(self, check: str, message: str, key: str, hint: str | None = None) -> None:
        """Note a problem at the value of ``key``."""
        at = None if self._map is None else self._map.get(key)
        self.findings.add(check, message, at or self.node, hint=hint)

    def finish(self) -> None:
        """Report keys that nobody asked for."""
        if self._map is None:
            return
        for entry in self._map.entries:
            if entry.key.text not in self._asked:
                self.findings.add(
                    "unknown-key",
                    f"{self._what} has no '{entry.key.text}'",
                    entry.key,
                    hint=did_you_mean(entry.key.text, sorted(set(self._asked))),
                )


def number_of(node: Node, findings: Findings, what: str) -> float:
    """A number above zero."""
    try:
        value = float(node.text) if isinstance(node, ScalarNode) else float("nan")
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        findings.add("not-a-number", f"{what} must be a number above zero", node)
        return 1.0
    return value


def numbers_of(node: Node, findings: Findings, what: str) -> tuple[float, ...]:
    """Numbers above zero with blanks between them, as in ``4 13.8 308``."""
    words = node.text.split() if isinstance(node, ScalarNode) else ()
    try:
        values = tuple(map(float, words))
    except ValueError:
        values = ()
    if not values or not all(0 < value < float("inf") for value in values):
        findings.add("not-a-number", f"{what} is made of numbers above zero", node)
        return ()
    return values
