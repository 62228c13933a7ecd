"""Named models that nobody is known to serve together, split among the fewest offers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec.structs import replace

from advisor.decision.explanations import Need, Portfolio
from advisor.decision.portfolio_parts import PARTS_AT_MOST, fails_to_serve, part_of, serves, summed
from advisor.decision.variations import Decide
from advisor.knowledge.values import Flags

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

MODELS = "models"


def by_model(decision: Decision, decide: Decide) -> Portfolio | None:
    """Named models that nobody serves together, split among the fewest offers."""
    named = decision.stated.answers.get(MODELS)
    if not isinstance(named, Flags) or len(named.must) < 2:
        return None
    refused = [s for s in decision.standings.values() if fails_to_serve(s)]
    if len(refused) < len(decision.standings):
        # Somebody serves them all and is out for another reason: that is to be relaxed.
        return None
    alone = {model: _leader_for(decision, decide, frozenset({model})) for model in named.must}
    served = {
        model: after
        for model, after in sorted(alone.items())
        if any(serves(after, offer) for offer in after.order)
    }
    missing = sorted(named.must - set(served))
    if len(served) < 2:
        return None
    groups = _groups(served)
    if groups is None:
        return None
    parts = []
    for number, (offer, models) in enumerate(groups):
        after = _leader_for(decision, decide, models)
        if offer not in after.order or not serves(after, offer):
            return None
        part = part_of(
            after,
            offer,
            "primary" if number == 0 else "models",
            Fraction(len(models), len(served)),
            f"all requests to {', '.join(sorted(models))}",
            ("models",),
        )
        parts.append(part)
    words = ", ".join(sorted(named.must))
    need = Need(
        "models",
        f"No single offer is known to serve all of {words}.",
        (f"{MODELS}: {decision.words.answer(MODELS)}",),
        (),
    )
    left = tuple(
        Need("models", f"No offer that qualifies serves {model}.", (), ()) for model in missing
    )
    notes = ("Traffic is taken to be spread evenly over the models: the answers do not say how.",)
    return Portfolio((need,), tuple(parts), summed(parts), left, notes)


def _leader_for(decision: Decision, decide: Decide, models: frozenset[str]) -> Decision:
    answers = {**decision.stated.answers, MODELS: Flags(models, models)}
    return decide(replace(decision.stated, answers=answers))


def _groups(
    served: Mapping[str, Decision],
) -> list[tuple[str, frozenset[str]]] | None:
    """The fewest offers that have all the models among them, the best-ranked of those; each
    model goes to the first that has it, the offer with most models first."""
    able = {m: [o for o in after.order if serves(after, o)] for m, after in served.items()}
    offers = sorted({offer for listed in able.values() for offer in listed})
    covers = {o: frozenset(m for m, listed in able.items() if o in listed) for o in offers}
    for size in range(2, PARTS_AT_MOST + 1):
        best: tuple[int, tuple[str, ...]] | None = None
        for chosen in combinations(offers, size):
            if frozenset().union(*(covers[o] for o in chosen)) != frozenset(served):
                continue
            places = sum(
                min(listed.index(o) for o in chosen if o in listed) for listed in able.values()
            )
            if best is None or (places, chosen) < best:
                best = (places, chosen)
        if best is not None:
            taken: dict[str, set[str]] = {}
            for model, listed in sorted(able.items()):
                first = next(o for o in listed if o in best[1])
                taken.setdefault(first, set()).add(model)
            rows = sorted(taken.items(), key=lambda item: (-len(item[1]), item[0]))
            return [(offer, frozenset(models)) for offer, models in rows]
    return None
