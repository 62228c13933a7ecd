"""Variants of offers, decided side by side: what if this figure were another?

The scale of the method is fixed, so further offers leave the order of the others alone.  A
variant is therefore put beside the offers as one more, many at once, and one decision tells
for each of them who would lead if it stood in the place of its original.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.knowledge.model import Claim, Inputs, Knowledge, Offer, Place, Served
from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Condition,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
)
from advisor.knowledge.values import Number


class Variant(Struct, frozen=True):
    """An offer with further claims about its row for ``model``, or with prices of its own."""

    offer: str
    model: str | None
    claims: tuple[Claim, ...] = ()
    prices: Mapping[str, Number] = field(default_factory=dict)


def leaders(
    knowledge: Knowledge,
    inputs: Inputs,
    as_of: datetime.date,
    offers: Sequence[str],
    variants: Sequence[Variant],
) -> list[str | None]:
    """For each variant the one of ``offers`` that would lead with it in the place of its
    original; None where none would qualify."""
    if not variants:
        return []
    made: dict[str, Offer] = {offer: knowledge.offers[offer] for offer in offers}
    prices = {k: v for k, v in inputs.prices.items() if k in made}
    names: dict[str, list[str]] = {}
    order = max((o.order for o in made.values()), default=0)
    idents = []
    for i, variant in enumerate(variants):
        original = knowledge.offers[variant.offer]
        ident = f"{variant.offer}.variant-{i:04d}"
        changed = original
        if variant.model is not None:
            changed = with_claims(original, variant.model, variant.claims, knowledge)
        made[ident] = replace(changed, id=ident, order=order + 1 + i)
        own = variant.prices or inputs.prices.get(variant.offer)
        if own:
            prices[ident] = own
        names.setdefault(variant.offer, []).append(ident)
        idents.append(ident)
    rules = {r.id: replace(r, offers=_spoken(r.offers, names)) for r in knowledge.rules.values()}
    base = replace(knowledge, offers=made, rules=rules)
    order_of = decide(base, replace(inputs, prices=prices), as_of).order
    found: list[str | None] = []
    for variant, ident in zip(variants, idents, strict=True):
        others = {*offers} - {variant.offer}
        first = next((o for o in order_of if o == ident or o in others), None)
        found.append(variant.offer if first == ident else first)
    return found


def with_claims(offer: Offer, model: str, claims: Iterable[Claim], knowledge: Knowledge) -> Offer:
    """The offer with further claims: about itself, or about its row for the model, which is
    added where it has none."""
    made = list(claims)
    own = tuple(c for c in made if "/" not in c.subject)
    rows = tuple(c for c in made if "/" in c.subject)
    serves = list(offer.serves)
    places = [i for i, row in enumerate(serves) if row.model == model and row.until is None]
    if places:
        row = serves[places[0]]
        serves[places[0]] = replace(row, claims=(*row.claims, *rows))
    elif rows:
        # A team that loads the weights itself is bounded by the model alone.
        limits = tuple(
            replace(c, subject=rows[0].subject, attribute="context-limit")
            for c in knowledge.models[model].claims
            if c.attribute == "context" and "context-limit" in knowledge.attributes
        )
        serves.append(_row(model, rows, limits))
    return replace(offer, claims=(*offer.claims, *own), serves=tuple(serves))


def _row(model: str, claims: tuple[Claim, ...], limits: tuple[Claim, ...]) -> Served:
    first = claims[0]
    return Served(
        model=model,
        since=None,
        until=None,
        source=first.source,
        date=first.date,
        checked=first.checked,
        grade=first.grade,
        note="",
        claims=(*claims, *limits),
        place=Place(first.place.file),
    )


def _spoken(condition: Condition, names: Mapping[str, list[str]]) -> Condition:
    """A condition that speaks of an offer by its id speaks of its variants too."""
    if isinstance(condition, Atom):
        if condition.name != "offer":
            return condition
        return replace(condition, test=_named(condition.test, names))
    if isinstance(condition, NotOf):
        return NotOf(_spoken(condition.part, names))
    kind = AllOf if isinstance(condition, AllOf) else AnyOf
    return kind(tuple(_spoken(part, names) for part in condition.parts))


def _named(test: UnaryTest, names: Mapping[str, list[str]]) -> UnaryTest:
    if isinstance(test, OneOf):
        more = [v for option in sorted(test.options) for v in names.get(option, ())]
        return OneOf(test.options | set(more)) if more else test
    if isinstance(test, NotTest):
        return replace(test, test=_named(test.test, names))
    if isinstance(test, AnyTest):
        return replace(test, tests=tuple(_named(part, names) for part in test.tests))
    return test
