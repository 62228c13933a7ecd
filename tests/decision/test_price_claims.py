"""One's own prices leave no doubt about what they stand for, and about nothing else."""

from __future__ import annotations

import pytest

from advisor.decision.price_claims import PRICES, claims_read
from advisor.decision.rulebase import RuleBase
from advisor.decision.situation import Situation
from advisor.decision.tables import Doubts, price_doubts
from advisor.knowledge.model import Inputs
from tests.conftest import AS_OF


def doubts(knowledge, offer, **own):
    inputs = Inputs({}, {}, {offer: own} if own else {})
    return price_doubts(Situation(RuleBase.on(knowledge, AS_OF), inputs), offer, None)


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({}, set(PRICES)),
        ({"egress": 1, "storage": 1}, set(PRICES)),
        ({"input": 1}, set(PRICES) - {"input-price"}),
        (
            {"input": 1, "output": 2, "cached-input": 0},
            {"device-hour-price", "committed-device-hour-price"},
        ),
        ({"gpu-hour": 2}, set()),
    ],
)
def test_a_price_stands_for_its_own_claims(own, left):
    assert claims_read(own) == left


def test_what_a_contract_does_not_price_stays_in_doubt(knowledge):
    rented = next(
        offer.id
        for offer in knowledge.offers.values()
        if doubts(knowledge, offer.id) != Doubts(0, False)
        and any(claim.attribute == "device-hour-price" for claim in offer.claims)
    )
    before = doubts(knowledge, rented)
    assert doubts(knowledge, rented, egress=1) == before
    assert doubts(knowledge, rented, **{"gpu-hour": 3}) == Doubts(0, False)
