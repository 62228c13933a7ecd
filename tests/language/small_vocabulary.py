"""A small vocabulary with one name of every kind, and a way to read a text with it."""

from __future__ import annotations

from advisor.errors import Problem
from advisor.knowledge.document import Findings, MapNode, Node, ScalarNode
from advisor.knowledge.strict_yaml import read
from advisor.knowledge.syntax import Condition, Expression, UnaryTest
from advisor.knowledge.values import ChoiceType, Domain, FlagsType, NumberType, Type
from advisor.language.conditions import parse_condition
from advisor.language.expressions import parse_expression
from advisor.language.literals import parse_domain
from advisor.language.tests import parse_test
from advisor.language.vocabulary import Scope

NAMES: dict[str, Type] = {
    "hosting": ChoiceType(("any", "api", "dedicated", "on-premises", "EU only")),
    "weights-access": ChoiceType(("no", "yes")),
    "evidence": ChoiceType(("known", "not sure", "open", "below par")),
    "regions": FlagsType(("us", "canada", "europe", "uk")),
    "residency": ChoiceType(("none", "us", "europe")),
    "model-size": NumberType("parameters", 0, 20000),
    "context-length": NumberType("tokens", 1, 10_000_000, integer=True),
    "requests-per-day": NumberType("requests/day", 0),
    "concurrent-users": NumberType("users", 1, 1_000_000, integer=True),
    "first-token-ms": NumberType("ms", 1, 600_000),
    "availability": NumberType("percent", 0, 100),
    "budget-per-month": NumberType("USD/month", 0),
    "memory": NumberType("GB", 0),
    "margin": NumberType("USD"),
}

ITS: dict[str, Type] = {
    "context-limit": NumberType("tokens"),
    "speed-per-user": NumberType("tokens/s"),
    "regions": FlagsType(("us", "canada", "europe", "uk", "asia-pacific")),
    "api": FlagsType(("openai", "anthropic")),
    "cloud": ChoiceType(("none", "aws")),
}

WORKLOAD = Scope(NAMES)
"""As in ``for``: no presence tests, no offer to compare with."""

WITH_OFFER = Scope(NAMES, ITS)
"""As in ``when`` of a rule that scores or excludes."""

WITH_PRESENCE = Scope(NAMES, ITS, presence=True)
"""As in ``when`` of a rule that warns or advises."""


def node_of(text: str) -> tuple[Node, Findings]:
    """The value under ``x:`` in a file that holds nothing else."""
    root, findings = read(f"x: {text}\n".encode(), "cell.yaml")
    assert isinstance(root, MapNode), findings.problems
    value = root.get("x")
    assert value is not None
    return value, findings


def cell_of(
    text: str, name: str, scope: Scope = WITH_PRESENCE
) -> tuple[UnaryTest | None, list[Problem]]:
    node, findings = node_of(text)
    return parse_test(node, scope.names[name], scope, findings), findings.problems


def condition_of(text: str, scope: Scope = WITH_PRESENCE) -> tuple[Condition | None, list[Problem]]:
    node, findings = node_of(text)
    return parse_condition(node, scope, findings), findings.problems


def domain_of(text: str, name: str) -> tuple[Domain | None, list[Problem]]:
    return domain_of_type(text, NAMES[name])


def domain_of_type(text: str, of: Type) -> tuple[Domain | None, list[Problem]]:
    node, findings = node_of(text)
    return parse_domain(node, of, findings), findings.problems


def expression_of(
    text: str, scope: Scope = WORKLOAD, unit: str | None = None
) -> tuple[Expression | None, list[Problem]]:
    node, findings = node_of(text)
    assert isinstance(node, ScalarNode)
    return parse_expression(node, scope, findings, unit), findings.problems
