"""A few shipped offers under rules made for a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from advisor.knowledge.model import Criterion, Knowledge, Rule
from advisor.knowledge.syntax import Atom, OneOf
from tests.decision.fixed import base


def named(*offers: str) -> Atom:
    """The side of a rule that speaks of these offers alone."""
    return Atom("offer", OneOf(frozenset(offers)))


def among(
    knowledge: Knowledge,
    offers: Iterable[str],
    rules: Sequence[Rule],
    criteria: Sequence[Criterion] = (),
) -> Knowledge:
    """``knowledge`` with some of its offers, told apart by these rules and criteria: without
    any, by latency and cost."""
    told = criteria or [knowledge.criteria[name] for name in ("latency", "cost")]
    return replace(
        knowledge,
        offers={name: knowledge.offers[name] for name in offers},
        rules={rule.id: rule for rule in rules},
        sources={**knowledge.sources, **base().sources},
        criteria={criterion.id: criterion for criterion in told},
    )
