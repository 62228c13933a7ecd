"""Names in braces inside texts that are shown: ``at {model-size} its advantage is limited``."""

from __future__ import annotations

import re
from collections.abc import Collection

from advisor.knowledge.document import Findings, Node, ScalarNode
from advisor.language.marks import part, quote
from advisor.language.vocabulary import did_you_mean

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in the order they stand."""
    return tuple(_PLACEHOLDER.findall(text))


def check_placeholders(node: Node | None, names: Collection[str], findings: Findings) -> None:
    """Report a brace that does not close, and a name that is not known."""
    if not isinstance(node, ScalarNode):
        return
    text = node.text
    for match in _PLACEHOLDER.finditer(text):
        name = match.group(1)
        if name not in names:
            findings.add(
                "unknown-name",
                f"nothing that can be shown here is called {quote(name)}",
                part(node, match.start(1), match.end(1)),
                hint=did_you_mean(name, names),
            )
    rest = _PLACEHOLDER.sub(lambda match: " " * len(match.group()), text)
    stray = re.search(r"[{}]", rest)
    if stray is not None:
        findings.add(
            "stray-brace",
            "a brace has no partner",
            part(node, stray.start(), stray.end()),
            hint="names stand in braces, as in {model-size}",
        )
