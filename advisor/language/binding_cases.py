"""Cases: example answers with the verdict that a panel would give."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.files import Raw
from advisor.knowledge.model import Case
from advisor.knowledge.shapes import CaseShape, ExpectShape
from advisor.language.answers import AnswerNames, read_given, read_prices, read_weights
from advisor.language.binding_names import Ids, place
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean

NOBODY = "none"
CONFIDENCE = ("firm", "likely", "leaning", "toss-up", "none")


def bind_case(raw: Raw[CaseShape], names: AnswerNames, offers: Ids) -> Case | None:
    """The case, its answers as they are written (they have been checked), or None."""
    shape, findings = raw.shape, raw.findings
    before = len(findings.problems)
    read_given(shape.answers, names, findings)
    read_weights(shape.weights, names, findings)
    read_prices(shape.prices, names, findings)
    expect = _expect(shape.expect, offers, findings)
    if len(findings.problems) != before:
        return None
    weights = plain(shape.weights) if shape.weights is not None else {}
    prices = plain(shape.prices) if shape.prices is not None else {}
    return Case(
        id=shape.id.text,
        title=shape.title,
        answers=plain(shape.answers),
        weights={name: str(word) for name, word in weights.items()},
        prices=prices,
        as_of=shape.as_of,
        expect={**expect, "decides": shape.decides},
        because=shape.because,
        place=place(raw, shape.id),
    )


def plain(node: MapNode) -> dict[str, object]:
    """A map as texts, tuples and maps; a range in two parts as ``50 to 200``."""
    return {entry.key.text: _plain(entry.value) for entry in node.entries}


def _plain(node: Node) -> object:
    if isinstance(node, ListNode):
        return tuple(_plain(item) for item in node.items)
    if isinstance(node, ScalarNode):
        return node.text
    found = plain(node)
    if set(found) == {"from", "to"}:
        return f"{found['from']} to {found['to']}"
    return found


def _expect(shape: ExpectShape, offers: Ids, findings: Findings) -> dict[str, object]:
    found: dict[str, object] = {}
    seen: dict[str, str] = {}
    for key, nodes in (
        ("right", shape.right),
        ("debatable", shape.debatable),
        ("wrong", shape.wrong),
    ):
        found[key] = _offers(key, nodes, offers, seen, findings)
    if not shape.right:
        findings.add("empty-list", "no offer is named", shape.node.key("right"), hint="or [none]")
    if shape.lane is not None:
        found["lane"] = shape.lane
    if shape.settled is not None:
        found["settled"] = shape.settled
    if shape.confidence is not None:
        found["confidence"] = _confidence(shape.confidence, findings)
    return found


def _offers(
    key: str,
    nodes: Iterable[ScalarNode],
    offers: Ids,
    seen: dict[str, str],
    findings: Findings,
) -> tuple[str, ...]:
    names: list[str] = []
    for node in nodes:
        if node.text != NOBODY and offers.resolve(node, findings) is None:
            continue
        other = seen.setdefault(node.text, key)
        if other != key or node.text in names:
            findings.add(
                "contradiction", f"{quote(node.text)} already stands under '{other}'", node
            )
        names.append(node.text)
    return tuple(names)


def _confidence(node: Node, findings: Findings) -> tuple[str, ...]:
    words: list[str] = []
    for item in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(item, ScalarNode) and item.text in CONFIDENCE:
            words.append(item.text)
            continue
        word = item.text if isinstance(item, ScalarNode) else ""
        findings.add(
            "unknown-option",
            f"{quote(word) if word else 'this'} is no confidence; expected {', '.join(CONFIDENCE)}",
            item,
            hint=did_you_mean(word, CONFIDENCE),
        )
    return tuple(words)
