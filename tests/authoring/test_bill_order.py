"""Whether one bill is never above another, whatever the traffic."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.authoring.bill_order import bill_order, falls
from advisor.decision.costs import Costs
from advisor.engine.offering import Offering
from advisor.knowledge.ledger import build_ledger
from advisor.knowledge.model import Claim, Inputs, Knowledge, Measure
from advisor.knowledge.syntax import (
    Constant,
    Name,
)
from tests.authoring.copies import DAY, beside, cloned, dearer, scaled, small


def costs_of(knowledge: Knowledge) -> Costs:
    return Costs(knowledge, Offering(knowledge, build_ledger(knowledge, DAY)), Inputs({}))


def _mixed(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Output at a quarter of its price."""
    return tuple(scaled(c, Fraction(1, 4)) if c.attribute == "output-price" else c for c in claims)


def test_the_order_of_bills(knowledge: Knowledge) -> None:
    for base, name, model in (
        (small(), "wafer-shared", "atlas-70b"),
        (knowledge, "h200-cluster", "gpt-oss-120b"),
    ):
        source = base.offers[name]
        dear, same = dearer(cloned(source, "dear")), cloned(source, "same")
        deployments = {o.deployment: o for o in base.offers.values()}
        staffed = replace(cloned(source, "staffed"), deployment="rented-gpus")
        assert "rented-gpus" in deployments
        costs = costs_of(beside(base, dear, same, staffed))
        here, no = (name, model), "unlike"
        assert bill_order(costs, here, ("same", model)) == "same"
        assert bill_order(costs, here, ("dear", model)) == "less"
        assert bill_order(costs, ("dear", model), here) == no
        people = "same" if source.deployment == "rented-gpus" else "less"
        assert bill_order(costs, here, ("staffed", model)) == people
        mixed = [replace(r, claims=_mixed(r.claims)) for r in dear.serves]
        if any(row.claims != was.claims for row, was in zip(mixed, dear.serves, strict=True)):
            costs = costs_of(beside(base, replace(dear, serves=tuple(mixed))))
            assert bill_order(costs, here, ("dear", model)) == no
            assert bill_order(costs, ("dear", model), here) == no
        other = next(o.id for o in base.offers.values() if o.accelerator != source.accelerator)
        assert bill_order(costs, here, (other, model)) == no


def test_a_price_that_is_not_known_is_neither_more_nor_less() -> None:
    source = small().offers["wafer-shared"]
    silent = replace(
        cloned(source, "z-copy"),
        serves=tuple(
            replace(r, claims=tuple(c for c in r.claims if c.attribute != "output-price"))
            for r in source.serves
        ),
    )
    costs = costs_of(beside(small(), silent))
    one, other = ("wafer-shared", "atlas-70b"), ("z-copy", "atlas-70b")
    assert bill_order(costs, one, other) == bill_order(costs, other, one) == "unlike"


@pytest.mark.parametrize(
    ("anchors", "expected"),
    [
        (((Constant(1), 9000), (Constant(2), 9000), (Constant(5), 0)), True),
        (((Constant(5), 0), (Constant(1), 9000)), True),
        (((Constant(1), 0), (Constant(5), 9000)), False),
        (((Constant(1), 9000), (Constant(1), 0)), False),
        (((Name("budget"), 9000), (Constant(5), 0)), False),
    ],
)
def test_whether_utility_falls_with_a_figure(anchors, expected: bool) -> None:
    assert falls(Measure("monthly-cost", anchors, 2000)) is expected
