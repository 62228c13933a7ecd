"""Copies of offers that differ in one thing, beside the small rule base."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from advisor.knowledge.model import Claim, Knowledge, Offer
from advisor.knowledge.values import Interval
from advisor.language.rulebase import load_rule_base

DAY = date(2026, 11, 22)
SMALL = Path(__file__).parent.parent / "rulebases" / "small"


@cache
def small() -> Knowledge:
    return load_rule_base(SMALL)


def cloned(offer: Offer, name: str, claims: tuple[Claim, ...] | None = None) -> Offer:
    """The same offer under another name."""
    kept = offer.claims if claims is None else claims
    return replace(offer, id=name, claims=tuple(replace(c, subject=name) for c in kept))


def beside(knowledge: Knowledge, *offers: Offer) -> Knowledge:
    """The rule base with more offers."""
    return replace(knowledge, offers={**knowledge.offers, **{o.id: o for o in offers}})


def scaled(claim: Claim, factor: Fraction) -> Claim:
    """A price times a factor; any other claim as it is."""
    if not claim.attribute.endswith("-price") or not isinstance(claim.value, Interval):
        return claim
    low, high = claim.value.low, claim.value.high
    return replace(
        claim,
        value=Interval(
            None if low is None else low * factor, None if high is None else high * factor
        ),
    )


def dearer(offer: Offer, factor: int = 2) -> Offer:
    """The offer with every price of it times a factor."""
    return replace(
        offer,
        claims=tuple(scaled(c, Fraction(factor)) for c in offer.claims),
        serves=tuple(
            replace(row, claims=tuple(scaled(c, Fraction(factor)) for c in row.claims))
            for row in offer.serves
        ),
    )
