"""The product's rule files without a whole rule base around them, for tests and benchmarks."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from advisor.errors import RuleBaseError
from advisor.knowledge import strict_yaml
from advisor.knowledge.document import Findings, ListNode, MapNode, ScalarNode
from advisor.knowledge.model import Citation, Place, Rule
from advisor.knowledge.syntax import ALWAYS
from advisor.knowledge.values import Type
from advisor.language.conditions import parse_condition
from advisor.language.vocabulary import Scope

EFFECTS = ("score", "exclude", "weigh", "warn", "advise")


def read_rules(
    files: Mapping[str, str], types: Mapping[str, Type], offer: Mapping[str, Type]
) -> list[Rule]:
    """Rules from the text of rule files, by name of the file.

    ``types``: what ``when`` may read; ``offer``: what ``for`` and *its* may read.  Steps may
    be any whole number.  Raises RuleBaseError with every problem.
    """
    about = Scope(types, offer)
    whom = Scope(offer, {})
    found: list[Rule] = []
    problems = []
    for name, text in files.items():
        root, findings = strict_yaml.read(text.encode(), name)
        if isinstance(root, ListNode):
            found += _rules(root, about, whom, findings)
        problems += findings.problems
    if problems:
        raise RuleBaseError(problems)
    return found


def _rules(root: ListNode, about: Scope, whom: Scope, findings: Findings) -> Iterable[Rule]:
    for node in root:
        assert isinstance(node, MapNode)
        when = node.get("when")
        offers = node.get("for")
        condition = ALWAYS if when is None else parse_condition(when, about, findings)
        speaks_of = ALWAYS if offers is None else parse_condition(offers, whom, findings)
        effect = next(e for e in EFFECTS if node.get(e) is not None)
        if condition is None or speaks_of is None:
            continue
        yield Rule(
            _text(node, "id"), effect, _text(node, "criterion") or None, condition, speaks_of,
            int(_text(node, effect)) if effect in ("score", "weigh") else 0,
            _text(node, "negotiable") == "yes", _text(node, "because"),
            Citation("own", "expert judgement", datetime.date(2026, 1, 1)),
            _text(node, "evidence") or _text(node, "id"), "", (),
            Place(findings.file, node.span),
        )  # fmt: skip


def _text(node: MapNode, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, ScalarNode) else ""
